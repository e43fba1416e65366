//! Before and after of everybody: every class by hand, the laws by chance, and the verb through the binary.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use amc_plan::example;
use amc_plan::reconcile::{Ask, Counted, Field, Line, Reconciled, Side, reconcile};
use amc_plan::site::file::{seal, seal_file};
use proptest::prelude::*;
use serde_json::{Value, json};

const FIRST: &str =
    r#"{"kind":"population","format":"1.0","host":"staging.bloom.example","taken_at":"2026-11-21T06:12:00Z"}"#;

fn stream(records: &[Value]) -> String {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    seal(&format!("{FIRST}\n{}", lines.join("\n"))).unwrap()
}

/// A contact with its ID as its name, its address as given.
fn contact(id: &str, email: &str, tags: &[&str]) -> Value {
    json!({"kind": "contact", "key": id, "first_name": format!("N{id}"), "last_name": "Ash", "email": email, "tags": tags})
}

fn order(id: &str, contact: &str) -> Value {
    json!({"kind": "order", "key": id, "contact": contact, "form": "f", "total": "1.00 USD", "date": "2026-01-01", "status": "Paid"})
}

fn subscription(id: &str, contact: &str, next: &str) -> Value {
    json!({"kind": "subscription", "key": id, "contact": contact, "form": "f", "status": "Active", "next_payment": next})
}

fn ask() -> Ask {
    Ask { contacts: BTreeSet::new(), orders: true, subscriptions: true, extra_expected: false }
}

fn joined(before: &[Value], after: &[Value]) -> Reconciled {
    let all = reconcile(stream(before).as_bytes(), stream(after).as_bytes(), &ask()).unwrap();
    assert_adds_up(&all);
    all
}

/// Every contact, order and subscription of both sides is in one class.
fn assert_adds_up(all: &Reconciled) {
    let classes = &all.contacts;
    assert_eq!(classes.before, classes.same + classes.changed.total + classes.missing.total + classes.merged);
    let known = classes.same + classes.changed.total + classes.merged_into.total;
    assert_eq!(classes.after, known + classes.duplicated.total + classes.extra.total);
    assert!(classes.merged >= 2 * classes.merged_into.total);
    let from: u64 = classes.merged_into.first.iter().map(|merged| merged.from.total).sum();
    assert!(classes.merged_into.more() > 0 || from == classes.merged);
    for ledger in [&all.orders, &all.subscriptions].into_iter().flatten() {
        assert_eq!(ledger.before, ledger.same + ledger.changed.total + ledger.missing.total);
        assert_eq!(ledger.after, ledger.same + ledger.changed.total + ledger.extra.total);
    }
}

/// Changed, missing, merged, merged into, duplicated, extra.
fn classes(all: &Reconciled) -> [u64; 6] {
    let c = &all.contacts;
    [c.changed.total, c.missing.total, c.merged, c.merged_into.total, c.duplicated.total, c.extra.total]
}

fn fields(all: &Reconciled) -> Vec<(Field, u64)> {
    all.contacts.fields.iter().map(|(field, count)| (*field, *count)).collect()
}

fn differing(all: &Reconciled) -> Vec<(Counted, &str, u64, u64)> {
    let lines = all.account.iter().filter(|line| line.is_worth_showing());
    lines.map(|line| (line.counted, line.name.as_str(), line.before, line.after)).collect()
}

fn three() -> Vec<Value> {
    vec![
        contact("1", "a@x.example", &["A", "B"]),
        contact("2", "b@x.example", &["A"]),
        contact("3", "c@x.example", &[]),
        order("7", "1"),
        order("8", "1"),
        order("9", "2"),
        subscription("5", "2", "2026-12-01"),
    ]
}

/// The three with one record put in the place of another.
fn with(index: usize, record: Value) -> Vec<Value> {
    let mut all = three();
    all[index] = record;
    all
}

fn without(index: usize) -> Vec<Value> {
    let mut all = three();
    all.remove(index);
    all
}

