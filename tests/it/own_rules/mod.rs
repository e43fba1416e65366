//! A plan's own rules (`rules.yaml`): their findings are as those of built-in rules, what is unknown is unproven, and they only ever add.

mod bounds;
mod documented;
mod examples;
mod file;
mod reviewed;

use std::fs;

use serde_json::{Value, json};

use crate::formats::ALL;
use crate::guided::POPULATION;
use crate::place::{PLAN, Place, Ran, SITE};

/// Examples that say nothing: what a test of a check needs none for.
const NONE: &str = "    good: [{plan: {}}]\n    bad: [{plan: {}}]\n";

/// A file of rules: each with its lines.
fn rules(all: &[(&str, &str)]) -> String {
    let rule = |(name, lines): &(&str, &str)| {
        let lines: String = lines.lines().map(|line| format!("    {}\n", line.trim())).collect();
        format!("  {name}:\n{lines}{NONE}")
    };
    let all: String = all.iter().map(rule).collect();
    format!("version: 1\nrules:{}", if all.is_empty() { " {}\n".to_owned() } else { format!("\n{all}") })
}

/// The example with these rules beside its plan.
fn with(all: &[(&str, &str)]) -> Place {
    let place = Place::new();
    fs::write(place.path("rules.yaml"), rules(all)).unwrap();
    place
}

