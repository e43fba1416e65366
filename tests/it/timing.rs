//! The time of a run: how long its steps took, when live may be begun, and by when somebody decides.

use std::fs;

use serde_json::Value;

use crate::place::{PLAN, Place, SITE};

/// The lines of a journal.
fn events(place: &Place) -> Vec<Value> {
    let text = fs::read_to_string(place.journal()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_run_that_is_gone_on_with_says_until_when_it_was_alive_before() {
    let place = Place::new();
    place.confirm(&place.digest()).ends(0, &[]);
    let on = || place.apply(&["--resume", "--no-input"]);
    on().ends(20, &["no verification"]);
    let reached = events(&place).last().unwrap().clone();
    on().ends(20, &["no verification"]);
    let last = events(&place).last().unwrap().clone();
    let time = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let alive = time(&last["event"]["resume"]["alive_until"]);
    assert!(time(&reached["at"]) <= alive && alive <= time(&last["at"]), "{reached} {last}");
    // Somebody else was at the lock meanwhile: then nobody knows.
    let word = ["record", "not-pressed", "nobody was there", "--plan", PLAN, "--site", SITE, "--who", "jo"];
    place.run(&word).ends(2, &[]);
    on().ends(20, &[]);
    let last = events(&place).last().unwrap().clone();
    assert_eq!(last["event"]["resume"].get("alive_until"), None, "{last}");
}
