//! Rules about accepted risks: they run last, when every other rule has spoken.

pub(super) mod accepted_risk_expired;
pub(super) mod accepted_risk_forbidden;
pub(super) mod accepted_risk_owner_unknown;
pub(super) mod accepted_risk_unused;

use crate::model::plan::{AcceptedRisk, Plan};

use super::{Facts, Rule};

/// Whether a rule judges accepted risks, and so has to run after all others.
pub(super) fn judges_risks(rule: &Rule) -> bool {
    rule.anchor == "/accepted_risks"
}

/// Whether an accepted risk may have its effect: a known rule that can be accepted, and a last day that has not passed.
pub(super) fn counts(risk: &AcceptedRisk, facts: &Facts<'_>) -> bool {
    facts.rule(&risk.rule).is_some_and(|rule| rule.acceptable) && !has_expired(risk, facts)
}

/// Whether an accepted risk's last day has passed, or cannot be read.
pub(super) fn has_expired(risk: &AcceptedRisk, facts: &Facts<'_>) -> bool {
    risk.until.parse::<jiff::civil::Date>().map_or(true, |until| until < facts.today())
}

/// The accepted risks with their places in the document, where one that does not fit keeps its place.
pub(super) fn written(plan: &Plan) -> impl Iterator<Item = (usize, &AcceptedRisk)> {
    (0..).filter(|index: &usize| !plan.was_left_out(&["accepted_risks", &index.to_string()])).zip(&plan.accepted_risks)
}
