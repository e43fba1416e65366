//! What a seal stands for, what it holds and how large it grows.

use jiff::Timestamp;

use super::*;
use crate::common;

#[test]
fn a_seal_stands_for_the_digest() {
    let reviewed = Reviewed::new();
    let ran = reviewed.applied();
    ran.ends(0, &[]);
    assert!(ran.out.contains("7 changes in place"), "{ran:?}");
    let after = reviewed.place.read(SITE);
    let again = reviewed.applied();
    again.ends(0, &[]);
    assert!(again.out.contains("no change"), "{again:?}");
    assert_eq!(reviewed.place.read(SITE), after);
    // What is nobody's seal is refused even where nothing is to be done, and a digest that was sealed was not shown.
    reviewed.write(&reviewed.seal.edited("bloom.example", "bl00m.example"));
    reviewed.applied().ends(12, &["edited"]);
    reviewed.place.confirm(reviewed.value()["digests"]["changes"].as_str().unwrap()).ends(12, &["never showed"]);
}

#[test]
fn a_seal_is_small_fits_its_schema_and_holds_no_login() {
    let reviewed = Reviewed::new();
    assert!(reviewed.seal.len() < 8192 && reviewed.seal.ends_with("}\n"), "{}", reviewed.seal.len());
    assert!(common::validator("seal").is_valid(&reviewed.value()));
    assert!(reviewed.site.contains("spare-admin") && !reviewed.seal.contains("spare-admin"), "{}", reviewed.seal);
    let value = reviewed.value();
    let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert_eq!(keys[..3], ["format_version", "plan", "host"]);
    assert_eq!(value["changes"]["order-form"], 2);
    let digests = reviewed.place.digest();
    assert_eq!(value["digests"]["changes"], json!(digests));
    // The same anew, but for its times.
    reviewed.place.run(&["seal", PLAN, "--snapshot", SITE, "--expires", "14d"]).ends(0, &[]);
    let mut other: Value = serde_json::from_str(&reviewed.place.read(SEAL)).unwrap();
    for key in ["created", "expires", "seal"] {
        other[key] = reviewed.value()[key].clone();
    }
    assert_eq!(other, reviewed.value());
}

#[test]
fn a_seal_of_a_recording_is_applied_to_the_site_as_it_is_then() {
    let reviewed = Reviewed::new();
    reviewed.place.run(&["seal", PLAN, "--snapshot", SITE]).ends(0, &[]);
    reviewed.applied().ends(0, &[]);
}

#[test]
fn only_what_apply_would_begin_is_sealed() {
    let place = Place::new();
    place.run(&["seal", "bloom-coaching-first-draft.yaml", "--site", SITE]).ends(10, &["backup-missing", "not green"]);
    fs::write(place.path("broken.yaml"), "version: [1").unwrap();
    place.run(&["seal", "broken.yaml", "--site", SITE]).ends(10, &[]);
    fs::write(place.path("plan.toml"), "[limits]\nchanges = 6\n").unwrap();
    place.run(&["seal", PLAN, "--site", SITE]).ends(15, &["limits.changes"]);
    fs::remove_file(place.path("plan.toml")).unwrap();
    for (more, code) in [
        (&["--no-site"][..], 2),
        (&[], 2),
        (&["--site", SITE, "--snapshot", SITE], 2),
        (&["--site", SITE, "--expires", "0h"], 2),
        (&["--site", SITE, "--expires", "-3h"], 2),
        (&["--site", SITE, "--expires", "15d"], 2),
        (&["--site", SITE, "--expires", "1000000000000h"], 2),
        (&["--site", SITE, "--expires", "soon"], 2),
        (&["--site", "none.site.ndjson"], 3),
    ] {
        assert_eq!(place.run(&[&["seal", PLAN], more].concat()).code, Some(code), "{more:?}");
    }
    let names = fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().contains(".seal.json")).count(), 0);
}

