//! Orders and subscriptions, joined by their own ID.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::money::Money;
use crate::model::spelling::plain;
use crate::population::{Allowance, Damage, Record};

use super::day::moment;
use super::{Examples, Ledger};

/// The order forms with a test purchase on record, each with what of it was named; where nothing was, a new order that is
/// the only one of its form is taken for it.
pub type Recorded = BTreeMap<String, Named>;

/// What the record names of a form's test purchases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// What each line of the record names that names anything: what one line has wrong is not held against another.
    pub lines: Vec<NamedByLine>,
    /// Whether the site shows that the form charges once, so that no subscription comes of it.
    pub charges_once: bool,
}

/// What one line of the record names of a test purchase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedByLine {
    /// The orders' IDs.
    pub orders: BTreeSet<String>,
    /// The payment's transaction, as [`transaction`](crate::model::status::transaction) gives it.
    pub transaction: Option<String>,
}

impl Named {
    /// The orders' IDs, of all lines.
    pub(super) fn orders(&self) -> BTreeSet<&str> {
        self.lines.iter().flat_map(|line| &line.orders).map(String::as_str).collect()
    }

    /// The payments' transactions, of all lines.
    pub(super) fn transactions(&self) -> BTreeSet<&str> {
        self.lines.iter().filter_map(|line| line.transaction.as_deref()).collect()
    }
}

/// An order or a subscription that is not the same on both sides, as far as its line shows: an owner with a new contact
/// ID is distinguished from another owner only when everybody was matched.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Box<str>,
    /// The contact ID of its owner before; none where it was not there.
    pub(super) before: Option<Box<str>>,
    /// The contact ID of its owner after; none where it is not there.
    pub(super) after: Option<Box<str>>,
    /// Whether its own values differ.
    pub(super) differs: bool,
    /// What it is, where it is there after only, on a form with a test purchase on record.
    pub(super) arrived: Option<Box<Arrived>>,
}

/// A new order or subscription on a form with a test purchase on record.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) form: String,
    pub(super) total: String,
    pub(super) date: String,
    pub(super) status: String,
    pub(super) transaction: String,
    pub(super) next_payment: String,
}

/// All of one kind.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) ledger: Ledger,
    /// Those that are not the same, in the order of their IDs.
    pub(super) open: Vec<Entry>,
}

impl Entries {
    /// Takes one that is there before, after, or both.
    pub(super) fn see(
        &mut self,
        before: Option<&Record<'_>>,
        after: Option<&Record<'_>>,
        tested: &Recorded,
        room: &mut Allowance,
    ) -> Result<(), Damage> {
        self.ledger.before += u64::from(before.is_some());
        self.ledger.after += u64::from(after.is_some());
        let owner = |side: Option<&Record<'_>>| side.map(|record| Box::from(&*record.contact));
        let differs = match (before, after) {
            (Some(before), Some(after)) => {
                let differs = !is_same(before, after);
                if !differs && before.contact == after.contact {
                    self.ledger.same += 1;
                    return Ok(());
                }
                differs
            }
            _ => false,
        };
        let Some(either) = before.or(after) else { return Ok(()) };
        room.keep([&*either.key, &either.contact, &either.contact])?;
        let arrived = after.filter(|after| before.is_none() && tested.contains_key(after.form.trim())).map(|after| {
            let [form, total, date, status, transaction, next_payment] =
                [&after.form, &after.total, &after.date, &after.status, after.transaction(), after.next_payment()]
                    .map(|value| value.trim().to_owned());
            Box::new(Arrived { form, total, date, status, transaction, next_payment })
        });
        let key = Box::from(&*either.key);
        self.open.push(Entry { key, before: owner(before), after: owner(after), differs, arrived });
        Ok(())
    }
}

/// Whether both have the same values, money and times as what they mean; whose they are aside.
pub(super) fn is_same(before: &Record<'_>, after: &Record<'_>) -> bool {
    let same_values = || {
        let texts = |record: &'_ Record<'_>| [record.form.trim().to_owned(), plain(&record.status).into_owned()];
        let moments = |record: &'_ Record<'_>| [&*record.date, record.next_payment()].map(|at| moment(at).into_owned());
        let total = |record: &Record<'_>| Money::parse(&record.total).ok_or_else(|| record.total.trim().to_owned());
        texts(before) == texts(after) && moments(before) == moments(after) && total(before) == total(after)
    };
    let same_text = before.form == after.form
        && before.total == after.total
        && before.date == after.date
        && before.status == after.status
        && before.next_payment() == after.next_payment();
    // A transaction that one of the two readings did not capture is no other one.
    let transactions = [before, after].map(|record| record.transaction().trim());
    let same_transaction = transactions[0] == transactions[1] || transactions.contains(&"");
    same_transaction && (same_text || same_values())
}

/// What became of one that was open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Became {
    Same,
    Changed,
    Missing,
    Extra,
}

impl Ledger {
    pub(super) fn count(&mut self, became: Became, key: &str) {
        let examples: &mut Examples<String> = match became {
            Became::Same => {
                self.same += 1;
                return;
            }
            Became::Changed => &mut self.changed,
            Became::Missing => &mut self.missing,
            Became::Extra => &mut self.extra,
        };
        examples.push(|| key.to_owned());
    }
}
