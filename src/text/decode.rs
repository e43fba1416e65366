//! From bytes to text: encoding and characters that YAML does not allow.

use std::borrow::Cow;
use std::ops::Range;

use super::problem::{Problem, Problems};

/// The text with every stretch of foreign bytes replaced by one `U+FFFD` and reported.
pub(super) fn lossy(bytes: &[u8], problems: &mut Problems) -> String {
    let mut text = String::with_capacity(bytes.len());
    let (mut offset, mut line) = (0, 1);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        offset += chunk.valid().len();
        line += chunk.valid().bytes().filter(|&byte| byte == b'\n').count();
        let Some(&first) = chunk.invalid().first() else { continue };
        let start = text.len();
        text.push(char::REPLACEMENT_CHARACTER);
        problems.push(start..text.len(), |span| {
            let message = format!("the byte 0x{first:02X} at offset {offset}, in line {line}, is not UTF-8");
            Problem::new("not-utf8", span, message).label("not UTF-8").help("Save the file as UTF-8.")
        });
        offset += chunk.invalid().len();
    }
    text
}

/// Puts a newline in the place of each carriage return that stands alone, as old editors end lines: every byte keeps its place.
pub fn with_newlines(text: &mut [u8]) {
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'\r', &text[from..]) {
        from += at + 1;
        if text.get(from) != Some(&b'\n') {
            text[from - 1] = b'\n';
        }
    }
}

/// UTF-16 and UTF-32 by their byte order mark, or by a zero beside the first character.
pub(super) fn utf16(bytes: &[u8]) -> Option<Problem> {
    let marked = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let zero = |at: usize| bytes.get(at) == Some(&0);
    let every_other = bytes.len() >= 4 && zero(0) != zero(1) && zero(0) == zero(2) && zero(1) == zero(3);
    let three_of_four = bytes.len() >= 4 && zero(1) && zero(2) && zero(0) != zero(3);
    let zeros = every_other || three_of_four;
    (marked || zeros).then(|| {
        let message = "the file is not UTF-8 from byte offset 0, in line 1: it looks like UTF-16";
        Problem::new("not-utf8", 0..0, message).help("Save the file as UTF-8.")
    })
}

/// The text to parse: forbidden characters are reported, and replaced by harmless ones of the same length.
pub(super) fn printable<'a>(text: &'a str, problems: &mut Problems) -> Cow<'a, str> {
    // Most texts are judged at once, many bytes at a time: the bytes that a forbidden character can begin with are rare.
    let rare = |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || matches!(byte, 0x7F | 0xC2 | 0xEF);
    let mut found = forbidden(text).peekable();
    if !text.bytes().fold(false, |any, byte| any | rare(byte)) || found.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for span in found {
        out.push_str(&text[out.len()..span.start]);
        out.push_str(["_", "\u{B7}", "\u{FFFD}"][span.len() - 1]);
        problems.push(span, |span| {
            let number = text[span.clone()].chars().next().map_or(0, u32::from);
            Problem::new("control-character", span, format!("the text contains the control character U+{number:04X}"))
                .label(format!("U+{number:04X}"))
                .help("Remove the character; where a value needs it, write an escape in double quotes.")
        });
    }
    out.push_str(&text[out.len()..]);
    Cow::Owned(out)
}

/// Characters outside YAML's printable set: one, two or three bytes each.
fn forbidden(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let here = at;
            let length = match *bytes.get(here)? {
                b'\t' | b'\n' | b'\r' => 0,
                0..0x20 | 0x7F => 1,
                0xC2 if matches!(bytes.get(here + 1), Some(0x80..=0x84 | 0x86..=0x9F)) => 2,
                0xEF if matches!(bytes.get(here + 1..here + 3), Some([0xBF, 0xBE | 0xBF])) => 3,
                _ => 0,
            };
            at += length.max(1);
            if length > 0 {
                return Some(here..here + length);
            }
        }
    })
}
