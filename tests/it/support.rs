//! What goes to somebody who helps holds nothing of anybody: each value of the test site and of its run is looked for in it.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::guided::{POPULATION, configured, on, record, rehearsed};
use crate::place::{Edited as _, PLAN, Place, Ran, SITE};
use crate::typed::typed;

const CONTACTS: &str = "private/bloom-coaching.contacts.yaml";

/// A login's password, which is in the environment of who runs the program.
const SECRET: &str = "Zq7s ecre tXyW 1234 abcd EFGH";

fn bundle(place: &Place, more: &[&str]) -> Ran {
    let ran = place.run(&[&["support-bundle", PLAN, "--site", SITE], more].concat());
    ran.ends(0, &[]);
    ran
}

/// Everything that is a member's: names, addresses, IDs, referrers, transactions.
fn personal(place: &Place) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for line in place.read(POPULATION).lines().skip(1) {
        let record: Value = serde_json::from_str(line).unwrap();
        let is_contact = record["kind"] == "contact";
        let fields: &[&str] = if is_contact {
            &["key", "first_name", "last_name", "email", "affiliate"]
        } else {
            &["contact", "transaction"]
        };
        all.extend(fields.iter().filter_map(|field| record[field].as_str()).map(str::to_owned));
    }
    all.retain(|value| value.chars().count() > 1);
    assert!(all.len() > 600, "{} values are looked for", all.len());
    all
}

/// What things on the site are called, and where it is.
fn named(place: &Place) -> BTreeSet<String> {
    let plan: Value = serde_yaml::from_str(&place.read(PLAN)).unwrap();
    let mut all = BTreeSet::from(["bloom.example".to_owned(), "Bloom".to_owned(), "bloom-coaching".to_owned()]);
    for part in ["offerings", "order_forms", "opt_in_forms", "webhooks"] {
        for (key, object) in plan[part].as_object().unwrap() {
            all.insert(key.clone());
            all.extend(object["name"].as_str().map(str::to_owned));
        }
    }
    for line in place.read(SITE).lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        if matches!(record["kind"].as_str(), Some("tag" | "administrator")) {
            all.insert(record["key"].as_str().unwrap().to_owned());
        }
    }
    all.extend(plan["people"].as_object().unwrap().keys().cloned());
    all
}

/// Those of these values that stand in a text by themselves, in whatever case.
fn found(text: &str, values: &BTreeSet<String>) -> Vec<String> {
    let (text, is_apart) = (text.to_lowercase(), |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric()));
    let stands = |value: &String| {
        let value = value.to_lowercase();
        text.match_indices(&value).any(|(at, _)| {
            is_apart(text[..at].chars().next_back()) && is_apart(text[at + value.len()..].chars().next())
        })
    };
    values.iter().filter(|value| stands(value)).cloned().collect()
}

/// A run that stopped, with members in everything that is sent: the vendor's lines, what a doctor printed, an object's name.
fn spoken_of(place: &Place) -> String {
    let line = place.read(POPULATION);
    let contact: Value = line
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|record| record["kind"] == "contact" && record["last_name"].as_str().is_some_and(|name| name.len() > 3))
        .unwrap();
    let [id, first, last, email] =
        ["key", "first_name", "last_name", "email"].map(|field| contact[field].as_str().unwrap());
    let lines = format!("41 tags\n! {first} {last} ({id}) <{email}> has no tag\n! bloom.example says {SECRET}\n");
    fs::write(place.path("lines.txt"), &lines).unwrap();
    record(place, &["verification", "lines.txt", "--host", "staging.bloom.example"]);
    let doctor = format!(
        "https://staging.bloom.example answers\nlogin `{email}` as {first} {last}: 401, password {SECRET}\nsee /home/jo/plans/bloom.yaml\nclock: 4 s late\n"
    );
    fs::write(place.path("doctor.txt"), doctor).unwrap();
    format!("{first} {last}")
}

#[test]
fn a_bundle_holds_nothing_of_a_member_no_secret_and_no_name_of_the_site() {
    for place in [configured(), rehearsed()] {
        spoken_of(&place);
        let ran = bundle(&place, &["--doctor", "doctor.txt"]);
        assert_eq!(found(&ran.out, &personal(&place)), Vec::<String>::new(), "{}", ran.out);
        assert_eq!(found(&ran.out, &named(&place)), Vec::<String>::new(), "{}", ran.out);
        assert!(!ran.out.contains("Zq7s") && !ran.out.contains("/home"), "{}", ran.out);
        // What helps is there.
        for part in
            ["accessally 4.2.0, active", "in place: change 4 offering/…", "clock: 4 s late", "at gate `configure`"]
        {
            assert!(ran.out.contains(part), "{part}: {}", ran.out);
        }
    }
}

