//! Reviewdog's own format (`DiagnosticResult`), which it posts as comments on a change.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::shape::Spot;

use super::listed::{HOME, Listed, Place, Weight, page_of, worst_first};
use super::{Report, escape};

/// Writes the findings, the worst first. What somebody answers for is left out: the format has no place for that.
pub fn render(reports: &[Report<'_>], out: &mut dyn Write) -> io::Result<()> {
    let all = worst_first(reports);
    let result = json!({
        "source": {"name": "plan", "url": HOME},
        "severity": all.first().map_or("INFO", |listed| severity(listed.weight)),
        "diagnostics": all.iter().map(diagnostic).collect::<Vec<_>>(),
    });
    escape::json(&result, out)
}

fn diagnostic(listed: &Listed<'_>) -> Value {
    // It becomes a comment, and that is Markdown.
    let help = listed.help.as_ref().map(|help| format!("\n\n{}", escape::prose(help))).unwrap_or_default();
    let text = format!("{}{help}", escape::prose(&listed.message));
    let mut code = json!({"value": listed.finding.rule});
    if let Some(page) = page_of(&listed.finding.rule) {
        code["url"] = page.into();
    }
    let related =
        listed.related().map(|(place, text)| json!({"message": text, "location": location(listed.report, &place)}));
    json!({
        "message": text,
        "location": location(listed.report, &listed.place),
        "severity": severity(listed.weight),
        "code": code,
        "related_locations": related.collect::<Vec<_>>(),
    })
}

fn location(report: &Report<'_>, place: &Place) -> Value {
    let source = &report.sources.text(place.spot.document).source;
    // It counts columns in bytes, from 1.
    let position = |line: usize, byte: usize| {
        let begins = source.line(line).map_or(0, |line| line.start);
        json!({"line": line, "column": byte.saturating_sub(begins) + 1})
    };
    let Spot { span, start, end, .. } = &place.spot;
    json!({"path": place.path, "range": {"start": position(start.line, span.start), "end": position(end.line, span.end)}})
}

fn severity(weight: Weight) -> &'static str {
    match weight {
        Weight::Error | Weight::Unproven => "ERROR",
        Weight::Warning => "WARNING",
        Weight::Info => "INFO",
    }
}
