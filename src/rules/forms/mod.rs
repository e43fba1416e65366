//! Rules about order forms and opt-in forms.

pub(super) mod access_kept_without_reason;
pub(super) mod cancel_or_refund_undecided;
pub(super) mod failed_payment_undecided;
pub(super) mod form_opens_more;
pub(super) mod grant_instead_of_release;
pub(super) mod left_alone_form_opens;
pub(super) mod opt_in_form_missing;
pub(super) mod order_form_missing;
pub(super) mod order_form_without_release;
pub(super) mod released_offering_missing;
pub(super) mod sold_offering_given_away;
pub(super) mod subscribed_form_missing;
pub(super) mod test_purchase_missing;

use std::collections::BTreeSet;

use crate::diag::Finding;
use crate::model::money::Money;
use crate::model::plan::{CustomOperation, OrderFormIntent};
use crate::model::state::{Object, Operation, OrderForm};
use crate::model::{ObjectRef, Plan};

use super::{Facts, Known, Of, Side::After};

/// Whether somebody pays by a form, today or later: anybody does, unless the plan expects a price of nothing.
fn takes_money(form: &OrderFormIntent) -> bool {
    let price = form.expect.as_ref().and_then(|expect| expect.price.as_ref());
    let is_free = price.and_then(|price| Money::parse(&price.0)).is_some_and(|money| money.is_zero());
    !is_free || form.failed_payment.is_some()
}

/// Whether an offering is given away by an order form at which nobody pays, and by no opt-in form.
pub(super) fn is_given_by_order_form(plan: &Plan, offering: &str) -> bool {
    let releases = |operation: &CustomOperation| operation.release.iter().any(|listed| listed == offering);
    !plan.opt_in_forms.values().any(|form| releases(&form.custom_operation))
        && plan.order_forms.values().any(|form| releases(&form.custom_operation) && !takes_money(form))
}

/// Whether payments by a form recur: it says so, or subscriptions charge through it.
fn recurs(facts: &Facts<'_>, key: &str, form: Of<'_, '_, OrderForm>) -> Known<bool> {
    match form.recurring()? {
        false => Some(facts.subscribed_forms().any(|(subscribed, _)| subscribed == key)),
        true => Some(true),
    }
}

/// What a form runs once it is submitted, as far as is known.
type Operations<'a> = Known<Option<&'a Vec<Operation>>>;

/// A form of the plan, as its changes leave it on the site.
struct PlannedForm<'f, 'a> {
    facts: &'f Facts<'a>,
    section: &'static str,
    on: ObjectRef,
    key: &'a str,
    name: &'a str,
    /// The offerings that the plan has it release.
    release: &'a [String],
    operations: &'a [Operation],
    object: Object,
}

impl PlannedForm<'_, '_> {
    /// The finding with the site's form under it, the line that holds `needle` labelled.
    fn excerpt(&self, finding: Finding, needle: &str, label: &str) -> Finding {
        self.facts.excerpt(finding, (self.on.clone(), || self.object.clone()), needle, label)
    }
}

/// The plan's forms that the site has when the changes are made, as far as their operations are known; and whether all are.
fn planned_forms<'f, 'a>(facts: &'f Facts<'a>) -> (Vec<PlannedForm<'f, 'a>>, Known<()>) {
    let (plan, mut forms, mut all) = (facts.plan(), Vec::new(), Some(()));
    let mut add =
        |section, key, release, known: Known<Option<(ObjectRef, &'a str, Operations<'a>, Object)>>| match known {
            None => all = None,
            Some(Some((on, name, Some(operations), object))) => {
                let operations = operations.map_or(&[][..], Vec::as_slice);
                forms.push(PlannedForm { facts, section, on, key, name, release, operations, object });
            }
            Some(Some((_, _, None, _)) | None) => {}
        };
    for (key, intent) in &plan.order_forms {
        let found = facts.order_form(After, key);
        let known = found.map(|form| form.map(|form| (form.place(), form.name(), form.operations(), form.object())));
        add("order_forms", key, &intent.custom_operation.release, known);
    }
    for (key, intent) in &plan.opt_in_forms {
        let found = facts.opt_in_form(After, key);
        let known = found.map(|form| form.map(|form| (form.place(), form.name(), form.operations(), form.object())));
        add("opt_in_forms", key, &intent.custom_operation.release, known);
    }
    (forms, all)
}

/// The offerings that operations open, each once, with the word for how.
fn opens(operations: &[Operation]) -> BTreeSet<(&'static str, &str)> {
    let mut all = BTreeSet::new();
    for operation in operations {
        match operation {
            Operation::Release(offering) => all.insert(("release", offering.as_str())),
            Operation::Grant(offering) => all.insert(("grant", offering.as_str())),
            Operation::AddTags(_) | Operation::Other(_) => false,
        };
    }
    all
}

/// The tags that operations add, each once.
fn tags<'a>(operations: &'a [Operation]) -> BTreeSet<&'a str> {
    let added = |operation: &'a Operation| match operation {
        Operation::AddTags(tags) => Some(tags),
        Operation::Other(_) | Operation::Release(_) | Operation::Grant(_) => None,
    };
    operations.iter().filter_map(added).flatten().map(String::as_str).collect()
}

/// The offerings that these forms release, as far as is known what they run; and whether that is known of all.
fn released<'a>(operations: impl Iterator<Item = Operations<'a>>) -> (BTreeSet<&'a str>, bool) {
    let (mut released, mut all) = (BTreeSet::new(), true);
    for known in operations {
        all &= known.is_some();
        released.extend(known.flatten().into_iter().flatten().filter_map(|operation| match operation {
            Operation::Release(offering) => Some(offering.as_str()),
            Operation::Grant(_) | Operation::AddTags(_) | Operation::Other(_) => None,
        }));
    }
    (released, all)
}
