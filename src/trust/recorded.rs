//! Which lines of records were recorded on this machine: what came with a repository opens no barrier.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::model::facts::Here;
use crate::model::record::{Evidence, Record};

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

/// The record without what came with a repository and would prove a step: who says that a step was taken, that somebody signed in, what was
/// bought, or what the vendor's verification printed, says it on the machine of the run. A backup, a measured restore and a merge list
/// are weighed by what stands behind them.
pub fn of_this_machine(mut record: Record) -> Record {
    let here = recorded_here().lines;
    record.entries.retain(|entry| {
        let proves_a_step = matches!(
            entry.evidence,
            Evidence::Verification(_)
                | Evidence::Acknowledgement(_)
                | Evidence::Step(_)
                | Evidence::SignIn(_)
                | Evidence::Purchase(_)
        );
        !proves_a_step || here.contains(&entry.sha256)
    });
    record
}

/// Notes that a line was recorded on this machine.
///
/// # Errors
/// Where there is no key, or the ledger cannot be written.
pub fn note_recorded(sha256: &str) -> Result<(), Failure> {
    LINES.note(&Recorded { sha256: sha256.to_owned() })
}
