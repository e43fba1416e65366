use crate::diag::{Location, Severity::Error};
use crate::model::text::pointer;
use crate::rules::offerings::is_timed;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Inferred, declare_rule};

use super::{opens, planned_forms};

declare_rule! {
    /// A form grants an offering whose modules open by timers.
    ///
    /// ## What it does
    /// Reports forms of the plan that, after its changes, still run the Grant operation of an offering with a timed
    /// module. Where the form should release the offering, the plan's changes replace the Grant.
    ///
    /// ## Why it matters
    /// Release opens the base module and schedules the others; Grant opens all modules, or listed ones, at once and
    /// without timers (documented). So a form that grants delivers a dripped offering wrongly (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {opt-in-form/mini-course-signup: {operations: [{release: mini-course}, {grant: course}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {order-form/course-checkout: {operations: [{grant: course}, {grant: mini-course}]}}
    /// ```
    ///
    /// ## Fix
    /// List the offering under `release` of this form, or remove the Grant from the form's automations.
    {
        id: "grant-instead-of-release",
        severity: Error,
        phase: Configure,
        acceptable: true,
        guide: "P7",
        evidence: Inferred,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (forms, known) = planned_forms(facts);
    let offerings = facts.offerings(After)?;
    for form in forms {
        for (verb, granted) in opens(form.operations).into_iter().filter(|(verb, _)| *verb == "grant") {
            let Some(offering) = offerings.get(granted).filter(|offering| is_timed(*offering)) else {
                continue;
            };
            let message = format!(
                "`{}` grants `{}`, whose modules open by timers, instead of releasing it",
                form.name,
                offering.name()
            );
            let at = pointer(&[form.section, form.key, "custom_operation"]);
            let finding =
                RULE.at(Location::key(at), message).label(format!("does not release `{granted}`")).help(format!(
                    "add `{granted}` to `release` of this form, and the plan's changes replace its Grant; or remove \
                    the Grant under Automations of the form"
                ));
            out.push(form.excerpt(finding, &format!("{verb}: {granted}"), "no timers"));
        }
    }
    known
}