#[test]
fn a_run_begun_by_a_seal_is_resumed_on_it() {
    let reviewed = Reviewed::new();
    let place = &reviewed.place;
    reviewed.applied().ends(0, &[]);
    let (after, journal) = (place.read(SITE), fs::read_to_string(place.journal()).unwrap());
    let begun = format!("{}\n", journal.lines().next().unwrap());
    let again = || {
        fs::write(place.path(SITE), &reviewed.site).unwrap();
        fs::write(place.journal(), &begun).unwrap();
    };
    let kept = place.read(".plan/seals.ndjson");
    again();
    place.apply(&["--resume", "--seal", SEAL]).ends(2, &["--seal"]);
    // It is resumed although the seal itself is gone and would have expired.
    fs::remove_file(place.path(SEAL)).unwrap();
    place.apply(&["--resume"]).ends(0, &[]);
    assert_eq!(place.read(SITE), after);
    let torn = &kept[..kept.len() / 2];
    let other = kept.edited(reviewed.value()["digests"]["facts"].as_str().unwrap(), BOGUS);
    for text in [None, Some(""), Some(torn), Some(&other)] {
        match text {
            None => fs::remove_file(place.path(".plan/seals.ndjson")).unwrap(),
            Some(text) => fs::write(place.path(".plan/seals.ndjson"), text).unwrap(),
        }
        again();
        place.apply(&["--resume"]).ends(12, &["nobody confirmed"]);
        assert_eq!(place.read(SITE), reviewed.site);
    }
}

#[cfg(unix)]
#[test]
fn a_seal_is_not_written_through_a_link() {
    let place = Place::new();
    fs::write(place.path("precious"), "precious").unwrap();
    std::os::unix::fs::symlink(place.path("precious"), place.path(SEAL)).unwrap();
    place.run(&["seal", PLAN, "--site", SITE]).ends(3, &[SEAL, "it is a link"]);
    assert_eq!(place.read("precious"), "precious");
}

#[test]
fn a_seal_of_ten_thousand_objects_stays_small_and_names_the_kind() {
    let then = shown(10_000);
    let seal = Seal::new(&then, BTreeMap::new(), "r".into(), SignedDuration::from_hours(1));
    assert!(seal.text().len() < 2048, "{}", seal.text());
    let (limits, tally, presented) = (Limits::default(), Tally::default(), of(&seal));
    let mut now = then.clone();
    now.at = "2026-11-22T06:59:59Z".parse().unwrap();
    let ask = |now: &Confirmation| {
        let (given, known, demands) = (None, None, Demands::default());
        let (limits, tally, seal) = (&limits, &tally, Some(&presented));
        ensure_may_begin(Before {
            green: true,
            live: false,
            limits,
            tally,
            demands,
            seal,
            rules: "r",
            given,
            known,
            now,
        })
    };
    assert_eq!(ask(&now), Ok(()));
    now.digests.facts = "g".into();
    now.marks.facts.insert("offering/77".into(), "other".into());
    now.marks.facts.insert("plugin/a.php".into(), "new".into());
    let Err(Refusal::SealMoved(how)) = ask(&now) else { panic!("it moved") };
    assert_eq!(*how, Refusal::FactsMoved { objects: vec!["offering".into(), "plugin/a.php".into()] });
    let mut late = then.clone();
    late.at = "2026-11-22T07:00:00Z".parse::<Timestamp>().unwrap();
    assert!(matches!(ask(&late), Err(Refusal::SealExpired { .. })));
}

#[test]
fn few_objects_of_a_kind_are_named_and_administrators_never() {
    let named = |objects| Seal::new(&shown(objects), BTreeMap::new(), "r".into(), SignedDuration::from_hours(1)).marks;
    let few = named(24);
    assert_eq!((few.changes.len(), few.facts.len()), (24, 25));
    assert!(few.facts.contains_key("offering/23") && few.facts.contains_key("administrator"));
    let many = named(25);
    assert_eq!((many.changes.len(), many.facts.len()), (1, 2));
    assert!(many.facts.contains_key("offering"));
}
