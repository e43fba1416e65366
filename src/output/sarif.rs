//! SARIF 2.1.0 (OASIS), as code scanning takes it: the findings that are due, each known again whatever its line is.
//!
//! What could not be evaluated is `open` and has no level, and what somebody answers for is suppressed, as the standard has it (3.27.9, 3.35).

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::diag::{Document, Severity};
use crate::model::plan::AcceptedRisk;
use crate::rules::meets;
use crate::shape::codes;
use crate::text::Edit;

use super::listed::{HOME, Listed, Place, Weight, page_of, uri};
use super::offered::{self, Offered, Room};
use super::{Report, escape};

/// Most results of a run that GitHub takes; a longer one it refuses whole.
const RESULTS: usize = 25_000;

/// Writes the reports as one run: of several runs of one tool GitHub takes none.
pub fn render(reports: &[Report<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut all: Vec<Listed<'_>> = reports.iter().flat_map(Report::listed).collect();
    let more = all.len().saturating_sub(RESULTS);
    if more > 0 {
        // What is left out must not be what matters most.
        all.sort_by_key(|listed| std::cmp::Reverse(listed.weight));
        all.truncate(RESULTS);
    }
    let mut rules: Vec<&str> = all.iter().map(|listed| listed.finding.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    let room = Room::new();
    let results = all.iter().map(|listed| result(listed, &rules, &room));
    let mut said: Vec<String> = reports.iter().map(|report| report.short(&report.headline())).collect();
    if more > 0 {
        said.push(format!("and {more} more, which are not listed here"));
    }
    let said = said.iter().map(|text| json!({"level": "note", "message": {"text": without_links(text)}}));
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "plan",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": HOME,
                "rules": rules.iter().map(|rule| described(rule, reports)).collect::<Vec<_>>(),
            }},
            "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": said.collect::<Vec<_>>()}],
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    });
    escape::json(&log, out)
}

fn result(listed: &Listed<'_>, rules: &[&str], room: &Room) -> Value {
    let rule = listed.finding.rule.as_str();
    let (kind, level) = match listed.weight {
        _ if listed.finding.unproven => ("open", "none"),
        Weight::Error => ("fail", "error"),
        Weight::Warning | Weight::Unproven => ("fail", "warning"),
        Weight::Info => ("fail", "note"),
    };
    let text = match &listed.help {
        Some(help) => format!("{}\n{help}", listed.message),
        None => listed.message.clone(),
    };
    let mut value = json!({
        "ruleId": rule,
        "ruleIndex": rules.binary_search(&rule).unwrap_or(0),
        "kind": kind,
        "level": level,
        "message": {"text": without_links(&text)},
        "locations": [location(&listed.place)],
        // The first is the one that GitHub knows a finding by; it holds no line, whatever its name says.
        "partialFingerprints": {
            "primaryLocationLineHash": &listed.fingerprint,
            "ruleAndPlace/v1": &listed.fingerprint,
        },
    });
    let related: Vec<Value> = listed.related().map(|(place, text)| related(&place, &text)).collect();
    if !related.is_empty() {
        value["relatedLocations"] = related.into();
    }
    // Whoever takes a fix out of a report is not shown what it decides: choices are left to `--unsafe-fixes`.
    if let Some(fix) = offered::of(listed.report, listed.finding, room).filter(|offered| offered.is_safe) {
        value["fixes"] = json!([fixed(listed.report, &fix)]);
    }
    if listed.is_accepted() {
        let report = listed.report;
        let risks = report.plan.into_iter().flat_map(|plan| &plan.accepted_risks);
        let risk = risks.into_iter().find(|risk| meets(risk, listed.finding));
        let why = risk.map(|AcceptedRisk { reason, owner, until, .. }| format!("{reason} ({owner}, until {until})"));
        let why = report.short(&why.unwrap_or_default());
        value["suppressions"] = json!([{"kind": "inSource", "status": "accepted", "justification": why}]);
    }
    value
}

/// What would be written, as the standard has it (3.55 to 3.57).
fn fixed(report: &Report<'_>, fix: &Offered) -> Value {
    let source = &report.sources.text(Document::Plan).source;
    let replacement = |edit: &Edit| {
        let (start, end) = (source.position(edit.range.start), source.position(edit.range.end));
        json!({
            "deletedRegion": {
                "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
            },
            "insertedContent": {"text": edit.text},
        })
    };
    let replacements: Vec<Value> = fix.edits.iter().map(replacement).collect();
    json!({
        "description": {"text": without_links(&report.short(&fix.title))},
        "artifactChanges": [{
            "artifactLocation": {"uri": uri(&report.path_of(Document::Plan))},
            "replacements": replacements,
        }],
    })
}

fn location(place: &Place) -> Value {
    let (start, end) = (place.spot.start, place.spot.end);
    let mut region = json!({"startLine": start.line, "startColumn": start.column});
    if (end.line, end.column) > (start.line, start.column) {
        region["endLine"] = end.line.into();
        region["endColumn"] = end.column.into();
    }
    let mut value = json!({"physicalLocation": {"artifactLocation": {"uri": place.uri()}, "region": region}});
    if let Some(pointer) = place.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
        value["logicalLocations"] = json!([{"fullyQualifiedName": pointer, "kind": "property"}]);
    }
    value
}

fn related(place: &Place, text: &str) -> Value {
    let mut value = location(place);
    if !text.is_empty() {
        value["message"] = json!({"text": without_links(text)});
    }
    value
}

/// A rule with all that is known of it, so that nobody who reads the file has to look it up.
fn described(id: &str, reports: &[Report<'_>]) -> Value {
    let (title, page, severity, tags) = match reports.iter().find_map(|report| report.rule(id)) {
        Some(rule) => (rule.title().to_owned(), rule.page(), rule.severity, vec![rule.phase.name()]),
        None => (id.replace('-', " "), codes::about(id).unwrap_or(id).to_owned(), Severity::Error, vec!["form"]),
    };
    let level = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let mut value = json!({
        "id": id,
        "name": friendly(id),
        "shortDescription": {"text": title},
        "fullDescription": {"text": title},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": tags},
    });
    if let Some(page) = page_of(id) {
        value["helpUri"] = page.into();
    }
    value
}

/// A message in which nothing is a link, which the standard finds in plain text too (3.11.6): the sign that makes it one is spelt out.
fn without_links(text: &str) -> String {
    text.replace("](", "\\u{5d}(")
}

/// The name of a rule as viewers show it: `UnscheduledModule`.
fn friendly(id: &str) -> String {
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    id.split(['-', '/']).filter(|word| word.is_ascii() && !word.is_empty()).map(capital).collect()
}
