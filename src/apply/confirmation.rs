//! What `diff` showed and when, kept in the state folder: the only thing that `apply --confirm` accepts.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::change::{Digests, Marks};
use crate::model::{Identity, digest};
use crate::trust::{Key, NotOurs, Purpose, marked, unmarked};

/// Hours for which a confirmation counts.
pub const HOURS: i64 = 24;

/// Fewest digits of a digest that name it.
pub const FEWEST_DIGITS: usize = 12;

/// What one `diff` showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The plan's file name.
    pub plan: String,
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// When.
    pub at: Timestamp,
    /// The digests that it printed.
    pub digests: Digests,
    /// What supports them, object by object: to say what moved, never to decide whether something did.
    pub marks: Marks,
}

impl Confirmation {
    /// Whether it no longer counts: too old, or from a time to come.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.at);
        age > SignedDuration::from_hours(HOURS) || age < SignedDuration::from_mins(-5)
    }
}

/// Adds a confirmation to those beside a plan, under this machine's key.
pub fn write(plan: &Path, key: &Key, confirmation: &Confirmation) -> io::Result<()> {
    append(plan, FILE, &marked(&serde_json::to_string(confirmation)?, key, Purpose::Confirmation))
}

pub(super) fn append(plan: &Path, name: &str, line: &str) -> io::Result<()> {
    let folder = super::make_state_folder(plan)?;
    let mut options = OpenOptions::new();
    options.create(true).append(true).read(true);
    let mut file = super::open_private(&folder.join(name), &mut options)?;
    let mut before = Vec::new();
    file.read_to_end(&mut before)?;
    // A line that was torn must not take this one with it.
    let separator = if before.last().is_some_and(|last| *last != b'\n') { "\n" } else { "" };
    file.write_all(format!("{separator}{line}\n").as_bytes())?;
    file.sync_all()
}

/// The latest confirmation of this plan for this site whose digest of changes begins with these digits.
///
/// A line that is not whole, whatever is missing, confirms nothing.
///
/// # Errors
/// [`NotOurs`] where there is one, and nothing proves that it was shown to this user on this machine.
pub fn find(plan: &Path, key: Option<&Key>, digits: &str, on: &Identity) -> Result<Option<Confirmation>, NotOurs> {
    let (name, digits) = (super::plan_name(plan), digest::as_typed(digits));
    if digits.len() < FEWEST_DIGITS {
        return Ok(None);
    }
    let named = |c: &Confirmation| c.plan == name && c.host.is_same_site(on) && c.digests.changes.starts_with(&digits);
    let all: Vec<(Confirmation, bool)> =
        lines(plan, FILE, key, Purpose::Confirmation).filter(|(c, _)| named(c)).collect();
    let foreign = !all.is_empty();
    match all.into_iter().rfind(|(_, ours)| *ours) {
        None if foreign => {
            let path = super::state_folder(plan).join(FILE);
            let why = "confirms this digest, but has no mark of this machine's key: it was written by another user, another \
                machine or an earlier build";
            Err(NotOurs::new(&path, why))
        }
        found => Ok(found.map(|(confirmation, _)| confirmation)),
    }
}

/// The confirmation that was written last by this user on this machine.
pub fn latest(plan: &Path, key: Option<&Key>) -> Option<Confirmation> {
    let ours = lines(plan, FILE, key, Purpose::Confirmation).filter(|(_, ours)| *ours);
    ours.last().map(|(confirmation, _)| confirmation)
}

/// What can be read of a file of the state folder, each with whether it bears our mark.
pub(super) fn lines<T: DeserializeOwned>(
    plan: &Path,
    name: &str,
    key: Option<&Key>,
    purpose: Purpose,
) -> impl Iterator<Item = (T, bool)> {
    let mut text = String::new();
    let file = super::open_private(&super::state_folder(plan).join(name), OpenOptions::new().read(true));
    // What cannot be read confirms nothing.
    drop(file.and_then(|mut file| file.read_to_string(&mut text)));
    let read = |line: &str| {
        let (object, ours) = unmarked(line, key, purpose);
        Some((serde_json::from_str(&object).ok()?, ours))
    };
    text.lines().filter_map(read).collect::<Vec<_>>().into_iter()
}

const FILE: &str = "confirmations.ndjson";
