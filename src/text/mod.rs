//! Text in, a tree with byte spans out; and byte edits that keep comments.
//!
//! Reading never fails on content: [`compose_bytes`] gives a [`Source`], a [`Tree`] where one makes sense, and every
//! [`Problem`] of the run. Nothing else in the program reads plan text again: a place in it is a JSON pointer that
//! [`Tree::locate`] turns into bytes and [`Source::position`] into a line and a column.

mod addresses;
mod apart;
mod compose;
mod conflict;
mod correct;
mod decode;
mod edit;
mod format;
mod near;
mod pointer;
mod problem;
mod read_words;
mod scalar;
mod secrets;
mod separated;
mod spelt;
mod tree;
mod unseen;

use std::ops::Range;

pub use addresses::{MASK, addresses, masked, without_addresses};
pub use apart::apart;
pub use compose::{compose, compose_bytes};
pub use conflict::{CONFLICT, RESOLVE, conflict, marks_conflict};
pub use correct::{Corrected, Correction, Uncorrected, corrected, corrected_each};
pub use decode::with_newlines;
pub use edit::{Edit, EditError, apply_edits, delete_pair, insert_after, quote, replace_scalar};
pub use format::{Order, Unformatted, formatted};
pub use near::{nearest, slip_of};
pub use pointer::{child, escape_pointer};
pub use problem::{Limits, MAX_PROBLEMS, Problem};
pub use read_words::words_as_read;
pub use secrets::{may_hold_secrets, without_secrets};
pub use separated::separator;
pub use tree::{Entry, Key, Located, Map, Nearest, Node, Tree, Value};
pub use unseen::{inert_json, is_unseen};
pub(crate) use unseen::{same_length, steers};

/// A byte range of a source in eight bytes; sources are limited to 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// The span of these bytes; ends beyond 4 GiB are cut there.
    pub fn new(start: usize, end: usize) -> Self {
        let cut = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: cut(start), end: cut(end) }
    }

    /// As a range of bytes, to slice with.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether it covers no byte, as an empty value does.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

impl From<Span> for Range<usize> {
    fn from(span: Span) -> Self {
        span.range()
    }
}

/// Where a byte is, as editors count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1; lines end at `\n`.
    pub line: usize,
    /// The column, from 1, in Unicode scalar values; a byte order mark takes none.
    pub column: usize,
}

/// Characters are counted up to every so many bytes once, so that a column costs at most this many.
const STRIDE: usize = 4096;

/// A text with its name and a table of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
    lines: Vec<u32>,
    marks: Vec<u32>,
}

impl Source {
    /// Takes the text and tables its lines.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), text.into());
        let bytes = text.as_bytes();
        let first = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut lines = vec![Span::new(first, first).start];
        lines.extend(memchr::memchr_iter(b'\n', bytes).map(|at| Span::new(at + 1, at + 1).start));
        let mut seen = 0;
        let mut marks = Vec::with_capacity(bytes.len() / STRIDE + 1);
        for chunk in bytes.chunks(STRIDE) {
            marks.push(seen);
            seen += count_chars(chunk);
        }
        Self { name, text, lines, marks }
    }

    /// What to call it in messages: a path, mostly.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many lines it has; an empty text has one.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// The line and column of a byte; a byte past the end is taken for the end.
    pub fn position(&self, byte: usize) -> Position {
        let byte = byte.min(self.text.len());
        let line = self.lines.partition_point(|&start| start as usize <= byte).max(1);
        let start = self.lines[line - 1] as usize;
        let column = self.chars_before(byte).saturating_sub(self.chars_before(start)) + 1;
        Position { line, column }
    }

    /// The bytes of a line counted from 1, without its break; none past the last line.
    pub fn line(&self, line: usize) -> Option<Range<usize>> {
        let start = *self.lines.get(line.checked_sub(1)?)? as usize;
        let end = self.lines.get(line).map_or(self.text.len(), |&next| next as usize);
        let body = self.slice(start..end);
        let body = body.strip_suffix('\n').unwrap_or(body);
        let body = body.strip_suffix('\r').unwrap_or(body);
        Some(start..start + body.len())
    }

    /// The text of a range; empty if the range is outside or cuts a character.
    pub fn slice(&self, range: impl Into<Range<usize>>) -> &str {
        self.text.get(range.into()).unwrap_or_default()
    }

    fn chars_before(&self, byte: usize) -> usize {
        let chunk = byte / STRIDE;
        let Some(&mark) = self.marks.get(chunk).or(self.marks.last()) else { return 0 };
        let from = chunk.min(self.marks.len() - 1) * STRIDE;
        (mark + count_chars(&self.text.as_bytes()[from..byte])) as usize
    }
}

/// Characters that begin in these bytes.
fn count_chars(bytes: &[u8]) -> u32 {
    let starts = if bytes.is_ascii() { bytes.len() } else { bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() };
    u32::try_from(starts).unwrap_or(u32::MAX)
}
