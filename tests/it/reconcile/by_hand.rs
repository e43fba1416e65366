//! Every class by hand.

use amc_plan::model::plan::{Confirmation, TestPurchase};
use amc_plan::model::population::Census;
use amc_plan::model::purchase::Known;
use amc_plan::model::record::{Entry, Evidence, Purchase, Record};
use amc_plan::model::{Graded, Plan};
use amc_plan::reconcile::{
    Ask, Bought, Counted, Field, Line, Named, NamedByLine, Recorded, Shown, Side, purchased, reconcile,
};
use serde_json::{Value, json};

use super::{ask, classes, contact, differing, fields, joined, order, stream, subscription};

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
    let mut ada = contact("1", " A@X.example", &["B ", "A", "B "]);
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
    assert_eq!((&values[3].before, &values[3].after), (&Some(json!(["A", "B"])), &Some(json!(["A"]))));
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
    assert_eq!(differing(&all), [(Counted::OrderStatus, "Refunded", 0, 1), (Counted::OrderStatus, "Success", 3, 2)]);

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
fn of_contacts_without_a_user_all_come_or_none() {
    let without = |id: &str| json!({"kind": "contact-without-user", "key": id, "email": format!("{id}@x.example"), "tags": ["Lead"]});
    let before = || [three(), vec![without("4"), without("5")]].concat();
    let ask = Ask { extra_expected: true, without_user: true, ..ask() };
    let run = |came: &[&str], ask: &Ask| {
        let came = came.iter().map(|id| contact(id, &format!("{id}@x.example"), &["Lead"]));
        let after: Vec<Value> = three().into_iter().chain(came).collect();
        reconcile(stream(&before()).as_bytes(), stream(&after).as_bytes(), ask).unwrap()
    };
    let all = run(&["4", "5"], &ask);
    let imported = all.imported.as_ref().unwrap();
    assert_eq!((imported.before, imported.came.len(), imported.lacking()), (2, 2, 0));
    assert!(!all.differs(true), "{:?}", all.account);
    // One of them, none of them, somebody else beside them.
    for came in [&["4"][..], &[], &["4", "5", "6"]] {
        assert!(run(came, &ask).differs(true), "{came:?}");
    }
    // Not as they were: another address, and a tag that nobody gave them.
    for other in
        [contact("4", "other@x.example", &["Lead"]), contact("4", "4@x.example", &["Lead", "Mastermind_Base_Access"])]
    {
        let after = [three(), vec![other, contact("5", "5@x.example", &["Lead"])]].concat();
        let all = reconcile(stream(&before()).as_bytes(), stream(&after).as_bytes(), &ask).unwrap();
        assert!(all.differs(true) && all.imported.as_ref().unwrap().changed.total == 1, "{all:?}");
    }
    // What was not captured is not known to be the same.
    let bare = [three(), vec![json!({"kind": "contact-without-user", "key": "4"})]].concat();
    let after = [three(), vec![contact("4", "4@x.example", &["Mastermind_Base_Access"])]].concat();
    let all = reconcile(stream(&bare).as_bytes(), stream(&after).as_bytes(), &ask).unwrap();
    let unknown: Vec<_> = all.imported.unwrap().unknown.into_iter().collect();
    assert_eq!(unknown, [(Field::Email, 1), (Field::Tags, 1)]);
    // The plan wants none.
    let none = Ask { extra_expected: false, ..ask.clone() };
    assert!(!run(&[], &none).differs(false));
    assert!(run(&["4"], &none).differs(false) && run(&["4", "5"], &none).differs(false));
    // They are no contacts of the site: nothing else counts them.
    let all = run(&[], &none);
    assert_eq!((all.contacts.before, all.contacts.after), (3, 3));
    assert!(all.account.iter().all(Line::is_conserved));
    // Not captured, nothing is known of them.
    assert_eq!(run(&["4"], &Ask { without_user: false, ..ask }).imported, None);
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
    assert_eq!(
        shown.iter().map(|line| (line.counted, line.expected)).collect::<Vec<_>>(),
        [(Counted::Contacts, 1), (Counted::Tag, 1), (Counted::Tag, 1)]
    );
    after.remove(2);
    let all = run(&after);
    let total = all.account.iter().find(|line| line.counted == Counted::Contacts).unwrap();
    assert!(total.before == total.after && total.is_worth_showing() && all.differs(true));
}

