//! The journal of a run: append-only lines, each holding the hash of the one before, synced before and after each act.
//!
//! One line is `{"version":1,"at":…,"event":…,"previous":…}`. A torn last line is dropped when the journal is opened; any
//! other break of the chain refuses the whole.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::change::{Change, Digests, changes_digest};
use crate::model::digest;

use super::machine;

/// The version of the format that this build writes.
pub const VERSION: u8 = 1;

/// How every line begins.
const OPENING: &[u8] = br#"{"version":"#;

/// What is said of a line that no run of this tool left.
const NOT_OURS: &str = "this is not a line of a journal; it was edited or comes from elsewhere";

/// What the first line says of the line before it.
const NONE_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A run began.
    Begin(Box<Begin>),
    /// A change is about to be carried out.
    Intent {
        /// Its number in the list.
        change: usize,
    },
    /// A change is in place: it was read back.
    Done {
        /// Its number in the list.
        change: usize,
    },
    /// The run stopped at a change.
    Halt {
        /// Its number in the list.
        change: usize,
        /// Why.
        why: String,
    },
    /// Every change is in place.
    End,
}

/// How a run began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begin {
    /// The tool's version.
    pub tool: String,
    /// The plan's file name.
    pub plan: String,
    /// The site's host.
    pub host: String,
    /// What was confirmed.
    pub digests: Digests,
    /// The changes, in order: what a resumed run carries out, whatever became of the plan.
    pub changes: Vec<Change>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    version: u8,
    at: Timestamp,
    event: Event,
    previous: String,
}

/// Why a journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system said no.
    #[error("cannot {act} the journal `{}`: {source}", path.display())]
    File {
        /// What was tried.
        act: &'static str,
        /// The journal.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line is not what this tool wrote.
    #[error("`{}`, line {line}: {what}", path.display())]
    Foreign {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    events: Vec<Event>,
    previous: String,
    /// Whether a torn last line was dropped when it was opened.
    pub torn: bool,
}

impl Journal {
    /// Begins a new journal, readable by its owner only.
    ///
    /// # Errors
    /// [`JournalError`] where the file exists already or cannot be written.
    pub fn create(path: &Path, begin: Begin, now: Timestamp) -> Result<Self, JournalError> {
        let file = super::open_private(path, OpenOptions::new().create_new(true).append(true).read(true))
            .map_err(|source| failed("create", path, source))?;
        let previous = NONE_BEFORE.to_owned();
        let mut journal = Self { path: path.to_owned(), file, events: Vec::new(), previous, torn: false };
        match journal.append(Event::Begin(Box::new(begin)), now).and_then(|()| sync_folder(path)) {
            Ok(()) => Ok(journal),
            Err(error) => {
                // A run that could not be written down has not begun; the failure is told already.
                drop(std::fs::remove_file(path));
                Err(error)
            }
        }
    }

    /// Opens a journal to go on with it. A torn last line is cut off.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read, or was not written by this tool line after line.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let (text, kept) = load(path)?;
        let (events, previous) = read_lines(&text[..kept], path)?;
        let io = |act: &'static str| move |source| failed(act, path, source);
        let mut file = super::open_private(path, OpenOptions::new().read(true).append(true)).map_err(io("open"))?;
        let torn = kept < text.len();
        if torn {
            file.set_len(kept as u64).and_then(|()| file.sync_all()).map_err(io("mend"))?;
            file.seek(SeekFrom::End(0)).map_err(io("mend"))?;
        }
        Ok(Self { path: path.to_owned(), file, events, previous, torn })
    }

    /// How the run of a journal began, without touching the file; none where not even that was written whole.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read, or was not written by this tool line after line.
    pub fn peek(path: &Path) -> Result<Option<Begin>, JournalError> {
        let (text, kept) = load(path)?;
        Ok(match read_lines(&text[..kept], path)?.0.into_iter().next() {
            Some(Event::Begin(begin)) => Some(*begin),
            _ => None,
        })
    }

    /// How many changes are in place, in this run and in those before it.
    pub fn in_place(&self) -> usize {
        self.events.iter().filter(|event| matches!(event, Event::Done { .. })).count()
    }

    /// What happened so far.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How the run began; none where not even that was written whole.
    pub fn begin(&self) -> Option<&Begin> {
        match self.events.first() {
            Some(Event::Begin(begin)) => Some(begin),
            _ => None,
        }
    }

    /// Writes a line and syncs it.
    ///
    /// # Errors
    /// [`JournalError`] where it is not safely on disk.
    pub fn append(&mut self, event: Event, now: Timestamp) -> Result<(), JournalError> {
        let line = Line { version: VERSION, at: now, event, previous: self.previous.clone() };
        let text = serde_json::to_string(&line).map_err(|e| failed("write", &self.path, std::io::Error::other(e)))?;
        self.file
            .write_all(format!("{text}\n").as_bytes())
            .and_then(|()| self.file.sync_all())
            .map_err(|source| failed("write", &self.path, source))?;
        self.previous = digest::of_bytes(text.as_bytes());
        self.events.push(line.event);
        Ok(())
    }

    /// Moves a finished journal aside, under the time it ended, so that the next run begins a new one.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be moved.
    pub fn archive(self, now: Timestamp) -> Result<PathBuf, JournalError> {
        let stamp: String = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let aside = (0..).map(|n| match n {
            0 => self.path.with_extension(format!("{stamp}.ndjson")),
            n => self.path.with_extension(format!("{stamp}-{n}.ndjson")),
        });
        let aside = aside.into_iter().find(|path| !path.exists()).unwrap_or_else(|| self.path.clone());
        std::fs::rename(&self.path, &aside).map_err(|source| failed("move", &self.path, source))?;
        sync_folder(&aside)?;
        Ok(aside)
    }
}

