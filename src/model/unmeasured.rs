//! What nobody measured, and a run goes on without only where somebody accepts that by name.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deadline::DRILL_DAYS;

/// What nobody measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Unmeasured {
    /// How long a restore takes: no drill is on record.
    RestoreTime,
    /// How long the migration takes: nothing watched it to its end in the rehearsal.
    MigrationTime,
    /// Who the site's members are and what they have: no reading shows them, so the run cannot compare them.
    Members,
}

impl Unmeasured {
    /// What is not known.
    pub fn message(self) -> String {
        match self {
            Self::RestoreTime => format!(
                "it is unknown how long the way back takes: no restore of the backup was measured in the last {DRILL_DAYS} days"
            ),
            Self::MigrationTime => {
                "it is unknown whether the migration will be over in time: nothing watched it to its end in the rehearsal"
                    .to_owned()
            }
            Self::Members => {
                "it is unknown who the members are: no reading of this site shows them, so only a person can compare them"
                    .to_owned()
            }
        }
    }

    /// What is typed at the barrier to go on without it.
    pub fn phrase(self) -> String {
        format!("{} unknown", self.name())
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RestoreTime => "restore-time",
            Self::MigrationTime => "migration-time",
            Self::Members => "members",
        }
    }
}
