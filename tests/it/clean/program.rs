//! The same through the program, from files as they lie beside a plan: what it reads of them is what the rules judge.

use std::fmt::Write as _;
use std::path::Path;

use amc_plan::model::digest;
use amc_plan::model::plan::{ContactValuesFile, SiteRole};
use amc_plan::model::record::NONE_BEFORE;
use jiff::Timestamp;

use crate::common::plan;

use super::site::{Clean, Facts, Size};
use super::stages::{Read, Stage};

/// A site's file and its population beside it.
fn write_site(folder: &Path, name: &str, read: &Read) {
    std::fs::write(folder.join(format!("{name}.site.ndjson")), &read.text).unwrap();
    std::fs::write(folder.join(format!("{name}.population.ndjson")), &read.population).unwrap();
}

/// Plan, record and recorded values as files.
fn write_plan(folder: &Path, clean: &Clean, read: &Read) {
    std::fs::write(
        folder.join("clean.yaml"),
        serde_yaml::to_string(&serde_json::to_value(&clean.plan).unwrap()).unwrap(),
    )
    .unwrap();
    std::fs::create_dir_all(folder.join("private")).unwrap();
    let values = serde_yaml::to_string(&ContactValuesFile(clean.values.clone())).unwrap();
    std::fs::write(folder.join("private/contacts.yaml"), values).unwrap();
    let (mut lines, mut previous) = (String::new(), NONE_BEFORE.to_owned());
    for entry in &read.record.entries {
        let entry = amc_plan::model::record::Entry { previous, ..entry.clone() };
        let line = digest::canonical(&entry);
        previous = digest::of_bytes(line.as_bytes());
        writeln!(lines, "{line}").unwrap();
    }
    std::fs::write(folder.join("clean.record.ndjson"), lines).unwrap();
}

#[test]
fn a_clean_site_in_files_is_silent_through_the_program() {
    let seed = super::seeds(1, 40).next().unwrap();
    for (facts, size) in
        [(Facts::Captured, Size { members: 300, offerings: 40 }), (Facts::Attested, Size { members: 1, offerings: 8 })]
    {
        // The program's clock is the machine's.
        let now = Timestamp::from_second(Timestamp::now().as_second() - 120).unwrap();
        let clean = Clean::draw_at(now, 3000 + seed, size, facts);
        let folder = tempfile::tempdir().unwrap();
        write_site(folder.path(), "live", &clean.read(SiteRole::Live, Stage::Found));
        for (stage, gates) in [(Stage::Found, ["fit", "configure"]), (Stage::Changed, ["configure", "migrate"])] {
            let read = clean.read(SiteRole::Staging, stage);
            write_site(folder.path(), "copy", &read);
            write_plan(folder.path(), &clean, &read);
            for gate in gates {
                let args =
                    ["check", "clean.yaml", "--site", "copy.site.ndjson", "--gate", gate, "--fail-on", "warning"];
                // What of live a person attested stands in no file that could be read beside the copy's.
                let live = ["--live", "live.site.ndjson"];
                let live = if facts == Facts::Captured { &live[..] } else { &[] };
                let ran = plan(folder.path(), &[&args[..], live].concat());
                assert_eq!(ran.code, 0, "seed {}, {facts:?}, {stage:?}, {gate}: {}{}", 3000 + seed, ran.out, ran.err);
            }
        }
    }
}
