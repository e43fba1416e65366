//! One pass over the members, and the choice of spot-check contacts.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;

use crate::place::Edited;
use amc_plan::example::generate;
use amc_plan::model::drip::Drip;
use amc_plan::model::population::{Census, Contact, Few, OfNobody, Questions};
use amc_plan::model::snapshot::PopulationDigest;
use amc_plan::population::{Chosen, Damage, Reason, Wish, choose, take_census};
use amc_plan::site::file::seal;
use proptest::prelude::*;
use serde_json::{Value, json};

const FIRST: &str =
    r#"{"kind":"population","format":"1.0","host":"staging.bloom.example","taken_at":"2026-11-21T06:12:00Z"}"#;

/// A population of these records.
fn stream(records: &[Value]) -> String {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    seal(&format!("{FIRST}\n{}", lines.join("\n"))).unwrap()
}

fn contact(key: &str, more: Value) -> Value {
    let mut all = json!({"kind": "contact", "key": key, "first_name": "Ada", "last_name": "Ash",
        "email": "ada@member.example", "tags": []});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

fn order(key: &str, contact: &str) -> Value {
    json!({"kind": "order", "key": key, "contact": contact, "form": "f", "total": "1.00 USD", "date": "2026-01-01", "status": "Success"})
}

fn census(text: &str, asked: &[&str]) -> Result<(Census, PopulationDigest), Damage> {
    let contacts = asked.iter().map(|id| (*id).to_owned()).collect();
    take_census(text.as_bytes(), &Questions { contacts, ..Questions::default() })
}

fn said(text: &str) -> String {
    match census(text, &[]) {
        Ok(_) => "nothing".to_owned(),
        Err(Damage::Broken { line, what, help }) if !help.is_empty() => format!("{}: {what}", line.unwrap_or(0)),
        Err(other) => panic!("{other:?}"),
    }
}

fn chosen(text: &str, wish: &Wish) -> Vec<Chosen> {
    choose(text.as_bytes(), text.as_bytes(), wish).unwrap()
}

#[test]
fn one_pass_answers_every_question() {
    let text = stream(&[
        contact("1", json!({"tags": ["A", "B", "A"], "affiliate": "9", "phone": 5})),
        contact("10", json!({"tags": ["A", "quote \" ✓"], "last_name": "O\u{2019}Neil \u{1f331}"})),
        contact("2", json!({"email": "first@member.example"})),
        contact("2", json!({"email": "second@member.example", "tags": ["B"]})),
        order("7", "10"),
        order("70", "1"),
        order("8", "10"),
        json!({"kind": "subscription", "key": "1", "contact": "10", "next_payment": null}),
        json!({"kind": "voucher", "key": "1", "tags": 5, "contact": {"id": 1}}),
    ]);
    let (found, digest) = census(&text, &["10", "2", "3"]).unwrap();
    assert_eq!((found.members, found.orders, found.subscriptions), (4, 3, 1));
    let tags: Vec<_> = found.tags.iter().map(|(tag, count)| (tag.as_str(), *count)).collect();
    assert_eq!(tags, [("A", 2), ("B", 2), ("quote \" ✓", 1)]);
    assert_eq!(found.repeated_ids, BTreeSet::from(["2".to_owned()]));
    assert_eq!(found.contacts.keys().collect::<Vec<_>>(), ["10", "2"]);
    let (ten, orders) = &found.contacts["10"];
    assert_eq!((ten.last_name.as_str(), orders.len()), ("O\u{2019}Neil \u{1f331}", 2));
    assert_eq!(found.contacts["2"].0.email, "first@member.example", "of two, the first");
    assert_eq!(digest.counts["voucher"], 1);
    let end: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(json!(digest.sha256), end["sha256"]);
}

#[test]
fn an_empty_site_is_a_site() {
    let (found, digest) = census(&stream(&[]), &["1"]).unwrap();
    let of_nobody = Some(OfNobody::default());
    assert_eq!(found, Census { taken_at: "2026-11-21T06:12:00Z".to_owned(), of_nobody, ..Census::default() });
    assert!(digest.counts.is_empty());
}

#[test]
fn who_pays_when_and_what_belongs_to_nobody_is_counted_and_the_first_few_are_named() {
    let subscription = |key: &str, contact: &str, status: &str, next: &str| json!({"kind": "subscription", "key": key, "contact": contact, "form": "f", "status": status, "next_payment": next});
    let mut records: Vec<Value> = (10..20)
        .map(|id| contact(&id.to_string(), json!({"email": format!("m{id}@member.example"), "affiliate": "7"})))
        .collect();
    records.push(json!({"kind": "contact-without-user", "key": "90", "email": "lead@member.example"}));
    records.push(order("1", "90"));
    records.push(order("2", "91"));
    let failed = json!({"kind": "order", "key": "3", "contact": "92", "form": "f", "status": "Failed"});
    records.push(failed);
    // In the order of their keys: ten renew on the days that are asked for, and the others do not.
    records.extend((10..19).map(|id| subscription(&format!("a{id}"), &id.to_string(), "Active", "2026-12-02")));
    records.push(subscription("b1", "19", "Payment Due", "2026-12-03"));
    records.push(subscription("b2", "11", "Payment Failed", "2026-12-02"));
    records.push(subscription("b3", "12", "Active", "2026-12-04"));
    records.push(subscription("b4", "99", "Paused", "2026-12-01"));
    records.push(subscription("b5", "98", "Finished", ""));
    let text = stream(&records);
    let days = Some(("2026-12-02".to_owned(), "2026-12-03".to_owned()));
    let (found, _) = take_census(text.as_bytes(), &Questions { days, ..Questions::default() }).unwrap();
    let few = |count, first: &[&str]| Few { count, first: first.iter().map(|id| (*id).to_owned()).collect() };
    assert_eq!(found.renewals, few(10, &["10", "11", "12", "13", "14"]));
    assert_eq!((found.payment_due, found.payment_failed), (few(1, &["19"]), few(1, &["11"])));
    let of_nobody = OfNobody { orders: few(1, &["91"]), subscriptions: few(1, &["99"]) };
    assert_eq!((found.of_nobody, found.referred), (Some(of_nobody), 10));
    let (not_asked, _) = census(&text, &[]).unwrap();
    assert_eq!(not_asked.renewals, Few::default());
}

#[test]
fn however_it_is_cut_into_blocks() {
    let text = generate(7).population;
    let whole = census(&text, &["10231", "10877"]).unwrap();
    for block in [1, 7, 64, 4_096] {
        let contacts = ["10231", "10877"].map(str::to_owned).into();
        let reader = BufReader::with_capacity(block, text.as_bytes());
        assert_eq!(take_census(reader, &Questions { contacts, ..Questions::default() }).unwrap(), whole);
    }
}

#[test]
fn every_damage_has_its_name_and_no_value() {
    let text = stream(&[contact("1", json!({})), contact("2", json!({})), order("5", "1")]);
    let lines: Vec<&str> = text.lines().collect();
    let with = |line: &str| format!("{FIRST}\n{line}\n");
    let cases = [
        (String::new(), "1: it is not a population: it is empty"),
        (generate(7).site, "1: it is not a population: it is a snapshot"),
        (text.edited_once("1.0", "3.1"), "1: its format is 3.x, and this build reads 1.x"),
        (text.edited_once("taken_at", "taken"), "1: the record does not fit: missing field `taken_at`"),
        (lines[..4].join("\n") + "\n", "0: it has no end record: the file is cut off"),
        (text[..300].to_owned(), "3: the last line is incomplete: the file is cut off, or its last newline is missing"),
        (
            [lines[0], lines[2], lines[1], lines[3], lines[4], ""].join("\n"),
            "3: the records are not in order of kind and key",
        ),
        ([lines[0], lines[1], lines[3], lines[3], ""].join("\n"), "4: this `order` record is there twice"),
        (
            [lines[0], lines[1], lines[3], lines[4], ""].join("\n"),
            "4: the end record counts 2 `contact` records, and there are 1",
        ),
        (text.edited_once("Ash", "Asch"), "5: the digest does not match: the file was changed after it was written"),
        (format!("{text}\n"), "6: there is more after the end record"),
        (with(""), "2: it is not valid JSON"),
        (with(r#"{"kind":"contact","key":"1","email":"ada@x.example","#), "2: it is not valid JSON (column 52)"),
        (with(r#"{"key":"1"}"#), "2: the record does not fit: missing field `kind` (column 11)"),
        (with(r#"{"kind":"contact","email":"ada@x.example"}"#), "2: the record has no key"),
        (with(r#"{"kind":"contact","key":10231}"#), "2: the record does not fit: expected a string (column 29)"),
        (
            with(r#"{"kind":"contact","key":"1","key":"2"}"#),
            "2: the record does not fit: duplicate field `key` (column 33)",
        ),
        (
            with(r#"{"kind":"contact","key":"1","tags":"ada@x.example"}"#),
            "2: the record does not fit: expected a sequence (column 50)",
        ),
        (with(r#"{"kind":"order","key":"1"}"#), "2: the `order` record names no contact"),
    ];
    for (text, what) in cases {
        assert_eq!(said(&text), what);
    }
    let latin = [FIRST.as_bytes(), b"\n{\"kind\":\"\xe9\"}\n"].concat();
    let error = take_census(&latin[..], &Questions::default()).unwrap_err();
    assert_eq!(error.to_string(), "it is not UTF-8 (byte 10 of the line)");
}

#[test]
fn a_drip_is_under_way_between_its_first_tag_and_its_last() {
    let state =
        amc_plan::site::snapshot_file::SnapshotFile::read(generate(7).site.as_bytes()).unwrap().into_snapshot().state;
    let drip = Drip::of(&state.offerings["group-coaching"]).unwrap();
    let is = |tags: &[&str]| drip.is_under_way(tags.iter().copied());
    assert!(is(&["Group_Coaching_Base_Access"]) && is(&["Newsletter", "Group_Coaching_Money_Access"]));
    assert!(!is(&["Newsletter"]) && !is(&[]));
    for over in ["Group_Coaching_Celebration_Access", "Group_Coaching_Instant_Access", "Group_Coaching_Revoke_Access"] {
        assert!(!is(&["Group_Coaching_Base_Access", over]));
    }
    assert_eq!(Drip::of(&state.offerings["team-seats"]), None);
}

#[test]
fn one_of_every_sort_is_chosen() {
    let tags: Vec<String> = (0..8).map(|n| format!("T{n}")).collect();
    let mut records: Vec<Value> = (100..400).map(|id| contact(&id.to_string(), json!({}))).collect();
    records.extend([
        contact("500", json!({"affiliate": "9"})),
        contact("501", json!({"tags": ["Base"]})),
        contact("502", json!({})),
        contact("503", json!({"tags": tags})),
        contact("504", json!({"first_name": "Zoë"})),
        contact("505", json!({"email": "o'neil+x@member.example"})),
        contact("506", json!({"affiliate": ""})),
    ]);
    records.extend([order("1", "502"), order("2", "502"), order("3", "501")]);
    let drips = vec![Drip { begun: vec!["Base".into()], over: vec!["Last".into()] }];
    let text = stream(&records);
    for seed in 0..20 {
        let ten = chosen(&text, &Wish { seed, count: 10, drips: drips.clone(), ..Wish::default() });
        assert_eq!(ten.len(), 10);
        let ids: Vec<&str> = ten.iter().map(|chosen| chosen.contact.key.as_str()).collect();
        assert!(["500", "501", "502", "503"].iter().all(|id| ids.contains(id)), "{ids:?}");
        assert!(ids.contains(&"504") || ids.contains(&"505"));
        for reason in Reason::ALL {
            assert!(ten.iter().any(|chosen| chosen.reasons.contains(&reason)), "{}", reason.name());
        }
        let holder = ten.iter().find(|chosen| chosen.contact.key == "502").unwrap();
        assert_eq!(holder.orders, ["1", "2"].map(str::to_owned).into());
        assert_eq!(holder.reasons, [Reason::HoldsOrders, Reason::Paid]);
    }
}

#[test]
fn only_an_order_that_went_through_makes_a_contact_paid() {
    let with = |status: &str, transaction: Option<&str>| {
        let mut order = order("1", "500");
        order["status"] = status.into();
        order["transaction"] = transaction.into();
        let text = stream(&[contact("500", json!({})), order]);
        chosen(&text, &Wish { seed: 1, count: 1, ..Wish::default() })[0].reasons.contains(&Reason::Paid)
    };
    assert!(with("Success", Some("pi_1")) && with("Refunded", Some("pi_1")) && with("SCA Success", None));
    assert!(!with("Failed", Some("pi_1")) && !with("Success", Some("null-transaction")) && !with("Paid", Some("pi_1")));
}

#[test]
fn the_same_seed_chooses_the_same_ten() {
    let text = generate(7).population;
    let wish = |seed, count| Wish { seed, count, ..Wish::default() };
    let ten = chosen(&text, &wish(1, 10));
    assert_eq!(ten, chosen(&text, &wish(1, 10)));
    assert_ne!(ten, chosen(&text, &wish(2, 10)));
    assert!(chosen(&text, &wish(1, 0)).is_empty());
    assert_eq!(chosen(&text, &wish(1, 3)).len(), 3);
    assert_eq!(chosen(&text, &wish(1, 1_000)).len(), 240, "fewer members than wished for: all");
    let error = choose(text.as_bytes(), generate(8).population.as_bytes(), &wish(1, 10)).unwrap_err();
    assert_eq!(error.to_string(), "it changed while it was read");
}

/// A population as a map of contacts with their orders: what a census must find by other means.
fn members() -> impl Strategy<Value = BTreeMap<String, (Contact, u8)>> {
    let contact =
        ("\\PC{0,5}", ".{0,5}", prop::collection::vec("[A-C]", 0..9), prop::option::of("[a-z]{0,2}"), 0_u8..3);
    prop::collection::btree_map("[0-9]{1,3}", contact, 0..40).prop_map(|all| {
        let member =
            |(id, (first_name, last_name, tags, affiliate, orders)): (String, (String, String, Vec<String>, _, u8))| {
                let email = format!("m{id}@member.example");
                (id.clone(), (Contact { key: id, first_name, last_name, email, tags, affiliate }, orders))
            };
        all.into_iter().map(member).collect()
    })
}

fn written(members: &BTreeMap<String, (Contact, u8)>) -> String {
    let mut records = Vec::new();
    for (id, (member, orders)) in members {
        records.push(contact(id, serde_json::to_value(member).unwrap()));
        records.extend((0..*orders).map(|number| order(&format!("{number}-{id}"), id)));
    }
    stream(&records)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_census_counts_as_one_would_by_hand(members in members()) {
        let asked: Vec<&str> = members.keys().map(String::as_str).step_by(2).collect();
        let (found, _) = census(&written(&members), &asked).unwrap();
        prop_assert_eq!(found.members as usize, members.len());
        for tag in ["A", "B", "C"] {
            let by_hand = members.values().filter(|(member, _)| member.tags.iter().any(|own| own == tag)).count() as u64;
            prop_assert_eq!(found.tags.get(tag).copied().unwrap_or(0), by_hand);
        }
        prop_assert_eq!(found.contacts.len(), asked.len());
        for (id, (member, orders)) in &found.contacts {
            prop_assert_eq!(member, &members[id].0);
            prop_assert_eq!(orders.len(), usize::from(members[id].1));
        }
    }

    #[test]
    fn a_choice_does_not_hang_on_those_not_chosen(members in members(), seed: u64) {
        let drips = vec![Drip { begun: vec!["A".into()], over: vec!["B".into()] }];
        let wish = Wish { seed, count: 10, drips, ..Wish::default() };
        let ten = chosen(&written(&members), &wish);
        prop_assert_eq!(ten.len(), members.len().min(10));
        let ids: BTreeSet<String> = ten.iter().map(|chosen| chosen.contact.key.clone()).collect();
        let fewer = members.into_iter().filter(|(id, _)| ids.contains(id) || id.ends_with('1')).collect();
        prop_assert_eq!(chosen(&written(&fewer), &wish), ten);
    }
}
