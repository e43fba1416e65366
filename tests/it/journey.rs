//! What a plan comes to for members: one, and everybody, on the example and on what accidents make of it.

use std::collections::BTreeSet;
use std::fs;

use amc_plan::journey::{MODEL, words};
use serde_json::Value;

use crate::guided::POPULATION;
use crate::place::{PLAN, Place, Ran, SITE};

const MONEY: &str = "{module: Money, release: 7 days after previous}";
const EVERYBODY: [&str; 7] = ["journey", PLAN, "--site", SITE, "--everybody", "--format", "json"];

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

/// The example's contacts with their tags.
fn contacts(place: &Place) -> Vec<(String, BTreeSet<String>)> {
    let text = place.read(POPULATION);
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let contacts = records.filter(|record| record["kind"] == "contact");
    let tags = |record: &Value| {
        record["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap().to_owned()).collect()
    };
    contacts.map(|record| (record["key"].as_str().unwrap().to_owned(), tags(&record))).collect()
}

/// How many are in the middle of the coaching, and have none of these tags.
fn mid_course_without(place: &Place, without: &[&str]) -> u64 {
    let ends = ["Group_Coaching_Celebration_Access", "Group_Coaching_Instant_Access", "Group_Coaching_Revoke_Access"];
    let waits = |tags: &BTreeSet<String>| {
        tags.contains("Group_Coaching_Base_Access") && ends.iter().chain(without).all(|tag| !tags.contains(*tag))
    };
    contacts(place).iter().filter(|(_, tags)| waits(tags)).count() as u64
}

fn count(of: &Value, fate: &str) -> u64 {
    of["everybody"]["counts"][fate].as_u64().unwrap_or(0)
}

#[test]
fn nobody_of_the_example_loses_anything_or_waits_for_ever() {
    let place = Place::new();
    let ran = place.run(&EVERYBODY);
    ran.ends(0, &[]);
    let all = json(&ran);
    for bad in ["loses", "waits-for-ever", "unknown", "later"] {
        assert_eq!(count(&all, bad), 0, "{bad}");
    }
    assert_eq!(all["everybody"]["contacts"], 240);
    // Whoever is between modules of an offering with timers gets them by hand, or on a day that is known now; the rest is the same.
    let coaching = mid_course_without(&place, &[]);
    let cohorts = all["everybody"]["cohorts"].as_array().unwrap();
    let moved = |name: &str| -> u64 {
        let differ = cohorts.iter().filter(|of| of["offering"] == name && of["fate"] != "same");
        differ.map(|of| of["contacts"].as_u64().unwrap()).sum()
    };
    assert_eq!(moved("group-coaching"), coaching);
    assert_eq!(moved("foundations"), 0);
}

#[test]
fn a_module_that_nothing_opens_lets_those_wait_for_ever_who_do_not_have_it() {
    let place = Place::new();
    let wait = mid_course_without(&place, &["Group_Coaching_Money_Access"]);
    assert!(wait > 10, "{wait}");
    for (module, by) in [("{module: Money}", "nobody"), ("{module: Money, release: by-hand, owner: jo}", "jo")] {
        let place = Place::new();
        place.edit(PLAN, MONEY, module);
        let ran = place.run(&EVERYBODY);
        let all = json(&ran);
        let (waits, code) = if by == "jo" { ("waits-for-a-person", 0) } else { ("waits-for-ever", 1) };
        ran.ends(code, &[]);
        assert_eq!(count(&all, waits), wait, "{by}");
        let first = &all["everybody"]["cohorts"][0];
        assert_eq!(
            (&first["offering"], &first["module"], &first["fate"]),
            (&"group-coaching".into(), &4.into(), &waits.into())
        );
    }
}

#[test]
fn what_is_not_owed_never_comes_and_a_new_release_comes_later() {
    let place = Place::new();
    let mid_course = mid_course_without(&place, &[]);
    let place = Place::new();
    let decided = "members_between_modules: complete-by-hand\n  foundations";
    place.edit(PLAN, decided, "members_between_modules: none\n  foundations");
    let ran = place.run(&EVERYBODY);
    ran.ends(1, &[]);
    assert_eq!(count(&json(&ran), "waits-for-ever"), mid_course);
    let place = Place::new();
    place.edit(PLAN, decided, "members_between_modules: re-release\n  foundations");
    let all = json(&place.run(&EVERYBODY));
    // Whoever has the base module alone is as far as whoever starts again. Whoever waits for the CRM's module had no day before.
    let begun = mid_course_without(&place, &["Group_Coaching_Goals_Access"]);
    let no_day = mid_course_without(&place, &["Group_Coaching_Money_Access"])
        - mid_course_without(&place, &["Group_Coaching_Boundaries_Access"]);
    assert_eq!(count(&all, "later"), mid_course - begun - no_day);
    let days = |held: usize| {
        let cohorts = all["everybody"]["cohorts"].as_array().unwrap().iter();
        let mut of =
            cohorts.filter(|of| of["offering"] == "group-coaching" && of["held"].as_array().unwrap().len() == held);
        of.find(|of| of["fate"] == "later").map(|of| of["days"].clone())
    };
    // Three weeks from the base module to `Boundaries` again, of which one was left.
    assert_eq!(days(3), Some(14.into()));
}

#[test]
fn what_nobody_decided_or_read_is_unknown_and_never_kept() {
    let undecided = Place::new();
    undecided.edit(PLAN, "    members_between_modules: complete-by-hand\n  foundations", "  foundations");
    let ran = undecided.run(&EVERYBODY);
    ran.ends(1, &[]);
    assert_eq!(count(&json(&ran), "unknown"), mid_course_without(&undecided, &[]));
    let unread = Place::new();
    let opening = unread.read(POPULATION).lines().next().unwrap().to_owned();
    let mut other: Value = serde_json::from_str(&opening).unwrap();
    other["unknown"] = serde_json::json!(["tags"]);
    let text = unread.read(POPULATION).replacen(&opening, &other.to_string(), 1);
    fs::write(unread.path(POPULATION), text).unwrap();
    unread.run(&["snapshot", "finalize", POPULATION]).ends(0, &[]);
    unread.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    let ran = unread.run(&EVERYBODY);
    ran.ends(1, &[]);
    let all = json(&ran);
    assert_eq!(count(&all, "unknown"), 8 * 240, "of each of eight offerings nobody knows who holds what");
    assert_eq!(count(&all, "same"), 0);
    let none = Place::new();
    fs::remove_file(none.path(POPULATION)).unwrap();
    none.run(&EVERYBODY).ends(1, &["nothing is known of the site's members"]);
}

#[test]
fn contacts_are_shown_shortened_unless_they_are_asked_for() {
    let place = Place::new();
    let ids: Vec<String> = contacts(&place).into_iter().map(|(id, _)| id).collect();
    let named = |text: &str| ids.iter().filter(|id| text.contains(id.as_str())).count();
    for format in ["human", "json"] {
        let words = ["journey", PLAN, "--site", SITE, "--everybody", "--format", format];
        let masked = place.run(&words);
        assert_eq!((named(&masked.out), named(&masked.err)), (0, 0), "{format}");
        let whole = place.run(&[&words[..], &["--show-personal"]].concat());
        assert!(named(&whole.out) > 10, "{format}: {}", whole.out);
    }
}

#[test]
fn the_page_has_the_model_as_the_program_has_it() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/journey.md")).unwrap();
    for premise in MODEL {
        let row = format!("| `{}` | {} | {} |", premise.id, premise.says, words(premise.evidence));
        assert!(page.contains(&row), "docs/journey.md lacks: {row}");
    }
}