#[test]
fn recorded_test_purchases_explain_their_buyer_order_and_subscription_and_nothing_else() {
    let purchases = Recorded::from([("f".to_owned(), Named::default())]);
    let run = |purchases: &Recorded, after: &[Value]| {
        let ask = Ask { purchases: purchases.clone(), ..ask() };
        reconcile(stream(&three()).as_bytes(), stream(after).as_bytes(), &ask).unwrap()
    };
    let mut after = three();
    after.insert(3, contact("4", "test@x.example", &["A", "Access"]));
    after.insert(7, order("90", "4"));
    after.push(subscription("95", "4", "2027-01-01"));
    let all = run(&purchases, &after);
    assert!(!all.differs(false), "{:?}", differing(&all));
    let bought = &all.bought[0];
    assert_eq!((bought.order.as_str(), bought.buyer.as_str(), bought.is_new, bought.is_test), ("90", "4", true, true));
    let explained = &all.explained;
    assert_eq!([&explained.contacts, &explained.orders, &explained.subscriptions], [&["4"], &["90"], &["95"]]);
    // What nobody recorded explains nothing.
    assert!(run(&Recorded::new(), &after).differs(false));
    let other = Recorded::from([("g".to_owned(), Named::default())]);
    assert!(run(&other, &after).differs(false) && run(&other, &after).bought.is_empty());
    // A loss is not weighed against it.
    let mut lost = after.clone();
    lost.remove(2);
    assert!(run(&purchases, &lost).differs(false));
    // A second order on the form: nobody said which is the test.
    let mut two = after.clone();
    two.insert(8, order("91", "4"));
    let all = run(&purchases, &two);
    assert!(all.differs(false) && all.explained.orders.is_empty() && all.bought.len() == 2);
    let named = |ids: &[&str]| {
        let orders = ids.iter().map(|id| (*id).to_owned()).collect();
        let lines = vec![NamedByLine { orders, transaction: None }];
        Recorded::from([("f".to_owned(), Named { lines, ..Named::default() })])
    };
    assert!(run(&named(&["90"]), &two).differs(false), "the other order is still extra");
    assert!(!run(&named(&["90", "91"]), &two).differs(false));
    assert!(run(&named(&["92"]), &after).differs(false));
    // Somebody who was there: the order is explained, what it changed at them is not.
    let mut known = three();
    known.insert(6, order("90", "1"));
    let all = run(&purchases, &known);
    assert!(
        !all.bought[0].is_new && all.explained.contacts.is_empty() && all.differs(false) == (classes(&all) != [0; 6])
    );
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
    assert_eq!((error.side, error.to_string()), (Side::After, "it has no end record: the file is cut off".to_owned()));
    let more = format!("{whole}{{}}\n");
    let error = reconcile(more.as_bytes(), whole.as_bytes(), &ask()).unwrap_err();
    assert_eq!((error.side, error.to_string().contains("after the end record")), (Side::Before, true));
}

