//! The page of a run: the example's as it stands in `tests/runbook.html`, and what a hostile plan can do to it: nothing.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test --test it runbook::` writes the example's page anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::common::{copy_of_plans, plan, steers};
use crate::place::Edited;

const PLAN: &str = "bloom-coaching.yaml";
const SITE: &str = "bloom-coaching.site.ndjson";

/// The page of a plan, against the example's site.
fn page(folder: &Path, plan_name: &str) -> String {
    let ran = plan(folder, &["runbook", plan_name, "--site", SITE, "--out", "run.html"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    fs::read_to_string(folder.join("run.html")).unwrap()
}

/// Everything between `<` and `>`, but for the title and the style's text.
fn tags(page: &str) -> BTreeSet<String> {
    page.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0.to_owned())).collect()
}

/// The example with these replaced.
fn edited(folder: &Path, edits: &[(&str, &str)]) {
    let mut text = fs::read_to_string(folder.join(PLAN)).unwrap();
    for (from, to) in edits {
        text = text.edited(from, to);
    }
    fs::write(folder.join(PLAN), text).unwrap();
}

#[test]
fn the_examples_page_is_as_it_was() {
    let folder = copy_of_plans();
    let now = page(folder.path(), PLAN);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runbook.html");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let then = fs::read_to_string(&path).unwrap();
    let first = then.lines().zip(now.lines()).find(|(a, b)| a != b);
    assert!(then == now, "run UPDATE_SNAPSHOTS=1 cargo test --test it runbook::, and read the difference: {first:?}");
}

