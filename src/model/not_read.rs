//! What of a contact nobody could read, in a file of contact values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What of a contact may be unknown, where its absence would say that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NotRead {
    /// Who referred them.
    Affiliate,
    /// Their orders.
    Orders,
}

impl NotRead {
    /// Its name in a file of contact values.
    pub fn key(self) -> &'static str {
        match self {
            Self::Affiliate => "affiliate",
            Self::Orders => "orders",
        }
    }
}
