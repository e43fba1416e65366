//! The verification for machines, format version 1.0. A minor version adds keys; a reader ignores those it does not know.

use std::io::{self, Write};

use crate::output::SiteLine;
use crate::output::escape;
use crate::output::json::FORMAT_VERSION;
use crate::reconcile::{self, Cell, Comparison, Field, Power, Reconciled, VENDORS_BOUND};

pub use super::document::Document;
use super::document::{
    Account, Class, Compared, Contact, Contacts, Detection, Everybody, Explained, Ledger, Line, Side, Spot, Values,
    WithoutUser,
};
use super::{Verification, shown_id};

/// Writes the verification. Personal values are null unless they were asked for.
pub fn render(verification: &Verification<'_>, out: &mut dyn Write) -> io::Result<()> {
    escape::json(&document(verification), out)
}

fn document<'a>(verification: &'a Verification<'_>) -> Document<'a> {
    let comparison = verification.comparison;
    let make = Make { personal: verification.show_personal };
    Document {
        format_version: FORMAT_VERSION,
        verdict: comparison.verdict(),
        plan: verification.path,
        before: verification.before.as_ref().map(side),
        after: verification.after.as_ref().map(side),
        unproven: &comparison.unproven,
        notes: verification.notes,
        spot_check: comparison.spots.as_ref().map(|spots| spots.iter().map(|spot| make.spot(spot)).collect()),
        everybody: comparison.everybody.as_ref().map(|all| make.everybody(all, comparison.extra_expected)),
        test_purchases: &comparison.purchases,
        detection: comparison.power().iter().map(|power| detection(comparison, power)).collect(),
    }
}

fn side(line: &SiteLine) -> Side {
    Side {
        file: line.name.clone(),
        host: line.host.clone(),
        captured_at: line.captured_at.clone(),
        worth: line.worth.word(),
        vouched: line.worth.message(),
    }
}

fn detection(comparison: &Comparison, power: &Power) -> Detection {
    Detection {
        sample: comparison.listed,
        members: comparison.members.unwrap_or(0),
        hit_percent: power.percent,
        hit: power.hit,
        shows_nothing: power.shows_nothing,
    }
}

/// Makes what holds personal values.
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

    /// An ID, which a plan may have taken an address for.
    fn id(&self, id: &str) -> String {
        shown_id(id, self.personal).into_owned()
    }

    /// The guide's fields of one of the plan's contacts.
    fn spot(&self, spot: &reconcile::Spot) -> Spot {
        let compared = |(field, cell): &(Field, Cell)| {
            let compared = match cell {
                Cell::Equal => Compared::Equal,
                Cell::Respelt { .. } => Compared::SameButForSpelling,
                Cell::Differs { .. } => Compared::Differs,
                Cell::Unknown => Compared::Unknown,
            };
            (*field, compared)
        };
        let values = spot.cells.iter().filter_map(|(field, cell)| match cell {
            Cell::Differs { before, after } | Cell::Respelt { before, after } => {
                Some(Values { field: *field, before: Some(before.clone()), after: Some(after.clone()) })
            }
            Cell::Equal | Cell::Unknown => None,
        });
        Spot {
            id: self.id(&spot.id),
            now: spot.now.clone(),
            fields: spot.cells.iter().map(compared).collect(),
            values: self.personal.then(|| values.collect()),
        }
    }

    fn everybody(&self, all: &Reconciled, extra_expected: bool) -> Everybody {
        let differing = all.account.iter().filter(|line| line.is_worth_showing());
        let without_user = all.imported.as_ref().map(|all| WithoutUser { before: all.before, came: all.came.len() });
        Everybody {
            contacts: Contacts { without_user, ..self.contacts(&all.contacts, extra_expected) },
            orders: all.orders.as_ref().map(ledger),
            subscriptions: all.subscriptions.as_ref().map(ledger),
            explained: explained(&all.explained),
            account: Account { lines: all.account.len(), differing: differing.map(line).collect() },
            total_percent: all.percent(),
            vendors_bound_percent: VENDORS_BOUND,
        }
    }

    fn contacts(&self, all: &reconcile::Classes, extra_expected: bool) -> Contacts {
        let alone = |alone: &reconcile::Alone| Contact {
            id: self.id(&alone.id),
            values: self.values(&alone.values),
            ..Contact::default()
        };
        let changed = |changed: &reconcile::Changed| Contact {
            id: self.id(&changed.id),
            was: changed.was.iter().map(|was| self.id(was)).collect(),
            fields: changed.fields.iter().collect(),
            values: self.values(&changed.values),
        };
        let merged = |merged: &reconcile::Merged| Contact {
            id: merged.into.clone(),
            was: merged.from.first.clone(),
            ..Contact::default()
        };
        Contacts {
            before: all.before,
            after: all.after,
            same: all.same,
            same_but_for_spelling: class(&all.respelt, changed),
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

fn explained(all: &reconcile::Explained) -> Option<Explained> {
    let reconcile::Explained { contacts, orders, subscriptions } = all.clone();
    (*all != reconcile::Explained::default()).then_some(Explained { contacts, orders, subscriptions })
}

fn ledger(all: &reconcile::Ledger) -> Ledger {
    let one = |key: &String| Contact { id: key.clone(), ..Contact::default() };
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
        name: Some(&line.name).filter(|name| !name.is_empty()).cloned(),
        before: line.before,
        after: line.after,
        difference: i64::try_from(line.difference()).ok(),
        expected: line.expected,
    }
}

fn class<T, E>(examples: &reconcile::Examples<T>, one: impl Fn(&T) -> E) -> Class<E> {
    Class { total: examples.total, examples: examples.first.iter().map(one).collect() }
}
