//! The suites of `tests/conformance/` as hostile input: whatever they hold, `check` ends with a code of its table and a valid report.

use std::path::Path;
use std::time::Duration;

use crate::common::{by_turns, survives, validator};
use amc_plan::text::{Limits, Problem, Tree, compose_bytes};
use serde_json::Value;

/// The most that a case may take, on a busy machine and without optimisation.
const SECONDS: Duration = Duration::from_secs(2);

/// A flow list that goes on at the column of its key: not allowed, and understood by every parser tried.
const TAKEN: [&str; 1] = ["9C9N"];

fn cases(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(name);
    let text = std::fs::read_to_string(path).expect("the suite");
    text.lines().map(|line| serde_json::from_str(line).expect("a case")).collect()
}

/// Each is judged as JSON, and every fourth in a form for people. In the gate one case in eight, others each time, since all of them are read in
/// this process too; `CASES=all cargo test --test it conformance::` tries them all.
fn all_survive(cases: &[Value]) {
    let (report, folder) = (validator("report"), tempfile::tempdir().expect("a folder"));
    let (all, first) = by_turns("CASES");
    for (index, case) in cases.iter().enumerate() {
        let (turn, round) = ((first + index) % 8, (first + index) / 8 % 8);
        if turn != 0 && !all {
            continue;
        }
        let formats: &[&str] = match round {
            0 => &["json", "human"],
            4 => &["json", "concise"],
            _ => &["json"],
        };
        let (name, text) = (case["name"].as_str().expect("a name"), case["text"].as_str().expect("a text"));
        survives(folder.path(), name, text.as_bytes(), &report, SECONDS, formats);
    }
}

#[test]
fn the_yaml_suite_is_survived() {
    let cases = cases("yaml-test-suite.ndjson");
    assert_eq!(cases.len(), 402);
    all_survive(&cases);
}

#[test]
fn the_json_suite_is_survived() {
    let cases = cases("json-test-suite.ndjson");
    assert_eq!(cases.len(), 338);
    all_survive(&cases);
}

fn read(case: &Value) -> (Option<Tree>, Vec<Problem>) {
    let text = case["text"].as_str().expect("a text");
    let (_, tree, problems) = compose_bytes("p", text.as_bytes().to_vec(), &Limits::default());
    (tree, problems)
}

#[test]
fn what_yaml_forbids_is_a_problem() {
    let failing: Vec<Value> = cases("yaml-test-suite.ndjson").into_iter().filter(|case| case["fail"] == true).collect();
    assert_eq!(failing.len(), 94);
    let taken: Vec<&str> =
        failing.iter().filter(|case| read(case).1.is_empty()).map(|case| case["name"].as_str().unwrap()).collect();
    assert_eq!(taken, TAKEN);
}

#[test]
fn what_is_read_is_what_yaml_means() {
    let mut compared = 0;
    for case in cases("yaml-test-suite.ndjson").iter().filter(|case| case["fail"] == false) {
        let (Some(tree), problems) = read(case) else { continue };
        let Some(Ok(meant)) = case["json"].as_str().map(serde_json::from_str::<Value>) else { continue };
        if problems.is_empty() {
            compared += 1;
            assert_eq!(tree.root.to_json(), meant, "{case}");
        }
        let syntax = problems.iter().find(|problem| problem.code == "yaml-syntax");
        assert_eq!(syntax, None, "{case}");
    }
    assert!(compared > 130, "{compared}");
}

#[test]
fn json_is_read_as_json_reads_it() {
    for case in cases("json-test-suite.ndjson") {
        let (name, text) = (case["name"].as_str().unwrap(), case["text"].as_str().unwrap());
        let Ok(meant) = serde_json::from_str::<Value>(text) else { continue };
        let (tree, problems) = read(&case);
        // YAML's `-0` is the whole number 0.
        if problems.is_empty() && !["y_number_minus_zero.json", "y_number_negative_zero.json"].contains(&name) {
            assert_eq!(tree.unwrap().root.to_json(), meant, "{name}");
        }
    }
}
