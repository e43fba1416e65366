use crate::diag::{Finding, Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, declare_rule};

declare_rule! {
    /// A line of the record is not one that `plan record` would write.
    ///
    /// ## What it does
    /// Checks every line of the record as if somebody had written it by hand. Each line needs a time that is not in the
    /// future, and an author from the plan's `people`. Its texts, names and measurements must not be empty. A backup,
    /// reading or restore that it mentions must be earlier than the line. A restore takes a week at most, and an
    /// attestation is valid for 60 days at most. A line of a version that this build does not know is refused before
    /// anything is judged.
    ///
    /// ## Why it matters
    /// The record is the evidence for facts that no machine can read. A line that cannot be true is no evidence, and it
    /// can hide a true one, since only the last line of a kind counts.
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: eve
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files, database], taken_at: "2026-11-21T05:10:00Z", stored_off_server: true, source: {restore-point: RP-4471}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files, database], taken_at: "2026-11-21T05:10:00Z", stored_off_server: true, source: {restore-point: " "}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {people: {jo: operator}}
    /// ```
    ///
    /// ## Fix
    /// Restore the record from git, or move it away and record what was seen again with `plan record`.
    {
        id: "record-line-wrong",
        severity: Error,
        phase: Fit,
        acceptable: false,
        evidence: Inferred,
        anchor: "",
    }
}

/// Lines that are named; the others are counted.
const NAMED: usize = 20;

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let mut more = 0_usize;
    for entry in &facts.record().entries {
        let unknown = || {
            // A plan that does not fit may lack the people that it names.
            let is_known = !plan.left_out.is_empty() || plan.people.contains_key(&entry.who);
            (!is_known).then(|| format!("is by `{}`, who is not among the plan's `people`", entry.who))
        };
        let Some(fault) = entry.fault(facts.latest()).or_else(unknown) else { continue };
        if out.len() < NAMED {
            out.push(found(format!("line {} of the record {fault}", entry.line)));
        } else {
            more += 1;
        }
    }
    if more > 0 {
        out.push(found(format!("{more} more lines of the record are wrong")));
    }
    Some(())
}

fn found(message: String) -> Finding {
    RULE.at(Location::value(""), message)
        .label("this plan's record")
        .help("restore the record from git, or move it away and record what was seen again")
}
