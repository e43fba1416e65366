use crate::diag::{Location, Severity::Warning};
use crate::model::spelling::{is_only_spelling, is_same};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Inferred, declare_rule};
use crate::text::{Correction, apart};

declare_rule! {
    /// An order form takes payments through another gateway than the plan expects.
    ///
    /// ## What it does
    /// Compares `expect.gateway` of every order form with the site's gateway, without regard to case. Another
    /// spelling of the same is information.
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
        acceptable: false,
        guide: "S5",
        evidence: Inferred,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let mut known = Some(());
    for (key, intent) in &facts.plan().order_forms {
        let Some(expected) = intent.expect.as_ref().and_then(|expect| expect.gateway.as_deref()) else { continue };
        let Some(form) = facts.order_form(After, key) else {
            known = None;
            continue;
        };
        let Some((form, gateway)) = form.and_then(|form| Some((form, form.gateway()?))) else { continue };
        let at = pointer(&["order_forms", key, "expect", "gateway"]);
        let place = Location::value(at.clone());
        let lower = expected.to_lowercase();
        if let Some(gateway) = gateway.filter(|gateway| is_only_spelling(&gateway.to_lowercase(), &lower)) {
            let written = Correction::Value { at, to: gateway.to_owned() };
            let finding = RULE
                .respelt(place, "the gateway", [expected, gateway])
                .corrected_by(format!("write the gateway as the site does: `{gateway}`"), [written]);
            out.push(form.excerpt(finding, "gateway:", "on the site"));
        } else if gateway.is_none_or(|gateway| !is_same(&gateway.to_lowercase(), &lower)) {
            let name = form.name();
            let message = match gateway {
                Some(gateway) => {
                    let [gateway, expected] = apart(gateway, expected);
                    format!("`{name}` takes payments through `{gateway}`, and the plan expects `{expected}`")
                }
                None => format!("`{name}` takes no payments on the site, and the plan expects `{expected}`"),
            };
            let finding = RULE
                .at(place, message)
                .label("expected here")
                .help("correct the plan, or look at the form under AccessAlly > Sales > Order Form Setup");
            out.push(form.excerpt(finding, "gateway:", "on the site"));
        }
    }
    known
}
