//! Serialized PHP with the place of every value.

use super::{ELEMENTS, LEVELS, Node, Refused, What};
use crate::adapter::raw::Raw;

/// Whether a text is a serialized value, by how it begins.
pub(super) fn is_serialized(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii();
    match text {
        [b'N', b';'] => true,
        [b'a' | b'O' | b'C' | b'E' | b's', b':', rest @ ..] => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            digits > 0 && rest.get(digits) == Some(&b':')
        }
        [b'b' | b'i' | b'd' | b'r' | b'R', b':', rest @ ..] => rest
            .split_last()
            .is_some_and(|(last, rest)| *last == b';' && !rest.is_empty() && rest.len() <= 40 && !rest.contains(&b';')),
        _ => false,
    }
}

/// The value that all of a text is.
pub(super) fn parse(bytes: &[u8]) -> Result<Node, Refused> {
    let mut reader = Reader { bytes, at: 0, left: ELEMENTS };
    while bytes.get(reader.at).is_some_and(u8::is_ascii_whitespace) {
        reader.at += 1;
    }
    let node = reader.value(LEVELS)?;
    match bytes[reader.at..].iter().all(u8::is_ascii_whitespace) {
        true => Ok(node),
        false => Err(Refused::Corrupt),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    left: usize,
}

impl Reader<'_> {
    fn value(&mut self, levels: usize) -> Result<Node, Refused> {
        let levels = levels.checked_sub(1).ok_or(Refused::TooLarge)?;
        self.left = self.left.checked_sub(1).ok_or(Refused::TooLarge)?;
        let start = self.at;
        let what = match self.byte()? {
            b'N' => {
                self.expect(b";")?;
                What::Scalar(Raw::Null)
            }
            b'b' => match self.number(b';')?.as_str() {
                "0" => What::Scalar(Raw::Flag(false)),
                "1" => What::Scalar(Raw::Flag(true)),
                _ => return Err(Refused::Corrupt),
            },
            b'i' => What::Scalar(Raw::Int(self.number(b';')?.parse().map_err(|_| Refused::Corrupt)?)),
            b'd' => What::Scalar(Raw::Float(self.number(b';')?.parse().map_err(|_| Refused::Corrupt)?)),
            b's' => {
                let text = self.text()?;
                self.expect(b";")?;
                What::Text(text)
            }
            b'a' => What::Elements(self.elements(levels)?),
            b'O' => {
                self.text()?;
                self.elements(levels)?;
                What::Object
            }
            // An enumeration's case is one value, never to be made from what is stored.
            b'E' => {
                self.text()?;
                self.expect(b";")?;
                What::Object
            }
            b'R' | b'r' => return Err(Refused::Reference),
            // What a class writes of itself may hold references, and only the class knows.
            b'C' => return Err(Refused::Object),
            _ => return Err(Refused::Corrupt),
        };
        Ok(Node { range: start..self.at, what })
    }

    fn byte(&mut self) -> Result<u8, Refused> {
        let byte = *self.bytes.get(self.at).ok_or(Refused::Corrupt)?;
        self.at += 1;
        Ok(byte)
    }

    fn expect(&mut self, wanted: &[u8]) -> Result<(), Refused> {
        if self.bytes[self.at..].starts_with(wanted) {
            self.at += wanted.len();
            return Ok(());
        }
        Err(Refused::Corrupt)
    }

    /// What stands between `:` and an end.
    fn number(&mut self, end: u8) -> Result<String, Refused> {
        self.expect(b":")?;
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take(41).position(|byte| *byte == end).ok_or(Refused::Corrupt)?;
        let text = std::str::from_utf8(&rest[..length]).map_err(|_| Refused::Corrupt)?;
        self.at += length + 1;
        Ok(text.to_owned())
    }

    fn length(&mut self) -> Result<usize, Refused> {
        let text = self.number(b':')?;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_plain).ok_or(Refused::Corrupt)
    }

    /// `:LENGTH:"…"`.
    fn text(&mut self) -> Result<Vec<u8>, Refused> {
        let length = self.length()?;
        self.expect(b"\"")?;
        let end = self.at.checked_add(length).ok_or(Refused::Corrupt)?;
        let text = self.bytes.get(self.at..end).ok_or(Refused::Corrupt)?.to_vec();
        self.at = end;
        self.expect(b"\"")?;
        Ok(text)
    }

    /// `:COUNT:{…}`.
    fn elements(&mut self, levels: usize) -> Result<Vec<(String, Node)>, Refused> {
        let count = self.length()?;
        self.expect(b"{")?;
        let mut all = Vec::new();
        for _ in 0..count {
            let key = self.value(levels)?;
            let key = match key.what {
                What::Scalar(Raw::Int(number)) => number.to_string(),
                What::Text(text) => String::from_utf8(text).unwrap_or_else(|_| "\0".to_owned()),
                _ => return Err(Refused::Corrupt),
            };
            all.push((key, self.value(levels)?));
        }
        self.expect(b"}")?;
        Ok(all)
    }
}

/// A scalar, serialized.
pub(super) fn write(raw: &Raw) -> Option<Vec<u8>> {
    Some(match raw {
        Raw::Text(value) => text(value.as_bytes()),
        Raw::Int(number) => format!("i:{number};").into_bytes(),
        Raw::Flag(flag) => format!("b:{};", u8::from(*flag)).into_bytes(),
        Raw::Null => b"N;".to_vec(),
        Raw::Float(_) => return None,
    })
}

/// A text, serialized with its own length.
pub(super) fn text(value: &[u8]) -> Vec<u8> {
    [format!("s:{}:\"", value.len()).as_bytes(), value, b"\";"].concat()
}
