//! Workflow commands of GitHub Actions, which it shows beside the lines of a pull request.

use std::io::{self, Write};

use crate::diag::Document;
use crate::model::text::many;

use super::listed::{Listed, Weight, worst_first};
use super::{Report, escape};

/// Most annotations of a kind that GitHub shows of a step.
const SHOWN: usize = 10;

/// Writes the worst findings as commands, as many of each kind as GitHub shows, and the verdict of each plan, which counts the others.
pub fn render(reports: &[Report<'_>], out: &mut dyn Write) -> io::Result<()> {
    let all = worst_first(reports);
    let mut more = Vec::new();
    for (kind, taken, weights) in [
        // What keeps the verdict from being green stands with the errors, as it fails the step as they do.
        ("error", 0, &[Weight::Error, Weight::Unproven][..]),
        ("warning", 0, &[Weight::Warning]),
        ("notice", reports.len().min(SHOWN), &[Weight::Info]),
    ] {
        let of_kind: Vec<&Listed<'_>> = all.iter().filter(|listed| weights.contains(&listed.weight)).collect();
        let shown = SHOWN - taken;
        of_kind.iter().take(shown).try_for_each(|listed| annotation(kind, listed, out))?;
        if let Some(left) = of_kind.len().checked_sub(shown).filter(|left| *left > 0) {
            more.push(many(left, kind));
        }
    }
    let more = if more.is_empty() {
        String::new()
    } else {
        format!("\nand {} more, all in the step's log or report", more.join(", "))
    };
    for (nth, report) in reports.iter().enumerate() {
        let path = report.path_of(Document::Plan);
        let title = format!("plan: {}", report.judgement.verdict.name());
        let text = report.masked(&report.summary().join("\n"));
        let last = if nth + 1 == reports.len() { more.as_str() } else { "" };
        writeln!(
            out,
            "::notice file={},title={}::{}",
            property(&path),
            property(&title),
            data(&format!("{text}{last}"))
        )?;
    }
    Ok(())
}

fn annotation(kind: &str, listed: &Listed<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (start, end) = (listed.place.spot.start, listed.place.spot.end);
    let path = property(&listed.place.path);
    let state = if listed.weight == Weight::Unproven { " (unproven)" } else { "" };
    let title = property(&format!("{}{state}", listed.finding.rule));
    let help = listed.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    let text = data(&format!("{}{help}", listed.message));
    // Columns count only within one line.
    let columns = match start.line == end.line && end.column > start.column {
        true => format!(",col={},endColumn={}", start.column, end.column),
        false => String::new(),
    };
    writeln!(out, "::{kind} file={path},line={},endLine={}{columns},title={title}::{text}", start.line, end.line)
}

/// What stands after the command.
fn data(text: &str) -> String {
    escape::terminal(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands in a property of it.
fn property(text: &str) -> String {
    data(&escape::line(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_place() {
        assert_eq!(property("a,b::c%\n\r\u{202e}"), "a%2Cb%3A%3Ac%25\\n\\u{d}\\u{202e}");
        assert_eq!(data("a,b::c%\nd"), "a,b::c%25%0Ad");
    }
}
