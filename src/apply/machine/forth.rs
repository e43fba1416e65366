//! From step to step: the plan's changes among them, one after the other.

use super::Next;
use crate::apply::event::{Begin, Event};
use crate::model::Step;

/// How far a run is from step to step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forth {
    /// How many changes there are.
    changes: usize,
    /// Whether a person makes any.
    by_hand: bool,
    /// The steps, the changes among them.
    steps: Vec<Step>,
    /// How many steps are done.
    passed: usize,
    /// How far the next one is.
    at: At,
}

/// How far the step is that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Not begun.
    Ahead,
    /// It was shown to a person.
    Reached,
    /// It is that of the changes, and so many are in place.
    Changes(usize),
    /// The same, and the one with this number was intended: nobody knows what became of it.
    Intended(usize),
}

impl Forth {
    pub(super) fn new(begin: &Begin) -> Self {
        let (changes, by_hand, steps) = (begin.changes.len(), !begin.by_hand.is_empty(), begin.steps().to_vec());
        Self { changes, by_hand, steps, passed: 0, at: At::Ahead }.at_step(0)
    }

    /// At the beginning of the step with this number.
    fn at_step(&self, passed: usize) -> Self {
        let at = if self.steps.get(passed) == Some(&Step::Configure) { At::Changes(0) } else { At::Ahead };
        Self { passed, at, ..self.clone() }
    }

    pub(super) fn passed(&self) -> &[Step] {
        &self.steps[..self.passed]
    }

    pub(super) fn is_reached(&self) -> bool {
        self.at == At::Reached
    }

    /// The change that was intended, and of which nobody knows what became.
    pub(super) fn intended(&self) -> Option<usize> {
        match self.at {
            At::Intended(change) => Some(change),
            At::Ahead | At::Reached | At::Changes(_) => None,
        }
    }

    fn step(&self) -> Option<Step> {
        self.steps.get(self.passed).copied()
    }

    pub(super) fn next(&self) -> Next {
        match self.at {
            At::Intended(change) => Next::Settle(change),
            At::Changes(in_place) if in_place < self.changes => Next::Run(in_place),
            _ => self.step().map_or(Next::Close, Next::Step),
        }
    }

    pub(super) fn in_place(&self) -> usize {
        match self.at {
            At::Changes(in_place) | At::Intended(in_place) => in_place,
            At::Ahead | At::Reached if self.passed().contains(&Step::Configure) => self.changes,
            At::Ahead | At::Reached => 0,
        }
    }

    /// Whether it came to the plan's changes: from there on a person may have made those that are theirs.
    pub(super) fn came_to_its_changes(&self) -> bool {
        matches!(self.at, At::Changes(_) | At::Intended(_)) || self.passed().contains(&Step::Configure)
    }

    /// Whether a person may have made what only a person makes.
    pub(super) fn may_be_made_by_hand(&self) -> bool {
        self.by_hand && self.came_to_its_changes()
    }

    pub(super) fn is_at_the_barrier(&self) -> bool {
        self.step() == Some(Step::RunMigration) && self.at == At::Reached
    }

    pub(super) fn is_closed_to_buyers(&self) -> bool {
        let asked = self.step().filter(|_| self.at == At::Reached);
        let closing = self.passed().iter().copied().chain(asked).any(|step| step == Step::EnterMaintenance);
        closing && !self.passed().contains(&Step::LeaveMaintenance)
    }

    pub(super) fn after(&self, event: &Event) -> Option<Self> {
        let next = self.next();
        let at = match (event, self.at) {
            (Event::Intent { change }, _) if next == Next::Run(*change) => At::Intended(*change),
            (Event::Done { change }, _) if next == Next::Settle(*change) => At::Changes(change.saturating_add(1)),
            (Event::Halt { change, .. }, at) if next == Next::Settle(*change) => at,
            (Event::Reached { step }, At::Ahead) if next == Next::Step(*step) => At::Reached,
            (Event::Passed { step, .. }, At::Reached | At::Changes(_)) if next == Next::Step(*step) => {
                return Some(self.at_step(self.passed + 1));
            }
            _ => return None,
        };
        Some(Self { at, ..self.clone() })
    }
}