#[test]
fn blanks_case_and_order_of_tags_are_no_difference() {
    let mut ada = contact("1", " A@X.example", &["B", "A", "B "]);
    ada["last_name"] = json!(" Ash ");
    ada["affiliate"] = json!("");
    let all = joined(&three(), &with(0, ada));
    assert_eq!((all.contacts.same, classes(&all)), (3, [0; 6]));
    assert!(!all.differs(false) && differing(&all).is_empty());
}

#[test]
fn every_field_is_seen_and_counted() {
    let mut ada = contact("1", "other@x.example", &["A"]);
    ada["first_name"] = json!("Eda");
    ada["last_name"] = json!("ash");
    ada["affiliate"] = json!("9");
    let all = joined(&three(), &with(0, ada));
    assert_eq!(classes(&all), [1, 0, 0, 0, 0, 0]);
    let five = [Field::FirstName, Field::LastName, Field::Email, Field::Tags, Field::Affiliate];
    assert_eq!(fields(&all), five.map(|field| (field, 1)));
    assert_eq!(differing(&all), [(Counted::Tag, "B", 1, 0)]);
    let values = &all.contacts.changed.first[0].values;
    assert_eq!((values[3].before.as_deref(), values[3].after.as_deref()), (Some("A, B"), Some("A")));
}

#[test]
fn a_missing_and_an_extra_contact_do_not_cancel_out() {
    let all = joined(&three(), &with(2, contact("4", "d@x.example", &[])));
    assert_eq!(classes(&all), [0, 1, 0, 0, 0, 1]);
    assert!(differing(&all).is_empty(), "the totals are the same");
    assert!(all.differs(false) && all.differs(true));
    assert_eq!((all.contacts.missing.first[0].id.as_str(), all.contacts.extra.first[0].id.as_str()), ("3", "4"));
}

#[test]
fn a_new_contact_id_is_found_by_address_then_by_orders() {
    let by_address = vec![
        contact("1", "a@x.example", &["A", "B"]),
        contact("2", "b@x.example", &["A"]),
        contact("31", "C@x.example", &[]),
        order("7", "1"),
        order("8", "1"),
        order("9", "2"),
        subscription("5", "2", "2026-12-01"),
    ];
    let all = joined(&three(), &by_address);
    assert_eq!((classes(&all), fields(&all)[0]), ([1, 0, 0, 0, 0, 0], (Field::ContactId, 1)));
    assert_eq!(all.contacts.changed.first[0].was.as_deref(), Some("3"));

    let mut by_orders = vec![contact("10", "new@x.example", &["A", "B"])];
    by_orders.extend(three().into_iter().skip(1));
    by_orders[3] = order("7", "10");
    by_orders[4] = order("8", "10");
    let all = joined(&three(), &by_orders);
    assert_eq!(classes(&all), [1, 0, 0, 0, 0, 0]);
    assert_eq!(fields(&all), [(Field::ContactId, 1), (Field::FirstName, 1), (Field::Email, 1)]);
    assert_eq!(all.orders.as_ref().unwrap().same, 3, "the orders are with the same person");
}

#[test]
fn merged_contacts_are_found_by_address_or_orders() {
    // Contact 2 went into 1: its address is gone, its order is there.
    let mut after = without(1);
    after[4] = order("9", "1");
    after[5] = subscription("5", "1", "2026-12-01");
    let all = joined(&three(), &after);
    assert_eq!((classes(&all), all.contacts.same), ([0, 0, 2, 1, 0, 0], 1));
    let merged = &all.contacts.merged_into.first[0];
    assert_eq!((merged.into.as_str(), &merged.from.first), ("1", &vec!["1".to_owned(), "2".to_owned()]));
    assert_eq!(all.orders.as_ref().unwrap().same, 3, "no order was lost with them");

    // Contact 3 has neither; both had one address.
    let shared = with(2, contact("3", "a@x.example", &[]));
    let all = joined(&shared, &without(2));
    assert_eq!(classes(&all), [0, 0, 2, 1, 0, 0]);
    assert!(differing(&all).contains(&(Counted::SharedAddresses, "", 2, 0)));
}

