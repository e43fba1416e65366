//! What rules are given of the files around a plan.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::model::plan::ContactRecord;

/// The recorded values of the spot-check contacts, as far as they could be read.
#[derive(Clone, Debug, Default)]
pub struct ContactsFile {
    /// By contact ID; none where the file is missing or cannot be read.
    pub values: Option<BTreeMap<String, ContactRecord>>,
    /// The file that the plan names, where nothing lies there: git ignores it, so a clone does not have it.
    pub absent: Option<String>,
    /// The places in a file of its own that did not fit and are missing from the values, as JSON pointers.
    pub left_out: BTreeSet<String>,
    /// Whether the values stand in a file of their own.
    pub own_file: bool,
    /// Whether git tracks the document that holds them.
    pub tracked: Tracking,
}

/// A file that holds the members of a site.
#[derive(Clone, Debug)]
pub struct MembersFile {
    /// Its path, in words.
    pub name: String,
    /// What it is.
    pub holds: Members,
    /// Whether git tracks it.
    pub tracked: Tracking,
}

impl MembersFile {
    /// What git tracks where it tracks this file; none where it holds nobody's address. How many addresses of the site's members can
    /// be a person's a population says.
    pub(crate) fn told(&self, addresses: Option<u64>) -> Option<String> {
        self.held(addresses).map(|held| format!("git tracks {held}"))
    }

    /// The file with whose addresses it holds, in words; none where it holds nobody's.
    pub(crate) fn held(&self, addresses: Option<u64>) -> Option<String> {
        let whoever = || "whoever is on the site".to_owned();
        let (what, holds) = match (self.holds, addresses) {
            (Members::Population | Members::Values, None | Some(0)) => return None,
            (Members::Population, Some(count)) => ("population", addresses_of(count)),
            (Members::Values, Some(count)) => ("file of contact values", addresses_of(count)),
            (Members::Backup, _) => ("backup", whoever()),
            (Members::Capture, _) => ("capture", whoever()),
            (Members::Export, _) => ("export", "whoever is in it".to_owned()),
        };
        Some(format!("the {what} `{}`, which holds {holds}", self.name))
    }
}

/// So many members' addresses, in words.
pub(super) fn addresses_of(count: u64) -> String {
    if count == 1 { "a member's address".to_owned() } else { format!("{count} members' addresses") }
}

/// How to take a file out of what git tracks.
pub(crate) const TAKE_OUT: &str = "add the file to `.gitignore`, and take it out with `git rm --cached`";

/// How a file holds the members of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Members {
    /// As the population beside a site in a file.
    Population,
    /// As the values of some contacts.
    Values,
    /// In a backup of the site.
    Backup,
    /// In what the collector gave of the site.
    Capture,
    /// In an export of a CRM or of the site's users.
    Export,
}

/// Whether git tracks a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tracking {
    /// It does.
    Tracked,
    /// It does not, or there is no repository.
    #[default]
    Untracked,
    /// Nobody can say, and why.
    Unknown(String),
}

/// How the files of the recorded backups compare with their record now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct BackupFiles(BTreeMap<String, FileNow>);

impl BackupFiles {
    /// Notes how a file compares. Of two records of one name, one that does not fit counts.
    pub fn add(&mut self, name: &str, now: impl FnOnce() -> FileNow) {
        if self.now(name).is_none_or(|known| *known == FileNow::Same) {
            self.0.insert(name.to_owned(), now());
        }
    }

    pub(super) fn now(&self, name: &str) -> Option<&FileNow> {
        self.0.get(name)
    }
}

/// How a backup's file compares with its record.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileNow {
    /// Its size and its SHA-256 are those on record.
    Same,
    /// There is no such file in the folder.
    Missing,
    /// It has another size.
    OtherSize {
        /// Its size now, in bytes.
        bytes: u64,
    },
    /// It has the same size and another SHA-256.
    OtherContent,
    /// It is the same file, and does not hold what its record says.
    OtherInside,
    /// It could not be read, and why.
    Unreadable(String),
}
