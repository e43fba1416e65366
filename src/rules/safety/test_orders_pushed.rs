use std::collections::BTreeSet;

use crate::diag::{Location, Severity::Warning};
use crate::model::plan::Strategy;
use crate::rules::{Facts, Findings, Phase::GoLive, Source::Inferred, Target::Staging, declare_rule};

declare_rule! {
    /// Test orders would be pushed to live.
    ///
    /// ## What it does
    /// With a strategy that pushes staging over live, reports test purchases on record whose orders are still on the
    /// staging copy, and test purchases recorded without an order ID, for which this is unknown.
    ///
    /// ## Why it matters
    /// The push takes the whole database along: test orders then count as sales, test buyers as members, and a test
    /// subscription can be charged from live (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {strategy: freeze-and-push}
    /// found_orders: ["7001"]
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {purchase: {host: staging.small.example, form: course-checkout, saw: [order], orders: ["7001"]}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {strategy: push-then-merge}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {purchase: {host: staging.small.example, form: course-checkout, saw: [order]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {strategy: freeze-and-push}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {purchase: {host: staging.small.example, form: course-checkout, saw: [order], orders: ["7001"]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {purchase: {host: staging.small.example, form: course-checkout, saw: [order]}}
    /// ```
    ///
    /// ## Fix
    /// Remove the test buyers and their orders on the staging copy before the push, then take its snapshot again. Name an
    /// order with `plan record purchase FORM --saw order --order ID`.
    {
        id: "test-orders-pushed",
        severity: Warning,
        phase: GoLive,
        target: Staging,
        acceptable: false,
        guide: "S6",
        evidence: Inferred,
        anchor: "/test_purchases",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    if !matches!(plan.strategy, Some(Strategy::FreezeAndPush | Strategy::PushThenMerge)) {
        return Some(());
    }
    let purchases: Vec<_> = plan.staging_site().iter().flat_map(|staging| facts.record().purchases(staging)).collect();
    let forms: BTreeSet<&str> = purchases.iter().map(|purchase| purchase.form.as_str()).collect();
    for form in forms {
        let of_form = purchases.iter().filter(|purchase| purchase.form == form);
        let orders: BTreeSet<&String> = of_form.flat_map(|purchase| &purchase.orders).collect();
        if orders.is_empty() {
            let message = format!(
                "the record names no order for the test purchase on `{form}`, so it is unknown whether the order is gone"
            );
            let help = format!(
                "remove test buyer and order before the push, and name it: `plan record purchase {form} --saw order --order ID --plan PLAN --who WHO`"
            );
            out.push(RULE.at(Location::key("/test_purchases"), message).label("which order was it?").help(help));
            continue;
        }
        facts.population_section("order")?;
        let found = &facts.census()?.found_orders;
        let still: Vec<&str> = orders.into_iter().filter(|id| found.contains(*id)).map(String::as_str).collect();
        if !still.is_empty() {
            let message = format!("test orders on `{form}` are still on the staging copy: {}", still.join(", "));
            let help = "remove the test buyers and their orders before the push, then take the snapshot again";
            out.push(RULE.at(Location::key("/test_purchases"), message).label("pushed with it").help(help));
        }
    }
    Some(())
}
