//! The way back to the CRM: everybody as a CSV that a CRM imports and a spreadsheet opens, and the vendor's steps on the page to print.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::place::{Edited as _, PLAN, Place, Ran, SITE};

const POPULATION: &str = "bloom-coaching.population.ndjson";

fn exported(place: &Place, more: &[&str]) -> Ran {
    let words = ["contacts", "export", PLAN, "--site", SITE, "--for-crm", "--out", "back.csv"];
    place.run(&[&words[..], more].concat())
}

/// The rows of a CSV, by a reader that is not the program's own.
fn rows(place: &Place, name: &str) -> Vec<Vec<String>> {
    let script =
        "import csv,json,sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8')))))";
    let read = std::process::Command::new("python3").args(["-c", script]).arg(place.path(name)).output().unwrap();
    serde_json::from_slice(&read.stdout).unwrap()
}

fn finalized(place: &Place, site: &str, population: &str) {
    [population, site].iter().for_each(|name| place.run(&["snapshot", "finalize", name]).ends(0, &[]));
}

/// The example with these lines in its population, before the orders.
fn with(contacts: &[serde_json::Value]) -> Place {
    let place = Place::new();
    let lines: String = contacts.iter().map(|contact| format!("{contact}\n")).collect();
    let population = place.read(POPULATION);
    let at = population.find("{\"kind\":\"order\"").unwrap();
    fs::write(place.path(POPULATION), format!("{}{lines}{}", &population[..at], &population[at..])).unwrap();
    finalized(&place, SITE, POPULATION);
    place
}

