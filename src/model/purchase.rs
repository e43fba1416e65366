//! What is known of a test purchase: each of the guide's confirmations, and how well.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Graded;
use super::plan::Confirmation;

/// The test purchases of one order form, as they are on record, beside what the site shows of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Purchased {
    /// The order form, by its key in the plan.
    pub form: String,
    /// The orders that are taken for the test purchases, by ID.
    pub orders: Vec<String>,
    /// The buyers, by contact ID.
    pub buyers: Vec<String>,
    /// Each confirmation that the plan expects.
    pub confirmations: Vec<Confirmed>,
}

/// A confirmation of a test purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Confirmed {
    /// Which one.
    pub what: Confirmation,
    /// How well it is known.
    pub how: Known,
    /// What was seen, or looked for, without a personal value.
    pub seen: String,
}

/// How well a confirmation is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// The site shows it.
    Captured,
    /// A person says so, and nothing that was captured says otherwise.
    #[serde(alias = "word")]
    Attested,
    /// A recording shows it that nobody here vouches for.
    Recorded,
    /// What was captured does not bear it out, whatever a person says.
    NotFound,
    /// Nobody has said so, and the site does not show it.
    Unknown,
}

impl Known {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Captured => "captured",
            Self::Attested => "attested",
            Self::Recorded => "recorded",
            Self::NotFound => "not found",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it proves the confirmation.
    pub fn is_proof(self) -> bool {
        matches!(self, Self::Captured | Self::Attested | Self::Recorded)
    }
}

impl From<Graded> for Known {
    fn from(graded: Graded) -> Self {
        match graded {
            Graded::Captured => Self::Captured,
            Graded::Attested => Self::Attested,
            Graded::Recorded => Self::Recorded,
            Graded::Unknown => Self::Unknown,
        }
    }
}

impl Purchased {
    /// The confirmations that nothing proves.
    pub fn open(&self) -> impl Iterator<Item = &Confirmed> {
        self.confirmations.iter().filter(|confirmed| !confirmed.how.is_proof())
    }
}