#[test]
fn a_word_is_graded_by_what_was_captured() {
    let mut plan = Plan::default();
    plan.test_purchases.insert("f".into(), TestPurchase { expect: Confirmation::ALL.to_vec() });
    let says = |saw: &[Confirmation]| {
        let transaction = saw.contains(&Confirmation::NewUser).then(|| "ch_1".to_owned());
        let purchase = Purchase {
            host: "x.example".parse().unwrap(),
            form: "f".into(),
            saw: saw.to_vec(),
            orders: Vec::new(),
            transaction,
        };
        let (at, who, previous) = (String::new(), "jo".to_owned(), String::new());
        Record {
            entries: vec![Entry {
                version: 1,
                at,
                who,
                evidence: Evidence::Purchase(purchase),
                previous,
                sha256: String::new(),
                line: 0,
            }],
        }
    };
    let bought = [Bought {
        form: "f".into(),
        order: "90".into(),
        total: String::new(),
        date: String::new(),
        status: "Success".into(),
        transaction: "ch_1".into(),
        buyer: "4".into(),
        buyer_before: Vec::new(),
        is_new: true,
        is_test: true,
    }];
    let nobody = Census::default();
    let grades = |record: &Record, shown: Option<Shown<'_>>| -> Vec<Known> {
        let all = purchased(&plan, None, (record, &"https://x.example".parse().unwrap()), shown);
        all.iter().flat_map(|one| one.confirmations.iter().map(|one| one.how)).collect()
    };
    let captured = Shown {
        as_of: "today",
        grade: Graded::Captured,
        bought: &bought,
        before: &nobody,
        after: &nobody,
        trapped: None,
    };
    // Order, content, welcome e-mail, new user; which tags open the content is not captured here.
    let everything = says(Confirmation::ALL);
    use Known::{Attested, Captured, NotFound, Recorded, Unknown};
    assert_eq!(grades(&everything, None), [Attested; 4]);
    assert_eq!(grades(&everything, Some(captured)), [Captured, Attested, Attested, Captured]);
    assert_eq!(
        grades(&everything, Some(Shown { grade: Graded::Attested, ..captured })),
        [Attested; 4],
        "written down by a person"
    );
    let recorded = Some(Shown { grade: Graded::Recorded, ..captured });
    assert_eq!(grades(&everything, recorded), [Recorded, Attested, Attested, Recorded], "nobody vouches for the file");
    assert_eq!(grades(&everything, Some(Shown { bought: &[], ..captured })), [NotFound, NotFound, Attested, NotFound]);
    // A mail that a person saw, where none was caught, is none; one that nobody saw is unknown.
    let trapped = |before, after| Some(Shown { trapped: Some([before, after]), ..captured });
    assert_eq!(grades(&everything, trapped(5, 5))[2], NotFound);
    assert_eq!(grades(&everything, trapped(5, 6))[2], Attested);
    let little = says(&[Confirmation::Order]);
    assert_eq!(grades(&little, None), [Unknown; 4], "nobody named what was paid");
    assert_eq!(grades(&little, Some(captured)), [Captured, Unknown, Unknown, Captured]);
    // What was paid is known by status and transaction together, whatever a person saw.
    let with = |status: &str, transaction: &str| {
        let one = Bought { status: status.into(), transaction: transaction.into(), ..bought[0].clone() };
        let unnamed = says(&Confirmation::ALL[..3]);
        let all = [one];
        [&everything, &unnamed].map(|record| grades(record, Some(Shown { bought: &all, ..captured })))
    };
    for status in ["Success", "SCA Success", "Refunded", "Partially Refunded"] {
        assert_eq!(with(status, "ch_1")[0], [Captured, Attested, Attested, Captured], "{status}");
        assert_eq!(
            with(status, "")[0],
            [Attested, Attested, Attested, Captured],
            "{status}: by the ID that a person read"
        );
        assert_eq!(with(status, "")[1], [Unknown, Attested, Attested, Captured], "{status}: not captured");
        assert_eq!(with(status, "null-transaction")[0], [NotFound, Attested, Attested, Captured], "{status}");
    }
    for status in ["Failed", "Started (Not Finished)", "SCA Pending", "SCA Failed", "Error"] {
        assert_eq!(with(status, "ch_1")[0], [NotFound; 4], "{status}");
    }
    for status in ["Paid", "", "failed", "SUCCESS"] {
        assert_eq!(with(status, "ch_1")[0], [Unknown; 4], "{status}");
    }
    assert!(grades(&Record::default(), Some(captured)).is_empty(), "nobody said that anything was bought");
}
