//! Which facts that persons attested a later reading showed otherwise: they are void on this machine, whatever a reading lacks after
//! that.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::model::attested::Fact;

use super::key::{Key, Purpose};
use super::ledger::Ledger;

/// The ledger of facts that are void.
const VOIDED: Ledger = Ledger { file: "voided.ndjson", purpose: Purpose::Voided };

/// A fact by the digest of its line in a record, and its name.
#[derive(Debug, Serialize, Deserialize)]
struct Voided {
    sha256: String,
    fact: String,
}

/// The facts that are void on this machine.
pub(super) fn voided() -> BTreeSet<Fact> {
    VOIDED.lines::<Voided>().into_iter().map(|Voided { sha256, fact }| Fact { line: sha256, name: fact }).collect()
}

/// Notes that a reading showed a fact otherwise. Where this machine has no key, nobody attested anything on it, and nothing is
/// noted.
///
/// # Errors
/// Where the key cannot be read, or the ledger not be written.
pub fn note_voided(fact: &Fact) -> Result<(), Failure> {
    if Key::find()?.is_none() {
        return Ok(());
    }
    VOIDED.note(&Voided { sha256: fact.line.clone(), fact: fact.name.clone() })
}
