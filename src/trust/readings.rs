//! Which readings of a site this machine took, imported, or finalized for a person: their digests, each under the key's mark.

use std::fs::OpenOptions;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::fs::open_here;

use super::key::{Key, Purpose, state_home};
use super::line::{marked, unmarked};

/// The ledger's file, beside the key.
const FILE: &str = "readings.ndjson";

/// Most bytes that are read of the ledger: some hundred thousand readings.
const MOST: u64 = 32 << 20;

/// What a reading is worth, whatever it says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Worth {
    /// Nothing here shows who made it: it is what somebody recorded.
    Recorded,
    /// A person finalized it here, and answers for what it says.
    Attested,
    /// This machine took it, or imported it from where it was taken.
    Captured,
}

/// The readings that this machine knows of.
#[derive(Debug)]
pub struct Readings {
    path: Option<PathBuf>,
    key: Option<Key>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    sha256: String,
    worth: Worth,
    at: Timestamp,
}

impl Readings {
    /// The readings of this user on this machine; none are known where there is no key, or no place for one.
    pub fn of_this_machine() -> Self {
        Self { path: state_home().ok().map(|home| home.join(FILE)), key: Key::find().ok().flatten() }
    }

    /// What the reading of this digest is worth. Of two entries the last one counts: who changes a reading by hand and
    /// finalizes it gives it another digest.
    pub fn worth(&self, sha256: &str) -> Worth {
        let mut text = String::new();
        let file = self.path.as_ref().map(|path| open_here(path, OpenOptions::new().read(true)));
        // What cannot be read is no proof.
        drop(file.map(|file| file?.take(MOST).read_to_string(&mut text)));
        let mut entries = text.lines().filter_map(|line| {
            let (object, ours) = unmarked(line, self.key.as_ref(), Purpose::Reading);
            let entry: Entry = serde_json::from_str(&object).ok().filter(|_| ours)?;
            (entry.sha256 == sha256).then_some(entry.worth)
        });
        entries.next_back().unwrap_or(Worth::Recorded)
    }

    /// Notes what a reading is worth.
    ///
    /// # Errors
    /// Where there is no key, or the ledger cannot be written.
    pub fn note(&mut self, sha256: &str, worth: Worth, at: Timestamp) -> Result<(), Failure> {
        let key = Key::find_or_make()?;
        let path = state_home()?.join(FILE);
        let failed = |error: io::Error| Failure::file("write the ledger of readings", &path, &error);
        let entry =
            serde_json::to_string(&Entry { sha256: sha256.to_owned(), worth, at }).map_err(|e| failed(e.into()))?;
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // A line that was torn must not take this one with it.
        let line = format!("\n{}\n", marked(&entry, &key, Purpose::Reading));
        let written = open_here(&path, &mut options).and_then(|mut file| {
            file.write_all(line.as_bytes())?;
            file.sync_all()
        });
        written.map_err(failed)?;
        (self.key, self.path) = (Some(key), Some(path));
        Ok(())
    }
}
