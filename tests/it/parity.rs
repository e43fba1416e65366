//! Whether anybody loses access between two readings, as a certificate.

use std::fs;

use amc_plan::site::file::seal;
use serde_json::Value;

use crate::common::validator;
use crate::guided::POPULATION;
use crate::place::{PLAN, Place, SITE};

pub(crate) const BEFORE: &str = "then.site.ndjson";

/// The example before the switch, and after it: on Managed Contacts, with the plan's timers, read a day later. Each contact may be another one.
pub(crate) fn switched(change: impl Fn(Value) -> Option<Value>) -> Place {
    let place = Place::new();
    fs::write(place.path(BEFORE), place.read(SITE)).unwrap();
    fs::write(place.path("then.population.ndjson"), place.read(POPULATION)).unwrap();
    let mut lines = Vec::new();
    for line in place.read(POPULATION).lines() {
        let mut record: Value = serde_json::from_str(line).unwrap();
        match record["kind"].as_str() {
            Some("population") => record["taken_at"] = "2026-11-22T06:12:00Z".into(),
            Some("contact") => match change(record) {
                Some(changed) => record = changed,
                None => continue,
            },
            _ => {}
        }
        lines.push(record.to_string());
    }
    fs::write(place.path(POPULATION), lines.join("\n") + "\n").unwrap();
    place.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
    let text = place.read(SITE).replacen("2026-11-21T06:12:00Z", "2026-11-22T06:12:00Z", 1);
    // What the CRM opened has the plan's timer, on both sides: so every day is known.
    let text = text.replace(r#""release":"by-hand""#, r#""release":"7 days after previous""#);
    let before = place.read(BEFORE).replace(r#""release":"by-hand""#, r#""release":"7 days after previous""#);
    fs::write(place.path(BEFORE), seal(&before).unwrap()).unwrap();
    fs::write(place.path(SITE), seal(&text.replacen(r#""managed":false"#, r#""managed":true"#, 1)).unwrap()).unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    place
}

fn certified(place: &Place, code: i32) -> Value {
    let words = ["parity", PLAN, "--before", BEFORE, "--after", SITE, "--out", "parity.json"];
    place.run(&words).ends(code, &["wrote parity.json"]);
    let read: Value = serde_json::from_str(&place.read("parity.json")).unwrap();
    assert!(validator("parity").is_valid(&read), "{read}");
    read
}

#[test]
fn where_nobody_lost_a_tag_nobody_loses_access() {
    let place = switched(Some);
    let read = certified(&place, 0);
    assert_eq!(read["statement"], "0 of 240 members lose access on any of the next 180 days");
    assert_eq!((&read["verdict"], &read["unproven"]), (&"holds".into(), &0.into()));
    assert!(read["model"].as_array().unwrap().iter().any(|of| of["evidence"] == "inferred"));
    assert_ne!(read["before"]["population"], read["after"]["population"]);
    place.run(&["parity", PLAN, "--check", "parity.json"]).ends(0, &[]);
    // An edit is noticed, and so is another plan.
    let text = place.read("parity.json");
    fs::write(place.path("edited.json"), text.replace("\"members\": 240", "\"members\": 241")).unwrap();
    place.run(&["parity", PLAN, "--check", "edited.json"]).ends(1, &["it was edited after it was made"]);
    place.edit(PLAN, "import_all_contacts: false", "import_all_contacts: true");
    let ran = place.run(&["parity", PLAN, "--check", "parity.json"]);
    assert!(ran.code == Some(1) && ran.out.contains("the plan intends something else since"), "{ran:#?}");
}

#[test]
fn who_lost_a_tag_or_is_gone_is_a_counterexample_by_a_part_of_their_id() {
    let (tag, revoke) = ("Mini_Course_Base_Access", "Mini_Course_Revoke_Access");
    let has = |record: &Value| record["tags"].as_array().unwrap().iter().any(|of| of == tag);
    let losing = Place::new().read(POPULATION).lines().filter(|line| line.contains(tag)).count();
    assert!(losing > 50);
    let without = |mut record: Value| {
        record["tags"].as_array_mut().unwrap().retain(|of| of != tag);
        Some(record)
    };
    let revoked = |mut record: Value| {
        if has(&record) {
            record["tags"].as_array_mut().unwrap().push(revoke.into());
        }
        Some(record)
    };
    let gone = |record: Value| (!has(&record)).then_some(record);
    let ways: [&dyn Fn(Value) -> Option<Value>; 3] = [&without, &revoked, &gone];
    for (way, change) in ways.into_iter().enumerate() {
        let place = switched(change);
        let ids: Vec<String> = place
            .read("then.population.ndjson")
            .lines()
            .filter(|line| line.contains(tag))
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["key"].as_str().unwrap().to_owned())
            .collect();
        let read = certified(&place, 1);
        assert_eq!((&read["verdict"], &read["losing"]), (&"does-not-hold".into(), &losing.into()), "way {way}: {read}");
        let first = &read["counterexamples"][0];
        assert_eq!((&first["offering"], &first["day"]), (&"mini-course".into(), &0.into()), "way {way}");
        let text = place.read("parity.json");
        assert!(ids.iter().all(|id| !text.contains(&format!("{id}\""))), "way {way}: no whole contact ID");
    }
}

#[test]
fn what_is_not_known_on_a_side_is_unproven_and_never_kept() {
    let place = Place::new();
    let ran = place.run(&["parity", PLAN, "--before", SITE, "--after", SITE]);
    // One reading twice shows no switch, and on which day the CRM opens its module nobody knows.
    assert!(ran.code == Some(1) && ran.out.starts_with("unproven: "), "{ran:#?}");
    for why in ["is not later than the one before", "does not say that it is on Managed Contacts"] {
        assert!(ran.out.contains(why), "{why}: {}", ran.out);
    }
}
