//! JSON with the place of every value.

use super::{ELEMENTS, LEVELS, Node, Refused, What};
use crate::adapter::raw::Raw;

/// The value that all of a text is.
pub(super) fn parse(bytes: &[u8]) -> Result<Node, Refused> {
    // Whether it is JSON at all a kept reader says; here only places are found.
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).map_err(|_| Refused::Corrupt)?;
    let mut reader = Reader { bytes, at: 0, left: ELEMENTS };
    reader.value(LEVELS)
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
        self.blanks();
        let start = self.at;
        let what = match self.bytes.get(self.at).ok_or(Refused::Corrupt)? {
            b'"' => What::Text(self.text()?.into_bytes()),
            b'{' => What::Elements(self.members(levels, b'}')?),
            b'[' => What::Elements(self.members(levels, b']')?),
            _ => What::Scalar(self.scalar()?),
        };
        Ok(Node { range: start..self.at, what })
    }

    fn blanks(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn text(&mut self) -> Result<String, Refused> {
        let start = self.at;
        let mut at = start + 1;
        loop {
            match self.bytes.get(at).ok_or(Refused::Corrupt)? {
                b'\\' => at += 2,
                b'"' => break,
                _ => at += 1,
            }
        }
        self.at = at + 1;
        serde_json::from_slice(&self.bytes[start..self.at]).map_err(|_| Refused::Corrupt)
    }

    fn scalar(&mut self) -> Result<Raw, Refused> {
        let rest = &self.bytes[self.at..];
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b",}]".contains(byte);
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let value: serde_json::Value = serde_json::from_slice(&rest[..length]).map_err(|_| Refused::Corrupt)?;
        self.at += length;
        Raw::of(&value).ok_or(Refused::Corrupt)
    }

    fn members(&mut self, levels: usize, end: u8) -> Result<Vec<(String, Node)>, Refused> {
        self.at += 1;
        let mut all: Vec<(String, Node)> = Vec::new();
        loop {
            self.blanks();
            match self.bytes.get(self.at).ok_or(Refused::Corrupt)? {
                byte if *byte == end => break,
                b',' => self.at += 1,
                _ => {
                    let key = if end == b']' { all.len().to_string() } else { self.key()? };
                    all.push((key, self.value(levels)?));
                }
            }
        }
        self.at += 1;
        Ok(all)
    }

    fn key(&mut self) -> Result<String, Refused> {
        let key = self.text()?;
        self.blanks();
        self.at += 1;
        Ok(key)
    }
}

/// A scalar as JSON.
pub(super) fn write(raw: &Raw) -> Option<Vec<u8>> {
    Some(match raw {
        Raw::Text(text) => serde_json::to_vec(text).ok()?,
        Raw::Int(number) => number.to_string().into_bytes(),
        Raw::Flag(flag) => flag.to_string().into_bytes(),
        Raw::Null => b"null".to_vec(),
        Raw::Float(_) => return None,
    })
}

/// A new text spelt as an old one was: by its escapes of slashes and of letters beyond ASCII. None where neither spelling gives the
/// old text as it stands.
pub(super) fn text_like(old: &[u8], inner: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let (inner, new) = (std::str::from_utf8(inner).ok()?, std::str::from_utf8(new).ok()?);
    let ways = [(false, false), (true, true), (true, false), (false, true)];
    let way = ways.into_iter().find(|way| spelt(inner, *way).as_bytes() == old)?;
    Some(spelt(new, way).into_bytes())
}

/// A text as JSON, with slashes escaped and with letters beyond ASCII escaped, or not.
fn spelt(text: &str, (slashes, letters): (bool, bool)) -> String {
    let plain = serde_json::Value::from(text).to_string();
    let mut spelt = String::with_capacity(plain.len());
    for c in plain.chars() {
        match c {
            '/' if slashes => spelt.push_str("\\/"),
            c if letters && !c.is_ascii() => {
                let mut units = [0; 2];
                spelt.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            }
            c => spelt.push(c),
        }
    }
    spelt
}
