//! The spot-check contacts of a plan that is there: their values are written down or refreshed, and others proposed.

use std::fs;

use crate::guided::{POPULATION, migrated};
use crate::place::{PLAN, Place, SITE};

const VALUES: &str = "private/bloom-coaching.contacts.yaml";

fn recorded(place: &Place) -> crate::place::Ran {
    place.run(&["contacts", "record", PLAN, "--site", SITE])
}

#[test]
fn the_values_of_the_listed_contacts_are_written_as_init_writes_them() {
    let place = Place::new();
    let as_made = place.read(VALUES);
    fs::remove_dir_all(place.path("private")).unwrap();
    recorded(&place).ends(0, &["wrote private/bloom-coaching.contacts.yaml: 10 contacts, 10 of them new"]);
    assert_eq!(place.read(VALUES), as_made);
    assert!(place.read(".gitignore").lines().any(|line| line == "private/"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(place.path(VALUES)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    recorded(&place).ends(0, &["0 of them new, 0 with other values than before"]);
    place.edit(VALUES, "first_name: \"Iris\"", "first_name: \"Irs\"");
    let ran = recorded(&place);
    ran.ends(0, &["0 of them new, 1 with other values than before"]);
    assert!(!ran.err.contains("Iris"), "nobody's name: {ran:#?}");
    assert_eq!(place.read(VALUES), as_made);
}

#[test]
fn values_are_written_all_or_none_and_only_from_before_the_migration() {
    let place = Place::new();
    let as_made = place.read(VALUES);
    place.edit(PLAN, "    \"10019\": free\n", "    \"10019\": free\n    \"99999\": free\n");
    recorded(&place).ends(1, &["the site has no contact `99999`, so nothing was written", "plan contacts suggest"]);
    place.edit(PLAN, "    \"99999\": free\n", "");
    migrated(&place, true, 30);
    recorded(&place).ends(2, &["would be compared with themselves"]);
    assert_eq!(place.read(VALUES), as_made);
    let place = Place::new();
    place.edit(PLAN, "  values: private/bloom-coaching.contacts.yaml\n", "");
    recorded(&place)
        .ends(2, &["names no file for the contacts' values", "values: private/bloom-coaching.contacts.yaml"]);
    let place = Place::new();
    fs::remove_file(place.path(POPULATION)).unwrap();
    assert_ne!(recorded(&place).code, Some(0));
    place.edit(PLAN, "https://staging.bloom.example", "https://other.bloom.example");
    recorded(&place).ends(13, &["not one of the plan's `sites`"]);
    place.run(&["contacts", "record", PLAN, "--site", "https://bloom.example"]).ends(3, &["cannot log in to"]);
}

#[test]
fn nobody_counts_as_free_where_nobody_read_the_orders() {
    let place = Place::new();
    fs::write(place.path("export.csv"), "id,email\n77,ada@member.example\n").unwrap();
    let words = ["contacts", "import", "export.csv", "--from", "drip", "--host", "https://staging.bloom.example"];
    place.run(&[&words[..], &["--taken-at", "2026-11-20T05:10:00Z", "--out", "new.site.ndjson"]].concat()).ends(0, &[]);
    let ran = place.run(&["contacts", "suggest", PLAN, "--site", "new.site.ndjson"]);
    ran.ends(0, &[]);
    assert!(ran.out.contains("\"77\": by chance\n"), "{ran:#?}");
}

#[test]
fn others_are_proposed_by_strata_and_nobody_who_is_listed() {
    let place = Place::new();
    let suggest = |more: &[&str]| place.run(&[&["contacts", "suggest", PLAN, "--site", SITE], more].concat());
    let ran = suggest(&["--count", "7"]);
    ran.ends(0, &["plan contacts record"]);
    let lines: Vec<&str> = ran.out.lines().skip(1).collect();
    assert_eq!(lines.len(), 7, "{ran:#?}");
    let plan = place.read(PLAN);
    for line in &lines {
        let (id, why) = line.trim().split_once(": ").unwrap();
        assert!(!plan.contains(id) && !why.is_empty(), "{line}");
    }
    for reason in ["affiliate-referred", "mid-drip", "holds orders", "many tags", "odd characters", "paid", "free"] {
        assert!(ran.out.contains(reason), "{reason}: {}", ran.out);
    }
    assert!(!ran.out.contains('@'));
    assert_eq!(suggest(&["--count", "7"]).out, ran.out, "the same for the same seed");
    assert_ne!(suggest(&["--count", "7", "--seed", "2"]).out, ran.out);
    // What is proposed can be pasted, and its values written down.
    place.edit(PLAN, "    \"10019\": free\n", &format!("    \"10019\": free\n{}\n", lines.join("\n")));
    recorded(&place).ends(0, &["17 contacts, 7 of them new"]);
    assert_eq!(suggest(&[]).out.lines().count(), 2, "one, where ten are listed");
    assert_eq!(suggest(&["--count", "1000"]).out.lines().count(), 1 + 240 - 17);
}

#[test]
fn init_says_what_a_site_that_was_written_by_hand_lacks() {
    let place = Place::new();
    let head = r#"{"kind":"snapshot","format":"1.1","host":"new.example","collector":"by hand","collector_version":"1","taken_at":"2026-11-21T06:12:00Z","sections":{"offering":{"how":"manual"}}}"#;
    fs::write(place.path("new.site.ndjson"), format!("{head}\n")).unwrap();
    place.run(&["snapshot", "finalize", "new.site.ndjson"]).ends(0, &[]);
    let ran = place.run(&["init", "--site", "new.site.ndjson", "--out", "new.yaml"]);
    ran.ends(
        0,
        &[
            "nothing is known about: administrator, charging-guard, crm,",
            "under `sections`, and its members as `contact`",
        ],
    );
    assert!(!ran.err.contains("offering,"), "{ran:#?}");
    let ran = place.run(&["init", "--site", SITE, "--out", "other.yaml"]);
    assert!(ran.code == Some(0) && !ran.err.contains("not captured"), "{ran:#?}");
}

#[test]
fn what_nobody_could_read_of_a_contact_is_compared_with_nothing() {
    let place = Place::new();
    let all: serde_json::Value = serde_yaml::from_str(&place.read(VALUES)).unwrap();
    let without = |is_said: bool| {
        let mut all = all.clone();
        for record in all.as_object_mut().unwrap().values_mut().map(|record| record.as_object_mut().unwrap()) {
            assert!(["affiliate", "orders"].iter().filter(|key| record.remove(**key).is_some()).count() <= 2);
            if is_said {
                record.insert("unknown".to_owned(), serde_json::json!(["affiliate", "orders"]));
            }
        }
        fs::write(place.path(VALUES), serde_yaml::to_string(&all).unwrap()).unwrap();
    };
    for is_said in [false, true] {
        without(is_said);
        let checked = place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]).out;
        assert_eq!(checked.contains("contact-differs"), !is_said, "{checked}");
        assert!(!checked.contains("contact-incomplete") && !checked.contains("misfit"), "{checked}");
    }
    // A reading that has it writes it down.
    recorded(&place).ends(0, &["0 of them new"]);
    let now: serde_json::Value = serde_yaml::from_str(&place.read(VALUES)).unwrap();
    assert_eq!(now, all);
}

#[test]
fn what_is_no_file_of_contact_values_is_not_overwritten() {
    for target in [
        PLAN,
        SITE,
        "bloom-coaching.record.ndjson",
        ".gitignore",
        ".git/config",
        ".git/hooks/pre-commit",
        ".plan/x.yaml",
        "private/values.txt",
    ] {
        let place = Place::new();
        fs::create_dir_all(place.path(".git/hooks")).unwrap();
        fs::write(place.path(".git/config"), "[core]\n").unwrap();
        place.edit(PLAN, &format!("values: {VALUES}"), &format!("values: {target}"));
        let before = fs::read(place.path(target)).ok();
        recorded(&place).ends(2, &[&format!("`{target}`"), "so nothing was written"]);
        assert_eq!(fs::read(place.path(target)).ok(), before, "{target}");
    }
}

#[test]
fn the_values_of_others_and_the_comments_at_the_head_are_kept() {
    let place = Place::new();
    let as_made = place.read(VALUES);
    let other = "\"77777\":\n  first_name: \"Zoë\"\n  tags: [\"A # B\"]\n";
    fs::write(place.path(VALUES), format!("# as Mara sent them\n{as_made}{other}")).unwrap();
    recorded(&place).ends(0, &["the values of 1 contact that the plan does not list were kept"]);
    let written = place.read(VALUES);
    assert!(written.starts_with(&format!("# as Mara sent them\n{as_made}")), "{written}");
    let kept: serde_json::Value = serde_yaml::from_str(&written).unwrap();
    assert_eq!(kept["77777"], serde_json::json!({"first_name": "Zoë", "tags": ["A # B"]}));
    recorded(&place).ends(0, &["0 of them new"]);
    assert_eq!(place.read(VALUES), written);
    fs::write(place.path(VALUES), as_made.replacen("  last_name", "  # not sure\n  last_name", 1)).unwrap();
    let before = place.read(VALUES);
    recorded(&place).ends(2, &["line 3 of `private/bloom-coaching.contacts.yaml` has a comment", "head of the file"]);
    assert_eq!(place.read(VALUES), before);
}
