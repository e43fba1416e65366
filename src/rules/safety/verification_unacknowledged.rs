use crate::diag::{Location, Severity::Error};
use crate::model::Step;
use crate::model::verified::Verified;
use crate::rules::{Facts, Findings, Phase::Migrate, Source::Documented, declare_rule};

use super::site_in_plan;

declare_rule! {
    /// A line that the vendor's verification flagged was not looked at.
    ///
    /// ## What it does
    /// Reports each line with a "!" in the judged site's last recorded verification that nobody has acknowledged since.
    ///
    /// ## Why it matters
    /// The guide asks for a review of every flagged line before the migration runs (documented). What each check of the
    /// vendor's tool means is not published, so `plan` keeps the lines word for word and does not interpret them.
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {verification: {host: staging.small.example, lines: [{text: "! 3 users", flagged: true}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {verification: {host: staging.small.example, lines: [{text: "! 3 users", flagged: true}]}}
    ///   - version: 1
    ///     at: "2026-11-21T05:50:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {acknowledgement: {line: 1, reason: test accounts}}
    /// ```
    ///
    /// ## Fix
    /// Look at the line on the site, then `plan record ack LINE --reason "…" --plan PLAN --who WHO`.
    {
        id: "verification-unacknowledged",
        severity: Error,
        phase: Migrate,
        acceptable: false,
        settled_by: Some(Step::StartVerification),
        precondition: true,
        guide: "S1",
        evidence: Documented,
        anchor: "/migration",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let verified = site_in_plan(facts).map(|site| facts.record().verified(&site));
    let Some(Verified::Unseen(lines)) = verified else { return Some(()) };
    for line in lines {
        out.push(
            RULE.at(
                Location::key("/migration"),
                format!("nobody looked at line {line} of the verification, which carries a \"!\""),
            )
            .label("not acknowledged")
            .help(format!(
                "look at it on the site, then: `plan record ack {line} --reason \"WHY\" --plan PLAN --who WHO`"
            )),
        );
    }
    Some(())
}
