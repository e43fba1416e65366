//! Reviewdog's own format (`DiagnosticResult`), which it posts as comments on a change.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::diag::Document;
use crate::shape::Spot;
use crate::text::{Edit, Source};

use super::listed::{HOME, Listed, Place, Weight, page_of, worst_first};
use super::offered::{self, Room};
use super::{Report, escape};

/// Writes the findings, the worst first. What somebody answers for is left out: the format has no place for that.
pub fn render(reports: &[Report<'_>], out: &mut dyn Write) -> io::Result<()> {
    let (all, room) = (worst_first(reports), Room::new());
    let result = json!({
        "source": {"name": "plan", "url": HOME},
        "severity": all.first().map_or("INFO", |listed| severity(listed.weight)),
        "diagnostics": all.iter().map(|listed| diagnostic(listed, &room)).collect::<Vec<_>>(),
    });
    escape::json(&result, out)
}

fn diagnostic(listed: &Listed<'_>, room: &Room) -> Value {
    // It becomes a comment, and that is Markdown.
    let help = listed.help.as_ref().map(|help| format!("\n\n{}", escape::prose(help))).unwrap_or_default();
    let text = format!("{}{help}", escape::prose(&listed.message));
    let mut code = json!({"value": listed.finding.rule});
    if let Some(page) = page_of(&listed.finding.rule) {
        code["url"] = page.into();
    }
    let related =
        listed.related().map(|(place, text)| json!({"message": text, "location": location(listed.report, &place)}));
    let mut value = json!({
        "message": text,
        "location": location(listed.report, &listed.place),
        "severity": severity(listed.weight),
        "code": code,
        "related_locations": related.collect::<Vec<_>>(),
    });
    // Reviewdog makes a button of it, and nobody who presses that is shown what a choice decides.
    if let Some(fix) = offered::of(listed.report, listed.finding, room).filter(|offered| offered.is_safe) {
        let source = &listed.report.sources.text(Document::Plan).source;
        let suggestion = |edit: &Edit| {
            let [start, end] = [edit.range.start, edit.range.end].map(|byte| position(source, byte));
            json!({"range": {"start": start, "end": end}, "text": edit.text})
        };
        value["suggestions"] = fix.edits.iter().map(suggestion).collect();
    }
    value
}

/// Where a byte is: it counts columns in bytes, from 1.
fn position(source: &Source, byte: usize) -> Value {
    let line = source.position(byte).line;
    let begins = source.line(line).map_or(0, |line| line.start);
    json!({"line": line, "column": byte.saturating_sub(begins) + 1})
}

fn location(report: &Report<'_>, place: &Place) -> Value {
    let source = &report.sources.text(place.spot.document).source;
    let Spot { span, .. } = &place.spot;
    json!({"path": place.path, "range": {"start": position(source, span.start), "end": position(source, span.end)}})
}

fn severity(weight: Weight) -> &'static str {
    match weight {
        Weight::Error | Weight::Unproven => "ERROR",
        Weight::Warning => "WARNING",
        Weight::Info => "INFO",
    }
}
