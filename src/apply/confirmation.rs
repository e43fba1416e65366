//! What `diff` showed and when, kept in the state folder: the only thing that `apply --confirm` accepts.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::change::{Digests, Marks};
use crate::model::text::host;

use super::seal::Sealed;

/// Hours for which a confirmation counts.
pub const HOURS: i64 = 24;

/// Fewest digits of a digest that name it.
pub const FEWEST_DIGITS: usize = 12;

/// What one `diff` showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The plan's file name.
    pub plan: String,
    /// The site's host.
    pub host: String,
    /// When.
    pub at: Timestamp,
    /// The digests that it printed.
    pub digests: Digests,
    /// What stands behind them, object by object: to say what moved, never to decide whether something did.
    pub marks: Marks,
}

impl Confirmation {
    /// Whether it no longer counts: too old, or from a time to come.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.at);
        age > SignedDuration::from_hours(HOURS) || age < SignedDuration::from_mins(-5)
    }
}

/// Adds a confirmation to those beside a plan.
///
/// # Errors
/// Whatever the file system says.
pub fn write(plan: &Path, confirmation: &Confirmation) -> io::Result<()> {
    append(plan, FILE, &serde_json::to_string(confirmation)?)
}

/// Keeps a seal that was accepted: what its run is later resumed on.
///
/// # Errors
/// Whatever the file system says.
pub fn keep(plan: &Path, sealed: &Sealed) -> io::Result<()> {
    append(plan, SEALS, &serde_json::to_string(sealed)?)
}

/// The seals that were accepted for plans of this folder.
pub fn kept(plan: &Path) -> Vec<Sealed> {
    lines(plan, SEALS)
}

fn append(plan: &Path, name: &str, line: &str) -> io::Result<()> {
    let folder = super::make_state_folder(plan)?;
    let mut options = OpenOptions::new();
    options.create(true).append(true).read(true);
    let mut file = super::open_private(&folder.join(name), &mut options)?;
    let mut before = Vec::new();
    file.read_to_end(&mut before)?;
    // A line that was torn must not take this one with it.
    let mend = if before.last().is_some_and(|last| *last != b'\n') { "\n" } else { "" };
    file.write_all(format!("{mend}{line}\n").as_bytes())?;
    file.sync_all()
}

/// The latest confirmation of this plan for this host whose digest of changes begins with these digits.
///
/// A line that is not whole, whatever is missing, confirms nothing.
pub fn find(plan: &Path, digits: &str, on: &str) -> Option<Confirmation> {
    let (name, digits) = (super::plan_name(plan), digits.to_ascii_lowercase());
    let named =
        |c: &Confirmation| c.plan == name && host(&c.host) == host(on) && c.digests.changes.starts_with(&digits);
    known(plan).into_iter().rfind(named).filter(|_| digits.len() >= FEWEST_DIGITS)
}

/// The confirmation that was written last.
pub fn latest(plan: &Path) -> Option<Confirmation> {
    known(plan).pop()
}

fn known(plan: &Path) -> Vec<Confirmation> {
    lines(plan, FILE)
}

fn lines<T: DeserializeOwned>(plan: &Path, name: &str) -> Vec<T> {
    let mut text = String::new();
    let file = super::open_private(&super::state_folder(plan).join(name), OpenOptions::new().read(true));
    // What cannot be read confirms nothing.
    drop(file.and_then(|mut file| file.read_to_string(&mut text)));
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

const FILE: &str = "confirmations.ndjson";
const SEALS: &str = "seals.ndjson";
