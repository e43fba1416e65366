//! The journal of a run: append-only lines, each holding the hash of the one before, synced before and after each act.
//!
//! One line is `{"version":2,"at":…,"event":…,"previous":…,"mark":…}`; the mark is this machine's key's. A torn last line is
//! dropped when the journal is opened; any other break of the chain refuses the whole. A line without our mark is another
//! user's, another machine's or an earlier build's: it counts only once the run was adopted, by a line of ours that hangs on it.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::digest;
use crate::trust::{Key, Purpose, marked};

pub use super::event::{Begin, Event, JournalEntry, REPLACED, begin, kept, reviewed};
use super::machine::Progress;

mod error;
mod lines;

pub use error::JournalError;
pub(super) use error::failed;
pub use lines::Peeked;
use lines::{load, read_lines};

/// The version of the format that this build writes.
pub const VERSION: u8 = 2;

/// The version of lines that bear no mark.
const UNMARKED: u8 = 1;

/// How every line begins.
const OPENING: &[u8] = br#"{"version":"#;

/// What is said of a line that no run of this tool left.
const NOT_OURS: &str = "this is not a line of a journal: it was edited, or another program wrote it";

/// What the first line says of the line before it.
const NONE_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[derive(Serialize, Deserialize)]
struct Line {
    version: u8,
    at: Timestamp,
    event: Event,
    previous: String,
}

type Hear = Box<dyn FnMut(&JournalEntry)>;

/// Gets each event once it is on disk.
#[derive(Default)]
struct Observer(Option<Hear>);

impl std::fmt::Debug for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Observer" } else { "None" })
    }
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    pub(super) path: PathBuf,
    file: File,
    key: Key,
    events: Vec<JournalEntry>,
    progress: Progress,
    previous: String,
    /// How many of the events stood there when it was opened.
    found: usize,
    observer: Observer,
    /// Whether a torn last line was dropped when it was opened.
    pub torn: bool,
}

impl Journal {
    /// Begins a new journal, readable by its owner only.
    ///
    /// # Errors
    /// [`JournalError`] where the file exists already or cannot be written.
    pub fn create(path: &Path, key: &Key, begin: Begin, now: Timestamp) -> Result<Self, JournalError> {
        let file = super::open_private(path, OpenOptions::new().create_new(true).append(true).read(true))
            .map_err(|source| failed("create", path, source))?;
        let (key, previous, observer) = (key.clone(), NONE_BEFORE.to_owned(), Observer::default());
        let (events, progress) = (Vec::new(), Progress::default());
        let mut journal =
            Self { path: path.to_owned(), file, key, events, progress, previous, found: 0, observer, torn: false };
        match journal.append(Event::Begin(Box::new(begin)), now).and_then(|()| sync_folder(path)) {
            Ok(()) => Ok(journal),
            Err(error) => {
                // A run that could not be written down has not begun; the failure is reported already.
                drop(std::fs::remove_file(path));
                Err(error)
            }
        }
    }

    /// Opens a journal to continue with it. A torn last line is cut off.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read, was not written by this tool line after line, or is not proven ours.
    pub fn open(path: &Path, key: &Key) -> Result<Self, JournalError> {
        let (mut journal, foreign, kept) = Self::open_any(path, key)?;
        if let Some(why) = foreign {
            return Err(JournalError::NotOurs { path: path.to_owned(), why });
        }
        journal.cut_off(kept)?;
        Ok(journal)
    }

    /// Takes a run over, whoever's it was, to continue with a plan of these digests ([`super::intended::Intended::digests`]): what was written so far hangs on a line that bears our mark.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read or written, or was not written by this tool line after line.
    pub fn adopt(
        path: &Path,
        key: &Key,
        (who, (intent, rehearsed)): (Option<String>, (String, Option<String>)),
        now: Timestamp,
    ) -> Result<Self, JournalError> {
        let (mut journal, _, kept) = Self::open_any(path, key)?;
        journal.cut_off(kept)?;
        journal.append(Event::Adopted { who, intent, rehearsed }, now)?;
        Ok(journal)
    }

    fn open_any(path: &Path, key: &Key) -> Result<(Self, Option<String>, usize), JournalError> {
        let (text, kept) = load(path)?;
        let (Peeked { events, progress, foreign }, previous) = read_lines(&text[..kept], path, Some(key))?;
        let file = super::open_private(path, OpenOptions::new().read(true).append(true))
            .map_err(|source| failed("open", path, source))?;
        let (key, found, observer, torn) = (key.clone(), events.len(), Observer::default(), kept < text.len());
        Ok((
            Self { path: path.to_owned(), file, key, events, progress, previous, found, observer, torn },
            foreign,
            kept,
        ))
    }

    /// Takes away what was torn while it was written, after so many bytes.
    fn cut_off(&mut self, kept: usize) -> Result<(), JournalError> {
        if !self.torn {
            return Ok(());
        }
        let file = &mut self.file;
        let cut = file.set_len(kept as u64).and_then(|()| file.sync_all()).and_then(|()| file.seek(SeekFrom::End(0)));
        cut.map(drop).map_err(|source| failed("repair", &self.path, source))
    }

    /// What stands in a journal, whoever's it is, without touching the file; nothing where not even its beginning was written
    /// whole.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read, or was not written by this tool line after line.
    pub fn peek(path: &Path, key: Option<&Key>) -> Result<Peeked, JournalError> {
        let (text, kept) = load(path)?;
        read_lines(&text[..kept], path, key).map(|(peeked, _)| peeked)
    }

    /// How far the run is.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// What happened so far.
    pub fn events(&self) -> &[JournalEntry] {
        &self.events
    }

    /// How the run began; none where not even that was written whole.
    pub fn begin(&self) -> Option<&Begin> {
        begin(&self.events)
    }

    /// The SHA-256 of its last line, which holds that of the one before: the digest of the whole.
    pub fn digest(&self) -> &str {
        &self.previous
    }

    /// Writes a line and syncs it.
    ///
    /// # Errors
    /// [`JournalError`] where it is not safely on disk, and where it cannot follow: what could not be read again is not written.
    pub fn append(&mut self, event: Event, now: Timestamp) -> Result<(), JournalError> {
        let Some(next) = self.progress.after(&event) else {
            let why = std::io::Error::other("the new line cannot follow the journal's last line");
            return Err(failed("write", &self.path, why));
        };
        let line = Line { version: VERSION, at: now, event, previous: self.previous.clone() };
        let text = serde_json::to_string(&line).map_err(|e| failed("write", &self.path, std::io::Error::other(e)))?;
        let text = marked(&text, &self.key, Purpose::Journal);
        self.file
            .write_all(format!("{text}\n").as_bytes())
            .and_then(|()| self.file.sync_all())
            .map_err(|source| failed("write", &self.path, source))?;
        self.previous = digest::of_bytes(text.as_bytes());
        self.progress = next;
        let entry = JournalEntry { at: now, event: line.event };
        if let Some(hear) = &mut self.observer.0 {
            hear(&entry);
        }
        self.events.push(entry);
        Ok(())
    }

    /// Reports each event once it is on disk, from the first that was written since it was opened.
    pub fn observe(&mut self, mut hear: impl FnMut(&JournalEntry) + 'static) {
        self.events[self.found..].iter().for_each(&mut hear);
        self.observer = Observer(Some(Box::new(hear)));
    }
}

pub(super) fn sync_folder(path: &Path) -> Result<(), JournalError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| failed("sync the folder of", path, source))
}
