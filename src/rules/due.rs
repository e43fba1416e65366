//! When which rule is due: the one table of what must be green for a run to begin, for each of its steps, and for its end.

use crate::model::Step;
use crate::model::plan::Strategy;

use super::{Phase, Rule};

/// When something is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Somebody asks for a gate: `check`, `diff`, the comment, `seal`.
    Gate(Phase),
    /// A run begins: a rehearsal, one that ends with a push, or on the live site a replay.
    Begin,
    /// A run goes on to this step; [`Step::RunMigration`] is the barrier.
    Step(Step),
    /// Every step is done: the certificate of a rehearsal, the end of a replay.
    End,
}

impl From<Phase> for Moment {
    fn from(gate: Phase) -> Self {
        Self::Gate(gate)
    }
}

impl Moment {
    /// The gate that belongs to it.
    pub fn gate(self) -> Phase {
        match self {
            Self::Gate(gate) => gate,
            Self::Begin => Phase::Configure,
            Self::Step(step) => gate_of(step),
            Self::End => Phase::GoLive,
        }
    }

    /// Whether a run is under way: its steps settle what their rules ask for.
    fn in_a_run(self) -> bool {
        matches!(self, Self::Step(_) | Self::End)
    }

    /// Whether what the plan alone shows is due here, whatever gate it belongs to: nothing that is still to be done changes it.
    ///
    /// On live from the beginning to the barrier; on the staging copy at the barrier, and for the certificate that opens a replay.
    /// Past the barrier on live nothing of the plan's own stands in the way of finishing.
    pub fn asks_the_plan(self, live: bool, strategy: Option<Strategy>) -> bool {
        match (self, live) {
            (Self::Gate(_), _) => false,
            (Self::Begin, live) => live,
            (Self::Step(step), true) => step <= Step::RunMigration,
            (Self::Step(step), false) => step == Step::RunMigration,
            (Self::End, live) => !live && strategy == Some(Strategy::RehearseAndReplay),
        }
    }

    /// Whether what has to be right for *Run Migration* is asked: it is when a run begins and at the barrier, not in between, and
    /// past the barrier it is history; so it is where somebody asks whether a live site is right that is on Managed Contacts.
    fn asks_preconditions(self, switched: bool) -> bool {
        match self {
            Self::Gate(gate) => !(switched && gate == Phase::GoLive),
            Self::Begin => true,
            Self::Step(step) => step <= Step::Configure || step == Step::RunMigration,
            Self::End => false,
        }
    }

    /// The step that comes next; none where every step's work is to be seen.
    fn next(self, live: bool) -> Option<Step> {
        match self {
            Self::Gate(gate) if gate >= Phase::Migrate => None,
            // A run on the staging copy begins with the changes: what comes before them is there already.
            Self::Gate(_) | Self::Begin => Some(if live { Step::FreezeLive } else { Step::Configure }),
            Self::Step(step) => Some(step),
            Self::End => None,
        }
    }

    /// Whether a rule asks for what is history here; `switched` says whether it is the live site, and on Managed Contacts.
    pub fn is_past(self, rule: &Rule, switched: bool) -> bool {
        let past_the_barrier = match self {
            Self::Gate(_) => !self.asks_preconditions(switched),
            Self::Begin => false,
            Self::Step(step) => step > Step::RunMigration,
            Self::End => true,
        };
        rule.precondition && past_the_barrier || rule.until.is_some_and(|last| self.is_after(last))
    }

    /// Whether a run is past a step.
    fn is_after(self, last: Step) -> bool {
        match self {
            Self::Gate(_) | Self::Begin => false,
            Self::Step(step) => step > last,
            Self::End => true,
        }
    }

    /// Whether a rule is due; what the plan alone shows is another question.
    pub fn is_due(self, rule: &Rule, live: bool, switched: bool) -> bool {
        if rule.precondition && !self.asks_preconditions(switched) || rule.until.is_some_and(|last| self.is_after(last))
        {
            return false;
        }
        let of_the_gate = rule.phase <= self.gate();
        match (self.next(live), rule.settled_by) {
            (Some(next), Some(by)) => by < next && (of_the_gate || self.in_a_run()),
            _ => of_the_gate,
        }
    }
}

/// The gate that a step belongs to.
fn gate_of(step: Step) -> Phase {
    match step {
        Step::FreezeLive
        | Step::Preflight
        | Step::EnterMaintenance
        | Step::Backup
        | Step::Configure
        | Step::StartVerification => Phase::Configure,
        Step::RunMigration | Step::ReviewContacts | Step::LeaveMaintenance | Step::TestPurchase => Phase::Migrate,
        Step::Push | Step::Merge | Step::ReopenLive => Phase::GoLive,
    }
}
