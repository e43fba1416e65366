use crate::diag::{Location, Severity::Error};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Migrate, Side::Before, Source::Documented, Target::Staging, declare_rule};

declare_rule! {
    /// A test purchase on the copy would be paid for real.
    ///
    /// ## What it does
    /// Reports order forms of the staging copy whose gateway is in live mode (`test_mode: false`) and of which the plan has a test purchase. The step
    /// of the test purchases says it once more.
    ///
    /// ## Why it matters
    /// A copy has live's keys of the gateway. The charging guard keeps it from charging subscriptions again (documented), and not a buyer
    /// at a form: a test purchase then is a real one, with a real invoice, and a subscription that a copy began goes on (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {order-form/course-checkout: {test_mode: false}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {order-form/course-checkout: {test_mode: true}}
    /// ```
    ///
    /// ## Fix
    /// On the copy, put the gateway's test keys into AccessAlly's payment settings, and its test mode on.
    {
        id: "gateway-in-live-mode",
        severity: Error,
        phase: Migrate,
        target: Staging,
        acceptable: false,
        guide: "S5",
        evidence: Documented,
        anchor: "/test_purchases",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let mut known = Some(());
    for key in facts.plan().test_purchases.keys() {
        let Some(form) = facts.order_form(Before, key) else {
            known = None;
            continue;
        };
        let Some(form) = form else { continue };
        let Some(is_test) = form.test_mode() else {
            known = None;
            continue;
        };
        if !is_test {
            let message = format!("a test purchase of `{}` would be paid for real, on the copy", form.name());
            let finding =
                RULE.at(Location::key(pointer(&["test_purchases", key])), message).label("in live mode").help(
                    "on the copy, put the gateway's test keys into AccessAlly's payment settings, and its test mode on",
                );
            out.push(form.excerpt(finding, "test_mode:", "real payments"));
        }
    }
    known
}
