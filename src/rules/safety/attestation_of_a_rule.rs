use crate::diag::{Location, Severity::Warning};
use crate::model::record::Evidence;
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, declare_rule};

declare_rule! {
    /// A line of the record says that a rule holds.
    ///
    /// ## What it does
    /// Reports, once, the lines by which earlier builds let a person say that a rule holds (`attestation` or `word` in the
    /// record). They count for nothing.
    ///
    /// ## Why it matters
    /// An attestation about a rule hides what was seen: an empty plan became green with one such line for each rule. A person
    /// attests what a screen shows, and rules judge it.
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {word: {rule: emails-off, says: seen on the screen, until: "2026-12-31"}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {saw: {host: staging.small.example, "on": {kind: emails, key: emails}, fields: {enabled: true}, until: "2026-12-01"}}
    /// ```
    ///
    /// ## Fix
    /// Where a rule lacks a fact, its finding names the screen and the command that records it: `plan record saw OBJECT
    /// FIELD=VALUE --plan PLAN --who WHO`. The old lines may stay; accept this risk (`at: ""`) if they do.
    {
        id: "attestation-of-a-rule",
        severity: Warning,
        phase: Fit,
        acceptable: true,
        evidence: Inferred,
        anchor: "",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let entries = facts.record().entries.iter().zip(1_usize..);
    let mut lines = entries.filter(|(entry, _)| matches!(entry.evidence, Evidence::Attestation(_))).map(|(_, at)| at);
    let Some(first) = lines.next() else { return Some(()) };
    let message = match lines.count() {
        0 => format!("line {first} of the record attests that a rule holds, and counts for nothing"),
        more => {
            format!("line {first} of the record attests that a rule holds, and counts for nothing; so do {more} more")
        }
    };
    let help =
        "record what you see where a rule lacks a fact: `plan record saw OBJECT FIELD=VALUE --plan PLAN --who WHO`";
    out.push(RULE.at(Location::value(""), message).label("this plan's record").help(help));
    Some(())
}
