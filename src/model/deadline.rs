//! Evidence about time: a reason to begin outside the window, how long a restore took, whether to go on or back.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Identity;
use super::plan::{BackupPart, SiteRole};

/// Days after which a drill says nothing of a restore today: sites grow, and hosts change.
pub const DRILL_DAYS: i64 = 90;

/// The staging copy was made of the live site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Copied {
    /// The staging copy: its home address without the scheme.
    pub host: Identity,
    /// When what it was made of was read on live, RFC 3339 in UTC: of a backup that was restored, when that was made.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
}

/// Something may begin on live though its window is not open. The barrier stays shut all the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideWindow {
    /// The live site: its home address without the scheme.
    pub host: Identity,
    /// Why.
    pub says: String,
}

/// A backup was restored somewhere, and how long that took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreDrill {
    /// Which site's backup it was.
    pub of: SiteRole,
    /// The backup, as it is on record: its file's name, or its restore point's ID.
    pub backup: String,
    /// Which parts it holds.
    pub parts: Vec<BackupPart>,
    /// Where it was restored.
    pub onto: String,
    /// When the restore was over, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub ended_at: String,
    /// How many seconds it took, from its beginning until the site could be used again.
    pub seconds: u64,
}

/// Whether to go on or back, as the person says who decides by the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// The live site: its home address without the scheme.
    pub host: Identity,
    /// What was decided.
    pub decision: Decision,
    /// Why.
    pub says: String,
}

/// Whether to go on or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// The run goes on.
    GoOn,
    /// The way back is taken.
    GoBack,
}

impl Decision {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::GoOn => "go-on",
            Self::GoBack => "go-back",
        }
    }
}
