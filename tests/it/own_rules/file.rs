//! The file itself is an enemy's: read bounded, by no link, and whatever is wrong with it is said at its place.

use std::fs;

use crate::own_rules::{of, report, rules, says, with};
use crate::place::{PLAN, Place, SITE};

fn first_code(place: &Place) -> String {
    let ran = place.run(&["check", PLAN, "--site", SITE, "--format", "json"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["verdict"], "red");
    report["findings"][0]["rule"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_wrong_with_it_is_an_error_at_its_place() {
    let place = Place::new();
    let rule = |more: &str| rules(&[("a", &format!("require: 'true'\nmessage: m\n{more}"))]);
    let many: Vec<String> = (0..101).map(|nth| format!("r{nth}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "require: 'true'\nmessage: m")).collect();
    for (text, code) in [
        ("rules: [".to_owned(), "yaml-syntax"),
        ("version: 1\n".to_owned(), "missing-key"),
        ("version: 2\nrules: {}\n".to_owned(), "wrong-value"),
        ("version: 1\nrules: []\n".to_owned(), "wrong-type"),
        ("version: 1\nrules: &a {b: *a}\n".to_owned(), "anchor-refused"),
        (rule("shell: rm"), "unknown-key"),
        (rule("for: contacts"), "wrong-value"),
        (rule("severity: info"), "wrong-value"),
        (rule("gate: never"), "wrong-value"),
        (rule("at: window"), "wrong-value"),
        (rule(&format!("help: {}", "x".repeat(301))), "wrong-value"),
        (rule(&format!("when: {}", "x".repeat(2001))), "wrong-value"),
        (rules(&[("Own/A", "require: 'true'\nmessage: m")]), "wrong-value"),
        (rules(&[("a--b", "require: 'true'\nmessage: m")]), "wrong-value"),
        (rules(&many), "wrong-value"),
        ("version: 1\nrules: {a: {require: 'true', message: m, good: [], bad: [{}]}}\n".to_owned(), "wrong-value"),
        (format!("# {}\n", "x".repeat(256 << 10)), "own-rules-unreadable"),
        (format!("version: 1\nrules: {}{}\n", "{a: ".repeat(60), "}".repeat(60)), "too-deep"),
    ] {
        fs::write(place.path("rules.yaml"), &text).unwrap();
        let short: String = text.chars().take(120).collect();
        assert_eq!(first_code(&place), code, "{short}");
    }
    fs::write(place.path("rules.yaml"), [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(first_code(&place), "not-utf8");
    fs::write(place.path("rules.yaml"), rules(&[("a", "requir: 'true'\nmessage: m")])).unwrap();
    says(&place.run(&["check", PLAN, "--site", SITE]), 1, &["rules.yaml:4:5", "did you mean `require`?"]);
}

#[test]
fn an_empty_list_of_rules_changes_nothing() {
    let place = Place::new();
    let before = place.run(&["check", PLAN, "--site", SITE]).out;
    fs::write(place.path("rules.yaml"), "version: 1\nrules: {}\n").unwrap();
    assert_eq!(place.run(&["check", PLAN, "--site", SITE]).out, before);
}

#[cfg(unix)]
#[test]
fn no_link_and_nothing_but_a_file_is_read() {
    let place = Place::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("rules.yaml"), rules(&[("a", "require: 'false'\nmessage: m")])).unwrap();
    let at = place.path("rules.yaml");
    std::os::unix::fs::symlink(outside.path().join("rules.yaml"), &at).unwrap();
    assert_eq!(first_code(&place), "own-rules-unreadable");
    fs::remove_file(&at).unwrap();
    fs::create_dir(&at).unwrap();
    assert_eq!(first_code(&place), "own-rules-unreadable");
    fs::remove_dir(&at).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&at).status().unwrap().success());
    assert_eq!(first_code(&place), "own-rules-unreadable");
}

/// A message is the file's own text: no value of the plan, the site or a member gets into one, and what steers a terminal is shown as text.
#[test]
fn an_expression_prints_nothing() {
    let place = with(&[
        ("esc", "for: order-forms\nrequire: 'false'\nmessage: \"\\e[31m{object} ::error::x <b>\"\nseverity: warning"),
        ("members", "require: plan.spot_check.values == null\nmessage: m"),
        ("people", "require: plan.people.jo == 'x'\nmessage: m"),
        ("logins", "require: size(site.administrators) == 0\nmessage: m"),
        ("text", "require: plan.mail.deliver_only_to[0]\nmessage: m"),
        ("types", "require: plan.mail.deliver_only_to[0] < 3\nmessage: m"),
        ("sum", "require: plan.mail.deliver_only_to[0] + 3 == ''\nmessage: m"),
    ]);
    let judged = report(&place, &["--show-personal"]);
    for (rule, why) in [
        ("own/members", "the plan has no field `spot_check`"),
        ("own/people", "the plan has no field `people`"),
        ("own/logins", "the site has no field `administrators`"),
        ("own/text", "comes to a value of the type `string`"),
        ("own/types", "is not for `string` and `int`"),
        ("own/sum", "is not for values of these types"),
    ] {
        let found = of(&judged, rule);
        let message = found[0]["message"].as_str().unwrap();
        assert!(found.len() == 1 && message.contains(why) && !message.contains("qa@"), "{rule}: {found:#?}");
    }
    let shown = place.run(&["check", PLAN, "--site", SITE]).out;
    assert!(!shown.contains('\u{1b}') && shown.contains("group-coaching-checkout ::error::x"), "{shown}");
}
