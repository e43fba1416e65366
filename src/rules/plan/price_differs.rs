use crate::diag::{Location, Severity::Error};
use crate::model::money::Money;
use crate::model::state::OrderForm;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Of, Phase::Configure, Side::After, Source::Inferred, declare_rule};

declare_rule! {
    /// An order form shows another price than the plan expects.
    ///
    /// ## What it does
    /// Compares `expect.price` of every order form with the site's price: the amount, and the currency where the plan names
    /// one. A price that cannot be read is reported too. Where the site's price has no currency, the rule is unproven.
    ///
    /// ## Why it matters
    /// A price is compared and never written: products, offers and subscriptions must not be changed on a staging copy,
    /// or purchase data will not match on the way back (documented). Somebody has to know which of two prices is right.
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/course-checkout: {price: 49.70 USD}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/course-checkout: {price: 3 payments of 199}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {expect: {price: 497}}}}
    /// ```
    ///
    /// ## Fix
    /// Find out which price is right. Correct the plan, or have the price corrected where it is wrong.
    {
        id: "price-differs",
        severity: Error,
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
        let Some(expected) = intent.expect.as_ref().and_then(|expect| expect.price.as_ref()) else { continue };
        let Some(form) = facts.order_form(After, key) else {
            known = None;
            continue;
        };
        // What is no price at all is another rule's.
        let Some(expected) = Money::parse(&expected.0) else { continue };
        if let Some((form, price)) = form.and_then(|form| Some((form, form.price()?))) {
            judge(&expected, (form, price), out);
        }
    }
    known
}

fn judge(expected: &Money, (form, price): (Of<'_, '_, OrderForm>, Option<&String>), out: &mut Findings) {
    let name = form.name();
    let message = match (price, price.and_then(|price| Money::parse_beside(price, expected))) {
        (Some(price), Some(site)) if expected.agrees_with(&site) => {
            if site.lacks_currency_of(expected) {
                form.unknown_currency(price);
            }
            return;
        }
        (None, _) => format!("`{name}` has no price on the site, and the plan expects {expected}"),
        (Some(price), Some(_)) => format!("`{name}` costs {price} on the site, and the plan expects {expected}"),
        (Some(price), None) => format!("the site's price of `{name}`, `{price}`, cannot be read as an amount"),
    };
    let help = "find out which price is right (AccessAlly > Sales > Order Form Setup, Pricing) and correct the other; \
                do not change prices on the staging copy alone";
    let place = Location::value(pointer(&["order_forms", form.key(), "expect", "price"]));
    let finding = RULE.at(place, message).label("expected here").help(help);
    out.push(form.excerpt(finding, "price:", "on the site"));
}
