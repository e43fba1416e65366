//! Test purchases: which of the new orders they are, what of the side after they explain, and the guide's confirmations.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::plan::Confirmation;
use crate::model::purchase::{Confirmed, Known, Purchased};
use crate::model::record::{Purchase, Record};
use crate::model::status::{Payment, is_transaction};
use crate::model::{Graded, Identity, Plan, State};
use crate::population::set;

use super::entries::Entry;
use super::tally::{Counted, Tally};
use super::{Ask, Asked};

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
    /// AccessAlly's word for its status.
    pub status: String,
    /// The ID of its transaction; empty where it was not captured.
    pub transaction: String,
    /// The buyer's contact ID.
    pub buyer: String,
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

/// The new orders on forms with a test purchase on record. Who is new is not known yet.
pub(super) fn bought(ask: &Ask, orders: &[Entry]) -> Vec<Bought> {
    let new = orders.iter().filter_map(|entry| {
        let (arrived, buyer) = (entry.arrived.as_ref()?, entry.after.as_deref()?);
        Some(Bought {
            form: arrived.form.clone(),
            order: entry.key.to_string(),
            status: arrived.status.clone(),
            transaction: arrived.transaction.clone(),
            buyer: buyer.to_owned(),
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

/// What two readings show of the test purchases.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// When the side after was read.
    pub as_of: &'a str,
    /// How well contacts and orders of both sides are known.
    pub grade: Graded,
    /// The new orders on the forms.
    pub bought: &'a [Bought],
    /// Their buyers, as they are after.
    pub buyers: &'a Asked,
    /// Mails that were caught before and after, where none is delivered and a collector counts them.
    pub trapped: Option<[u64; 2]>,
}

/// Every form on which a test purchase is on record for this site, with each confirmation that the plan expects.
///
/// Without contacts and orders of both sides what the record attests counts, and is said to be attested.
pub fn purchased(
    plan: &Plan,
    state: Option<&State>,
    (record, here): (&Record, &Identity),
    shown: Option<Shown<'_>>,
) -> Vec<Purchased> {
    let forms = recorded(plan, record, here);
    let one = |(form, named): (&String, &BTreeSet<String>)| {
        let said: Vec<&Purchase> = record.purchases(here).filter(|purchase| purchase.form == *form).collect();
        let on_form = |bought: &'_ &Bought| bought.form == *form;
        let new: Vec<&Bought> = shown.iter().flat_map(|shown| shown.bought).filter(on_form).collect();
        let tests: Vec<&Bought> = new.iter().copied().filter(|order| order.is_test).collect();
        let look = Look { plan, state, form, named, new: &new, tests: &tests, shown };
        // A payment is known by its transaction alone, from a person too.
        let paid = |said: &Purchase| said.transaction.as_deref().is_some_and(is_transaction);
        let says = |said: &Purchase, what| said.saw.contains(&what) && (what != Confirmation::Order || paid(said));
        let confirm = |what: &Confirmation| look.confirm(*what, said.iter().any(|said| says(said, *what)));
        let buyers: BTreeSet<String> = tests.iter().map(|order| order.buyer.clone()).collect();
        Purchased {
            form: form.clone(),
            orders: tests.iter().map(|order| order.order.clone()).collect(),
            buyers: buyers.into_iter().collect(),
            confirmations: plan.test_purchases[form].expect.iter().map(confirm).collect(),
        }
    };
    forms.iter().map(one).collect()
}

/// What the confirmations of one form are looked up in.
struct Look<'a> {
    plan: &'a Plan,
    state: Option<&'a State>,
    form: &'a str,
    named: &'a BTreeSet<String>,
    new: &'a [&'a Bought],
    tests: &'a [&'a Bought],
    shown: Option<Shown<'a>>,
}

impl Look<'_> {
    fn confirm(&self, what: Confirmation, said: bool) -> Confirmed {
        let (how, seen) = match (self.shown, what) {
            (None, Confirmation::Order) if !said => (Known::Unknown, UNPAID.to_owned()),
            (None, _) => word(said, "contacts and orders were not captured before and after"),
            (Some(shown), Confirmation::WelcomeEmail) if self.tests.is_empty() => mail(said, shown),
            (Some(shown), _) if self.tests.is_empty() => self.no_order(shown),
            (Some(shown), _) => {
                let (how, seen) = self.of_the_orders(what, said, shown);
                // What two readings show is known as well as they are.
                (if how == Known::Captured { shown.grade.into() } else { how }, seen)
            }
        };
        Confirmed { what, how, seen }
    }

    /// What the orders that are taken for the test prove. One that did not go through, or whose status nobody knows, proves
    /// nothing at all.
    fn of_the_orders(&self, what: Confirmation, said: bool, shown: Shown<'_>) -> (Known, String) {
        let done: Vec<&Bought> = self.tests.iter().copied().filter(|order| order.payment().went_through()).collect();
        if done.is_empty() {
            return nothing_proven(self.tests);
        }
        match what {
            Confirmation::Order => payment(said, &done),
            Confirmation::WelcomeEmail => mail(said, shown),
            Confirmation::NewUser => new_user(&done),
            Confirmation::Content => self.content(said, shown, &done),
        }
    }

    fn no_order(&self, shown: Shown<'_>) -> (Known, String) {
        let as_of = shown.as_of;
        if self.named.is_empty() && self.new.len() > 1 {
            let ids: Vec<&str> = self.new.iter().map(|order| order.order.as_str()).collect();
            let ids = ids.join(", ");
            return (
                Known::NotFound,
                format!("several new orders on the form ({ids}): say which is the test with --order"),
            );
        }
        let what = match self.named.is_empty() {
            true => "no new order on the form".to_owned(),
            false => format!("no new order {} on the form", self.named.iter().cloned().collect::<Vec<_>>().join(", ")),
        };
        (Known::NotFound, format!("{what} as of {as_of}: read the site again if it was bought later, else buy again"))
    }

    /// The base access tags of what the form releases, at one of the buyers. That the page really opens no tag shows.
    fn content(&self, said: bool, shown: Shown<'_>, done: &[&Bought]) -> (Known, String) {
        let releases = self.plan.order_forms.get(self.form).map(|form| &form.custom_operation.release[..]);
        let tag = |offering: &String| self.state?.offerings.get(offering)?.tags.get("base").map(|tag| tag.trim());
        let wanted: Option<BTreeSet<&str>> = releases.unwrap_or_default().iter().map(tag).collect();
        let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
            return word(said, "which tags open what the form releases was not captured");
        };
        let lacks = |order: &&Bought| -> Vec<&str> {
            let has = shown.buyers.get(&order.buyer).map(|(contact, _)| set(&contact.tags)).unwrap_or_default();
            wanted.iter().copied().filter(|tag| !has.contains(tag)).collect()
        };
        let Some(order) = done.iter().find(|order| lacks(order).is_empty()) else {
            let (buyer, lacking) = (&done[0].buyer, lacks(&done[0]).join("`, `"));
            let seen = format!("contact {buyer} lacks `{lacking}`: look at the form's Release operation");
            return (Known::NotFound, seen);
        };
        let tags = wanted.into_iter().collect::<Vec<_>>().join("`, `");
        let has = format!("contact {} has `{tags}`", order.buyer);
        match said {
            true => (Known::Captured, format!("{has}; that the page opens is attested")),
            false => (Known::Unknown, format!("{has}, and nobody has said that the page opens")),
        }
    }
}

