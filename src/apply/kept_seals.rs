//! The seals that were accepted here, kept in the state folder: what their runs are later resumed on.

use std::io;
use std::path::Path;

use crate::project::signed::Sealed;
use crate::trust::{Key, Purpose, marked};

use super::confirmation::{append, lines};

const SEALS: &str = "seals.ndjson";

/// Keeps a seal that was accepted, under this machine's key: what its run is later resumed on.
pub fn keep(plan: &Path, key: &Key, sealed: &Sealed) -> io::Result<()> {
    append(plan, SEALS, &marked(&serde_json::to_string(sealed)?, key, Purpose::Seal))
}

/// The seals that were accepted here for plans of this folder: of this user and this machine.
pub fn kept(plan: &Path, key: Option<&Key>) -> Vec<Sealed> {
    lines(plan, SEALS, key, Purpose::Seal).filter_map(|(sealed, ours)| ours.then_some(sealed)).collect()
}
