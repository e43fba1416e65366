//! How a run began: the first line of its journal.

use serde::{Deserialize, Serialize};

use super::journal::{self, Event, JournalEntry};
use crate::change::{Change, Digests, intent_digest, rehearsed_digest};
use crate::guide;
use crate::model::plan::{SiteRole, Strategy};
use crate::model::{Identity, Plan, Step};

/// How a run began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begin {
    /// The tool's version.
    pub tool: String,
    /// The plan's file name.
    pub plan: String,
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// Which of the plan's two places it is.
    pub on: SiteRole,
    /// How the change reaches the live site; none where the run is over when the changes are in place.
    pub strategy: Option<Strategy>,
    /// What was confirmed.
    pub digests: Digests,
    /// The changes, in order: what a resumed run carries out, whatever became of the plan.
    pub changes: Vec<Change>,
    /// The digest of what of the plan is rehearsed; none in the journal of an earlier build, which holds a plan to all that it intended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehearsed: Option<String>,
    /// The steps, in order; none in the journal of an earlier build, which has those from the changes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<Step>>,
    /// The digest of the reading that was kept of the site before the run; none in the journal of an earlier build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}

impl Begin {
    /// The steps, the changes among them: what has to be there before them, then the proof that they are in place, then the
    /// guide's.
    pub fn steps(&self) -> &[Step] {
        let earlier = || self.strategy.map_or(&[Step::Configure][..], |on| guide::from_configure(on, self.on));
        self.steps.as_deref().unwrap_or_else(earlier)
    }

    /// Whether its steps can be those of a run: each once, in their order, with the changes among them.
    pub(super) fn is_in_order(&self) -> bool {
        let steps = self.steps();
        steps.is_sorted_by(|one, next| one < next) && steps.contains(&Step::Configure)
    }
}

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
        let begin = journal::begin(events)?;
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
