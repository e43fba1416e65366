use crate::diag::{Location, Severity::Error};
use crate::model::plan::Ending;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

declare_rule! {
    /// Whoever cancels or is refunded keeps access, and the plan gives no reason.
    ///
    /// ## What it does
    /// Reports `stop` under `access_after` of an order form, for a cancellation or a refund, without a `reason` beside it.
    ///
    /// ## Why it matters
    /// *Stop* ends the charging and revokes nothing (documented): whoever cancels, or has their money back, keeps what they no longer pay for. Where that is meant, the
    /// reason says so, or who takes access away instead.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {access_after: {cancellation: stop, refund: revoke}}}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {access_after: {cancellation: cancel, refund: stop}}}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {order_forms: {course-checkout: {access_after: {cancellation: stop, refund: revoke, reason: what was paid for stays open}}}}
    /// ```
    ///
    /// ## Fix
    /// Set `cancel` or `revoke`; or give the `reason` why access may stay, and who takes it away where somebody has to.
    {
        id: "access-kept-without-reason",
        severity: Error,
        phase: Configure,
        acceptable: false,
        guide: "–",
        evidence: Documented,
        anchor: "/order_forms",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    for (key, form) in &facts.plan().order_forms {
        let Some(after) = form.access_after.as_ref().filter(|after| after.reason.is_none()) else { continue };
        let ends = [("cancellation", after.cancellation, "cancels"), ("refund", after.refund, "is refunded at")];
        for (part, _, what) in ends.into_iter().filter(|(_, ending, _)| *ending == Ending::Stop) {
            let at = Location::value(pointer(&["order_forms", key, "access_after", part]));
            out.push(
                RULE.at(at, format!("whoever {what} `{}` keeps access", form.name))
                    .label("`stop` without a `reason`")
                    .help("choose `cancel` (access ends with the paid period) or `revoke` (it ends now), or give the `reason` why it may stay"),
            );
        }
    }
    Some(())
}
