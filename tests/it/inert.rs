//! Hostile text in every field, through every verb and format: no line of output is started by data, none is a command to a runner,
//! and nothing unseen reaches a terminal or a file that is committed.

use std::fs;
use std::path::Path;

use amc_plan::model::text::slug;
use amc_plan::site::file::{seal, seal_file};
use amc_plan::text::is_unseen;
use serde_json::Value;

use super::comment;
use super::common::{copy_of_plans, plan, this_time};
use super::formats::{self, Command};
use crate::place::Edited;

/// What is put into fields: each must go through as text.
pub(crate) const HOSTILE: &[&str] = &[
    "x\n::error::pwned",
    "x\r\n  ::set-output name=a::pwned",
    "x\r::stop-commands::pwned",
    "x\u{b}::error::pwned\u{c}::error::pwned",
    "x\u{85}::error::pwned\u{2028}::error::pwned\u{2029}::error::pwned",
    "##[error]pwned ##vso[task.complete]pwned",
    "::error::pwned",
    "\u{1b}[31mpwned\u{1b}]0;pwned\u{7}\u{9b}31m\u{7f}",
    "pwned\u{202e}\u{2066}\u{200b}\u{200f}\u{feff}\u{ad}",
    "pwned\u{2800}\u{3164}\u{115f}\u{ffa0}\u{e0041}\u{e0101}",
    "</details><script>pwned</script> ```\n# pwned\n@pwned [pwned](https://pwned.example) ![x](y)",
    "=cmd|' /C pwned'!A0",
];

/// What is wrong with an output; none where it is inert.
pub(crate) fn harms(text: &str) -> Option<String> {
    if let Some(c) = text.chars().find(|c| is_unseen(*c) && !matches!(c, '\n' | '\t')) {
        return Some(format!("holds {c:?} raw"));
    }
    let starts = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("::") || line.starts_with("# pwned")
    };
    if let Some(line) = text.lines().find(starts) {
        return Some(format!("data begins the line {line:?}"));
    }
    let command =
        |at: usize| text[at + 2..].trim_start_matches(|c: char| c == '#' || c.is_ascii_alphabetic()).starts_with('[');
    text.match_indices("##").map(|(at, _)| at).find(|at| command(*at)).map(|at| format!("a command at byte {at}"))
}

/// Puts a text into every place of a JSON value that `takes` it.
pub(crate) fn poisoned(value: &mut Value, path: &str, text: &str, takes: &dyn Fn(&str) -> bool) {
    match value {
        Value::String(old) if takes(path) => *old = text.to_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| poisoned(item, path, text, takes)),
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(key, value)| poisoned(value, &format!("{path}/{key}"), text, takes));
        }
        _ => {}
    }
}

/// A site whose words are all hostile, as far as its records can still be read.
pub(crate) fn hostile_site(folder: &Path, text: &str) {
    let takes = |path: &str| {
        !["/kind", "/format", "/release", "/how", "/after_final_retry", "/welcome"]
            .iter()
            .any(|end| path.ends_with(end))
            && !path.contains("/sections")
            && !["/host", "/site", "/taken_at", "/operations", "/command", "/target"]
                .iter()
                .any(|keeps| path.contains(keeps))
    };
    for name in ["bloom-coaching.population.ndjson", "bloom-coaching.site.ndjson"] {
        let path = folder.join(name);
        let lines = fs::read_to_string(&path).unwrap();
        let mut seen = std::collections::BTreeMap::<String, u32>::new();
        let poison = |line: &str| {
            let mut record: Value = serde_json::from_str(line).unwrap();
            let kind = record["kind"].as_str().unwrap().to_owned();
            if matches!(&*kind, "population" | "snapshot" | "end" | "environment") {
                return line.to_owned();
            }
            let (key, name) = (record["key"].clone(), record["name"].as_str().map(str::to_owned));
            poisoned(&mut record, "", text, &takes);
            // Records that would not be read otherwise keep what they are known by.
            let count = seen.entry(kind.clone()).or_default();
            *count += 1;
            record["key"] = match (name, &*kind) {
                (Some(name), "offering" | "order-form" | "opt-in-form") => {
                    let name = format!("{name} {text}");
                    record["name"] = name.clone().into();
                    slug(&name).into()
                }
                (_, "contact" | "order" | "subscription" | "tag" | "plugin" | "administrator") if *count == 1 => {
                    text.into()
                }
                _ => key,
            };
            record.to_string()
        };
        let mut out: Vec<String> = lines.lines().map(poison).collect();
        out.push(String::new());
        let out = out.join("\n");
        fs::write(&path, if name.contains("site") { seal(&out).unwrap_or(out) } else { out }).unwrap();
        let _ = seal_file(&path);
    }
    let _ = seal_file(&folder.join("bloom-coaching.site.ndjson"));
}

