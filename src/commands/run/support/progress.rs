//! A run as the vendor's page has it: where it stands, each setting with how far it is, the lines of the last verification.

use std::collections::BTreeSet;

use crate::apply::journal::{Event, JournalEntry};
use crate::apply::machine::{Next, Progress};
use crate::commands::run::state::Unfinished;
use crate::model::record::{Entry, Evidence, Record};
use crate::model::{Identity, Step};
use crate::output::support::vendor::{self, Lines, Touched};

/// The last verification of a site, with its flagged lines.
pub(super) fn verification<'r>(record: &'r Record, here: &Identity) -> Option<Lines<'r>> {
    let of = |entry: &'r Entry| match &entry.evidence {
        Evidence::Verification(found) => Some(found),
        _ => None,
    };
    let at = record.entries.iter().rposition(|entry| of(entry).is_some_and(|found| found.host.is_same_site(here)))?;
    let found = of(&record.entries[at])?;
    let after = record.entries[at + 1..].iter().take_while(|entry| of(entry).is_none());
    let seen: BTreeSet<usize> = after
        .filter_map(|entry| match &entry.evidence {
            Evidence::Acknowledgement(seen) => Some(seen.line),
            _ => None,
        })
        .collect();
    let flagged = (1..).zip(&found.lines).filter(|(_, line)| line.flagged);
    let flagged = flagged.map(|(number, line)| (number, line.text.as_str(), seen.contains(&number))).collect();
    Some(Lines { all: found.lines.len(), flagged })
}

/// A run as the vendor's page has it.
pub(super) fn of_a_run(run: &Unfinished) -> vendor::Run<'_> {
    let step = match run.progress.next() {
        Next::Run(_) | Next::Settle(_) => Some(Step::Configure),
        Next::Step(step) => Some(step),
        Next::TakeBack(_) | Next::SettleBack(_) => Some(Step::Configure),
        Next::Close | Next::Over => None,
    };
    let stands = match &run.progress {
        progress if progress.is_undone() => "the run was undone",
        progress if step.is_some() && progress.is_taking_back() => "; it is being undone",
        _ if step.is_some() => "",
        _ => "the run is over",
    };
    let done = run.events.iter().filter_map(|entry| match &entry.event {
        Event::Passed { step, by, .. } => Some((*step, entry.at.to_string(), *by)),
        _ => None,
    });
    let since = |entry: &&JournalEntry| {
        !matches!(entry.event, Event::Resume { .. } | Event::Adopted { .. } | Event::Kept { .. })
    };
    let since = run.events.iter().rev().find(since).map(|entry| entry.at.to_string()).unwrap_or_default();
    let came_to = |entry: &&JournalEntry| {
        matches!(entry.event, Event::Done { .. } | Event::Passed { .. } | Event::TakenBack { .. })
    };
    let stopped = run.events.iter().rev().take_while(|entry| !came_to(entry)).find_map(|entry| match &entry.event {
        Event::Halt { why, .. } => Some(why.clone()),
        _ => None,
    });
    vendor::Run { step, since, stands, done: done.collect(), stopped, touched: touched(run) }
}

/// The settings of a run: those that the tool sets, then those that a person sets.
fn touched(run: &Unfinished) -> Vec<Touched<'_>> {
    let automatic = run.begin.changes.iter().enumerate().map(|(at, change)| {
        let (on, before, after) = (&change.on, change.before.as_ref(), change.after.as_ref());
        Touched { on, before, after, by_hand: false, stands: of_a_change(at, &run.events) }
    });
    let stands = of_a_hand(&run.progress);
    let by_hand = run.begin.by_hand.tasks().into_iter().map(|task| Touched {
        on: task.on,
        before: task.before,
        after: Some(task.wanted),
        by_hand: true,
        stands,
    });
    automatic.chain(by_hand).collect()
}

/// How far a change is: as its last event says.
fn of_a_change(at: usize, events: &[JournalEntry]) -> &'static str {
    let stands = |entry: &JournalEntry| match &entry.event {
        Event::Done { change } if *change == at => Some("in place"),
        Event::TakenBack { change } if *change == at => Some("taken back"),
        Event::Left { change } if *change == at => Some("left as somebody else changed it"),
        Event::Intent { change } | Event::TakeBack { change } if *change == at => Some("begun, and not seen in place"),
        _ => None,
    };
    events.iter().rev().find_map(stands).unwrap_or("not made yet")
}

/// How far what a person sets is.
fn of_a_hand(progress: &Progress) -> &'static str {
    match progress {
        progress if progress.is_undone() => "set back, or left",
        progress if progress.is_configured() => "in place",
        _ => "not seen in place yet",
    }
}
