//! Which steps need a new reading of the site, and so how often somebody who downloads each of them is asked.

use crate::model::Step;
use crate::model::plan::{SiteRole, Strategy};

use super::{ON_LIVE, steps};

impl Step {
    /// The step since which a reading has to be made to prove this one; none where no reading is asked for. What the migration moved and
    /// its review are proven by one reading, made since the press.
    pub fn read_since(self) -> Option<Self> {
        match self {
            Self::Preflight | Self::EnterMaintenance | Self::Configure | Self::RunMigration => Some(self),
            Self::LeaveMaintenance | Self::TestPurchase | Self::ReopenLive => Some(self),
            Self::ReviewContacts => Some(Self::RunMigration),
            Self::FreezeLive | Self::Backup | Self::StartVerification | Self::Push | Self::Merge => None,
        }
    }
}

/// A moment at which a site is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadingDue {
    /// Which of the plan's two sites.
    pub on: SiteRole,
    /// When, in words that go on after *once*.
    pub when: &'static str,
}

/// The readings of both sites that a switch rests on, in their order, where each step passes at the first reading after it.
pub fn readings(strategy: Strategy) -> Vec<ReadingDue> {
    let live = |when| ReadingDue { on: SiteRole::Live, when };
    let run = |on: SiteRole, steps: &[Step]| -> Vec<ReadingDue> {
        let mut since: Vec<Step> = steps.iter().filter_map(|step| step.read_since()).collect();
        since.dedup();
        since
            .into_iter()
            .map(|step| ReadingDue { on: if step == Step::ReopenLive { SiteRole::Live } else { on }, when: when(step) })
            .collect()
    };
    let mut all = run(SiteRole::Staging, steps(strategy, SiteRole::Staging));
    match strategy {
        Strategy::RehearseAndReplay => all.extend(run(SiteRole::Live, ON_LIVE)),
        Strategy::FreezeAndPush => {}
        // What happened on live meanwhile is found between two readings of it.
        Strategy::PushThenMerge => {
            all.insert(0, live("when the staging copy is made"));
            let at = all.iter().position(|due| due.when == when(Step::ReopenLive)).unwrap_or(all.len());
            all.insert(at, live("right before staging is pushed over it"));
        }
    }
    all
}

fn when(step: Step) -> &'static str {
    match step {
        Step::Preflight => "before anything is changed",
        Step::EnterMaintenance => "when maintenance mode is on",
        Step::Configure => "when the plan's changes are made",
        Step::RunMigration | Step::ReviewContacts => "when the migration has ended",
        Step::LeaveMaintenance => "when maintenance mode is off again",
        Step::TestPurchase => "after the test purchases",
        Step::ReopenLive => "when it is open again",
        Step::FreezeLive | Step::Backup | Step::StartVerification | Step::Push | Step::Merge => "",
    }
}
