//! Names that give one key: IDs break ties, marks are kept, and a name of which nothing can be in a key gives way to the ID. The site is
//! read, and a plan that is made from it finds its objects again.

use std::fs;

use amc_plan::model::digest;
use serde_json::json;

use crate::place::{PLAN, Place, SITE};

/// Offerings of a site: key, ID and name.
const OFFERINGS: [(&str, &str, &str); 9] = [
    ("gold", "101", "Gold"),
    ("gold-102", "102", "Gold+"),
    ("gold-103", "103", "Gold"),
    ("c", "104", "C++"),
    ("c-105", "105", "C#"),
    ("course-106", "106", "COURSE"),
    ("ไม้", "107", "ไม้"),
    ("ไม", "108", "ไม"),
    ("109", "109", "🎉 ✨"),
];

fn with(place: &Place, offerings: &[(&str, &str, &str)]) {
    let line = |(key, id, name): &(&str, &str, &str)| {
        let offering = json!({"kind": "offering", "key": key, "id": id, "name": name, "system": "ontraport",
            "modules": [{"number": 0, "name": "Start", "release": null, "tag": null}]});
        format!("{offering}\n")
    };
    let text = place.read(SITE) + &offerings.iter().map(line).collect::<String>();
    fs::write(place.path(SITE), text).unwrap();
}

#[test]
fn a_site_of_names_with_one_key_is_read_and_its_plan_finds_them() {
    let place = Place::new();
    with(&place, &OFFERINGS);
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    let said = place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]).out;
    assert_eq!(said.matches("error[offering-not-in-plan]").count(), OFFERINGS.len(), "{said}");
    place.run(&["init", "--site", SITE, "--out", "new.yaml"]).ends(0, &[]);
    let plan = place.read("new.yaml");
    for (key, _, name) in OFFERINGS {
        assert!(
            plan.contains(&format!("\n  {key}:\n")) || plan.contains(&format!("\n  \"{key}\":\n")),
            "{key}: {plan}"
        );
        assert!(plan.contains(name), "{name}");
    }
    let said = place.run(&["check", "new.yaml", "--site", SITE, "--format", "concise"]).out;
    for rule in ["key-is-not-the-slug", "name-differs", "not-on-site", "offering-not-in-plan", "wrong-"] {
        assert!(!said.contains(rule), "{rule}: {said}");
    }
    // A plan that spells the name otherwise is told of the object that has the ID.
    place.edit("new.yaml", "name: Gold+", "name: Gold");
    let said = place.run(&["check", "new.yaml", "--site", SITE, "--format", "concise"]).out;
    assert!(said.contains("the site spells `Gold+` what the plan calls `Gold`"), "{said}");
}

/// A site whose offering `gold-102` has the key `gold` too, as a machine may have written it.
fn twice(place: &Place, other: &str) {
    with(place, &[("gold", "101", "Gold"), ("gold-102", "102", "Gold")]);
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    let text = place.read(SITE).replace("\"key\":\"gold-102\",\"id\":\"102\"", other);
    let at = text.trim_end().rfind('\n').unwrap() + 1;
    let (records, end) = text.split_at(at);
    let from = end.find("\"sha256\":\"").unwrap() + 10;
    let end = format!("{}{}{}", &end[..from], digest::of_bytes(records.as_bytes()), &end[from + 64..]);
    fs::write(place.path(SITE), format!("{records}{end}")).unwrap();
}

#[test]
fn two_objects_under_one_key_are_told_with_both_ids_and_the_rest_is_judged() {
    let place = Place::new();
    twice(&place, "\"key\":\"gold\",\"id\":\"102\"");
    let ran = place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]);
    let told = "`offering/gold`: two objects have this key, one with the ID `101` and one with the ID `102`";
    assert!(
        ran.code == Some(1) && ran.out.contains("error[reading-not-understood]") && ran.out.contains(told),
        "{ran:#?}"
    );
    assert_eq!(ran.out.matches("error[offering-not-in-plan]").count(), 2, "{ran:#?}");
    let same = Place::new();
    twice(&same, "\"key\":\"gold\",\"id\":\"101\"");
    same.run(&["check", PLAN, "--site", SITE]).ends(3, &["this `offering` record is there twice"]);
}

#[test]
fn what_a_hand_gave_one_key_is_told_with_the_key_to_write() {
    for (offerings, told) in [
        (&[("gold", "101", "Gold"), ("gold", "102", "Gold+")][..], "another object, write `\"key\":\"gold-102\"`"),
        (&[("gold", "101", "Gold"), ("gold-7", "102", "Gold+")], "write `\"key\":\"gold-102\"`"),
        (
            &[("party", "109", "🎉")],
            "is not its ID, as no character of its name can be used in a key (write `\"key\":\"109\"`",
        ),
        (&[("ไม", "107", "ไม้")], "write `\"key\":\"ไม้\"`"),
    ] {
        let place = Place::new();
        with(&place, offerings);
        let ran = place.run(&["snapshot", "finalize", SITE]);
        assert!(ran.code == Some(3) && ran.err.contains(told), "{told}: {ran:#?}");
    }
}

#[test]
fn an_opt_in_form_that_is_to_be_made_has_the_slug_of_its_name() {
    let place = Place::new();
    let text = place.read(PLAN);
    let at = text.find("opt_in_forms:\n").unwrap() + "opt_in_forms:\n".len();
    let form = "  gold-7: {name: Gold, custom_operation: {release: [mini-course]}}\n";
    fs::write(place.path(PLAN), format!("{}{form}{}", &text[..at], &text[at..])).unwrap();
    let said = place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]).out;
    assert!(said.contains("error[key-is-not-the-slug] the key `gold-7` is not the slug of the name `Gold`"), "{said}");
}
