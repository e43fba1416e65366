//! The journal of a run: append-only lines, each holding the hash of the one before, synced before and after each act.
//!
//! One line is `{"version":1,"at":…,"event":…,"previous":…}`. A torn last line is dropped when the journal is opened; any
//! other break of the chain refuses the whole.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::change::changes_digest;
use crate::model::deadline::Decision;
use crate::model::{Executor, Step, digest};

pub use super::begin::Begin;
use super::machine::Progress;

/// The version of the format that this build writes.
pub const VERSION: u8 = 1;

/// How every line begins.
const OPENING: &[u8] = br#"{"version":"#;

/// What is said of a line that no run of this tool left.
const NOT_OURS: &str = "this is not a line of a journal; it was edited or comes from elsewhere";

/// Why a run is closed whose place a new one took: it can be undone once the new one is.
pub const REPLACED: &str = "a new run took its place";

/// What the first line says of the line before it.
const NONE_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A run began.
    Begin(Box<Begin>),
    /// Somebody went on with it.
    Resume {
        /// The lock's token: it grows with each holder.
        token: u64,
        /// The last sign of life of whoever was at it before; none where it is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alive_until: Option<Timestamp>,
    },
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
    /// A step of the guide is next, and was told to a person.
    Reached {
        /// The step.
        step: Step,
    },
    /// The barrier was acknowledged: from here on the migration may have been started.
    Crossed {
        /// Who acknowledged it: a short name from the plan's `people`, where one was given.
        who: Option<String>,
        /// How many members the site had.
        members: Option<u64>,
    },
    /// A person gave their word that *Run Migration* was not pressed, and the site showed nothing else: before the barrier again.
    NotPressed {
        /// Who: a short name from the plan's `people`.
        who: String,
        /// What the site showed.
        seen: String,
    },
    /// The site was read as migrated for the first time: the migration took no longer than until here.
    Migrated,
    /// The time to decide whether to go back has come, and a step waits.
    DecisionDue {
        /// Who decides, as the plan says.
        who: String,
        /// By when.
        by: Timestamp,
    },
    /// It was decided whether to go back.
    Decided {
        /// Who decided.
        who: String,
        /// What.
        decision: Decision,
    },
    /// A step of the guide is behind.
    Passed {
        /// The step.
        step: Step,
        /// What proves it: `automatic` by reading, `guided` a person's act that was read back, `attested` a person's word.
        by: Executor,
        /// What was seen, in a few words without personal values.
        seen: String,
    },
    /// From here on the changes are taken back, the last one first. It may follow the close of a run that a new one replaced.
    Undo,
    /// A change is about to be taken back.
    TakeBack {
        /// Its number in the list.
        change: usize,
    },
    /// A change is taken back: it was read back.
    TakenBack {
        /// Its number in the list.
        change: usize,
    },
    /// A change is not taken back: somebody else changed the object since, and it is left as they have it.
    Left {
        /// Its number in the list.
        change: usize,
    },
    /// The run is not gone on with.
    Closed {
        /// Why.
        why: String,
    },
    /// Everything is done.
    End,
}

/// An event with its time.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
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

type Hear = Box<dyn FnMut(&Told)>;

/// Hears of each event once it is on disk.
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
    events: Vec<Told>,
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
    pub fn create(path: &Path, begin: Begin, now: Timestamp) -> Result<Self, JournalError> {
        let file = super::open_private(path, OpenOptions::new().create_new(true).append(true).read(true))
            .map_err(|source| failed("create", path, source))?;
        let previous = NONE_BEFORE.to_owned();
        let (events, progress) = (Vec::new(), Progress::default());
        let observer = Observer::default();
        let mut journal =
            Self { path: path.to_owned(), file, events, progress, previous, found: 0, observer, torn: false };
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
        let (events, progress, previous) = read_lines(&text[..kept], path)?;
        let io = |act: &'static str| move |source| failed(act, path, source);
        let mut file = super::open_private(path, OpenOptions::new().read(true).append(true)).map_err(io("open"))?;
        let torn = kept < text.len();
        if torn {
            file.set_len(kept as u64).and_then(|()| file.sync_all()).map_err(io("mend"))?;
            file.seek(SeekFrom::End(0)).map_err(io("mend"))?;
        }
        let (found, observer) = (events.len(), Observer::default());
        Ok(Self { path: path.to_owned(), file, events, progress, previous, found, observer, torn })
    }

    /// What stands in a journal, without touching the file; nothing where not even its beginning was written whole.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read, or was not written by this tool line after line.
    pub fn peek(path: &Path) -> Result<(Vec<Told>, Progress), JournalError> {
        let (text, kept) = load(path)?;
        read_lines(&text[..kept], path).map(|(events, progress, _)| (events, progress))
    }

    /// How far the run is.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// What happened so far.
    pub fn events(&self) -> &[Told] {
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
    /// [`JournalError`] where it is not safely on disk.
    pub fn append(&mut self, event: Event, now: Timestamp) -> Result<(), JournalError> {
        let line = Line { version: VERSION, at: now, event, previous: self.previous.clone() };
        let text = serde_json::to_string(&line).map_err(|e| failed("write", &self.path, std::io::Error::other(e)))?;
        self.file
            .write_all(format!("{text}\n").as_bytes())
            .and_then(|()| self.file.sync_all())
            .map_err(|source| failed("write", &self.path, source))?;
        self.previous = digest::of_bytes(text.as_bytes());
        self.progress.take(&line.event);
        let told = Told { at: now, event: line.event };
        if let Some(hear) = &mut self.observer.0 {
            hear(&told);
        }
        self.events.push(told);
        Ok(())
    }

    /// Tells somebody of each event once it is on disk, from the first that was written since it was opened.
    pub fn observe(&mut self, mut hear: impl FnMut(&Told) + 'static) {
        self.events[self.found..].iter().for_each(&mut hear);
        self.observer = Observer(Some(Box::new(hear)));
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

fn read_lines(text: &[u8], path: &Path) -> Result<(Vec<Told>, Progress, String), JournalError> {
    let foreign =
        |at: usize, what: &str| JournalError::Foreign { path: path.to_owned(), line: at + 1, what: what.to_owned() };
    let mut events: Vec<Told> = Vec::new();
    let mut progress = Progress::default();
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
        if let Event::Begin(begin) = &read.event
            && changes_digest(&begin.host, &begin.changes) != begin.digests.changes
        {
            return Err(foreign(at, "the changes are not those of the digest that was confirmed"));
        }
        if let Event::Begin(begin) = &read.event
            && !begin.is_in_order()
        {
            return Err(foreign(at, "its steps cannot be those of a run"));
        }
        if !progress.may_follow(&read.event) {
            return Err(foreign(at, "this cannot have happened here; the line was put in or one was taken out"));
        }
        progress.take(&read.event);
        previous = digest::of_bytes(line);
        events.push(Told { at: read.at, event: read.event });
    }
    Ok((events, progress, previous))
}

/// How the run of these events began; none where there are none.
pub fn begin(events: &[Told]) -> Option<&Begin> {
    match &events.first()?.event {
        Event::Begin(begin) => Some(begin),
        _ => None,
    }
}

pub(super) fn failed(act: &'static str, path: &Path, source: std::io::Error) -> JournalError {
    JournalError::File { act, path: path.to_owned(), source }
}

pub(super) fn sync_folder(path: &Path) -> Result<(), JournalError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| failed("sync the folder of", path, source))
}
