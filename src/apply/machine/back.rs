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

    pub(super) fn next(&self) -> Next {
        match self.at {
            BackAt::TakingBack(change) => Next::SettleBack(change),
            BackAt::InPlace(in_place @ 1..) => Next::TakeBack(in_place - 1),
            // What was closed for this run is not left closed.
            BackAt::InPlace(_) | BackAt::Reached if self.from.is_closed_to_buyers() => {
                Next::Step(Step::LeaveMaintenance)
            }
            BackAt::InPlace(_) | BackAt::Reached | BackAt::Reopened => Next::Close,
        }
    }

    pub(super) fn in_place(&self) -> usize {
        match self.at {
            BackAt::InPlace(in_place) => in_place,
            BackAt::TakingBack(change) => change.saturating_add(1),
            BackAt::Reached | BackAt::Reopened => 0,
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
            Event::Reached { step } if next == Next::Step(*step) && self.at != BackAt::Reached => Some(BackAt::Reached),
            Event::Passed { step, .. } if next == Next::Step(*step) && self.at == BackAt::Reached => {
                Some(BackAt::Reopened)
            }
            _ => None,
        }
    }
}
