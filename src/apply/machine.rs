//! From the journal to the next act: a pure fold. Nothing here reads or writes.

use serde_json::Value;

use crate::change::{Change, same};
use crate::model::Step;
use crate::model::deadline::Decision;

use super::event::{Event, REPLACED};

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Write down the intent of this change, then carry it out.
    Run(usize),
    /// This change was intended and nobody knows what became of it: read, then decide.
    Settle(usize),
    /// Every change is in place: continue with this step of the guide.
    Step(Step),
    /// Write down that this change is taken back, then take it back.
    TakeBack(usize),
    /// This change was being taken back and nobody knows what became of it: read, then decide.
    SettleBack(usize),
    /// Everything is done: write that down.
    Close,
    /// Nothing.
    Over,
}

/// How far a run is: what its events so far come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many changes there are.
    changes: usize,
    /// The steps, the changes among them.
    steps: Vec<Step>,
    begun: bool,
    /// Changes below this number are in place, but for those that were taken back.
    in_place: usize,
    /// A change that was intended, or is being taken back, with an unknown end.
    open: Option<usize>,
    /// How many steps are done.
    passed: usize,
    reached: bool,
    past_barrier: bool,
    migrated: bool,
    decision_due: bool,
    decision: Option<Decision>,
    /// Whether somebody was asked to close the site to buyers for this run.
    closing: bool,
    /// Whether it was seen to be open again.
    reopened: bool,
    taking_back: bool,
    over: bool,
    closed: bool,
    /// Whether it was closed because a new run took its place.
    replaced: bool,
}

impl Progress {
    /// What is to be done next.
    pub fn next(&self) -> Next {
        match (self.over, self.taking_back, self.open) {
            (true, _, _) => Next::Over,
            (false, true, Some(change)) => Next::SettleBack(change),
            (false, true, None) => match self.in_place.checked_sub(1) {
                Some(change) => Next::TakeBack(change),
                // What was closed for this run is not left closed.
                None if self.closing && !self.reopened => Next::Step(Step::LeaveMaintenance),
                None => Next::Close,
            },
            (false, false, Some(change)) => Next::Settle(change),
            (false, false, None) => match self.steps.get(self.passed) {
                Some(Step::Configure) if self.in_place < self.changes => Next::Run(self.in_place),
                Some(step) => Next::Step(*step),
                None => Next::Close,
            },
        }
    }

    /// Whether the site was closed to buyers for this run, and was not seen to be open again.
    pub fn is_closed_to_buyers(&self) -> bool {
        self.closing && !self.reopened
    }

    /// How many changes are in place, in this run and in those before it.
    pub fn in_place(&self) -> usize {
        self.in_place
    }

    /// Whether every change is in place and was read back once more.
    pub fn is_configured(&self) -> bool {
        self.passed().contains(&Step::Configure) && !self.taking_back
    }

    /// The steps that are done.
    pub fn passed(&self) -> &[Step] {
        &self.steps[..self.passed]
    }

    /// Whether the step that comes next was begun.
    pub fn is_reached(&self) -> bool {
        self.reached
    }

    /// Whether the barrier was passed: from then on nobody may say that nothing happened.
    pub fn is_past_the_barrier(&self) -> bool {
        self.past_barrier
    }

    /// Takes the barrier that comes next for passed: what else knows of the run says so.
    pub fn believe_barrier_passed(&mut self) {
        if !self.taking_back && self.reached && self.next() == Next::Step(Step::RunMigration) {
            self.past_barrier = true;
        }
    }

    /// Whether the barrier was passed and nothing proved since that anybody pressed.
    pub fn may_be_unpressed(&self) -> bool {
        self.past_barrier && self.next() == Next::Step(Step::RunMigration)
    }

    /// Whether a reading showed the end of the migration.
    pub fn is_migrated(&self) -> bool {
        self.migrated
    }

    /// Whether it was asked whether to go back.
    pub fn is_decision_due(&self) -> bool {
        self.decision_due
    }

    /// What was decided about going back; none where it was not.
    pub fn decision(&self) -> Option<Decision> {
        self.decision
    }

    /// Whether anything was written to the site, or may have been.
    pub fn has_written(&self) -> bool {
        self.in_place > 0 || self.open.is_some()
    }

