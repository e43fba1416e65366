//! What a program reads of ours is as its published schema says. Every test that runs the program with `--format json`, `--log-json` or
//! `seal` holds what comes of it to that.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use amc_plan::rules::ALL;
use clap::Command;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::common::{plan, plans, validator};
use crate::guided::{passed_barrier, rehearsed};
use crate::partly::partly_captured;
use crate::place::{PLAN, Place, SITE};

/// The schema of what each verb prints with `--format json`.
const OF: [(&str, &str); 10] = [
    ("check", "report"),
    ("diff", "diff"),
    ("status", "status"),
    ("log", "log"),
    ("lock", "lock"),
    ("verify", "verify"),
    ("merge-list", "merge-list"),
    ("journey", "journey"),
    ("survey", "survey"),
    ("doctor", "doctor"),
];

static READY: Mutex<BTreeMap<String, Arc<Validator>>> = Mutex::new(BTreeMap::new());

#[track_caller]
fn accepts(schema: &str, words: &[&str], value: &Value) {
    let ready = READY.lock().unwrap().entry(schema.to_owned()).or_insert_with(|| Arc::new(validator(schema))).clone();
    let errors: Vec<String> = ready.iter_errors(value).map(|e| format!("{e} at `{}`", e.instance_path())).collect();
    assert!(errors.is_empty(), "{words:?} does not fit `schemas/{schema}.schema.json`: {errors:#?}\n{value:#}");
}

fn of(verb: &str) -> Option<&'static str> {
    let explain = (verb == "explain").then_some("explain");
    OF.iter().find(|(name, _)| *name == verb).map(|(_, schema)| *schema).or(explain)
}

/// What a command line printed and wrote is held to its schema.
#[track_caller]
pub(crate) fn hold(words: &[&str], folder: &Path, out: &str) {
    let after = |option: &str| words.iter().position(|word| *word == option).and_then(|at| words.get(at + 1).copied());
    let verb = words.iter().copied().find(|word| of(word).is_some() || ["apply", "undo", "seal"].contains(word));
    if matches!(after("--format"), Some("json" | "json-v1" | "json-lines")) && !out.trim().is_empty() {
        let of_adapters = (words.first() == Some(&"adapter")).then_some("adapter-facts");
        let of_folder = words.get(1).is_some_and(|word| verb == Some("status") && folder.join(word).is_dir());
        let of_adapters = of_adapters.or(of_folder.then_some("overview"));
        let of_a_later_look = (verb == Some("verify") && words.contains(&"--since")).then_some("since");
        let schema = of_adapters
            .or(of_a_later_look)
            .or_else(|| verb.and_then(of))
            .unwrap_or_else(|| panic!("{words:?} has no schema"));
        let is_of_lines = after("--format") == Some("json-lines");
        let schema = if is_of_lines { "report-line" } else { schema };
        let lines = if is_of_lines || schema == "log" { out.lines().collect() } else { vec![out] };
        for line in lines {
            let value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{words:?}: {error}: {line}"));
            match &value {
                // Of several plans it is a list.
                Value::Array(all) if schema == "report" => all.iter().for_each(|one| accepts(schema, words, one)),
                one => accepts(schema, words, one),
            }
        }
    }
    if let Some(log) = after("--log-json").and_then(|log| fs::read_to_string(folder.join(log)).ok()) {
        // What a test put there, or tore, is not ours.
        let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if lines.first().is_some_and(|first| first["event"]["opened"]["tool"].is_string()) {
            lines.iter().for_each(|value| accepts("log", words, value));
        }
    }
    if let ("seal", Some(plan)) = (verb.unwrap_or_default(), words.get(1)) {
        let seal = fs::read_to_string(folder.join(plan).with_extension("seal.json")).ok();
        if let Some(value) = seal.and_then(|text| serde_json::from_str(&text).ok()) {
            accepts("seal", words, &value);
        }
    }
}

/// The verbs, those of a verb included, that print JSON.
fn printers(command: &Command, found: &mut Vec<String>) {
    for verb in command.get_subcommands() {
        let formats = verb.get_arguments().filter(|argument| argument.get_id() == "format");
        if formats.flat_map(clap::Arg::get_possible_values).any(|value| value.get_name() == "json") {
            found.push(verb.get_name().to_owned());
        }
        printers(verb, found);
    }
}

#[test]
fn every_verb_that_prints_json_has_a_schema_which_the_page_names() {
    let mut found = Vec::new();
    let mut command = amc_plan::cli::command();
    command.build();
    printers(&command, &mut found);
    found.sort();
    found.dedup();
    let mut known: Vec<&str> =
        OF.iter().map(|(verb, _)| *verb).filter(|verb| *verb != "lock").chain(["explain"]).collect();
    known.sort_unstable();
    assert_eq!(found, known, "`lock status` is a `status` too");
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/exit-codes.md")).unwrap();
    for (verb, schema) in OF.into_iter().chain([("explain", "explain"), ("seal", "seal")]) {
        let line =
            page.lines().find(|line| line.starts_with(&format!("| `{verb}"))).unwrap_or_else(|| panic!("{verb}"));
        assert!(line.contains(&format!("(../schemas/{schema}.schema.json)")), "{line}");
    }
}

