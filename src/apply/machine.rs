//! From the journal to the next act: a pure fold. Nothing here reads or writes.

use serde_json::Value;

use crate::change::{Change, same};

use super::journal::Event;

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Write down the intent of this change, then carry it out.
    Run(usize),
    /// This change was intended and nobody knows what became of it: read, then decide.
    Settle(usize),
    /// Everything is in place: write that down.
    Close,
    /// Nothing.
    Over,
}

/// What the journal of a run over so many changes leads to.
pub fn next(events: &[Event], changes: usize) -> Next {
    match events.last() {
        None | Some(Event::Begin(_)) => first(0, changes),
        Some(Event::Intent { change } | Event::Halt { change, .. }) => Next::Settle(*change),
        Some(Event::Done { change }) => first(change.saturating_add(1), changes),
        Some(Event::End) => Next::Over,
    }
}

/// The first event that cannot follow those before it; a journal that this machine led to has none.
pub fn misplaced(events: &[Event], changes: usize) -> Option<usize> {
    (0..events.len()).find(|&at| match (&events[at], next(&events[..at], changes)) {
        (Event::Begin(_), _) => at != 0,
        (_, _) if at == 0 => true,
        (Event::Intent { change }, Next::Run(wanted)) => *change != wanted,
        (Event::Done { change } | Event::Halt { change, .. }, Next::Settle(wanted)) => *change != wanted,
        (Event::End, Next::Close) => false,
        (Event::Intent { .. } | Event::Done { .. } | Event::Halt { .. } | Event::End, _) => true,
    })
}

fn first(at: usize, changes: usize) -> Next {
    if at < changes { Next::Run(at) } else { Next::Close }
}

/// What a site shows of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The value before it.
    Before,
    /// The value after it.
    After,
    /// Both, since they are the same.
    Both,
    /// Something else.
    Neither,
}

/// Compares what was found with both sides of a change.
pub fn seen(change: &Change, found: Option<&Value>) -> Seen {
    match (same(found, change.before.as_ref()), same(found, change.after.as_ref())) {
        (true, true) => Seen::Both,
        (true, false) => Seen::Before,
        (false, true) => Seen::After,
        (false, false) => Seen::Neither,
    }
}
