//! Every verb, with hostile text in what it is given and in every file beside the plan: a row a verb, and none without one.

use std::fs;
use std::path::Path;

use amc_plan::cli::Cli;
use clap::{Command, CommandFactory as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::common::this_time;
use crate::inert::{HOSTILE, harms, poisoned};
use crate::place::{PLAN, Place, Ran, SITE};

/// The place of the hostile text in a row.
pub(crate) const TEXT: &str = "@";

/// Who speaks, and where.
pub(crate) const BY: [&str; 4] = ["--plan", PLAN, "--who", "jo"];

/// The same site as it was read before.
const EARLIER: &str = "earlier.site.ndjson";

/// The verbs by their names, with what they are given.
#[rustfmt::skip]
pub(crate) const ROWS: &[(&str, &[&str])] = &[
    ("check", &[PLAN, "--site", SITE]),
    ("check", &["@", "--site", "@"]),
    ("diff", &[PLAN, "--site", SITE]),
    ("diff", &[PLAN, "--site", SITE, "--on", "live", "--gate", "go-live"]),
    ("seal", &[PLAN, "--site", SITE]),
    ("apply", &[PLAN, "--site", SITE, "--no-input"]),
    ("apply", &[PLAN, "--site", SITE, "--seal", "bloom-coaching.seal.json", "--no-input"]),
    ("apply", &[PLAN, "--site", SITE, "--resume", "--no-input", "--log-json", "log.ndjson"]),
    ("apply", &[PLAN, "--site", SITE, "--on", "live", "--no-input", "--log-json", "log.ndjson"]),
    ("apply", &[PLAN, "--site", "@", "--confirm", "@", "--seal", "@", "--log-json", "@"]),
    ("status", &[PLAN, "--site", SITE]),
    ("status", &[PLAN, "--site", SITE, "--format", "json"]),
    ("undo", &[PLAN, "--site", SITE, "--no-input", "--log-json", "log.ndjson"]),
    ("adopt", &[PLAN, "--site", SITE, "--no-input"]),
    ("adopt", &[PLAN, "--site", SITE, "--confirm", "@", "--who", "@", "--seal", "bloom-coaching.seal.json"]),
    ("log", &[PLAN, "--site", SITE]),
    ("lock status", &[PLAN, "--site", SITE]),
    ("lock status", &[PLAN, "--site", SITE, "--format", "json"]),
    ("lock break", &[PLAN, "--site", SITE, "--id", "@"]),
    ("journey", &[PLAN, "--site", SITE, "--everybody"]),
    ("journey", &[PLAN, "--site", SITE, "--everybody", "--format", "json"]),
    ("journey", &[PLAN, "--site", SITE, "--offering", "group-coaching", "--day", "17"]),
    ("journey", &["@", "--site", "@", "--offering", "@", "--tag", "@"]),
    ("owed", &[PLAN, "--site", SITE, "--out", "owed.csv"]),
    ("owed", &["@", "--site", "@", "--released", "@", "--out", "@"]),
    ("owed", &[PLAN, "--site", SITE, "--list", "@"]),
    ("member", &[PLAN, "10231", "--site", SITE]),
    ("member", &[PLAN, "@", "--site", SITE, "--after", SITE]),
    ("runbook", &[PLAN, "--site", SITE, "--out", "page.html"]),
    ("report", &[PLAN, "--site", SITE, "--out", "report.html"]),
    ("report", &[PLAN, "--site", SITE, "--for", "owner", "--out", "owner.html"]),
    ("report", &[PLAN, "--site", SITE, "--for", "owner", "--after", "--out", "after.html"]),
    ("report", &["@", "--site", "@", "--compare", "@", "--out", "@"]),
    ("support-bundle", &[PLAN, "--site", SITE, "--inventory", "bloom.inventory.ndjson", "--out", "support.txt", "--yes"]),
    ("support-bundle", &[PLAN, "--site", SITE, "--for", "vendor", "--site-names"]),
    ("support-bundle", &[PLAN, "--site", SITE, "--doctor", "x.adapter.yaml"]),
    ("support-bundle", &["@", "--site", "@", "--inventory", "@", "--doctor", "@", "--out", "@"]),
    ("verify", &[PLAN, "--before", SITE, "--after", SITE]),
    ("verify", &[PLAN, "--after", "@"]),
    ("parity", &[PLAN, "--before", EARLIER, "--after", SITE, "--out", "parity.json"]),
    ("parity", &["@", "--before", "@", "--after", "@"]),
    ("parity", &[PLAN, "--check", "@"]),
    ("merge-list", &["--cloned", EARLIER, "--live", SITE, "--format", "json"]),
    ("merge-list", &["--cloned", "@", "--live", "@"]),
    ("site inventory", &["bloom.inventory.ndjson"]),
    ("site inventory", &["@"]),
    ("site inventory", &["@", "--out", "@"]),
    ("site capture", &["@", "--out", "@"]),
    ("site removed", &["@"]),
    ("site ask", &["--plan", PLAN, "--way", "download", "--adapter", "x.adapter.yaml"]),
    ("site ask", &["--plan", "@", "--way", "plugin", "--adapter", "@", "--out", "@"]),
    ("bridge zip", &["--adapter", "x.adapter.yaml", "--out", "plan-bridge.zip"]),
    ("bridge zip", &["--adapter", "@", "--out", "@"]),
    ("bridge script", &["--adapter", "x.adapter.yaml", "--inventory"]),
    ("bridge script", &["--adapter", "@"]),
    ("site connect", &["@"]),
    ("site disconnect", &["@"]),
    ("site doctor", &["@"]),
    ("site doctor", &["@", "--format", "json"]),
    ("snapshot", &["--site", SITE]),
    ("snapshot", &["--site", SITE, "--out", "@"]),
    ("snapshot from-capture", &["x.capture.ndjson", "--adapter", "x.adapter.yaml", "--out", "x.site.ndjson"]),
    ("snapshot from-capture", &["@", "--adapter", "@", "--out", "@"]),
    ("adapter check", &["x.adapter.yaml"]),
    ("adapter check", &["wrong.adapter.yaml"]),
    ("adapter explain", &["x.adapter.yaml"]),
    ("adapter request", &["x.adapter.yaml"]),
    ("adapter check", &["@"]),
    ("adapter explain", &["@"]),
    ("adapter request", &["@", "--out", "@"]),
    ("site map", &["bloom.inventory.ndjson", "--out", "drawn.adapter.yaml"]),
    ("site map", &["@", "--adapter", "@"]),
    ("snapshot import", &[SITE, "--plan", PLAN]),
    ("snapshot import", &[SITE, "--plan", PLAN, "--yes"]),
    ("snapshot finalize", &[SITE, "--plan", PLAN, "--who", "@"]),
    ("snapshot finalize", &[SITE]),
    ("init", &["--site", SITE, "--out", "new.yaml"]),
    ("contacts record", &[PLAN, "--site", SITE]),
    ("contacts record", &["@", "--site", "@"]),
    ("contacts export", &[PLAN, "--site", SITE, "--for-crm", "--out", "back.csv"]),
    ("contacts export", &["@", "--site", "@", "--for-crm", "--joined-since", "@", "--separator", "@", "--out", "@"]),
    ("contacts suggest", &[PLAN, "--site", SITE, "--count", "3"]),
    ("contacts import", &["hostile.csv", "--from", "keap", "--host", "https://staging.bloom.example", "--taken-at", "2026-11-20T05:10:00Z", "--mapping", "hostile.map.yaml", "--out", "in.site.ndjson"]),
    ("contacts import", &["@", "--from", "csv", "--host", "@", "--taken-at", "@", "--mapping", "@", "--orders", "@", "--out", "@"]),
    ("survey", &[PLAN, "--site", SITE, "--no-input"]),
    ("survey", &[PLAN, "--site", SITE, "--format", "json", "--renew=14"]),
    ("survey", &[PLAN, "--site", SITE, "--sheets", "sheets", "--gate", "go-live"]),
    ("survey", &[PLAN, "--site", SITE, "--read", "sheets", "--who", "jo"]),
    ("survey", &["@", "--site", "@", "--who", "@", "--from", "@"]),
    ("record backup", &["--restore-point", "@", "--parts", "files,database"]),
    ("record backup", &["@"]),
    ("record verification", &["lines.txt", "--host", "staging.bloom.example"]),
    ("record verification", &["@", "--host", "@"]),
    ("record ack", &["1", "--reason", "@"]),
    ("record saw", &["@", "@", "--until", "@"]),
    ("record saw", &["order-form/@", "@=@"]),
    ("record saw", &["order-form/@", "price=@", "--screen", "@"]),
    ("record saw", &["plugin", "--all", "@"]),
    ("record step", &["@", "@"]),
    ("record step", &["mail-trap-on", "@"]),
    ("record sign-in", &["@"]),
    ("record moved", &["@", "@", "--now", "@"]),
    ("record not-pressed", &["@", "--site", SITE]),
    ("record restored", &["@", "--site", SITE]),
    ("record outside-window", &["@"]),
    ("record copied", &["@"]),
    ("record restore-drill", &["@", "--took", "25m", "--onto", "@"]),
    ("record restore-drill", &["RP-4471", "--took", "25m", "--onto", "@", "--ended-at", "@"]),
    ("record decision", &["go-on", "@"]),
    ("record done", &["@", "@"]),
    ("record done", &["/emails/welcome", "@"]),
    ("record merge", &[]),
    ("record merge-list", &["--cloned", EARLIER, "--live", SITE]),
    ("record purchase", &["@", "--saw", "order", "--order", "@", "--transaction", "@"]),
    ("upgrade", &[PLAN]),
    ("upgrade", &["@"]),
    ("fmt", &[PLAN, "--diff"]),
    ("fmt", &["@", "--check"]),
    ("rules test", &["rules.yaml"]),
    ("rules test", &["@"]),
    ("explain", &["@"]),
    ("explain", &["own/hostile"]),
    ("explain", &["own/hostile", "--format", "json"]),
    ("explain", &["own/none", "--plan", "@"]),
    ("explain", &["mail-uncontrolled", "--format", "json"]),
    ("schema", &["@"]),
    ("tour", &[SITE]),
    ("example", &[SITE]),
    ("completions", &["@"]),
    ("man", &[SITE]),
    // Last, as it takes a run's files away.
    ("purge", &[PLAN, "--site", SITE]),
];

/// The names of all verbs that do something.
fn verbs(command: &Command, path: &str, all: &mut Vec<String>) {
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        let name = format!("{path}{}", verb.get_name());
        if !verb.has_subcommands() || verb.is_subcommand_negates_reqs_set() {
            all.push(name.clone());
        }
        verbs(verb, &format!("{name} "), all);
    }
}

