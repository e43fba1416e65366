//! What the steps have around them, and what comes of one.

use jiff::Timestamp;

use crate::guide::Names;
use crate::model::facts::Here;
use crate::model::purchase::Purchased;
use crate::model::record::Record;
use crate::model::{Executor, Plan, Snapshot, Step};
use crate::site::{Site, SiteError};

use super::journal::{Event, Journal};
use super::open::Open;
use super::still::Moved;

/// What a walk has around it.
pub trait StepContext {
    /// Why a turn cannot be taken.
    type Error: From<SiteError>;

    /// The site of the run.
    fn site(&mut self) -> &mut dyn Site;

    /// The run's journal.
    fn journal(&self) -> &Journal;

    /// Writes down what happened.
    ///
    /// # Errors
    /// Where it is not safely on disk, or the run is not ours any more.
    fn note(&mut self, event: Event) -> Result<(), Self::Error>;

    /// The plan, which must intend what was confirmed.
    ///
    /// # Errors
    /// Where it cannot be read, or intends something else.
    fn plan(&mut self) -> Result<Plan, Self::Error>;

    /// What is on record now.
    ///
    /// # Errors
    /// Where it cannot be read whole.
    fn record(&mut self) -> Result<Record, Self::Error>;

    /// The digests of the lines of records that were recorded on this machine.
    fn recorded_here(&self) -> Here;

    /// Passes the barrier, and writes down that it is passed.
    ///
    /// # Errors
    /// Where it is not passed.
    fn pass_barrier(&mut self, plan: &Plan) -> Result<(), Self::Error>;

    /// The site as it was kept before the run, or in front of the barrier; none where that reading is gone.
    fn kept(&mut self) -> Option<Snapshot>;

    /// Compares everybody with how they were in front of the barrier; once test purchases were made, with these purchases explained.
    ///
    /// # Errors
    /// Where somebody is not as they were, or a side cannot be read.
    fn reviewed(&mut self, purchases: Option<&Record>) -> Result<Reviewed, Self::Error>;

    /// When the site's members were read; none where nothing of them was.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn members_read(&mut self) -> Result<Option<Timestamp>, Self::Error>;

    /// The test purchases of this record, as far as the site shows them.
    ///
    /// # Errors
    /// Where a side cannot be read.
    fn purchased(&mut self, record: &Record) -> Result<Vec<Purchased>, Self::Error>;

    /// Whether the time allows this step to begin on live, and whether what a push carries there is as it has to be.
    ///
    /// # Errors
    /// Where it is not so.
    fn ensure_may_begin(&mut self, step: Step) -> Result<(), Self::Error>;

    /// How the run's command lines name what it is about.
    fn names(&mut self) -> Names;

    /// What time it is.
    fn now(&self) -> Timestamp;
}

/// What the comparison of everybody came to, where nobody was found to differ.
#[derive(Clone, Debug)]
pub enum Reviewed {
    /// Everybody is as they were, on another reading than before.
    Equal(String),
    /// Everybody is as they were because the reading is the one from before.
    NotRead,
    /// Something could not be compared.
    Unproven(String),
}

/// What came of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// A step is done, and that is written down.
    Passed {
        /// The step.
        step: Step,
        /// What proves it.
        by: Executor,
        /// What was seen.
        seen: String,
    },
    /// A step waits for a person.
    Waits {
        /// The step.
        step: Step,
        /// What is not proven yet, and what a person can say of it.
        open: Open,
        /// What may be said.
        say: Prompt,
    },
    /// The site is not as the run left it: the step is not taken.
    Moved {
        /// The step; the last one, where every step is proven.
        step: Step,
        /// What moved.
        moved: Vec<Moved>,
    },
    /// The plan's changes are next.
    Changes,
    /// They are in place, those that a person makes among them.
    Configured {
        /// What proves those.
        by: Executor,
        /// What was seen of them; nothing where there are none.
        seen: String,
    },
    /// The next step is beyond what was asked for.
    Beyond(Step),
    /// Every step is done.
    Close,
    /// There is nothing to do.
    Over,
}

/// What may be said to a person at a step that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Do it.
    Act,
    /// The barrier was passed in this very turn: press, once.
    PressOnce,
    /// The barrier was passed before: whoever is asked to press once more presses twice.
    PressNothing,
}