/// A plan of which these parts are hostile, in double quotes as JSON writes them.
pub(crate) fn hostile_plan(folder: &Path, text: &str) {
    let path = folder.join("bloom-coaching.yaml");
    let words = serde_json::to_string(text).unwrap();
    let mut yaml = fs::read_to_string(&path).unwrap();
    let name = yaml.lines().find(|line| line.starts_with("name:")).unwrap().to_owned();
    yaml = yaml.edited_once(&name, &format!("name: {words}"));
    for line in ["operator", "reviewer"] {
        yaml = yaml.edited(&format!(": {line}"), &format!(": {words}"));
    }
    yaml = yaml.edited("fired_by: ", &format!("unknown: {words}\n    fired_by: "));
    yaml.push_str(&format!("{words}: {words}\naccepted_risks:\n  - {{rule: {words}, at: {words}, reason: {words}, owner: {words}, until: {words}}}\n"));
    fs::write(path, yaml).unwrap();
}

const SITE: [&str; 2] = ["--site", "bloom-coaching.site.ndjson"];
const PLAN: &str = "bloom-coaching.yaml";

fn is_inert(folder: &Path, words: &[&str]) -> i32 {
    let ran = plan(folder, words);
    assert!((0..=130).contains(&ran.code) && !ran.err.contains("panicked"), "{words:?}: {}", ran.err);
    for (name, text) in [("stdout", &ran.out), ("stderr", &ran.err)] {
        if let Some(harm) = harms(text) {
            panic!("{words:?}: {name} {harm}\n{text}");
        }
    }
    ran.code
}

/// A check in every form, each read as whoever takes it does: the commands are ours, JSON and XML can be read, nothing is live in Markdown.
#[track_caller]
fn every_form_is_inert(folder: &Path, words: &[&str]) {
    for format in formats::ALL {
        let words = [words, &["--format", format]].concat();
        if format != "github" {
            is_inert(folder, &words);
        }
        let out = plan(folder, &words).out;
        let json =
            |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|e| panic!("{words:?}: {e}: {text}"));
        match format {
            "github" => are_our_commands(&out),
            "junit" => drop(roxmltree::Document::parse(&out).unwrap_or_else(|e| panic!("{words:?}: {e}: {out}"))),
            "markdown" => comment::is_inert(&out),
            "json-lines" => out.lines().for_each(|line| drop(json(line))),
            "json" | "json-v1" | "gitlab" => drop(json(&out)),
            // These become comments and links.
            "rdjson" => {
                for found in json(&out)["diagnostics"].as_array().unwrap() {
                    comment::is_inert(found["message"].as_str().unwrap());
                }
            }
            "sarif" => {
                let log = json(&out);
                for result in log["runs"][0]["results"].as_array().unwrap() {
                    let text = result["message"]["text"].as_str().unwrap();
                    assert!(!text.contains("](") && harms(text).is_none(), "{words:?}: {text}");
                }
            }
            _ => {}
        }
    }
}

