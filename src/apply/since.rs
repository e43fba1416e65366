//! When a step began, and what counts as made after it: the one law of what may prove a step. Pure.

use jiff::Timestamp;

use super::journal::{Event, JournalEntry};
use crate::model::Step;
use crate::model::record::Record;

/// Since when what the site shows can be what came of this step: of what a migration moves since the barrier was opened, else since
/// the step was reached. Never, where that did not happen.
///
/// A run on live begins with maintenance mode on: that step is reached as the run begins, and anything newer than the reading with
/// which it began (`kept_at`) is made after that, by the site's own clock, which the window goes by too.
pub fn began(step: Step, events: &[JournalEntry], kept_at: Option<Timestamp>) -> Timestamp {
    let reached = || when(events, |event| matches!(event, Event::Reached { step: reached } if *reached == step));
    match step {
        Step::RunMigration | Step::ReviewContacts => when(events, |event| matches!(event, Event::BarrierPassed { .. })),
        Step::EnterMaintenance => kept_at.unwrap_or_else(reached),
        _ => reached(),
    }
}

/// When an event happened last; never, where it did not.
pub fn when(events: &[JournalEntry], is: impl Fn(&Event) -> bool) -> Timestamp {
    events.iter().rfind(|entry| is(&entry.event)).map_or(Timestamp::MAX, |entry| entry.at)
}

/// When the way back began; never, where it did not.
pub fn undone_at(events: &[JournalEntry]) -> Timestamp {
    when(events, |event| matches!(event, Event::Undo))
}

/// When the last change was in place; when the run began, where it has none.
pub fn configured_at(events: &[JournalEntry]) -> Timestamp {
    let done = events.iter().rfind(|entry| matches!(entry.event, Event::Done { .. } | Event::Begin(_)));
    done.map_or(Timestamp::UNIX_EPOCH, |entry| entry.at)
}

/// Whether a reading was made after this moment, so that what it shows can be what came of it.
///
/// # Errors
/// Why it was not: an older reading proves nothing, whoever finalized it again since.
pub fn read_after(read_at: &str, since: Timestamp, now: Timestamp) -> Result<(), String> {
    let at = read_at.parse().map_err(|_| "when the site was read is not known: read it again".to_owned())?;
    ensure_after(at, (since, now), ["the site's reading", "the site was", "which is", "it"])
}

/// The same of the members' reading, which has a time of its own; where nothing was read of them nothing is shown by it.
///
/// # Errors
/// Why it was not.
pub fn members_after(read_at: Option<Timestamp>, since: Timestamp, now: Timestamp) -> Result<(), String> {
    let words = ["the members' reading", "the members were", "and that is", "them"];
    read_at.map_or(Ok(()), |at| ensure_after(at, (since, now), words))
}

fn ensure_after(
    at: Timestamp,
    (since, now): (Timestamp, Timestamp),
    [reading, were, which, again]: [&str; 4],
) -> Result<(), String> {
    match at {
        at if at > now => Err(format!("{reading} is dated {at}, which is in the future")),
        at if at > since => Ok(()),
        at => Err(format!("{were} read at {at}, {which} not after {since}: read {again} again")),
    }
}

/// What is on record since a time, until now: what is dated later was not said yet.
pub fn since_then(mut record: Record, since: Timestamp, now: Timestamp) -> Record {
    record.entries.retain(|entry| entry.at.parse::<Timestamp>().is_ok_and(|at| at >= since && at <= now));
    record
}
