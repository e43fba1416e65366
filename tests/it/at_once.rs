//! Many commands at once: what each said that it wrote is there, and whole.

use std::process::Child;

use crate::place::{PLAN, Place, Ran, SITE};

const RECORD: &str = "bloom-coaching.record.ndjson";

/// Runs all of these at once.
fn at_once(place: &Place, all: &[Vec<String>]) -> Vec<Ran> {
    let words = |line: &Vec<String>| line.iter().map(String::as_str).collect::<Vec<_>>().join("\0");
    let begun: Vec<Child> =
        all.iter().map(|line| place.command(&words(line).split('\0').collect::<Vec<_>>()).spawn().unwrap()).collect();
    begun.into_iter().map(|child| Ran::from(child.wait_with_output().unwrap())).collect()
}

fn record(more: &[&str]) -> Vec<String> {
    let all = [&["record"], more, &["--plan", PLAN, "--who", "jo"]].concat();
    all.into_iter().map(str::to_owned).collect()
}

#[test]
fn twenty_five_recorded_at_once_are_all_there_and_the_chain_is_whole() {
    let place = Place::new();
    let before = place.read(RECORD).lines().count();
    let all: Vec<_> = (0..25).map(|number| record(&["sign-in", &format!("window {number}")])).collect();
    for ran in at_once(&place, &all) {
        ran.ends(0, &[]);
    }
    let text = place.read(RECORD);
    assert_eq!(text.lines().count(), before + 25);
    for number in 0..25 {
        assert!(text.contains(&format!(r#""window {number}""#)), "{number} is gone");
    }
    place.run(&["check", PLAN, "--site", SITE]).ends(0, &[]);
}

/// What a line must not say twice is looked at where nobody else can add a line.
#[test]
fn one_transaction_recorded_at_once_for_many_purchases_is_on_record_once() {
    let place = Place::new();
    let forms =
        ["foundations-membership", "group-coaching-checkout", "group-coaching-payment-plan", "team-seats-checkout"];
    let all: Vec<_> = (0..12)
        .map(|number| {
            let form = forms[number % forms.len()];
            record(&["purchase", form, "--saw", "order", "--transaction", "pi_the_same"])
        })
        .collect();
    let ran = at_once(&place, &all);
    let text = place.read(RECORD);
    let named: std::collections::BTreeSet<&str> =
        forms.into_iter().filter(|form| text.contains(&format!(r#""form":"{form}""#))).collect();
    assert_eq!(named.len(), 1, "{text}");
    assert!(ran.iter().any(|ran| ran.code == Some(2) && ran.err.contains("is on record for")), "{ran:?}");
    place.run(&["check", PLAN, "--site", SITE]).ends(0, &[]);
}

#[test]
fn a_record_that_somebody_holds_is_waited_for_and_then_said_to_be_held() {
    let place = Place::new();
    let held = std::fs::File::open(place.path(RECORD)).unwrap();
    held.lock().unwrap();
    let before = place.read(RECORD);
    let words = record(&["sign-in", "in another window"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    place.run(&words).ends(3, &["another command has been adding to it for ten seconds"]);
    assert_eq!(place.read(RECORD), before);
    // A reader waits for nobody.
    place.run(&["check", PLAN, "--site", SITE]).ends(0, &[]);
    drop(held);
    place.run(&words).ends(0, &[]);
}

/// Lines of one file of many, and the ledger of all readings: one that was confirmed by whoever ran last would be lost with the others.
#[test]
fn what_many_diffs_showed_at_once_is_confirmed_each() {
    let place = Place::new();
    place.run(&["diff", PLAN, "--site", SITE]).ends(0, &[]);
    let before = std::fs::read_to_string(place.confirmations()).unwrap().lines().count();
    let line: Vec<String> = ["diff", PLAN, "--site", SITE].map(str::to_owned).to_vec();
    for ran in at_once(&place, &vec![line; 25]) {
        ran.ends(0, &[]);
    }
    let text = std::fs::read_to_string(place.confirmations()).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), before + 25);
    for line in lines {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn readings_finalized_at_once_are_each_in_the_ledger() {
    let place = Place::new();
    let home = place.path("state");
    std::fs::create_dir(&home).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&home, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let begun: Vec<Child> = (0..25)
        .map(|number| {
            let file = format!("copy-{number}.site.ndjson");
            std::fs::write(place.path(&file), place.read(SITE).replace("06:12:00Z", &format!("06:12:{number:02}Z")))
                .unwrap();
            let words = ["snapshot", "finalize", &file, "--plan", PLAN, "--who", "jo"];
            place.command(&words).env("PLAN_STATE_HOME", &home).spawn().unwrap()
        })
        .collect();
    for child in begun {
        Ran::from(child.wait_with_output().unwrap()).ends(0, &[]);
    }
    let text = place.read("state/readings.ndjson");
    let whole = text.lines().filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()).count();
    assert_eq!(whole, 25, "{text}");
}
