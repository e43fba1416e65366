//! What is put on record where a site was looked at again after the switch.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Identity;

/// A site was compared with an earlier reading of it, both after the switch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookedAgain {
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// The digests of the earlier and of the later reading.
    pub readings: [String; 2],
    /// What came of it.
    pub result: LookResult,
    /// The same in words, without a personal value.
    pub says: String,
}

/// What came of looking at a site again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LookResult {
    /// Everything that moved is what goes on at a site every day.
    AsExpected,
    /// Not everything could be compared, or explained.
    Unproven,
    /// A person has to look at something.
    Red,
}