/// What a check says, as JSON.
fn report(place: &Place, more: &[&str]) -> Value {
    let ran = place.run(&[&["check", PLAN, "--site", SITE, "--format", "json"], more].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

/// The findings of a rule.
fn of(report: &Value, rule: &str) -> Vec<Value> {
    report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule).cloned().collect()
}

/// Ends with this code, and says these words on either stream.
#[track_caller]
fn says(ran: &Ran, code: i32, words: &[&str]) {
    let all = format!("{}{}", ran.out, ran.err);
    assert_eq!(ran.code, Some(code), "{ran:#?}");
    words.iter().for_each(|word| assert!(all.contains(word), "`{word}` is not said: {ran:#?}"));
}

const IN_EUROS: &str = "for: order-forms\nwhen: has(object.plan.expect)\nrequire: object.plan.expect.price.endsWith(' EUR')\n\
    message: '`{object}` sells in another currency than euros'\nhelp: 'write the price of `{object}` in euros'";

#[test]
fn a_finding_an_object_at_its_place_in_every_form() {
    let place = with(&[("in-euros", IN_EUROS)]);
    says(
        &place.run(&["check", PLAN, "--site", SITE]),
        1,
        &["own/in-euros at /order_forms/group-coaching-checkout", "sells in another currency than euros", "red"],
    );
    for format in ALL {
        let ran = place.command(&["check", PLAN, "--site", SITE, "--format", format]).output().unwrap();
        let out = String::from_utf8(ran.stdout).unwrap();
        assert_eq!(ran.status.code(), Some(1), "{format}: {out}");
        assert!(out.contains("own/in-euros") && out.contains("group-coaching-checkout"), "{format}: {out}");
    }
    let report = report(&place, &[]);
    let found = of(&report, "own/in-euros");
    let expecting = place.read(PLAN).matches("expect: {price:").count();
    assert_eq!((report["verdict"].as_str(), found.len()), (Some("red"), expecting), "{found:#?}");
    let first = &found[0];
    assert_eq!(first["severity"], "error");
    assert_eq!(first["message"], "`group-coaching-checkout` sells in another currency than euros");
    assert_eq!(first["help"], "write the price of `group-coaching-checkout` in euros");
    let line = place.read(PLAN).lines().position(|line| line.starts_with("  group-coaching-checkout:")).unwrap() + 1;
    assert!(first.to_string().contains(&format!("\"line\":{line}")), "{first:#}");
    let sarif = place.command(&["check", PLAN, "--site", SITE, "--format", "sarif"]).output().unwrap();
    let sarif: Value = serde_json::from_slice(&sarif.stdout).unwrap();
    let declared = &sarif["runs"][0]["tool"]["driver"]["rules"];
    let declared = declared.as_array().unwrap().iter().find(|rule| rule["id"] == "own/in-euros").unwrap();
    assert_eq!(declared["shortDescription"]["text"], "an order form sells in another currency than euros");
}

#[test]
fn what_a_rule_read_is_its_proof() {
    let place = with(&[
        ("tested", "for: order-forms\nrequire: object.after == null || object.after.test_mode\nmessage: m"),
        ("paid-until", "require: has(plan.crm.paid_until)\nmessage: m"),
    ]);
    let judged = report(&place, &["--proofs"]);
    assert_eq!(judged["verdict"], "green");
    let proof = |rule: &str| {
        let proofs = judged["proofs"].as_array().unwrap();
        proofs.iter().find(|proof| proof["rule"] == rule).unwrap_or_else(|| panic!("{rule}: {proofs:#?}")).clone()
    };
    let tested = proof("own/tested");
    assert_eq!(tested["says"], "nothing");
    let fact = json!({
        "fact": "order-form/group-coaching-checkout: test_mode", "value": true, "grade": "captured", "by": "bridge"
    });
    assert!(tested["facts"].as_array().unwrap().contains(&fact), "{tested:#}");
    assert_eq!(proof("own/paid-until")["facts"], json!([]));
    let why = place.run(&["check", PLAN, "--site", SITE, "--why", "own/tested"]);
    says(&why, 0, &["own/tested: nothing is wrong", "order-form/group-coaching-checkout: test_mode = true"]);
    place.run(&["check", PLAN, "--site", SITE, "--why", "own/none"]).ends(2, &["neither a rule nor a word `own/none`"]);
}

/// Neither green nor red, with the name of the fact; and nothing is said of what is known.
#[test]
fn what_is_unknown_is_unproven_by_its_name() {
    let place = with(&[
        ("tested", "for: order-forms\nrequire: object.after.test_mode\nmessage: m"),
        ("has-it", "for: order-forms\nrequire: has(object.after.test_mode)\nmessage: m"),
        ("has-it-not", "for: order-forms\nrequire: '!has(object.after.test_mode)'\nmessage: m"),
        ("few", "require: census.members < 1\nmessage: m"),
        ("many", "require: census.members > 0\nmessage: m\nseverity: warning"),
        ("decided", "require: plan.strategy == 'rehearse-and-replay' || census.members > 0\nmessage: m"),
    ]);
    let silent = report(&place, &[]);
    assert_eq!((of(&silent, "own/tested").len(), of(&silent, "own/has-it").len()), (0, 0), "all of them are known");
    let known = of(&silent, "own/has-it-not");
    assert!(!known.is_empty() && known.iter().all(|finding| finding["unproven"] != true));
    place.edit_site(SITE, r#""recurring":false,"test_mode":true"#, r#""recurring":false"#);
    fs::remove_file(place.path(POPULATION)).unwrap();
    let judged = report(&place, &[]);
    for (rule, fact) in [
        ("own/tested", "order-form/group-coaching-checkout: test_mode"),
        ("own/has-it", "order-form/group-coaching-checkout: test_mode"),
        ("own/has-it-not", "order-form/group-coaching-checkout: test_mode"),
        ("own/few", "contact"),
        ("own/many", "contact"),
    ] {
        let found = of(&judged, rule);
        let lacking: Vec<&Value> = found.iter().filter(|finding| finding["unproven"] == true).collect();
        assert_eq!(lacking.len(), 1, "{rule}: {found:#?}");
        let message = lacking[0]["message"].as_str().unwrap();
        assert!(message.starts_with("cannot evaluate: `") && message.contains(fact), "{rule}: {message}");
    }
    assert_eq!(of(&judged, "own/few").len(), 1, "what nobody counted is not more than none");
    assert_eq!(of(&judged, "own/decided").len(), 0);
    assert_eq!(of(&judged, "own/many")[0]["severity"], "warning");
    // Without any site the plan alone is known.
    let place = with(&[
        ("few", "require: census.members < 1\nmessage: m"),
        ("of-the-plan", "require: size(plan.order_forms) < 2\nmessage: m"),
    ]);
    let ran = place.run(&["check", PLAN, "--no-site", "--format", "json"]);
    let judged: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(of(&judged, "own/few")[0]["unproven"], true);
    assert_eq!(of(&judged, "own/of-the-plan")[0]["unproven"], false);
}

#[test]
fn a_person_can_attest_what_a_rule_reads() {
    let place = with(&[("tested", "for: order-forms\nrequire: object.after.test_mode\nmessage: m")]);
    place.edit_site(SITE, r#""recurring":false,"test_mode":true"#, r#""recurring":false"#);
    assert_eq!(of(&report(&place, &[]), "own/tested").len(), 1);
    let object = "order-form/group-coaching-checkout";
    let saw = |value: &str| {
        place.run(&["record", "saw", object, &format!("test_mode={value}"), "--plan", PLAN, "--who", "jo"])
    };
    saw("true").ends(0, &[]);
    assert_eq!(of(&report(&place, &[]), "own/tested"), Vec::<Value>::new());
    saw("false").ends(0, &[]);
    assert_eq!(of(&report(&place, &[]), "own/tested")[0]["unproven"], false);
}

#[test]
fn a_rule_is_due_from_its_gate_on_and_a_warning_changes_no_verdict() {
    let place = with(&[
        ("later", "require: site.mail.simulated == null\nmessage: m\ngate: go-live"),
        ("warns", "require: site.mail.simulated == null\nmessage: m\nseverity: warning\nat: /mail"),
    ]);
    let now = report(&place, &[]);
    assert_eq!((now["verdict"].as_str(), of(&now, "own/warns").len()), (Some("green"), 1));
    assert_eq!(of(&now, "own/later")[0]["due"], false);
    assert!(of(&now, "own/warns")[0].to_string().contains("/mail"));
    let late = report(&place, &["--gate", "go-live"]);
    assert_eq!(of(&late, "own/later")[0]["due"], true);
}

/// What comes with a repository adds findings, and takes none away.
#[test]
fn nothing_built_in_is_lowered_shadowed_or_silenced() {
    let place = Place::new();
    place.edit(PLAN, "expect: {price: 497.00 USD", "expect: {price: 498.00 USD");
    let before = of(&report(&place, &[]), "price-differs");
    assert_eq!(before.len(), 1);
    fs::write(place.path("rules.yaml"), rules(&[("price-differs", "require: 'true'\nmessage: m\nseverity: warning")]))
        .unwrap();
    let after = report(&place, &[]);
    assert_eq!((of(&after, "price-differs"), after["verdict"].as_str()), (before, Some("red")));
    for key in ["accept: [price-differs]", "raise: {price-differs: warning}", "ignore: [price-differs]"] {
        fs::write(place.path("rules.yaml"), format!("version: 1\nrules: {{}}\n{key}\n")).unwrap();
        let report = report(&place, &[]);
        assert_eq!((of(&report, "price-differs").len(), of(&report, "unknown-key").len()), (1, 1), "{key}");
    }
}

#[test]
fn somebody_can_answer_for_a_finding_by_owner_and_last_day() {
    let place = with(&[("in-euros", IN_EUROS)]);
    let risk = |rule: &str| {
        format!(
            "accepted_risks:\n  - {{rule: {rule}, at: /order_forms/group-coaching-checkout, reason: agreed, owner: jo, until: 2026-12-31}}\n"
        )
    };
    let plan = place.read(PLAN);
    fs::write(place.path(PLAN), plan.clone() + &risk("own/in-euros")).unwrap();
    let judged = report(&place, &[]);
    let accepted = of(&judged, "own/in-euros").iter().filter(|finding| finding["accepted"] == true).count();
    assert_eq!((accepted, of(&judged, "accepted-risk-forbidden").len()), (1, 0), "{judged:#}");
    fs::write(place.path(PLAN), plan + &risk("own/in-euro")).unwrap();
    assert_eq!(of(&report(&place, &[]), "accepted-risk-forbidden").len(), 1);
}

#[test]
fn explain_prints_what_a_rule_asks() {
    let place = with(&[("in-euros", IN_EUROS)]);
    for words in [&["explain", "own/in-euros"][..], &["explain", "own/in-euros", "--plan", PLAN]] {
        says(
            &place.run(words),
            0,
            &["own/in-euros", "require  object.plan.expect.price.endsWith(' EUR')", "due at `configure`"],
        );
    }
    let json: Value = serde_json::from_str(&place.run(&["explain", "own/in-euros", "--format", "json"]).out).unwrap();
    assert_eq!(json["rules"][0]["id"], "own/in-euros");
    place.run(&["explain", "own/in-euro"]).ends(2, &["there is no rule `own/in-euro`", "did you mean `own/in-euros`?"]);
    place.run(&["explain", "own/x", "--plan", "elsewhere/plan.yaml"]).ends(2, &["there is no rule `own/x`"]);
}
