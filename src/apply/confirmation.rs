//! What `diff` showed and when, kept in the state folder: the only thing that `apply --confirm` accepts.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::change::Digests;

/// Hours for which a confirmation counts.
pub const HOURS: i64 = 24;

/// Fewest digits of a digest that name it.
pub const FEWEST_DIGITS: usize = 12;

/// What one `diff` showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The digests that it printed.
    pub digests: Digests,
    /// The site's host.
    pub host: String,
    /// When.
    pub at: Timestamp,
}

impl Confirmation {
    /// What a diff shows now.
    pub fn new(digests: &Digests, host: &str, at: Timestamp) -> Self {
        Self { digests: digests.clone(), host: host.to_owned(), at }
    }

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
    let folder = super::make_state_folder(plan)?;
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(folder.join(FILE))?;
    let line = serde_json::to_string(confirmation)?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_all()
}

/// The latest confirmation whose digest of changes begins with these digits, for this host.
pub fn find(plan: &Path, digits: &str, host: &str) -> Option<Confirmation> {
    let text = std::fs::read_to_string(super::state_folder(plan).join(FILE)).ok()?;
    let mut known = text.lines().filter_map(|line| serde_json::from_str::<Confirmation>(line).ok());
    let digits = digits.to_ascii_lowercase();
    let named = |c: &Confirmation| c.host == host && c.digests.changes.starts_with(&digits);
    known.rfind(named).filter(|_| digits.len() >= FEWEST_DIGITS)
}

/// The confirmation that was written last.
pub fn latest(plan: &Path) -> Option<Confirmation> {
    let text = std::fs::read_to_string(super::state_folder(plan).join(FILE)).ok()?;
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).next_back()
}

const FILE: &str = "confirmations.ndjson";
