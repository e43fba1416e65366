//! A file of lines beside the key, each under the key's mark: what this machine did and can be asked of later.

use std::fs::OpenOptions;
use std::io::{self, Read as _, Write as _};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::Failure;
use crate::fs::open_here;

use super::key::{Key, Purpose, state_home};
use super::line::{marked, unmarked};

/// Most bytes that are read of a ledger: some hundred thousand lines.
const MOST: u64 = 32 << 20;

/// A ledger by the name of its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ledger {
    pub(super) file: &'static str,
    pub(super) purpose: Purpose,
}

impl Ledger {
    /// Its lines that bear this machine's mark; none where there is no key, or no place for one.
    pub(super) fn lines<T: DeserializeOwned>(self) -> Vec<T> {
        let Some(key) = Key::find().ok().flatten() else { return Vec::new() };
        let mut bytes = Vec::new();
        let file = state_home().ok().map(|home| open_here(&home.join(self.file), OpenOptions::new().read(true)));
        // What cannot be read is no proof.
        drop(file.map(|file| file?.take(MOST).read_to_end(&mut bytes)));
        // A line that was torn inside a character must not take the others with it.
        let text = String::from_utf8_lossy(&bytes);
        let ours = |line| {
            let (object, ours) = unmarked(line, Some(&key), self.purpose);
            serde_json::from_str(&object).ok().filter(|_| ours)
        };
        text.lines().filter_map(ours).collect()
    }

    /// Adds a line, synced.
    ///
    /// # Errors
    /// Where there is no key, or the ledger cannot be written.
    pub(super) fn note<T: Serialize>(self, line: &T) -> Result<(), Failure> {
        let key = Key::find_or_make()?;
        let path = state_home()?.join(self.file);
        let failed = |error: io::Error| Failure::file("write the ledger", &path, &error);
        let line = serde_json::to_string(line).map_err(|e| failed(e.into()))?;
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // A line that was torn must not take this one with it.
        let line = format!("\n{}\n", marked(&line, &key, self.purpose));
        let written = open_here(&path, &mut options).and_then(|mut file| {
            file.write_all(line.as_bytes())?;
            file.sync_all()
        });
        written.map_err(failed)
    }
}
