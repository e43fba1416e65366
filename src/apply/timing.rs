//! How long the steps of a run took: from a step's prompt to its proof, without the time when nothing was running. Pure.
//!
//! A process that ended, however it ended, is bounded by its last sign of life: the moment when it let go of the lock, the lock's
//! last beat where it was killed, and the journal's line before where neither is known. From there to the next `resume` nothing ran,
//! and that time is nobody's.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::event::{Event, JournalEntry};
use crate::model::text::Seconds;
use crate::model::{Executor, Step};

/// How long a step took, from its prompt to its proof: the person's time included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Took {
    /// The step.
    pub step: Step,
    /// What it was proven by.
    pub by: Executor,
    /// Seconds during which the run was under way.
    pub seconds: u64,
    /// Seconds between prompt and proof during which nothing was running, which do not count.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub paused: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands on a reference")]
fn is_zero(seconds: &u64) -> bool {
    *seconds == 0
}

/// How long the migration itself took: from the open barrier to the first reading that showed its end.
///
/// The site goes on while nothing watches it, so that a pause does not shorten it. Who watched it to its end knows both bounds to
/// be the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lasted {
    /// Seconds after which it had not been seen to be over.
    pub at_least: u64,
    /// Seconds after which it was seen to be over.
    pub at_most: u64,
}

/// The steps that are proven, each with its time, in order.
pub fn steps(events: &[JournalEntry]) -> Vec<Took> {
    let gaps = gaps(events);
    let proven = events.iter().enumerate().filter_map(|(at, entry)| match &entry.event {
        Event::Passed { step, by, .. } => Some((at, *step, *by)),
        _ => None,
    });
    proven
        .map(|(at, step, by)| {
            let (from, to) = (prompted(&events[..at], step).unwrap_or(events[at].at), events[at].at);
            let paused = within(&gaps, from, to);
            Took { step, by, seconds: seconds(from, to).saturating_sub(paused), paused }
        })
        .collect()
}

/// How long a step that waits has been under way now; none where it was not reached.
pub fn so_far(events: &[JournalEntry], step: Step, now: Timestamp) -> Option<Seconds> {
    let reached = events.iter().rposition(|entry| entry.event == Event::Reached { step })?;
    let from = events[reached].at;
    let running = seconds(from, now).saturating_sub(within(&gaps(events), from, now));
    Some(running.into())
}

/// How long the migration took; none where it was not seen to be over.
pub fn migration(events: &[JournalEntry]) -> Option<Lasted> {
    let over =
        |entry: &JournalEntry| matches!(entry.event, Event::Migrated | Event::Passed { step: Step::RunMigration, .. });
    let end = events.iter().position(over)?;
    let begun = events[..end].iter().rposition(|entry| matches!(entry.event, Event::BarrierPassed { .. }))?;
    let (from, to) = (events[begun].at, events[end].at);
    let at_most = seconds(from, to);
    let last_gap = gaps(&events[..end]).into_iter().rfind(|(_, ended)| *ended > from);
    // Whoever read it last before the pause saw no end of it.
    let at_least = last_gap.map_or(at_most, |(began, _)| seconds(from, began.max(from)));
    Some(Lasted { at_least, at_most })
}

/// When a step was shown to a person; of the plan's changes, which are nobody's, when what came before was over.
fn prompted(before: &[JournalEntry], step: Step) -> Option<Timestamp> {
    let proven = before.iter().rposition(|entry| matches!(entry.event, Event::Passed { .. }));
    let since = proven.map_or(before, |at| &before[at..]);
    let reached = since.iter().rfind(|entry| entry.event == Event::Reached { step });
    reached.or(since.first()).map(|entry| entry.at)
}

/// The times when nothing was running.
fn gaps(events: &[JournalEntry]) -> Vec<(Timestamp, Timestamp)> {
    let pairs = events.windows(2).filter_map(|pair| {
        let (last, next) = (pair[0].at, pair[1].at);
        match &pair[1].event {
            Event::Resume { alive_until, .. } => Some((alive_until.unwrap_or(last).max(last), next)),
            // Said by a process of its own.
            Event::NotPressed { .. } | Event::Adopted { .. } => Some((last, next)),
            _ => None,
        }
    });
    pairs.filter(|(from, to)| from < to).collect()
}

/// How many seconds of these times lie between two others.
fn within(gaps: &[(Timestamp, Timestamp)], from: Timestamp, to: Timestamp) -> u64 {
    let inside = gaps.iter().map(|(began, ended)| seconds((*began).max(from), (*ended).min(to)));
    inside.fold(0, u64::saturating_add)
}

