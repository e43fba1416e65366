//! The record's file beside the plan: read whole with its chain proven, added to line by line.

mod chain;
pub(crate) mod fits;
pub(crate) mod people;

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::failure::{Failure, exit};
use crate::fs::{self, Folder, Readers, bounded, open_alone};
use crate::model::digest;
use crate::model::record::{Entry, Evidence, Merged, NONE_BEFORE, Record};
use crate::text::{inert_json, with_newlines};

use chain::Chain;
use fits::still_fits;
use people::without_people;

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
    match Folder::of(path).read(path.file_name().unwrap_or_default(), LIMIT).and_then(readable) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(String::new()),
        text => {
            let text = text.map_err(|e| Failure::file("read", path, &e))?;
            log::info!("the record `{}`: {} bytes", path.display(), text.len());
            Ok(text)
        }
    }
}

/// A record's bytes as text, each line ended by a newline, as an editor may not have left it.
fn readable(mut bytes: Vec<u8>) -> std::io::Result<String> {
    with_newlines(&mut bytes);
    fs::utf8(bytes)
}

fn parse(text: &str, path: &Path) -> Result<Record, Failure> {
    Chain::read(chain::lines(text), path)?.record(path)
}

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
    let text = bounded(&file, LIMIT).and_then(readable).map_err(failed)?;
    still_fits(&parse(&text, path)?, &evidence)?;
    let last = chain::lines(&text).last();
    let previous = last.map_or_else(|| NONE_BEFORE.to_owned(), |line| digest::of_bytes(line.as_bytes()));
    let line = line(who, at, evidence, previous)?;
    let sha256 = digest::of_bytes(line.as_bytes());
    // An editor may have taken the last line's end away.
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let line = format!("{gap}{line}\n");
    ensure_readable(text.len() + line.len()).map_err(failed)?;
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(Appended { masked, sha256 })
}

/// What became of a record of two branches.
pub(crate) struct Joined {
    /// How many lines the record has.
    pub(crate) lines: usize,
    /// How many acknowledgements are of a verification that another branch recorded again since.
    pub(crate) void: usize,
}

/// Joins the branches of a record, byte for byte as they are, by a line of its own; none where there is one branch alone.
pub(crate) fn join(path: &Path, who: &str, at: Timestamp) -> Result<Option<Joined>, Failure> {
    let failed = |e: std::io::Error| Failure::file("write", path, &e);
    // Held until another file has taken its place: whoever waits to add a line looks for the one that is there then.
    let file = open_alone(path, OpenOptions::new().read(true).append(true)).map_err(failed)?;
    let text = bounded(&file, LIMIT).and_then(readable).map_err(failed)?;
    let mut lines = chain::lines_of_both(&text);
    let chain = Chain::read(lines.iter().copied(), path)?;
    let mut ends = chain.ends();
    if ends.len() < 2 && lines.iter().copied().eq(chain::lines(&text)) {
        return Ok(None);
    }
    let joining = match ends.pop().filter(|_| !ends.is_empty()) {
        Some(last) => line(who, at, Evidence::Merged(Merged { ends }), last)?,
        None => String::new(),
    };
    let all = lines.len();
    let void = all - chain.in_order().entries.len();
    lines.extend(Some(joining.as_str()).filter(|joining| !joining.is_empty()));
    let text = lines.join("\n") + "\n";
    ensure_readable(text.len()).map_err(failed)?;
    let name = path.file_name().unwrap_or_default();
    Folder::of(path).write(name, &text, Readers::All).map_err(failed)?;
    Ok(Some(Joined { lines: all, void }))
}

/// A line of a record. It is committed, shown and looked at in a terminal.
fn line(who: &str, at: Timestamp, evidence: Evidence, previous: String) -> Result<String, Failure> {
    let (version, at, who) = (chain::VERSION, at.to_string(), who.to_owned());
    let entry = Entry { version, at, who, evidence, previous, sha256: String::new(), line: 0 };
    let line = serde_json::to_string(&entry).map_err(|e| Failure::new(exit::COULD_NOT_RUN, e.to_string()))?;
    Ok(inert_json(&line))
}

fn ensure_readable(bytes: usize) -> std::io::Result<()> {
    if bytes as u64 <= LIMIT {
        return Ok(());
    }
    Err(std::io::Error::new(ErrorKind::FileTooLarge, "with this line it would be too large to be read again"))
}
