//! What findings offer, as edits of the plan's bytes, for the programs that read a report.

use std::cell::Cell;

use crate::diag::{Document, Finding};
use crate::model::text::many;
use crate::text::{Edit, Limits, corrected, masked};

use super::Report;

/// How much may be read for the edits of one report: each reads the whole plan.
pub(super) struct Room(Cell<usize>);

impl Room {
    /// Of a report: 64 MiB.
    pub(super) fn new() -> Self {
        Self(Cell::new(64 << 20))
    }
}

/// What would be written into the plan for a finding to go.
pub(super) struct Offered {
    /// Whether it is the one right answer.
    pub(super) is_safe: bool,
    /// What it does.
    pub(super) title: String,
    /// All of it, or nothing.
    pub(super) edits: Vec<Edit>,
}

/// What a finding offers; none where somebody answers for it, where its edits would show what is personal, or where there is no room left.
pub(super) fn of(report: &Report<'_>, finding: &Finding, room: &Room) -> Option<Offered> {
    let remedy = finding.remedy.as_ref().filter(|_| !finding.accepted)?;
    let source = &report.sources.text(Document::Plan).source;
    room.0.set(room.0.get().checked_sub(source.text().len())?);
    let edits = corrected(source, &remedy.corrections, &Limits::default()).ok()?.edits;
    let shows = |edit: &Edit| masked(&edit.text, report.show_personal) == edit.text;
    let edits = edits.iter().all(shows).then_some(edits)?;
    Some(Offered { is_safe: remedy.is_safe(), title: remedy.title.clone(), edits })
}

/// How many findings have an edit that would make them go, in a line for people; none where none has.
pub(super) fn counted(report: &Report<'_>) -> Option<String> {
    let offered = report.judgement.findings.iter().filter_map(Finding::offered);
    let (safe, choices): (Vec<_>, Vec<_>) = offered.partition(|remedy| remedy.is_safe());
    let fixed = match (safe.len(), choices.len()) {
        (0, 0) => return None,
        (safe, 0) => format!("{} can be fixed with `--fix`", many(safe, "finding")),
        (0, more) => format!("{} can be fixed with `--fix --unsafe-fixes`: these are choices", many(more, "finding")),
        (safe, more) => {
            let safe = many(safe, "finding");
            format!("{safe} can be fixed with `--fix`, {more} more with `--fix --unsafe-fixes`: these are choices")
        }
    };
    Some(format!("{fixed}; `--suggest` shows the fewest edits"))
}