/// Every line is a command of ours, and nothing in it is another.
#[track_caller]
fn are_our_commands(out: &str) {
    for line in out.lines() {
        let command = Command::of(line).unwrap_or_else(|| panic!("{line} is no command of ours\n{out}"));
        assert!(["error", "warning", "notice"].contains(&command.name.as_str()), "{line}");
        let known = ["file", "line", "endLine", "col", "endColumn", "title"];
        assert!(command.properties.iter().all(|(key, _)| known.contains(&key.as_str())), "{line}");
        assert_eq!(harms(&line[2..]), None, "{line}");
    }
}

#[test]
fn a_hostile_site_or_plan_is_text_in_every_verb_and_format() {
    let tried = this_time("CASES", 4);
    for (_, text) in HOSTILE.iter().enumerate().filter(|(nth, _)| tried(*nth)) {
        for (site, intent) in [(true, false), (false, true)] {
            let folder = copy_of_plans();
            let folder = folder.path();
            if intent {
                hostile_plan(folder, text);
            }
            if site {
                hostile_site(folder, text);
            }
            let on_site = |words: &[&str]| is_inert(folder, &[words, &SITE].concat());
            // It is read, and judged.
            assert_eq!(on_site(&["check", PLAN]), 1, "{text:?}");
            every_form_is_inert(folder, &[&["check", PLAN], &SITE[..]].concat());
            for format in ["human", "json", "markdown", "html"] {
                on_site(&["diff", PLAN, "--format", format]);
            }
            if intent {
                of_the_plan(folder, text);
            }
            on_site(&["check", PLAN, "--color", "never", "--show-personal"]);
            on_site(&["apply", PLAN, "--no-input", "--confirm", "0123456789abcdef"]);
            on_site(&["status", PLAN]);
            on_site(&["log", PLAN]);
            on_site(&["lock", "status", PLAN]);
            on_site(&["undo", PLAN, "--no-input"]);
            on_site(&["snapshot"]);
            let sides = ["--before", SITE[1], "--after", SITE[1]];
            for format in ["human", "json"] {
                let verified =
                    is_inert(folder, &[&["verify", PLAN, "--format", format, "--show-personal"], &sides[..]].concat());
                assert!(matches!(verified, 0 | 1 | 21), "{text:?}: {verified}");
                is_inert(folder, &["merge-list", "--cloned", SITE[1], "--live", SITE[1], "--format", format]);
            }
        }
    }
}

/// What reads no site.
fn of_the_plan(folder: &Path, text: &str) {
    every_form_is_inert(folder, &["check", PLAN, "--no-site"]);
    is_inert(folder, &["record", "ack", "1", "--reason", text, "--plan", PLAN, "--who", text]);
    is_inert(folder, &["record", "purchase", text, "--saw", "order", "--plan", PLAN, "--who", "jo"]);
    is_inert(folder, &["check", text, "--site", text]);
    is_inert(folder, &["explain", text]);
    is_inert(folder, &["seal", PLAN, "--site", text]);
}

#[cfg(unix)]
#[test]
fn a_hostile_name_of_a_plan_is_text_in_every_form() {
    let folder = copy_of_plans();
    let draft = folder.path().join("bloom-coaching-first-draft.yaml");
    for name in [
        "a\n::error::pwned.yaml",
        "##[error]pwned.yaml",
        "a\u{202e}\u{1b}[31mb.yaml",
        "a,b::c%0A::error::pwned.yaml",
        "<img src=x>&\"'.yaml",
        "]](pwned) `a` @pwned #1.yaml",
    ] {
        fs::copy(&draft, folder.path().join(name)).unwrap();
        every_form_is_inert(folder.path(), &["check", name, "--no-site"]);
        let out = plan(folder.path(), &["check", name, "--no-site", "--format", "github"]).out;
        let command = Command::of(out.lines().next().unwrap()).unwrap();
        assert_eq!(command.get("title"), "backup-missing", "{name}: {out}");
        let log = plan(folder.path(), &["check", name, "--no-site", "--format", "sarif"]).json();
        let said = log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
        assert_eq!(harms(said.unwrap()), None, "{name}");
    }
}

