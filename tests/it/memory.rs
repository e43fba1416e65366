//! Small files that unpack to endless tiny records: whatever reads them refuses them, in a bounded part of the memory.

use std::fs::{self, File};
use std::io::Write as _;
use std::process::Child;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::common::this_time;
use crate::place::{PLAN, Place, SITE};

/// What such a file weighs.
const WEIGHT: u64 = 33 << 20;

/// The most that any of this may take, in MiB. What a reading keeps is bounded to a small part of it; the rest is the text of a
/// file that is sealed (64 MiB at most) and what is made from that.
const MOST: u64 = 200;

/// The longest that any of this may take, on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

fn packed(packing: &str, text: &str) -> Vec<u8> {
    match packing {
        ".gz" => {
            let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
            gz.write_all(text.as_bytes()).unwrap();
            gz.finish().unwrap()
        }
        ".zst" => zstd::encode_all(text.as_bytes(), 1).unwrap(),
        _ => text.as_bytes().to_vec(),
    }
}

/// A file of this first line and these records, and then of one record again and again, until it has its weight.
fn endless(place: &Place, name: &str, packing: &str, first: &str, records: &str, again: &str) {
    let mut file = File::create(place.path(&format!("{name}{packing}"))).unwrap();
    file.write_all(&packed(packing, &format!("{first}\n{records}"))).unwrap();
    let more = packed(packing, &again.repeat((1 << 20) / again.len()));
    let times = WEIGHT.saturating_sub(file.metadata().unwrap().len()) / more.len() as u64;
    let block = more.repeat((1 << 20) / more.len().min(1 << 20));
    for _ in 0..=times / (block.len() / more.len()) as u64 {
        file.write_all(&block).unwrap();
    }
}

/// The most memory that a process ever had, in MiB, until it ends.
pub(crate) fn peak(child: &mut Child, what: &str) -> u64 {
    let (status, began, mut most) = (format!("/proc/{}/status", child.id()), Instant::now(), 0);
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let found = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        most = found.unwrap_or(most);
        if began.elapsed() > LONGEST {
            child.kill().unwrap();
            panic!("{what} does not end; {} MiB", most >> 10);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    most >> 10
}

/// Runs a command line that must refuse what it reads, within the bound.
#[track_caller]
fn refuses(place: &Place, words: &[&str], code: i32, why: &str) {
    let mut child = place.command(words).spawn().unwrap();
    let most = peak(&mut child, &words.join(" "));
    let ran = crate::place::Ran::from(child.wait_with_output().unwrap());
    ran.ends(code, &[why]);
    assert!(most < MOST, "{most} MiB: {words:?}");
}

/// Writes a configuration whose population says all that follows its first line.
fn populated(place: &Place, packing: &str, records: &str, again: &str) -> String {
    let text = place.read("bloom-coaching.population.ndjson");
    let first = text.lines().next().unwrap();
    endless(place, "big.population.ndjson", packing, first, records, again);
    let site = format!("big.site.ndjson{packing}");
    fs::write(place.path(&site), packed(packing, &place.read(SITE))).unwrap();
    site
}

/// How such files are packed: one way each time, as each takes seconds.
fn packings() -> impl Iterator<Item = &'static str> {
    let tried = this_time("SIZES", 3);
    [".gz", ".zst", ""].into_iter().enumerate().filter(move |(nth, _)| tried(*nth)).map(|(_, packing)| packing)
}

#[test]
fn a_configuration_of_endless_tiny_records_is_refused_within_bounds() {
    let place = Place::in_memory();
    let first = place.read(SITE).lines().next().unwrap().to_owned();
    let records: String = (0..130_000).map(|n| format!("{{\"kind\":\"tag\",\"key\":\"{n:07}\"}}\n")).collect();
    let again = "{\"kind\":\"tag\",\"key\":\"9999999\"}\n";
    let most = "more than 100000 records";
    for packing in packings() {
        let site = format!("big.site.ndjson{packing}");
        endless(&place, "big.site.ndjson", packing, &first, &records, again);
        refuses(&place, &["check", PLAN, "--site", &site], 3, most);
        let sealed = if packing.is_empty() { "more than 500000 lines" } else { "longer than 64 MiB" };
        refuses(&place, &["snapshot", "finalize", &site], 3, sealed);
        if packing == ".gz" {
            refuses(&place, &["verify", PLAN, "--before", SITE, "--after", &site], 3, most);
            refuses(&place, &["merge-list", "--cloned", SITE, "--live", &site], 3, most);
            refuses(&place, &["snapshot", "import", &site, "--plan", PLAN, "--yes"], 3, most);
            fs::write(place.path(&site), packed(packing, &format!("{first}\n{records}"))).unwrap();
            refuses(&place, &["snapshot", "finalize", &site], 3, most);
        }
        fs::remove_file(place.path(&site)).unwrap();
    }
}

#[test]
fn a_population_of_endless_tiny_records_is_refused_within_bounds() {
    let place = Place::in_memory();
    let record = |n| format!("{{\"kind\":\"contact\",\"key\":\"{n:07}\",\"tags\":[\"{n}\"]}}\n");
    let records: String = (0..140_000).map(record).collect();
    let tags = "would take more than 16 MiB of memory";
    for packing in packings() {
        let site = populated(&place, packing, &records, "{\"kind\":\"contact\",\"key\":\"9999999\"}\n");
        refuses(&place, &["check", PLAN, "--site", &site], 3, tags);
        let population = format!("big.population.ndjson{packing}");
        let sealed = if packing.is_empty() { "more than 500000 lines" } else { "longer than 64 MiB" };
        refuses(&place, &["snapshot", "finalize", &population], 3, sealed);
        if packing == ".gz" {
            refuses(&place, &["verify", PLAN, "--before", SITE, "--after", &site], 3, tags);
            let list = "the list of what is to be carried over would take more than 128 MiB";
            place.edit(SITE, r#""taken_at":"2026-11-21T06"#, r#""taken_at":"2020-11-21T06"#);
            place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
            refuses(&place, &["merge-list", "--cloned", SITE, "--live", &site], 3, list);
            refuses(&place, &["snapshot", "import", &site, "--plan", PLAN, "--yes"], 3, tags);
            refuses(&place, &["snapshot", "finalize", &site], 3, tags);
            refuses(&place, &["init", "--site", &site, "--out", "new.yaml"], 3, tags);
        }
        fs::remove_file(place.path(&population)).unwrap();
        fs::remove_file(place.path(&site)).unwrap();
    }
}

#[test]
fn one_endless_line_is_refused_before_it_is_understood() {
    let place = Place::in_memory();
    let first = place.read(SITE).lines().next().unwrap().to_owned();
    let line = format!("{{\"kind\":\"tag\",\"key\":\"a\",\"x\":[{}0]}}\n", "0,".repeat(2 << 20));
    endless(&place, "big.site.ndjson", ".gz", &first, &line, "0,");
    for words in [&["check", PLAN, "--site", "big.site.ndjson.gz"][..], &["snapshot", "finalize", "big.site.ndjson.gz"]]
    {
        refuses(
            &place,
            words,
            3,
            if words[0] == "check" { "the line is longer than 1 MiB" } else { "longer than 64 MiB" },
        );
    }
    fs::write(place.path("big.site.ndjson"), format!("{first}\n{line}")).unwrap();
    refuses(&place, &["snapshot", "finalize", "big.site.ndjson"], 3, "the line is longer than 1 MiB");
}
