//! `plan.toml`: limits of a run, and what is wrong in the file is told with its place.

use std::fs;

use crate::place::{PLAN, Place, SITE};
use amc_plan::apply::limits::Tally;
use amc_plan::change::Change;
use amc_plan::model::{Kind, ObjectRef, State};
use amc_plan::project::limits::Limits;
use serde_json::json;

fn limits(text: &str) -> Limits {
    toml::from_str(text).unwrap()
}

/// So many objects of a kind altered, of so many.
fn altered(kind: Kind, count: usize, there: usize) -> Tally {
    Tally { changes: [(kind, count)].into(), altered: [(kind, (count, there))].into() }
}

#[test]
fn a_run_of_more_changes_than_the_limit_is_refused_before_anything_else_is_asked() {
    let place = Place::new();
    let (digest, before) = (place.digest(), place.read(SITE));
    place.run(&["seal", PLAN, "--site", SITE]).ends(0, &[]);
    let set = |text: &str| fs::write(place.path("plan.toml"), text).unwrap();
    for most in [0, 1, 6] {
        set(&format!("[limits]\nchanges = {most}\n"));
        let key = format!("`limits.changes` allows: {most} (in plan.toml)");
        for more in [
            &["--confirm", &digest][..],
            &["--confirm", "0000"],
            &["--no-input"],
            &[],
            &["--seal", "bloom-coaching.seal.json"],
        ] {
            place.apply(more).ends(15, &["the run would make 7 changes", &key, "nothing was written"]);
        }
    }
    assert_eq!(place.read(SITE), before);
    assert!(!place.journal().exists() && place.archived().is_empty());
    // A red plan is told to be red.
    place.edit(PLAN, "crm: {name: ontraport", "crm: {name: keap");
    place.confirm(&digest).ends(10, &[]);
    place.edit(PLAN, "crm: {name: keap", "crm: {name: ontraport");
    set("[limits]\nchanges = 7\npercent = {order-form = 1}\n");
    place.confirm(&digest).ends(0, &[]);
    set("[limits]\nchanges = 0\n");
    place.apply(&["--no-input"]).ends(0, &[]);
}

#[test]
fn a_share_of_the_objects_that_the_site_has_is_refused() {
    let place = Place::new();
    let record = r#"{"kind":"order-form","key":"team-seats-checkout","#;
    for n in 1..=6 {
        let form = format!(
            r#"{{"kind":"order-form","key":"old-{n}","name":"Old {n}","operations":[],"after_final_retry":null,"gateway":"stripe","recurring":false}}"#
        );
        place.edit_site(SITE, record, &format!("{form}\n{record}"));
    }
    let archived: Vec<String> = (1..=6).map(|n| format!("old-{n}: archived")).collect();
    place.edit(PLAN, "leave_alone: {", &format!("leave_alone: {{order_forms: {{{}}}, ", archived.join(", ")));
    let (digest, before) = (place.digest(), place.read(SITE));
    let set =
        |most: u8| fs::write(place.path("plan.toml"), format!("[limits.percent]\norder-form = {most}\n")).unwrap();
    set(16);
    let words =
        ["would change 2 of 12 objects of `order-form`", "`limits.percent.order-form` allows: 16 (in plan.toml)"];
    place.confirm(&digest).ends(15, &words);
    assert_eq!(place.read(SITE), before);
    set(17);
    place.confirm(&digest).ends(0, &[]);
}

#[test]
fn a_share_counts_where_there_are_ten_of_the_kind() {
    let thirty = limits("percent = {offering = 30, order-form = 0}");
    let exceeded = |kind, count, there| altered(kind, count, there).exceeds(&thirty).is_some();
    assert!(!exceeded(Kind::Offering, 3, 10));
    assert!(exceeded(Kind::Offering, 4, 10));
    assert!(!exceeded(Kind::Offering, 9, 9));
    assert!(!exceeded(Kind::Offering, 33, 110));
    assert!(exceeded(Kind::Offering, 34, 110));
    assert!(exceeded(Kind::OrderForm, 1, 10));
    // Built in: nine in ten, and two hundred.
    let built_in = Limits::default();
    for (count, there, refused) in [(9, 10, false), (10, 10, true), (180, 200, false), (181, 200, true), (9, 9, false)]
    {
        assert_eq!(altered(Kind::OptInForm, count, there).exceeds(&built_in).is_some(), refused, "{count} of {there}");
    }
    assert!(altered(Kind::Offering, 200, 1000).exceeds(&built_in).is_none());
    assert!(altered(Kind::Offering, 201, 1000).exceeds(&built_in).is_some());
    let whole = limits("percent = {offering = 100}");
    assert!(altered(Kind::Offering, 20, 20).exceeds(&whole).is_none());
    let large = altered(Kind::Offering, usize::MAX / 2, usize::MAX);
    assert!(large.exceeds(&limits("changes = 9223372036854775807\npercent = {offering = 30}")).is_some());
}

