//! Test purchases: which of the new orders they are, and what of the side after they explain.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::record::Record;
use crate::model::status::{Payment, SubscriptionStatus, transaction};
use crate::model::{Field, Identity, Plan, State};

use super::Ask;
use super::day::{day, moment};
use super::entries::{Entry, Named, NamedByLine, Recorded};
use super::tally::{Counted, Tally};

/// A new order on a form with a test purchase on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bought {
    /// The order form.
    pub form: String,
    /// The order's ID.
    pub order: String,
    /// Its amount with its currency; empty where it was not captured.
    pub total: String,
    /// The day of the order; empty where it was not captured.
    pub date: String,
    /// AccessAlly's word for its status.
    pub status: String,
    /// The ID of its transaction; empty where it was not captured.
    pub transaction: String,
    /// The buyer's contact ID.
    pub buyer: String,
    /// The contact IDs before of whoever is this buyer after; several where they became one.
    pub buyer_before: Vec<String>,
    /// Whether nobody before was this buyer.
    pub is_new: bool,
    /// Whether it is a test purchase on record.
    pub is_test: bool,
}

/// What is there after only because of the test purchases on record, by ID.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explained {
    /// Contacts.
    pub contacts: Vec<String>,
    /// Orders.
    pub orders: Vec<String>,
    /// Subscriptions.
    pub subscriptions: Vec<String>,
}

/// What is on record of a plan's order forms for one site.
pub fn recorded(plan: &Plan, state: Option<&State>, record: &Record, here: &Identity) -> Recorded {
    let mut forms = Recorded::new();
    for purchase in record.purchases(here).filter(|purchase| plan.test_purchases.contains_key(&purchase.form)) {
        let named = forms.entry(purchase.form.clone()).or_default();
        let form = state.and_then(|state| state.order_forms.get(&purchase.form));
        named.charges_once = form.is_some_and(|form| form.recurring == Field::Set(false));
        let line = NamedByLine { orders: purchase.orders.iter().cloned().collect(), transaction: purchase.payment() };
        named.lines.extend((line != NamedByLine::default()).then_some(line));
    }
    forms
}

impl Bought {
    /// What its status and transaction say of its payment.
    pub(super) fn payment(&self) -> Payment {
        Payment::of(&self.status, &self.transaction)
    }

    /// Whether it did not go through: nothing was paid, and nothing came of it.
    pub(super) fn failed(&self) -> bool {
        self.payment() == Payment::DidNotGoThrough
    }
}

impl Named {
    /// Whether an order is a test purchase: one that a line names by its ID or its transaction. Where none names anything, or its
    /// transaction was not captured, the only new one of its form is.
    fn is_of(&self, order: &Bought, is_only: bool) -> bool {
        let paid = transaction(&order.transaction);
        let names = |line: &NamedByLine| match (&line.transaction, &paid) {
            (Some(named), Some(paid)) if named != paid => false,
            (Some(_), Some(_)) => line.orders.is_empty() || line.orders.contains(&order.order),
            (Some(_), None) if line.orders.is_empty() => is_only,
            _ => line.orders.contains(&order.order),
        };
        if self.lines.is_empty() { is_only } else { self.lines.iter().any(names) }
    }
}

/// The new orders on forms with a test purchase on record. Who bought is not known yet.
pub(super) fn bought(ask: &Ask, orders: &[Entry]) -> Vec<Bought> {
    let new = orders.iter().filter_map(|entry| {
        let (arrived, buyer) = (entry.arrived.as_ref()?, entry.after.as_deref()?);
        Some(Bought {
            form: arrived.form.clone(),
            order: entry.key.to_string(),
            total: arrived.total.clone(),
            date: arrived.date.clone(),
            status: arrived.status.clone(),
            transaction: arrived.transaction.clone(),
            buyer: buyer.to_owned(),
            buyer_before: Vec::new(),
            is_new: false,
            is_test: false,
        })
    });
    let mut bought: Vec<Bought> = new.collect();
    let mut on_form: BTreeMap<String, usize> = BTreeMap::new();
    // A card that was declined first makes the purchase no other one.
    let counts = |order: &&Bought| !order.failed();
    bought.iter().filter(counts).for_each(|order| *on_form.entry(order.form.clone()).or_default() += 1);
    for order in &mut bought {
        let named = ask.purchases.get(&order.form);
        let is_only = match on_form.get(&order.form) {
            Some(done) => *done == 1 && !order.failed(),
            None => true,
        };
        order.is_test = named.is_some_and(|named| named.is_of(order, is_only));
    }
    bought
}

/// What the test purchases explain of orders and subscriptions, which are expected from here on.
pub(super) fn explain(ask: &Ask, bought: &[Bought], subscriptions: &[Entry], tally: &mut Tally) -> Explained {
    let mut explained = Explained::default();
    let tried = |order: &Bought| order.failed() && bought.iter().any(|test| test.is_test && test.form == order.form);
    for order in bought.iter().filter(|order| order.is_test || tried(order)) {
        tally.expect(Counted::Orders, "");
        tally.expect(Counted::OrderStatus, order.status.trim());
        explained.orders.push(order.order.clone());
    }
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for entry in subscriptions {
        let (Some(arrived), Some(owner)) = (&entry.arrived, entry.after.as_deref()) else { continue };
        let (status, next) = (arrived.status.trim(), arrived.next_payment.trim());
        let charges_once = ask.purchases.get(&arrived.form).is_some_and(|named| named.charges_once);
        if charges_once || SubscriptionStatus::of(status) != Some(SubscriptionStatus::Active) {
            continue;
        }
        let is_paid_for = |order: &Bought| {
            next.is_empty() || day(next).is_some_and(|due| day(&order.date).is_none_or(|bought| due > bought))
        };
        let began =
            |order: &&Bought| order.is_test && order.form == arrived.form && order.buyer == owner && is_paid_for(order);
        // A purchase begins one subscription, which is paid for until a day to come: a second one charges twice.
        let Some(order) = bought.iter().filter(began).find(|order| !taken.contains(&*order.order)) else { continue };
        taken.insert(&order.order);
        tally.expect(Counted::Subscriptions, "");
        tally.expect(Counted::SubscriptionStatus, status);
        if !next.is_empty() {
            tally.expect(Counted::NextPayments, "");
            tally.expect(Counted::NextPaymentOn, &moment(next));
        }
        explained.subscriptions.push(entry.key.to_string());
    }
    explained
}
