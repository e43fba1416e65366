//! Rules about order forms and opt-in forms.

pub(super) mod failed_payment_undecided;
pub(super) mod grant_instead_of_release;
pub(super) mod opt_in_form_missing;
pub(super) mod order_form_missing;
pub(super) mod order_form_without_release;
pub(super) mod test_purchase_missing;

use std::collections::BTreeSet;

use crate::model::Plan;
use crate::model::plan::Sold;
use crate::model::state::Operation;

/// The offerings that these operations release.
fn released<'a>(operations: impl IntoIterator<Item = &'a Operation>) -> BTreeSet<&'a str> {
    let release = |operation: &'a Operation| match operation {
        Operation::Release(offering) => Some(offering.as_str()),
        Operation::Grant(_) | Operation::AddTags(_) | Operation::Other(_) => None,
    };
    operations.into_iter().filter_map(release).collect()
}

/// Whether members come to this offering of the plan in this way.
fn is_sold(plan: &Plan, offering: &str, sold: Sold) -> bool {
    plan.offerings.get(offering).is_some_and(|offering| offering.sold == sold)
}
