use crate::change::text;
use crate::diag::{Location, Severity::Error};
use crate::model::Kind;
use crate::model::state::{Object, OrderForm};
use crate::model::text::{Money, pointer};
use crate::rules::{Facts, Findings, Phase::Configure, Side::After, Source::Inferred, Target::Both, declare_rule};

declare_rule! {
    /// An order form shows another price than the plan expects.
    ///
    /// ## What it does
    /// Compares `expect.price` of every order form with the site's price: the amount, and the currency where both name
    /// one. A price that cannot be read is reported too.
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
        target: Both,
        acceptable: false,
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
        let expected = intent.expect.as_ref().and_then(|expect| expect.price.as_ref());
        let (Some(expected), Some(form)) = (expected, site.get(key)) else { continue };
        let fact = format!("order-form/{key}: price");
        if let Some(price) = facts.field(Kind::OrderForm, &fact, form.price.as_deref()) {
            judge(key, &expected.0, (form, price), out);
        }
    }
    Some(())
}

fn judge(key: &str, expected: &str, (form, price): (&OrderForm, &str), out: &mut Findings) {
    let message = match (Money::parse(expected), Money::parse(price)) {
        (Some(plan), Some(site)) if plan.agrees_with(&site) => return,
        (Some(_), Some(_)) => format!("`{}` costs {price} on the site, and the plan expects {expected}", form.name),
        (None, _) => format!("the expected price `{expected}` of `{}` cannot be read as an amount", form.name),
        (_, None) => format!("the site's price of `{}`, `{price}`, cannot be read as an amount", form.name),
    };
    let help = "find out which price is right (AccessAlly > Sales > Order Form Setup, Pricing) and correct the other; \
                do not change prices on the staging copy alone";
    out.push(
        RULE.at(Location::value(pointer(&["order_forms", key, "expect", "price"])), message)
            .label("expected here")
            .help(help)
            .excerpt(
                format!("order-form/{key}"),
                text::object(&Object::OrderForm(form.clone())),
                "price:",
                "on the site",
            ),
    );
}
