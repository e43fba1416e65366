use std::collections::BTreeMap;

use crate::diag::{Location, Severity::Error};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Documented, declare_rule};

use super::{is_given_by_order_form, released};

declare_rule! {
    /// No order form of the site releases an offering that is bought.
    ///
    /// ## What it does
    /// Reports an offering with `access_through: order-form`, `bundle` or `team` that no order form of the site will
    /// release after the plan's changes, although an order form of the plan should: the site lacks that form, and no
    /// change of the plan can create it.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for an AccessAlly order form with a Release operation on every paid offering. Without it
    /// nobody can buy the offering after the switch.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/course-checkout: null}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {access_through: bundle}}}
    /// site: {order-form/course-checkout: null}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {order-form/course-checkout: {operations: [{grant: course}]}}
    /// ```
    ///
    /// ## Fix
    /// Create the order form on the site, or correct its key and name in the plan.
    {
        id: "order-form-without-release",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P7",
        evidence: Documented,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let site = facts.order_forms(After)?;
    let (done, all_known) = released(site.iter().map(|(_, form)| form.operations()));
    let bought =
        |offering: &str| plan.offerings.get(offering).is_some_and(|offering| offering.access_through.is_bought());
    let mut meant = BTreeMap::new();
    for (form, intent) in &plan.order_forms {
        for offering in &intent.custom_operation.release {
            meant.entry(offering.as_str()).or_insert(form);
        }
    }
    let lacking = meant.into_iter().filter(|(offering, _)| {
        (bought(offering) || is_given_by_order_form(plan, offering)) && !done.contains(offering)
    });
    // A form that could not be read may release it.
    for (offering, form) in lacking.filter(|_| all_known) {
        let (name, get) = (&plan.offerings[offering].name, if bought(offering) { "buy" } else { "get" });
        let help = format!(
            "make `{}` on the site (AccessAlly > Sales > Order Form Setup) with the Release operation of `{name}`",
            plan.order_forms[form].name
        );
        out.push(
            RULE.at(
                Location::value(pointer(&["offerings", offering, "access_through"])),
                format!("no order form of the site releases `{name}`, so nobody can {get} it after the switch"),
            )
            .label("needs an order form")
            .related(Location::key(pointer(&["order_forms", form])), "should release it")
            .help(help)
            .on_site(format!("offering/{offering}")),
        );
    }
    Some(())
}