#[test]
fn every_verb_has_a_row() {
    let (mut command, mut all) = (Cli::command(), Vec::new());
    command.build();
    verbs(&command, "", &mut all);
    assert!(all.len() > 35 && all.contains(&"record decision".to_owned()), "{all:?}");
    let without: Vec<&String> = all.iter().filter(|verb| !ROWS.iter().any(|(row, _)| row == verb)).collect();
    assert!(without.is_empty(), "no row pushes hostile text through {without:?}");
}

#[track_caller]
fn is_inert(place: &Place, (verb, words): (&str, &[&str]), text: &str) -> Ran {
    let by: &[&str] = if verb.starts_with("record") { &BY } else { &[] };
    let given = words.iter().map(|word| if *word == TEXT { text } else { word });
    let all: Vec<&str> = verb.split(' ').chain(given).chain(by.iter().copied()).collect();
    let ran = Ran::from(place.command(&all).output().unwrap());
    assert!(ran.code.is_some_and(|code| code < 100) && !ran.err.contains("panicked"), "{all:?}: {ran:#?}");
    assert!(words.contains(&TEXT) || !ran.err.contains("Usage: plan"), "{all:?} ends at the arguments: {ran:#?}");
    for (stream, said) in [("stdout", &ran.out), ("stderr", &ran.err)] {
        if let Some(harm) = harms(said) {
            panic!("{verb} {words:?}: {stream} {harm}\n{said}");
        }
    }
    ran
}

