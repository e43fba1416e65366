//! `plan verify` through the binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::place::Edited;
use amc_plan::example;
use amc_plan::site::file::seal_file;
use serde_json::{Value, json};

/// The example in a folder, with a second copy of its site as the side after.
struct Switched(tempfile::TempDir);

impl Switched {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        example::write(folder.path(), example::SEED).unwrap();
        for end in ["site", "population"] {
            let name = |side: &str| folder.path().join(format!("{side}.{end}.ndjson"));
            fs::copy(name("bloom-coaching"), name("after")).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Edits the population after, line by line (none drops it), and seals both files.
    fn edit(&self, edit: impl Fn(Value) -> Option<Value>) {
        let path = self.path("after.population.ndjson");
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter_map(|line| edit(serde_json::from_str(line).unwrap()));
        fs::write(&path, lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        seal_file(&path).unwrap();
        seal_file(&self.path("after.site.ndjson")).unwrap();
    }

    fn verify(&self, more: &[&str]) -> Output {
        let words = ["verify", "bloom-coaching.yaml", "--after", "after.site.ndjson"];
        plan(self.0.path(), &[&words[..], more].concat())
    }
}

fn plan(folder: &Path, words: &[&str]) -> Output {
    let output = crate::place::program().args(words).current_dir(folder).env("COLUMNS", "100").output().unwrap();
    crate::published::hold(words, folder, &String::from_utf8_lossy(&output.stdout));
    output
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

const BEFORE: [&str; 2] = ["--before", "bloom-coaching.site.ndjson"];

/// What the doctored side after holds, and must never be shown unasked.
const SECRET: &str = "secret.person@nowhere.example";

/// A spot-check contact with another address, a tag lost by another, one contact gone, one new.
fn doctored() -> Switched {
    let switched = Switched::new();
    switched.edit(|mut record| {
        match (record["kind"].as_str(), record["key"].as_str()) {
            (Some("contact"), Some("10019")) => record["email"] = json!(SECRET),
            (Some("contact"), Some("10010")) => drop(record["tags"].as_array_mut().unwrap().pop()),
            (Some("contact"), Some("10079")) => return None,
            (Some("contact"), Some("10113")) => record["key"] = json!("90113"),
            _ => {}
        }
        Some(record)
    });
    switched
}

#[test]
fn differences_are_shown_without_a_personal_value() {
    let switched = doctored();
    let output = switched.verify(&BEFORE);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(21), "{said}");
    for words in [
        "         contact ID  first name  last name  e-mail   tags     affiliate  orders\n",
        "  10019  same        same        same       differs  same     same       same\n",
        "  10079  missing     ?           ?          ?        ?        ?          ?\n",
        "  10113  now 90113   ?           ?          ?        ?        ?          ?\n",
        "7 of 10 the same in every field",
        "240 before = 236 same + 3 changed + 1 missing + 0 merged",
        "239 after  = 236 same + 3 changed + 0 merged into + 0 duplicated + 0 extra",
        "changed (contact ID of 1, e-mail of 1, tags of 1)",
        "90113 (was 10113): contact ID",
        // Whoever repairs it has to know which tag.
        "    10010: tags (lost: `Group_Coaching_Made_Purchase`)\n",
        "contact total: -0.4 %; the vendor's guide asks to investigate a difference above 5 %",
        "different: something is not as before",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    let population = fs::read_to_string(switched.path("bloom-coaching.population.ndjson")).unwrap();
    let contacts = population.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let values: Vec<String> = contacts
        .filter(|record| record["kind"] == "contact")
        .flat_map(|record| [record["email"].clone(), record["last_name"].clone()])
        .filter_map(|value| value.as_str().map(str::to_owned))
        .filter(|value| value.chars().count() > 5)
        .chain([SECRET.to_owned()])
        .collect();
    let json = text(&switched.verify(&[&BEFORE[..], &["--format", "json"]].concat()));
    for value in &values {
        assert!(!said.contains(value) && !json.contains(value), "{value}");
    }
    let shown = text(&switched.verify(&[&BEFORE[..], &["--show-personal"]].concat()));
    assert!(shown.contains(SECRET) && shown.contains("iris.vanderlinde2@post.example"), "{shown}");
}

#[test]
fn the_form_for_machines_says_the_same() {
    let output = doctored().verify(&[&BEFORE[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["format_version"], &report["verdict"]), (&json!("1.0"), &json!("different")));
    let contacts = &report["everybody"]["contacts"];
    assert_eq!((&contacts["same"], &contacts["changed"]["total"]), (&json!(236), &json!(3)));
    assert_eq!(contacts["missing"]["examples"], json!([{"id": "10079", "values": null}]));
    assert_eq!(contacts["changed"]["examples"][2]["was"], json!(["10113"]));
    let spot = |id: &str| {
        let all = report["spot_check"].as_array().unwrap();
        all.iter().find(|spot| spot["id"] == id).unwrap().clone()
    };
    assert_eq!(spot("10019")["fields"]["email"], "differs");
    assert_eq!(spot("10113")["now"], "90113");
    assert_eq!(report["detection"][1]["hit"], 12);
}

#[test]
fn what_was_not_captured_is_never_green() {
    let switched = Switched::new();
    let output = switched.verify(&[]);
    let said = text(&output);
    assert!(
        output.status.code() == Some(1) && said.contains("? the population before: no reading was given"),
        "{said}"
    );
    assert!(said.contains("10 of 10 the same"), "what was recorded is compared all the same: {said}");

    let header = fs::read_to_string(switched.path("after.site.ndjson")).unwrap();
    let blind = header.edited(r#""order":{"how":"bridge"}"#, r#""order":{"missing":"switched off"}"#);
    assert_ne!(blind, header);
    fs::write(switched.path("after.site.ndjson"), blind).unwrap();
    seal_file(&switched.path("after.site.ndjson")).unwrap();
    let said = text(&switched.verify(&BEFORE));
    assert!(said.contains("? orders after: switched off") && said.contains("unproven"), "{said}");

    fs::remove_file(switched.path("after.population.ndjson")).unwrap();
    let output = switched.verify(&BEFORE);
    let said = text(&output);
    assert!(output.status.code() == Some(1) && said.contains("? the population after: no population lies"), "{said}");
    let words = ["verify", "bloom-coaching.yaml", "--after", "https://staging.bloom.example"];
    let output = plan(switched.0.path(), &[&words[..], &BEFORE].concat());
    let said = text(&output);
    assert!(
        output.status.code() == Some(1)
            && said.contains("? the population after: cannot log in to `https://staging.bloom.example`: missing"),
        "{said}"
    );
}

#[test]
fn a_population_of_another_reading_is_refused() {
    let switched = doctored();
    fs::copy(switched.path("bloom-coaching.site.ndjson"), switched.path("after.site.ndjson")).unwrap();
    let output = switched.verify(&BEFORE);
    assert!(
        output.status.code() == Some(3) && text(&output).contains("taken with a different population"),
        "{}",
        text(&output)
    );
}

#[test]
fn many_examples_are_counted() {
    let switched = Switched::new();
    switched.edit(|mut record| {
        if record["kind"] == "contact" {
            let own = format!("Own {}", record["key"]);
            record["tags"].as_array_mut().unwrap().extend([json!("Migrated"), json!(own)]);
        }
        Some(record)
    });
    let said = text(&switched.verify(&BEFORE));
    assert!(said.contains("changed (tags of 240)") && said.contains("and 220 more"), "{said}");
    assert!(said.contains("+240  tag `Migrated`") && said.contains("and 181 more; `--format json`"), "{said}");
}
