//! The report for machines, format version 1.0. A minor version adds keys; a reader ignores those it does not know.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::change::intent_digest;
use crate::diag::{self, Label, Severity};
use crate::model::Graded;
use crate::rules::{Evidence, Phase, Verdict};

use super::offered::{self, Room};
use super::{Mode, Report, SiteLine, ahead, escape, proofs, suggested};

/// The format's version.
pub const FORMAT_VERSION: &str = "1.0";

/// What `plan check --format json` prints.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "report", extend("$id" = "https://amc-plan.example/schemas/report.schema.json"))]
pub struct Document {
    /// `1.0`.
    pub format_version: String,
    /// The answer.
    pub verdict: Verdict,
    /// The gate that was asked for.
    pub gate: Phase,
    /// The plan.
    pub plan: PlanLine,
    /// The site that was read.
    pub site: Site,
    /// The live site that was read beside its copy; null where none was.
    #[serde(default)]
    pub live: Option<Site>,
    /// The findings in the order of the text, those not yet due last; without those that are coming.
    pub findings: Vec<Finding>,
    /// What the plan alone shows already, of gates that are not due yet. The verdict does not count it; the barrier and a replay
    /// ask for it.
    pub coming: Vec<Coming>,
    /// How many facts the due rules read.
    pub evidence: Evidence,
    /// How many rules each later phase holds.
    pub not_due: BTreeMap<String, usize>,
    /// How many changes the plan asks for.
    pub changes: usize,
    /// What a `plan.toml` further up demands and the nearest one, which holds alone, does not; left out where it makes every demand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifted: Vec<String>,
    /// What the due rules rest on, with `--proofs` and `--why`; left out where nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proofs: Option<Vec<proofs::OfRule>>,
    /// What has to begin before the window, at the gate `fit`; left out at every other one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_the_window: Option<ahead::BeforeTheWindow>,
    /// What is suggested, with `--suggest`; left out where nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggest: Option<suggested::Document>,
}

/// The plan of a report.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PlanLine {
    /// Its path as given.
    pub path: String,
    /// The digest of its intent; null where it could not be read.
    pub intent: Option<String>,
}

/// The site of a report.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Site {
    /// Its host; null without a site.
    pub host: Option<String>,
    /// When it was captured, RFC 3339; null without a site.
    pub captured_at: Option<String>,
    /// How it was read.
    pub mode: Mode,
    /// What the reading as a whole is worth: `captured` where this machine took or imported it, `attested` where a person
    /// finalized it, else `recorded`; null without a site.
    #[serde(default)]
    pub worth: Option<Graded>,
    /// The same in words: by whom, or why no better; null without a site.
    #[serde(default)]
    pub vouched: Option<String>,
}

/// One finding.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule's id, or the code of reading or shape.
    pub rule: String,
    /// How much it weighs.
    pub severity: Severity,
    /// What is the matter.
    pub message: String,
    /// What to do next; null where nothing is to be said.
    pub help: Option<String>,
    /// Where.
    pub location: Location,
    /// Other places that matter.
    pub related: Vec<Related>,
    /// Whether somebody answers for it.
    pub accepted: bool,
    /// Whether it says that a fact is missing.
    pub unproven: bool,
    /// Whether its phase is due.
    pub due: bool,
    /// What it weighs by itself, and the `plan.toml` that makes an error of it; left out where none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised: Option<diag::Raise>,
    /// What `--fix` writes, or with `--unsafe-fixes` where it is not safe; left out where nothing is offered, where the edits would show a
    /// person's address, and of a large plan after the first few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// What would be written into the plan for a finding to go.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    /// Whether it is the one right answer, and no choice.
    pub safe: bool,
    /// What it does.
    pub title: String,
    /// All of it, or nothing; of two findings the edits may overlap.
    pub edits: Vec<Edit>,
}

/// One replacement in the plan's text.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// The first byte that goes, counted from 0, a byte order mark included.
    pub start: usize,
    /// The byte after the last one that goes; as `start` where nothing goes.
    pub end: usize,
    /// What comes in their place.
    pub text: String,
}

