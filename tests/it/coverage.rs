//! The table of what is known to go wrong, and what looks at it, is whole and true.

use std::collections::{BTreeMap, BTreeSet};

use amc_plan::rules::{ALL, CANDIDATES, CoveredBy, OF_THE_PLAN, group};
use amc_plan::shape::codes;

use crate::place::Place;

/// How many candidates there are of each group, by the first digit of their numbers.
const GROUPS: [(char, usize); 10] =
    [('0', 7), ('1', 16), ('2', 15), ('3', 13), ('4', 10), ('5', 10), ('6', 12), ('7', 5), ('8', 8), ('9', 12)];

#[test]
fn every_candidate_stands_in_the_table_once_and_in_its_order() {
    let wanted = GROUPS.iter().flat_map(|(digit, many)| (1..=*many).map(move |number| format!("{digit}{number:02}")));
    let wanted: Vec<String> = wanted.collect();
    assert_eq!(wanted.len(), 108);
    assert_eq!(CANDIDATES.iter().map(|candidate| candidate.number).collect::<Vec<_>>(), wanted);
    let said: BTreeSet<&str> = CANDIDATES.iter().map(|candidate| candidate.what).collect();
    assert_eq!(said.len(), CANDIDATES.len(), "two candidates say the same");
    let groups: BTreeSet<&str> = CANDIDATES.iter().map(|candidate| group(candidate.number)).collect();
    assert_eq!(groups.len(), GROUPS.len());
}

#[test]
fn whatever_the_table_names_is_there_and_what_it_does_not_check_has_one_reason() {
    let rules: BTreeSet<&str> = ALL.iter().map(|rule| rule.id).collect();
    let readings: BTreeSet<&str> = codes::names().collect();
    for candidate in CANDIDATES {
        assert!(!candidate.by.is_empty(), "{}: nothing is said", candidate.number);
        let reasons = candidate.by.iter().filter(|by| by.is_not_checked()).count();
        assert!(reasons <= 1, "{}: two reasons", candidate.number);
        for by in candidate.by {
            let is_there = match by {
                CoveredBy::Rule(name) => rules.contains(name),
                CoveredBy::Reading(name) => readings.contains(name),
                CoveredBy::Change(text) | CoveredBy::Run(text) | CoveredBy::NotChecked(text) => text.len() > 5,
            };
            assert!(is_there, "{}: {by:?}", candidate.number);
        }
        let distinct: BTreeSet<&str> = candidate.by.iter().map(|by| by.text()).collect();
        assert_eq!(distinct.len(), candidate.by.len(), "{}: said twice", candidate.number);
    }
}

#[test]
fn every_rule_stands_in_the_table_or_is_about_the_plan_itself() {
    let mut at: BTreeMap<&str, usize> = ALL.iter().map(|rule| (rule.id, 0)).collect();
    for by in CANDIDATES.iter().flat_map(|candidate| candidate.by) {
        if let CoveredBy::Rule(name) = by {
            *at.get_mut(name).unwrap() += 1;
        }
    }
    let outside: BTreeSet<&str> = at.iter().filter(|(_, times)| **times == 0).map(|(id, _)| *id).collect();
    let of_the_plan: BTreeSet<&str> = OF_THE_PLAN.iter().map(|(id, _)| *id).collect();
    assert_eq!(outside, of_the_plan, "of no candidate, and named as about the plan itself");
    assert_eq!(of_the_plan.len(), OF_THE_PLAN.len());
}

#[test]
fn the_table_is_printed_whole_in_each_form() {
    let place = Place::new();
    let print = |format: &str| place.run(&["explain", "--coverage", "--format", format]);
    let json: serde_json::Value = serde_json::from_str(&print("json").out).unwrap();
    assert_eq!(json["coverage"].as_array().unwrap().len(), CANDIDATES.len());
    assert_eq!(json["of_the_plan"].as_array().unwrap().len(), OF_THE_PLAN.len());
    for text in [print("human").out, print("markdown").out] {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for candidate in CANDIDATES {
            assert!(flat.contains(candidate.what), "{}", candidate.number);
            candidate.by.iter().for_each(|by| assert!(flat.contains(by.text()), "{}", by.text()));
        }
    }
    assert!(print("human").out.ends_with("are not\n"));
    assert_eq!(place.run(&["explain", "--coverage", "backup-old"]).code, Some(2));
}