#[test]
fn what_init_and_the_runbook_write_is_inert_and_reads_back() {
    for text in HOSTILE {
        let folder = copy_of_plans();
        let folder = folder.path();
        hostile_site(folder, text);
        is_inert(folder, &["init", SITE[0], SITE[1], "--out", "new.yaml"]);
        let written = fs::read_to_string(folder.join("new.yaml")).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        {
            assert_eq!(written.chars().find(|c| is_unseen(*c) && *c != '\n'), None, "{written}");
            let read = serde_yaml::from_str::<Value>(&written).unwrap_or_else(|e| panic!("{e}: {written}"));
            let forms = read["order_forms"]
                .as_object()
                .into_iter()
                .flatten()
                .chain(read["offerings"].as_object().into_iter().flatten());
            for (_, form) in forms {
                assert!(form["name"].as_str().unwrap().ends_with(text), "{written}");
            }
        }
        hostile_plan(folder, text);
        is_inert(folder, &["runbook", PLAN, "--out", "page.html"]);
        if let Ok(page) = fs::read_to_string(folder.join("page.html")) {
            assert_eq!(harms(&page), None, "{page}");
            assert!(!page.contains("<script"), "{page}");
        }
    }
}

#[test]
fn addresses_in_ids_and_tags_are_masked_and_a_verification_is_recorded_without_them() {
    const WHO: &str = "ada.buyer@person.example";
    let folder = copy_of_plans();
    let folder = folder.path();
    let path = folder.join("after.population.ndjson");
    let text = fs::read_to_string(folder.join("bloom-coaching.population.ndjson")).unwrap();
    let (head, rest) = text.split_once('\n').unwrap();
    let more = format!(
        "{{\"kind\":\"contact\",\"key\":\"{WHO}\",\"tags\":[\"{WHO}\"]}}\n{{\"kind\":\"order\",\"key\":\"{WHO}\",\"contact\":\"{WHO}\"}}\n"
    );
    fs::write(&path, format!("{head}\n{more}{rest}")).unwrap();
    let site = fs::read_to_string(folder.join("bloom-coaching.site.ndjson")).unwrap();
    fs::write(folder.join("after.site.ndjson"), site.replacen("2026-11-21T06", "2026-11-21T07", 1)).unwrap();
    seal_file(&path).unwrap();
    seal_file(&folder.join("after.site.ndjson")).unwrap();
    for format in ["human", "json"] {
        for words in [
            &["verify", PLAN, "--before", SITE[1], "--after", "after.site.ndjson"][..],
            &["merge-list", "--cloned", SITE[1], "--live", "after.site.ndjson"],
        ] {
            let words = [words, &["--format", format]].concat();
            let ran = plan(folder, &words);
            assert!(!ran.out.contains(WHO) && ran.out.contains('…'), "{words:?}: {}{}", ran.out, ran.err);
            let shown = plan(folder, &[&words[..], &["--show-personal"]].concat());
            assert!(shown.out.contains(WHO), "{words:?}: {}", shown.out);
        }
    }
    fs::write(folder.join("lines.txt"), format!("! {WHO} has no contact\nall well\n")).unwrap();
    let by = ["--host", "staging.bloom.example", "--plan", PLAN, "--who", "jo"];
    let ran = plan(folder, &[&["record", "verification", "lines.txt"], &by[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("addresses in 1 of them are left out"), "{}", ran.out);
    let record = fs::read_to_string(folder.join("bloom-coaching.record.ndjson")).unwrap();
    assert!(!record.contains(WHO) && record.contains("has no contact"), "{record}");
}
