//! The orders of one form that one contact bought since: which charge was due, and which one is too many.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::model::population::{Order, Subscription};
use crate::model::status::SubscriptionStatus as Status;
use crate::reconcile::day::day;

use super::class::Class;
use super::moved::{Moved, Pair};

/// Which subscriptions that moved are whose.
pub(super) struct OfContacts<'m> {
    moved: &'m Moved<'m, 'm>,
    pairs: HashMap<&'m str, Vec<&'m Pair<Subscription>>>,
}

impl<'m> OfContacts<'m> {
    pub(super) fn of(moved: &'m Moved<'_, '_>) -> Self {
        let mut pairs = HashMap::<&str, Vec<&Pair<Subscription>>>::new();
        for pair in &moved.subscriptions {
            pairs.entry(pair.any().map_or("", |of| &of.contact)).or_default().push(pair);
        }
        Self { moved, pairs }
    }
}

/// The subscriptions of a contact on a form.
#[derive(Debug, Default)]
struct Charging {
    /// The day of the next payment of each that charged before; none where it had none.
    due: Vec<Option<Date>>,
    /// How many had ended before.
    ended: usize,
    /// How many began since.
    began: usize,
    /// The first next payment of them after.
    next: Option<Date>,
}

impl Charging {
    fn of(all_of: &OfContacts<'_>, contact: &str, form: &str) -> Self {
        let mut all = Self::default();
        let is = |of: &Subscription| of.contact == contact && of.form.trim() == form;
        let pairs = all_of.pairs.get(contact).into_iter().flatten();
        let pairs = pairs.map(|pair| (pair.before.as_ref(), pair.after.as_ref()));
        let still = all_of.moved.still.get(contact).into_iter().flatten().map(|of| (Some(of), Some(of)));
        for (before, after) in pairs.chain(still).filter(|(before, after)| after.or(*before).is_some_and(is)) {
            match before.map(|before| (Status::of(&before.status), before.next_payment.as_deref().and_then(day))) {
                None => all.began += 1,
                Some((
                    Some(
                        Status::Finished
                        | Status::Revoked
                        | Status::Replaced
                        | Status::CanceledByAdmin
                        | Status::CanceledByClient,
                    ),
                    _,
                )) => all.ended += 1,
                Some((_, next)) => all.due.push(next),
            }
            let next = after.and_then(|after| after.next_payment.as_deref()).and_then(day);
            all.next = [all.next, next].into_iter().flatten().min();
        }
        all.due.sort_unstable();
        all
    }

    fn is_none(&self) -> bool {
        self.due.is_empty() && self.ended == 0 && self.began == 0
    }

    /// Whether a second charge so many days after the first is one too many: how often the form charges shows the subscription itself, by
    /// the days from its last order to its next payment (inferred).
    fn second(&self, [first, then]: [Option<Date>; 2], last: Option<Date>) -> Class {
        let days = |from: Date, to: Date| from.until(to).map_or(0, |span| span.get_days());
        let Some(gap) = first.zip(then).map(|(first, then)| days(first, then)) else { return Class::UnknownPeriod };
        match self.next.zip(last).map(|(next, last)| days(last, next)) {
            _ if gap <= 1 => Class::ChargedTwice,
            Some(period) if gap + 1 < period => Class::ChargedTwice,
            Some(period) if period > 0 => Class::Renewed,
            _ => Class::UnknownPeriod,
        }
    }
}

/// The class of each order, which are of one form and contact, in the order of their days.
pub(super) fn charges(all_of: &OfContacts<'_>, (contact, name): (&str, &str), orders: &[&Order]) -> Vec<Class> {
    let Some(form) = all_of.moved.terms.forms.get(name) else { return vec![Class::UnknownForm; orders.len()] };
    let mut all = Charging::of(all_of, contact, name);
    let last = orders.iter().filter_map(|order| day(&order.date)).max();
    let recurring = form.recurring.or((!all.is_none()).then_some(true));
    let mut previous: Option<Option<Date>> = None;
    let mut classes = Vec::new();
    for order in orders {
        let on = day(&order.date);
        let by = |due: &Option<Date>| due.zip(on).is_none_or(|(due, on)| due <= on.tomorrow().unwrap_or(on));
        let class = match (recurring, previous) {
            (Some(false), Some(_)) => Class::ChargedTwice,
            (Some(false), None) => Class::NewOrder,
            (None, Some(first)) => all.second([first, on], last),
            (None, None) => Class::NewOrder,
            (Some(true), _) => match all.due.iter().position(by) {
                Some(at) => {
                    all.due.remove(at);
                    Class::Renewed
                }
                None if all.began > 0 => {
                    all.began -= 1;
                    Class::NewOrder
                }
                None => match previous {
                    Some(first) => all.second([first, on], last),
                    None if !all.due.is_empty() => Class::ChargedEarly,
                    None if all.ended > 0 => Class::ChargedAfterEnd,
                    None if !all_of.moved.terms.captured[1] => Class::NotCaptured,
                    None => Class::NewOrder,
                },
            },
        };
        previous = Some(on);
        classes.push(class);
    }
    classes
}