#[test]
fn the_message_names_the_key_its_value_the_count_and_the_kind() {
    let words = |limits: &str, count, there| {
        let exceeded = altered(Kind::Offering, count, there).exceeds(&self::limits(limits)).unwrap();
        exceeded.message("plan diff P --site S")
    };
    let (message, help) = words("percent = {offering = 30}", 8, 12);
    assert_eq!(
        message,
        "the run would change 8 of 12 objects of `offering`, more than `limits.percent.offering` allows: 30 (in plan.toml), so \
         nothing was written"
    );
    assert!(help.contains("set `limits.percent.offering` in the plan.toml"), "{help}");
    let (message, _) = words("", 12, 12);
    assert!(message.contains("`limits.percent.offering` allows: 90 (built in)"), "{message}");
    let (message, _) = words("", 300, 1000);
    assert!(message.contains("300 changes, more than `limits.changes` allows: 200 (built in)"), "{message}");
}

#[test]
fn what_is_created_alters_nothing_that_is_there() {
    let change = |key: &str, before: Option<serde_json::Value>| Change {
        on: ObjectRef { kind: Kind::Offering, key: key.into() },
        before,
        after: Some(json!({})),
        cause: String::new(),
    };
    let changes = [change("a", None), change("b", Some(json!({}))), change("c", None)];
    let tally = Tally::new(&changes, &State::default());
    assert_eq!(tally.changes, [(Kind::Offering, 3)].into());
    assert_eq!(tally.altered, [(Kind::Offering, (1, 0))].into());
}

#[test]
fn a_setting_of_a_wrong_type_is_an_error_with_its_place() {
    let place = Place::new();
    let before = place.read(SITE);
    let digest = place.digest();
    for (text, words) in [
        ("[limits]\nchanges = \"50\"", "line 2, column 11: invalid type: string \"50\", expected a whole number"),
        ("[limits]\nchanges = -1", "line 2, column 11: invalid value: integer `-1`"),
        ("[limits]\nchanges = 1.5", "line 2, column 11: "),
        ("[limits]\nchange = 5", "line 2, column 1: unknown field `change`"),
        (
            "[limits.percent]\n\noffering = 101",
            "line 3, column 12: invalid value: integer `101`, expected a whole number of per cent",
        ),
        ("[limits.percent]\noffering = \"30 %\"", "line 2, column 12: "),
        ("[limits.percent]\nofferings = 30", "line 2, column 1: unknown variant `offerings`"),
        ("limits = 5", "line 1, column 10: "),
        ("[limit]\nchanges = 5", "line 1, column 2: unknown field `limit`"),
        ("[seal]\nrequired = \"yes\"", "line 2, column 12: invalid type: string \"yes\", expected a boolean"),
        ("[seal]\nrequired = true", "line 2, column 12: a seal is required, and no reviewer's key is named"),
        ("[seal]\nrequired = true\nkeys = {}", "line 2, column 12: a seal is required"),
        ("[seal]\nkeys = {sam = \"RWQ\"}", "line 2, column 15: this is not a minisign public key"),
        ("[seal]\nkeys = [\"RWQ\"]", "line 2, column 8: "),
        ("[seal]\nrequire = true", "line 2, column 1: unknown field `require`"),
        ("[limits", "line 1, column "),
    ] {
        fs::write(place.path("plan.toml"), text).unwrap();
        place.confirm(&digest).ends(3, &["`plan.toml`, ", words]);
        place.run(&["check", PLAN, "--site", SITE]).ends(3, &[words]);
        place.run(&["seal", PLAN, "--site", SITE]).ends(3, &[words]);
    }
    assert_eq!(place.read(SITE), before);
    // What cannot be read demands nothing that could be known, so nothing goes on.
    fs::remove_file(place.path("plan.toml")).unwrap();
    fs::create_dir(place.path("plan.toml")).unwrap();
    place.confirm(&digest).ends(3, &["plan.toml"]);
    fs::remove_dir(place.path("plan.toml")).unwrap();
    #[cfg(unix)]
    {
        for target in ["nowhere", PLAN, "/dev/zero"] {
            std::os::unix::fs::symlink(place.path(target), place.path("plan.toml")).unwrap();
            place.confirm(&digest).ends(3, &["cannot read", "plan.toml", "not a regular file"]);
            fs::remove_file(place.path("plan.toml")).unwrap();
        }
    }
}
