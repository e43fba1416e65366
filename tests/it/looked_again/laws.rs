//! What holds of any two readings.

use std::collections::{BTreeMap, BTreeSet};

use amc_plan::reconcile::{Bearing, Kind};
use proptest::prelude::*;
use serde_json::Value;

use super::{World, contact, order, subscription};

const TAGS: [&str; 11] = ["C_B", "C_1", "C_2", "C_I", "C_R", "K_B", "K_R", "M_B", "S_B", "Bought", "Quiz"];
const STATUSES: [&str; 5] = ["Active", "Payment Due", "Payment Failed", "Canceled by Client", "Trial"];

/// A few contacts, orders and subscriptions, so that both readings have many of them in common.
fn any_reading() -> impl Strategy<Value = Vec<Value>> {
    let contacts =
        prop::collection::btree_map(1..8_u8, (prop::collection::btree_set(0..TAGS.len(), 0..4), 0..9_u8), 0..7);
    let orders = prop::collection::btree_map(1..9_u8, (1..9_u8, any::<bool>(), 1..5_u8, 0..4_usize), 0..7);
    let subscriptions =
        prop::collection::btree_map(1..6_u8, (1..9_u8, 0..STATUSES.len(), prop::option::of(1..9_u8)), 0..5);
    (contacts, orders, subscriptions).prop_map(|(contacts, orders, subscriptions)| {
        let mut all: Vec<Value> = Vec::new();
        for (id, (tags, address)) in contacts {
            let tags: Vec<&str> = tags.into_iter().map(|tag| TAGS[tag]).collect();
            let mut of = contact(&id.to_string(), &tags);
            // Some share an address, and some have the address of another ID on the other side.
            of["email"] = format!("m{}@x.example", if address == 0 { id } else { address }).into();
            all.push(of);
        }
        for (id, (owner, is_club, day, status)) in orders {
            let (form, status) =
                (if is_club { "club" } else { "checkout" }, ["Success", "Failed", "Refunded", "Bezahlt"][status]);
            all.push(order(&format!("o{id}"), &owner.to_string(), form, &format!("2026-12-0{day}"), status));
        }
        for (id, (owner, status, next)) in subscriptions {
            let next = next.map(|day| format!("2026-12-0{day}"));
            all.push(subscription(&format!("s{id}"), &owner.to_string(), STATUSES[status], next.as_deref()));
        }
        all
    })
}

fn by_key<'r>(records: &'r [Value], kind: &str) -> BTreeMap<&'r str, &'r Value> {
    records
        .iter()
        .filter(|record| record["kind"] == kind)
        .map(|record| (record["key"].as_str().unwrap(), record))
        .collect()
}

/// How many of a kind are the same on both sides, one by one.
fn same(before: &[Value], after: &[Value], kind: &str) -> u64 {
    let (before, after) = (by_key(before, kind), by_key(after, kind));
    before.iter().filter(|(key, record)| after.get(*key) == Some(record)).count() as u64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_movement_is_in_one_class_and_the_sums_add_up(before in any_reading(), after in any_reading()) {
        let all = World::new().compare(&before, &after);
        for (kind, name, sides) in [(Kind::Order, "order", all.sides[2]), (Kind::Subscription, "subscription", all.sides[3])] {
            let (left, right) = (by_key(&before, name), by_key(&after, name));
            let keys: BTreeSet<&&str> = left.keys().chain(right.keys()).collect();
            prop_assert_eq!((sides.before, sides.after, sides.same), (left.len() as u64, right.len() as u64, same(&before, &after, name)));
            let moved: u64 = [Bearing::Expected, Bearing::CouldBe, Bearing::Finding].map(|of| all.found.count(kind, of)).iter().sum();
            prop_assert_eq!(moved, keys.len() as u64 - sides.same, "{}", name);
        }
        let (left, right) = (by_key(&before, "contact"), by_key(&after, "contact"));
        prop_assert_eq!((all.sides[0].before, all.sides[0].after), (left.len() as u64, right.len() as u64));
        // Whoever is gone and became nobody else is one more; nobody is counted twice.
        let gone = left.keys().filter(|key| !right.contains_key(*key)).count() as u64;
        prop_assert!((right.len() as u64..=right.len() as u64 + gone).contains(&all.people.all));
        let tags = |of: &BTreeMap<&str, &Value>| of.values().map(|contact| contact["tags"].as_array().unwrap().len() as u64).sum::<u64>();
        prop_assert_eq!((all.sides[1].before, all.sides[1].after), (tags(&left), tags(&right)));
    }

    #[test]
    fn a_reading_beside_itself_moves_nothing(reading in any_reading()) {
        let all = World::new().compare(&reading, &reading);
        // Only what should have happened in two days can be missing.
        prop_assert!(all.found.groups.keys().all(|(kind, _)| *kind == Kind::Lacking), "{:?}", all.found.groups);
        prop_assert_eq!(all.people.all, by_key(&reading, "contact").len() as u64);
    }

    #[test]
    fn whoever_has_no_finding_lost_no_tag(before in any_reading(), after in any_reading()) {
        let all = World::new().compare(&before, &after);
        if !all.found.has(Bearing::Finding) {
            let right = by_key(&after, "contact");
            for (key, contact) in by_key(&before, "contact") {
                let Some(now) = right.get(key) else { panic!("{key} is gone") };
                let lost = contact["tags"].as_array().unwrap().iter().filter(|tag| !now["tags"].as_array().unwrap().contains(tag));
                let access = lost.filter(|tag| ["C_B", "C_1", "C_2", "C_I", "K_B", "M_B", "S_B"].iter().any(|open| *tag == open));
                prop_assert_eq!(access.count(), 0);
            }
        }
    }
}
