//! What the buyer of a test purchase shows: that they are new, and that the form gave them access to what it releases.

use std::collections::BTreeSet;

use crate::model::population::ContactField;
use crate::model::purchase::Known;
use crate::population::set;

use super::look::{Look, Shown, attested};
use super::purchases::Bought;

/// What is asked where a buyer was a member before.
const AS_SOMEBODY_NEW: &str = "buy with an e-mail address that the site does not know";

impl Look<'_> {
    /// The base access tags of what the form releases, at a buyer who got them by this purchase alone, and nothing else that
    /// opens anything. That the page really opens no tag shows.
    pub(super) fn content(&self, said: bool, shown: Shown<'_>, done: &[&Bought]) -> (Known, String) {
        let Some(wanted) = self.released_by(self.form).filter(|wanted| !wanted.is_empty()) else {
            return attested(said, "the access tags of what the form releases were not captured");
        };
        if [shown.before, shown.after].iter().any(|side| side.unknown.contains(&ContactField::Tags)) {
            return attested(said, "the tags of the contacts were not captured");
        }
        let fault = |order: &Bought| self.no_content(order, &wanted, shown);
        let Some(order) = done.iter().find(|order| fault(order).is_none()) else {
            return (Known::NotFound, done.first().and_then(|order| fault(order)).unwrap_or_default());
        };
        let tags = wanted.into_iter().collect::<Vec<_>>().join("`, `");
        let has = format!("contact {} has `{tags}`", order.buyer);
        match said {
            true => (Known::Captured, format!("{has}; that the page opens is attested")),
            false => (Known::Unknown, format!("{has}, but nobody attested that the page opens")),
        }
    }

    /// The base access tags of what a form releases; none where one of them was not captured.
    fn released_by(&self, form: &str) -> Option<BTreeSet<&str>> {
        let tag =
            |offering: &String| self.state?.offerings.get(offering)?.tags.set()?.get("base").map(|tag| tag.trim());
        self.plan.order_forms.get(form)?.custom_operation.release.iter().map(tag).collect()
    }

    /// Why the tags of an order's buyer do not show that the form gave them access to what it releases, and to nothing else.
    fn no_content(&self, order: &Bought, wanted: &BTreeSet<&str>, shown: Shown<'_>) -> Option<String> {
        let has = shown.after.contacts.get(&order.buyer).map(|(contact, _)| set(&contact.tags)).unwrap_or_default();
        let was = order.buyer_before.iter().filter_map(|id| shown.before.contacts.get(id));
        let had: BTreeSet<&str> = was.flat_map(|(contact, _)| set(&contact.tags)).collect();
        let (buyer, list) = (&order.buyer, |tags: Vec<&str>| tags.join("`, `"));
        let lacking: Vec<&str> = wanted.iter().copied().filter(|tag| !has.contains(tag)).collect();
        if !lacking.is_empty() {
            return Some(format!("contact {buyer} lacks `{}`: look at the form's Release operation", list(lacking)));
        }
        let known: Vec<&str> = wanted.iter().copied().filter(|tag| had.contains(tag)).collect();
        if !known.is_empty() {
            let known = list(known);
            return Some(format!("contact {buyer} had `{known}` before, so this shows nothing: {AS_SOMEBODY_NEW}"));
        }
        let others = other_orders(order, shown);
        let form_of = |id: &&String| shown.bought.iter().find(|other| other.order == **id).map(|other| &*other.form);
        let released = |id: &&String| form_of(id).and_then(|form| self.released_by(form));
        let may_give: Vec<&str> = others
            .iter()
            .filter(|id| released(id).is_none_or(|released| !released.is_disjoint(wanted)))
            .map(|id| id.as_str())
            .collect();
        if !may_give.is_empty() {
            let may_give = may_give.join(", ");
            return Some(format!("contact {buyer} may have it from another new order ({may_give}): {AS_SOMEBODY_NEW}"));
        }
        let expected: BTreeSet<&str> =
            others.iter().filter_map(released).flatten().chain(wanted.iter().copied()).collect();
        let too_much: Vec<&str> = self
            .access_tags(wanted)
            .filter(|tag| has.contains(tag) && !had.contains(tag) && !expected.contains(tag))
            .collect();
        (!too_much.is_empty())
            .then(|| format!("contact {buyer} got `{}` too: look at what the form's operation does", list(too_much)))
    }

    /// The tags that open or close an offering, but for those of the offerings with these base tags that open them.
    fn access_tags(&self, released: &BTreeSet<&str>) -> impl Iterator<Item = &str> {
        let offerings = self.state.into_iter().flat_map(|state| state.offerings.values());
        offerings.flat_map(move |offering| {
            let is_released =
                offering.tags.set().and_then(|tags| tags.get("base")).is_some_and(|tag| released.contains(tag.trim()));
            let other = move |part: &str| part == "revoke" || !is_released;
            offering.tags.set().into_iter().flatten().filter(move |(part, _)| other(part)).map(|(_, tag)| tag.trim())
        })
    }
}

/// The new orders of an order's buyer beside it, but for those that did not go through.
fn other_orders<'a>(order: &Bought, shown: Shown<'a>) -> BTreeSet<&'a String> {
    let all = shown.after.contacts.get(&order.buyer).into_iter().flat_map(|(_, orders)| orders);
    let was = |id: &String| {
        order
            .buyer_before
            .iter()
            .filter_map(|buyer| shown.before.contacts.get(buyer))
            .any(|(_, orders)| orders.contains(id))
    };
    let failed = |id: &String| shown.bought.iter().any(|other| other.order == *id && other.failed());
    all.filter(|id| **id != order.order && !was(id) && !failed(id)).collect()
}

/// Somebody new, made by this purchase alone.
pub(super) fn new_user(shown: Shown<'_>, done: &[&Bought]) -> (Known, String) {
    let first = &done[0].buyer;
    let Some(new) = done.iter().find(|order| order.is_new) else {
        return (Known::NotFound, format!("contact {first} was there before: {AS_SOMEBODY_NEW}"));
    };
    match done.iter().find(|order| order.is_new && other_orders(order, shown).is_empty()) {
        Some(order) => (Known::Captured, format!("contact {} was not there before", order.buyer)),
        None => {
            let others = other_orders(new, shown).into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let seen =
                format!("contact {} may have come with another new order ({others}): {AS_SOMEBODY_NEW}", new.buyer);
            (Known::NotFound, seen)
        }
    }
}
