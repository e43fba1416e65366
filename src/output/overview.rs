//! Where each plan of a folder stands: a row a plan and a site, for people and for machines.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::escape;
use super::human::{Style, paint};
use super::json::FORMAT_VERSION;
use crate::model::Step;
use crate::model::plan::SiteRole;

/// A plan on a site.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Row {
    /// The plan's path, below the folder as it was given.
    pub path: String,
    /// The site: its home address without the scheme; null where nothing names it.
    pub site: Option<String>,
    /// Which of the plan's two sites it is; null where nothing says so.
    pub on: Option<SiteRole>,
    /// Where it stands.
    pub phase: Phase,
    /// The step that is next; null where none is.
    pub step: Option<Step>,
    /// How many changes the run has; null where there is none.
    pub changes: Option<usize>,
    /// How many of them are in place; null where there is no run.
    pub in_place: Option<usize>,
    /// Whether the barrier was passed.
    pub past_the_barrier: bool,
    /// Whether somebody is at it now.
    pub held: bool,
    /// For whom it waits: short names from the plan's `people`; empty where it waits for nobody who is named.
    pub waits_for: Vec<String>,
    /// The window on live; null where the plan names none, or none that is a time.
    pub window: Option<Span>,
    /// The next date in the plan that is still to come; null where none is.
    pub next: Option<Dated>,
    /// Why the row could not be filled; null where it could.
    pub broken: Option<String>,
}

/// Where a plan stands on a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// No run was begun.
    NotBegun,
    /// The plan's changes are being made.
    Changes,
    /// A step of the guide is next.
    Step,
    /// The run's changes are being taken back.
    TakingBack,
    /// The last run was taken back.
    Undone,
    /// The last run was closed before its end.
    Closed,
    /// The rehearsal came to its end.
    Rehearsed,
    /// The run came to its end.
    Finished,
    /// Nobody knows: `broken` says why.
    Broken,
}

/// A stretch of time.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Span {
    /// When it begins, RFC 3339.
    pub start: String,
    /// When it ends, RFC 3339.
    pub end: String,
    /// Both in words, in the window's own zone.
    #[serde(skip)]
    pub words: String,
}

/// A date of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Dated {
    /// The day, or the instant in RFC 3339.
    pub at: String,
    /// What is then.
    pub what: String,
    /// When, in words.
    #[serde(skip)]
    pub words: String,
}

impl Row {
    fn phase(&self) -> String {
        let at = self.step.map_or_else(String::new, |step| format!("at {}", step.name()));
        let at = if self.past_the_barrier { format!("past the barrier, {at}") } else { at };
        match self.phase {
            Phase::NotBegun => "not begun".to_owned(),
            Phase::Changes => {
                format!(
                    "{} of {} changes in place",
                    self.in_place.unwrap_or_default(),
                    self.changes.unwrap_or_default()
                )
            }
            Phase::Step => at,
            Phase::TakingBack => "being undone".to_owned(),
            Phase::Undone => "undone".to_owned(),
            Phase::Closed => "closed".to_owned(),
            Phase::Rehearsed => "rehearsed".to_owned(),
            Phase::Finished => "finished".to_owned(),
            Phase::Broken => "unknown".to_owned(),
        }
    }

    fn cells(&self) -> [String; 6] {
        let none = || "-".to_owned();
        let on = if self.on == Some(SiteRole::Live) { " (live)" } else { "" };
        let site = self.site.as_ref().map_or_else(none, |site| format!("{}{on}", escape::line(site)));
        let waits = match (&self.waits_for[..], self.held) {
            (_, true) => "somebody is working on it".to_owned(),
            ([], false) => match self.phase {
                Phase::Finished | Phase::Undone | Phase::Closed | Phase::Broken => none(),
                _ => "whoever runs the switch".to_owned(),
            },
            (names, false) => escape::line(&names.join(", ")),
        };
        let window = self.window.as_ref().map_or_else(none, |window| escape::line(&window.words));
        let next = self.next.as_ref().map_or_else(none, |next| escape::line(&format!("{} {}", next.words, next.what)));
        [escape::line(&self.path), site, self.phase(), waits, window, next]
    }
}

const HEADS: [&str; 6] = ["plan", "site", "phase", "waits for", "window on live", "next date"];

/// Writes a table, the same on a terminal and in a pipe.
pub fn human(rows: &[Row], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<[String; 6]> = rows.iter().map(Row::cells).collect();
    let width = |column: usize| {
        let known = cells.iter().zip(rows).filter(|(_, row)| column == 0 || row.broken.is_none());
        let widest = known.map(|(cells, _)| textwrap::core::display_width(&cells[column])).max();
        widest.unwrap_or_default().max(HEADS[column].len())
    };
    let widths: Vec<usize> = (0..HEADS.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| {
            format!("{cell}{}", " ".repeat(width.saturating_sub(textwrap::core::display_width(cell))))
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    writeln!(out, "{}", paint(style, "1", &line(&HEADS.map(str::to_owned))))?;
    for (row, cells) in rows.iter().zip(&cells) {
        match &row.broken {
            Some(why) => writeln!(out, "{}  {}", line(&cells[..1]), paint(style, "31", &escape::line(why)))?,
            None => writeln!(out, "{}", line(cells))?,
        }
    }
    Ok(())
}

/// What `plan status FOLDER --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "overview", extend("$id" = "https://amc-plan.example/schemas/overview.schema.json"))]
pub struct Document<'a> {
    /// `1.0`.
    format_version: &'static str,
    /// A row a plan and a site, in the order of the plans' paths.
    rows: &'a [Row],
}

/// Writes them for machines.
pub fn json(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    escape::json(&Document { format_version: FORMAT_VERSION, rows }, out)
}
