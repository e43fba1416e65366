//! The report as Markdown: for the summary of a job, or a comment.

use std::io::{self, Write};

use crate::diag::Document;
use crate::model::text::many;

use super::listed::{Listed, worst_first};
use super::{Report, ahead, escape};

/// The first line, which is not shown: what it begins is a report, and one to be put in its place is found by it.
pub const MARK: &str = "<!-- plan check -->";

/// Most characters: a comment on GitHub takes 65,536.
const MOST: usize = 60_000;

/// Most characters that are kept for what is left out to be counted.
const KEPT: usize = 200;

/// Writes the verdict of each plan, then the findings, the worst first, as far as there is room.
pub fn render(reports: &[Report<'_>], out: &mut dyn Write) -> io::Result<()> {
    let findings = worst_first(reports);
    // What stands between keeps two lists from being one.
    let title = (!findings.is_empty()).then(|| "Findings, the worst first:\n\n".to_owned());
    let parts: Vec<String> = reports.iter().map(head).chain(title).chain(findings.iter().map(item)).collect();
    let mut room = MOST - KEPT;
    let fit = parts.iter().take_while(|part| {
        let length = part.encode_utf16().count();
        room = room.saturating_sub(length + 1);
        room > 0
    });
    let fit = fit.count();
    writeln!(out, "{MARK}")?;
    parts[..fit].iter().try_for_each(|part| write!(out, "{part}"))?;
    match parts.len() - fit {
        0 => Ok(()),
        left => writeln!(
            out,
            "\nand {} more: `--format concise` lists everything",
            many(left, "entry").replace("entrys", "entries")
        ),
    }
}

/// A plan, its verdict and what that rests on.
fn head(report: &Report<'_>) -> String {
    let path = escape::code(&report.path_of(Document::Plan));
    let summary = report.summary();
    let line = |line: &String| escape::prose(&report.masked(line));
    let (first, rest) = summary.split_first().map_or((String::new(), &[][..]), |(first, rest)| (line(first), rest));
    let rest: String = rest.iter().map(|text| format!("- {}\n", line(text))).collect();
    let lifted: String = report
        .lifted
        .iter()
        .map(|demands| format!("- **attention** {}\n", escape::prose(&report.short(demands))))
        .collect();
    format!("**{path}**: {first}\n\n{rest}{lifted}\n{}", ahead::markdown(report))
}

fn item(listed: &Listed<'_>) -> String {
    let at = format!("{}:{}", listed.place.path, listed.place.spot.start.line);
    let (rule, at) = (escape::code(&listed.finding.rule), escape::code(&at));
    format!("- **{}** {rule} at {at}: {}\n", listed.weight.name(), escape::prose(&listed.message))
}
