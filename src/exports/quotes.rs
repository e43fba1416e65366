//! The quotes of an export, held to what every reader of CSV agrees on: a cell in quotes ends with them. A reader that forgives one that
//! goes on takes what follows, other rows among it, for part of the cell.

use std::io::{self, Read};
use std::rc::Rc;

use super::decoded::Shared;
use crate::population::Damage;

/// A text whose cells in quotes end with their quotes.
pub(super) struct Quoted<R> {
    text: R,
    by: u8,
    at: Place,
    line: u64,
    /// The line in which the last cell in quotes begins.
    begins: u64,
    shared: Rc<Shared>,
}

/// Where in a row the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// A cell begins here.
    Begin,
    /// In a cell without quotes: one in it is part of it.
    Plain,
    /// Between quotes.
    Inside,
    /// After a quote between quotes: the first half of a doubled one, or the last.
    Quote,
    /// After the last quote and a blank.
    After,
}

impl<R: Read> Quoted<R> {
    /// A text with this between its cells, which begins in this line.
    pub(super) fn new(text: R, by: u8, line: u64, shared: Rc<Shared>) -> Self {
        Self { text, by, at: Place::Begin, line, begins: line, shared }
    }

    fn see(&mut self, byte: u8) -> Result<(), Damage> {
        self.line += u64::from(byte == b'\n');
        self.at = match (self.at, byte) {
            (Place::Inside, b'"') => Place::Quote,
            (Place::Inside, _) | (Place::Quote, b'"') => Place::Inside,
            (_, byte) if byte == self.by || byte == b'\n' => Place::Begin,
            (Place::Begin, b'"') => {
                self.begins = self.line;
                Place::Inside
            }
            (Place::Begin | Place::Plain, _) => Place::Plain,
            (Place::Quote | Place::After, b' ' | b'\t') => Place::After,
            (Place::Quote | Place::After, _) => return Err(goes_on(self.begins)),
        };
        Ok(())
    }
}

fn goes_on(begins: u64) -> Damage {
    let what = "a cell that begins with a quote here goes on after its closing quote: a quote in it is not doubled, or one is never closed";
    Damage::at(begins, what).help("export the file again; or double each quote that is part of a text (`\"\"`)")
}

impl<R: Read> Read for Quoted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(buffer)?;
        for byte in &buffer[..read] {
            self.see(*byte).map_err(|damage| self.shared.fail(damage))?;
        }
        Ok(read)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, Option<Damage>> {
        let shared = Rc::new(Shared::default());
        let mut all = String::new();
        let read = Quoted::new(text.as_bytes(), b';', 1, Rc::clone(&shared)).read_to_string(&mut all);
        read.map(|_| all).map_err(|_| shared.damage())
    }

    #[test]
    fn what_every_reader_takes_alike_goes_by_as_it_is() {
        for text in [
            "",
            "a;b\n1;2",
            "\"a\";\"b\"\n\"1;2\n3\";\"\"\n",
            "\"12\"\" vinyl\";x\n",
            "12\" vinyl;x \"y\"\n",
            "\"a\" ;\"b\"\t\n\"\"\"\"",
            "1; \"x\" y\n",
            "a;\"never closed\n",
        ] {
            assert_eq!(read(text).unwrap(), text);
        }
    }

    #[test]
    fn a_cell_that_goes_on_after_its_quotes_is_named_by_the_line_in_which_it_begins() {
        for (text, line) in [
            ("a;b\n1;\"VIP\" customer\n", 2),
            ("a;b\n1;\"hi\n2;\"yo\"\n3;z\n", 2),
            ("a;b\n1;2\n3;\"say \\\"hi\\\" now\"\n", 3),
            ("\"a\" \"b\"\n", 1),
        ] {
            let found = read(text).unwrap_err().unwrap();
            assert!(matches!(found, Damage::Broken { line: Some(at), .. } if at == line), "{text}: {found:?}");
        }
    }
}
