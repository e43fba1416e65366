use crate::diag::{Location, Severity::Error};
use crate::model::plan::Confirmation::{Content, NewUser, Order, WelcomeEmail};
use crate::model::plan::{AccessThrough, TestPurchase};
use crate::model::text::pointer;
use crate::rules::plan::stub;
use crate::rules::{Facts, Findings, Phase::GoLive, Source::Documented, declare_rule, left_out_inside};

use super::takes_money;

declare_rule! {
    /// An order form without a test purchase.
    ///
    /// ## What it does
    /// Reports order forms that take money, or that release an offering with `access_through: order-form`, and for which the
    /// plan has no test purchase. What counts is whether the form takes money, not the `access_through` of what it releases: a
    /// form is taken to take money unless the plan expects a price of zero and has no `failed_payment`.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for a test purchase on each offering's order form: the order succeeds, the expected
    /// content can be seen, the welcome e-mail arrives, and a new user exists.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {test_purchases: null}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {offerings: {course: {access_through: bundle}}, test_purchases: null}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {test_purchases: {course-checkout: {expect: [order, content]}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan:
    ///   offerings: {course: {access_through: bundle}}
    ///   order_forms: {course-checkout: {expect: {price: 0.00 USD}, failed_payment: null}}
    ///   test_purchases: null
    /// site: {order-form/course-checkout: {price: 0.00 USD}}
    /// ```
    ///
    /// ## Fix
    /// Add the form to `test_purchases`.
    {
        id: "test-purchase-missing",
        severity: Error,
        phase: GoLive,
        acceptable: true,
        guide: "S5",
        evidence: Documented,
        anchor: "/test_purchases",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    for (key, form) in &plan.order_forms {
        let mut released = form.custom_operation.release.iter().filter_map(|key| plan.offerings.get(key));
        let is_way_in = released.any(|offering| offering.access_through == AccessThrough::OrderForm);
        let tested = plan.test_purchases.contains_key(key) || left_out_inside(plan, &["test_purchases", key]);
        if !tested && (is_way_in || takes_money(form)) {
            let paste = stub(key, &TestPurchase { expect: vec![Order, Content, WelcomeEmail, NewUser] });
            out.push(
                RULE.at(
                    Location::key(pointer(&["order_forms", key])),
                    format!("the plan has no test purchase of `{}`", form.name),
                )
                .label("no test purchase")
                .help(format!(
                    "add `{key}` to `test_purchases` with what must be seen after it; of a form that takes no money say so: \
                     `expect: {{price: 0.00 USD}}`"
                ))
                .fix("add to `test_purchases`", paste)
                .to_add_to("/test_purchases")
                .on_site(format!("order-form/{key}")),
            );
        }
    }
    Some(())
}
