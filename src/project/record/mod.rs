//! The record's file beside the plan: read whole with its chain proven, added to line by line.

pub(crate) mod fits;
pub(crate) mod people;

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::failure::{Failure, exit};
use crate::fs::{self, Folder, bounded, open_alone};
use crate::model::digest;
use crate::model::record::{Entry, Evidence, NONE_BEFORE, Record};
use crate::text::inert_json;

use fits::still_fits;
use people::without_people;

/// The version of a record's lines.
const VERSION: u8 = 1;

/// Most bytes of a record.
pub(crate) const LIMIT: u64 = 16 << 20;

/// The record beside a plan: `x.yaml` has `x.record.ndjson`.
pub(crate) fn path_of(plan: &Path) -> PathBuf {
    plan.with_extension("record.ndjson")
}

/// Reads a record and proves its chain; an absent one is empty.
pub(crate) fn load(path: &Path) -> Result<Record, Failure> {
    parse(&text_of(path)?, path)
}

fn text_of(path: &Path) -> Result<String, Failure> {
    let text = Folder::of(path).text(path.file_name().unwrap_or_default(), LIMIT);
    Ok(text.map_err(|e| Failure::file("read", path, &e))?.unwrap_or_default())
}

fn parse(text: &str, path: &Path) -> Result<Record, Failure> {
    let mut entries = Vec::new();
    let mut previous = NONE_BEFORE.to_owned();
    // Some editors write a byte order mark before the first line.
    for (number, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
        let place = format!("`{}`, line {}", path.display(), number + 1);
        let entry: Entry = serde_json::from_str(line).map_err(|_| {
            Failure::new(exit::COULD_NOT_RUN, format!("{place}: this is not a line of a record")).help(RESTORE)
        })?;
        if entry.version != VERSION {
            let message = format!("{place}: it is of version {}, and this build reads {VERSION}", entry.version);
            return Err(Failure::new(exit::COULD_NOT_RUN, message)
                .help("read this record with a newer build, or take it from git"));
        }
        if entry.previous != previous {
            let message = format!("{place}: the chain is broken, so a line was changed, moved or removed");
            return Err(Failure::new(exit::COULD_NOT_RUN, message).help(RESTORE));
        }
        previous = digest::of_bytes(line.as_bytes());
        entries.push(Entry { sha256: previous.clone(), ..entry });
    }
    Ok(Record { entries })
}

const RESTORE: &str = "restore the record from git, or move it away and record the evidence again";

/// A line that was added to a record.
pub(crate) struct Appended {
    /// In how many of its texts an address of somebody was left out.
    pub(crate) masked: usize,
    /// Its digest, by which this machine knows it again.
    pub(crate) sha256: String,
}

/// Adds one line of evidence to a record, whole and synced, and without addresses of people.
pub(crate) fn append(path: &Path, who: &str, at: Timestamp, evidence: &Evidence) -> Result<Appended, Failure> {
    let (evidence, masked) = without_people(evidence)?;
    let failed = |e: std::io::Error| Failure::file("write", path, &e);
    // Held from here on: the line that this one follows must still be the last when it is written.
    let mut file = open_alone(path, OpenOptions::new().create(true).read(true).append(true)).map_err(failed)?;
    let text = bounded(&file, LIMIT).and_then(fs::text).map_err(failed)?;
    still_fits(&parse(&text, path)?, &evidence)?;
    let previous = text.lines().last().map_or_else(|| NONE_BEFORE.to_owned(), |line| digest::of_bytes(line.as_bytes()));
    let entry =
        Entry { version: VERSION, at: at.to_string(), who: who.to_owned(), evidence, previous, sha256: String::new() };
    let line = serde_json::to_string(&entry).map_err(|e| Failure::new(exit::COULD_NOT_RUN, e.to_string()))?;
    // It is committed, shown and looked at in a terminal.
    let line = inert_json(&line);
    let sha256 = digest::of_bytes(line.as_bytes());
    // An editor may have taken the last line's end away.
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let line = format!("{gap}{line}\n");
    if (text.len() + line.len()) as u64 > LIMIT {
        let full =
            std::io::Error::new(ErrorKind::FileTooLarge, "with this line it would be too large to be read again");
        return Err(failed(full));
    }
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(Appended { masked, sha256 })
}
