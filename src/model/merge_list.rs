//! What live did since its copy was made, as it goes on record.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::Seconds;
use super::{Graded, Identity};

/// What live did since its copy was made: how much of it, and the digest of the list; nobody and nothing by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MergeList {
    /// The live site: its home address without the scheme.
    pub host: Identity,
    /// When live was read as it was copied, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub cloned_at: String,
    /// When live was read again, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub read_at: String,
    /// How many records are on the list, by what became of them and kind, for example `new order`.
    pub counts: BTreeMap<String, u64>,
    /// Kinds that were not captured on both sides, so that nothing is known of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_captured: Vec<String>,
    /// What the two readings are worth, by the lesser of them; none by an earlier build, which is as good as recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<Graded>,
    /// The digests of the two readings, so that their worth can be looked up again; none by an earlier build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readings: Option<[String; 2]>,
    /// SHA-256 of the list as `plan merge-list --format json` prints it.
    pub sha256: String,
}

/// Why a push may not go by a merge list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlisted {
    /// There is none of this site.
    Missing,
    /// It lacks these kinds.
    Lacks(String),
    /// Live was read as it was copied no earlier than it was read again, so nothing lies between the two.
    NothingBetween,
    /// It is so old, and the plan's window so long.
    Old(Seconds, Seconds),
}

impl MergeList {
    /// What is on it, in words.
    pub fn total(&self) -> String {
        let counts: Vec<String> = self.counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
        if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") }
    }

    /// The list, where a push at this time may go by it: it lacks no kind, lies between the copy and now, and was read no longer
    /// ago than the push's window is long.
    ///
    /// # Errors
    /// Why it may not.
    pub fn ensure_current(&self, now: Timestamp, window: Option<Seconds>) -> Result<&Self, Unlisted> {
        if !self.not_captured.is_empty() {
            return Err(Unlisted::Lacks(self.not_captured.join(", ")));
        }
        let read_at: Timestamp = self.read_at.parse().map_err(|_| Unlisted::Missing)?;
        let cloned_at: Timestamp = self.cloned_at.parse().map_err(|_| Unlisted::Missing)?;
        if cloned_at >= read_at {
            return Err(Unlisted::NothingBetween);
        }
        let age = Seconds(now.as_second() - read_at.as_second());
        match window {
            Some(window) if age > window => Err(Unlisted::Old(age, window)),
            _ => Ok(self),
        }
    }
}
