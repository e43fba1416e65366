//! The last step of every text to a terminal or a log of a CI system: no line of it is a command to who runs it.
//!
//! Runners take a line that begins with `::`, blanks aside, and `##[` or `##name[` anywhere, for a command. The sign that makes
//! it one is spelt out, so that it can be seen and does nothing.

use std::io::{self, Write};

/// A stream whose lines are no commands.
#[derive(Debug)]
pub struct Inert<W> {
    inner: W,
    seen: Seen,
    /// Whether a line may begin as a command does.
    commands: bool,
}

/// What of a line has gone by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// Nothing but blanks, colours, and what is not ASCII.
    Start,
    /// A sequence that steers colours, at the start.
    Color,
    /// Anything.
    Within,
    /// One `#`.
    Hash,
    /// `##`, and perhaps letters.
    Hashes,
}

/// A text that may be printed alone into the log of a runner: no line of it is a command.
pub(super) fn inert(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    // Memory takes everything, and what is put in is UTF-8.
    let _ = Inert::new(&mut out).write_all(text.as_bytes());
    String::from_utf8(out).unwrap_or_default()
}

impl<W: Write> Inert<W> {
    /// A stream over another.
    pub fn new(inner: W) -> Self {
        Self { inner, seen: Seen::Start, commands: false }
    }

    /// A stream whose lines are commands of this program's own (`output/github`): what is no line's beginning is none all the same.
    pub fn of_commands(inner: W) -> Self {
        Self { commands: true, ..Self::new(inner) }
    }
}

/// What is written for a byte, if anything but itself, and what has gone by then.
fn step(seen: Seen, byte: u8) -> (Option<&'static [u8]>, Seen) {
    match (seen, byte) {
        (_, b'\n' | b'\r') => (None, Seen::Start),
        (Seen::Start, 0x1b) => (None, Seen::Color),
        (Seen::Color, b'm') => (None, Seen::Start),
        (Seen::Color, _) => (None, Seen::Color),
        (Seen::Start, b':') => (Some(b"\\u{3a}"), Seen::Within),
        (Seen::Start, b' ' | b'\t' | 0x80..) => (None, Seen::Start),
        (Seen::Hashes, b'[') => (Some(b"\\u{5b}"), Seen::Within),
        (Seen::Hash, b'#') | (Seen::Hashes, b'#' | b'a'..=b'z' | b'A'..=b'Z') => (None, Seen::Hashes),
        (_, b'#') => (None, Seen::Hash),
        _ => (None, Seen::Within),
    }
}

impl<W: Write> Write for Inert<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut from = 0;
        for (at, byte) in bytes.iter().enumerate() {
            let (instead, seen) = step(self.seen, *byte);
            let instead = instead.filter(|_| !(self.commands && self.seen == Seen::Start));
            self.seen = seen;
            if let Some(instead) = instead {
                self.inner.write_all(&bytes[from..at])?;
                self.inner.write_all(instead)?;
                from = at + 1;
            }
        }
        self.inner.write_all(&bytes[from..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command_to_a_runner() {
        for (text, written) in [
            ("::error::x", "\\u{3a}:error::x"),
            ("a\n \t ::set-output name=a::b\n", "a\n \t \\u{3a}:set-output name=a::b\n"),
            ("a\r::stop::b", "a\r\\u{3a}:stop::b"),
            ("\u{a0}\u{3000}::error::x", "\u{a0}\u{3000}\\u{3a}:error::x"),
            ("\u{1b}[1;31m::error::\u{1b}[0m", "\u{1b}[1;31m\\u{3a}:error::\u{1b}[0m"),
            ("see ##[error]x", "see ##\\u{5b}error]x"),
            ("see ###[error]x ##vso[task.complete]", "see ###\\u{5b}error]x ##vso\\u{5b}task.complete]"),
            ("##teamcity[x]", "##teamcity\\u{5b}x]"),
        ] {
            assert_eq!(inert(text), written);
        }
        for plain in ["a::b", "# a [b]", "## A heading [b]", "#[x]", "  × rule: a\n", "[::1]:80"] {
            assert_eq!(inert(plain), plain);
        }
    }

    #[test]
    fn it_does_not_matter_where_a_text_is_cut() {
        let text = "  ::error::x ##[y]\n::z";
        let mut out = Vec::new();
        let mut stream = Inert::new(&mut out);
        text.bytes().for_each(|byte| stream.write_all(&[byte]).unwrap());
        assert_eq!(String::from_utf8(out).unwrap(), inert(text));
    }
}
