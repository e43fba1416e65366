//! Which captures this machine took from a site itself: their digests, each under the key's mark.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

use super::key::Purpose;
use super::ledger::Ledger;

/// The ledger of captures.
const CAPTURES: Ledger = Ledger { file: "captures.ndjson", purpose: Purpose::Capture };

/// A capture that this machine took.
#[derive(Serialize, Deserialize)]
struct Entry {
    sha256: String,
    at: Timestamp,
}

/// Notes that this machine took the capture of this digest.
///
/// # Errors
/// Where there is no key, or the ledger cannot be written.
pub fn note_capture(sha256: &str, at: Timestamp) -> Result<(), Failure> {
    CAPTURES.note(&Entry { sha256: sha256.to_owned(), at })
}

/// Whether this machine took the capture of this digest, rather than that somebody gave it.
pub fn was_taken_here(sha256: &str) -> bool {
    CAPTURES.lines::<Entry>().iter().any(|entry| entry.sha256 == sha256 && !sha256.is_empty())
}
