//! What nobody measured before the barrier on live.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::deadline::DRILL_DAYS;

/// What nobody measured, so that the barrier asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unmeasured {
    /// How long a restore takes: no drill is on record.
    RestoreTime,
    /// How long the migration takes: nothing watched it to its end in the rehearsal.
    MigrationTime,
}

impl Unmeasured {
    /// What is not known.
    pub fn message(self) -> String {
        match self {
            Self::RestoreTime => format!(
                "how long the way back takes is unknown: no restore of the backup was measured in the last {DRILL_DAYS} days"
            ),
            Self::MigrationTime => {
                "whether the migration is over in time is unknown: nothing watched it to its end in the rehearsal"
                    .to_owned()
            }
        }
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RestoreTime => "restore-time",
            Self::MigrationTime => "migration-time",
        }
    }
}
