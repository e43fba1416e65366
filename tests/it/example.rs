//! The example under `plans/` is what its generator makes, and a site that can be read.

use std::collections::BTreeSet;
use std::path::PathBuf;

use amc_plan::change::intent_digest;
use amc_plan::example::{generate, write};
use amc_plan::model::Plan;
use amc_plan::model::drip::Drip;
use amc_plan::model::population::Questions;
use amc_plan::population::{Reason, Wish};
use amc_plan::site::Site;
use amc_plan::site::file::FileSite;
use serde_json::Value;

use crate::place::{Edited, Place, SITE};

/// The seed of the files under `plans/`.
const SEED: u64 = 7;

fn plans() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("plans")
}

/// `UPDATE=1 cargo test --test it example::` writes them anew.
#[test]
fn the_files_are_fresh() {
    if std::env::var_os("UPDATE").is_some() {
        write(&plans(), SEED).unwrap();
    }
    for (name, text) in generate(SEED).named() {
        let there = std::fs::read_to_string(plans().join(name)).unwrap();
        assert!(there == text, "plans/{name} is stale: run `UPDATE=1 cargo test --test it example::`");
    }
}

#[test]
fn one_seed_gives_one_example() {
    assert_eq!(generate(SEED), generate(SEED));
    assert_eq!(generate(SEED).site.lines().count(), generate(8).site.lines().count());
    assert_ne!(generate(SEED).population, generate(8).population);
}

#[test]
fn it_is_a_site_that_can_be_read() {
    let mut site = FileSite::open(plans().join("bloom-coaching.site.ndjson")).unwrap();
    let contacts = BTreeSet::from(["10231".to_owned(), "10877".to_owned()]);
    let reading = site.read(&Questions { contacts, ..Questions::default() }).unwrap();
    let census = reading.census.unwrap();
    assert_eq!((census.members, census.contacts.len()), (240, 2));
    assert_eq!(reading.snapshot.state.offerings.len(), 8);
    assert!(census.repeated_ids.is_empty());
    assert!(census.contacts["10877"].0.affiliate.is_some());
    let none_left = census.tags.keys().find(|tag| !reading.snapshot.state.tags.contains_key(*tag));
    assert_eq!(none_left, None, "every tag of a member is a tag of the site");
    assert!(!census.tags.keys().any(|tag| tag.starts_with("Summit_2019")));
    let drip = Drip::of(&reading.snapshot.state.offerings["group-coaching"]).unwrap();
    assert!(drip.is_under_way(census.contacts["10231"].0.tags.iter().map(String::as_str)));
}

#[test]
fn every_sort_of_member_is_there() {
    let mut site = FileSite::open(plans().join("bloom-coaching.site.ndjson")).unwrap();
    let state = site.read(&Questions::default()).unwrap().snapshot.state;
    let drips = state.offerings.values().filter_map(Drip::of).collect();
    let chosen = site.choose(&Wish { seed: 1, count: 10, drips, ..Wish::default() }).unwrap().unwrap();
    assert_eq!(chosen.len(), 10);
    for reason in Reason::ALL {
        assert!(chosen.iter().any(|contact| contact.reasons.contains(&reason)), "{}", reason.name());
    }
}

#[test]
fn nobody_in_it_can_be_written_to() {
    let files = generate(SEED);
    for line in files.population.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        if record["kind"] == "contact" {
            let (local, host) = record["email"].as_str().unwrap().split_once('@').unwrap();
            assert!(host.ends_with(".example") && !local.is_empty(), "{host}");
        }
    }
    assert!(!files.site.contains('@'));
}

/// The places of a document, with the document's root.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| places(value, &below(at, key), out)),
        Value::Array(items) => (0..).zip(items).for_each(|(n, value)| places(value, &format!("{at}/{n}"), out)),
        _ => {}
    }
}

fn below(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The places of a plan that could be left out, and it would say the same.
fn needless(text: &str) -> Vec<String> {
    let document: Value = serde_yaml::from_str(text).unwrap();
    let read = |document: &Value| serde_json::from_value::<Plan>(document.clone());
    let whole = read(&document).unwrap();
    let mut all = Vec::new();
    places(&document, "", &mut all);
    let changes_nothing = |place: &String| {
        let (Some((parent, key)), mut without) = (place.rsplit_once('/'), document.clone()) else { return false };
        let Some(map) = without.pointer_mut(parent).and_then(Value::as_object_mut) else { return false };
        map.remove(&key.replace("~1", "/").replace("~0", "~")).unwrap();
        let is_intended = !["/people", "/spot_check", "/accepted_risks"].iter().any(|part| place.starts_with(part));
        read(&without).is_ok_and(|plan| plan == whole || is_intended && intent_digest(&plan) == intent_digest(&whole))
    };
    all.retain(changes_nothing);
    all
}

#[test]
fn the_finished_plan_says_exceptions_in_a_hundred_lines() {
    let plan = generate(SEED).plan;
    assert!(plan.lines().count() <= 100, "{} lines", plan.lines().count());
    assert_eq!(needless(&plan), [""; 0]);
    let wordy = plan
        .edited_once("{welcome:", "{enabled: true, welcome:")
        .edited_once("  foundations:\n", "  foundations:\n    name: Foundations\n")
        .edited_once("  aal_genpass:\n", "  aal_genpass:\n    calls: aal_genpass\n")
        .edited_once("emails:", "production_site_url: //bloom.example\nemails:");
    let written =
        ["/emails/enabled", "/offerings/foundations/name", "/production_site_url", "/webhooks/aal_genpass/calls"];
    let found = needless(&wordy);
    assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), written.into());
}

#[test]
fn a_first_draft_writes_no_default() {
    let place = Place::new();
    place.run(&["init", "--site", SITE, "--live", "https://bloom.example", "--out", "new.yaml"]).ends(0, &[]);
    assert_eq!(needless(&place.read("new.yaml")), [""; 0]);
}
