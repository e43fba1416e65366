//! `plan check --proofs` and `--why`: what a judgement rests on, fact by fact.

use std::collections::BTreeSet;

use amc_plan::rules::{ALL, About, Phase};
use serde_json::{Value, json};

use crate::common::validator;
use crate::place::{PLAN, Place, SITE};

fn proofs(place: &Place, more: &[&str]) -> Vec<Value> {
    let ran = place.run(&[&["check", PLAN, "--site", SITE, "--format", "json"], more].concat());
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
    let errors: Vec<String> = validator("report").iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    report.get("proofs").map_or_else(Vec::new, |proofs| proofs.as_array().unwrap().clone())
}

fn fact<'p>(proof: &'p Value, name: &str) -> &'p Value {
    let facts = proof["facts"].as_array().unwrap();
    facts.iter().find(|fact| fact["fact"] == name).unwrap_or_else(|| panic!("{name}: {proof}"))
}

#[test]
fn each_rule_that_is_due_says_what_it_read_with_the_value_of_the_reading() {
    let place = Place::new();
    assert!(proofs(&place, &[]).is_empty(), "nobody asked");
    let all = proofs(&place, &["--proofs"]);
    let ids: BTreeSet<&str> = all.iter().map(|proof| proof["rule"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), all.len(), "each once");
    let due = |rule: &&&amc_plan::rules::Rule| matches!(rule.phase, Phase::Fit | Phase::Configure);
    assert!(ids.len() > 60 && ids.len() <= ALL.iter().filter(due).count() + 1, "{}", ids.len());
    let of = |rule: &str| all.iter().find(|proof| proof["rule"] == rule).unwrap();
    // As the site's file has them.
    let guard = of("charging-guard-not-live");
    assert_eq!(fact(guard, "charging-guard: production_url")["value"], "//staging.bloom.example");
    // Rules judge the site as it will be.
    assert_eq!(fact(guard, "charging-guard: production_url")["planned"], "//bloom.example");
    assert_eq!(
        (&fact(guard, "charging-guard: enabled")["value"], fact(guard, "charging-guard: enabled").get("planned")),
        (&json!(true), None)
    );
    assert_eq!(
        fact(of("crm-disconnected"), "crm"),
        &json!({"fact": "crm", "value": true, "grade": "captured", "by": "bridge"})
    );
    assert_eq!(fact(of("contact-differs"), "contact")["value"], Value::Null, "240 contacts are no value");
    assert_eq!(fact(of("backup-missing"), "backup of the live site's files")["grade"], "attested");
    assert_eq!(of("accepted-risk-expired")["facts"], json!([]));
    assert!(all.iter().all(|proof| proof["says"] == "nothing"), "it is green");
}

#[test]
fn what_a_fact_is_about_is_found_by_its_name() {
    for name in [
        "offering",
        "crm",
        "offering/group-coaching",
        "tag/a: b: name",
        "crm: connected",
        "offering/x: release of module 3",
    ] {
        assert_eq!(About::named(name).unwrap().to_string(), name);
    }
    for name in ["contact", "backup of the live site's files", "no-kind/x: y", ""] {
        assert_eq!(About::named(name), None, "{name}");
    }
    let place = Place::new();
    for proof in proofs(&place, &["--proofs", "--gate", "go-live"]) {
        for fact in proof["facts"].as_array().unwrap() {
            let name = fact["fact"].as_str().unwrap();
            assert!(About::named(name).is_none_or(|about| about.to_string() == name), "{name}");
        }
    }
}

#[test]
fn one_rule_is_asked_why_whatever_it_says() {
    let place = Place::new();
    let why = |rule: &str| {
        let ran = place.run(&["check", PLAN, "--site", SITE, "--why", rule]);
        (ran.code, ran.out, ran.err)
    };
    let (code, out, _) = why("crm-disconnected");
    assert!(code == Some(0) && out.starts_with("what it rests on, read as of "), "{out}");
    assert!(
        out.contains("  crm-disconnected: nothing is wrong\n")
            && out.contains("    crm: connected = true · captured (bridge)\n"),
        "{out}"
    );
    place.edit_site(SITE, r#""connected":true"#, r#""connected":false"#);
    let (code, out, _) = why("crm-disconnected");
    assert_eq!(code, Some(1));
    assert!(out.contains("crm-disconnected: has findings") && out.contains("crm: connected = false"), "{out}");
    // A later gate's is not due, and what is unknown says why.
    let (_, out, _) = why("migration-choices-missing");
    assert!(
        out.starts_with("migration-choices-missing: not due at gate `configure` here; it is of the gate `migrate`"),
        "{out}"
    );
    let (code, _, err) = why("crm-disconected");
    assert!(code == Some(2) && err.contains("did you mean `crm-disconnected`?"), "{err}");
    let nowhere = place.run(&["check", PLAN, "--no-site", "--why", "unscheduled-module"]);
    assert!(
        nowhere.out.contains("unscheduled-module: lacks a fact") && nowhere.out.contains("offering · unknown: "),
        "{nowhere:#?}"
    );
}
