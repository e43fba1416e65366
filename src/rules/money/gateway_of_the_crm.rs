use crate::diag::{Finding, Location, Severity::Error};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Side::Before, Source::Documented, declare_rule};

use super::is_elsewhere;

declare_rule! {
    /// A payment goes through the CRM, or through a cart that is not AccessAlly's.
    ///
    /// ## What it does
    /// Reports order forms whose gateway is the CRM that the site leaves, another CRM, or a cart: on the site, whether the plan has the
    /// form or leaves it alone, and as `expect/gateway` of the plan.
    ///
    /// ## Why it matters
    /// The vendor's guide asks that all payments go through AccessAlly's order forms: order forms and payments of the CRM are not compatible with
    /// Managed Contacts, and subscriptions that the CRM charges are not moved (documented). A CRM that is cancelled afterwards
    /// charges nobody any more, and one that is kept charges members whose access nothing ends (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {expect: {gateway: null}}}}
    /// site: {order-form/course-checkout: {gateway: Ontraport}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {leave_alone: {order_forms: {old-checkout: sold out}}}
    /// site: {order-form/old-checkout: {id: "9", name: Old Checkout, operations: [], price: 97.00 USD, gateway: keap payments, recurring: false}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {expect: {gateway: ontraport}}}}
    /// site: {order-form/course-checkout: {gateway: ontraport}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {expect: {gateway: paypal}}}}
    /// site: {order-form/course-checkout: {gateway: PayPal}}
    /// ```
    ///
    /// ## Fix
    /// Connect Stripe or PayPal with AccessAlly, and choose it on the form under AccessAlly > Sales > Order Form Setup. Members whom
    /// the CRM charges have to agree to a new subscription.
    {
        id: "gateway-of-the-crm",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "P4",
        evidence: Documented,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let (plan, crm) = (facts.plan(), &facts.plan().crm.name);
    for (key, intent) in &plan.order_forms {
        let expected = intent.expect.as_ref().and_then(|expect| expect.gateway.as_ref());
        if let Some(gateway) = expected.filter(|gateway| is_elsewhere(gateway, crm)) {
            let at = Location::value(pointer(&["order_forms", key, "expect", "gateway"]));
            out.push(finding(at, &intent.name, gateway).on_site(format!("order-form/{key}")));
        }
    }
    let mut known = Some(());
    for (key, form) in facts.order_forms(Before)?.iter() {
        let Some(gateway) = form.gateway() else {
            known = None;
            continue;
        };
        let Some(gateway) = gateway.filter(|gateway| is_elsewhere(gateway, crm)) else { continue };
        let at = match plan.order_forms.get(key) {
            Some(intent) if intent.expect.as_ref().is_some_and(|expect| expect.gateway.as_ref() == Some(gateway)) => {
                continue;
            }
            Some(_) => pointer(&["order_forms", key]),
            None if plan.leave_alone.order_forms.contains_key(key) => pointer(&["leave_alone", "order_forms", key]),
            // A form of which the plan says nothing has a rule of its own; it charges all the same.
            None => "/order_forms".to_owned(),
        };
        out.push(form.excerpt(finding(Location::key(at), form.name(), gateway), "gateway:", "charges elsewhere"));
    }
    known
}

fn finding(at: Location, form: &str, gateway: &str) -> Finding {
    RULE.at(at, format!("`{form}` takes payments through `{gateway}`, and not through a gateway of AccessAlly"))
        .label(format!("through `{gateway}`"))
        .help("connect Stripe or PayPal with AccessAlly and choose it on the form; whoever is charged elsewhere has to agree to a new subscription")
}
