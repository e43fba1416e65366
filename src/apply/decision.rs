//! Go on, or go back? What the person whom the plan names decided, and when they have to. Pure.

use jiff::Timestamp;

use super::journal::{Event, JournalEntry};
use super::machine::Progress;
use crate::model::Identity;
use crate::model::deadline::Decision;
use crate::model::record::Record;

/// How a run past the barrier on live stands to the way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// Nothing is to be decided: not yet, or it was decided to go on.
    Open,
    /// It is time, and nobody has decided.
    Due,
    /// It was decided to go back.
    Back,
}

/// How it stands at this time of the site, where it is decided by that time.
pub fn stands(progress: &Progress, by: Option<Timestamp>, now: Timestamp) -> Stands {
    match (progress.is_past_the_barrier(), progress.decision()) {
        (false, _) | (true, Some(Decision::GoOn)) => Stands::Open,
        (true, Some(Decision::GoBack)) => Stands::Back,
        (true, None) if by.is_some_and(|by| now >= by) => Stands::Due,
        (true, None) => Stands::Open,
    }
}

/// A decision on record that the journal does not hold yet. To go back can be decided at any time past the barrier; to go on
/// is an answer only once it was asked, or where it takes the other back.
pub fn news(
    events: &[JournalEntry],
    progress: &Progress,
    record: &Record,
    live: &Identity,
    who: &str,
) -> Option<Decision> {
    if !progress.is_past_the_barrier() {
        return None;
    }
    let last = |is: fn(&Event) -> bool| events.iter().rfind(|entry| is(&entry.event)).map(|entry| entry.at);
    let passed_at = last(|event| matches!(event, Event::BarrierPassed { .. }))?;
    let since = last(|event| matches!(event, Event::Decided { .. })).map_or(passed_at, |at| at.max(passed_at));
    let asked = last(|event| matches!(event, Event::DecisionDue { .. })).filter(|_| progress.is_decision_due());
    let (at, decision) = record.decided(live, who, since)?;
    let answers = progress.decision() == Some(Decision::GoBack) || asked.is_some_and(|asked| at >= asked);
    (decision == Decision::GoBack || answers).then_some(decision)
}
