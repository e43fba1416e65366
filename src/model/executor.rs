//! Who does something: a machine, a person who is watched, a person who is believed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who carries out a change on this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Executor {
    /// The site announces that it can.
    Automatic,
    /// A person acts on an admin screen; the effect is read back.
    Guided,
    /// A person acts, and nothing can observe it.
    Attested,
}

impl Executor {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Guided => "guided",
            Self::Attested => "attested",
        }
    }
}
