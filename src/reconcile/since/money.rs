//! Orders and subscriptions that moved: each in its class, and what they explain of access.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::civil::Date;

use crate::model::plan::{AfterFinalRetry, Ending};
use crate::model::population::{Order, Subscription};
use crate::model::status::{OrderStatus, transaction};
use crate::reconcile::day::day;

use super::charges::{OfContacts, charges};
use super::class::{Class, Found, Kind};
use super::moved::{Moved, Pair};
use super::subscriptions::{self, Bought, Tests};
use super::terms::Terms;

/// How the plan ends access to an offering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// At once.
    Now,
    /// With the paid period: its last day, where that is known.
    Period(Option<Date>),
    /// Not at all.
    Stays,
    /// The plan does not say.
    Unsaid,
}

impl Ends {
    fn after_retry(retry: Option<AfterFinalRetry>, paid_until: Option<Date>) -> Self {
        match retry {
            Some(AfterFinalRetry::Revoke) => Self::Now,
            Some(AfterFinalRetry::Cancel) => Self::Period(paid_until),
            Some(AfterFinalRetry::Stop | AfterFinalRetry::Keep) => Self::Stays,
            None => Self::Unsaid,
        }
    }

    fn by(ending: Option<Ending>, paid_until: Option<Date>) -> Self {
        match ending {
            Some(Ending::Revoke) => Self::Now,
            Some(Ending::Cancel) => Self::Period(paid_until),
            Some(Ending::Stop) => Self::Stays,
            None => Self::Unsaid,
        }
    }
}

/// What orders and subscriptions since the earlier reading explain, by contact ID.
#[derive(Debug, Default)]
pub(super) struct Explained<'m> {
    /// The offerings that an order opens.
    pub(super) opened: HashMap<&'m str, BTreeSet<usize>>,
    /// Those of them of which it opens everything.
    pub(super) granted: HashMap<&'m str, BTreeSet<usize>>,
    /// The tags that an order adds.
    pub(super) adds: HashMap<&'m str, BTreeSet<&'m str>>,
    /// How access to an offering ends.
    pub(super) ends: BTreeMap<&'m str, BTreeMap<usize, Vec<Ends>>>,
    /// Who has an order since then, paid or not.
    pub(super) ordered: HashSet<&'m str>,
    /// Who has an order or a subscription that moved.
    pub(super) moved: HashSet<&'m str>,
    /// Who bought, by contact and form.
    pub(super) bought: Bought<'m>,
    /// Who made a test purchase that was removed.
    pub(super) tests: Tests<'m>,
}

/// Puts every order and subscription that moved into its class.
pub(super) fn classify<'m>(moved: &'m Moved<'_, '_>, found: &mut Found) -> Explained<'m> {
    let mut explained = Explained::default();
    for pair in &moved.orders {
        if let Some(class) = order(pair, moved.terms, &mut explained) {
            let of = pair.any();
            found.add(
                Kind::Order,
                class,
                of.map_or("", |order| &order.contact),
                of.map_or("", |order| order.form.trim()),
            );
        }
    }
    let of_contacts = OfContacts::of(moved);
    for ((contact, form), orders) in &mut explained.bought {
        orders.sort_by_key(|order| (day(&order.date), &order.key));
        charges(&of_contacts, (contact, form), orders)
            .into_iter()
            .for_each(|class| found.add(Kind::Order, class, contact, form));
    }
    open(moved.terms, &mut explained);
    for pair in &moved.subscriptions {
        let Some(of) = pair.any() else { continue };
        explained.moved.insert(&of.contact);
        let class = subscriptions::class(pair, moved, &explained.bought, &explained.tests);
        found.add(Kind::Subscription, class, &of.contact, of.form.trim());
        if let (Some(was), Some(is)) = (&pair.before, &pair.after) {
            end(was, is, moved.terms, &mut explained);
        }
    }
    for (contact, form) in &moved.overdue {
        found.add(Kind::Lacking, Class::RenewalMissing, contact, form);
    }
    explained
}