#[test]
fn nothing_in_a_plan_becomes_markup_or_a_command() {
    const EVIL: &str = r#"<script>alert(1)</script>\"><img src=x onerror=alert(2)>'& \u202e\n$(id)"#;
    let folder = copy_of_plans();
    let mut benign = tags(&page(folder.path(), PLAN));
    benign.insert("div class=\"standing red\"".to_owned());
    let quoted = format!("\"{EVIL}\"");
    edited(
        folder.path(),
        &[
            ("name: Bloom Coaching, off Ontraport", &format!("name: {quoted}")),
            ("people: {jo: operator,", &format!("people: {{jo: operator, {quoted}: {quoted},")),
            (
                "  foundations-membership:\n    custom",
                &format!("  foundations-membership:\n    name: {quoted}\n    custom"),
            ),
            ("\"10019\": free", &format!("\"10019\": {quoted}")),
            ("who: jo,", &format!("who: {quoted},")),
            ("live: https://bloom.example}", "live: \"https://bloom.example\\\"><script>alert(3)</script>\"}"),
            ("  team-seats-checkout: {expect:", &format!("  {quoted}: {{expect:")),
        ],
    );
    let name = "it's a <b>plan; $(id).yaml";
    fs::rename(folder.path().join(PLAN), folder.path().join(name)).unwrap();
    let hostile = page(folder.path(), name);
    assert_eq!(tags(&hostile).difference(&benign).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(hostile.matches("&lt;script&gt;").count() >= 6, "each of them is shown as text");
    assert_eq!(steers(&hostile), None);
    // The page's commands are typed into a shell: what a plan's author named stays one word.
    let hostile = hostile.replace("<span>", "").replace("</span>", "");
    let commands: Vec<&str> = hostile.lines().filter(|line| line.starts_with("<pre>plan ")).collect();
    assert!(commands.len() > 20);
    for command in commands {
        let text = command.replace("&#39;", "'").replace("&quot;", "\"").replace("\\'", "");
        let outside: String = text.split('\'').step_by(2).collect();
        assert!(!outside.contains('$') && !outside.contains("script"), "{text}");
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere_and_no_contacts_value_is_told() {
    let folder = copy_of_plans();
    edited(folder.path(), &[("\"10019\": free", "\"10019\": free, ada@member.example asked")]);
    let page = page(folder.path(), PLAN);
    for word in ["<script", "<link", "<img", "src=", "url(", "@import", "ada@member.example"] {
        assert!(!page.contains(word), "{word}");
    }
    // What can be clicked leads to the admin screens of the plan's two sites, and nowhere else.
    let links: BTreeSet<&str> =
        page.split("href=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
    let screens = ["", "users.php"].map(|file| {
        [format!("https://staging.bloom.example/wp-admin/{file}"), format!("https://bloom.example/wp-admin/{file}")]
    });
    assert_eq!(links, screens.as_flattened().iter().map(String::as_str).collect());
    assert!(page.contains("<td>10019</td><td>free, … asked</td>"));
    let values = fs::read_to_string(folder.path().join("private/bloom-coaching.contacts.yaml")).unwrap();
    let personal = values.lines().filter_map(|line| line.trim().strip_prefix("email: "));
    let personal: Vec<&str> = personal.map(|value| value.trim_matches('"')).collect();
    assert_eq!(personal.len(), 10);
    assert!(personal.iter().all(|value| !page.contains(value)));
}

#[test]
fn each_strategy_has_its_parts_and_its_steps() {
    let folder = copy_of_plans();
    let page_now = page(folder.path(), PLAN);
    assert_eq!(page_now.matches("STOP: the barrier").count(), 2);
    assert_eq!(page_now.matches("Decide now: go on, or go back").count(), 1);
    assert!(page_now.contains("<span>--on</span> <span>live</span> <span>--host</span> <span>bloom.example</span>"));
    edited(folder.path(), &[("strategy: rehearse-and-replay", "strategy: freeze-and-push")]);
    let page_now = page(folder.path(), PLAN);
    assert_eq!(page_now.matches("STOP: the barrier").count(), 1);
    assert!(page_now.contains("1. Freeze the live site") && page_now.contains("11. Reopen live"));
    let at = |words: &str| page_now.find(words).unwrap();
    assert!(at("10. Push staging to live") < at("Decide now") && at("Decide now") < at("11. Reopen live"));
}

#[test]
fn a_proven_rehearsal_gives_each_step_its_minutes_and_any_other_gives_none() {
    let folder = copy_of_plans();
    let certificate = |intent: &str, proven: bool| {
        let took = r#"{"step":"start-verification","by":"guided","seconds":241},{"step":"run-migration","by":"guided","seconds":18446744073709551615}"#;
        let text = format!(
            r#"{{"version":1,"plan":"{PLAN}","host":"h","tool":"1","ended_at":"2026-11-22T06:00:00Z","intent":"{intent}","journal":"","verified":{{"by":"automatic","seen":""}},"steps":[{took}]}}"#
        );
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        if proven {
            value["mark"] = amc_plan::apply::certificate::mark(&value, &crate::place::key()).into();
        }
        fs::write(folder.path().join("bloom-coaching.rehearsal.json"), value.to_string()).unwrap();
        page(folder.path(), PLAN)
    };
    assert!(
        page(folder.path(), PLAN)
            .contains("no finished rehearsal is on record, so it is not known how long each step takes")
    );
    let other = certificate("0", true);
    assert!(other.contains("Start Verification <small>guided · reversible · rehearsal: 5 min</small>"));
    assert!(other.contains("another state of this plan was rehearsed"));
    let intent = other.split("Intent</th><td>").nth(1).unwrap().split('<').next().unwrap();
    assert!(!certificate(intent, true).contains("another state of this plan was rehearsed"));
    // What anybody can have typed gives no times, and no end.
    let typed = certificate(intent, false);
    assert!(typed.contains("nothing on this machine proves it, so it is not known how long each step takes"));
    assert!(!typed.contains("rehearsal: ") && !typed.contains("2026-11-22T06:00:00Z"));
}

#[test]
fn only_a_page_is_written_over() {
    let folder = copy_of_plans();
    page(folder.path(), PLAN);
    page(folder.path(), PLAN);
    let before = fs::read_to_string(folder.path().join(PLAN)).unwrap();
    let ran = plan(folder.path(), &["runbook", PLAN, "--out", PLAN]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert_eq!(fs::read_to_string(folder.path().join(PLAN)).unwrap(), before);
}

#[test]
fn a_plan_that_is_not_green_says_so_first_and_a_torn_one_gives_no_page() {
    let folder = copy_of_plans();
    edited(folder.path(), &[("backup: {of: live", "backup: {of: staging")]);
    let red = page(folder.path(), PLAN);
    assert!(red.find("Do not begin").unwrap() < red.find("<h2>People").unwrap());
    fs::write(folder.path().join(PLAN), "version: 1\nname: [").unwrap();
    let ran = plan(folder.path(), &["runbook", PLAN, "--out", "torn.html"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(!folder.path().join("torn.html").exists());
}