/// Whether a text reads as words, and not as a digest, a time or a name of the format.
fn is_words(path: &str) -> bool {
    let words = [
        "who", "name", "host", "site", "plan", "says", "reason", "why", "message", "path", "onto", "cause", "key",
        "what",
    ];
    words.iter().any(|word| path.ends_with(&format!("/{word}")))
}

/// Puts the text into every JSON file beside the plan: everywhere, or where words are.
fn poison(folder: &Path, text: &str, everywhere: bool) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        if path.is_dir() {
            poison(&path, text, everywhere);
        }
        if !name.ends_with("json") || name.contains(".site.") || name.contains(".population.") {
            continue;
        }
        let poison = |line: &str| {
            let mut value: Value = serde_json::from_str(line).unwrap();
            poisoned(&mut value, "", text, &|path| everywhere || is_words(path));
            value.to_string()
        };
        let old = fs::read_to_string(&path).unwrap();
        let whole = serde_json::from_str::<Value>(&old).is_ok();
        let lines = || old.lines().filter(|line| !line.trim().is_empty()).map(poison).collect::<Vec<_>>().join("\n");
        fs::write(&path, if whole { poison(&old) } else { lines() + "\n" }).unwrap();
    }
}

/// An adapter that is right, and whose texts are hostile.
fn hostile_adapter(text: &str) -> String {
    let text = serde_json::to_string(&text.replace(['\u{9b}', '\u{7f}'], "")).unwrap();
    format!(
        "version: 1\nname: x\nabout: {text}\nobjects:\n  crm:\n    for: {text}\n    evidence: inferred\n    source: {text}\n    \
        from: {{option: shop_crm}}\n    fields: {{system: {{at: /by}}, label: {{at: /by, words: {{one: two}}}}}}\n"
    )
}

