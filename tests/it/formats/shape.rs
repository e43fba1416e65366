//! Version 1 of the report, pinned: every key that it has, with what stands there. A program that reads it may rely on each.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{accepted, checks, json, printed};
use crate::common::validator;
use crate::place::{PLAN, SITE};

/// Every place of a value, with what stands there.
fn places(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(items) => {
            items.iter().for_each(|item| places(item, &format!("{at}/*"), found));
            "list"
        }
        Value::Object(map) => {
            for (key, value) in map {
                // Keys of it are phases.
                let key = if at == "/not_due" { "*" } else { key };
                places(value, &format!("{at}/{key}"), found);
            }
            "map"
        }
    };
    found.insert(format!("{at}: {kind}"));
}

#[test]
fn version_1_of_the_report_keeps_every_key_that_it_has() {
    let place = accepted();
    let mut found = BTreeSet::new();
    for words in checks(&place).iter().map(Vec::as_slice).chain([&[PLAN, "--site", SITE, "--gate", "fit"][..]]) {
        let report = json(&place, "json-v1", words);
        let many = words.iter().filter(|word| word.ends_with(".yaml")).count() > 1;
        let reports = if many { report.as_array().unwrap().clone() } else { vec![report] };
        for report in reports {
            assert_eq!(report["format_version"], "1.0");
            places(&report, "", &mut found);
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/report-v1.txt");
    let now: String = found.iter().map(|line| format!("{line}\n")).collect();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &now).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap() == now,
        "a key that is gone, or that holds something else, needs another version of the format; a new one is a line of \
         tests/formats/report-v1.txt (UPDATE_SNAPSHOTS=1)\n{now}"
    );
}

#[test]
fn json_is_the_newest_version_and_a_line_of_json_lines_is_what_it_says() {
    let (place, schema) = (accepted(), validator("report-line"));
    for words in checks(&place) {
        assert_eq!(printed(&place, "json", &words), printed(&place, "json-v1", &words), "{words:?}");
        let report = json(&place, "json", &words);
        let reports = report.as_array().cloned().unwrap_or_else(|| vec![report]);
        let out = printed(&place, "json-lines", &words);
        let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.iter().all(|line| schema.is_valid(line)), "{out}");
        let of = |kind: &'static str| lines.iter().filter(move |line| line["type"] == kind);
        assert_eq!(lines[0]["type"], "version");
        assert_eq!(of("verdict").count(), reports.len());
        for (line, report) in of("verdict").zip(&reports) {
            for key in ["verdict", "gate", "plan", "site", "live", "evidence", "not_due", "changes"] {
                assert_eq!(line[key], report[key], "{key}: {line}");
            }
        }
        for (kind, key) in [("finding", "findings"), ("coming", "coming")] {
            let listed: Vec<&Value> = reports.iter().flat_map(|report| report[key].as_array().unwrap()).collect();
            let lines: Vec<&Value> = of(kind).collect();
            assert_eq!(lines.len(), listed.len(), "{words:?}");
            for (line, listed) in lines.iter().zip(listed) {
                let listed = listed.as_object().unwrap();
                assert!(listed.iter().all(|(key, value)| line[key] == *value), "{line}");
            }
        }
    }
    assert!(!schema.is_valid(&serde_json::json!({"type": "finding", "plan": "x"})));
}
