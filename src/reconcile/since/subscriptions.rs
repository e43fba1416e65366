//! The class of a subscription that moved.

use std::collections::{BTreeMap, HashSet};

use crate::model::population::{Order, Subscription};
use crate::model::status::SubscriptionStatus as Status;
use crate::reconcile::day::day;

use super::class::Class;
use super::moved::{Moved, Pair};

/// What was bought since, by contact and form.
pub(super) type Bought<'m> = BTreeMap<(&'m str, &'m str), Vec<&'m Order>>;

/// Who made a test purchase that was removed.
pub(super) type Tests<'m> = HashSet<&'m str>;

/// Its class; what was bought since, by contact and form, is known already.
pub(super) fn class(pair: &Pair<Subscription>, moved: &Moved<'_, '_>, bought: &Bought<'_>, tests: &Tests<'_>) -> Class {
    match (&pair.before, &pair.after) {
        (None, Some(new)) => began(new, moved, bought),
        (Some(was), Some(is)) => changed(was, is, moved),
        (Some(was), None) if tests.contains(was.contact.as_str()) => Class::TestRemoved,
        (Some(_), None) | (None, None) => Class::SubscriptionMissing,
    }
}

fn began(new: &Subscription, moved: &Moved<'_, '_>, bought: &Bought<'_>) -> Class {
    match Status::of(&new.status) {
        None => Class::UnknownStatus,
        Some(status) if status.still_charges() && moved.charges(&new.contact, &new.form) > 1 => {
            Class::SubscriptionDoubled
        }
        Some(_) if bought.contains_key(&(new.contact.as_str(), new.form.trim())) => Class::SubscriptionBegan,
        Some(_) if !moved.terms.captured[0] => Class::NotCaptured,
        Some(_) => Class::SubscriptionFromNowhere,
    }
}

fn changed(was: &Subscription, is: &Subscription, moved: &Moved<'_, '_>) -> Class {
    let (Some(from), Some(to)) = (Status::of(&was.status), Status::of(&is.status)) else { return Class::UnknownStatus };
    let days = [was, is].map(|of| of.next_payment.as_deref().and_then(day));
    if was.contact != is.contact || was.form.trim() != is.form.trim() {
        return Class::SubscriptionChanged;
    }
    let had_ended = !from.still_charges() && from != Status::PaymentFailed;
    match (from == to, to) {
        (true, _) => match days {
            _ if had_ended => Class::SubscriptionMoved,
            [Some(due), Some(next)] if next > due && moved.terms.has_come(due) => Class::Renewed,
            _ => Class::SubscriptionChanged,
        },
        (false, _) if had_ended && to.still_charges() => Class::SubscriptionRevived,
        (false, Status::Active) if from != Status::Paused => Class::Renewed,
        (false, Status::PaymentDue | Status::PaymentFailed) if !had_ended => Class::PaymentFailing,
        (false, _) => Class::SubscriptionMoved,
    }
}
