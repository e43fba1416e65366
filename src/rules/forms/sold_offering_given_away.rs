use crate::diag::{Location, Severity::Error};
use crate::model::plan::{AccessThrough, CustomOperation};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, declare_rule};

use super::takes_money;

declare_rule! {
    /// A form at which nobody pays gives away what is sold.
    ///
    /// ## What it does
    /// Reports opt-in forms of the plan, and its order forms of which it expects a price of nothing, that release an offering with
    /// `access_through: order-form` or `team`.
    ///
    /// ## Why it matters
    /// Before Managed Contacts a form often started an automation of the CRM, which decided what somebody got. The plan's changes have the form
    /// release what is listed: whoever leaves an address then has what others pay for, and nothing takes it away again (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {opt_in_forms: {mini-course-signup: {custom_operation: {release: [mini-course, course]}}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {free-checkout: {name: Free Checkout, custom_operation: {release: [course]}, expect: {price: 0.00 USD}}}, test_purchases: {free-checkout: {expect: [order]}}}
    /// site: {order-form/free-checkout: {id: "6", name: Free Checkout, operations: [{release: course}], price: 0.00 USD, gateway: stripe, recurring: false, test_mode: true}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {order_forms: {free-checkout: {name: Free Checkout, custom_operation: {release: [mini-course]}, expect: {price: 0.00 USD}}}}
    /// site: {order-form/free-checkout: {id: "6", name: Free Checkout, operations: [{release: mini-course}], price: 0.00 USD, gateway: stripe, recurring: false, test_mode: true}}
    /// ```
    ///
    /// ## Fix
    /// Remove the offering from `release` of the form, or correct `access_through` to how members really get it. Where some people get for nothing what
    /// others buy, accept this risk.
    {
        id: "sold-offering-given-away",
        severity: Error,
        phase: Configure,
        acceptable: true,
        guide: "P7",
        evidence: Inferred,
        anchor: "/opt_in_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let opt_in = plan.opt_in_forms.iter().map(|(key, form)| ("opt_in_forms", key, &form.name, &form.custom_operation));
    let free = plan.order_forms.iter().filter(|(_, form)| !takes_money(form));
    let free = free.map(|(key, form)| ("order_forms", key, &form.name, &form.custom_operation));
    for (section, key, name, operation) in opt_in.chain(free) {
        let CustomOperation { release } = operation;
        for (index, offering) in release.iter().enumerate() {
            let Some(intent) = plan.offerings.get(offering) else { continue };
            if !matches!(intent.access_through, AccessThrough::OrderForm | AccessThrough::Team) {
                continue;
            }
            let at = pointer(&[section, key, "custom_operation", "release", &index.to_string()]);
            let sold = pointer(&["offerings", offering, "access_through"]);
            let message = format!("nobody pays at `{name}`, and it releases `{offering}`, which is sold");
            out.push(
                RULE.at(Location::value(at), message)
                    .label("given away")
                    .related(Location::value(sold), "sold")
                    .help("remove it from `release`, or correct `access_through`; what some get for nothing and others buy is a risk to accept"),
            );
        }
    }
    Some(())
}