/// A capture that is whole, and whose texts are hostile.
fn hostile_capture(text: &str) -> String {
    let head = json!({"capture": {"format": 1, "plugin": {"name": text, "version": text, "sha256": text}, "request": {"sha256": text,
        "adapters": [{"name": "x", "sha256": text}]}, "taken_at": "2026-11-29T07:00:00Z", "versions": {"wordpress": text, "php": text, "database": text},
        "multisite": false, "object_cache": false, "site": {"home": "https://staging.bloom.example", "url": text, "host": text,
        "environment": text, "blog": 1, "locale": text, "timezone": text}, "before": {"users": 1, "posts": 1}}});
    let source = json!({"source": {"kind": "option", "of": ["shop_crm", text], "engine": text, "expected": 1}});
    let option = json!({"option": {"name": "shop_crm", "sha256": text, "length": 1, "twin": null, "value": {"picked": {"": {"php": 1}, "/by": text}}}});
    let plugins = json!({"source": {"kind": "plugin", "of": [], "expected": 1}});
    let plugin = json!({"plugin": {"file": text, "version": text, "status": "active"}});
    let all: String = [head, source, option, plugins, plugin].iter().map(|line| format!("{line}\n")).collect();
    let digest: String = Sha256::digest(&all).iter().map(|byte| format!("{byte:02x}")).collect();
    let end = json!({"end": {"counts": {"option": 1, "plugin": 1}, "expected": {"option": 1}, "sha256": digest}});
    format!("{all}{end}\n")
}

/// A run whose plan has a hostile name, with its seal, confirmation, journal and log; what it wrote is inert already.
fn begun(text: &str) -> Place {
    let place = Place::new();
    for end in ["population", "site"] {
        let (now, then) = (format!("bloom-coaching.{end}.ndjson"), format!("earlier.{end}.ndjson"));
        fs::write(place.path(&then), place.read(&now).replacen("2026-11-21T06", "2020-11-21T06", 1)).unwrap();
        place.run(&["snapshot", "finalize", &then]).ends(0, &[]);
    }
    // What a plan may hold and be green.
    let green = text.replace(['\u{9b}', '\u{7f}'], "");
    let plan = place.read(PLAN);
    let name = plan.lines().find(|line| line.starts_with("name:")).unwrap();
    place.edit(PLAN, name, &format!("name: {}", serde_json::to_string(&green).unwrap()));
    fs::write(place.path("bloom.inventory.ndjson"), crate::inventory::sample_of(text)).unwrap();
    fs::write(place.path("x.adapter.yaml"), hostile_adapter(text)).unwrap();
    fs::write(place.path("wrong.adapter.yaml"), hostile_adapter(text).replace("about:", "abuot:")).unwrap();
    fs::write(place.path("x.capture.ndjson"), hostile_capture(text)).unwrap();
    fs::write(place.path("lines.txt"), format!("all well {text}\n")).unwrap();
    let cell = text.replace('"', "\"\"").replace('\0', "");
    fs::write(place.path("hostile.csv"), format!("Id,Email,\"{cell}\"\n1,a@member.example,\"{cell}\"\n")).unwrap();
    let named = serde_json::to_string(&text.replace(['\u{9b}', '\u{7f}'], "")).unwrap();
    fs::write(place.path("hostile.map.yaml"), format!("version: 1\ncontacts: {{tags: {{whole: [{named}]}}}}\n"))
        .unwrap();
    let short = serde_json::to_string(&green.chars().take(290).collect::<String>()).unwrap();
    let rule = format!(
        "{{for: order-forms, require: 'false', message: {short}, help: {short}, why: {short}, severity: warning"
    );
    let rules = format!(
        "version: 1\nrules: {{hostile: {rule}, good: [{{plan: {{}}}}], bad: [{{plan: {{name: {short}}}}}]}}}}\n"
    );
    fs::write(place.path("rules.yaml"), rules).unwrap();
    place.run(&["seal", PLAN, "--site", SITE]).ends(0, &[]);
    let digest = place.digest();
    place.apply(&["--confirm", &digest, "--log-json", "log.ndjson"]).ends(0, &[]);
    for path in
        [place.journal(), place.confirmations(), place.path("log.ndjson"), place.path("bloom-coaching.seal.json")]
    {
        let written = fs::read_to_string(&path).unwrap();
        assert_eq!(harms(&written), None, "{}: {written}", path.display());
    }
    place
}