/// Whole seconds between two times; none where the clock went back.
fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Events at seconds after midnight.
    fn journal(events: Vec<(i64, Event)>) -> Vec<JournalEntry> {
        events.into_iter().map(|(second, event)| JournalEntry { at: at(second), event }).collect()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn resume(alive_until: Option<i64>) -> Event {
        Event::Resume { token: 2, alive_until: alive_until.map(at), adapters: None }
    }

    fn passed(step: Step) -> Event {
        Event::Passed { step, by: Executor::Guided, seen: String::new(), found: Default::default() }
    }

    fn passed_at() -> Event {
        Event::BarrierPassed { who: None, members: None }
    }

    const NIGHT: i64 = 12 * 3600;
    const REVIEW: Event = Event::Reached { step: Step::ReviewContacts };

    /// What the review took: seconds, and paused.
    fn review(events: Vec<(i64, Event)>) -> (u64, u64) {
        let took = steps(&journal(events));
        let took = took.iter().find(|took| took.step == Step::ReviewContacts).unwrap();
        (took.seconds, took.paused)
    }

    #[test]
    fn what_lies_between_two_steps_is_of_neither() {
        let step = |at, reached: Event, step| [(at, reached), (at + 60, passed(step))];
        let mut events = vec![(-7, passed_at()), (0, passed(Step::Configure))];
        events.extend(step(NIGHT, Event::Reached { step: Step::StartVerification }, Step::StartVerification));
        events.extend(step(2 * NIGHT, REVIEW, Step::ReviewContacts));
        let took: Vec<u64> = steps(&journal(events)).iter().map(|took| took.seconds).collect();
        assert_eq!(took, [7, 60, 60]);
    }

    #[test]
    fn the_time_when_nothing_was_running_does_not_count() {
        let paused = |alive: Option<i64>| {
            review(vec![(0, REVIEW), (NIGHT, resume(alive)), (NIGHT + 30, passed(Step::ReviewContacts))])
        };
        // It waited for ten minutes before it was stopped; where nobody knows when, up to its last line.
        assert_eq!(paused(Some(600)), (630, NIGHT as u64 - 600));
        assert_eq!(paused(None), (30, NIGHT as u64));
        // A sign of life that cannot be one is none.
        assert_eq!(paused(Some(-5)), (30, NIGHT as u64));
        assert_eq!(paused(Some(NIGHT + 9)), (NIGHT as u64 + 30, 0));
        // A clock that went back takes nothing away.
        assert_eq!(review(vec![(0, REVIEW), (-50, resume(None)), (40, passed(Step::ReviewContacts))]), (40, 0));
        assert_eq!(review(vec![(0, REVIEW), (-50, passed(Step::ReviewContacts))]), (0, 0));
        // Two pauses, and one that ended before the prompt.
        let twice = vec![
            (0, passed(Step::Configure)),
            (100, resume(None)),
            (110, REVIEW),
            (NIGHT, resume(Some(130))),
            (2 * NIGHT, resume(Some(NIGHT + 7))),
            (2 * NIGHT + 3, passed(Step::ReviewContacts)),
        ];
        assert_eq!(review(twice).0, 20 + 7 + 3);
    }

    #[test]
    fn a_step_that_waits_counts_what_it_has_taken_by_now() {
        let events = journal(vec![(0, REVIEW), (NIGHT, resume(Some(60)))]);
        assert_eq!(so_far(&events, Step::ReviewContacts, at(NIGHT + 30)), Some(Seconds(90)));
        assert_eq!(so_far(&events, Step::TestPurchase, at(NIGHT + 30)), None);
    }

    #[test]
    fn the_migration_goes_on_while_nothing_watches_it() {
        let lasted =
            |events: Vec<(i64, Event)>| migration(&journal(events)).map(|lasted| (lasted.at_least, lasted.at_most));
        let done = || passed(Step::RunMigration);
        assert_eq!(lasted(vec![(0, passed_at()), (900, done())]), Some((900, 900)));
        // Watched for ten minutes, and found to be over in the morning.
        assert_eq!(
            lasted(vec![(0, passed_at()), (NIGHT, resume(Some(600))), (NIGHT + 1, done())]),
            Some((600, NIGHT as u64 + 1))
        );
        // What a person did after its end is not its time.
        assert_eq!(
            lasted(vec![(0, passed_at()), (700, Event::Migrated), (NIGHT, resume(None)), (NIGHT, done())]),
            Some((700, 700))
        );
        // Nobody had pressed the first time.
        let unpressed = Event::NotPressed { who: "jo".into(), seen: String::new() };
        assert_eq!(
            lasted(vec![(0, passed_at()), (50, unpressed), (80, resume(None)), (100, passed_at()), (160, done())]),
            Some((60, 60))
        );
        assert_eq!(lasted(vec![(0, passed_at()), (NIGHT, resume(None))]), None);
        assert_eq!(lasted(vec![(0, passed(Step::Configure))]), None);
    }
}
