//! Journals of runs that are over, beside the open one: archived under the time of their end, and found again in that order.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::journal::{Journal, JournalError, failed, sync_folder};

/// When a journal was archived, to the second, and which of that second it is.
type Slot = (String, u32);

/// The journals that were archived beside this one, the oldest first.
///
/// # Errors
/// [`JournalError::File`] where the folder cannot be read.
pub fn archived(journal: &Path) -> Result<Vec<PathBuf>, JournalError> {
    Ok(slots(journal)?.into_iter().map(|slot| named(journal, &slot)).collect())
}

/// Makes a journal that was archived the open one again; there must be none.
///
/// # Errors
/// [`JournalError::File`] where it cannot be moved.
pub fn restore(archived: &Path, journal: &Path) -> Result<(), JournalError> {
    let moved = |source| failed("move", archived, source);
    if fs::symlink_metadata(journal).is_ok() {
        return Err(moved(std::io::ErrorKind::AlreadyExists.into()));
    }
    fs::rename(archived, journal).map_err(moved)?;
    sync_folder(journal)
}

impl Journal {
    /// Moves a finished journal into the archive, after all that were, so that the next run begins a new one.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be moved.
    pub fn archive(&self, now: Timestamp) -> Result<PathBuf, JournalError> {
        let stamp = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        // A clock that went back must not put the last one before an earlier one.
        let slot = match slots(&self.path)?.pop() {
            Some((last, n)) if last >= stamp => (last, n.saturating_add(1)),
            _ => (stamp, 0),
        };
        let archived = named(&self.path, &slot);
        fs::rename(&self.path, &archived).map_err(|source| failed("move", &self.path, source))?;
        sync_folder(&archived)?;
        Ok(archived)
    }
}

fn named(journal: &Path, (stamp, n): &Slot) -> PathBuf {
    let more = if *n == 0 { String::new() } else { format!("-{n}") };
    journal.with_extension(format!("{stamp}{more}.ndjson"))
}

fn slots(journal: &Path) -> Result<Vec<Slot>, JournalError> {
    let read = |source| failed("read the folder of", journal, source);
    let (Some(folder), Some(stem)) = (journal.parent(), journal.file_stem()) else { return Ok(Vec::new()) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let stem = format!("{}.", stem.to_string_lossy());
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(read)?,
    };
    let mut slots = Vec::new();
    for entry in entries {
        let name = entry.map_err(read)?.file_name();
        let name = name.to_string_lossy();
        let slot = name.strip_prefix(&stem).and_then(|rest| rest.strip_suffix(".ndjson"));
        let (stamp, n) = slot.map_or(("", "0"), |slot| slot.split_once('-').unwrap_or((slot, "0")));
        if let (16, true, Ok(n)) = (stamp.len(), stamp.ends_with('Z'), n.parse()) {
            slots.push((stamp.to_owned(), n));
        }
    }
    slots.sort();
    Ok(slots)
}