#[test]
fn several_that_become_one_new_contact_are_merged() {
    let before = [contact("1", "a@x.example", &[]), contact("2", "A@x.example", &[])];
    let all = joined(&before, &[contact("9", "a@x.example", &[])]);
    assert_eq!(classes(&all), [0, 0, 2, 1, 0, 0]);
    // One for one while there are enough of them.
    let all = joined(&before, &[contact("8", "a@x.example", &[]), contact("9", "a@x.example", &[])]);
    assert_eq!(classes(&all), [2, 0, 0, 0, 0, 0]);
}

#[test]
fn duplicates_after_are_told_from_extra_contacts() {
    let mut after = three();
    after.extend([contact("1", "z@x.example", &[]), contact("4", "B@X.example", &[]), contact("5", "", &[])]);
    let all = joined(&three(), &after);
    assert_eq!((classes(&all), all.contacts.same), ([0, 0, 0, 0, 2, 1], 3));
    let ids: Vec<&str> = all.contacts.duplicated.first.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["1", "4"]);
    // Two contacts without an address share none.
    let nobody = [contact("1", "", &[]), contact("2", " ", &[])];
    assert_eq!(classes(&joined(&nobody, &[contact("1", "", &[])])), [0, 1, 0, 0, 0, 0]);
}

#[test]
fn an_id_twice_before_and_once_after_is_merged_and_twice_on_both_is_the_same() {
    let twice = [contact("1", "a@x.example", &[]), contact("1", "b@x.example", &[])];
    assert_eq!(classes(&joined(&twice, &twice)), [0; 6]);
    assert_eq!(classes(&joined(&twice, &twice[..1])), [0, 0, 2, 1, 0, 0]);
}

#[test]
fn orders_and_subscriptions_have_their_own_account() {
    let mut refunded = order("9", "2");
    refunded["status"] = json!("Refunded");
    let all = joined(&three(), &with(5, refunded));
    assert_eq!((fields(&all), all.orders.as_ref().unwrap().changed.total), (vec![(Field::Orders, 1)], 1));
    assert_eq!(differing(&all), [(Counted::OrderStatus, "Paid", 3, 2), (Counted::OrderStatus, "Refunded", 0, 1)]);

    let all = joined(&three(), &with(5, order("9", "1")));
    assert_eq!(fields(&all), [(Field::Orders, 2)], "who lost it and who has it");
    assert!(differing(&all).is_empty());

    let all = joined(&three(), &without(6));
    assert_eq!((fields(&all), all.subscriptions.as_ref().unwrap().missing.total), (vec![(Field::Subscriptions, 1)], 1));
    let all = joined(&three(), &with(6, subscription("5", "2", "2027-01-01")));
    assert_eq!(fields(&all), [(Field::Subscriptions, 1)]);
    let days = [(Counted::NextPaymentOn, "2026-12-01", 1, 0), (Counted::NextPaymentOn, "2027-01-01", 0, 1)];
    assert_eq!(differing(&all), days);

    // Of somebody who is on neither side: no contact to blame, and still not green.
    let stray = [order("1", "99")];
    let all = joined(&stray, &[]);
    assert!(classes(&all) == [0; 6] && all.differs(false));
}

#[test]
fn what_was_not_captured_is_not_compared() {
    let (before, after) = (stream(&three()), stream(&three()[..3]));
    let ask = Ask { orders: false, subscriptions: false, ..ask() };
    let all = reconcile(before.as_bytes(), after.as_bytes(), &ask).unwrap();
    assert!(all.orders.is_none() && all.subscriptions.is_none() && !all.differs(false));
    assert!(all.account.iter().all(|line| !matches!(line.counted, Counted::Orders | Counted::Subscriptions)));
}

#[test]
fn imported_contacts_are_expected_with_their_tags_and_hide_no_loss() {
    let ask = Ask { extra_expected: true, ..ask() };
    let mut after = three();
    after.push(contact("4", "d@x.example", &["A", "A", "Lead"]));
    let run = |after: &[Value]| reconcile(stream(&three()).as_bytes(), stream(after).as_bytes(), &ask).unwrap();
    let all = run(&after);
    assert!(!all.differs(true) && all.differs(false));
    let shown: Vec<&Line> = all.account.iter().filter(|line| line.is_worth_showing()).collect();
    assert_eq!(shown.iter().map(|line| (line.counted, line.expected)).collect::<Vec<_>>(), [
        (Counted::Contacts, 1),
        (Counted::Tag, 1),
        (Counted::Tag, 1)
    ]);
    after.remove(2);
    let all = run(&after);
    let total = all.account.iter().find(|line| line.counted == Counted::Contacts).unwrap();
    assert!(total.before == total.after && total.is_worth_showing() && all.differs(true));
}

