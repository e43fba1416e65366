use crate::diag::{Finding, Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, Target::Both, declare_rule};

declare_rule! {
    /// A line of the record is none that `plan record` writes.
    ///
    /// ## What it does
    /// Reads every line of the record beside the plan as if a hand had written it. Each has a time that is not in the
    /// future and is by somebody of the plan's `people`; what it says, names and measures is not empty; a backup, a
    /// reading and a restore that it speaks of lie before it; a restore took a week at most; an attestation counts for 60
    /// days at most. A line of a version that this build does not know is refused before anything is judged.
    ///
    /// ## Why it matters
    /// The record is what stands for facts that no machine can read. A line that nobody can have written in good faith
    /// stands for none, and it can keep a right one from counting, as the last line of a kind is the one that counts.
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: 2026-11-21T05:40:00Z
    ///     who: eve
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files, database], taken_at: 2026-11-21T05:10:00Z, stored_off_server: true, source: {restore-point: RP-4471}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: 2026-11-21T05:40:00Z
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files, database], taken_at: 2026-11-21T05:10:00Z, stored_off_server: true, source: {restore-point: " "}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {people: {jo: operator}}
    /// ```
    ///
    /// ## Fix
    /// Take the record from git as it was, or move it away and record what was seen again with `plan record`.
    {
        id: "record-line-wrong",
        severity: Error,
        phase: Fit,
        target: Both,
        acceptable: false,
        attestable: false,
        precondition: false,
        evidence: Inferred,
        since: "0.1.0",
        anchor: "",
    }
}

/// Lines that are named; the others are counted.
const NAMED: usize = 20;

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let mut more = 0_usize;
    for (at, entry) in facts.record().entries.iter().enumerate() {
        let unknown = || {
            // A plan that does not fit may lack the people that it names.
            let is_known = !plan.left_out.is_empty() || plan.people.contains_key(&entry.who);
            (!is_known).then(|| format!("is by `{}`, who is not among the plan's `people`", entry.who))
        };
        let Some(fault) = entry.fault(facts.latest()).or_else(unknown) else { continue };
        if out.len() < NAMED {
            out.push(found(format!("line {} of the record {fault}", at + 1)));
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
        .help("take the record from git as it was, or move it away and record what was seen again")
}
