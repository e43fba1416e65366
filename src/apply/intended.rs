//! What a plan has to be for a run to go on.

use super::event::{Event, JournalEntry, begin};
use crate::change::{intent_digest, rehearsed_digest};
use crate::model::Plan;
use crate::model::plan::SiteRole;

/// What a plan has to be for a run to go on: what was confirmed when it began, or when it was adopted last.
#[derive(Clone, Copy, Debug)]
pub struct Intended<'a> {
    intent: &'a str,
    rehearsed: Option<&'a str>,
    on: SiteRole,
}

impl<'a> Intended<'a> {
    /// Of the run of these events; none where not even its beginning was written whole.
    pub fn of(events: &'a [JournalEntry]) -> Option<Self> {
        let begin = begin(events)?;
        let adopted = events.iter().rev().find_map(|entry| match &entry.event {
            Event::Adopted { intent, rehearsed, .. } => Some((intent.as_str(), rehearsed.as_deref())),
            _ => None,
        });
        let (intent, rehearsed) = adopted.unwrap_or((&begin.digests.intent, begin.rehearsed.as_deref()));
        Some(Self { intent, rehearsed, on: begin.on })
    }

    /// Whether it is this plan.
    ///
    /// On staging, and past the barrier, a plan may say otherwise when the switch happens, who takes part and what is looked at
    /// afterwards: nothing of that is rehearsed. On live all that was confirmed holds until the barrier, its window too.
    pub fn is(&self, plan: &Plan, past_the_barrier: bool) -> bool {
        match self.rehearsed {
            Some(rehearsed) if self.on == SiteRole::Staging || past_the_barrier => rehearsed == rehearsed_digest(plan),
            _ => self.intent == intent_digest(plan),
        }
    }

    /// The digests of what is intended, and of what of it is rehearsed.
    pub fn digests(&self) -> (String, Option<String>) {
        (self.intent.to_owned(), self.rehearsed.map(str::to_owned))
    }

    /// The digest of what is rehearsed; of all that was intended in a run of an earlier build.
    pub fn digest(&self) -> &'a str {
        self.rehearsed.unwrap_or(self.intent)
    }
}
