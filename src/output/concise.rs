//! One line a finding: `path:line:column: severity[rule] message`; what is coming last.

use std::io::{self, Write};

use super::{Report, escape};

/// Writes the report, one line a finding, then the verdict.
pub fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    findings(report, out)?;
    writeln!(out, "{}", escape::line(&report.summary().join(" · ")))
}

/// The same of one of several, whose verdict names its plan.
pub fn render_of_many(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    findings(report, out)?;
    writeln!(out, "{}", escape::line(&report.headline()))
}

/// What is due, one line a finding, then the verdict with its counts, and nothing of what comes later.
pub fn render_quietly(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    due(report, out)?;
    let lines = report.summary();
    let verdict = lines.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(" · ");
    writeln!(out, "{}", escape::line(&format!("{}: {verdict}", report.path)))
}

fn findings(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    due(report, out)?;
    for (finding, coming, spot) in report.coming() {
        let path = escape::line(report.sources.text(spot.document).source.name());
        let (line, column) = (spot.start.line, spot.start.column);
        writeln!(
            out,
            "{path}:{line}:{column}: coming[{}] at {}: {}",
            finding.rule,
            coming.message(),
            escape::line(&finding.message)
        )?;
    }
    Ok(())
}

fn due(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (finding, spot) in report.sorted().into_iter().filter(|(finding, _)| finding.due && !report.needs_site(finding))
    {
        let path = escape::line(report.sources.text(spot.document).source.name());
        let state = match (finding.accepted, finding.unproven) {
            (true, _) => " (accepted)",
            (_, true) => " (unproven)",
            _ => "",
        };
        let (line, column) = (spot.start.line, spot.start.column);
        let severity = finding.severity.name();
        writeln!(
            out,
            "{path}:{line}:{column}: {severity}[{}]{state} {}",
            finding.rule,
            escape::line(&finding.message)
        )?;
    }
    Ok(())
}