#[test]
fn hostile_text_in_what_a_verb_is_given_and_beside_its_plan_is_text() {
    let text = HOSTILE.join("\n");
    for everywhere in [None, Some(false), Some(true)] {
        let place = begun(&text);
        if let Some(everywhere) = everywhere {
            poison(place.folder.path(), &text, everywhere);
        }
        let tried = this_time("CASES", 2);
        for (_, (verb, words)) in ROWS.iter().enumerate().filter(|(nth, _)| everywhere.is_none() || tried(*nth)) {
            // What nothing beside the plan can change was tried before.
            if everywhere.is_some() && (words.contains(&TEXT) || matches!(*verb, "tour" | "example" | "man")) {
                continue;
            }
            is_inert(&place, (verb, words), &text);
        }
        for name in [
            "log.ndjson",
            "bloom-coaching.record.ndjson",
            "new.yaml",
            "page.html",
            "report.html",
            "owner.html",
            "after.html",
        ] {
            let written = fs::read_to_string(place.path(name)).unwrap_or_default();
            if everywhere.is_none() {
                assert_eq!(harms(&written), None, "{name}: {written}");
            }
        }
    }
}

#[test]
fn settings_and_a_certificate_of_hostile_text_are_text() {
    let text = HOSTILE.join("\n");
    let words = serde_json::to_string(&text).unwrap();
    let place = Place::new();
    for settings in [
        format!("{words} = 1\n"),
        format!("[seal]\nkeys = {{{words} = \"x\"}}\n"),
        format!("[words]\nrefuse = [{words}, \"the\"]\n"),
        format!("max_age = {words}\n"),
        format!("[backup]\ndir = {words}\n"),
        format!("[limits.percent]\n{words} = 1\n"),
        text.clone(),
    ] {
        fs::write(place.path("plan.toml"), &settings).unwrap();
        for row in ROWS.iter().filter(|(verb, _)| matches!(*verb, "check" | "diff" | "apply" | "status" | "adopt")) {
            is_inert(&place, *row, &text);
        }
    }
    for named in
        [format!("staging = {words}\n"), format!("adapter = {words}\n"), format!("adapter = [{words}]\nx = 1\n")]
    {
        fs::write(place.path("plan.toml"), format!("[site]\n{named}")).unwrap();
        let address = "https://staging.bloom.example";
        is_inert(&place, ("check", &[PLAN]), &text);
        is_inert(&place, ("check", &[PLAN, "--site", address]), &text);
        is_inert(&place, ("apply", &[PLAN, "--site", address, "--no-input"]), &text);
    }
    fs::remove_file(place.path("plan.toml")).unwrap();
    let certificate = format!(r#"{{"version":1,"plan":{words},"host":{words},"who":{words},"steps":[{words}]}}"#);
    fs::write(place.path("bloom-coaching.rehearsal.json"), certificate).unwrap();
    fs::write(place.path("bloom-coaching.rehearsal.json.minisig"), &text).unwrap();
    for row in ROWS.iter().filter(|(verb, _)| matches!(*verb, "check" | "apply" | "status" | "diff")) {
        is_inert(&place, *row, &text);
    }
}
