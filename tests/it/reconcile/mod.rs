//! Before and after of everybody: every class by hand, the laws by chance, and the verb through the binary.

mod by_hand;
mod laws;
mod verb;

use std::collections::BTreeSet;

use amc_plan::reconcile::{Ask, Counted, Field, Reconciled, Recorded, reconcile};
use amc_plan::site::file::seal;
use serde_json::{Value, json};

pub(crate) const FIRST: &str =
    r#"{"kind":"population","format":"1.0","host":"staging.bloom.example","taken_at":"2026-11-21T06:12:00Z"}"#;

pub(crate) fn stream(records: &[Value]) -> String {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    seal(&format!("{FIRST}\n{}", lines.join("\n"))).unwrap()
}

/// A contact with its ID as its name, its address as given.
pub(crate) fn contact(id: &str, email: &str, tags: &[&str]) -> Value {
    json!({"kind": "contact", "key": id, "first_name": format!("N{id}"), "last_name": "Ash", "email": email, "tags": tags})
}

pub(crate) fn order(id: &str, contact: &str) -> Value {
    json!({"kind": "order", "key": id, "contact": contact, "form": "f", "total": "1.00 USD", "date": "2026-01-01", "status": "Success"})
}

pub(crate) fn subscription(id: &str, contact: &str, next: &str) -> Value {
    json!({"kind": "subscription", "key": id, "contact": contact, "form": "f", "status": "Active", "next_payment": next})
}

pub(crate) fn ask() -> Ask {
    Ask {
        contacts: BTreeSet::new(),
        orders: true,
        subscriptions: true,
        extra_expected: false,
        without_user: false,
        purchases: Recorded::new(),
    }
}

pub(crate) fn joined(before: &[Value], after: &[Value]) -> Reconciled {
    let all = reconcile(stream(before).as_bytes(), stream(after).as_bytes(), &ask()).unwrap();
    assert_adds_up(&all);
    all
}

/// Every contact, order and subscription of both sides is in one class.
pub(crate) fn assert_adds_up(all: &Reconciled) {
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
pub(crate) fn classes(all: &Reconciled) -> [u64; 6] {
    let c = &all.contacts;
    [c.changed.total, c.missing.total, c.merged, c.merged_into.total, c.duplicated.total, c.extra.total]
}

pub(crate) fn fields(all: &Reconciled) -> Vec<(Field, u64)> {
    all.contacts.fields.iter().map(|(field, count)| (*field, *count)).collect()
}

pub(crate) fn differing(all: &Reconciled) -> Vec<(Counted, &str, u64, u64)> {
    let lines = all.account.iter().filter(|line| line.is_worth_showing());
    lines.map(|line| (line.counted, line.name.as_str(), line.before, line.after)).collect()
}
