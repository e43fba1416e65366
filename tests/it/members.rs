//! The members are looked at again: after the press, and at the end as at the review.

use std::fs;

use serde_json::Value;

use crate::guided::{
    CERTIFICATE, FORMS, POPULATION, buys, configured, migrated, on, pass_barrier, passed_barrier, record,
};
use crate::place::{PLAN, Place, SITE};

/// Rewrites each record of the population; what becomes nothing is gone. The reading keeps its time, or has this one.
fn rewrite(place: &Place, taken_at: Option<&str>, change: impl Fn(Value) -> Option<Value>) {
    let text = place.read(POPULATION);
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let lines = records.filter_map(|mut record| {
        match (record["kind"].as_str(), taken_at) {
            (Some("population"), Some(at)) => record["taken_at"] = at.into(),
            (Some("population" | "end"), _) => {}
            _ => return change(record),
        }
        Some(record)
    });
    let text: String = lines.map(|record| format!("{record}\n")).collect();
    fs::write(place.path(POPULATION), text).unwrap();
    place.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
}

/// Whether it is one of the example's own, and no test buyer's.
fn is_of_the_kind(record: &Value, kind: &str) -> bool {
    record["kind"] == kind && !record["key"].as_str().unwrap().starts_with("900")
}

/// Whether it is the record of a kind that comes first.
fn first(place: &Place, kind: &str) -> String {
    let text = place.read(POPULATION);
    let all = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.into_iter().find(|record| is_of_the_kind(record, kind)).unwrap()["key"].as_str().unwrap().to_owned()
}

#[test]
fn what_happens_to_members_after_their_review_ends_no_rehearsal() {
    let place = passed_barrier();
    place.edit(PLAN, "2026-11-21 07:00 Europe/Berlin", "2099-11-21 07:00 Europe/Berlin");
    migrated(&place, true, 30);
    record(&place, &["sign-in", "still signed in"]);
    on(&place).ends(20, &["maintenance mode is on"]);
    migrated(&place, false, 40);
    on(&place).ends(20, &[]);
    for (at, (form, tags)) in FORMS.iter().enumerate() {
        record(&place, &["purchase", form, "--saw", "order,content,welcome-email,new-user"]);
        buys(&place, at, form, tags);
        if at + 1 < FORMS.len() {
            on(&place);
        }
    }
    let whole = place.read(POPULATION);
    let one = [first(&place, "contact"), first(&place, "subscription")];
    let damages: [&dyn Fn(Value) -> Option<Value>; 4] = [
        &|mut record| {
            if is_of_the_kind(&record, "contact") {
                record["tags"] = Value::Array(Vec::new());
            }
            Some(record)
        },
        &|record| (record["key"] != one[0].as_str() || record["kind"] != "contact").then_some(record),
        &|record| (record["key"] != one[1].as_str() || record["kind"] != "subscription").then_some(record),
        &|record| (!is_of_the_kind(&record, "subscription")).then_some(record),
    ];
    for (number, damage) in damages.iter().enumerate() {
        rewrite(&place, None, damage);
        let ran = on(&place);
        ran.ends(21, &["verified: different"]);
        assert!(!place.path(CERTIFICATE).exists(), "damage {number}: {ran:#?}");
        fs::write(place.path(POPULATION), &whole).unwrap();
        place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    }
    on(&place).ends(0, &[]);
    assert!(place.path(CERTIFICATE).exists());
}

#[test]
fn members_who_were_read_before_the_press_or_in_the_future_prove_no_review() {
    let place = passed_barrier();
    migrated(&place, true, 30);
    record(&place, &["sign-in", "still signed in"]);
    let unit = |mut record: Value| {
        // Other bytes that say the same.
        let fields = record.as_object_mut().unwrap();
        let key = fields.shift_remove("key").unwrap();
        fields.insert("key".to_owned(), key);
        Some(record)
    };
    for (taken_at, says) in [
        ("2026-11-21T06:12:00Z", "that is not after"),
        ("2026-11-21T06:13:00Z", "that is not after"),
        ("2099-11-21T06:13:00Z", "is in the future"),
    ] {
        rewrite(&place, Some(taken_at), unit);
        let ran = on(&place);
        assert!(ran.code == Some(20) && !ran.out.contains("Review contacts (automatic)"), "{taken_at}: {ran:#?}");
        assert!(ran.err.contains(says) || ran.err.contains("were not read since"), "{taken_at}: {ran:#?}");
    }
    rewrite(&place, Some(&jiff::Timestamp::now().to_string()), Some);
    on(&place).ends(20, &["maintenance mode is on"]);
}

#[test]
fn who_writes_to_every_member_is_looked_at_in_front_of_the_barrier() {
    let place = configured();
    let emails = place.read(SITE).lines().find(|line| line.contains(r#""kind":"emails""#)).unwrap().to_owned();
    let mut other: Value = serde_json::from_str(&emails).unwrap();
    other["sender_name"] = "Somebody Else".into();
    let other = other.to_string();
    place.edit_site(SITE, &emails, &other);
    let ran = on(&place);
    ran.ends(20, &["`emails` differs in sender_name", "plan record moved emails"]);
    place.edit_site(SITE, &other, &emails);
    pass_barrier(&place);
}

/// The members of an offering of the example who have a tag that opens one of its modules, and neither the last one's nor one that opens or
/// closes everything.
fn waiting(place: &Place, offering: &str) -> usize {
    let records = |file: &str| -> Vec<Value> {
        place.read(file).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let site = records(SITE);
    let offering = site.iter().find(|record| record["kind"] == "offering" && record["key"] == offering).unwrap();
    let modules: Vec<&Value> = offering["modules"].as_array().unwrap().iter().map(|module| &module["tag"]).collect();
    let (last, begun) = modules.split_last().unwrap();
    let waits = |contact: &&Value| {
        let has = |tag: &Value| contact["tags"].as_array().is_some_and(|tags| !tag.is_null() && tags.contains(tag));
        let over = has(last) || has(&offering["tags"]["instant"]) || has(&offering["tags"]["revoke"]);
        !over && (has(&offering["tags"]["base"]) || begun.iter().any(|tag| has(tag)))
    };
    records(POPULATION).iter().filter(|record| record["kind"] == "contact").filter(waits).count()
}

#[test]
fn where_the_plan_says_that_nobody_waits_for_a_module_those_who_do_are_counted() {
    let place = Place::new();
    let count = waiting(&place, "group-coaching");
    assert!(count > 1, "the example has members in the middle of a course");
    let plan = place.read(PLAN);
    let (head, rest) = plan.split_once("members_between_modules: complete-by-hand").unwrap();
    fs::write(place.path(PLAN), format!("{head}members_between_modules: none{rest}")).unwrap();
    let check = || place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]);
    let found = format!(
        "error[members-between-modules-found] {count} members of `Group Coaching` wait for a module, but the plan says that there are none"
    );
    let ran = check();
    assert!(ran.code == Some(1) && ran.out.contains(&found), "{ran:#?}");
    // Once nobody does it is true.
    rewrite(&place, None, |mut record| {
        if record["kind"] == "contact" {
            record["tags"] = Value::Array(Vec::new());
        }
        Some(record)
    });
    assert_eq!(waiting(&place, "group-coaching"), 0);
    assert!(!check().out.contains("members-between-modules-found"));
}
