use crate::diag::{Place, Severity::Error};
use crate::model::Step;
use crate::model::record::Evidence;
use crate::rules::{Facts, Findings, Phase::Migrate, Source::Documented, Target::Both, declare_rule};

declare_rule! {
    /// A line that the vendor's verification flagged was not looked at.
    ///
    /// ## What it does
    /// Reports each line with a "!" of the verification recorded last for which no acknowledgement follows in the record.
    ///
    /// ## Why it matters
    /// The guide asks for a review of every flagged line before the migration runs (documented). What each check of the
    /// vendor's tool means is not published, so `plan` keeps the lines word for word and does not interpret them.
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: 2026-11-21T05:40:00Z
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {verification: {host: staging.small.example, lines: [{text: "! 3 users", flagged: true}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: 2026-11-21T05:40:00Z
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {verification: {host: staging.small.example, lines: [{text: "! 3 users", flagged: true}]}}
    ///   - version: 1
    ///     at: 2026-11-21T05:50:00Z
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {acknowledgement: {line: 1, reason: test accounts}}
    /// ```
    ///
    /// ## Fix
    /// Look at the line on the site, then `plan record ack LINE --reason "…"`.
    {
        id: "verification-unacknowledged",
        severity: Error,
        phase: Migrate,
        target: Both,
        waivable: false,
        attestable: false,
        settled_by: Some(Step::StartVerification),
        precondition: true,
        guide: "S1",
        evidence: Documented,
        since: "0.1.0",
        anchor: "/migration",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let entries = &facts.record().entries;
    let last = entries.iter().rposition(|entry| matches!(entry.evidence, Evidence::Verification(_)));
    let Some((Evidence::Verification(verification), after)) = last.map(|at| (&entries[at].evidence, &entries[at..]))
    else {
        return Some(());
    };
    let seen =
        |number: usize| after.iter().any(|e| matches!(&e.evidence, Evidence::Acknowledgement(a) if a.line == number));
    for (number, _) in (1..).zip(&verification.lines).filter(|(_, line)| line.flagged).filter(|(n, _)| !seen(*n)) {
        out.push(
            RULE.at(
                Place::key("/migration"),
                format!("nobody looked at line {number} of the verification, which carries a \"!\""),
            )
            .label("not acknowledged")
            .help(format!("look at it on the site, then: plan record ack {number} --reason \"…\"")),
        );
    }
    Some(())
}
