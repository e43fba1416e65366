use crate::diag::{Location, Severity::Error};
use crate::model::money::{Money, NoMoney};
use crate::model::text::{many, pointer};
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, declare_rule};
use crate::text::Correction;

declare_rule! {
    /// An expected price that nobody can charge.
    ///
    /// ## What it does
    /// Checks that every `expect.price` has a currency that exists (ISO 4217, and those withdrawn since 2023), and no more
    /// decimals than that currency has: three for Kuwaiti dinars, none for yen.
    ///
    /// ## Why it matters
    /// A price with a currency that does not exist, or with decimals that the currency does not have, is a typing error: it may
    /// be ten or a thousand times what was meant. A comparison with the site would never match, or only by accident.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {expect: {price: 497.00 XYZ}}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {expect: {price: 497.00 JPY}}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {expect: {price: 1.500 KWD}}}}
    /// site: {order-form/course-checkout: {price: 1.5 KWD}}
    /// ```
    ///
    /// ## Fix
    /// Write the amount as the currency has it, with the currency's three letters: `497.00 USD`, `497 JPY`, `1.500 KWD`.
    {
        id: "price-impossible",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "S5",
        evidence: Inferred,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    for (key, intent) in &facts.plan().order_forms {
        let Some(price) = intent.expect.as_ref().and_then(|expect| expect.price.as_ref()) else { continue };
        let mut same = None;
        let (message, help) = match Money::written(&price.0) {
            Ok(_) => continue,
            Err(NoMoney::NoCurrency(code)) => (
                format!("`{code}` is no currency, so nobody can charge `{}`", price.0),
                "write the currency's three letters as ISO 4217 has them, for example `USD`".to_owned(),
            ),
            Err(NoMoney::TooFine { currency, decimals }) => {
                let of = currency.unwrap_or_else(|| "an amount without a currency".to_owned());
                let has = if decimals == 0 {
                    "no decimals".to_owned()
                } else {
                    format!("at most {}", many(decimals, "decimal"))
                };
                (
                    format!("the expected price is `{}`, but {of} has {has}", price.0),
                    match Money::parse(&price.0) {
                        Some(meant) => {
                            let help = format!("write `{meant}`, if that is what was meant");
                            same = Some(meant.to_string());
                            help
                        }
                        None => "find out what was meant, and write no thousands separator".to_owned(),
                    },
                )
            }
            Err(NoMoney::NoAmount) => {
                (format!("the expected price `{}` is no amount", price.0), "write it like `497.00 USD`".to_owned())
            }
        };
        let at = pointer(&["order_forms", key, "expect", "price"]);
        let finding = RULE.at(Location::value(at.clone()), message).label("no price").help(help);
        out.push(match same {
            Some(to) => finding.perhaps_corrected_by(format!("write `{to}`"), [Correction::Value { at, to }]),
            None => finding,
        });
    }
    Some(())
}
