//! What a check found, in the plan's own text.

use crate::diag::{Finding, Severity};
use crate::output::{Report, naming_plan};
use crate::shape::Spot;
use crate::text::Source;

/// Most findings of a weight that are shown; the rest is counted.
const MOST: usize = 2_000;

/// Most bytes of a line in front of what is marked in it, and from there on.
const AROUND: (usize, usize) = (120, 400);

/// Most characters of a sentence, and of a place.
const WORDS: usize = 2_000;
const PLACE: usize = 400;

/// The findings of one weight.
pub(super) struct Group {
    pub(super) weight: &'static str,
    /// Whether it is unfolded: what keeps the plan from being green, and what is a warning.
    pub(super) open: bool,
    pub(super) total: usize,
    pub(super) findings: Vec<Found>,
    pub(super) more: usize,
}

/// A finding as it is shown.
pub(super) struct Found {
    pub(super) rule: String,
    pub(super) message: String,
    /// The plan's path with line and column, and the pointer.
    pub(super) place: String,
    pub(super) pointer: String,
    pub(super) lines: Vec<Line>,
    pub(super) notes: Vec<String>,
    pub(super) help: String,
    /// What can be pasted, line by line.
    pub(super) paste: Vec<String>,
    pub(super) on_site: Vec<OnSite>,
}

/// A line of the plan's text; what is marked stands between the other two.
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) before: String,
    pub(super) marked: String,
    pub(super) after: String,
}

/// What the site has.
pub(super) struct OnSite {
    pub(super) title: String,
    pub(super) label: String,
    pub(super) lines: Vec<String>,
}

/// All findings, by weight.
pub(super) fn groups(report: &Report<'_>) -> Vec<Group> {
    let sorted = report.sorted();
    let shown = |finding: &Finding| finding.due && !report.needs_site(finding);
    let of = |weight: &'static str, open: bool, is: &dyn Fn(&Finding) -> bool| {
        let all: Vec<&(&Finding, Spot)> = sorted.iter().filter(|(finding, _)| is(finding)).collect();
        let findings = all.iter().take(MOST).map(|(finding, spot)| Found::of(finding, spot, report)).collect();
        Group { weight, open, total: all.len(), findings, more: all.len().saturating_sub(MOST) }
    };
    let judged = |finding: &Finding, severity| {
        shown(finding) && !finding.accepted && !finding.unproven && finding.severity == severity
    };
    let all = [
        of("Errors", true, &|finding| judged(finding, Severity::Error)),
        of("Unproven", true, &|finding| {
            shown(finding) && finding.unproven && finding.severity == Severity::Error && !finding.accepted
        }),
        of("Warnings", true, &|finding| judged(finding, Severity::Warning)),
        of("For information", false, &|finding| judged(finding, Severity::Info)),
        of("Coming: a later gate will report it", false, &|finding| {
            !finding.accepted && !finding.due && finding.coming.is_some()
        }),
        of("Accepted", false, &|finding| shown(finding) && finding.accepted),
        of("Warnings that could not be evaluated", false, &|finding| {
            shown(finding) && finding.unproven && finding.severity != Severity::Error && !finding.accepted
        }),
    ];
    all.into_iter().filter(|group| group.total > 0).collect()
}

impl Found {
    fn of(finding: &Finding, spot: &Spot, report: &Report<'_>) -> Self {
        let source = report.sources.shown(spot.document);
        let mut message = finding.message.clone();
        if report.show_personal && !finding.personal.is_empty() {
            message = format!("{message} ({})", finding.personal.join("; "));
        }
        let related = finding.related.iter().filter(|label| !label.text.is_empty()).map(|label| {
            let spot = report.sources.spot(&label.place);
            format!("line {}: {}", spot.start.line, label.text)
        });
        let label = Some(&finding.primary.text).filter(|text| !text.is_empty()).cloned();
        let coming = finding.coming.filter(|_| !finding.due).map(|coming| format!("at {}", coming.message()));
        let lacks = finding.lacks.as_ref().map(|lacks| format!("{}: {}", lacks.facts, lacks.why));
        let paste = finding.fix.as_ref().map(|fix| fix.paste.trim_end().lines().map(str::to_owned).collect());
        let title = finding.fix.as_ref().map(|fix| fix.title.clone());
        let help = finding.help.as_deref().map(|help| naming_plan(help, report.path));
        Self {
            rule: finding.rule.clone(),
            message: clipped(&message, WORDS),
            place: format!("{}:{}:{}", source.name(), spot.start.line, spot.start.column),
            pointer: clipped(&report.pointer(&finding.primary.place).unwrap_or_default(), PLACE),
            lines: lines(source, spot),
            notes: coming
                .into_iter()
                .chain(label)
                .chain(related)
                .chain(lacks)
                .map(|note| clipped(&note, WORDS))
                .collect(),
            help: clipped(
                &help.into_iter().chain(title.map(|title| format!("{title}:"))).collect::<Vec<_>>().join("; "),
                WORDS,
            ),
            paste: paste.unwrap_or_default(),
            on_site: finding.excerpt.iter().map(OnSite::of).collect(),
        }
    }
}

impl OnSite {
    fn of(excerpt: &crate::diag::Excerpt) -> Self {
        let what = if excerpt.planned { "what the site will have" } else { "what the site has" };
        Self {
            title: format!("{what}: {}", excerpt.of),
            label: excerpt.label.clone(),
            lines: excerpt.text.trim_end().lines().take(60).map(|line| cut(line, 0, line.len())).collect(),
        }
    }
}

/// The lines around a place, in which it is marked.
fn lines(source: &Source, spot: &Spot) -> Vec<Line> {
    if source.text().is_empty() {
        return Vec::new();
    }
    let (first, last) = (spot.start.line.saturating_sub(1).max(1), (spot.start.line + 1).min(source.line_count()));
    let line = |number: usize| {
        let bytes = source.line(number)?;
        let text = source.text().get(bytes.clone())?.trim_end_matches(['\n', '\r']);
        let inside = |at: usize| at.saturating_sub(bytes.start).min(text.len());
        let marked = if number == spot.start.line { inside(spot.span.start)..inside(spot.span.end) } else { 0..0 };
        let from = marked.start.saturating_sub(AROUND.0);
        let end = (marked.start + AROUND.1).min(text.len());
        Some(Line {
            number,
            before: cut(text, from, marked.start),
            marked: cut(text, marked.start, marked.end.min(end)),
            after: cut(text, marked.end.min(end), end) + if end < text.len() { "…" } else { "" },
        })
    };
    (first..=last).filter_map(line).collect()
}

/// A piece of a text, from character to character, and no longer than a line is shown.
fn cut(text: &str, from: usize, to: usize) -> String {
    let on = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let from = on(from);
    let to = on(to).clamp(from, on(from + AROUND.0 + AROUND.1));
    text[from..to].to_owned()
}

/// The beginning of a text that is too long to be read.
fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
