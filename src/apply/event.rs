//! What happens in a run, as its journal holds it: how it began, then one event after the other.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::change::{ByHand, Change, Digests, changes_digest};
use crate::guide;
use crate::model::deadline::Decision;
use crate::model::plan::{SiteRole, Strategy};
use crate::model::text::many;
use crate::model::{Executor, Identity, ObjectRef, Step, Unmeasured};

/// Why a run is closed whose place a new one took: it can be undone once the new one is.
pub const REPLACED: &str = "a new run took its place";

/// How a run began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// What a person makes; none where there is nothing, and in the journal of an earlier build.
    #[serde(default, skip_serializing_if = "ByHand::is_empty")]
    pub by_hand: ByHand,
    /// What was accepted as unknown when the run began; none in the journal of an earlier build.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Unmeasured>,
    /// The digest of the reading that was kept of the site before the run; none in the journal of an earlier build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// The digest of what the site's own adapters say, by which a run at an address reads; none on a site in a file, and in the journal of an
    /// earlier build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapters: Option<String>,
    /// Who began it: a short name from the plan's `people`; none where nobody was named, and in the journal of an earlier build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

impl Begin {
    /// Who takes a step of this run: the plan's changes a person, where a person makes any of them.
    pub fn executor(&self, step: Step) -> Executor {
        let by_hand = step == Step::Configure && !self.by_hand.is_empty();
        if by_hand { Executor::Guided } else { step.about().executor }
    }

    /// How much is to be made, and how much of it a person makes, in words: as many changes as the diff counted.
    pub fn size(&self) -> String {
        let (by_hand, look) = (self.by_hand.changes.len(), self.by_hand.not_compared.len());
        let all = self.changes.len() + by_hand;
        let changes = match by_hand {
            0 => many(all, "change"),
            _ if by_hand == all => format!("{}{} by hand", many(all, "change"), if all > 1 { ", all" } else { "," }),
            some => format!("{}, {some} of them by hand", many(all, "change")),
        };
        match (all, look) {
            (_, 0) => changes,
            (0, _) => format!("{} to look at and set by hand", many(look, "object")),
            _ => format!("{changes}, and {} to look at", many(look, "object")),
        }
    }

    /// Whether it was accepted when the run began that the members are unknown.
    pub fn goes_without_members(&self) -> bool {
        self.accepted.contains(&Unmeasured::Members)
    }

    /// The digest of all that was confirmed to be made, whoever makes it.
    pub fn changes_digest(&self) -> String {
        changes_digest(&self.host, &self.by_hand.with(&self.changes), &self.by_hand.not_compared)
    }

    /// The steps, the changes among them: what has to be there before them, then the proof that they are in place, then the
    /// guide's.
    pub fn steps(&self) -> &[Step] {
        let earlier = || self.strategy.map_or(&[Step::Configure][..], |on| guide::from_configure(on, self.on));
        self.steps.as_deref().unwrap_or_else(earlier)
    }

    /// Whether its steps can be those of a run, whatever order this build has them in: each once, the changes among them, and
    /// those in front of the barrier.
    pub(super) fn has_steps_of_a_run(&self) -> bool {
        let steps = self.steps();
        let is_once = |(at, step): (usize, &Step)| !steps[..at].contains(step);
        let at = |step: Step| steps.iter().position(|one| *one == step);
        let barrier = at(Step::RunMigration).unwrap_or(usize::MAX);
        steps.iter().enumerate().all(is_once) && at(Step::Configure).is_some_and(|changes| changes < barrier)
    }