/// What a command line prints, which the place holds to its schema.
#[track_caller]
fn printed(place: &Place, words: &[&str]) -> Value {
    let ran = place.run(&[words, &["--format", "json"]].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:#?}"))
}

#[test]
fn a_schema_refuses_what_the_verb_never_prints() {
    let place = Place::new();
    for (words, key) in [
        (&["check", PLAN, "--site", SITE][..], "verdict"),
        (&["diff", PLAN, "--site", SITE], "decisions"),
        (&["status", PLAN, "--site", SITE], "steps"),
        (&["lock", "status", PLAN, "--site", SITE], "held"),
        (&["verify", PLAN, "--before", SITE, "--after", SITE], "verdict"),
        (&["survey", PLAN, "--site", SITE], "answers"),
    ] {
        let schema = validator(of(words[0]).unwrap());
        let whole = printed(&place, words);
        assert!(schema.is_valid(&whole));
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(key).unwrap();
        assert!(!schema.is_valid(&without), "{words:?} without `{key}`");
        let mut other = whole;
        other[key] = json!({"of": "another shape"});
        assert!(!schema.is_valid(&other), "{words:?} with another `{key}`");
    }
}

#[test]
fn a_diff_has_its_decisions_for_machines_as_it_has_them_for_people() {
    let place = Place::new();
    let document = printed(&place, &["diff", PLAN, "--site", SITE]);
    let decisions: Vec<&str> =
        document["decisions"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    for decision in [
        "strategy: rehearse-and-replay",
        "window: 2026-12-02 06:00 Europe/Berlin, 2h",
        "members between two modules of mastermind: complete-by-hand",
        "webhook aal_updateuser: retired: tags are local after the switch, there is nothing to sync",
        "left alone: offering summit-2019: archived and without members",
    ] {
        assert!(decisions.contains(&decision), "{decision}: {decisions:#?}");
    }
    let people = place.run(&["diff", PLAN, "--site", SITE]).out;
    assert!(decisions.iter().all(|decision| people.contains(decision)), "{decisions:#?}\n{people}");
    assert!(document["changes"].as_array().unwrap().iter().all(|change| change["when"].is_null()));
    let partly = printed(&partly_captured(), &["diff", PLAN, "--site", SITE]);
    assert!(!partly["not_compared"].as_array().unwrap().is_empty(), "{partly:#}");
}

#[test]
fn a_plan_of_many_webhooks_has_every_fate_for_machines() {
    let place = Place::new();
    let many: String =
        (0..150).map(|n| format!("  aal_x?n={n}: {{after_switch: {{kept: it is number {n}}}}}\n")).collect();
    place.edit(PLAN, "\nwebhooks:\n", &format!("\nwebhooks:\n{many}"));
    let document = printed(&place, &["diff", PLAN, "--site", SITE]);
    let kept =
        document["decisions"].as_array().unwrap().iter().filter(|one| one.as_str().unwrap().contains("it is number"));
    assert_eq!(kept.count(), 150);
    assert!(place.run(&["diff", PLAN, "--site", SITE]).out.contains("more, which are in the plan"));
}

#[test]
fn a_run_is_as_its_schemas_say_from_its_first_line_to_its_end() {
    let place = passed_barrier();
    let line = |at: &str| {
        let lines = place.run(&["log", PLAN, "--site", SITE, "--format", "json"]).out;
        assert!(lines.lines().any(|line| line.contains(at)), "{at}: {lines}");
    };
    line("\"barrier-passed\"");
    assert!(printed(&place, &["status", PLAN, "--site", SITE])["past_the_barrier"].as_bool().unwrap());
    let holder = printed(&place, &["lock", "status", PLAN, "--site", SITE]);
    assert!(holder["holder"]["since"].is_string(), "{holder:#}");
    let place = rehearsed();
    let ended = printed(&place, &["status", PLAN, "--site", SITE]);
    assert!(
        ended["ended"]["certificate"].is_string() && !ended["decisions"].as_array().unwrap().is_empty(),
        "{ended:#}"
    );
    let lines = place.run(&["log", PLAN, "--site", SITE, "--format", "json"]).out;
    assert!(lines.lines().count() > 20 && lines.ends_with("\"end\"}\n"), "{lines}");
}

#[test]
fn a_rule_and_a_word_are_explained_as_their_schema_says() {
    // A rule's title is no hint.
    let explained = |words: &[&str]| plan(&plans(), &[&["explain"], words, &["--format", "json"]].concat()).json();
    let all = explained(&[]);
    assert!(all["rules"].as_array().unwrap().len() == ALL.len() && all["rules"][0]["docs"].is_null());
    assert!(explained(&["backup-old"])["rules"][0]["docs"].as_str().unwrap().contains("## Fix"));
    let word = explained(&["barrier"]);
    assert_eq!(word["words"][0]["word"], "Barrier");
    let schema = validator("explain");
    for (key, value) in
        [("rules", json!([{"id": "x"}])), ("words", json!([{"word": 1, "means": ""}])), ("format_version", json!(1))]
    {
        let mut other = word.clone();
        other[key] = value;
        assert!(!schema.is_valid(&other), "{key}");
    }
}

#[test]
fn what_adapters_know_is_listed_for_machines_with_what_is_open() {
    let place = Place::new();
    let facts = printed(&place, &["adapter", "explain"]);
    let of = |name: &str| facts["facts"].as_array().unwrap().iter().filter(|fact| fact["adapter"] == name).count();
    assert!(of("accessally") > 5 && of("wordpress") > 5, "{facts:#}");
    let open = |id: &str| facts["questions"].as_array().unwrap().iter().find(|open| open["id"] == id).unwrap().clone();
    assert_eq!(open("module-timers")["settled"], false);
    assert_eq!(open("module-timers")["missing"], json!(["offering: modules/release"]));
    assert_eq!(open("mails-of-the-run")["missing"], json!([]), "no stored value can settle it");
}
