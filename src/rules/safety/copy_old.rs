use jiff::SignedDuration;

use crate::diag::{Location, Severity::Warning};
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, Target::Staging, declare_rule};

declare_rule! {
    /// The staging copy was made long ago.
    ///
    /// ## What it does
    /// Reports a staging copy that was made of live more than 14 days before it was read. No reading shows when a copy was
    /// made, so this is what a person put on record. Where live was read beside the copy and nobody did, the age of the
    /// copy is unknown.
    ///
    /// ## Why it matters
    /// Members, orders and settings of live go on while the copy stands still: what is rehearsed on an old one, and counted
    /// and timed there, says less about live (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {copied: {host: staging.small.example, at: "2026-11-07T06:11:59Z"}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {copied: {host: staging.small.example, at: "2026-11-07T06:12:00Z"}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// live: null
    /// record: []
    /// ```
    ///
    /// ## Fix
    /// Make the copy again from live, and put on record when: ``plan record copied TIME --plan PLAN --who WHO``.
    {
        id: "copy-old",
        severity: Warning,
        phase: Configure,
        target: Staging,
        acceptable: true,
        guide: "P1",
        evidence: Inferred,
        anchor: "/sites/staging",
    }
}

/// How old a copy may be: as long as what a person saw on a screen counts at most.
const ALLOWED: SignedDuration = SignedDuration::from_hours(24 * crate::model::saw::FACT_DAYS);

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(made) = facts.copied()? else { return Some(()) };
    let age = facts.now().duration_since(made);
    if age > ALLOWED {
        let message =
            format!("the copy was made of live as it was at {made}, {} days before it was read", age.as_hours() / 24);
        out.push(
            RULE.at(Location::value("/sites/staging"), message)
                .label("an old copy")
                .help("make the copy again from live, then: `plan record copied TIME --plan PLAN --who WHO`"),
        );
    }
    Some(())
}
