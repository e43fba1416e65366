//! What holds of any two populations.

use std::collections::{BTreeMap, BTreeSet};

use amc_plan::reconcile::{Ask, Counted, Line, reconcile};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ask, classes, contact, joined, order, stream, subscription};

/// Any population: few IDs and addresses, so that they meet; IDs of contacts may repeat.
fn any_population() -> impl Strategy<Value = Vec<Value>> {
    let contacts = prop::collection::vec((0..12_u8, 0..6_u8, prop::collection::vec("[A-D]", 0..4)), 0..14);
    let orders = prop::collection::btree_map(0..12_u8, 0..14_u8, 0..10);
    let subscriptions = prop::collection::btree_map(0..8_u8, (0..14_u8, 0..3_u8), 0..6);
    (contacts, orders, subscriptions).prop_map(|(contacts, orders, subscriptions)| {
        let mut all: Vec<Value> = Vec::new();
        for (id, address, tags) in contacts {
            let email = if address == 0 { String::new() } else { format!("{address}@x.example") };
            all.push(contact(&id.to_string(), &email, &tags.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        all.extend(orders.into_iter().map(|(id, owner)| order(&id.to_string(), &owner.to_string())));
        let next = |day: u8| format!("2026-12-0{}", day + 1);
        all.extend(
            subscriptions
                .into_iter()
                .map(|(id, (owner, day))| subscription(&id.to_string(), &owner.to_string(), &next(day))),
        );
        all
    })
}

/// Members as they should be: an ID and an address each.
fn members(count: usize) -> Vec<Value> {
    (0..count).map(|n| contact(&format!("{n:04}"), &format!("m{n}@x.example"), &["A", "B", "C"])).collect()
}

/// How many contacts have each tag, counted the slow way.
fn tags(records: &[Value]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for record in records.iter().filter(|record| record["kind"] == "contact") {
        let tags: BTreeSet<&str> = record["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        tags.into_iter().for_each(|tag| *counts.entry(tag.to_owned()).or_default() += 1);
    }
    counts
}

fn count(records: &[Value], kind: &str) -> u64 {
    records.iter().filter(|record| record["kind"] == kind).count() as u64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_classes_partition_both_sides_and_the_account_is_right(before in any_population(), after in any_population()) {
        let all = joined(&before, &after);
        let sides = [count(&before, "contact"), count(&after, "contact")];
        prop_assert_eq!([all.contacts.before, all.contacts.after], sides);
        let (left, right) = (tags(&before), tags(&after));
        for line in all.account.iter().filter(|line| line.counted == Counted::Tag) {
            let slow = [&left, &right].map(|side| side.get(&line.name).copied().unwrap_or(0));
            prop_assert_eq!([line.before, line.after], slow);
        }
        let orders = all.account.iter().find(|line| line.counted == Counted::Orders).map_or([0; 2], |l| [l.before, l.after]);
        prop_assert_eq!(orders, [count(&before, "order"), count(&after, "order")]);
        for field in all.contacts.fields.values() {
            prop_assert!(*field <= all.contacts.changed.total);
        }
    }

    #[test]
    fn a_population_is_the_same_as_itself(population in any_population()) {
        let all = joined(&population, &population);
        prop_assert_eq!((all.contacts.same, classes(&all)), (all.contacts.before, [0; 6]));
        prop_assert!(!all.differs(false) && all.account.iter().all(Line::is_conserved));
    }

    #[test]
    fn test_purchases_on_record_explain_exactly_themselves(population in any_population(), tests in 1..4_usize) {
        let mut after = population.clone();
        for at in 0..tests {
            let buyer = format!("z{at}");
            let mut bought = order(&format!("z{at}"), &buyer);
            bought["form"] = json!(format!("tested-{at}"));
            after.extend([contact(&buyer, &format!("{buyer}@nowhere.example"), &["A", "Access"]), bought]);
        }
        let joined = |recorded: usize| {
            let purchases = (0..recorded).map(|at| (format!("tested-{at}"), Default::default())).collect();
            let ask = Ask { purchases, ..ask() };
            reconcile(stream(&population).as_bytes(), stream(&after).as_bytes(), &ask).unwrap()
        };
        let all = joined(tests);
        prop_assert!(!all.differs(false));
        prop_assert_eq!((all.explained.contacts.len(), all.explained.orders.len()), (tests, tests));
        prop_assert!(joined(tests - 1).differs(false), "one of them is on nobody's record");
    }

    #[test]
    fn swapping_the_sides_swaps_what_is_lost_and_won(before in any_population(), after in any_population()) {
        let (there, back) = (joined(&before, &after), joined(&after, &before));
        prop_assert_eq!(there.differs(false), back.differs(false));
        let (there, back) = (there.orders.unwrap(), back.orders.unwrap());
        prop_assert_eq!((there.missing, there.extra), (back.extra, back.missing));
    }

    #[test]
    fn k_changed_contacts_are_found_as_exactly_k(
        count in 1..60_usize,
        hits in prop::collection::btree_map(0..60_usize, 0..6_u8, 0..20),
    ) {
        let before = members(count);
        let mut after = before.clone();
        let hits: BTreeMap<usize, u8> = hits.into_iter().map(|(at, how)| (at % count, how)).collect();
        for (at, how) in &hits {
            let one = &mut after[*at];
            match how {
                0 => one["first_name"] = json!("Somebody"),
                1 => one["email"] = json!(format!("changed{at}@x.example")),
                2 => one["tags"] = json!(["A", "B"]),
                3 => one["tags"] = json!(["A", "B", "C", "D"]),
                4 => one["affiliate"] = json!("7"),
                _ => one["key"] = json!(format!("9{at:04}")),
            }
        }
        let all = joined(&before, &after);
        prop_assert_eq!(classes(&all), [hits.len() as u64, 0, 0, 0, 0, 0]);
        prop_assert_eq!(all.contacts.fields.values().sum::<u64>(), hits.len() as u64);
    }

    #[test]
    fn k_lost_contacts_are_missed_and_permuted_tags_are_not(
        count in 1..60_usize,
        lost in prop::collection::btree_set(0..60_usize, 0..20),
    ) {
        let before = members(count);
        let lost: BTreeSet<usize> = lost.into_iter().map(|at| at % count).collect();
        let kept = before.iter().enumerate().filter(|(at, _)| !lost.contains(at));
        let after: Vec<Value> = kept.map(|(_, one)| {
            let mut one = one.clone();
            one["tags"].as_array_mut().unwrap().reverse();
            one
        }).collect();
        let all = joined(&before, &after);
        prop_assert_eq!(classes(&all), [0, lost.len() as u64, 0, 0, 0, 0]);
        prop_assert_eq!(all.differs(false), !lost.is_empty());
    }
}
