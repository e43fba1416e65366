//! The lines of a file of the collector, each whole and of a bearable length, with the digest of those before.

use std::io::{BufRead, Read};

use sha2::{Digest, Sha256};

use crate::model::digest::hex;
use crate::population::Damage;

/// The longest line that is read, in bytes. The collector ends one after about 1 MiB of stored text; one value more may be as large, and
/// its pointers take room too.
pub const LONGEST_LINE: u64 = 8 << 20;

/// The most bytes of one file: a thousand times what a site of ten thousand members has.
const MOST_BYTES: u64 = 64 << 30;

/// What to do about a file of the collector that cannot be used.
pub(super) const AGAIN: &str = "read the site again, or download the file again under Tools > Plan on the site";

/// Lines out of a reader, one at a time in one reused buffer.
pub(super) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    digest: Sha256,
    number: u64,
    left: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), digest: Sha256::new(), number: 0, left: MOST_BYTES }
    }

    /// The next line with its number, from 1; none at the end.
    ///
    /// # Errors
    /// [`Damage`] where the reader fails, or the line is cut, too long or not UTF-8.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &str)>, Damage> {
        self.digest.update(&self.buffer);
        self.buffer.clear();
        self.number += 1;
        let number = self.number;
        let at = |what: String| Damage::at(number, what).help(AGAIN);
        let read = self.reader.by_ref().take(LONGEST_LINE + 1).read_until(b'\n', &mut self.buffer)? as u64;
        if read == 0 {
            return Ok(None);
        }
        self.left =
            self.left.checked_sub(read).ok_or_else(|| at(format!("it is longer than {} GiB", MOST_BYTES >> 30)))?;
        if number == 1 && self.buffer.starts_with(b"PK\x03\x04") {
            return Err(at("it is a zip".to_owned()).help("unpack it, and give the file that is in it"));
        }
        let Some(line) = self.buffer.strip_suffix(b"\n") else {
            return Err(match read > LONGEST_LINE {
                true => at(format!("the line is longer than {} MiB", LONGEST_LINE >> 20)),
                false => at(CUT.to_owned()),
            });
        };
        let text = std::str::from_utf8(line)
            .map_err(|error| at(format!("it is not UTF-8 (byte {} of the line)", error.valid_up_to() + 1)))?;
        Ok(Some((number, text)))
    }

    /// The SHA-256 of all bytes before the line that was read last.
    pub(super) fn digest_before(&self) -> String {
        hex(&self.digest.clone().finalize())
    }
}

/// A file that ends before its last line does.
pub(super) const CUT: &str = "the file ends in the middle: it was cut while it was written or downloaded";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_be_long_but_not_endless() {
        let mut text = vec![b'x'; LONGEST_LINE as usize];
        text.push(b'\n');
        assert_eq!(Lines::new(&text[..]).next().unwrap().unwrap().1.len(), LONGEST_LINE as usize);
        text.insert(0, b'x');
        assert_eq!(Lines::new(&text[..]).next().unwrap_err().to_string(), "the line is longer than 8 MiB");
    }

    #[test]
    fn the_digest_is_of_what_came_before() {
        let mut lines = Lines::new(&b"abc\nd\n"[..]);
        lines.next().unwrap();
        // `printf '' | sha256sum`
        assert_eq!(lines.digest_before(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        lines.next().unwrap();
        // `printf 'abc\n' | sha256sum`
        assert_eq!(lines.digest_before(), "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb");
        assert!(lines.next().unwrap().is_none());
    }

    #[test]
    fn what_is_no_text_is_named_and_not_shown() {
        assert_eq!(
            Lines::new(&b"ab\xff\n"[..]).next().unwrap_err().to_string(),
            "it is not UTF-8 (byte 3 of the line)"
        );
        assert_eq!(Lines::new(&b"ab"[..]).next().unwrap_err().to_string(), CUT);
        assert_eq!(Lines::new(&b"PK\x03\x04\x14\0\n"[..]).next().unwrap_err().to_string(), "it is a zip");
    }
}
