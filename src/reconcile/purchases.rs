//! Test purchases: which of the new orders they are, and what of the side after they explain.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::record::Record;
use crate::model::{Identity, Plan};

use super::Ask;
use super::entries::Entry;
use super::tally::{Counted, Tally};

/// The order forms with a test purchase on record, each with the orders that were named; where none was, a new order
/// that is the only one of its form is taken for it.
pub type Recorded = BTreeMap<String, BTreeSet<String>>;

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
pub fn recorded(plan: &Plan, record: &Record, here: &Identity) -> Recorded {
    let mut forms = Recorded::new();
    for purchase in record.purchases(here).filter(|purchase| plan.test_purchases.contains_key(&purchase.form)) {
        forms.entry(purchase.form.clone()).or_default().extend(purchase.orders.iter().cloned());
    }
    forms
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
    bought.iter().for_each(|order| *on_form.entry(order.form.clone()).or_default() += 1);
    for order in &mut bought {
        let named = ask.purchases.get(&order.form);
        order.is_test = named.is_some_and(|named| match named.is_empty() {
            true => on_form[&order.form] == 1,
            false => named.contains(&order.order),
        });
    }
    bought
}

/// What the test purchases explain of orders and subscriptions, which are expected from here on.
pub(super) fn explain(bought: &[Bought], subscriptions: &[Entry], tally: &mut Tally) -> Explained {
    let mut explained = Explained::default();
    for order in bought.iter().filter(|order| order.is_test) {
        tally.expect(Counted::Orders, "");
        tally.expect(Counted::OrderStatus, order.status.trim());
        explained.orders.push(order.order.clone());
    }
    for entry in subscriptions {
        let (Some(arrived), Some(owner)) = (&entry.arrived, entry.after.as_deref()) else { continue };
        let of_test = |order: &Bought| order.is_test && order.form == arrived.form && order.buyer == owner;
        if bought.iter().any(of_test) {
            tally.expect(Counted::Subscriptions, "");
            tally.expect(Counted::SubscriptionStatus, arrived.status.trim());
            let day = arrived.next_payment.trim();
            if !day.is_empty() {
                tally.expect(Counted::NextPayments, "");
                tally.expect(Counted::NextPaymentOn, day);
            }
            explained.subscriptions.push(entry.key.to_string());
        }
    }
    explained
}
