use crate::diag::{Location, Severity::Error};
use crate::model::money::Money;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Inferred, declare_rule, left_out_inside};

declare_rule! {
    /// An order form takes nothing, and the plan does not say that it should.
    ///
    /// ## What it does
    /// Reports order forms of the plan without `expect/price` whose price on the site is nothing. A form of which the plan expects a price is
    /// compared with it (`price-differs`).
    ///
    /// ## Why it matters
    /// A price of nothing is what somebody sets for a test, or where the CRM took the money elsewhere. After the switch AccessAlly's form is all
    /// that sells: whoever orders gets the offering, and pays nothing (inferred). A price is never written by `plan`: products must not be changed on a staging
    /// copy (documented).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {expect: null}}}
    /// site: {order-form/course-checkout: {price: 0.00 USD}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {expect: null}}}
    /// site: {order-form/course-checkout: {price: 1.00 USD}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {opt_in_forms: {}, order_forms: {free-checkout: {name: Free Checkout, custom_operation: {release: [mini-course]}, expect: {price: 0.00 USD}}}}
    /// site: {order-form/free-checkout: {id: "6", name: Free Checkout, operations: [{release: mini-course}], price: 0.00 USD, gateway: stripe, recurring: false, test_mode: true}}
    /// ```
    ///
    /// ## Fix
    /// Have the price set on live and copy the site again; or say that nobody is to pay, with `expect: {price: 0.00 USD}` under the form.
    {
        id: "price-of-nothing",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "S5",
        evidence: Inferred,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (plan, mut known) = (facts.plan(), Some(()));
    for (key, intent) in &plan.order_forms {
        let says = intent.expect.as_ref().is_some_and(|expect| expect.price.is_some());
        if says || left_out_inside(plan, &["order_forms", key, "expect"]) {
            continue;
        }
        let form = facts.order_form(After, key);
        known = known.and(form.map(drop));
        let Some(form) = form.flatten() else { continue };
        let price = form.price();
        known = known.and(price.map(drop));
        let Some(price) = price.flatten() else { continue };
        if Money::parse(price).is_some_and(|money| money.is_zero()) {
            let finding = RULE
                .at(Location::key(pointer(&["order_forms", key])), format!("`{}` takes nothing ({price})", form.name()))
                .label("no price is expected")
                .help("have the price set on live, and copy the site again; where nobody is to pay, say so: `expect: {price: 0.00 USD}`");
            out.push(form.excerpt(finding, "price:", "on the site"));
        }
    }
    known
}