    /// Whether the run takes a step at the latest when it takes another one.
    pub fn takes_by(&self, step: Step, through: Step) -> bool {
        let at = |step: Step| self.steps().iter().position(|one| *one == step);
        match (at(step), at(through)) {
            (Some(step), Some(through)) => step <= through,
            // A step that the run does not have lies where this build has it.
            _ => step <= through,
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A run began.
    Begin(Box<Begin>),
    /// Somebody went on with it.
    Resume {
        /// The lock's token: it grows with each holder.
        token: u64,
        /// The last sign of life of whoever was at it before; none where it is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>", extend("format" = "date-time"))]
        alive_until: Option<Timestamp>,
        /// The digest of what the site's own adapters say now, where that is no longer what the run began with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        adapters: Option<String>,
    },
    /// A change is about to be carried out.
    Intent {
        /// Its number in the list.
        change: usize,
    },
    /// A change is in place: it was read back.
    Done {
        /// Its number in the list.
        change: usize,
    },
    /// The run stopped at a change.
    Halt {
        /// Its number in the list.
        change: usize,
        /// Why.
        why: String,
    },
    /// A step of the guide is next, and was shown to a person.
    Reached {
        /// The step.
        step: Step,
    },
    /// The site was kept as it is in front of the barrier: with that everybody is compared from here on.
    Kept {
        /// The digest of the reading.
        sha256: String,
    },
    /// What nobody measured was accepted before the barrier.
    Accepted {
        /// What.
        unmeasured: Vec<Unmeasured>,
    },
    /// A mail that was sent to see whether any leaves the site was held back, or a person saw that none does.
    Trapped {
        /// What shows it.
        seen: String,
    },
    /// The barrier was acknowledged: from here on the migration may have been started.
    #[serde(alias = "crossed")]
    BarrierPassed {
        /// Who acknowledged it: a short name from the plan's `people`, where one was given.
        who: Option<String>,
        /// How many members the site had.
        members: Option<u64>,
    },
    /// A person attested that *Run Migration* was not pressed, and the site showed nothing else: before the barrier again.
    NotPressed {
        /// Who: a short name from the plan's `people`.
        who: String,
        /// What the site showed.
        seen: String,
    },
    /// The site was read as migrated for the first time: the migration took no longer than until here.
    Migrated,
    /// Maintenance mode of live, once it was seen on, was found otherwise than it was seen last: while it is off a restore loses what is paid.
    Maintenance {
        /// Whether it is on.
        on: bool,
    },
    /// The time to decide whether to go back has come, and a step waits.
    DecisionDue {
        /// Who decides, as the plan says.
        who: String,
        /// By when.
        #[schemars(with = "String", extend("format" = "date-time"))]
        by: Timestamp,
    },
    /// It was decided whether to go back.
    Decided {
        /// Who decided.
        who: String,
        /// What.
        decision: Decision,
    },
    /// A step of the guide is done.
    Passed {
        /// The step.
        step: Step,
        /// What proves it: `automatic` by reading, `guided` a person's act that was read back, `attested` a person who says so.
        by: Executor,
        /// What was seen, in a few words without personal values.
        seen: String,
        /// Marks of what the migration moved, as the first step after it found that: by object, as a change names it. What
        /// comes after has to find it so.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        found: BTreeMap<String, String>,
    },
    /// The members were compared again, before a push or at the end, and somebody accepted what differs since they were reviewed.
    ReviewedAgain {
        /// What proves it: a person who says so.
        by: Executor,
        /// What was seen, in a few words without personal values, and who accepted it.
        seen: String,
    },
    /// From here on the changes are taken back, the last one first. It may follow the close of a run that a new one replaced.
    Undo,
    /// A change is about to be taken back.
    TakeBack {
        /// Its number in the list.
        change: usize,
    },
    /// A change is taken back: it was read back.
    TakenBack {
        /// Its number in the list.
        change: usize,
    },
    /// A change is not taken back: somebody else changed the object since, and it is left as they have it.
    Left {
        /// Its number in the list.
        change: usize,
    },
    /// What a person made is set back, before the site is opened to buyers again.
    SetBack {
        /// What proves it.
        by: Executor,
        /// What was seen, in a few words.
        seen: String,
        /// What was left as it was made.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left: Vec<ObjectRef>,
    },
    /// Somebody took the run over on this machine, having seen what was confirmed and confirmed it again.
    Adopted {
        /// Who: a short name from the plan's `people`, where one was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<String>,
        /// What the plan intended then, by this build: from here on it must intend the same.
        intent: String,
        /// The digest of what of it is rehearsed; none by an earlier build.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rehearsed: Option<String>,
    },
    /// The run will not be resumed.
    Closed {
        /// Why.
        why: String,
    },
    /// Everything is done.
    End,
}

/// An event with its time.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

/// How the run of these events began; none where there are none.
pub fn begin(events: &[JournalEntry]) -> Option<&Begin> {
    match &events.first()?.event {
        Event::Begin(begin) => Some(begin),
        _ => None,
    }
}

/// The digest of the reading that was kept of the site last; none in the journal of an earlier build.
pub fn kept(events: &[JournalEntry]) -> Option<&str> {
    events.iter().rev().find_map(|entry| match &entry.event {
        Event::Kept { sha256 } => Some(sha256.as_str()),
        Event::Begin(begin) => begin.kept.as_deref(),
        _ => None,
    })
}

/// What the comparison of the members came to last: at their review, or where that was looked at again since. None before the review.
pub fn reviewed(events: &[JournalEntry]) -> Option<(Executor, &str)> {
    events.iter().rev().find_map(|entry| match &entry.event {
        Event::Passed { step: Step::ReviewContacts, by, seen, .. } | Event::ReviewedAgain { by, seen } => {
            Some((*by, seen.as_str()))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_run_is_as_large_as_its_diff_said_whoever_makes_its_changes() {
        let change = |key: &str| {
            let on = json!({"kind": "offering", "key": key});
            json!({"on": on, "before": null, "after": {"modules": []}, "cause": "/offerings"})
        };
        let look = json!({"on": {"kind": "mail", "key": "mail"}, "wanted": {"simulated": true}, "cause": "/mail"});
        let size = |automatic: usize, by_hand: usize, to_look_at: usize| {
            let many = |one: &Value, count: usize| vec![one.clone(); count];
            let begin = json!({
                "tool": "0", "plan": "p", "host": "h.example", "on": "live", "strategy": null,
                "digests": {"intent": "", "changes": "", "facts": ""}, "changes": many(&change("a"), automatic),
                "by_hand": {"changes": many(&change("b"), by_hand), "not_compared": many(&look, to_look_at)},
            });
            serde_json::from_value::<Begin>(begin).unwrap().size()
        };
        assert_eq!(size(4, 0, 0), "4 changes");
        assert_eq!(size(1, 0, 0), "1 change");
        assert_eq!(size(0, 0, 0), "0 changes");
        assert_eq!(size(0, 7, 0), "7 changes, all by hand");
        assert_eq!(size(0, 1, 0), "1 change, by hand");
        assert_eq!(size(4, 3, 0), "7 changes, 3 of them by hand");
        assert_eq!(size(4, 3, 2), "7 changes, 3 of them by hand, and 2 objects to look at");
        assert_eq!(size(0, 0, 1), "1 object to look at and set by hand");
    }
}
