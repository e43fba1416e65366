//! The page about own rules: its rules are tried as it has them.

use std::fs;
use std::path::Path;

use crate::own_rules::says;
use crate::place::Place;

#[test]
fn each_file_of_rules_on_the_page_passes_its_own_examples() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/own-rules.md")).unwrap();
    let files: Vec<&str> = page
        .split("```yaml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .filter(|fence| fence.starts_with("# yaml-language-server") || fence.starts_with("version: 1\nrules:"))
        .collect();
    assert!(files.len() >= 2, "{} files", files.len());
    for text in files {
        let place = Place::new();
        fs::write(place.path("rules.yaml"), text).unwrap();
        says(&place.run(&["rules", "test"]), 0, &["each finds what it should"]);
    }
}
