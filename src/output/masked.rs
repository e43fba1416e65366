//! The first step of every text to a terminal or a file of words: what reads as somebody's address is left out of it, and so are secrets.

use std::io::{self, Write};

use crate::text::masked;

/// A stream whose lines hold no address. A line is kept back until it ends, or is asked for.
#[derive(Debug)]
pub struct Masked<W: Write> {
    inner: W,
    line: Vec<u8>,
    hides: Hides,
}

/// What is left out of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hides {
    /// Nothing: it is this program's own text.
    Nothing,
    /// Secrets, of which nobody asks to see any.
    Secrets,
    /// Those, and the addresses of people.
    People,
}

impl<W: Write> Masked<W> {
    /// A stream over another, and what of a text it leaves out.
    pub fn new(inner: W, hides: Hides) -> Self {
        Self { inner, line: Vec::new(), hides }
    }

    /// Writes what was kept back, as far as this byte.
    fn pass(&mut self, end: usize) -> io::Result<()> {
        let rest = self.line.split_off(end);
        let line = std::mem::replace(&mut self.line, rest);
        let line = String::from_utf8_lossy(&line);
        let shown = masked(&line, self.hides != Hides::People);
        self.inner.write_all(shown.as_bytes())
    }
}

impl<W: Write> Write for Masked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.hides == Hides::Nothing {
            return self.inner.write(bytes);
        }
        let kept = self.line.len();
        self.line.extend_from_slice(bytes);
        if let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') {
            self.pass(kept + end + 1)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass(self.line.len())?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for Masked<W> {
    fn drop(&mut self) {
        // Whoever has to know whether it arrived has flushed it before.
        let _ = self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_matter_where_a_text_is_cut() {
        for (hides, written) in [
            (Hides::People, "a …\n? … ?key=…\n"),
            (Hides::Secrets, "a tess@nowhere.example\n? tess@nowhere.example ?key=…\n"),
            (Hides::Nothing, "a tess@nowhere.example\n? tess@nowhere.example ?key=s\n"),
        ] {
            let mut out = Vec::new();
            let mut stream = Masked::new(&mut out, hides);
            "a tess@nowhere.example\n? tess@nowhere.example ?key=s\n"
                .bytes()
                .for_each(|byte| stream.write_all(&[byte]).unwrap());
            stream.flush().unwrap();
            drop(stream);
            assert_eq!(String::from_utf8(out).unwrap(), written);
        }
    }

    #[test]
    fn a_question_is_shown_when_it_is_asked() {
        let mut out = Vec::new();
        let mut stream = Masked::new(&mut out, Hides::People);
        write!(stream, "go on? ").unwrap();
        stream.flush().unwrap();
        assert_eq!(stream.inner, b"go on? ");
    }
}
