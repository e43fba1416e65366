use crate::diag::{Location, Severity::Error};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, Target::Both, declare_rule, left_out_inside};

use super::{opens, planned_forms};

declare_rule! {
    /// A form opens more than the plan says.
    ///
    /// ## What it does
    /// Reports forms of the plan that release or grant, when its changes are made, an offering which the plan does not list
    /// under the form's `release`. The changes add what is listed and take nothing else away.
    ///
    /// ## Why it matters
    /// Whoever uses the form gets access that nobody planned, and that nothing takes away again (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/course-checkout: {operations: [{release: course}, {release: mini-course}]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {opt-in-form/mini-course-signup: {operations: [{release: mini-course}, {grant: course}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {custom_operation: {release: [course, mini-course]}}}}
    /// site: {order-form/course-checkout: {operations: [{grant: course}, {grant: mini-course}, {add-tags: [Buyer]}]}}
    /// ```
    ///
    /// ## Fix
    /// List the offering under `release` of the form, or take its operation out of the form's automations.
    {
        id: "form-opens-more",
        severity: Error,
        phase: Configure,
        target: Both,
        acceptable: false,
        attestable: true,
        guide: "P7",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (forms, known) = planned_forms(facts);
    for form in forms {
        if left_out_inside(facts.plan(), &[form.section, form.key, "custom_operation"]) {
            continue;
        }
        for (verb, offering) in opens(form.operations) {
            if form.release.iter().any(|listed| listed == offering) {
                continue;
            }
            let message = format!("`{}` also opens `{offering}`, which the plan does not list", form.name);
            let help = format!(
                "add `{offering}` to `release` of this form, or take its operation out under Automations of the form"
            );
            let at = pointer(&[form.section, form.key, "custom_operation", "release"]);
            let finding = RULE.at(Location::key(at), message).label(format!("without `{offering}`")).help(help);
            out.push(form.excerpt(finding, (verb, offering), "opens more"));
        }
    }
    known
}
