//! From the journal to the next act: a pure fold. Nothing here reads or writes.

use serde_json::Value;

use crate::change::{Change, shows};
use crate::model::Step;
use crate::model::deadline::Decision;

use super::event::{Event, REPLACED};

mod back;
mod forth;

pub use back::Back;
pub use forth::Forth;

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
pub enum Progress {
    /// Nothing is written down yet.
    #[default]
    NotBegun,
    /// Something is to be done next.
    UnderWay(Phase),
    /// Nothing is, where it was left.
    Over(Phase, Ending),
}

/// Which way a run goes, and how far it is on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// From step to step, in front of the barrier.
    Forth(Forth),
    /// From step to step, past the barrier: from here on nobody may say that nothing happened.
    PastBarrier(Forth, Since),
    /// Its changes are taken back, the last one first.
    Back(Back),
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Everything was done.
    Done,
    /// It was closed.
    Closed,
    /// It was closed because a new run took its place.
    Replaced,
}

impl Progress {
    /// What is to be done next.
    pub fn next(&self) -> Next {
        match self {
            Self::NotBegun | Self::Over(..) => Next::Over,
            Self::UnderWay(Phase::Forth(forth) | Phase::PastBarrier(forth, _)) => forth.next(),
            Self::UnderWay(Phase::Back(back)) => back.next(),
        }
    }

    /// The way it goes, or went.
    fn phase(&self) -> Option<&Phase> {
        match self {
            Self::NotBegun => None,
            Self::UnderWay(phase) | Self::Over(phase, _) => Some(phase),
        }
    }

    /// How far it came from step to step.
    fn forth(&self) -> Option<&Forth> {
        self.phase().map(|phase| match phase {
            Phase::Forth(forth) | Phase::PastBarrier(forth, _) => forth,
            Phase::Back(back) => back.from(),
        })
    }

    fn back(&self) -> Option<&Back> {
        match self.phase()? {
            Phase::Back(back) => Some(back),
            Phase::Forth(_) | Phase::PastBarrier(..) => None,
        }
    }

    fn since_the_barrier(&self) -> Option<Since> {
        match self.phase()? {
            Phase::PastBarrier(_, since) => Some(*since),
            Phase::Forth(_) | Phase::Back(_) => None,
        }
    }

    /// Whether the site was closed to buyers for this run, and was not seen to be open again.
    pub fn is_closed_to_buyers(&self) -> bool {
        self.back().map_or_else(|| self.forth().is_some_and(Forth::is_closed_to_buyers), Back::is_closed_to_buyers)
    }

    /// How many changes are in place, in this run and in those before it.
    pub fn in_place(&self) -> usize {
        self.back().map_or_else(|| self.forth().map_or(0, Forth::in_place), Back::in_place)
    }

    /// Whether every change is in place and was read back once more.
    pub fn is_configured(&self) -> bool {
        self.passed().contains(&Step::Configure) && !self.is_taking_back()
    }

    /// The steps that are done.
    pub fn passed(&self) -> &[Step] {
        self.forth().map_or(&[], Forth::passed)
    }

    /// Whether the step that comes next was begun.
    pub fn is_reached(&self) -> bool {
        self.back().map_or_else(|| self.forth().is_some_and(Forth::is_reached), Back::is_reached)
    }

    /// Whether the barrier was passed: from then on nobody may say that nothing happened.
    pub fn is_past_the_barrier(&self) -> bool {
        self.since_the_barrier().is_some()
    }

    /// Takes the barrier that comes next for passed: what else knows of the run says so.
    pub fn believe_barrier_passed(&mut self) {
        if let Self::UnderWay(Phase::Forth(forth)) = self
            && forth.is_at_the_barrier()
        {
            *self = Self::UnderWay(Phase::PastBarrier(forth.clone(), Since::default()));
        }
    }

    /// Whether the barrier was passed and nothing proved since that anybody pressed.
    pub fn may_be_unpressed(&self) -> bool {
        self.is_past_the_barrier() && self.next() == Next::Step(Step::RunMigration)
    }

    /// Whether a reading showed the end of the migration.
    pub fn is_migrated(&self) -> bool {
        self.since_the_barrier().is_some_and(|since| since.migrated)
    }

    /// Whether it was asked whether to go back.
    pub fn is_decision_due(&self) -> bool {
        self.since_the_barrier().is_some_and(|since| since.asked)
    }

    /// What was decided about going back; none where it was not.
    pub fn decision(&self) -> Option<Decision> {
        self.since_the_barrier().and_then(|since| since.decision)
    }

    /// Whether it came to the plan's changes: from there on a person may have made those that are theirs.
    pub fn came_to_its_changes(&self) -> bool {
        self.forth().is_some_and(Forth::came_to_its_changes)
    }

    /// Whether what a person made is still to be set back before the site is opened to buyers again.
    pub fn is_to_be_set_back(&self) -> bool {
        self.back().is_some_and(Back::is_to_be_set_back)
    }

