//! Sealing a hand-written stream: its records sorted, counted and digested.

use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value};

use super::beside::Beside;
use super::object_line::Scrutiny;
use super::review::review;
use super::snapshot_file::{LARGEST, SnapshotFile, text_of};
use super::{Population as _, SiteError, disk};
use crate::model::population::Questions;
use crate::model::snapshot::PopulationDigest;
use crate::model::text::quoted;
use crate::population::{Damage, LONGEST_LINE, Line, check, object, read_opening, sealed, take_census, word};
use crate::text::with_newlines;

/// How many lines are sealed at most. A tiny one takes some two hundred bytes of memory beside its text.
const MOST_LINES: u64 = 500_000;

/// Seals a configuration or a population: sorts, counts and digests it. An end record is not needed; blank lines go.
///
/// # Errors
/// [`Damage`] where a line is no record of the format; the line's number is the one in the text.
pub fn seal(text: &str) -> Result<String, Damage> {
    seal_with(without_mark(text), None)
}

/// Seals a file of which a person says what it holds, in place. A configuration is tied to the population that lies beside it, which must be sealed before.
///
/// # Errors
/// [`SiteError`] where the file cannot be read or written, or a line of it is no record of the format;
/// [`SiteError::Another`] where the population is another site's.
pub fn seal_file(path: &Path) -> Result<(), SiteError> {
    seal_looked_at(path, Scrutiny::ByHand)
}

/// Seals a file in place that is as this machine captured it: what machines sent beyond the format stays.
///
/// # Errors
/// As [`seal_file`].
pub fn seal_captured(path: &Path) -> Result<(), SiteError> {
    seal_looked_at(path, Scrutiny::Captured)
}

fn seal_looked_at(path: &Path, scrutiny: Scrutiny) -> Result<(), SiteError> {
    let damaged = |damage| disk::damaged(path, damage);
    let mut bytes = Vec::new();
    let read = disk::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| damaged(Damage::Read(error)))?;
    if bytes.len() as u64 > LARGEST {
        return Err(damaged(Damage::whole(format!("it is longer than {} MiB", LARGEST >> 20))));
    }
    with_newlines(&mut bytes);
    let text =
        String::from_utf8(bytes).map_err(|_| damaged(Damage::whole("it is not UTF-8").help("save it as UTF-8")))?;
    let text = without_mark(&text);
    bearable(text).map_err(damaged)?;
    let kind = first_kind(text);
    let misfits = review(text, kind == "population", scrutiny);
    if !misfits.is_empty() {
        return Err(SiteError::Misfits { path: path.to_owned(), misfits });
    }
    let beside = if kind == "snapshot" { disk::population(path) } else { None };
    let population = match beside {
        Some(beside) => {
            let first = text.lines().enumerate().map(|(index, text)| Line { number: index as u64 + 1, text });
            let first = first.into_iter().find(|line| !line.text.trim().is_empty());
            let configuration = SnapshotFile::begin(first).map_err(damaged)?;
            let first = format!(
                "finalize the population first: `plan snapshot finalize {}`",
                quoted(&beside.display().to_string())
            );
            let beside = Beside::new(beside, configuration.snapshot());
            // It opens no population of another site, so that none is tied to this configuration.
            let read = take_census(beside.open()?, &Questions::default());
            Some(read.map_err(|damage| beside.damaged(damage.instead_of_again(&first)))?.1)
        }
        None => None,
    };
    disk::replace(path, &seal_with(text, population).map_err(damaged)?)
}

/// A text without the byte order mark that some editors write before it.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Refuses a text of which one line, or all of them, would take more memory than a site's file needs: before any of it is understood.
fn bearable(text: &str) -> Result<(), Damage> {
    for (index, line) in text.lines().enumerate() {
        let number = index as u64 + 1;
        if number > MOST_LINES {
            let what = format!("it has more than {MOST_LINES} lines, so it was not written by hand");
            return Err(
                Damage::at(number, what).help("take the snapshot again: one that a machine wrote needs no `finalize`")
            );
        }
        if line.len() as u64 > LONGEST_LINE {
            return Err(Damage::at(number, format!("the line is longer than {} MiB", LONGEST_LINE >> 20)));
        }
    }
    Ok(())
}

fn seal_with(text: &str, population: Option<PopulationDigest>) -> Result<String, Damage> {
    let lines = text.lines().enumerate().map(|(index, text)| Line { number: index as u64 + 1, text });
    let mut lines = lines.filter(|line| !line.text.trim().is_empty());
    let first = lines.next();
    if first_kind(text) == "population" {
        return seal_population(first, lines);
    }
    let mut file = SnapshotFile::begin(first)?;
    for line in lines {
        let mut fields = object(line)?;
        let kind = text_of(&mut fields, "kind", line)?;
        if kind == "end" {
            file.set_more(without_book(fields));
            continue;
        }
        let key = text_of(&mut fields, "key", line)?;
        file.take(line, kind, key, fields)?;
    }
    if let Some(population) = population {
        file.set_population(population);
    }
    Ok(file.text())
}

fn seal_population<'a>(first: Option<Line<'a>>, lines: impl Iterator<Item = Line<'a>>) -> Result<String, Damage> {
    read_opening(first)?;
    let (mut records, mut more) = (Vec::new(), Map::new());
    for line in lines {
        let (kind, key) = check(line)?;
        if kind == "end" {
            more = without_book(object(line)?);
        } else {
            records.push((kind, key, line));
        }
    }
    records.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let twice =
        records.windows(2).find(|pair| pair[0].0 != "contact" && (&pair[0].0, &pair[0].1) == (&pair[1].0, &pair[1].1));
    if let Some([_, (kind, _, line)]) = twice {
        return Err(Damage::at(line.number, format!("this `{}` record is there twice", word(kind))));
    }
    let first = first.map_or("", |line| line.text);
    Ok(sealed(first, records.iter().map(|(kind, _, line)| (kind.as_str(), line.text)), more).0)
}

/// The fields of an end record beyond its counts and digest, which are made again.
fn without_book(mut fields: Map<String, Value>) -> Map<String, Value> {
    for name in ["kind", "counts", "sha256"] {
        fields.shift_remove(name);
    }
    fields
}

/// The kind that a text says it is.
fn first_kind(text: &str) -> String {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let fields: Option<Value> = serde_json::from_str(first).ok();
    fields.and_then(|fields| fields.get("kind")?.as_str().map(str::to_owned)).unwrap_or_default()
}
