//! What stands in a site's file and fits no format: no reading may take it for an absence.

use std::fmt;

/// How many are kept of one file; the others are counted.
const MOST: usize = 20;

/// What does not fit in one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The line, from 1.
    pub line: u64,
    /// The record, by kind and key, as a message shows it; empty where none may be shown.
    pub on: String,
    /// What is the matter, with the field.
    pub what: String,
    /// What to do.
    pub help: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.on.is_empty() {
            write!(f, ", {}", self.on)?;
        }
        write!(f, ": {}", self.what)
    }
}

/// What does not fit in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Misfits {
    /// The first of them.
    pub named: Vec<Misfit>,
    /// How many more there are.
    pub more: u64,
}

impl Misfits {
    /// Whether everything fits.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.named.len() as u64 + self.more
    }

    /// Each in a line, with what to do about it.
    pub fn lines(&self) -> Vec<String> {
        let more = (self.more > 0).then(|| format!("and {} more", self.more));
        self.named.iter().map(|misfit| format!("{misfit} ({})", misfit.help)).chain(more).collect()
    }

    /// The same in the order of the lines.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.named.sort_by_key(|misfit| misfit.line);
        self
    }

    /// Adds one.
    pub fn push(&mut self, misfit: Misfit) {
        if self.named.len() < MOST { self.named.push(misfit) } else { self.more += 1 }
    }

    /// Adds what was found in one record.
    pub fn found(&mut self, line: u64, on: &str, found: impl IntoIterator<Item = (String, String)>) {
        found.into_iter().for_each(|(what, help)| self.push(Misfit { line, on: on.to_owned(), what, help }));
    }
}
