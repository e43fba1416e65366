use crate::change::text;
use crate::diag::{Location, Severity::Warning};
use crate::model::Kind;
use crate::model::state::Object;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Inferred, Target::Both, declare_rule};

declare_rule! {
    /// An order form takes payments through another gateway than the plan expects.
    ///
    /// ## What it does
    /// Compares `expect.gateway` of every order form with the site's gateway, without regard to case.
    ///
    /// ## Why it matters
    /// Gateways differ in what happens after a failed payment: PayPal manages its own retries (documented). A form that
    /// shows another gateway than agreed was changed, or is not the form that was meant (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/course-checkout: {gateway: paypal}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {expect: {gateway: Stripe}}}}
    /// ```
    ///
    /// ## Fix
    /// Correct the plan, or the form's gateway.
    {
        id: "gateway-differs",
        severity: Warning,
        phase: Configure,
        target: Both,
        acceptable: true,
        attestable: true,
        guide: "S5",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let site = facts.order_forms(After)?;
    for (key, intent) in &facts.plan().order_forms {
        let expected = intent.expect.as_ref().and_then(|expect| expect.gateway.as_deref());
        let (Some(expected), Some(form)) = (expected, site.get(key)) else { continue };
        let fact = format!("order-form/{key}: gateway");
        let Some(gateway) = facts.field(Kind::OrderForm, &fact, form.gateway.as_deref()) else { continue };
        if gateway.to_lowercase() != expected.to_lowercase() {
            let message =
                format!("`{}` takes payments through `{gateway}`, and the plan expects `{expected}`", form.name);
            let excerpt = text::object(&Object::OrderForm(form.clone()));
            out.push(
                RULE.at(Location::value(pointer(&["order_forms", key, "expect", "gateway"])), message)
                    .label("expected here")
                    .help("correct the plan, or look at the form under AccessAlly > Sales > Order Form Setup")
                    .excerpt(format!("order-form/{key}"), excerpt, "gateway:", "on the site"),
            );
        }
    }
    Some(())
}
