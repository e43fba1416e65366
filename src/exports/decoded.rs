//! The bytes of an export as UTF-8 with one kind of line end, while they are read.

use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use crate::model::mapping::Encoding;
use crate::population::Damage;

/// The most bytes of one row: a quote that is never closed would make a row of all that follows.
const LONGEST_ROW: u64 = 1 << 20;

const UNCLOSED: &str = "look for a quote that is opened in it and never closed; or export the file again";

/// How much the reader of the rows may be ahead of the row that it gives.
pub(super) const AHEAD: usize = 1 << 16;

/// What an unclosed quote would swallow: no file has it, as a zero byte is refused.
pub(super) const END: &str = "\n\0end\n";

/// The characters 0x80 to 0x9F of Windows-1252, as the WHATWG's Encoding Standard has them; of five it says nothing.
const WINDOWS_1252: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];

/// What the reader of rows and the decoder know of each other.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Bytes that were given since the last row was taken.
    since: Cell<u64>,
    /// Why reading ended.
    damage: RefCell<Option<Damage>>,
    /// Whether it is that a row is too long.
    is_too_long: Cell<bool>,
    /// Whether the file ends with a line end.
    ends_a_line: Cell<bool>,
}

impl Shared {
    /// A row was taken.
    pub(super) fn row(&self) {
        self.since.set(0);
    }

    /// Ends reading for this reason.
    pub(super) fn fail(&self, damage: Damage) -> io::Error {
        self.damage.replace(Some(damage));
        io::ErrorKind::InvalidData.into()
    }

    /// Why reading ended, once.
    pub(super) fn damage(&self) -> Option<Damage> {
        self.damage.borrow_mut().take()
    }

    /// The same; of a row that is too long, with the line in which it begins.
    pub(super) fn damage_in(&self, begins: u64) -> Option<Damage> {
        match self.is_too_long.get() {
            true => {
                Some(Damage::at(begins, format!("the row is longer than {} MiB", LONGEST_ROW >> 20)).help(UNCLOSED))
            }
            false => self.damage(),
        }
    }

    pub(super) fn ends_a_line(&self) -> bool {
        self.ends_a_line.get()
    }
}

/// A file, decoded while it is read.
pub(super) struct Decoded<R> {
    from: R,
    form: Form,
    /// Bytes that are no whole character yet.
    partial: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    line: u64,
    after_return: bool,
    is_over: bool,
    shared: Rc<Shared>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Utf8,
    Utf16 { is_big: bool },
    Windows1252,
}

impl<R: BufRead> Decoded<R> {
    /// A file in this encoding; where none is said, by its byte order mark, else as UTF-8.
    pub(super) fn new(mut from: R, encoding: Option<Encoding>) -> io::Result<(Self, Rc<Shared>)> {
        let mut mark = Vec::new();
        from.by_ref().take(3).read_to_end(&mut mark)?;
        let (form, length) = match (&mark[..], encoding) {
            ([0xFF, 0xFE, ..], None | Some(Encoding::Utf16)) => (Form::Utf16 { is_big: false }, 2),
            ([0xFE, 0xFF, ..], None | Some(Encoding::Utf16)) => (Form::Utf16 { is_big: true }, 2),
            (_, Some(Encoding::Utf16)) => (Form::Utf16 { is_big: false }, 0),
            (_, Some(Encoding::Windows1252)) => (Form::Windows1252, 0),
            ([0xEF, 0xBB, 0xBF], _) => (Form::Utf8, 3),
            _ => (Form::Utf8, 0),
        };
        let shared = Rc::new(Shared::default());
        let partial = mark.split_off(length);
        let is_over = false;
        let decoded = Self {
            from,
            form,
            partial,
            text: Vec::new(),
            at: 0,
            line: 1,
            after_return: false,
            is_over,
            shared: Rc::clone(&shared),
        };
        Ok((decoded, shared))
    }

    fn fail(&self, damage: Damage) -> io::Error {
        self.shared.fail(damage)
    }

