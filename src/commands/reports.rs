//! Reports in files: each is there whole or not at all, and takes no other file's place.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::cli::{CheckFormat, DiffFormat, Written};
use crate::failure::{Failure, exit};
use crate::fs::{self, Readers, ensure_way};
use crate::output::diff::markdown::MARK as DIFF;
use crate::output::html;
use crate::output::human::Style;
use crate::output::inert::Inert;
use crate::output::markdown::MARK;
use crate::output::masked::{Hides, Masked};

/// Most bytes of a file that may be an earlier report.
const MOST: u64 = 256 << 20;

/// The columns of what is drawn in a file.
const COLUMNS: usize = 100;

/// How what people read is drawn in a file, with no more than so many findings.
pub(super) fn style(most: usize) -> Style {
    Style { color: false, width: COLUMNS, most, hints: true }
}

/// Refuses what cannot be written, before anything is read: two reports in one file, a file that is no earlier report of that form.
pub(super) fn ensure_may_be_written<F: Form>(all: &[Written<F>]) -> Result<(), Failure> {
    for (nth, written) in all.iter().enumerate() {
        let path = written.path.display();
        if all[..nth].iter().any(|other| other.path == written.path) {
            return Err(
                Failure::new(exit::USAGE, format!("`{path}` is named for two reports")).help("give each its own file")
            );
        }
        if !is_free(written)? {
            let message = format!("`{path}` exists and is no earlier report of this form, so it is not overwritten");
            return Err(Failure::new(exit::USAGE, message).help("choose another name with `--output`, or move it away"));
        }
    }
    Ok(())
}

/// Whether nothing lies there, nothing is in it, or an earlier report.
fn is_free<F: Form>(written: &Written<F>) -> Result<bool, Failure> {
    let failed = |error: io::Error| Failure::file("write", &written.path, &error);
    match fs::read(&written.path, MOST) {
        Ok(bytes) if bytes.is_empty() => Ok(true),
        Ok(bytes) => Ok(written.format.is_report(&String::from_utf8_lossy(&bytes))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(failed(error)),
    }
}

/// A form of a report.
pub(super) trait Form: Copy {
    /// Whether a text is a report of this form, by what stands in each.
    fn is_report(self, text: &str) -> bool;

    /// Whether its lines are commands to a runner.
    fn is_for_a_runner(self) -> bool;
}

impl Form for CheckFormat {
    fn is_report(self, text: &str) -> bool {
        match self {
            // A page that quotes one is none.
            Self::Human => ending(text, "\n\n", 1).contains(" at gate `"),
            Self::Concise => ending(text, "\n", 2).contains(" at gate `"),
            Self::Markdown => text.starts_with(MARK),
            Self::Html => html::is_report(text),
            Self::Json | Self::JsonV1 | Self::JsonLines => text.contains("\"not_due\""),
            Self::Sarif => text.contains("/sarif-schema-2.1.0.json\""),
            Self::Github => text.contains("::notice file="),
            Self::Gitlab => text.trim() == "[]" || text.contains("\"check_name\""),
            Self::Junit => text.contains("<testsuites name=\"plan\""),
            Self::Rdjson => text.contains("\"diagnostics\""),
        }
    }

    fn is_for_a_runner(self) -> bool {
        self == Self::Github
    }
}

impl Form for DiffFormat {
    fn is_report(self, text: &str) -> bool {
        match self {
            Self::Human => ["\n  intent   ", "\n  facts    ", "\n  changes  "]
                .iter()
                .all(|line| ending(text, "\n\n", 1).contains(line)),
            Self::Json => text.starts_with('{') && text.contains("\"not_compared\"") && text.contains("\"digests\""),
            Self::Markdown => text.starts_with(DIFF),
            Self::Html => html::is_report(text),
        }
    }

    fn is_for_a_runner(self) -> bool {
        false
    }
}

/// The last few parts of a text.
fn ending<'a>(text: &'a str, between: &str, parts: usize) -> &'a str {
    let text = text.trim_end();
    let at = text.rmatch_indices(between).nth(parts - 1).map_or(0, |(at, _)| at);
    &text[at..]
}

/// Writes a report to its file.
pub(super) fn write<F: Form>(
    written: &Written<F>,
    masks: bool,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let hides = if masks { Hides::People } else { Hides::Secrets };
    let inert = if written.format.is_for_a_runner() { Inert::of_commands(&mut bytes) } else { Inert::new(&mut bytes) };
    let mut out = Masked::new(inert, hides);
    render(&mut out).and_then(|()| out.flush())?;
    drop(out);
    // With what somebody asked to see it is theirs alone.
    let readers = if masks { Readers::All } else { Readers::Owner };
    put(&written.path, &bytes, readers).map_err(|error| Failure::file("write", &written.path, &error))
}

fn put(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    ensure_way(path)?;
    fs::put(path, bytes, readers)
}
