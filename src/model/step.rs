//! The steps of the vendor's guide, and what the strategies add to them, by name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One step of the guide, or of what a strategy adds to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The live site goes into maintenance mode before it is copied.
    FreezeLive,
    /// The plan is green, the target proven, the login good.
    Preflight,
    /// On live: maintenance mode is switched on, so that nothing is bought from here on.
    EnterMaintenance,
    /// A backup of the live site, files and database.
    Backup,
    /// The changes of the plan.
    Configure,
    /// "Start Verification": the vendor's own dry run.
    StartVerification,
    /// "Run Migration": the one step that cannot be taken back.
    RunMigration,
    /// The listed contacts field by field, then everybody.
    ReviewContacts,
    /// Maintenance mode is switched off.
    LeaveMaintenance,
    /// A purchase on each order form, with the guide's four confirmations.
    TestPurchase,
    /// The database of the staging copy goes over the live site's.
    Push,
    /// What happened on live since the copy was made is carried over.
    Merge,
    /// Guard, mail and maintenance mode are as a live site needs them.
    ReopenLive,
}

impl Step {
    /// All of them, in the order in which they come.
    pub const ALL: &[Self] = &[
        Self::FreezeLive,
        Self::Preflight,
        Self::EnterMaintenance,
        Self::Backup,
        Self::Configure,
        Self::StartVerification,
        Self::RunMigration,
        Self::ReviewContacts,
        Self::LeaveMaintenance,
        Self::TestPurchase,
        Self::Push,
        Self::Merge,
        Self::ReopenLive,
    ];

    /// The word for it, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::FreezeLive => "freeze-live",
            Self::Preflight => "preflight",
            Self::EnterMaintenance => "enter-maintenance",
            Self::Backup => "backup",
            Self::Configure => "configure",
            Self::StartVerification => "start-verification",
            Self::RunMigration => "run-migration",
            Self::ReviewContacts => "review-contacts",
            Self::LeaveMaintenance => "leave-maintenance",
            Self::TestPurchase => "test-purchase",
            Self::Push => "push",
            Self::Merge => "merge",
            Self::ReopenLive => "reopen-live",
        }
    }
}
