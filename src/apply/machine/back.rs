//! The way back: the changes that are in place are taken back, the last one first, and what was closed is opened again.

use super::{Forth, Next};
use crate::apply::event::Event;
use crate::model::Step;

/// How far a run is whose changes are taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// How far it had come: on the way back no step of the way forth is proven.
    from: Forth,
    /// What is taken back.
    at: BackAt,
}

/// How far the way back is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BackAt {
    /// So many changes are in place.
    InPlace(usize),
    /// The change with this number is being taken back: nobody knows what became of it.
    TakingBack(usize),
    /// None is in place, and what a person made is set back.
    SetBack,
    /// None is in place, and the step that opens the site to buyers again was shown to a person.
    Reached,
    /// None is in place, and the site is open again.
    Reopened,
}

impl Back {
    /// The way back from there. What nobody knows of is taken back too: reading shows whether there is anything to take back.
    pub(super) fn new(from: &Forth) -> Self {
        let in_place = from.intended().map_or_else(|| from.in_place(), |change| change.saturating_add(1));
        Self { from: from.clone(), at: BackAt::InPlace(in_place) }
    }

    /// How far it had come from step to step.
    pub(super) fn from(&self) -> &Forth {
        &self.from
    }

    pub(super) fn is_reached(&self) -> bool {
        self.at == BackAt::Reached
    }

    /// Whether what a person made is set back before the site is opened to buyers again: half of it would be sold from.
    pub(super) fn is_to_be_set_back(&self) -> bool {
        self.at == BackAt::InPlace(0) && self.from.is_closed_to_buyers() && self.from.may_be_made_by_hand()
    }

    pub(super) fn next(&self) -> Next {
        match self.at {
            BackAt::TakingBack(change) => Next::SettleBack(change),
            BackAt::InPlace(in_place @ 1..) => Next::TakeBack(in_place - 1),
            // What was closed for this run is not left closed.
            BackAt::InPlace(_) | BackAt::SetBack | BackAt::Reached if self.from.is_closed_to_buyers() => {
                Next::Step(Step::LeaveMaintenance)
            }
            BackAt::InPlace(_) | BackAt::SetBack | BackAt::Reached | BackAt::Reopened => Next::Close,
        }
    }

    pub(super) fn in_place(&self) -> usize {
        match self.at {
            BackAt::InPlace(in_place) => in_place,
            BackAt::TakingBack(change) => change.saturating_add(1),
            BackAt::SetBack | BackAt::Reached | BackAt::Reopened => 0,
        }
    }

    pub(super) fn is_closed_to_buyers(&self) -> bool {
        self.from.is_closed_to_buyers() && self.at != BackAt::Reopened
    }

    pub(super) fn after(&self, event: &Event) -> Option<Self> {
        Some(Self { at: self.at_after(event)?, from: self.from.clone() })
    }

    fn at_after(&self, event: &Event) -> Option<BackAt> {
        let next = self.next();
        let is_next = |change: &usize| next == Next::TakeBack(*change);
        let is_open = |change: &usize| next == Next::SettleBack(*change);
        match event {
            Event::TakeBack { change } if is_next(change) => Some(BackAt::TakingBack(*change)),
            Event::TakenBack { change } if is_open(change) => Some(BackAt::InPlace(*change)),
            Event::Left { change } if is_next(change) || is_open(change) => Some(BackAt::InPlace(*change)),
            Event::Halt { change, .. } if is_open(change) => Some(self.at),
            Event::SetBack { .. } if self.is_to_be_set_back() => Some(BackAt::SetBack),
            Event::Reached { step } if next == Next::Step(*step) && self.at != BackAt::Reached => Some(BackAt::Reached),
            Event::Passed { step, .. } if next == Next::Step(*step) && self.at == BackAt::Reached => {
                Some(BackAt::Reopened)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Progress;
    use super::*;
    use crate::model::Executor;

    /// A run on live that came so far, and is undone.
    fn undone(events: &[Event]) -> Progress {
        let on = json!({"kind": "emails", "key": "emails"});
        let by_hand =
            json!([{"on": on, "before": {"welcome": "none"}, "after": {"welcome": "purchases"}, "cause": ""}]);
        let begin = json!({
            "tool": "0", "plan": "p", "host": "h.example", "on": "live", "strategy": "rehearse-and-replay",
            "digests": {"intent": "", "changes": "", "facts": ""}, "changes": [],
            "steps": ["enter-maintenance", "backup", "configure", "start-verification", "run-migration"],
            "by_hand": {"changes": by_hand, "not_compared": []},
        });
        let begin = Event::Begin(Box::new(serde_json::from_value(begin).unwrap()));
        let all = std::iter::once(&begin).chain(events).chain([&Event::Undo]);
        all.fold(Progress::NotBegun, |progress, event| progress.after(event).unwrap())
    }

    fn passed(step: Step) -> Event {
        Event::Passed { step, by: Executor::Attested, seen: String::new(), found: Default::default() }
    }

    fn set_back() -> Event {
        Event::SetBack { by: Executor::Attested, seen: String::new(), left: Vec::new() }
    }

    #[test]
    fn what_a_person_may_have_made_is_set_back_before_the_site_is_opened() {
        let reached = |step| Event::Reached { step };
        let closed = [reached(Step::EnterMaintenance), passed(Step::EnterMaintenance)];
        let before_its_changes = undone(&closed);
        assert!(!before_its_changes.is_to_be_set_back() && before_its_changes.after(&set_back()).is_none());
        let at_its_changes = undone(&[&closed[..], &[reached(Step::Backup), passed(Step::Backup)]].concat());
        assert!(at_its_changes.is_to_be_set_back());
        let set = at_its_changes.after(&set_back()).unwrap();
        assert!(!set.is_to_be_set_back() && set.is_closed_to_buyers() && set.after(&set_back()).is_none());
        assert_eq!(set.next(), Next::Step(Step::LeaveMaintenance));
        // The journal of an earlier build, which waited for nothing of it, is read as it is.
        for from in [set, at_its_changes] {
            let open = [reached(Step::LeaveMaintenance), passed(Step::LeaveMaintenance)];
            let open = open.iter().fold(from, |progress, event| progress.after(event).unwrap());
            assert!(open.next() == Next::Close && !open.is_to_be_set_back() && !open.is_closed_to_buyers());
        }
    }
}
