//! Lines out of a reader, each whole, in UTF-8 and of a bearable length.

use std::io::{BufRead, Read};

use super::Damage;
use crate::text::{CONFLICT, RESOLVE, marks_conflict};

/// The longest line that is read, in bytes: a thousand times what the longest record has. As values in memory a line of JSON can take
/// two hundred times its bytes.
pub const LONGEST_LINE: u64 = 1 << 20;

/// One line, without its line end.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// Its text.
    pub text: &'a str,
}

/// The lines of a reader, one at a time in one reused buffer. What editors and git put around lines on some systems is no part of one:
/// a carriage return before its newline, and a byte order mark before the first.
#[derive(Debug)]
pub struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    number: u64,
    left: u64,
    most: u64,
}

impl<R: BufRead> Lines<R> {
    /// The lines of a stream of any length.
    pub fn new(reader: R) -> Self {
        Self::at_most(reader, u64::MAX)
    }

    /// The lines of a stream of at most so many bytes.
    pub fn at_most(reader: R, most: u64) -> Self {
        Self { reader, buffer: Vec::new(), number: 0, left: most, most }
    }

    /// The next line; none at the end.
    ///
    /// # Errors
    /// [`Damage`] where the reader fails, or the line is cut, too long or not UTF-8.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, Damage> {
        self.buffer.clear();
        self.number += 1;
        let number = self.number;
        let read = self.reader.by_ref().take(LONGEST_LINE + 1).read_until(b'\n', &mut self.buffer)? as u64;
        if read == 0 {
            return Ok(None);
        }
        let Some(left) = self.left.checked_sub(read) else {
            return Err(Damage::at(number, format!("it is longer than {} MiB", self.most >> 20))
                .help("a configuration is never that long; is this a population?"));
        };
        self.left = left;
        Ok(Some(Line { number, text: whole(&self.buffer, number)? }))
    }
}

/// What stands before the first line of a file on some systems.
pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The text of a line that was read up to its newline, or to the end of the stream, or for longer than lines are.
///
/// # Errors
/// [`Damage`] where it is cut, too long or not UTF-8.
pub(super) fn whole(read: &[u8], number: u64) -> Result<&str, Damage> {
    let Some(line) = read.strip_suffix(b"\n") else {
        return Err(if read.contains(&b'\r') {
            Damage::at(number, "its lines end in carriage returns alone, as old editors write them").help(
                "save it with the line ends of Unix (LF); a hand-written one `plan snapshot finalize FILE` writes so",
            )
        } else if read.len() as u64 > LONGEST_LINE {
            Damage::at(number, format!("the line is longer than {} MiB", LONGEST_LINE >> 20))
        } else {
            Damage::at(number, "the last line is incomplete: the file is cut off, or its last newline is missing")
        });
    };
    let text = std::str::from_utf8(line).map_err(|error| {
        Damage::at(number, format!("it is not UTF-8 (byte {} of the line)", error.valid_up_to() + 1))
            .help("save it as UTF-8; the name of a compressed file must end in `.zst` or `.gz`")
    })?;
    if marks_conflict(text) {
        return Err(Damage::at(number, CONFLICT).help(RESOLVE));
    }
    Ok(bare(number, text))
}

/// A line without what is no part of it.
fn bare(number: u64, text: &str) -> &str {
    let text = if number == 1 { text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text) } else { text };
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_a_byte_order_mark_are_no_part_of_a_line() {
        let mut lines = Lines::new("\u{feff}one\r\n\u{feff}two\r\r\n\r\n".as_bytes());
        for text in ["one", "\u{feff}two\r", ""] {
            assert_eq!(lines.next_line().unwrap().unwrap().text, text);
        }
    }

    #[test]
    fn a_line_may_be_long_but_not_endless() {
        let mut fits = vec![b'x'; LONGEST_LINE as usize];
        fits.push(b'\n');
        assert!(Lines::new(&fits[..]).next_line().unwrap().is_some());
        fits.push(b'\n');
        fits[LONGEST_LINE as usize] = b'x';
        let error = Lines::new(&fits[..]).next_line().unwrap_err();
        assert_eq!(error.to_string(), "the line is longer than 1 MiB");
    }

    #[test]
    fn a_whole_stream_has_its_limit_too() {
        let mut lines = Lines::at_most(&b"one\ntwo\n"[..], 7);
        assert_eq!(lines.next_line().unwrap().unwrap().text, "one");
        assert_eq!(lines.next_line().unwrap_err().to_string(), "it is longer than 0 MiB");
    }
}
