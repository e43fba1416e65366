//! The staging copy beside the live site: what live has otherwise is found by a check, long before anything is replayed or pushed.

use std::fs;
use std::net::TcpListener;

use serde_json::Value;

use crate::guided::{LIVE, copied};
use crate::place::{PLAN, Place, Ran, SITE};

/// The example with the live site that its copy was made of, in another file.
fn cloned() -> Place {
    let place = Place::new();
    copied(&place);
    place
}

fn check(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&["check", PLAN, "--site", SITE, "--format", "concise"], more].concat())
}

fn settings_name(place: &Place, live: &str) {
    fs::write(place.path("plan.toml"), format!("[site]\nlive = \"{live}\"\n")).unwrap();
}

/// The lines of a report that are of this rule.
fn lines<'r>(ran: &'r Ran, rule: &str) -> Vec<&'r str> {
    let of = format!("[{rule}]");
    ran.out.lines().filter(|line| line.contains(&of)).collect()
}

#[test]
fn what_live_has_otherwise_is_named_with_both_values_and_what_makes_the_copy_one_is_not() {
    let place = cloned();
    place.edit_site(LIVE, r#""simulated":false"#, r#""simulated":true"#);
    place.edit_site(LIVE, r#""production_url":"//staging.bloom.example""#, r#""production_url":"//bloom.example/""#);
    let alike = check(&place, &["--live", LIVE]);
    assert!(alike.code == Some(0) && alike.out.contains("compared with live bloom.example (a recording"), "{alike:#?}");

    // What the plan sets on both is no drift, whatever each has now; a price is.
    place.edit_site(LIVE, r#""enabled":true,"welcome":"none""#, r#""enabled":false,"welcome":"none""#);
    place.edit_site(LIVE, r#""price":"497.00 USD""#, r#""price":"597 USD""#);
    let drifted = check(&place, &["--live", LIVE]);
    let found = lines(&drifted, "copy-drifted");
    let [line] = &found[..] else { panic!("{drifted:#?}") };
    let words = "error[copy-drifted] `order-form/group-coaching-checkout` is not alike on live and on its copy: price is \
        `497.00 USD` on the copy, and `597.00 USD` on live";
    assert!(drifted.code == Some(1) && line.ends_with(words), "{drifted:#?}");
    let json = place.run(&["check", PLAN, "--site", SITE, "--live", LIVE, "--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&json["live"]["host"], &json["live"]["mode"]), (&"bloom.example".into(), &"snapshot".into()));

    // Somebody answers for it.
    let risk = "accepted_risks:\n  - {rule: copy-drifted, at: \"site:order-form/group-coaching-checkout\", reason: live is raised for the winter, \
        owner: jo, until: 2027-01-31}\n";
    place.edit(PLAN, "\nbackup: {of: live", &format!("\n{risk}backup: {{of: live"));
    check(&place, &["--live", LIVE]).ends(0, &[]);
}

#[test]
fn what_only_one_of_the_two_readings_shows_is_unproven() {
    let place = cloned();
    place.edit_site(LIVE, r#","gateway":"stripe""#, "");
    let one = check(&place, &["--live", LIVE]);
    assert!(one.code == Some(1) && one.out.contains("unproven at gate"), "{one:#?}");
    assert!(one.out.contains("`live order-form/") && one.out.contains("that of the copy does"), "{one:#?}");
    let place = cloned();
    place.edit_site(LIVE, r#""order-form":{"how":"bridge"}"#, r#""order-form":{"missing":"not asked"}"#);
    let none = check(&place, &["--live", LIVE]);
    assert!(none.code == Some(1) && none.out.contains("`live order-form` is unknown (not asked)"), "{none:#?}");
}

#[test]
fn the_settings_name_live_for_every_check_of_the_copy_and_for_the_beginning_of_a_run() {
    let place = cloned();
    let digest = place.digest();
    settings_name(&place, LIVE);
    check(&place, &[]).ends(0, &[]);
    place.edit_site(LIVE, r#""price":"39.00 USD""#, r#""price":"49.00 USD""#);
    assert_eq!(lines(&check(&place, &[]), "copy-drifted").len(), 1);
    place.confirm(&digest).ends(10, &["copy-drifted"]);
    // A plan without a copy, and live itself, are compared with nothing.
    assert_eq!(lines(&check(&place, &["--gate", "fit"]), "copy-drifted").len(), 0);
    let alone = place.run(&["check", PLAN, "--no-site"]);
    assert!(!alone.out.contains("copy-drifted"), "{alone:#?}");
    let live = place.run(&["check", PLAN, "--site", LIVE, "--on", "live"]);
    assert!(!live.out.contains("copy-drifted"), "{live:#?}");
    for name in ["../live.site.ndjson", "none.site.ndjson"] {
        settings_name(&place, name);
        check(&place, &[]).ends(3, &[&format!("names `{name}` as the live site")]);
    }
}

/// What is confirmed rests on the copy alone: a diff that compared it with live, and an apply that does not, mean the same.
#[test]
fn a_confirmation_holds_whether_or_not_the_copy_was_compared() {
    let place = cloned();
    let emails = place.read(PLAN).lines().find(|line| line.starts_with("emails:")).unwrap().to_owned() + "\n";
    place.edit(PLAN, &emails, "");
    let digests = |more: &[&str]| -> Value {
        let ran = place.run(&[&["diff", PLAN, "--site", SITE, "--format", "json"], more].concat());
        ran.ends(0, &[]);
        serde_json::from_str::<Value>(&ran.out).unwrap()["digests"].clone()
    };
    assert_eq!(digests(&["--live", LIVE]), digests(&[]));
    // What only the command line names a run does not look at.
    let said = |place: &Place, more: &[&str]| place.run(&[&["diff", PLAN, "--site", SITE], more].concat()).err;
    let by_flag = format!(
        "a run takes no `--live`, and compares the copy with what plan.toml names; it names nothing yet. \
        Write `live = \"{LIVE}\"`"
    );
    assert!(said(&place, &["--live", LIVE]).contains(&by_flag), "{}", said(&place, &["--live", LIVE]));
    assert!(!said(&place, &[]).contains("takes no `--live`"));
    let digest = digests(&["--live", LIVE])["changes"].as_str().unwrap().to_owned();
    let applied = place.confirm(&digest);
    assert!(applied.code != Some(11) && applied.code != Some(12), "{applied:#?}");
}

#[test]
fn what_is_no_reading_of_live_is_refused() {
    let place = cloned();
    check(&place, &["--live", SITE]).ends(13, &["not of the plan's live site"]);
    check(&place, &["--live", "none.site.ndjson"]).ends(3, &["none.site.ndjson"]);
    check(&place, &["--live", "https://other.example"]).ends(2, &["is not a site of this plan"]);
    let on_live = place.run(&["check", PLAN, "--site", LIVE, "--on", "live", "--live", LIVE]);
    on_live.ends(2, &["`--on live` judges live itself"]);
    place.run(&["check", PLAN, "--no-site", "--live", LIVE]).ends(2, &["--no-site"]);
}

/// An address of the settings is asked for nothing without a login of its own, and what nobody read is unproven.
#[test]
fn a_live_site_that_nobody_here_can_read_is_unproven_and_asked_for_nothing() {
    let place = cloned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    place.edit(PLAN, "https://bloom.example", &address);
    settings_name(&place, &address);
    let unread = check(&place, &[]);
    assert!(unread.code == Some(1) && unread.out.contains("`live` is unknown (cannot log in to"), "{unread:#?}");
    let drawn = place.run(&["check", PLAN, "--site", SITE]);
    assert!(drawn.out.contains("name a reading of live that shows it"), "{drawn:#?}");
    check(&place, &["--live", &address]).ends(3, &["PLAN_LOGIN_ORIGIN"]);
    assert!(listener.accept().is_err(), "somebody asked it");
}

/// No reading shows when a copy was made, so it is asked where live was read, and only what somebody put on record is said.
#[test]
fn the_age_of_the_copy_is_what_somebody_put_on_record() {
    let place = cloned();
    let said = |more: &[&str]| lines(&check(&place, more), "copy-old").join("");
    assert_eq!(said(&[]), "");
    let unknown = check(&place, &["--live", LIVE]);
    assert!(unknown.code == Some(0) && unknown.out.contains("`age of the copy` is unknown"), "{unknown:#?}");
    assert!(unknown.out.contains("warning[copy-old] (unproven)"), "{unknown:#?}");
    let record = |at: &str| place.run(&["record", "copied", at, "--plan", PLAN, "--who", "jo"]);
    record("2099-11-20T09:00:00Z").ends(2, &["in the future"]);
    record("last week").ends(2, &["is not a time"]);
    record("2026-11-01T09:00:00Z").ends(0, &[]);
    assert!(said(&[]).ends_with("as it was at 2026-11-01T09:00:00Z, 19 days before it was read"), "{}", said(&[]));
    // Copied again.
    record("2026-11-20T09:00:00Z").ends(0, &[]);
    assert_eq!(said(&["--live", LIVE]), "");
    let diff = place.run(&["diff", PLAN, "--site", SITE]);
    assert!(
        diff.out.contains("staging.bloom.example was copied from live as it was at 2026-11-20T09:00:00Z"),
        "{diff:#?}"
    );
}

#[test]
fn at_the_gate_before_a_replay_it_is_said_that_nobody_compared_the_two() {
    let place = cloned();
    let at = |gate: &str, more: &[&str]| {
        let ran = check(&place, &[&["--gate", gate], more].concat());
        lines(&ran, "copy-drifted").iter().map(|line| line.contains("warning[")).collect::<Vec<_>>()
    };
    assert_eq!(at("go-live", &[]), [true]);
    assert_eq!((at("go-live", &["--live", LIVE]), at("migrate", &[])), (vec![], vec![]));
}
