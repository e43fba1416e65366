//! The vendor's guide as a run: its steps in order, by strategy and site; who takes each, and whether there is a way back.
//!
//! Names of steps and screens are the vendor's own, from the public guide "Switching to AccessAlly Managed Contacts".
//! What the guide does not say is marked as inferred where it is said.

mod about;
mod back;
mod boxes;
mod duty;
mod movement;
mod purchase;
mod readings;
mod to_crm;
mod typed;

use serde::{Deserialize, Serialize};

use crate::model::plan::{SiteRole, Strategy};

use crate::model::Kind;
pub use crate::model::Step;
pub use duty::{Duty, When, duties};
pub use movement::MigrationSignals;
pub use purchase::cheapest_paid_form;
pub use readings::{ReadingDue, readings};
pub use to_crm::{ToCrm, to_crm};
pub use typed::{Named, Names};

pub use about::{About, CONTRADICTION, PHRASE};
pub use back::{Back, PAYMENTS, Stage};
pub use boxes::{IMPORT_ALL, KEEP_MAINTENANCE, Tick, boxes};

/// Whether there is a way back from a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WayBack {
    /// It changes nothing, or `plan undo` takes it back.
    Reversible,
    /// Only a backup takes it back.
    Restorable,
    /// What it did outside the site (mail that was sent, money that was charged) nothing takes back.
    OneWay,
}

impl WayBack {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reversible => "reversible",
            Self::Restorable => "restorable",
            Self::OneWay => "one-way",
        }
    }
}

use Step::{
    Backup, Configure, EnterMaintenance, FreezeLive, LeaveMaintenance, Merge, Preflight, Push, ReopenLive,
    ReviewContacts, RunMigration, StartVerification, TestPurchase,
};

impl Step {
    /// Its name in a sentence; that of the plan's changes with its title, as their name is no word of the guide.
    pub fn in_a_sentence(self) -> String {
        let title = if self == Configure { format!(" ({})", self.about().title) } else { String::new() };
        format!("`{}`{title}", self.name())
    }

    /// The kinds of object that taking it is expected to move, and nothing else: the vendor's migration switches the connection
    /// and maintenance mode (inferred from the guide's words), a person the latter.
    pub fn moves(self) -> &'static [Kind] {
        match self {
            RunMigration => &[Kind::Crm, Kind::Maintenance],
            EnterMaintenance | LeaveMaintenance => &[Kind::Maintenance],
            FreezeLive | Preflight | Backup | Configure | StartVerification | ReviewContacts | TestPurchase | Push
            | Merge | ReopenLive => &[],
        }
    }
}

/// How commands name a site file of the live site: a person writes it, and gives it a name.
pub const LIVE_FILE: &str = "LIVE.site.ndjson";

/// The guide's own steps on one site.
const ON_ONE_SITE: &[Step] =
    &[Preflight, Backup, Configure, StartVerification, RunMigration, ReviewContacts, LeaveMaintenance, TestPurchase];

/// The same on live, which sells until maintenance mode is on: only a backup that is made after that can be restored safely.
const ON_LIVE: &[Step] = &[
    Preflight,
    EnterMaintenance,
    Backup,
    Configure,
    StartVerification,
    RunMigration,
    ReviewContacts,
    LeaveMaintenance,
    TestPurchase,
];

const FREEZE_AND_PUSH: &[Step] = &[
    FreezeLive,
    Preflight,
    Backup,
    Configure,
    StartVerification,
    RunMigration,
    ReviewContacts,
    LeaveMaintenance,
    TestPurchase,
    Push,
    ReopenLive,
];

const PUSH_THEN_MERGE: &[Step] = &[
    Preflight,
    Backup,
    Configure,
    StartVerification,
    RunMigration,
    ReviewContacts,
    LeaveMaintenance,
    TestPurchase,
    Push,
    Merge,
    ReopenLive,
];

/// The steps of a run on one site, in order.
///
/// With `rehearse-and-replay` the same steps run twice, on the staging copy and then on live. The other two strategies
/// run on the staging copy only, and reach live by the host's push.
pub fn steps(strategy: Strategy, on: SiteRole) -> &'static [Step] {
    match (strategy, on) {
        (_, SiteRole::Live) => ON_LIVE,
        (Strategy::RehearseAndReplay, SiteRole::Staging) => ON_ONE_SITE,
        (Strategy::FreezeAndPush, SiteRole::Staging) => FREEZE_AND_PUSH,
        (Strategy::PushThenMerge, SiteRole::Staging) => PUSH_THEN_MERGE,
    }
}

/// The steps that a run writes down: on live from maintenance mode on, before anything is changed; on a copy from the plan's
/// changes on. Those before them are proven by the gate before it begins.
pub fn of_a_run(strategy: Strategy, on: SiteRole) -> &'static [Step] {
    let first = if on == SiteRole::Live { EnterMaintenance } else { Configure };
    let all = steps(strategy, on);
    let at = all.iter().position(|step| *step == first).unwrap_or(0);
    &all[at..]
}

/// The steps from the plan's changes on.
pub fn from_configure(strategy: Strategy, on: SiteRole) -> &'static [Step] {
    let all = steps(strategy, on);
    let at = all.iter().position(|step| *step == Configure).unwrap_or(0);
    &all[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_passes_the_barrier_once_and_reviews_contacts_right_after_it() {
        for strategy in [Strategy::RehearseAndReplay, Strategy::FreezeAndPush, Strategy::PushThenMerge] {
            for on in [SiteRole::Staging, SiteRole::Live] {
                let steps = from_configure(strategy, on);
                assert_eq!(
                    steps[..4],
                    [Configure, StartVerification, RunMigration, ReviewContacts],
                    "{strategy:?} {on:?}"
                );
                let one_way: Vec<_> = steps.iter().filter(|step| step.about().back == WayBack::OneWay).collect();
                assert_eq!(one_way.first(), Some(&&RunMigration), "{strategy:?} {on:?}");
            }
        }
    }

    #[test]
    fn a_run_on_live_is_closed_to_buyers_before_its_backup_and_its_changes_and_opened_before_a_purchase() {
        let on_live = of_a_run(Strategy::RehearseAndReplay, SiteRole::Live);
        assert_eq!(on_live[..3], [EnterMaintenance, Backup, Configure]);
        let at = |step| on_live.iter().position(|one| *one == step).unwrap();
        assert!(at(RunMigration) < at(LeaveMaintenance) && at(LeaveMaintenance) < at(TestPurchase));
        for strategy in [Strategy::RehearseAndReplay, Strategy::FreezeAndPush, Strategy::PushThenMerge] {
            assert_eq!(of_a_run(strategy, SiteRole::Staging), from_configure(strategy, SiteRole::Staging));
            for on in [SiteRole::Staging, SiteRole::Live] {
                assert!(steps(strategy, on).is_sorted(), "the order of the steps is that of their names' list");
            }
        }
    }

    #[test]
    fn only_a_push_needs_live_opened_again() {
        let reopens = |strategy| steps(strategy, SiteRole::Staging).contains(&ReopenLive);
        assert!(!reopens(Strategy::RehearseAndReplay));
        assert!(reopens(Strategy::FreezeAndPush) && reopens(Strategy::PushThenMerge));
        assert_eq!(steps(Strategy::FreezeAndPush, SiteRole::Staging)[0], FreezeLive);
        assert!(steps(Strategy::PushThenMerge, SiteRole::Staging).contains(&Merge));
    }
}
