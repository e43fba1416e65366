//! An empty plan on a site of which little can be read is never green, whatever an earlier build put on record; what persons attest
//! of a guard is judged as a reading of it, and is void once a later reading shows otherwise.

use std::fs;

use amc_plan::model::digest;
use amc_plan::model::record::NONE_BEFORE;
use amc_plan::rules::{ALL, Phase};
use amc_plan::site::file::seal;
use serde_json::{Value, json};

use crate::common::plan;
use crate::guided::{configured, record, verified};
use crate::place::{Edited, PLAN, Place, SITE};

const RECORD: &str = "bloom-coaching.record.ndjson";

/// A plan that asks for nothing of the site's own, with every choice made that the plan alone decides.
const EMPTY: &str = "\
version: 1
name: An empty plan
sites: {staging: https://staging.bloom.example, live: https://bloom.example}
crm: {name: ontraport, paid_until: 2027-01-31}
strategy: rehearse-and-replay
people: {jo: operator, sam: reviewer}
mail: {transport: fluent-smtp, during_migration: simulate, on_live: deliver}
emails: {enabled: true, welcome: purchases-and-opt-ins}
offerings: {}
order_forms: {}
opt_in_forms: {}
webhooks: {}
spot_check: {values: private/none.contacts.yaml, list: {}}
backup: {of: live, parts: [files, database], no_older_than: 2h, stored_off_server: true}
migration: {import_all_contacts: false, keep_maintenance_mode: true}
window: {start: 2026-12-02 06:00 Europe/Berlin, length: 2h}
rollback: {decide_by: \"07:30\", who: jo, way: restore-live-backup}
";

/// What WordPress itself shows of any site.
const SHOWN: [&str; 3] = ["administrator", "environment", "plugin"];

/// The example's site with what a WordPress shows of it, and the plan in place of the example's.
fn place() -> Place {
    let place = Place::new();
    let lines = place.read(SITE);
    let kept = lines.lines().filter_map(|line| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        let kind = record["kind"].as_str().unwrap().to_owned();
        if kind == "snapshot" {
            for (section, how) in record["sections"].as_object_mut().unwrap() {
                let shown = SHOWN.contains(&section.as_str());
                *how =
                    if shown { json!({"how": "core-rest"}) } else { json!({"missing": "WordPress's REST has none"}) };
            }
        }
        (kind == "snapshot" || SHOWN.contains(&kind.as_str())).then(|| record.to_string())
    });
    let site = kept.collect::<Vec<_>>().join("\n");
    fs::write(place.path(SITE), seal(&site).unwrap()).unwrap();
    fs::remove_file(place.path("bloom-coaching.population.ndjson")).unwrap();
    fs::write(place.path(PLAN), EMPTY).unwrap();
    place
}

/// Adds lines to the record as builds wrote them, each with the digest of the one before it.
fn add(place: &Place, evidence: impl IntoIterator<Item = Value>) {
    add_at(place, "2026-11-21T05:50:00Z", evidence);
}

fn add_at(place: &Place, at: &str, evidence: impl IntoIterator<Item = Value>) {
    let mut text = place.read(RECORD);
    for evidence in evidence {
        let previous = text.lines().last().map_or(NONE_BEFORE.to_owned(), |line| digest::of_bytes(line.as_bytes()));
        let line = json!({"version": 1, "at": at, "who": "jo", "evidence": evidence, "previous": previous});
        text.push_str(&format!("{line}\n"));
    }
    fs::write(place.path(RECORD), text).unwrap();
}

fn check(place: &Place, gate: &str, more: &[&str]) -> Value {
    let ran = place.run(&[&["check", PLAN, "--site", SITE, "--gate", gate, "--format", "json"], more].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:#?}"))
}

/// The rules that stop a gate.
fn stops(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap().iter();
    let due = findings.filter(|finding| finding["due"] == true && finding["severity"] == "error");
    due.map(|finding| finding["rule"].as_str().unwrap()).collect()
}

#[test]
fn an_empty_plan_is_never_green_whatever_an_earlier_build_let_somebody_say_of_rules() {
    let place = place();
    // At `fit` a plan is asked only whether it is one.
    let gates = || Phase::ALL.iter().filter(|gate| **gate != Phase::Fit);
    let before: Vec<Value> = gates().map(|gate| check(&place, gate.name(), &[])).collect();
    let said =
        |name: &str, rule: &str| json!({name: {"rule": rule, "says": "looked at the screen", "until": "2026-12-31"}});
    add(&place, ALL.iter().flat_map(|rule| [said("word", rule.id), said("attestation", rule.id)]));
    for (gate, before) in gates().zip(before) {
        for on in ["staging", "live"] {
            let report = check(&place, gate.name(), &["--on", on]);
            assert_ne!(report["verdict"], "green", "{} on {on}: {report:#}", gate.name());
        }
        let after = check(&place, gate.name(), &[]);
        assert_eq!(stops(&after), stops(&before), "{}", gate.name());
        assert_eq!(after["evidence"], before["evidence"], "{}", gate.name());
    }
    let configure = check(&place, "configure", &[]);
    assert!(stops(&configure).contains(&"charging-guard-not-live"), "{configure:#}");
    assert!(stops(&configure).contains(&"too-few-contacts"), "{configure:#}");
}

#[test]
fn that_a_rule_holds_can_be_said_no_more() {
    let place = place();
    let before = place.read(RECORD);
    for verb in ["word", "attest"] {
        let words = ["record", verb, "charging-guard-not-live", "seen", "--plan", PLAN, "--who", "jo"];
        let ran = plan(place.folder.path(), &words);
        let answer = format!("plan: `plan record {verb}` is gone\n  help: a person attests what they saw");
        assert!(ran.code == 2 && ran.err.starts_with(&answer), "{}", ran.err);
        assert!(ran.err.contains("`plan record saw OBJECT FIELD=VALUE --plan PLAN --who WHO`"), "{}", ran.err);
    }
    assert_eq!(place.read(RECORD), before);
}

/// The example with every change in place and ready for the barrier, with this guard on the site; none: no reading shows it.
fn with_guard(guard: Option<&Value>) -> Place {
    let place = configured();
    verified(&place);
    let site = place.read(SITE);
    let lines = site.lines().filter_map(|line| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        match (record["kind"].as_str().unwrap(), guard) {
            ("charging-guard", None) => return None,
            ("charging-guard", Some(guard)) => {
                record.as_object_mut().unwrap().extend(guard.as_object().unwrap().clone())
            }
            ("snapshot", None) => record["sections"]["charging-guard"] = json!({"missing": "no reading shows it"}),
            _ => {}
        }
        Some(record.to_string())
    });
    let site = lines.collect::<Vec<_>>().join("\n");
    fs::write(place.path(SITE), seal(&site).unwrap()).unwrap();
    place
}

/// At the two gates: the verdict, and the errors about the guard. And how many changes the plan asks for.
fn judged(place: &Place) -> (Vec<(String, Vec<String>)>, usize) {
    let at = |gate: &str| {
        let report = check(place, gate, &[]);
        let findings = report["findings"].as_array().unwrap().iter();
        let due = findings.filter(|finding| finding["due"] == true && finding["severity"] == "error");
        let of_guard = due.filter(|finding| finding.to_string().contains("charging-guard"));
        let of_guard = of_guard.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
        (report["verdict"].as_str().unwrap().to_owned(), of_guard)
    };
    let ran = place.run(&["diff", PLAN, "--site", SITE, "--format", "json"]);
    let diff: Value = serde_json::from_str(&ran.out).unwrap();
    (["configure", "migrate"].map(at).into(), diff["changes"].as_array().unwrap().len())
}

#[test]
fn a_guard_that_somebody_attests_is_judged_as_a_reading_of_it_right_and_wrong() {
    let is = |verdict: &str, rules: &[&str]| (verdict.to_owned(), rules.iter().map(|&rule| rule.to_owned()).collect());
    let unknown = ["charging-guard-not-live", "change-pending"];
    let nobody: Vec<(String, Vec<String>)> = vec![is("unproven", &unknown[..1]), is("unproven", &unknown)];
    assert_eq!(judged(&with_guard(None)), (nobody, 0));
    // What is wrong on the site, and right in the plan, is a change that the configuration makes; at the barrier it is an error.
    let right = (vec![is("green", &[]), is("green", &[])], 0);
    let wrong = (vec![is("green", &[]), is("red", &["change-pending"])], 1);
    for (enabled, url, expected) in [
        (true, "//bloom.example", &right),
        (true, "//wrong.example", &wrong),
        (true, "//staging.bloom.example", &wrong),
        (false, "//bloom.example", &wrong),
    ] {
        let captured = judged(&with_guard(Some(&json!({"enabled": enabled, "production_url": url}))));
        assert_eq!(&captured, expected, "captured: {enabled} {url}");
        let place = with_guard(None);
        let (enabled, url) = (format!("enabled={enabled}"), format!("production_url={url}"));
        record(&place, &["saw", "charging-guard", &enabled, &url]);
        assert_eq!(judged(&place), captured, "attested: {enabled} {url}");
    }
}

/// What the site shows next: this guard, or none, so long after now.
fn shows(place: &Place, guard: Option<&Value>, minutes: i64) {
    let site = with_guard(guard).read(SITE);
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
    let site = site.edited_once("2026-11-21T06:12:00Z", &at.to_string());
    fs::write(place.path(SITE), seal(&site).unwrap()).unwrap();
}

/// Somebody finalizes what the site shows, and answers for it.
fn answers_for_it(place: &Place) {
    place.run(&["snapshot", "finalize", SITE, "--plan", PLAN, "--who", "jo"]).ends(0, &[]);
}

/// What is said of the guard: the rules that find something, and those that lack it.
fn of_guard(place: &Place) -> (bool, bool) {
    let report = check(place, "configure", &[]);
    let findings = report["findings"].as_array().unwrap();
    let is_unknown = findings.iter().any(|finding| finding["rule"] == "charging-guard-not-live");
    (findings.iter().any(|finding| finding["rule"] == "attestation-contradicted"), is_unknown)
}

#[test]
fn what_a_later_reading_shows_otherwise_is_void_also_where_the_next_one_lacks_it() {
    let place = with_guard(None);
    let wrong = json!({"enabled": true, "production_url": "//wrong.example"});
    let saw = || record(&place, &["saw", "charging-guard", "enabled=yes", "production_url=//bloom.example"]);
    saw();
    assert_eq!(of_guard(&place), (false, false), "attested");
    // A reading from before somebody looked is contradicted, and voids nothing.
    shows(&place, Some(&wrong), -60);
    assert_eq!(of_guard(&place), (true, false), "an earlier reading");
    shows(&place, None, 5);
    assert_eq!(of_guard(&place), (false, false), "still attested");
    // What a file says that nobody answers for voids nothing either, in whichever folder it is read.
    shows(&place, Some(&wrong), 8);
    assert_eq!(of_guard(&place), (true, false), "a file that nobody answers for");
    assert!(!check(&place, "configure", &[]).to_string().contains("is void"));
    shows(&place, None, 9);
    assert_eq!(of_guard(&place), (false, false), "still attested after it");
    shows(&place, Some(&wrong), 10);
    answers_for_it(&place);
    for _ in 0..2 {
        assert_eq!(of_guard(&place), (true, false), "a later reading");
        assert!(check(&place, "configure", &[]).to_string().contains("from now on that attestation is void"));
    }
    let header: Value = serde_json::from_str(place.read(SITE).lines().next().unwrap()).unwrap();
    shows(&place, None, 15);
    assert_eq!(of_guard(&place), (false, true), "void");
    let said = check(&place, "configure", &[]).to_string();
    let reading = format!("and that is void: the reading of {} in `", header["taken_at"].as_str().unwrap());
    let file = format!("{SITE}` shows otherwise; look again, and record what you see");
    for words in ["`charging-guard: production_url` is unknown (`jo` attested it, ", &reading, &file] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // Whoever looks again says it again.
    saw();
    assert_eq!(of_guard(&place), (false, false), "attested again");
}

#[test]
fn what_was_said_later_takes_the_place_of_an_earlier_line_also_when_its_own_time_is_over() {
    let place = with_guard(None);
    let saw = |at: &str, enabled: bool, until: &str| {
        let saw = json!({"host": "staging.bloom.example", "on": {"kind": "charging-guard", "key": "charging-guard"},
            "fields": {"enabled": enabled, "production_url": "//bloom.example"}, "until": until});
        add_at(&place, at, [json!({"saw": saw})]);
    };
    let now = jiff::Timestamp::now();
    let day = |days: i64| (now + jiff::SignedDuration::from_hours(24 * days)).to_string();
    saw(&day(-6), true, &day(7)[..10]);
    assert_eq!(of_guard(&place), (false, false));
    saw(&day(-5), false, &day(-4)[..10]);
    assert_eq!(of_guard(&place), (false, true));
}

/// A list that somebody attests is not the whole one where members still pay by a form that it lacks.
#[test]
fn a_list_of_forms_that_lacks_one_that_members_pay_by_is_red() {
    let place = Place::new();
    let gone = |line: &str| !line.contains(r#""kind":"order-form""#);
    let without: String = place.read(SITE).lines().filter(|line| gone(line)).map(|line| format!("{line}\n")).collect();
    let how = r#""order-form":{"how":"bridge"}"#;
    let without = without.edited(how, r#""order-form":{"missing":"no reading shows it"}"#);
    std::fs::write(place.path(SITE), without).unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    place.run(&["record", "saw", "order-form", "--all", "--plan", PLAN, "--who", "jo"]).ends(0, &[]);
    let said = place.run(&["check", PLAN, "--site", SITE]).out;
    assert!(said.contains("but still charges") && said.contains("red at gate"), "{said}");
}
