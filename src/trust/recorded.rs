//! Which lines of records were recorded on this machine: what came with a repository opens no barrier.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::model::facts::Here;

use super::key::Purpose;
use super::ledger::Ledger;
use super::voided::voided;

/// The ledger of lines.
const LINES: Ledger = Ledger { file: "recorded.ndjson", purpose: Purpose::Recorded };

/// A line of a record, by its digest.
#[derive(Debug, Serialize, Deserialize)]
struct Recorded {
    sha256: String,
}

/// What this user recorded on this machine, and what a reading showed otherwise since.
pub fn recorded_here() -> Here {
    Here { lines: LINES.lines::<Recorded>().into_iter().map(|line| line.sha256).collect(), void: voided() }
}

/// Notes that a line was recorded on this machine.
///
/// # Errors
/// Where there is no key, or the ledger cannot be written.
pub fn note_recorded(sha256: &str) -> Result<(), Failure> {
    LINES.note(&Recorded { sha256: sha256.to_owned() })
}
