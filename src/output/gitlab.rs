//! GitLab's code quality report: a list of issues, by the part of Code Climate's form that GitLab reads.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::listed::{Listed, Weight, worst_first};
use super::{Report, escape};

/// Writes the findings, the worst first. What somebody answers for is no issue.
pub fn render(reports: &[Report<'_>], out: &mut dyn Write) -> io::Result<()> {
    escape::json(&worst_first(reports).iter().map(issue).collect::<Vec<_>>(), out)
}

fn issue(listed: &Listed<'_>) -> Value {
    let severity = match listed.weight {
        Weight::Error => "critical",
        Weight::Unproven => "major",
        Weight::Warning => "minor",
        Weight::Info => "info",
    };
    json!({
        "description": listed.message,
        "check_name": listed.finding.rule,
        "fingerprint": listed.fingerprint,
        "severity": severity,
        "location": {"path": listed.place.path, "lines": {"begin": listed.place.spot.start.line}},
    })
}
