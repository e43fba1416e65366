//! The lines of a journal as they are read: the chain, what can have happened, and whose mark each bears.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::path::Path;

use crate::model::digest;
use crate::trust::{Key, Purpose, unmarked};

use super::{
    Event, JournalEntry, JournalError, Line, NONE_BEFORE, NOT_OURS, OPENING, Progress, UNMARKED, VERSION, failed,
};

/// A journal's bytes, and how many of them are whole lines. What stands after those was torn while it was written.
pub(super) fn load(path: &Path) -> Result<(Vec<u8>, usize), JournalError> {
    let mut text = Vec::new();
    crate::apply::open_private(path, OpenOptions::new().read(true))
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

/// What stands in a journal.
#[derive(Clone, Debug)]
pub struct Peeked {
    /// What happened.
    pub events: Vec<JournalEntry>,
    /// How far the run is.
    pub progress: Progress,
    /// Why it is not proven to be this user's and this machine's; none where it is.
    pub foreign: Option<String>,
}

pub(super) fn read_lines(text: &[u8], path: &Path, key: Option<&Key>) -> Result<(Peeked, String), JournalError> {
    let foreign =
        |at: usize, what: &str| JournalError::Foreign { path: path.to_owned(), line: at + 1, what: what.to_owned() };
    let mut events: Vec<JournalEntry> = Vec::new();
    let mut progress = Progress::default();
    let (mut previous, mut not_ours) = (NONE_BEFORE.to_owned(), None);
    let lines = text.strip_suffix(b"\n").into_iter().flat_map(|text| text.split(|byte| *byte == b'\n'));
    for (at, line) in lines.enumerate() {
        let whole = std::str::from_utf8(line).map_err(|_| foreign(at, NOT_OURS))?;
        let (text, ours) = unmarked(whole, key, Purpose::Journal);
        let read: Line = serde_json::from_str(&text).map_err(|_| foreign(at, NOT_OURS))?;
        if read.version > VERSION {
            let what = format!("version {} is newer than this tool, which reads {VERSION}", read.version);
            return Err(foreign(at, &what));
        }
        if read.previous != previous {
            return Err(foreign(at, "the chain is broken: a line was changed, moved or removed"));
        }
        if let Event::Begin(begin) = &read.event
            && begin.changes_digest() != begin.digests.changes
        {
            return Err(foreign(at, "the changes do not match the digest that was confirmed"));
        }
        if let Event::Begin(begin) = &read.event
            && !begin.has_steps_of_a_run()
        {
            return Err(foreign(at, "its steps are not the steps of a run"));
        }
        let Some(next) = progress.after(&read.event) else {
            return Err(foreign(at, "this event cannot follow the one before it: a line was inserted or removed"));
        };
        if ours && matches!(read.event, Event::Adopted { .. }) {
            not_ours = None;
        } else if !ours && not_ours.is_none() {
            not_ours = Some(whose(at, read.version, text.len() < whole.len()));
        }
        progress = next;
        previous = digest::of_bytes(line);
        events.push(JournalEntry { at: read.at, event: read.event });
    }
    Ok((Peeked { events, progress, foreign: not_ours }, previous))
}

/// Whose a line is that is not ours.
fn whose(at: usize, version: u8, marked: bool) -> String {
    let whose = match (marked, version) {
        (true, _) => "does not have the mark of this machine's key: another user or another machine wrote it",
        (false, UNMARKED) => "has no mark: an earlier build or another machine wrote it",
        (false, _) => "has no mark: another machine wrote it",
    };
    format!("its line {} {whose}", at + 1)
}