/// The class of an order; none of one that was bought since, which is looked at together with the others of its form and contact.
fn order<'m>(pair: &'m Pair<Order>, terms: &Terms<'_>, explained: &mut Explained<'m>) -> Option<Class> {
    let status = |order: &Order| OrderStatus::of(&order.status);
    if let Some(of) = pair.any() {
        explained.moved.insert(&of.contact);
    }
    match (&pair.before, &pair.after) {
        (None, Some(new)) => {
            explained.ordered.insert(&new.contact);
            if is_misdated(new, terms) {
                return Some(Class::OrderMisdated);
            }
            match status(new) {
                None => Some(Class::UnknownStatus),
                Some(status) if !status.went_through() => Some(Class::NotPaid),
                Some(_) => bought(new, explained),
            }
        }
        (Some(was), Some(is)) if differs(was, is) => Some(Class::OrderChanged),
        (Some(was), Some(is)) => match (status(was), status(is)) {
            (None, _) | (_, None) => Some(Class::UnknownStatus),
            (Some(from), Some(to)) if !from.went_through() && to.went_through() => {
                explained.ordered.insert(&is.contact);
                bought(is, explained)
            }
            (Some(from), Some(_)) if !from.went_through() => Some(Class::NotPaid),
            (Some(_), Some(OrderStatus::Refunded)) => {
                refunded(is, terms, explained);
                Some(Class::Refunded)
            }
            (Some(_), Some(OrderStatus::PartiallyRefunded)) => Some(Class::Refunded),
            _ => Some(Class::OrderChanged),
        },
        (Some(was), None) if is_test(was, terms) => {
            explained.tests.insert(&was.contact);
            Some(Class::TestRemoved)
        }
        (Some(_), None) => Some(Class::OrderMissing),
        (None, None) => None,
    }
}

fn bought<'m>(order: &'m Order, explained: &mut Explained<'m>) -> Option<Class> {
    explained.bought.entry((&order.contact, order.form.trim())).or_default().push(order);
    None
}

/// Whether an order is of a day that is not between the readings, give or take the zone in which a site writes days.
fn is_misdated(order: &Order, terms: &Terms<'_>) -> bool {
    let since = terms.days[0].yesterday().unwrap_or(terms.days[0]);
    day(&order.date).is_some_and(|day| day < since || !terms.has_come(day))
}

/// Whether more than the status of an order differs. A transaction may be filled in.
fn differs(was: &Order, is: &Order) -> bool {
    let same = |one: &str, other: &str| one.trim() == other.trim();
    let of = |order: &Order| order.transaction.as_deref().unwrap_or_default().trim().to_owned();
    let (then, now) = (of(was), of(is));
    !(was.contact == is.contact
        && same(&was.form, &is.form)
        && same(&was.total, &is.total)
        && day(&was.date) == day(&is.date))
        || !then.is_empty()
            && !now.is_empty()
            && then != now
            && OrderStatus::of(&was.status).is_some_and(OrderStatus::went_through)
}

/// Whether the record names an order as a test purchase.
pub(super) fn is_test(order: &Order, terms: &Terms<'_>) -> bool {
    let paid = order.transaction.as_deref().and_then(transaction);
    let lines = terms.tests.get(order.form.trim()).into_iter().flat_map(|named| &named.lines);
    let mut lines = lines.filter(|line| line.transaction.is_none() || paid.is_none() || line.transaction == paid);
    lines.any(|line| line.orders.contains(&order.key) || line.transaction.is_some() && line.transaction == paid)
}

fn refunded<'m>(order: &'m Order, terms: &Terms<'_>, explained: &mut Explained<'m>) {
    let Some(form) = terms.forms.get(order.form.trim()) else { return };
    let ends = Ends::by(form.after.map(|after| after.refund), None);
    for offering in &form.opens {
        explained.ends.entry(&order.contact).or_default().entry(*offering).or_default().push(ends);
    }
}

/// What the orders that were bought open and add.
fn open<'m>(terms: &'m Terms<'_>, explained: &mut Explained<'m>) {
    for (contact, name) in explained.bought.keys() {
        let Some(form) = terms.forms.get(name) else { continue };
        explained.opened.entry(contact).or_default().extend(&form.opens);
        explained.granted.entry(contact).or_default().extend(&form.grants);
        explained.adds.entry(contact).or_default().extend(form.adds.iter().map(String::as_str));
    }
}

/// How a subscription that ended since ends access.
fn end<'m>(was: &Subscription, is: &'m Subscription, terms: &Terms<'_>, explained: &mut Explained<'m>) {
    use crate::model::status::SubscriptionStatus as Status;
    let Some(form) = terms.forms.get(is.form.trim()) else { return };
    let (from, to) = (Status::of(&was.status), Status::of(&is.status));
    if from == to {
        return;
    }
    let paid_until = was.next_payment.as_deref().and_then(day);
    let ends = match to {
        Some(Status::PaymentFailed) => Ends::after_retry(form.retry, paid_until),
        Some(Status::CanceledByAdmin | Status::CanceledByClient) => {
            Ends::by(form.after.map(|after| after.cancellation), paid_until)
        }
        Some(Status::Revoked) => Ends::Now,
        _ => return,
    };
    for offering in &form.opens {
        explained.ends.entry(&is.contact).or_default().entry(*offering).or_default().push(ends);
    }
}
