use crate::diag::{Location, Severity::Warning};
use crate::model::population::Few;
use crate::model::text::many;
use crate::rules::few::named;
use crate::rules::{Facts, Findings, Phase::GoLive, Source::Documented, declare_rule};

declare_rule! {
    /// Subscriptions with a failed payment go into the switch.
    ///
    /// ## What it does
    /// Counts the subscriptions in `Payment Due` and in `Payment Failed`, and names the first few subscribers of each.
    ///
    /// ## Why it matters
    /// A payment is tried three times, one day apart, and is then failed (documented). The CRM's sequence that goes after these members ends
    /// with the switch, in the middle, and nothing goes on with it: they keep what they do not pay for, or lose it without a word
    /// (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// payment_due: {count: 2, first: ["101", "102"]}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// payment_failed: {count: 1, first: ["103"]}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// payment_due: {count: 0}
    /// ```
    ///
    /// ## Fix
    /// Write to these members before the window, and look again on the fourth day after it, when the last retry is over: under AccessAlly > Sales >
    /// Subscriptions, by status.
    {
        id: "unpaid-subscription",
        severity: Warning,
        phase: GoLive,
        acceptable: true,
        precondition: true,
        guide: "–",
        evidence: Documented,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let census = facts.of_population(&["subscription"])?;
    let mut say = |found: &Few, status: &str| {
        if found.count > 0 {
            let is = if found.count == 1 { "is" } else { "are" };
            let message = format!("{} {is} in `{status}`: {}", many(found.count, "subscription"), named(found));
            let help = "write to these members before the window, and look again under AccessAlly > Sales > Subscriptions on the fourth day after it";
            out.push(RULE.at(Location::key("/order_forms"), message).label("not paid").help(help));
        }
    };
    say(&census.payment_due, "Payment Due");
    say(&census.payment_failed, "Payment Failed");
    Some(())
}
