use crate::diag::{Location, Severity::Error};
use crate::model::Price;
use crate::model::keyed::name_to_say;
use crate::model::money::Money;
use crate::model::plan::{CustomOperation, FailedPayment, FormExpectation, OrderFormIntent};
use crate::model::state::OrderForm;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Documented, declare_rule};

use super::{at, is_left_alone, leave_alone_stub, mention, opened, stub};

declare_rule! {
    /// An order form of the site that the plan does not mention.
    ///
    /// ## What it does
    /// Reports every order form that the site has, and that is neither in `order_forms` nor left alone with a reason.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for a Release custom operation on the order form of every paid offering. A form that
    /// nobody looked at goes on selling after the switch, with whatever it did before.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/summit-pass: {id: "9", name: Summit Pass, operations: [{add-tags: [Summit]}]}, tag/Summit: {}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {leave_alone: {order_forms: {summit-pass: sold out}}}
    /// site: {order-form/summit-pass: {id: "9", name: Summit Pass, operations: [{add-tags: [Summit]}]}, tag/Summit: {}}
    /// ```
    ///
    /// ## Fix
    /// Add it to `order_forms`, or to `leave_alone` with the reason.
    {
        id: "order-form-not-in-plan",
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
    for (key, form) in facts.order_forms(After)?.iter() {
        if plan.mentions("order_forms", key) || is_left_alone(plan, "order_forms", key) {
            continue;
        }
        let message = format!("the site's order form `{}` is neither in the plan nor left alone", form.name());
        let finding = RULE
            .at(Location::key(at("order_forms", key)), message)
            .label(format!("`{key}` is not here"))
            .help(mention("order_forms"));
        let finding = form.excerpt(finding, "name:", "not in the plan");
        out.push(match intent(key, form.proposed()) {
            Some(intent) => finding.fix("add to `order_forms`", stub(key, &intent)).to_add_to("/order_forms"),
            None => finding.fix("leave it alone, with your reason", leave_alone_stub("order_forms", key)),
        });
    }
    Some(())
}

/// The form as the plan would write it; none for a form that opens no offering.
fn intent(key: &str, form: &OrderForm) -> Option<OrderFormIntent> {
    let release = opened(form.operations.set().into_iter().flatten());
    let price = form.price.set().and_then(|price| Money::parse(price)).map(|price| Price(price.to_string()));
    let expected = price.is_some() || form.gateway.set().is_some();
    (!release.is_empty()).then(|| OrderFormIntent {
        name: name_to_say(key, &form.name),
        custom_operation: CustomOperation { release },
        failed_payment: form
            .after_final_retry
            .set()
            .copied()
            .map(|after_final_retry| FailedPayment { after_final_retry, reason: None }),
        access_after: None,
        expect: expected.then(|| FormExpectation { price, gateway: form.gateway.set().cloned() }),
    })
}
