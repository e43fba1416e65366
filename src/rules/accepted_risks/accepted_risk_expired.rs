use crate::diag::{Location, Severity::Error};
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, day_in_words, declare_rule};

use super::{has_expired, written};

declare_rule! {
    /// An accepted risk whose last day has passed.
    ///
    /// ## What it does
    /// Reports every accepted risk whose `until` is before today (for a site in a file: before the day on which it was
    /// read). An expired one no longer has any effect.
    ///
    /// ## Why it matters
    /// Somebody answered for a known fault until that day. Nobody does now.
    ///
    /// ## Bad
    /// ```yaml
    /// plan:
    ///   accepted_risks:
    ///     - {rule: emails-off, at: /emails/enabled, reason: the host mails, owner: jo, until: "2026-11-01"}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {accepted_risks: []}
    /// ```
    ///
    /// ## Fix
    /// Fix the problem and remove the accepted risk, or agree on a new day with its owner.
    {
        id: "accepted-risk-expired",
        severity: Error,
        phase: Fit,
        acceptable: false,
        guide: "–",
        evidence: Inferred,
        anchor: "/accepted_risks",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    for (index, risk) in written(facts.plan()) {
        if has_expired(risk, facts) {
            let at = pointer(&["accepted_risks", &index.to_string(), "until"]);
            let today = day_in_words(facts);
            let message = format!("the accepted risk of `{}` was valid until {}; {today}", risk.rule, risk.until);
            let help =
                format!("fix the problem and remove the accepted risk, or agree on a new day with `{}`", risk.owner);
            out.push(RULE.at(Location::value(at), message).label("has passed").help(help));
        }
    }
    Some(())
}
