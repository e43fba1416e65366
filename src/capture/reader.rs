//! A capture, read line by line and checked on the way.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::frame::{self, End, at, cut};
use super::header::Header;
use super::line::{Any, Line};
use super::lines::Lines;
use super::source::{Counted, Outcome, Source, SourceKind};
use crate::population::Damage;

/// A capture, one line at a time. Nothing that it gave counts until [`Reader::next`] has given none: only then was it whole.
pub struct Reader<R> {
    lines: Lines<R>,
    header: Header,
    current: Option<Current>,
    /// The kind of the last source, of those that this build knows.
    last: Option<SourceKind>,
    /// By kind: rows in the file, and rows that the database counted.
    counts: BTreeMap<&'static str, u64>,
    expected: BTreeMap<&'static str, u64>,
    digest: Option<String>,
}

/// The source whose lines come now.
struct Current {
    source: Source,
    rows: u64,
    /// How many rows there are, once that was said.
    expected: Option<u64>,
    /// Whether a line after the rows said it, so that none can follow.
    is_closed: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads the first line.
    ///
    /// # Errors
    /// [`Damage`] where it does not begin a capture of a format that this build reads.
    pub fn open(reader: R) -> Result<Self, Damage> {
        let mut lines = Lines::new(reader);
        let header = frame::first(&mut lines, "capture")?;
        // Of every kind, so that rows which the last line counts and which are not there are noticed.
        let counts: BTreeMap<_, _> = SourceKind::ALL.iter().map(|kind| (kind.name(), 0)).collect();
        let expected = counts.clone();
        Ok(Self { lines, header, current: None, last: None, counts, expected, digest: None })
    }