    /// Whether anything was written to the site, or may have been.
    pub fn has_written(&self) -> bool {
        self.in_place() > 0 || !self.is_taking_back() && self.forth().and_then(Forth::intended).is_some()
    }

    /// Whether the changes are being taken back, or were.
    pub fn is_taking_back(&self) -> bool {
        self.back().is_some()
    }

    /// Whether the run is over since a new one took its place, so that it can be undone where that one was.
    pub fn is_replaced(&self) -> bool {
        matches!(self, Self::Over(Phase::Forth(_), Ending::Replaced))
    }

    /// Whether it came to its end.
    pub fn is_finished(&self) -> bool {
        matches!(self, Self::Over(Phase::Forth(_) | Phase::PastBarrier(..), Ending::Done))
    }

    /// Whether all of it was taken back.
    pub fn is_undone(&self) -> bool {
        matches!(self, Self::Over(Phase::Back(_), Ending::Done))
    }

    /// Whether the run is over.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Over(..))
    }

    /// How far it is once this happened; none where it cannot happen now.
    pub(super) fn after(&self, event: &Event) -> Option<Self> {
        Some(match (self, event) {
            (Self::NotBegun, Event::Begin(begin)) => Self::UnderWay(Phase::Forth(Forth::new(begin))),
            (Self::NotBegun, _) | (_, Event::Begin(_)) => return None,
            (_, Event::Adopted { .. }) | (Self::UnderWay(_), Event::Resume { .. }) => self.clone(),
            (Self::Over(Phase::Forth(forth), Ending::Replaced), Event::Undo) => {
                Self::UnderWay(Phase::Back(Back::new(forth)))
            }
            (Self::Over(..), _) => return None,
            (Self::UnderWay(phase), Event::Closed { why }) => {
                Self::Over(phase.clone(), if why == REPLACED { Ending::Replaced } else { Ending::Closed })
            }
            (Self::UnderWay(phase), Event::End) if self.next() == Next::Close => {
                Self::Over(phase.clone(), Ending::Done)
            }
            (Self::UnderWay(phase), event) => Self::UnderWay(phase.after(event)?),
        })
    }
}

impl Phase {
    fn after(&self, event: &Event) -> Option<Self> {
        Some(match (self, event) {
            (Self::Forth(forth), Event::Kept { .. } | Event::Accepted { .. } | Event::Trapped { .. })
                if forth.is_at_the_barrier() =>
            {
                self.clone()
            }
            (Self::Forth(forth), Event::BarrierPassed { .. }) if forth.is_at_the_barrier() => {
                Self::PastBarrier(forth.clone(), Since::default())
            }
            (Self::Forth(forth), Event::Maintenance { .. }) if forth.is_closed_to_buyers() => self.clone(),
            (Self::Forth(_), Event::Passed { step: Step::RunMigration, .. }) => return None,
            (Self::Forth(forth), Event::Undo) => Self::Back(Back::new(forth)),
            (Self::Forth(forth), event) => Self::Forth(forth.after(event)?),
            (Self::PastBarrier(forth, _), Event::NotPressed { .. }) if forth.is_at_the_barrier() => {
                Self::Forth(forth.clone())
            }
            (Self::PastBarrier(forth, _), Event::ReviewedAgain { .. })
                if forth.passed().contains(&Step::ReviewContacts) =>
            {
                self.clone()
            }
            (Self::PastBarrier(forth, since), event) => match since.after(event, forth.is_at_the_barrier()) {
                Some(since) => Self::PastBarrier(forth.clone(), since),
                None => Self::PastBarrier(forth.after(event)?, *since),
            },
            (Self::Back(back), event) => Self::Back(back.after(event)?),
        })
    }
}

/// What is known since the barrier was passed. Each can be so without the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// A reading showed the end of the migration.
    migrated: bool,
    /// It was asked whether to go back.
    asked: bool,
    /// What was decided, asked or not.
    decision: Option<Decision>,
}

impl Since {
    fn after(self, event: &Event, may_be_unpressed: bool) -> Option<Self> {
        match event {
            Event::Migrated if may_be_unpressed && !self.migrated => Some(Self { migrated: true, ..self }),
            Event::DecisionDue { .. } if !self.asked => Some(Self { asked: true, ..self }),
            Event::Decided { decision, .. } => Some(Self { decision: Some(*decision), ..self }),
            _ => None,
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
    /// What the reading does not show: a field of either side is not known.
    Unreadable,
}

/// Compares what was found with both sides of a change.
pub fn seen(change: &Change, found: Option<&Value>) -> Seen {
    let sides = [&change.before, &change.after].into_iter().flatten().filter_map(Value::as_object);
    let is_unread = |found: &Value| sides.clone().flat_map(|side| side.keys()).any(|name| found.get(name).is_none());
    if found.is_some_and(is_unread) {
        return Seen::Unreadable;
    }
    match (shows(found, change.before.as_ref()), shows(found, change.after.as_ref())) {
        (true, true) => Seen::Both,
        (true, false) => Seen::Before,
        (false, true) => Seen::After,
        (false, false) => Seen::Neither,
    }
}
