//! How access ends where somebody stops paying of their own will, or has the money back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::pattern::Reason;

/// What ends access where a recurring payment ends before its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessAfter {
    /// Where a member cancels, or is cancelled.
    pub cancellation: Ending,
    /// Where a member gets the money back.
    pub refund: Ending,
    /// Why access may stay where either is `stop`: who takes it away instead, or why nobody has to.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::read::reason_if_any")]
    #[schemars(with = "Option<Reason>")]
    pub reason: Option<String>,
}

impl AccessAfter {
    /// Whether either ends access.
    pub fn ends_access(&self) -> bool {
        [self.cancellation, self.refund].iter().any(|ending| *ending != Ending::Stop)
    }
}

/// How a subscription ends: the three documented ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Access ends now.
    Revoke,
    /// Access ends with the paid period.
    Cancel,
    /// Charging ends, access stays.
    Stop,
}

impl Ending {
    /// What it does, as the end of a sentence.
    pub fn does(self) -> &'static str {
        match self {
            Self::Revoke => "ends access at once",
            Self::Cancel => "ends access with the paid period",
            Self::Stop => "leaves access as it is",
        }
    }
}
