//! Which lines of records were recorded on this machine: what came with a repository opens no barrier.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

use super::key::Purpose;
use super::ledger::Ledger;

/// The ledger of lines.
const LINES: Ledger = Ledger { file: "recorded.ndjson", purpose: Purpose::Recorded };

/// A line of a record, by its digest.
#[derive(Debug, Serialize, Deserialize)]
struct Recorded {
    sha256: String,
}

/// The digests of the lines of records that this user recorded on this machine.
pub fn recorded_here() -> BTreeSet<String> {
    LINES.lines::<Recorded>().into_iter().map(|line| line.sha256).collect()
}

/// Notes that a line was recorded on this machine.
///
/// # Errors
/// Where there is no key, or the ledger cannot be written.
pub fn note_recorded(sha256: &str) -> Result<(), Failure> {
    LINES.note(&Recorded { sha256: sha256.to_owned() })
}
