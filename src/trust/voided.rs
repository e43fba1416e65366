//! Which facts that persons attested a later reading showed otherwise: they are void on this machine, whatever a reading lacks after
//! that.

use std::collections::BTreeMap;

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
    /// Why it is void; none in what an earlier build noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Why a fact is void of which an earlier build noted it.
const EARLIER: &str = "a later reading showed otherwise, or the run that it was made in was undone";

/// The facts that are void on this machine, and why.
pub(super) fn voided() -> BTreeMap<Fact, String> {
    let one =
        |Voided { sha256, fact, why }| (Fact { line: sha256, name: fact }, why.unwrap_or_else(|| EARLIER.to_owned()));
    VOIDED.lines::<Voided>().into_iter().map(one).collect()
}

/// Notes that a fact is void, and why. Where this machine has no key, nobody attested anything on it, and nothing is
/// noted.
///
/// # Errors
/// Where the key cannot be read, or the ledger not be written.
pub fn note_voided(fact: &Fact, why: &str) -> Result<(), Failure> {
    if Key::find()?.is_none() {
        return Ok(());
    }
    VOIDED.note(&Voided { sha256: fact.line.clone(), fact: fact.name.clone(), why: Some(why.to_owned()) })
}
