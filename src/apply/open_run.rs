//! The run that is open on a site in a file, noted beside the site: whoever comes from another folder does not see its journal.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Identity, digest};
use crate::site::SiteError;
use crate::site::file::save_text;

use super::journal::{Event, JournalEntry};

/// The version of the format that this build writes.
pub const VERSION: u8 = 1;

/// Most bytes of a note: paths can be long.
const LIMIT: u64 = 1 << 15;

/// An open run, as it is noted beside its site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenRun {
    /// The format's version.
    pub version: u8,
    /// The run's id, 8 hexadecimal digits.
    pub id: String,
    /// The plan's file name.
    pub plan: String,
    /// The plan's folder, from the root.
    pub folder: String,
    /// The journal, from the root.
    pub journal: String,
    /// The site that it is on; none where an earlier build noted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Identity>,
    /// The machine on which these paths mean something.
    pub machine: String,
    /// When it began.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub since: Timestamp,
    /// Whether the barrier was passed, or is just being passed.
    pub past_the_barrier: bool,
}

impl OpenRun {
    /// The note about the run of these events; none where none began.
    pub fn of(events: &[JournalEntry], journal: &Path, past_the_barrier: bool) -> Option<Self> {
        let first = events.first()?;
        let Event::Begin(begin) = &first.event else { return None };
        let folder = journal.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
        Some(Self {
            version: VERSION,
            id: id(events)?,
            plan: begin.plan.clone(),
            folder: folder.display().to_string(),
            journal: journal.display().to_string(),
            site: Some(begin.host.clone()),
            machine: super::lock::machine(),
            since: first.at,
            past_the_barrier,
        })
    }

    /// Whether it is of the run of these events.
    pub fn is_of(&self, events: &[JournalEntry]) -> bool {
        id(events).is_some_and(|id| id == self.id)
    }

    /// Its plan.
    pub fn plan(&self) -> PathBuf {
        Path::new(&self.folder).join(&self.plan)
    }
}

/// The id of the run of these events; none where none began.
fn id(events: &[JournalEntry]) -> Option<String> {
    let first = events.first()?;
    let Event::Begin(begin) = &first.event else { return None };
    let named = format!("{} {} {} {}", first.at, begin.plan, begin.host, begin.digests.changes);
    Some(digest::of_bytes(named.as_bytes())[..8].to_owned())
}

/// What is noted here; none where nothing is.
///
/// # Errors
/// Whatever the file system says; what is no note that this build reads is refused.
pub fn read(path: &Path) -> io::Result<Option<OpenRun>> {
    let mut text = String::new();
    match super::open_private(path, OpenOptions::new().read(true)) {
        Ok(file) => file.take(LIMIT).read_to_string(&mut text)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let invalid = |what: &str| io::Error::new(ErrorKind::InvalidData, what);
    let run: OpenRun = serde_json::from_str(&text).map_err(|_| invalid("it is not a note of an open run"))?;
    if run.version > VERSION {
        return Err(invalid("it was written by a newer build than this one"));
    }
    // It is typed into a command line by whoever gives the run up.
    if run.id.len() != 8 || !run.id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(invalid("it is not a note of an open run: its id is not 8 hexadecimal digits"));
    }
    Ok(Some(run))
}

/// Writes a note, whole or not at all.
///
/// # Errors
/// [`SiteError::File`] where it cannot be written.
pub fn write(path: &Path, run: &OpenRun) -> Result<(), SiteError> {
    save_text(path, &(serde_json::to_string(run).unwrap_or_default() + "\n"))
}
