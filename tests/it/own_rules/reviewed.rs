//! What was reviewed holds the rules too: a seal counts under those that it was made with, and what asks for less than before is said.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::own_rules::{rules, with};
use crate::place::{PLAN, Place, SITE};

const ALWAYS: &str = "require: 'true'\nmessage: m";

#[test]
fn a_seal_counts_under_the_rules_that_it_was_made_with() {
    let place = with(&[("a", ALWAYS)]);
    let seal = || place.run(&["seal", PLAN, "--site", SITE]);
    let set = |text: &str| fs::write(place.path("rules.yaml"), text).unwrap();
    let apply = || place.apply(&["--seal", "bloom-coaching.seal.json"]);
    seal().ends(0, &[]);
    for text in [
        rules(&[]),
        rules(&[("a", ALWAYS), ("b", ALWAYS)]),
        rules(&[("a", "require: 1 == 1\nmessage: m")]),
        rules(&[("a", "require: 'true'\nmessage: m\nseverity: warning")]),
        rules(&[("a", "require: 'true'\nmessage: m\ngate: go-live")]),
    ] {
        set(&text);
        apply().ends(11, &["the plan's own `rules.yaml` asks for something else", "nothing was written"]);
    }
    fs::remove_file(place.path("rules.yaml")).unwrap();
    apply().ends(11, &["the plan's own `rules.yaml` asks for something else"]);
    // Who explains it otherwise asks the same.
    set(&(rules(&[("a", "require: 'true'\nmessage: m\nwhy: because")]) + "# a comment\n"));
    apply().ends(0, &[]);
}

#[test]
fn a_rule_that_is_broken_stops_apply() {
    let place = Place::new();
    let digest = place.digest();
    fs::write(place.path("rules.yaml"), rules(&[("a", "require: 'false'\nmessage: is not so")])).unwrap();
    let before = place.read(SITE);
    place.confirm(&digest).ends(10, &["error[own/a]", "is not so"]);
    place.run(&["seal", PLAN, "--site", SITE]).ends(10, &["error[own/a]"]);
    assert_eq!(place.read(SITE), before);
}

fn git(folder: &Path, words: &[&str]) {
    let named = ["-c", "user.name=jo", "-c", "user.email=jo@agency.example", "-c", "init.defaultBranch=main"];
    let ran = Command::new("git").args(named).args(words).current_dir(folder).output().unwrap();
    assert!(ran.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn what_asks_for_less_than_the_base_is_an_attention_of_the_pull_request() {
    let place = with(&[("a", ALWAYS), ("b", ALWAYS), ("c", ALWAYS), ("d", ALWAYS), ("e", ALWAYS)]);
    let folder = place.folder.path();
    git(folder, &["init", "-q"]);
    git(folder, &["add", PLAN, SITE, "rules.yaml"]);
    git(folder, &["commit", "-q", "-m", "x"]);
    let diff = |format: &str| place.run(&["diff", PLAN, "--site", SITE, "--since", "main", "--format", format]);
    let since = || serde_json::from_str::<Value>(&diff("json").out).unwrap()["since"]["rules"].clone();
    assert_eq!(since(), json!({"in": []}));
    assert!(!diff("human").err.contains("attention: the plan's own rules"));
    let now = rules(&[
        ("b", "require: 'true'\nmessage: m\nseverity: warning"),
        ("c", "require: 'true'\nmessage: m\ngate: go-live"),
        ("d", "require: 'true'\nwhen: 'false'\nmessage: m"),
        ("e", "require: 'true'\nmessage: other words\nseverity: error"),
        ("f", ALWAYS),
    ]);
    fs::write(place.path("rules.yaml"), now).unwrap();
    let weaker =
        ["`own/a` is gone", "`own/b` is a warning now", "`own/c` is due later", "`own/d` asks for something else"];
    assert_eq!(since(), json!({"in": weaker}));
    let ran = diff("markdown");
    for line in weaker {
        assert!(
            ran.err.contains(&format!("attention: the plan's own rules ask for less than at `main`: {line}")),
            "{ran:#?}"
        );
        let rule = line.split('`').nth(1).unwrap();
        assert!(ran.out.matches(rule).count() >= 2, "above, and among what changed: {ran:#?}");
        assert!(ran.out.contains("**Attention:** the plan's own rules ask for less than at"), "{ran:#?}");
    }
    fs::remove_file(place.path("rules.yaml")).unwrap();
    assert_eq!(since()["in"].as_array().unwrap().len(), 5, "all of them are gone");
}