#[test]
fn the_vendors_page_names_settings_and_nobody() {
    for place in [configured(), rehearsed()] {
        spoken_of(&place);
        let ran = bundle(&place, &["--for", "vendor"]);
        assert_eq!(found(&ran.out, &personal(&place)), Vec::<String>::new(), "{}", ran.out);
        let hosts = BTreeSet::from(["bloom.example".to_owned(), "Zq7s".to_owned()]);
        assert_eq!(found(&ran.out, &hosts), Vec::<String>::new(), "{}", ran.out);
        for part in [
            "2: ! … … (…) <…> has no tag",
            "AccessAlly > Offerings: offering/group-coaching, by the tool, in place",
            "\"Do NOT turn off Maintenance mode at the end\": ticked",
            "4 Money: by-hand",
            "4 Money: 7 days after previous (day 28)",
        ] {
            assert!(ran.out.contains(part), "{part}: {}", ran.out);
        }
    }
    let over = bundle(&rehearsed(), &["--for", "vendor"]);
    assert!(
        over.out.contains("the run is over, since") && over.out.contains("Run Migration (AccessAlly >"),
        "{}",
        over.out
    );
}

#[test]
fn the_sites_addresses_are_there_only_where_they_are_asked_for() {
    let place = configured();
    for more in [&[][..], &["--for", "vendor"]] {
        assert!(!bundle(&place, more).out.contains("bloom.example"));
        let asked = bundle(&place, &[more, &["--site-names"]].concat());
        assert!(asked.out.contains("staging.bloom.example"), "{}", asked.out);
    }
}

#[test]
fn nothing_is_written_without_a_yes_nor_over_anything() {
    let place = configured();
    let words = ["support-bundle", PLAN, "--site", SITE, "--out", "support.txt"];
    let refused = place.run(&words);
    refused.ends(12, &["nothing was written", "--yes"]);
    assert!(refused.out.contains("journal") && !place.path("support.txt").exists(), "{refused:#?}");
    place.run(&[&words[..], &["--yes"]].concat()).ends(0, &[]);
    let written = place.read("support.txt");
    assert_eq!(written, bundle(&place, &[]).out, "what is shown is what is written");
    place.run(&[&words[..], &["--yes"]].concat()).ends(2, &["exists, and is not overwritten"]);
    assert_eq!(place.read("support.txt"), written);
}

#[test]
fn a_person_reads_all_of_it_first_and_writes_it_by_a_yes() {
    let place = configured();
    let words = ["support-bundle", PLAN, "--site", SITE, "--out", "support.txt"];
    let (shown, _) = typed(&place, &words, "show\nno\n");
    assert!(shown.contains("== journal ==") && shown.contains("nothing was written"), "{shown}");
    assert!(!place.path("support.txt").exists());
    let (shown, _) = typed(&place, &words, "y\nyes\n");
    assert!(shown.contains("wrote support.txt") && !shown.contains("== journal =="), "{shown}");
    assert_eq!(place.read("support.txt"), bundle(&place, &[]).out);
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_sent() {
    let place = configured();
    place.edit(PLAN, "version: 1\n", "version: 1\nversion: [\n");
    let ran = bundle(&place, &[]);
    assert!(ran.out.contains("red at gate") && ran.out.contains("in place: change 1 charging-guard"), "{}", ran.out);
    let place = configured();
    fs::write(place.path(SITE), "{}\n").unwrap();
    let ran = bundle(&place, &[]);
    assert!(ran.out.contains("it could not be read (exit code 3)") && ran.out.contains("began"), "{}", ran.out);
    let place = configured();
    place.edit("bloom-coaching.record.ndjson", "RP-4471", "RP-0815");
    record_of_another(&place);
    let ran = bundle(&place, &[]);
    assert!(
        ran.out.contains("could not be read:") && ran.out.contains("in place: change 1 charging-guard"),
        "{}",
        ran.out
    );
    place.run(&["support-bundle", "none.yaml", "--site", SITE]).ends(3, &["none.yaml"]);
    let place = configured();
    let journal = fs::read_dir(place.path(".plan")).unwrap().map(|entry| entry.unwrap().path());
    let journal = journal.filter(|path| path.to_string_lossy().ends_with("journal.ndjson")).collect::<Vec<_>>();
    let text = fs::read_to_string(&journal[0]).unwrap();
    fs::write(&journal[0], text.edited_once("emails", "emxils")).unwrap();
    let ran = bundle(&place, &[]);
    assert!(ran.out.contains("it could not be read (exit code"), "{}", ran.out);
    let page = bundle(&place, &["--for", "vendor"]);
    assert!(page.out.contains("no run on this site is on record here"), "{}", page.out);
}

/// A record whose second line does not follow from its first.
fn record_of_another(place: &Place) {
    let text = place.read("bloom-coaching.record.ndjson");
    fs::write(place.path("bloom-coaching.record.ndjson"), format!("{text}{text}")).unwrap();
}

#[test]
fn a_page_of_a_run_that_goes_on_says_where_it_waits() {
    let place = configured();
    on(&place);
    let page = bundle(&place, &["--for", "vendor"]).out;
    let waits = page.lines().skip_while(|line| *line != "Where it stands").nth(1).unwrap();
    assert!(waits.starts_with("  Start Verification, since 20"), "{waits}");
    assert!(page.contains("its lines are not on record"), "{page}");
    assert!(place.read(CONTACTS).contains("email:"), "the contacts' values are beside the plan");
}
