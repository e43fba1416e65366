//! The verification for machines, format version 1.0. A minor version adds keys; a reader ignores those it does not know.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::output::SiteLine;
use crate::output::escape;
use crate::output::json::FORMAT_VERSION;
use crate::reconcile::{
    Alone, Cell, Changed, Classes, Comparison, Examples, Explained, Field, Ledger, Line, Merged, Power, Reconciled,
    Spot, VENDORS_BOUND, Values,
};

use super::{Verification, shown_id};

/// Writes the verification. Personal values are null unless they were asked for.
pub fn render(verification: &Verification<'_>, out: &mut dyn Write) -> io::Result<()> {
    escape::json(&document(verification), out)
}

fn document(verification: &Verification<'_>) -> Value {
    let comparison = verification.comparison;
    let make = Make { personal: verification.show_personal };
    // Null: nobody named the side, or it is no file.
    let side = |line: &Option<SiteLine>| line.as_ref().map(side);
    let document = json!({
        "format_version": FORMAT_VERSION,
        "verdict": comparison.verdict(),
        "plan": verification.path,
        "before": side(&verification.before),
        "after": side(&verification.after),
        "unproven": comparison.unproven,
        "notes": verification.notes,
        // Null: the side after was not captured.
        "spot_check": comparison.spots.as_ref().map(|spots| list(spots, |spot| make.spot(spot))),
        // Null: one of the sides was not captured.
        "everybody": comparison.everybody.as_ref().map(|all| make.everybody(all, comparison.extra_expected)),
        "test_purchases": comparison.purchases,
        "detection": list(&comparison.power(), |power| detection(comparison, power)),
    });
    without_empty(document, &["test_purchases"])
}

fn side(line: &SiteLine) -> Value {
    json!({
        "file": line.name,
        "host": line.host,
        "captured_at": line.captured_at,
        "worth": line.worth.word(),
        "vouched": line.worth.message(),
    })
}

/// What a sample as large as the plan's would show, from 0 to 1, where some of all members are hit.
fn detection(comparison: &Comparison, power: &Power) -> Value {
    json!({
        "sample": comparison.listed,
        "members": comparison.members.unwrap_or(0),
        "hit_percent": power.percent,
        "hit": power.hit,
        "shows_nothing": power.shows_nothing,
    })
}

/// Makes what holds personal values.
struct Make {
    personal: bool,
}

impl Make {
    fn values(&self, values: &[Values]) -> Option<Value> {
        let one = |values: &Values| json!({"field": values.field, "before": values.before, "after": values.after});
        self.personal.then(|| list(values, one))
    }

    /// An ID, which a plan may have taken an address for.
    fn id(&self, id: &str) -> String {
        shown_id(id, self.personal).into_owned()
    }

    /// The guide's fields of one of the plan's contacts.
    fn spot(&self, spot: &Spot) -> Value {
        let state = |(field, cell): &(Field, Cell)| {
            let state = match cell {
                Cell::Equal => "equal",
                Cell::Respelt { .. } => "same-but-for-spelling",
                Cell::Differs { .. } => "differs",
                Cell::Unknown => "unknown",
            };
            (*field, state)
        };
        let values = spot.cells.iter().filter_map(|(field, cell)| match cell {
            Cell::Differs { before, after } | Cell::Respelt { before, after } => {
                Some(Values { field: *field, before: Some(before.clone()), after: Some(after.clone()) })
            }
            Cell::Equal | Cell::Unknown => None,
        });
        json!({
            "id": self.id(&spot.id),
            // Null: it is the one that it was.
            "now": spot.now,
            "fields": spot.cells.iter().map(state).collect::<BTreeMap<_, _>>(),
            "values": self.values(&values.collect::<Vec<_>>()),
        })
    }

    fn everybody(&self, all: &Reconciled, extra_expected: bool) -> Value {
        let differing: Vec<&Line> = all.account.iter().filter(|line| line.is_worth_showing()).collect();
        let mut contacts = self.contacts(&all.contacts, extra_expected);
        if let Some(all) = &all.imported {
            contacts["without_user"] = json!({"before": all.before, "came": all.came.len()});
        }
        let everybody = json!({
            "contacts": contacts,
            // Null: they were not captured on both sides.
            "orders": all.orders.as_ref().map(ledger),
            "subscriptions": all.subscriptions.as_ref().map(ledger),
            // What is extra only because of the test purchases on record, by ID.
            "explained": explained(&all.explained),
            "account": {"lines": all.account.len(), "differing": list(&differing, |one| line(one))},
            "total_percent": all.percent(),
            // From how many percent the vendor's guide investigates. Here any loss is a failure.
            "vendors_bound_percent": VENDORS_BOUND,
        });
        without_empty(everybody, &["explained"])
    }

    /// The classes of contacts: before = same + changed + missing + merged;
    /// after = same + changed + merged_into + duplicated + extra.
    fn contacts(&self, all: &Classes, extra_expected: bool) -> Value {
        let alone = |alone: &Alone| json!({"id": self.id(&alone.id), "values": self.values(&alone.values)});
        let changed = |changed: &Changed| {
            let was: Vec<String> = changed.was.iter().map(|was| self.id(was)).collect();
            let fields: Vec<Field> = changed.fields.iter().collect();
            let values = self.values(&changed.values);
            without_empty(
                json!({"id": self.id(&changed.id), "was": was, "fields": fields, "values": values}),
                &["was", "fields"],
            )
        };
        let merged = |merged: &Merged| {
            without_empty(json!({"id": merged.into, "was": merged.from.first, "values": null}), &["was"])
        };
        json!({
            "before": all.before,
            "after": all.after,
            "same": all.same,
            // Of those that are the same.
            "same_but_for_spelling": class(&all.respelt, changed),
            "changed": class(&all.changed, changed),
            "fields": all.fields,
            "missing": class(&all.missing, alone),
            "merged": all.merged,
            "merged_into": class(&all.merged_into, merged),
            "duplicated": class(&all.duplicated, alone),
            "extra": class(&all.extra, alone),
            "extra_expected": extra_expected,
        })
    }
}

fn explained(all: &Explained) -> Option<Value> {
    let ids = json!({"contacts": all.contacts, "orders": all.orders, "subscriptions": all.subscriptions});
    (*all != Explained::default()).then_some(ids)
}

fn ledger(all: &Ledger) -> Value {
    let one = |key: &String| json!({"id": key, "values": null});
    json!({
        "before": all.before,
        "after": all.after,
        "same": all.same,
        "changed": class(&all.changed, one),
        "missing": class(&all.missing, one),
        "extra": class(&all.extra, one),
    })
}

/// A line of what must be as many after as before.
fn line(line: &Line) -> Value {
    json!({
        "counted": line.counted,
        // Null: there is only one.
        "name": Some(&line.name).filter(|name| !name.is_empty()),
        "before": line.before,
        "after": line.after,
        "difference": i64::try_from(line.difference()).ok(),
        "expected": line.expected,
    })
}

/// How many there are, and the first few.
fn class<T>(examples: &Examples<T>, one: impl Fn(&T) -> Value) -> Value {
    json!({"total": examples.total, "examples": list(&examples.first, one)})
}

fn list<T>(all: &[T], one: impl Fn(&T) -> Value) -> Value {
    all.iter().map(one).collect()
}

/// An object without those of these keys that hold nothing.
fn without_empty(mut object: Value, keys: &[&str]) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.retain(|key, value| {
            let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            !is_empty || !keys.contains(&key.as_str())
        });
    }
    object
}
