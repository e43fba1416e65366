//! SARIF: its own schema, and what code scanning makes of it.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use super::{DRAFT, accepted, checks, fits, json, schema};
use crate::place::{PLAN, Place, SITE};

fn results(log: &Value) -> &[Value] {
    log["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn it_fits_the_official_schema() {
    let (place, schema) = (Place::new(), schema("sarif-2.1.0"));
    for words in checks(&place) {
        let log = json(&place, "sarif", &words);
        fits(&schema, &log);
        assert_eq!(
            log["runs"].as_array().unwrap().len(),
            1,
            "of several runs of one tool GitHub takes none: {words:?}"
        );
        let mut other = log.clone();
        other["runs"][0]["tool"]["driver"].as_object_mut().unwrap().remove("name");
        assert!(!schema.is_valid(&other), "the schema asks for something");
    }
    let mut log = json(&place, "sarif", &[DRAFT, "--site", SITE]);
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = json!(0);
    assert!(!schema.is_valid(&log));
}

#[test]
fn only_what_is_due_is_a_result_and_each_rule_explains_itself() {
    let place = Place::new();
    for gate in ["configure", "go-live"] {
        let words = [DRAFT, "--site", SITE, "--gate", gate];
        let (log, report) = (json(&place, "sarif", &words), json(&place, "json", &words));
        let due: Vec<(&Value, &Value)> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["due"] == true)
            .map(|finding| (&finding["rule"], &finding["location"]["line"]))
            .collect();
        let place_of = |result: &Value| result["locations"][0]["physicalLocation"]["region"]["startLine"].clone();
        let listed: Vec<(&Value, Value)> =
            results(&log).iter().map(|result| (&result["ruleId"], place_of(result))).collect();
        assert_eq!(listed.iter().map(|(rule, line)| (*rule, line)).collect::<Vec<_>>(), due);
        assert!(
            due.len() > 15 && due.len() < report["findings"].as_array().unwrap().len() + usize::from(gate == "go-live")
        );
    }
    let log = json(&place, "sarif", &[DRAFT, "--site", SITE]);
    let pages = fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md")).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results(&log) {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        let (id, help) = (rule["id"].as_str().unwrap(), rule["help"]["markdown"].as_str().unwrap());
        assert!(help.len() > 30, "{rule}");
        match rule["helpUri"].as_str() {
            Some(address) => {
                assert_eq!(address.split_once('#').unwrap().1, id);
                assert!(pages.contains(&format!("\n## {id}\n")) && help.contains("## Fix"), "{rule}");
            }
            None => assert!(["unknown-key", "wrong-value"].contains(&id), "{id} has a page"),
        }
    }
}

#[test]
fn a_finding_is_known_again_wherever_its_line_is() {
    let place = Place::new();
    let known = |place: &Place| -> BTreeSet<String> {
        let log = json(place, "sarif", &[DRAFT, "--site", SITE]);
        let known = results(&log).iter().map(|result| {
            let prints = &result["partialFingerprints"];
            assert_eq!(prints["primaryLocationLineHash"], prints["ruleAndPlace/v1"]);
            prints["ruleAndPlace/v1"].as_str().unwrap().to_owned()
        });
        let (all, count) = (known.collect::<BTreeSet<_>>(), results(&log).len());
        assert_eq!(all.len(), count, "two findings are one");
        all
    };
    let before = known(&place);
    let text = place.read(DRAFT);
    fs::write(place.path(DRAFT), format!("# one\n# two\n{text}")).unwrap();
    assert_eq!(known(&place), before);
    // One that is gone, and one that is elsewhere in the tree.
    fs::write(
        place.path(DRAFT),
        text.replacen("orderform", "order-form", 1).replacen("  alumni-club:", "  alumni-clubs:", 1),
    )
    .unwrap();
    let after = known(&place);
    let (gone, new) = (before.difference(&after).count(), after.difference(&before).count());
    assert!((1..=3).contains(&gone) && new < gone, "{gone} gone, {new} new");
}

#[test]
fn what_somebody_answers_for_is_suppressed_and_what_is_unproven_is_open() {
    let place = accepted();
    let log = json(&place, "sarif", &[PLAN, "--site", SITE]);
    let result = results(&log).iter().find(|result| result["ruleId"] == "welcome-does-not-cover").unwrap();
    let why = json!([{"kind": "inSource", "status": "accepted", "justification": "we greet them by hand (jo, until 2026-12-31)"}]);
    assert_eq!(result["suppressions"], why);
    fits(&schema("sarif-2.1.0"), &log);
    fs::remove_file(place.path("private/bloom-coaching.contacts.yaml")).unwrap();
    let log = json(&place, "sarif", &[PLAN, "--site", SITE]);
    let open: Vec<&Value> = results(&log).iter().filter(|result| result["kind"] == "open").collect();
    assert!(!open.is_empty() && open.iter().all(|result| result["level"] == "none"), "{log:#}");
    fits(&schema("sarif-2.1.0"), &log);
    // What lacks nothing but a site is no result of a check without one, and is counted.
    let log = json(&place, "sarif", &[PLAN, "--no-site"]);
    let said = log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(said.contains("rules need a site") && said.contains("unproven"), "{said}");
    assert!(
        results(&log).iter().all(|result| !result["message"]["text"].as_str().unwrap().contains("no site was read"))
    );
}

#[test]
fn a_path_is_a_relative_reference() {
    let place = Place::new();
    let named = "plans of ü/50%#1?.yaml";
    fs::create_dir(place.path("plans of ü")).unwrap();
    fs::copy(place.path(DRAFT), place.path(named)).unwrap();
    let written = "plans%20of%20%C3%BC/50%25%231%3F.yaml";
    let absolute = place.path(named).canonicalize().unwrap();
    for given in [named, &format!("./{named}"), absolute.to_str().unwrap()] {
        let log = json(&place, "sarif", &[given, "--no-site"]);
        assert!(!results(&log).is_empty());
        for result in results(&log) {
            assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], written, "{given}");
        }
        let issues = json(&place, "gitlab", &[given, "--no-site"]);
        assert_eq!(issues[0]["location"]["path"], named, "{given}");
    }
}
