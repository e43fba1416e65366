//! Test purchases: which of the new orders they are, what of the side after they explain, and the guide's confirmations.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::plan::Confirmation;
use crate::model::purchase::{Confirmed, Known, Purchased};
use crate::model::record::{Purchase, Record};
use crate::model::{Plan, State};
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
pub fn recorded(plan: &Plan, record: &Record, here: &str) -> Recorded {
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
    /// Whether a machine read contacts and orders; what a person wrote down is a word.
    pub by_machine: bool,
    /// The new orders on the forms.
    pub bought: &'a [Bought],
    /// Their buyers, as they are after.
    pub buyers: &'a Asked,
    /// Mails that were caught before and after, where none is delivered and a collector counts them.
    pub trapped: Option<[u64; 2]>,
}

/// Every form on which a test purchase is on record for this site, with each confirmation that the plan expects.
///
/// Without contacts and orders of both sides the record's word counts, and is said to be one.
pub fn purchased(
    plan: &Plan,
    state: Option<&State>,
    (record, here): (&Record, &str),
    shown: Option<Shown<'_>>,
) -> Vec<Purchased> {
    let forms = recorded(plan, record, here);
    let one = |(form, named): (&String, &BTreeSet<String>)| {
        let said: Vec<&Purchase> = record.purchases(here).filter(|purchase| purchase.form == *form).collect();
        let on_form = |bought: &'_ &Bought| bought.form == *form;
        let new: Vec<&Bought> = shown.iter().flat_map(|shown| shown.bought).filter(on_form).collect();
        let tests: Vec<&Bought> = new.iter().copied().filter(|order| order.is_test).collect();
        let look = Look { plan, state, form, named, new: &new, tests: &tests, shown };
        let confirm = |what: &Confirmation| look.confirm(*what, said.iter().any(|said| said.saw.contains(what)));
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
            (None, _) => word(said, "contacts and orders were not captured before and after"),
            (Some(shown), Confirmation::WelcomeEmail) => mail(said, shown),
            (Some(shown), _) if self.tests.is_empty() => self.no_order(shown),
            (Some(shown), _) => {
                let (how, seen) = match what {
                    Confirmation::NewUser => self.new_user(),
                    Confirmation::Content => self.content(said, shown),
                    Confirmation::Order | Confirmation::WelcomeEmail => (Known::Captured, self.orders()),
                };
                let written_down = how == Known::Captured && !shown.by_machine;
                (if written_down { Known::Word } else { how }, seen)
            }
        };
        Confirmed { what, how, seen }
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
        (Known::NotFound, format!("{what} as of {as_of}: read the site anew if it was bought later, else buy again"))
    }

    fn orders(&self) -> String {
        let one = |order: &&Bought| match order.status.trim() {
            "" => format!("order {}", order.order),
            status => format!("order {} ({status})", order.order),
        };
        self.tests.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn new_user(&self) -> (Known, String) {
        match self.tests.iter().find(|order| order.is_new) {
            Some(order) => (Known::Captured, format!("contact {} was not there before", order.buyer)),
            None => {
                let buyer = &self.tests[0].buyer;
                (
                    Known::NotFound,
                    format!("contact {buyer} was there before: buy as somebody whom the site does not know"),
                )
            }
        }
    }

    /// The base access tags of what the form releases, at one of the buyers. That the page really opens no tag tells.
    fn content(&self, said: bool, shown: Shown<'_>) -> (Known, String) {
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
        let Some(order) = self.tests.iter().find(|order| lacks(order).is_empty()) else {
            let (buyer, lacking) = (&self.tests[0].buyer, lacks(&self.tests[0]).join("`, `"));
            let seen = format!("contact {buyer} lacks `{lacking}`: look at the form's Release operation");
            return (Known::NotFound, seen);
        };
        let tags = wanted.into_iter().collect::<Vec<_>>().join("`, `");
        let has = format!("contact {} has `{tags}`", order.buyer);
        match said {
            true => (Known::Captured, format!("{has}; that the page opens is a word")),
            false => (Known::Unknown, format!("{has}, and nobody has said that the page opens")),
        }
    }
}

fn word(said: bool, why: &str) -> (Known, String) {
    match said {
        true => (Known::Word, why.to_owned()),
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
