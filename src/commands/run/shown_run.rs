//! A run as an owner's page shows it: from its journal, that is under way or the last that ended.

use std::path::Path;

use crate::apply::journal::{Event, JournalEntry};
use crate::failure::{Failure, exit};
use crate::fs;
use crate::model::Step;
use crate::model::digest;
use crate::output::html::owner::{Happened, Journal, What};
use crate::project::Opened;
use crate::rules::{Aftercare, CountedFrom};

use super::aftercare;
use super::run_files::RunFiles;
use super::state::Unfinished;

/// Most bytes of a journal.
const MOST: u64 = 256 << 20;

/// The dates after the switch, as the run on the first of these sites has them that took live through it; else by the plan's window.
pub(in crate::commands) fn aftercare<'s>(
    plan: &Path,
    sites: impl IntoIterator<Item = &'s str>,
    opened: &Opened,
) -> Option<Aftercare> {
    let of = |site: &str| {
        let files = RunFiles::of(plan, site);
        let open = files.unfinished().ok()?;
        let ended = aftercare::switched(&files, open.as_ref()).ok()?;
        aftercare::of(ended.as_ref(), opened, &files)
    };
    let all: Vec<Aftercare> = sites.into_iter().filter_map(of).collect();
    let counted = all.iter().position(|of| of.counted_from == CountedFrom::Run).unwrap_or(0);
    all.into_iter().nth(counted)
}

/// The journal of the run that is under way on a site, else of the one that ended there last; none where none is on record.
///
/// # Errors
/// Where it is not proven to be this user's and this machine's, or cannot be read.
pub(in crate::commands) fn journal(plan: &Path, site: &str) -> Result<Option<Journal>, Failure> {
    let files = RunFiles::of(plan, site);
    let (path, run) = match files.unfinished()? {
        Some(run) => (files.journal(), run),
        None => match files.archived().next().transpose()? {
            Some(last) => last,
            None => return Ok(None),
        },
    };
    let bytes = fs::read(&path, MOST).map_err(|error| Failure::file("read", &path, &error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if run.events.is_empty() {
        return Err(Failure::new(exit::COULD_NOT_RUN, format!("the journal `{name}` is empty")));
    }
    Ok(Some(shown(name, &bytes, &run)))
}

fn shown(name: String, bytes: &[u8], run: &Unfinished) -> Journal {
    let passed = run.progress.passed();
    let is_left = |step: &&Step| !run.progress.is_undone() && !passed.contains(step);
    let accepted = run.events.iter().filter_map(|entry| match &entry.event {
        Event::Accepted { unmeasured } => Some(unmeasured.clone()),
        _ => None,
    });
    let mut accepted: Vec<_> = run.begin.accepted.iter().copied().chain(accepted.flatten()).collect();
    accepted.sort();
    accepted.dedup();
    Journal {
        name,
        lines: bytes.iter().filter(|byte| **byte == b'\n').count(),
        sha256: digest::of_bytes(bytes),
        on: run.begin.on,
        finished: run.progress.is_finished(),
        undone: run.progress.is_undone(),
        happened: run.events.iter().filter_map(happened).collect(),
        left: run.begin.steps().iter().filter(is_left).copied().collect(),
        accepted,
    }
}

/// What an owner is shown of an event; nothing of what is between two acts of the program.
fn happened(entry: &JournalEntry) -> Option<Happened> {
    let what = match &entry.event {
        Event::Begin(begin) => What::Begin { who: begin.who.clone(), host: begin.host.to_string() },
        Event::Resume { .. } => What::Resumed,
        Event::Passed { step, by, seen, .. } => What::Step { step: *step, by: *by, seen: seen.clone() },
        Event::BarrierPassed { who, members } => What::Barrier { who: who.clone(), members: *members },
        Event::NotPressed { who, seen } => What::NotPressed { who: who.clone(), seen: seen.clone() },
        Event::Decided { who, decision } => What::Decided { who: who.clone(), what: decision.name() },
        Event::ReviewedAgain { by, seen } => What::Reviewed { by: *by, seen: seen.clone() },
        Event::Closed { why } => What::Closed(why.clone()),
        Event::Undo => What::Undo,
        Event::End => What::End,
        Event::Intent { .. }
        | Event::Done { .. }
        | Event::Halt { .. }
        | Event::Reached { .. }
        | Event::Kept { .. }
        | Event::Accepted { .. }
        | Event::Trapped { .. }
        | Event::Migrated
        | Event::Maintenance { .. }
        | Event::DecisionDue { .. }
        | Event::TakeBack { .. }
        | Event::TakenBack { .. }
        | Event::Left { .. }
        | Event::SetBack { .. }
        | Event::Adopted { .. } => return None,
    };
    Some(Happened { at: entry.at.to_string(), what })
}