/// What is asked where no order was captured and nobody named a payment.
const UNPAID: &str = "that anything was paid is not known: name the transaction as the order's page shows it (--saw order --transaction ID)";

impl Bought {
    fn payment(&self) -> Payment {
        Payment::of(&self.status, &self.transaction)
    }
}

/// The orders with their status, in words.
fn orders<'b>(all: impl IntoIterator<Item = &'b Bought>) -> String {
    let one = |order: &Bought| match order.status.trim() {
        "" => format!("order {}", order.order),
        status => format!("order {} ({status})", order.order),
    };
    all.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Orders of which none went through.
fn nothing_proven(all: &[&Bought]) -> (Known, String) {
    let (unknown, failed): (Vec<&Bought>, Vec<&Bought>) =
        all.iter().partition(|order| order.payment() == Payment::Unknown);
    if unknown.is_empty() {
        let seen = format!("{}: it did not go through, so it proves nothing; buy again", orders(failed));
        return (Known::NotFound, seen);
    }
    (Known::Unknown, format!("{}: no status that AccessAlly is known to give, so it proves nothing", orders(unknown)))
}

/// Whether any of the orders that went through was paid.
fn payment(said: bool, done: &[&Bought]) -> (Known, String) {
    let of = |payment: Payment| done.iter().copied().filter(move |order| order.payment() == payment);
    if of(Payment::Paid).next().is_some() {
        return (Known::Captured, format!("{}, paid", orders(of(Payment::Paid))));
    }
    if of(Payment::NotCaptured).next().is_none() {
        let seen = format!("{}: nothing was paid (`null-transaction`)", orders(of(Payment::Nothing)));
        return (Known::NotFound, seen);
    }
    let unseen = orders(of(Payment::NotCaptured));
    match said {
        true => (Known::Attested, format!("{unseen}; its transaction is attested")),
        false => (Known::Unknown, format!("{unseen}: its transaction was not captured, and {UNPAID}")),
    }
}

fn new_user(done: &[&Bought]) -> (Known, String) {
    match done.iter().find(|order| order.is_new) {
        Some(order) => (Known::Captured, format!("contact {} was not there before", order.buyer)),
        None => {
            let buyer = &done[0].buyer;
            let seen = format!("contact {buyer} was there before: buy as somebody whom the site does not know");
            (Known::NotFound, seen)
        }
    }
}

fn word(said: bool, why: &str) -> (Known, String) {
    match said {
        true => (Known::Attested, why.to_owned()),
        false => (Known::Unknown, format!("nobody has said so, and {why}")),
    }
}

/// A mail is seen by a person. Where none is delivered and none was caught since, there was none.
fn mail(said: bool, shown: Shown<'_>) -> (Known, String) {
    match shown.trapped {
        Some([before, after]) if said && after <= before => {
            let seen =
                format!("no mail was caught since the reading before ({after} in all): look at AccessAlly > Emails");
            (Known::NotFound, seen)
        }
        _ => word(said, "a mail is seen by a person"),
    }
}