/// One finding that is coming.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Coming {
    /// The gate at which it is due.
    pub gate: String,
    /// Whether that is on the live site, and the staging copy was judged.
    pub on_live: bool,
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
}

/// A place: lines and columns from 1, columns in Unicode scalar values, ends exclusive.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// The file.
    pub path: String,
    /// JSON pointer into it; null for what has none, such as a syntax error.
    pub pointer: Option<String>,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// Column after the last one.
    pub end_column: usize,
}

/// Another place with a few words about it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// A few words.
    pub text: String,
}

/// Writes the report.
pub fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    escape::json(&document(report), out)
}

/// Writes the reports as a list.
pub fn render_all(reports: &[Report<'_>], out: &mut dyn Write) -> io::Result<()> {
    escape::json(&reports.iter().map(document).collect::<Vec<_>>(), out)
}

/// The report as a document.
pub(super) fn document(report: &Report<'_>) -> Document {
    let judgement = report.judgement;
    let all = report.sorted().into_iter().filter(|(finding, _)| finding.coming.is_none() || finding.accepted);
    let room = Room::new();
    let coming = report.coming().into_iter().map(|(finding, coming, _)| Coming {
        gate: coming.gate.to_owned(),
        on_live: coming.on_live,
        finding: self::finding(report, finding, &room),
    });
    Document {
        format_version: FORMAT_VERSION.to_owned(),
        verdict: judgement.verdict,
        gate: report.gate,
        plan: PlanLine { path: report.path.to_owned(), intent: report.plan.map(intent_digest) },
        site: site_of(report.site.as_ref()),
        live: report.live.as_ref().map(|live| site_of(Some(live))),
        findings: all.map(|(finding, _)| self::finding(report, finding, &room)).collect(),
        coming: coming.collect(),
        evidence: judgement.evidence,
        not_due: judgement.not_due.iter().map(|(phase, count)| ((*phase).to_owned(), *count)).collect(),
        changes: report.changes,
        lifted: report.lifted.to_vec(),
        proofs: proofs::of(report),
        before_the_window: ahead::of(report),
        suggest: report.suggested.map(suggested::document),
    }
}

fn site_of(site: Option<&SiteLine>) -> Site {
    Site {
        host: site.map(|site| site.host.clone()),
        captured_at: site.map(|site| site.captured_at.clone()),
        mode: site.map_or(Mode::None, |site| site.mode),
        worth: site.map(|site| site.worth.word()),
        vouched: site.map(|site| site.worth.message()),
    }
}

fn finding(report: &Report<'_>, finding: &diag::Finding, room: &Room) -> Finding {
    let related = |label: &Label| Related { location: location(report, &label.place), text: label.text.clone() };
    let mut message = finding.message.clone();
    if report.show_personal && !finding.personal.is_empty() {
        message = format!("{message} ({})", finding.personal.join("; "));
    }
    Finding {
        rule: finding.rule.clone(),
        severity: finding.severity,
        message,
        help: finding.help.clone(),
        location: location(report, &finding.primary.place),
        related: finding.related.iter().map(related).collect(),
        accepted: finding.accepted,
        unproven: finding.unproven,
        due: finding.due,
        raised: finding.raised.clone(),
        fix: fix(report, finding, room),
    }
}

fn fix(report: &Report<'_>, finding: &diag::Finding, room: &Room) -> Option<Fix> {
    let offered = offered::of(report, finding, room)?;
    let edits = offered.edits.into_iter();
    let edits = edits.map(|edit| Edit { start: edit.range.start, end: edit.range.end, text: edit.text });
    Some(Fix { safe: offered.is_safe, title: offered.title, edits: edits.collect() })
}

fn location(report: &Report<'_>, place: &diag::Location) -> Location {
    let spot = report.sources.spot(place);
    Location {
        path: report.sources.text(spot.document).source.name().to_owned(),
        pointer: report.pointer(place),
        line: spot.start.line,
        column: spot.start.column,
        end_line: spot.end.line,
        end_column: spot.end.column,
    }
}