/// A journal's bytes, and how many of them are whole lines. What stands after those was torn while it was written.
fn load(path: &Path) -> Result<(Vec<u8>, usize), JournalError> {
    let mut text = Vec::new();
    super::open_private(path, OpenOptions::new().read(true))
        .and_then(|mut file| file.read_to_end(&mut text))
        .map_err(|source| failed("read", path, source))?;
    let kept = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    // A file system may lengthen a file before it fills it.
    let torn = text[kept..].trim_ascii_end();
    let torn = torn.iter().rposition(|byte| *byte != 0).map_or(&torn[..0], |last| &torn[..=last]);
    if torn.starts_with(OPENING) || OPENING.starts_with(torn) {
        return Ok((text, kept));
    }
    let line = text[..kept].split(|byte| *byte == b'\n').count();
    Err(JournalError::Foreign { path: path.to_owned(), line, what: NOT_OURS.to_owned() })
}

fn read_lines(text: &[u8], path: &Path) -> Result<(Vec<Event>, String), JournalError> {
    let foreign =
        |at: usize, what: &str| JournalError::Foreign { path: path.to_owned(), line: at + 1, what: what.to_owned() };
    let mut events = Vec::new();
    let mut previous = NONE_BEFORE.to_owned();
    let lines = text.strip_suffix(b"\n").into_iter().flat_map(|text| text.split(|byte| *byte == b'\n'));
    for (at, line) in lines.enumerate() {
        let read: Line = serde_json::from_slice(line).map_err(|_| foreign(at, NOT_OURS))?;
        if read.version > VERSION {
            let what = format!("version {} is newer than this tool, which reads {VERSION}", read.version);
            return Err(foreign(at, &what));
        }
        if read.previous != previous {
            return Err(foreign(at, "the chain is broken: a line was changed, moved or taken out"));
        }
        previous = digest::of_bytes(line);
        events.push(read.event);
    }
    let changes = match events.first() {
        Some(Event::Begin(begin)) if changes_digest(&begin.host, &begin.changes) != begin.digests.changes => {
            return Err(foreign(0, "the changes are not those of the digest that was confirmed"));
        }
        Some(Event::Begin(begin)) => begin.changes.len(),
        _ => 0,
    };
    match machine::misplaced(&events, changes) {
        Some(at) => Err(foreign(at, "this cannot have happened here; the line was put in or one was taken out")),
        None => Ok((events, previous)),
    }
}

fn failed(act: &'static str, path: &Path, source: std::io::Error) -> JournalError {
    JournalError::File { act, path: path.to_owned(), source }
}

fn sync_folder(path: &Path) -> Result<(), JournalError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| failed("sync the folder of", path, source))
}
