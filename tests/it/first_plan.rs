//! A first plan, and what a person who has just made one is told: nothing is decided for them, and what comes next is named.

use std::fs;

use serde_json::{Value, json};

use crate::exports::{bloom, import};
use crate::place::{Edited as _, PLAN, Place, SITE};
use crate::typed::typed;

fn first(place: &Place, site: &str) -> String {
    place.run(&["init", "--site", site, "--out", "new/first.yaml"]).ends(0, &[]);
    place.read("new/first.yaml")
}

fn line<'t>(text: &'t str, begins: &str) -> &'t str {
    text.lines().find(|line| line.trim_start().starts_with(begins)).unwrap_or_else(|| panic!("{begins}: {text}"))
}

/// An export of one contact, of a site at this address, as a site in a file.
fn imported(place: &Place, host: &str) {
    fs::write(place.path("export.csv"), "Id,Email\n1,c@member.example\n").unwrap();
    let words = ["contacts", "import", "export.csv", "--from", "keap", "--taken-at", "2026-11-20T05:10:00Z"];
    place.run(&[&words[..], &["--host", host, "--out", "export.site.ndjson"]].concat()).ends(0, &[]);
}

#[test]
fn what_is_filled_in_for_a_person_is_marked_with_the_site_s_own_value_beside_it() {
    let place = Place::new();
    let plan = first(&place, SITE);
    let welcome = line(&plan, "welcome:");
    assert!(welcome.contains("# decide") && welcome.ends_with("The site has `none`"), "{welcome}");
    for begins in ["backup:", "migration:"] {
        assert!(line(&plan, begins).contains("# decide"), "{}", line(&plan, begins));
    }
    let place = Place::new();
    place.edit_site(SITE, r#""welcome":"none""#, r#""welcome":"purchases-and-opt-ins""#);
    assert!(!line(&first(&place, SITE), "welcome:").contains("decide"), "it is the site's own");
    let place = Place::new();
    imported(&place, "https://staging.bloom.example");
    let welcome = line(&first(&place, "export.site.ndjson"), "welcome:").to_owned();
    assert!(welcome.contains("# decide") && welcome.ends_with("could not be read"), "{welcome}");
}

#[test]
fn the_scheme_of_an_address_is_the_one_that_was_typed_and_never_invented() {
    for (host, staging) in [
        ("http://127.0.0.1:8080", "\"http://127.0.0.1:8080\""),
        ("http://localhost/club/", "\"http://localhost/club\""),
        ("https://staging.bloom.example", "\"https://staging.bloom.example\""),
    ] {
        let place = Place::new();
        imported(&place, host);
        assert_eq!(line(&first(&place, "export.site.ndjson"), "staging:").trim(), format!("staging: {staging}"));
    }
    // Where nothing says it, that is said; and what names another site says nothing.
    for address in ["", r#""address":"http://other.example","#, r#""address":"gopher://staging.bloom.example","#] {
        let place = Place::new();
        imported(&place, "http://staging.bloom.example");
        let site = place.read("export.site.ndjson").edited(r#""address":"http://staging.bloom.example","#, address);
        fs::write(place.path("export.site.ndjson"), amc_plan::site::file::seal(&site).unwrap()).unwrap();
        let plan = first(&place, "export.site.ndjson");
        assert!(line(&plan, "staging:").ends_with("# decide: nothing says whether it is https or http"), "{plan}");
    }
}

#[test]
fn the_members_that_could_not_be_read_are_said_with_the_reason() {
    let place = Place::new();
    fs::remove_file(place.path("bloom-coaching.population.ndjson")).unwrap();
    let site = place.read(SITE);
    let kept = site.lines().filter(|line| !line.contains(r#""kind":"population""#)).fold(String::new(), |all, line| {
        all + &line.replace(r#""contact":{"how":"bridge"}"#, r#""contact":{"missing":"the table was locked"}"#) + "\n"
    });
    fs::write(place.path("without.site.ndjson"), amc_plan::site::file::seal(&kept).unwrap()).unwrap();
    place
        .run(&["init", "--site", "without.site.ndjson", "--out", "new/first.yaml"])
        .ends(0, &["no contacts could be chosen, as the members are unknown: ", "add ten by hand"]);
    // What a person has to do there is not masked with what may be about somebody.
    let picture = place.run(&["check", "new/first.yaml", "--site", SITE]).out;
    assert!(picture.contains("spot_check: {}\n") && !picture.contains("# ***"), "{picture}");
}

#[test]
fn who_is_nobody_of_the_plan_is_noticed_without_a_terminal_too() {
    let place = Place::new();
    place.run(&["survey", PLAN, "--site", SITE, "--who", "nobody", "--no-input"]).ends(2, &["`nobody`"]);
    place.run(&["survey", PLAN, "--site", SITE, "--who", "jo", "--no-input"]).ends(0, &[]);
}

#[test]
fn a_status_right_after_init_says_what_comes_next() {
    let place = Place::new();
    first(&place, SITE);
    let ran = place.run(&["status", "new/first.yaml", "--site", SITE]);
    ran.ends(0, &[]);
    assert!(ran.out.contains("no run was begun") && ran.out.contains("# decide"), "{ran:#?}");
    let next = ran.out.split("run `plan ").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
    place.run(&next.split(' ').collect::<Vec<_>>()).ends(1, &[]);
    place.run(&["status", "new/first.yaml", "--site", SITE, "--format", "json"]).ends(2, &["names no `strategy`"]);
}

#[test]
fn of_a_plan_that_names_none_no_key_says_that_there_is_none() {
    let place = Place::new();
    let lines = place.read(SITE).lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
    let kept = lines.into_iter().filter(|line| line["kind"] != "offering").map(|mut line| {
        if let Some(sections) = line.get_mut("sections") {
            sections["offering"] = json!({"missing": "not read"});
        }
        format!("{line}\n")
    });
    fs::write(place.path(SITE), amc_plan::site::file::seal(&kept.collect::<String>()).unwrap()).unwrap();
    let plan = first(&place, SITE);
    assert!(plan.contains("offerings: {}\n"), "{plan}");
    fs::write(place.path(PLAN), plan.edited("https://live.invalid", "https://bloom.example")).unwrap();
    let survey = ["survey", PLAN, "--site", SITE, "--who", "operator"];
    // `y` is no answer to it; nothing is recorded until the list is pasted.
    let (shown, _) = typed(&place, &survey, "y\nn\nq");
    assert!(shown.contains("The plan names none") && !shown.contains("There is no offering at all"), "{shown}");
    assert!(shown.contains("paste them with `p`, or type `0`"), "{shown}");
    assert!(!place.read("bloom-coaching.record.ndjson").contains("saw-all"));
    let (shown, _) = typed(&place, &survey, "p\nSummit\nRetreat\n\ny\nq");
    assert!(place.read("bloom-coaching.record.ndjson").contains("Summit"), "{shown}");
    assert!(shown.contains("the plan lacks 3 objects that the site has: write each into it"), "{shown}");
}

#[test]
fn one_file_is_not_weighed_in_two_ways_without_saying_so() {
    let place = Place::new();
    imported(&place, "https://staging.bloom.example");
    let said = |flag: &str| place.run(&["check", PLAN, flag, "export.site.ndjson", "--format", "concise"]).out;
    let itself = said("--site");
    assert!(
        itself.contains("taken as the file says; as a recording (`--snapshot`) it is recorded: nothing here"),
        "{itself}"
    );
    assert!(!said("--snapshot").contains("taken as the file says"));
    // What this machine took is the same either way.
    let mut import = crate::place::program();
    import.args(["snapshot", "import", "export.site.ndjson", "--plan", PLAN, "--yes"]).current_dir(place.folder.path());
    import.env("PLAN_STATE_HOME", place.home.path());
    assert!(import.output().unwrap().status.success());
    assert!(!said("--site").contains("as a recording"), "{}", said("--site"));
}

#[test]
fn what_the_collector_wrote_is_known_where_a_site_file_is_asked_for() {
    let place = Place::new();
    for (first, says) in [
        (
            "{\"capture\":{\"format\":1}}",
            ["it is a capture", "`plan snapshot from-capture FILE --out NAME.site.ndjson`"],
        ),
        ("{\"inventory\":{\"format\":1}}", ["it is an inventory", "`plan site map FILE --out NAME.adapter.yaml`"]),
    ] {
        fs::write(place.path("taken.ndjson"), format!("{first}\n")).unwrap();
        let verbs: [&[&str]; 4] = [
            &["init", "--site", "taken.ndjson", "--out", "new.yaml"],
            &["check", PLAN, "--site", "taken.ndjson"],
            &["check", PLAN, "--snapshot", "taken.ndjson"],
            &["verify", PLAN, "--before", "taken.ndjson", "--after", SITE],
        ];
        for verb in verbs {
            let ran = place.run(verb);
            ran.ends(3, &says);
            assert!(!ran.err.contains("Tools screen"), "{ran:#?}");
        }
    }
}

#[test]
fn what_an_export_has_of_contacts_is_written_down_and_the_rest_is_no_record_of_none() {
    let place = Place::new();
    let csv = bloom(&place, false);
    import(&place, "keap", csv.as_bytes(), &[]).ends(0, &[]);
    let known = place.read("private/bloom-coaching.contacts.yaml");
    let ran = place.run(&["contacts", "record", PLAN, "--site", "new.site.ndjson"]);
    ran.ends(0, &["it is unknown: tags, affiliate, orders; what was known of that before is kept"]);
    assert_eq!(place.read("private/bloom-coaching.contacts.yaml"), known, "nothing that was known is lost");
    let ran = place.run(&["init", "--site", "new.site.ndjson", "--out", "first.yaml"]);
    ran.ends(
        0,
        &[
            "with 10 spot-check contacts",
            "of the contacts it is unknown: tags, affiliate, orders; that is compared with nothing",
        ],
    );
    let values: Value = serde_yaml::from_str(&place.read("private/first.contacts.yaml")).unwrap();
    let values = values.as_object().unwrap();
    assert_eq!(values.len(), 10);
    for record in values.values() {
        assert_eq!(record["unknown"], json!(["affiliate", "orders"]));
        assert!(record["email"].is_string() && record["first_name"].is_string(), "{record}");
        assert!(record.get("tags").is_none() && record.get("orders").is_none(), "nothing passes for none: {record}");
    }
}