    /// Whether the changes are being taken back, or were.
    pub fn is_taking_back(&self) -> bool {
        self.taking_back
    }

    /// Whether the run is over since a new one took its place, so that it can be undone where that one was.
    pub fn is_replaced(&self) -> bool {
        self.over && self.replaced && !self.past_barrier && !self.taking_back
    }

    /// Whether all of it was taken back.
    pub fn is_undone(&self) -> bool {
        self.over && self.taking_back && !self.closed
    }

    /// Whether the run is over.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Whether an event can follow those before it.
    pub(super) fn may_follow(&self, event: &Event) -> bool {
        let next = self.next();
        match event {
            Event::Begin(_) => !self.begun,
            Event::Undo if self.is_replaced() => true,
            Event::Adopted { .. } => self.begun,
            _ if !self.begun || self.over => false,
            Event::Resume { .. } => true,
            Event::Intent { change } => next == Next::Run(*change),
            Event::Done { change } => next == Next::Settle(*change),
            Event::TakeBack { change } => next == Next::TakeBack(*change),
            Event::TakenBack { change } => next == Next::SettleBack(*change),
            Event::Left { change } => [Next::TakeBack(*change), Next::SettleBack(*change)].contains(&next),
            Event::Halt { change, .. } => [Next::Settle(*change), Next::SettleBack(*change)].contains(&next),
            Event::Reached { step } => next == Next::Step(*step) && !self.reached,
            Event::Kept { .. } | Event::Accepted { .. } | Event::BarrierPassed { .. } => {
                next == Next::Step(Step::RunMigration) && self.reached && !self.past_barrier
            }
            Event::NotPressed { .. } => self.may_be_unpressed(),
            Event::DecisionDue { .. } => self.past_barrier && !self.decision_due,
            Event::Decided { .. } => self.past_barrier,
            Event::Migrated => self.may_be_unpressed() && !self.migrated,
            Event::Passed { step, .. } => {
                let may_pass = match step {
                    Step::Configure => true,
                    Step::RunMigration => self.past_barrier,
                    _ => self.reached,
                };
                next == Next::Step(*step) && may_pass
            }
            Event::Undo => !self.past_barrier && !self.taking_back,
            Event::Closed { .. } => !self.past_barrier || self.open.is_none(),
            Event::End => next == Next::Close,
        }
    }

    /// Goes on by one event.
    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::Begin(begin) => {
                self.begun = true;
                self.changes = begin.changes.len();
                self.steps = begin.steps().to_vec();
            }
            Event::Intent { change } | Event::TakeBack { change } => self.open = Some(*change),
            Event::Done { change } => {
                self.open = None;
                self.in_place = change.saturating_add(1);
            }
            Event::TakenBack { change } | Event::Left { change } => {
                self.open = None;
                self.in_place = *change;
            }
            Event::Reached { step } => {
                self.reached = true;
                self.closing |= *step == Step::EnterMaintenance;
            }
            Event::BarrierPassed { .. } => self.past_barrier = true,
            Event::NotPressed { .. } => {
                (self.past_barrier, self.migrated, self.decision_due) = (false, false, false);
                self.decision = None;
            }
            Event::DecisionDue { .. } => self.decision_due = true,
            Event::Decided { decision, .. } => self.decision = Some(*decision),
            Event::Migrated => self.migrated = true,
            Event::Passed { step, .. } => {
                // On the way back no step of the way forth is proven.
                self.passed += usize::from(!self.taking_back);
                self.reached = false;
                self.reopened |= *step == Step::LeaveMaintenance;
            }
            Event::Undo => {
                self.taking_back = true;
                self.reached = false;
                (self.over, self.closed) = (false, false);
                // What nobody knows of is taken back too: reading shows whether there is anything to take back.
                self.in_place = self.open.take().map_or(self.in_place, |change| change + 1);
            }
            Event::End => self.over = true,
            Event::Closed { why } => {
                (self.over, self.closed) = (true, true);
                self.replaced = why == REPLACED;
            }
            Event::Halt { .. }
            | Event::Resume { .. }
            | Event::Kept { .. }
            | Event::Accepted { .. }
            | Event::Adopted { .. } => {}
        }
    }
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