    /// What the first line says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The SHA-256 by which the capture is known; none before it was read to its end.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The next line; none once the whole capture was read and fits its last line. Lines of a kind that this build does not know are
    /// passed over.
    ///
    /// # Errors
    /// [`Damage`] where it cannot be read, is cut, out of order, damaged, or where the collector reported that it failed.
    #[allow(
        clippy::should_implement_trait,
        reason = "an iterator could be left in the middle without anybody noticing"
    )]
    pub fn next(&mut self) -> Result<Option<Line>, Damage> {
        while self.digest.is_none() {
            let Some((number, text)) = self.lines.next()? else { return Err(cut()) };
            match frame::line(number, text)? {
                Any::Unknown => {}
                Any::Header(_) => return Err(at(number, "a second capture begins here")),
                Any::Error(reported) => return Err(reported.damage(number)),
                Any::Counted(counted) => self.counted(number, &counted)?,
                Any::End(end) => self.close(number, end)?,
                Any::Line(line) => {
                    self.place(number, &line)?;
                    return Ok(Some(line));
                }
            }
        }
        Ok(None)
    }

    fn place(&mut self, number: u64, line: &Line) -> Result<(), Damage> {
        match line {
            Line::Source(source) => {
                self.source_ends(number)?;
                self.begin(number, source)
            }
            line => self.count(number, line),
        }
    }

    fn begin(&mut self, number: u64, source: &Source) -> Result<(), Damage> {
        let (kind, name) = (source.kind, source.kind.name());
        if kind != SourceKind::Unknown {
            if let Some(last) = self.last.filter(|last| *last > kind) {
                return Err(at(number, format!("a source of `{name}` comes after one of `{}`", last.name())));
            }
            let is_only = !matches!(kind, SourceKind::Option | SourceKind::Table | SourceKind::Call);
            if is_only && self.last == Some(kind) {
                return Err(at(number, format!("there is a second source of `{name}`")));
            }
            self.last = Some(kind);
        }
        if kind == SourceKind::Table && source.of.len() != 1 {
            return Err(at(number, "a source of `table` does not name one table"));
        }
        let expected = match source.outcome {
            Outcome::Read { expected, .. } => expected,
            Outcome::Unread(_) => None,
        };
        self.expect(source, expected);
        self.current = Some(Current { source: source.clone(), rows: 0, expected, is_closed: false });
        Ok(())
    }

    fn expect(&mut self, source: &Source, rows: Option<u64>) {
        if source.is_of_rows() {
            let expected = self.expected.entry(source.kind.name()).or_default();
            *expected = expected.saturating_add(rows.unwrap_or_default());
        }
    }

    /// Takes what the database counted of the source whose rows came last.
    fn counted(&mut self, number: u64, counted: &Counted) -> Result<(), Damage> {
        let name = counted.kind.name();
        let is_its = |current: &&mut Current| current.source.kind == counted.kind && current.expected.is_none();
        let Some(current) = self.current.as_mut().filter(is_its) else {
            return Err(at(number, format!("rows of `{name}` are counted, and no source of them ends here")));
        };
        (current.expected, current.is_closed) = (Some(counted.expected), true);
        let source = current.source.clone();
        self.expect(&source, Some(counted.expected));
        Ok(())
    }

    /// Holds a line of items against the source that it belongs to.
    fn count(&mut self, number: u64, line: &Line) -> Result<(), Damage> {
        let (kind, rows) = line.kind_and_rows();
        let name = kind.name();
        let Some(current) = self.current.as_mut().filter(|current| current.source.kind == kind) else {
            return Err(at(number, format!("a line of `{name}` comes before its source was named")));
        };
        if let Outcome::Unread(_) = current.source.outcome {
            return Err(at(number, format!("there is a line of `{name}`, which was not read by its source")));
        }
        if current.is_closed {
            return Err(at(number, format!("a line of `{name}` comes after its rows were counted")));
        }
        if !line.fits(&current.source) {
            return Err(at(number, format!("a line of `{name}` is not as its source names it")));
        }
        current.rows += rows;
        if let Some(expected) = current.expected.filter(|expected| current.rows > *expected) {
            return Err(at(number, format!("there are more rows of `{name}` than the {expected} of its source")));
        }
        *self.counts.entry(name).or_default() += rows;
        Ok(())
    }

    fn source_ends(&mut self, number: u64) -> Result<(), Damage> {
        let Some(Current { source, rows, expected, .. }) = self.current.take() else { return Ok(()) };
        let name = source.kind.name();
        match (&source.outcome, expected) {
            (Outcome::Read { .. }, None) if source.kind != SourceKind::Unknown => {
                Err(at(number, format!("it is not said how many rows of `{name}` there are")))
            }
            (Outcome::Read { .. }, Some(expected)) if source.has_all_rows() && rows != expected => {
                Err(at(number, format!("only {rows} of {expected} rows of `{name}` are in it")))
            }
            _ => Ok(()),
        }
    }

    fn close(&mut self, number: u64, end: End) -> Result<(), Damage> {
        self.source_ends(number)?;
        frame::close(&mut self.lines, number, &end, &self.counts, &self.expected)?;
        self.digest = Some(end.sha256);
        Ok(())
    }
}

impl Line {
    fn kind_and_rows(&self) -> (SourceKind, u64) {
        match self {
            Self::Source(source) => (source.kind, 0),
            Self::Option(_) => (SourceKind::Option, 1),
            Self::Users(rows) => (SourceKind::Users, rows.len() as u64),
            Self::UserMeta(rows) => (SourceKind::UserMeta, rows.len() as u64),
            Self::PostMeta(rows) => (SourceKind::PostMeta, rows.len() as u64),
            Self::Table(block) => (SourceKind::Table, block.rows.len() as u64),
            Self::Content(_) => (SourceKind::Content, 1),
            Self::Cron(_) => (SourceKind::Cron, 1),
            Self::Plugin(_) => (SourceKind::Plugin, 1),
            Self::Constant(_) => (SourceKind::Constant, 1),
            Self::Call(_) => (SourceKind::Call, 1),
            Self::Function(_) => (SourceKind::Function, 1),
        }
    }

    /// Whether it is of this source, and has a cell for each column.
    fn fits(&self, source: &Source) -> bool {
        match self {
            Self::Option(option) => option.scope == source.scope,
            Self::Users(rows) => rows.iter().all(|row| row.cells.len() == source.of.len()),
            Self::Table(block) => {
                source.of == [block.name.as_str()]
                    && block.scope == source.scope
                    && block.columns == source.columns
                    && block.rows.iter().all(|row| row.len() == block.columns.len())
            }
            Self::Call(call) => source.of == [call.call.as_str()],
            _ => true,
        }
    }
}