    /// Decodes what comes next; nothing at the end.
    fn fill(&mut self) -> io::Result<()> {
        (self.at, self.text) = (0, Vec::new());
        while self.text.is_empty() && !self.is_over {
            let chunk = self.from.fill_buf()?;
            let (length, mut bytes) = (chunk.len(), std::mem::take(&mut self.partial));
            bytes.extend_from_slice(chunk);
            self.from.consume(length);
            self.is_over = length == 0;
            let mut text = String::with_capacity(bytes.len());
            let used = match self.form {
                Form::Utf8 => self.utf8(&bytes, &mut text)?,
                Form::Utf16 { is_big } => self.utf16(&bytes, is_big, &mut text)?,
                Form::Windows1252 => self.windows1252(&bytes, &mut text)?,
            };
            self.partial = bytes.split_off(used);
            if self.is_over && !self.partial.is_empty() {
                return Err(self.fail(cut(self.line)));
            }
            self.lines(&text)?;
        }
        Ok(())
    }

    fn utf8(&self, bytes: &[u8], text: &mut String) -> io::Result<usize> {
        let (valid, wrong) = match std::str::from_utf8(bytes) {
            Ok(valid) => (valid, None),
            Err(error) => (std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(), error.error_len()),
        };
        text.push_str(valid);
        match wrong {
            None => Ok(valid.len()),
            // A zero byte before it says more of what the file is.
            Some(_) if valid.contains('\0') => Ok(valid.len()),
            Some(_) => {
                let what = format!("the byte 0x{:02X} is not UTF-8", bytes[valid.len()]);
                Err(self.fail(Damage::at(self.line_of(valid), what).help(
                    "save the file as `CSV UTF-8`; or say how its characters are written, mostly `--encoding windows-1252`, and look at \
                     a name with an accent afterwards",
                )))
            }
        }
    }

    fn utf16(&self, bytes: &[u8], is_big: bool, text: &mut String) -> io::Result<usize> {
        let units = bytes.chunks_exact(2).map(|two| match (is_big, two) {
            (true, [a, b]) => u16::from_be_bytes([*a, *b]),
            (_, [a, b]) => u16::from_le_bytes([*a, *b]),
            _ => 0,
        });
        let mut units: Vec<u16> = units.collect();
        // The other half of the last character may not have come yet.
        if units.last().is_some_and(|last| (0xD800..0xDC00).contains(last)) && !self.is_over {
            units.pop();
        }
        for unit in char::decode_utf16(units.iter().copied()) {
            match unit {
                Ok(c) => text.push(c),
                Err(_) => {
                    let damage = Damage::at(self.line_of(text), "half a character of UTF-16 stands alone");
                    return Err(self.fail(damage.help("export it again as `CSV UTF-8`")));
                }
            }
        }
        Ok(units.len() * 2)
    }

    fn windows1252(&self, bytes: &[u8], text: &mut String) -> io::Result<usize> {
        for byte in bytes {
            let c = match byte {
                0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
                byte => Some(char::from(*byte)),
            };
            match c {
                Some(c) => text.push(c),
                None => {
                    let what = format!("the byte 0x{byte:02X} is no character of Windows-1252");
                    let damage = Damage::at(self.line_of(text), what);
                    return Err(
                        self.fail(damage.help("export the file again as `CSV UTF-8`, and leave `--encoding` out"))
                    );
                }
            }
        }
        Ok(bytes.len())
    }

    fn line_of(&self, before: &str) -> u64 {
        self.line + before.replace("\r\n", "\n").matches(['\n', '\r']).count() as u64
    }

    /// Takes a text, every line of which ends in one newline afterwards.
    fn lines(&mut self, text: &str) -> io::Result<()> {
        for byte in text.bytes() {
            match byte {
                b'\n' if self.after_return => {}
                b'\n' | b'\r' => {
                    self.text.push(b'\n');
                    self.line += 1;
                }
                0 => {
                    let damage = Damage::at(self.line, "it holds a zero byte, as no CSV does");
                    return Err(self.fail(damage.help(
                        "export it again as `CSV UTF-8`; where it is UTF-16 without a byte order mark, say `--encoding utf-16`",
                    )));
                }
                byte => self.text.push(byte),
            }
            self.after_return = byte == b'\r';
        }
        Ok(())
    }
}

fn cut(line: u64) -> Damage {
    Damage::at(line, "it ends in the middle of a character: the file is cut off").help("export it again")
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            self.fill()?;
        }
        let read = buffer.len().min(self.text.len() - self.at);
        buffer[..read].copy_from_slice(&self.text[self.at..][..read]);
        self.at += read;
        if let Some(last) = buffer[..read].last() {
            self.shared.ends_a_line.set(*last == b'\n');
        }
        let since = self.shared.since.get() + read as u64;
        self.shared.since.set(since);
        if since > LONGEST_ROW + 2 * AHEAD as u64 {
            self.shared.is_too_long.set(true);
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(read)
    }
}
