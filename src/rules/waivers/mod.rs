//! Rules about waivers: they run last, when every other rule has spoken.

pub(super) mod waiver_expired;
pub(super) mod waiver_forbidden;
pub(super) mod waiver_owner_unknown;
pub(super) mod waiver_unused;

use crate::model::plan::{AcceptedRisk, Plan};

use super::{Facts, Rule, by_id};

/// Whether a rule judges waivers, and so has to run after all others.
pub(super) fn judges_waivers(rule: &Rule) -> bool {
    rule.anchor == "/accepted_risks"
}

/// Whether a waiver may have its effect: a known rule that can be waived, and a last day that has not passed.
pub(super) fn counts(waiver: &AcceptedRisk, facts: &Facts<'_>) -> bool {
    by_id(&waiver.rule).is_some_and(|rule| rule.waivable) && !has_expired(waiver, facts)
}

/// Whether a waiver's last day has passed, or cannot be read.
pub(super) fn has_expired(waiver: &AcceptedRisk, facts: &Facts<'_>) -> bool {
    waiver.until.parse::<jiff::civil::Date>().map_or(true, |until| until < facts.today())
}

/// The waivers with their places in the document, where one that does not fit keeps its place.
pub(super) fn written(plan: &Plan) -> impl Iterator<Item = (usize, &AcceptedRisk)> {
    (0..).filter(|index: &usize| !plan.was_left_out(&["accepted_risks", &index.to_string()])).zip(&plan.accepted_risks)
}
