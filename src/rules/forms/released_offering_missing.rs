use crate::diag::{Location, Severity::Error};
use crate::model::text::pointer;
use crate::rules::plan::is_left_alone;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Inferred, declare_rule};

use super::{opens, planned_forms};

declare_rule! {
    /// A form releases an offering that the site does not have.
    ///
    /// ## What it does
    /// Reports forms of the plan that, after its changes, release or grant an offering which the site lacks. An entry
    /// under `leave_alone` does not help: the offering must exist.
    ///
    /// ## Why it matters
    /// Whoever buys or signs up through the form gets nothing of that offering (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   leave_alone: {offerings: {bonus: not dripped}}
    ///   order_forms: {course-checkout: {custom_operation: {release: [course, bonus]}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   leave_alone: {offerings: {bonus: not dripped}}
    ///   opt_in_forms: {mini-course-signup: {custom_operation: {release: [mini-course, bonus]}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan:
    ///   leave_alone: {offerings: {bonus: not dripped}}
    ///   order_forms: {course-checkout: {custom_operation: {release: [course, bonus]}}}
    /// site: {offering/bonus: {name: Bonus}}
    /// ```
    ///
    /// ## Fix
    /// Create the offering on the site, correct its key under `release`, or remove it from the form.
    {
        id: "released-offering-missing",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P7",
        evidence: Inferred,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (forms, known) = planned_forms(facts);
    let site = facts.offerings(After)?;
    let plan = facts.plan();
    for form in forms {
        for (verb, offering) in opens(form.operations).into_iter().filter(|(_, of)| !site.contains_key(of)) {
            let listed = form.release.iter().position(|listed| listed == offering);
            // A listed name that the plan itself does not know has a rule of its own.
            if listed.is_some() && !plan.mentions("offerings", offering) && !is_left_alone(plan, "offerings", offering)
            {
                continue;
            }
            let at = ["custom_operation", "release"];
            let place = match listed {
                Some(index) => Location::value(pointer(&[form.section, form.key, at[0], at[1], &index.to_string()])),
                None => Location::key(pointer(&[form.section, form.key, at[0], at[1]])),
            };
            let message = format!("`{}` opens `{offering}`, but the site has no such offering", form.name);
            let finding = RULE.at(place, message).label("not on the site").help(format!(
                "create the offering on the site first (AccessAlly > Offerings), or remove `{offering}` from this \
                form and from its Automations"
            ));
            out.push(form.excerpt(finding, &format!("{verb}: {offering}"), "opens nothing"));
        }
    }
    known
}