#[test]
fn a_kind_that_nobody_knows_is_counted() {
    let voucher = |key: &str| json!({"kind": "voucher", "key": key, "tags": 5});
    let all = joined(&[voucher("1"), voucher("2")], &[voucher("1")]);
    assert_eq!(differing(&all), [(Counted::Records, "voucher", 2, 1)]);
}

#[test]
fn a_damaged_side_is_named() {
    let whole = stream(&three());
    let cut: String = whole.lines().take(3).map(|line| format!("{line}\n")).collect();
    let error = reconcile(whole.as_bytes(), cut.as_bytes(), &ask()).unwrap_err();
    assert_eq!((error.side, error.to_string()), (Side::After, "it has no end record: the file is cut".to_owned()));
    let more = format!("{whole}{{}}\n");
    let error = reconcile(more.as_bytes(), whole.as_bytes(), &ask()).unwrap_err();
    assert_eq!((error.side, error.to_string().contains("after the end record")), (Side::Before, true));
}

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
            subscriptions.into_iter().map(|(id, (owner, day))| subscription(&id.to_string(), &owner.to_string(), &next(day))),
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

/// The example in a folder, with a second copy of its site as the side after.
struct Switched(tempfile::TempDir);

impl Switched {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        example::write(folder.path(), example::SEED).unwrap();
        for end in ["site", "population"] {
            let name = |side: &str| folder.path().join(format!("{side}.{end}.ndjson"));
            fs::copy(name("bloom-coaching"), name("after")).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// Edits the population after, line by line (none drops it), and seals both files.
    fn edit(&self, edit: impl Fn(Value) -> Option<Value>) {
        let path = self.path("after.population.ndjson");
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter_map(|line| edit(serde_json::from_str(line).unwrap()));
        fs::write(&path, lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        seal_file(&path).unwrap();
        seal_file(&self.path("after.site.ndjson")).unwrap();
    }

    fn verify(&self, more: &[&str]) -> Output {
        let words = ["verify", "bloom-coaching.yaml", "--after", "after.site.ndjson"];
        plan(self.0.path(), &[&words[..], more].concat())
    }
}

fn plan(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plan")).args(words).current_dir(folder).env("COLUMNS", "100").output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

const BEFORE: [&str; 2] = ["--before", "bloom-coaching.site.ndjson"];

/// What the doctored side after holds, and must never be shown unasked.
const SECRET: &str = "secret.person@nowhere.example";

/// A spot-check contact with another address, a tag lost by another, one contact gone, one new.
fn doctored() -> Switched {
    let switched = Switched::new();
    switched.edit(|mut record| {
        match (record["kind"].as_str(), record["key"].as_str()) {
            (Some("contact"), Some("10019")) => record["email"] = json!(SECRET),
            (Some("contact"), Some("10010")) => drop(record["tags"].as_array_mut().unwrap().pop()),
            (Some("contact"), Some("10079")) => return None,
            (Some("contact"), Some("10113")) => record["key"] = json!("90113"),
            _ => {}
        }
        Some(record)
    });
    switched
}

#[test]
fn differences_are_shown_without_a_personal_value() {
    let switched = doctored();
    let output = switched.verify(&BEFORE);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(21), "{said}");
    for words in [
        "10019  differs in e-mail",
        "10079  not there under this contact ID\n",
        "10113  not there under this contact ID, but as 90113",
        "240 before = 236 same + 3 changed + 1 missing + 0 merged",
        "239 after  = 236 same + 3 changed + 0 merged into + 0 duplicated + 0 extra",
        "changed (contact ID of 1, e-mail of 1, tags of 1)",
        "90113 (was 10113): contact ID",
        "contact total: -0.4 %, within the 5 %",
        "different: not everything is as it was",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    let population = fs::read_to_string(switched.path("bloom-coaching.population.ndjson")).unwrap();
    let contacts = population.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let values: Vec<String> = contacts
        .filter(|record| record["kind"] == "contact")
        .flat_map(|record| [record["email"].clone(), record["last_name"].clone()])
        .filter_map(|value| value.as_str().map(str::to_owned))
        .filter(|value| value.chars().count() > 5)
        .chain([SECRET.to_owned()])
        .collect();
    let json = text(&switched.verify(&[&BEFORE[..], &["--format", "json"]].concat()));
    for value in &values {
        assert!(!said.contains(value) && !json.contains(value), "{value}");
    }
    let shown = text(&switched.verify(&[&BEFORE[..], &["--show-personal"]].concat()));
    assert!(shown.contains(SECRET) && shown.contains("iris.vanderlinde2@post.example"), "{shown}");
}

#[test]
fn the_form_for_machines_says_the_same() {
    let output = doctored().verify(&[&BEFORE[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["format_version"], &report["verdict"]), (&json!("1.0"), &json!("different")));
    let contacts = &report["everybody"]["contacts"];
    assert_eq!((&contacts["same"], &contacts["changed"]["total"]), (&json!(236), &json!(3)));
    assert_eq!(contacts["missing"]["examples"], json!([{"id": "10079", "values": null}]));
    assert_eq!(contacts["changed"]["examples"][2]["was"], json!(["10113"]));
    let spot = |id: &str| {
        let all = report["spot_check"].as_array().unwrap();
        all.iter().find(|spot| spot["id"] == id).unwrap().clone()
    };
    assert_eq!(spot("10019")["fields"]["email"], "differs");
    assert_eq!(spot("10113")["now"], "90113");
    assert_eq!(report["detection"][1]["hit"], 12);
}

#[test]
fn what_was_not_captured_is_never_green() {
    let switched = Switched::new();
    let output = switched.verify(&[]);
    let said = text(&output);
    assert!(output.status.code() == Some(1) && said.contains("? the population before: nobody named it"), "{said}");
    assert!(said.contains("10 of 10 equal"), "what was recorded is compared all the same: {said}");

    let header = fs::read_to_string(switched.path("after.site.ndjson")).unwrap();
    let blind = header.replace(r#""order":{"how":"bridge"}"#, r#""order":{"missing":"switched off"}"#);
    assert_ne!(blind, header);
    fs::write(switched.path("after.site.ndjson"), blind).unwrap();
    seal_file(&switched.path("after.site.ndjson")).unwrap();
    let said = text(&switched.verify(&BEFORE));
    assert!(said.contains("? orders after: switched off") && said.contains("unproven"), "{said}");

    fs::remove_file(switched.path("after.population.ndjson")).unwrap();
    let output = switched.verify(&BEFORE);
    let said = text(&output);
    assert!(output.status.code() == Some(1) && said.contains("? the population after: no population lies"), "{said}");
    let words = ["verify", "bloom-coaching.yaml", "--after", "https://staging.bloom.example"];
    let output = plan(switched.0.path(), &[&words[..], &BEFORE].concat());
    let said = text(&output);
    assert!(output.status.code() == Some(1) && said.contains("is an address"), "{said}");
}

#[test]
fn a_population_of_another_reading_is_refused() {
    let switched = doctored();
    fs::copy(switched.path("bloom-coaching.site.ndjson"), switched.path("after.site.ndjson")).unwrap();
    let output = switched.verify(&BEFORE);
    assert!(output.status.code() == Some(3) && text(&output).contains("not the population"), "{}", text(&output));
}

#[test]
fn many_examples_are_counted() {
    let switched = Switched::new();
    switched.edit(|mut record| {
        if record["kind"] == "contact" {
            record["tags"].as_array_mut().unwrap().push(json!("Migrated"));
        }
        Some(record)
    });
    let said = text(&switched.verify(&BEFORE));
    assert!(said.contains("changed (tags of 240)") && said.contains("and 220 more"), "{said}");
    assert!(said.contains("+240  tag `Migrated`"), "{said}");
}