#[test]
fn everybody_is_a_row_and_what_a_spreadsheet_would_run_is_text() {
    let evil = json!({"kind": "contact", "key": "99001", "first_name": "=HYPERLINK(\"http://x\")", "last_name": "O'Hara, \"Jo\"\u{202e}", "email": "",
        "tags": ["@sum", "a;b"]});
    let lead = json!({"kind": "contact-without-user", "key": "99002", "first_name": "Lee", "last_name": "Ad", "email": "lee@crm.example", "tags": []});
    let place = with(&[evil, lead]);
    let ran = exported(&place, &["--separator", "*/*"]);
    ran.ends(
        0,
        &[
            "242 contacts; it holds everybody's address",
            "one contact has no e-mail address",
            "3 values are each written otherwise",
            "`customer_id` and `user_registered`",
        ],
    );
    for somebody in ["HYPERLINK", "Hara", "lee@crm", "member.example"] {
        assert!(!ran.err.contains(somebody) && !ran.out.contains(somebody), "{ran:#?}");
    }
    assert_eq!(fs::metadata(place.path("back.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    let rows = rows(&place, "back.csv");
    assert_eq!(rows[0], ["contact_id", "email", "first_name", "last_name", "tags", "has_user"]);
    assert_eq!(rows.len(), 1 + 242);
    let of = |id: &str| rows.iter().find(|row| row[0] == id).unwrap();
    assert_eq!(of("99001")[1..], ["", "'=HYPERLINK(\"http://x\")", "O'Hara, \"Jo\"\\u{202e}", "'@sum*/*a;b", "yes"]);
    assert_eq!(of("99002")[1..], ["lee@crm.example", "Lee", "Ad", "", "no"]);
    // Each of the others is as the population has them.
    for line in
        place.read(POPULATION).lines().filter(|line| line.contains("\"kind\":\"contact\"") && !line.contains("99001"))
    {
        let contact: serde_json::Value = serde_json::from_str(line).unwrap();
        let tags: Vec<&str> = contact["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()).collect();
        let row = of(contact["key"].as_str().unwrap());
        let is =
            |at: usize, field: &str| row[at].trim_start_matches('\'') == contact[field].as_str().unwrap_or_default();
        assert!(is(1, "email") && is(2, "first_name") && is(3, "last_name"), "{row:?}");
        assert_eq!(row[4].trim_start_matches('\''), tags.join("*/*"), "{row:?}");
    }
}

#[test]
fn tags_are_separated_by_what_stands_in_none_of_them() {
    let place = Place::new();
    let ran = exported(&place, &[]);
    ran.ends(0, &["`;` stands between tags, as one of them has a comma in its name"]);
    assert!(rows(&place, "back.csv").iter().any(|row| row[4].contains(';')));
    exported(&place, &[]).ends(2, &["exists"]);
    fs::remove_file(place.path("back.csv")).unwrap();
    exported(&place, &["--separator", ","])
        .ends(2, &["in its own name, so a CRM takes it for two", "--separator TEXT"]);
    exported(&place, &["--separator", ""]).ends(2, &[]);
    let all = json!({"kind": "contact", "key": "99001", "email": "a@b.example", "tags": ["a,b;c|d*/*e"]});
    exported(&with(&[all]), &[]).ends(2, &["is part of a tag's own name"]);
    // A census knows the tags of members alone.
    let lead = json!({"kind": "contact-without-user", "key": "99002", "email": "lee@crm.example", "tags": ["a;b"]});
    let place = with(&[lead]);
    let ran = exported(&place, &[]);
    ran.ends(
        3,
        &["a tag of `contact-without-user/99002` has in its name what is to stand between tags", "--separator TEXT"],
    );
    assert!(!place.path("back.csv").exists(), "whole or not at all");
}

#[test]
fn whoever_is_not_in_the_earlier_reading_joined_since() {
    let place = Place::new();
    for name in [SITE, POPULATION] {
        let text = place.read(name).edited("2026-11-21T06:12:00Z", "2026-11-01T06:12:00Z");
        // The first contact of all was not there then.
        let first = text.lines().position(|line| line.contains("\"kind\":\"contact\""));
        let kept = text
            .lines()
            .enumerate()
            .filter(|(at, _)| Some(*at) != first || name == SITE)
            .map(|(_, line)| format!("{line}\n"));
        fs::write(place.path(&name.replace("bloom-coaching", "earlier")), kept.collect::<String>()).unwrap();
    }
    finalized(&place, "earlier.site.ndjson", "earlier.population.ndjson");
    exported(&place, &["--joined-since", "earlier.site.ndjson"]).ends(0, &["240 contacts, 1 of them joined since"]);
    let rows = rows(&place, "back.csv");
    let joined: Vec<&str> = rows.iter().filter(|row| row[6] == "yes").map(|row| &*row[0]).collect();
    assert_eq!((joined, &*rows[0][6]), (vec!["10010"], "joined_since"));
    fs::remove_file(place.path("back.csv")).unwrap();
    exported(&place, &["--joined-since", SITE])
        .ends(2, &["which is not before", "the earlier reading with `--joined-since`"]);
    place.edit(PLAN, "https://staging.bloom.example", "https://other.bloom.example");
    exported(&place, &[]).ends(13, &["not one of the plan's `sites`"]);
    assert!(!place.path("back.csv").exists());
}

#[test]
fn the_page_has_the_vendors_steps_with_what_of_the_plan_each_goes_through() {
    let place = Place::new();
    let page = |place: &Place| {
        let _ = fs::remove_file(place.path("run.html"));
        place.run(&["runbook", PLAN, "--site", SITE, "--out", "run.html"]).ends(0, &[]);
        place.read("run.html")
    };
    assert!(!page(&place).contains("Back to the CRM"));
    place.edit(PLAN, "way: restore-live-backup", "way: back-to-crm");
    let page = page(&place);
    let (_, back) = page.split_once("<h2>Back to the CRM</h2>").unwrap();
    let (back, _) = back.split_once("<h2>").unwrap();
    for words in [
        "<li>☐ import that file into ontraport, and add all tags there",
        "<li>☐ Team Seats</li>",
        "<li>☐ Group Coaching VIP Checkout: releases group-coaching, mastermind</li>",
        "<li>☐ Mini Course Signup: releases mini-course</li>",
        "<li>☐ aal_fieldop?operationId=7: Ontraport: Week 4</li>",
        "<span>--for-crm</span> <span>--joined-since</span>",
    ] {
        assert!(back.contains(words), "{words}: {back}");
    }
    assert!(page.contains("pause what fires `aal_fieldop?operationId=7` in the CRM: Ontraport: Week 4; do not delete it before aftercare is over"));
    // The changes themselves, now and then.
    let (_, changes) = page.split_once("plan makes these, each compared with what was confirmed").unwrap();
    assert!(
        changes.contains("<code>offering/group-coaching</code>")
            && changes.contains("4 Money: 7 days after previous (day 28)")
    );
}
