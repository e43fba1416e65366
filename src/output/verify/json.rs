//! The verification for machines, format version 1.0.

use std::io::{self, Write};

use crate::output::SiteLine;
use crate::output::escape;
use crate::output::json::FORMAT_VERSION;
use crate::reconcile::{self, Cell, Comparison, Examples, Field, Reconciled, VENDORS_BOUND};

use super::document::{
    Account, Class, Contacts, Detection, Document, Everybody, Example, Explained, Ledger, Line, Side, Spot, State,
    Values, WithoutUser,
};
use super::{Verification, shown_id};

/// Writes the verification.
///
/// # Errors
/// Whatever the writer says.
pub fn render(verification: &Verification<'_>, out: &mut dyn Write) -> io::Result<()> {
    escape::json(&document(verification), out)
}

fn document(verification: &Verification<'_>) -> Document {
    let comparison = verification.comparison;
    let make = Make { personal: verification.show_personal };
    let side = |line: &SiteLine| Side {
        file: line.name.clone(),
        host: line.host.clone(),
        captured_at: line.captured_at.clone(),
        worth: line.worth.word(),
        vouched: line.worth.message(),
    };
    Document {
        format_version: FORMAT_VERSION.to_owned(),
        verdict: comparison.verdict(),
        plan: verification.path.to_owned(),
        before: verification.before.as_ref().map(side),
        after: verification.after.as_ref().map(side),
        unproven: comparison.unproven.clone(),
        notes: verification.notes.to_vec(),
        spot_check: comparison.spots.as_ref().map(|spots| spots.iter().map(|spot| make.spot(spot)).collect()),
        everybody: comparison.everybody.as_ref().map(|all| make.everybody(all, comparison.extra_expected)),
        test_purchases: comparison.purchases.clone(),
        detection: detection(comparison),
    }
}

fn detection(comparison: &Comparison) -> Vec<Detection> {
    let (sample, members) = (comparison.listed, comparison.members.unwrap_or(0));
    let line = |power: reconcile::Power| Detection {
        sample,
        members,
        hit_percent: power.percent,
        hit: power.hit,
        shows_nothing: power.shows_nothing,
    };
    comparison.power().into_iter().map(line).collect()
}

/// Makes the parts of the document.
struct Make {
    personal: bool,
}

impl Make {
    fn values(&self, values: &[reconcile::Values]) -> Option<Vec<Values>> {
        let one = |values: &reconcile::Values| Values {
            field: values.field,
            before: values.before.clone(),
            after: values.after.clone(),
        };
        self.personal.then(|| values.iter().map(one).collect())
    }

    fn spot(&self, spot: &reconcile::Spot) -> Spot {
        let state = |cell: &Cell| match cell {
            Cell::Equal => State::Equal,
            Cell::Differs { .. } => State::Differs,
            Cell::Unknown => State::Unknown,
        };
        let values = |(field, cell): &(Field, Cell)| match cell {
            Cell::Differs { before, after } => {
                Some(reconcile::Values { field: *field, before: Some(before.clone()), after: Some(after.clone()) })
            }
            Cell::Equal | Cell::Unknown => None,
        };
        let values: Vec<reconcile::Values> = spot.cells.iter().filter_map(values).collect();
        Spot {
            id: shown_id(&spot.id, self.personal).into_owned(),
            now: spot.now.clone(),
            fields: spot.cells.iter().map(|(field, cell)| (*field, state(cell))).collect(),
            values: self.values(&values),
        }
    }

    fn everybody(&self, all: &Reconciled, extra_expected: bool) -> Everybody {
        let differing = all.account.iter().filter(|line| line.is_worth_showing());
        Everybody {
            contacts: Contacts { without_user: without_user(all), ..self.contacts(&all.contacts, extra_expected) },
            orders: all.orders.as_ref().map(ledger),
            subscriptions: all.subscriptions.as_ref().map(ledger),
            explained: explained(&all.explained),
            account: Account { lines: all.account.len() as u64, differing: differing.map(line).collect() },
            total_percent: all.percent(),
            vendors_bound_percent: VENDORS_BOUND,
        }
    }

    fn contacts(&self, all: &reconcile::Classes, extra_expected: bool) -> Contacts {
        let alone = |alone: &reconcile::Alone| Example {
            id: shown_id(&alone.id, self.personal).into_owned(),
            was: Vec::new(),
            fields: Vec::new(),
            values: self.values(&alone.values),
        };
        let changed = |changed: &reconcile::Changed| Example {
            id: shown_id(&changed.id, self.personal).into_owned(),
            was: changed.was.iter().map(|was| shown_id(was, self.personal).into_owned()).collect(),
            fields: changed.fields.iter().collect(),
            values: self.values(&changed.values),
        };
        let merged = |merged: &reconcile::Merged| Example {
            id: merged.into.clone(),
            was: merged.from.first.clone(),
            fields: Vec::new(),
            values: None,
        };
        Contacts {
            before: all.before,
            after: all.after,
            same: all.same,
            changed: class(&all.changed, changed),
            fields: all.fields.clone(),
            missing: class(&all.missing, alone),
            merged: all.merged,
            merged_into: class(&all.merged_into, merged),
            duplicated: class(&all.duplicated, alone),
            extra: class(&all.extra, alone),
            extra_expected,
            without_user: None,
        }
    }
}

fn without_user(all: &Reconciled) -> Option<WithoutUser> {
    let all = all.imported.as_ref()?;
    Some(WithoutUser { before: all.before, came: all.came.len() as u64 })
}

fn explained(all: &reconcile::Explained) -> Option<Explained> {
    let reconcile::Explained { contacts, orders, subscriptions } = all.clone();
    (*all != reconcile::Explained::default()).then_some(Explained { contacts, orders, subscriptions })
}

fn class<T>(examples: &Examples<T>, one: impl Fn(&T) -> Example) -> Class {
    Class { total: examples.total, examples: examples.first.iter().map(one).collect() }
}

fn ledger(all: &reconcile::Ledger) -> Ledger {
    let one = |key: &String| Example { id: key.clone(), was: Vec::new(), fields: Vec::new(), values: None };
    Ledger {
        before: all.before,
        after: all.after,
        same: all.same,
        changed: class(&all.changed, one),
        missing: class(&all.missing, one),
        extra: class(&all.extra, one),
    }
}

fn line(line: &reconcile::Line) -> Line {
    Line {
        counted: line.counted,
        name: Some(line.name.clone()).filter(|name| !name.is_empty()),
        before: line.before,
        after: line.after,
        difference: line.difference(),
        expected: line.expected,
    }
}
