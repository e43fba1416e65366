//! The members of a large capture, grouped outside of memory: whole, within bounds, and without a trace of them.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::common::one_of;
use crate::place::{Ran, program};

/// So many that their rows of meta do not fit into the memory that is allowed for them.
const MEMBERS: u64 = 40_000;

/// The most memory that grouping may take, in MiB, of a program that was not made small: the goal of `benches/collector` is 64.
const MOST: u64 = 96;

const ADAPTER: &str = "benches/collector.adapter.yaml";
const KEYS: [&str; 9] = [
    "first_name",
    "last_name",
    "nickname",
    "description",
    "rich_editing",
    "contact_id",
    "wp_capabilities",
    "wp_user_level",
    "_accessally_user_tag_ids",
];

/// Every member once, in an order in which neighbours lie far apart.
fn far_apart() -> impl Iterator<Item = u64> {
    (0..MEMBERS).map(|at| 1 + at * 7919 % MEMBERS)
}

fn meta(key: &str, id: u64) -> Value {
    match key {
        "contact_id" => json!(format!("c{id}")),
        "wp_capabilities" => json!({"picked": {"": {"php": 1}, "/subscriber": true}}),
        "_accessally_user_tag_ids" => {
            json!({"picked": {"": {"php": 1}, "/ids": {"array": 2}, "/ids/0": "12", "/ids/1": format!("{}", 20 + id % 50)}})
        }
        key => json!(format!("{key} of {id}")),
    }
}

/// A capture as the collector would give it for what the benchmark's adapter asks.
fn write_capture(file: &Path) {
    let asked = program().args(["adapter", "request", ADAPTER]).output().unwrap();
    let request: Value = serde_json::from_slice(&asked.stdout).unwrap();
    let columns: Vec<&str> =
        request["users"]["columns"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    let mut out = BufWriter::new(File::create(file).unwrap());
    let mut digest = Sha256::new();
    let mut line = |value: Value| {
        let text = format!("{value}\n");
        digest.update(&text);
        out.write_all(text.as_bytes()).unwrap();
    };
    line(json!({"capture": {
        "format": 1, "plugin": {"name": "plan-bridge", "version": "0.1.0", "sha256": "5f2c"},
        "request": {"sha256": "77ab", "adapters": request["adapters"]}, "taken_at": "2026-11-21T06:12:00Z",
        "versions": {"wordpress": "6.8.7", "php": "8.2.31", "database": "10.11.14-MariaDB"}, "multisite": false, "object_cache": false,
        "site": {"home": "https://staging.bloom.example", "url": "https://staging.bloom.example", "host": "staging.bloom.example",
            "environment": "staging", "blog": 1, "locale": "en_US", "timezone": "UTC"},
        "before": {"users": MEMBERS, "posts": 0}
    }}));
    line(json!({"source": {"kind": "users", "of": columns, "engine": "InnoDB", "expected": MEMBERS}}));
    let ids: Vec<u64> = (1..=MEMBERS).collect();
    for block in ids.chunks(200) {
        let row = |id: &u64| {
            let cell = |column: &&str| json!(format!("{column}{id}@member.test"));
            Value::Array([json!(id)].into_iter().chain(columns.iter().map(cell)).collect())
        };
        line(json!({"users": {"rows": block.iter().map(row).collect::<Vec<_>>()}}));
    }
    line(json!({"source": {"kind": "usermeta", "of": KEYS, "engine": "InnoDB", "expected": 9 * MEMBERS}}));
    let mut number = 0;
    for key in KEYS {
        for block in far_apart().collect::<Vec<_>>().chunks(200) {
            let rows = block.iter().map(|id| {
                number += 1;
                json!([number, id, key, meta(key, *id)])
            });
            let rows: Vec<Value> = rows.collect();
            line(json!({"usermeta": {"rows": rows}}));
        }
    }
    let counts = json!({"users": MEMBERS, "usermeta": 9 * MEMBERS});
    let digest: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(out, "{}", json!({"end": {"counts": counts, "expected": counts, "sha256": digest}})).unwrap();
}

fn from_capture(folder: &Path) -> Command {
    let mut command = program();
    command.args(["snapshot", "from-capture"]).arg(folder.join("a.capture.ndjson"));
    command.args(["--adapter", ADAPTER, "--out"]).arg(folder.join("a.site.ndjson"));
    command.env("TMPDIR", folder.join("tmp")).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Whether the process has a file open in a folder that has no name there.
fn has_nameless(child: &Child, folder: &Path) -> bool {
    let Ok(open) = fs::read_dir(format!("/proc/{}/fd", child.id())) else { return false };
    open.flatten().filter_map(|entry| fs::read_link(entry.path()).ok()).any(|file| {
        let file = file.to_string_lossy().into_owned();
        file.starts_with(&*folder.to_string_lossy()) && file.ends_with(" (deleted)")
    })
}

fn peak(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() >> 10
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_members_of_a_large_capture_are_grouped_outside_of_memory() {
    if one_of("SIZES", (1, 2)).is_none() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let (folder, tmp) = (place.path(), place.path().join("tmp"));
    fs::create_dir(&tmp).unwrap();
    write_capture(&folder.join("a.capture.ndjson"));

    // Killed while it groups: what it had spilled never had a name.
    let mut killed = from_capture(folder).spawn().unwrap();
    let begun = Instant::now();
    while !has_nameless(&killed, &tmp) {
        assert!(
            killed.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(120),
            "nothing was spilled"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(names(&tmp), Vec::<String>::new());
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!((names(&tmp), names(folder)), (Vec::new(), vec!["a.capture.ndjson".to_owned(), "tmp".to_owned()]));

    let mut child = from_capture(folder).spawn().unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(peak(&child));
        assert_eq!(names(&tmp), Vec::<String>::new());
        std::thread::sleep(Duration::from_millis(2));
    }
    Ran::from(child.wait_with_output().unwrap()).ends(0, &["wrote "]);
    assert!(most < MOST, "{most} MiB");

    let population = fs::read_to_string(folder.join("a.population.ndjson")).unwrap();
    let mut contacts = 0;
    for line in population.lines().filter(|line| line.starts_with("{\"kind\":\"contact\"")) {
        let contact: Value = serde_json::from_str(line).unwrap();
        let id: u64 = contact["key"].as_str().unwrap()[1..].parse().unwrap();
        assert_eq!(contact["email"], format!("user_email{id}@member.test"));
        assert_eq!(contact["first_name"], format!("first_name of {id}"));
        assert_eq!(contact["tags"], json!(["12", format!("{}", 20 + id % 50)]));
        contacts += 1;
    }
    assert_eq!(contacts, MEMBERS);
}
