//! The parity certificate: whether anybody loses access in the half year after the switch, by which readings, rules and model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::standing::Counterexample;
use crate::model::{Identity, digest};
use crate::trust::{Key, Purpose};

/// The version of the format.
pub const FORMAT: u8 = 1;

/// What two readings say of everybody's access. It holds no personal data: contact IDs are shortened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "parity", extend("$id" = "https://amc-plan.example/schemas/parity.schema.json"))]
pub struct Certificate {
    /// The version of this format: 1.
    pub format_version: u8,
    /// The statement in words.
    pub statement: String,
    /// `holds`, `does-not-hold`, or `unproven`.
    pub verdict: String,
    /// How many days from the switch are looked at.
    pub days: u32,
    /// How many members there were before.
    pub members: u64,
    /// How many of them lose access on some day.
    pub losing: u64,
    /// Of how many it is not proven.
    pub unproven: u64,
    /// Why it is not proven, each reason once.
    pub reasons: Vec<String>,
    /// The first few who lose access.
    pub counterexamples: Vec<Counterexample>,
    /// The plan's file name.
    pub plan: String,
    /// The digest of what the plan intends.
    pub intent: String,
    /// The digest of the set of rules.
    pub rules: String,
    /// The reading before the switch.
    pub before: Reading,
    /// The reading after it.
    pub after: Reading,
    /// The model of timers under which this holds, none of which was measured.
    pub model: Vec<Statement>,
    /// The version of the tool that made it.
    pub tool: String,
    /// When it was made, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub made_at: String,
    /// The digest of all the rest but the mark, so that a slip of the pen is noticed.
    pub parity: String,
    /// The mark of the key of the machine that made it, over that digest.
    pub mark: String,
}

/// A reading that a certificate is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// When it was read, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub read_at: String,
    /// What it is worth, in words.
    pub worth: String,
    /// The digest of its offerings, as canonical JSON.
    pub offerings: String,
    /// The digest of its population.
    pub population: String,
}

/// A statement of the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Its name.
    pub id: String,
    /// What it says.
    pub says: String,
    /// How well it is known: `documented`, `seen in code`, `inferred`.
    pub evidence: String,
}

impl Certificate {
    /// As it is written, under its own digest and the mark of this key.
    pub fn text(mut self, key: &Key) -> String {
        self.parity = serde_json::to_value(&self).map(own_digest).unwrap_or_default();
        self.mark = key.mark(Purpose::Parity, self.parity.as_bytes());
        serde_json::to_string_pretty(&self).unwrap_or_default() + "\n"
    }

    /// Reads a certificate.
    ///
    /// # Errors
    /// Why the text is none: of another format, or edited since it was made.
    pub fn read(text: &str) -> Result<Self, String> {
        let none = |error: serde_json::Error| format!("it is no parity certificate: {error}");
        let read: Self = serde_json::from_str(text).map_err(none)?;
        if read.format_version != FORMAT {
            return Err(format!("its format is {}, and this build reads {FORMAT}", read.format_version));
        }
        // Over the text and not over what was understood of it: nothing may ride along.
        if serde_json::from_str(text).map(own_digest).map_err(none)? != read.parity {
            return Err("it was edited after it was made".to_owned());
        }
        Ok(read)
    }

    /// Whether it bears the mark of this key.
    pub fn is_marked_by(&self, key: &Key) -> bool {
        key.made(Purpose::Parity, self.parity.as_bytes(), &self.mark)
    }
}

fn own_digest(mut certificate: Value) -> String {
    if let Value::Object(fields) = &mut certificate {
        fields.remove("parity");
        fields.remove("mark");
    }
    digest::of(&certificate)
}
