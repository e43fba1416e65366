//! The book of a stream: its order, how many records of each kind, and the digest of its bytes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::json::{misfit, object, word};
use super::{Damage, Line};
use crate::model::digest;
use crate::model::snapshot::{End, PopulationDigest};

/// How many kinds of records a stream has at most.
const MOST_KINDS: usize = 100;

/// Kept while a stream is written, or read line by line.
#[derive(Debug, Default)]
pub struct Ledger {
    digest: Sha256,
    book: Book,
}

/// A book without the digest: the order of a stream, and how many records of each kind it has.
#[derive(Debug, Default)]
pub(super) struct Book {
    counts: Vec<(String, u64)>,
    key: String,
    repeatable: &'static [&'static str],
}

impl Ledger {
    /// A book in which no two records have one kind and key.
    pub fn new() -> Self {
        Self::default()
    }

    /// A book in which records of these kinds may share a key, as a site's own fault that the reader tells.
    pub fn with_repeats_of(kinds: &'static [&'static str]) -> Self {
        Self { book: Book::with_repeats_of(kinds), ..Self::default() }
    }

    /// The first line.
    pub fn first(&mut self, text: &str) {
        self.digest.update(text);
        self.digest.update(b"\n");
    }

    /// A record's line; whether it repeats the record before it.
    ///
    /// # Errors
    /// [`Damage`] where it is out of order, or there twice.
    pub fn record(&mut self, line: Line<'_>, kind: &str, key: &str) -> Result<bool, Damage> {
        let repeats = self.book.record(line.number, kind, key)?;
        self.first(line.text);
        Ok(repeats)
    }

    /// The last line, which must agree with the book.
    ///
    /// # Errors
    /// [`Damage`] where the counts or the digest are others.
    pub fn close(self, line: Line<'_>) -> Result<PopulationDigest, Damage> {
        let said = self.book.agree(line)?;
        self.book.close(line.number, &said, digest::hex(&self.digest.finalize()))
    }

    /// What the book says up to here.
    pub fn total(self) -> PopulationDigest {
        self.book.total(digest::hex(&self.digest.finalize()))
    }
}

impl Book {
    /// One in which records of these kinds may share a key.
    pub(super) fn with_repeats_of(kinds: &'static [&'static str]) -> Self {
        Self { repeatable: kinds, ..Self::default() }
    }

    /// A record, by the number of its line; whether it repeats the record before it.
    ///
    /// # Errors
    /// [`Damage`] where it is out of order, or there twice.
    pub(super) fn record(&mut self, line: u64, kind: &str, key: &str) -> Result<bool, Damage> {
        let last = self.counts.last_mut().map_or(("", self.key.as_str()), |(kind, _)| (kind.as_str(), &self.key));
        let order = last.cmp(&(kind, key));
        if order.is_gt() {
            return Err(Damage::at(line, "the records are not in order of kind and key"));
        }
        if order.is_eq() && !self.repeatable.contains(&kind) {
            return Err(Damage::at(line, format!("this `{}` record is there twice", word(kind))));
        }
        let kinds = self.counts.len();
        match self.counts.last_mut() {
            Some((last, count)) if last == kind => *count += 1,
            _ if kinds >= MOST_KINDS => {
                return Err(Damage::at(line, format!("it has more than {MOST_KINDS} kinds of records")));
            }
            _ => self.counts.push((kind.to_owned(), 1)),
        }
        self.key.clear();
        self.key.push_str(key);
        Ok(order.is_eq())
    }

    /// The last line, whose counts must agree with the book's; the digest that it says.
    ///
    /// # Errors
    /// [`Damage`] where the counts are others.
    pub(super) fn agree(&self, line: Line<'_>) -> Result<String, Damage> {
        let fields = object(line)?;
        let end: End = serde_json::from_value(Value::Object(fields)).map_err(|error| misfit(line.number, &error))?;
        let there = |kind: &str| self.counts.iter().find(|(own, _)| own == kind).map_or(0, |(_, count)| *count);
        let kinds: BTreeSet<&String> = end.counts.keys().chain(self.counts.iter().map(|(kind, _)| kind)).collect();
        for kind in kinds {
            let (said, there) = (end.counts.get(kind).copied().unwrap_or(0), there(kind));
            if said != there {
                let what = format!("the end record counts {said} `{}` records, and there are {there}", word(kind));
                return Err(Damage::at(line.number, what));
            }
        }
        Ok(end.sha256)
    }

    /// The book's counts with the digest of its lines, which must be the one that the end record says.
    ///
    /// # Errors
    /// [`Damage`] where it is another one.
    pub(super) fn close(self, end: u64, said: &str, sha256: String) -> Result<PopulationDigest, Damage> {
        if said != sha256 {
            return Err(Damage::at(end, "the digest does not match: the file was changed after it was written"));
        }
        Ok(self.total(sha256))
    }

    /// What the book says up to here, with the digest of its lines.
    fn total(self, sha256: String) -> PopulationDigest {
        PopulationDigest { counts: self.counts.into_iter().collect(), sha256 }
    }
}

/// A whole stream out of its first line and its records by kind and key, already in order; `more` are further fields
/// for the end record.
pub fn sealed<'a>(
    first: &str,
    records: impl IntoIterator<Item = (&'a str, &'a str)>,
    mut more: Map<String, Value>,
) -> (String, PopulationDigest) {
    let mut text = format!("{first}\n");
    let mut counts = BTreeMap::new();
    for (kind, line) in records {
        *counts.entry(kind.to_owned()).or_insert(0_u64) += 1;
        text.push_str(line);
        text.push('\n');
    }
    let total = PopulationDigest { counts, sha256: digest::of_bytes(text.as_bytes()) };
    let mut end = Map::from_iter([("kind".to_owned(), json!("end"))]);
    end.insert("counts".to_owned(), json!(total.counts));
    end.insert("sha256".to_owned(), json!(total.sha256));
    more.retain(|name, _| !end.contains_key(name));
    end.append(&mut more);
    text.push_str(&Value::Object(end).to_string());
    text.push('\n');
    (text, total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_has_few_kinds() {
        let mut ledger = Ledger::new();
        let mut record = |n: usize| ledger.record(Line { number: 1, text: "" }, &format!("{n:03}"), "k");
        assert!((0..MOST_KINDS).all(|n| record(n).is_ok()));
        assert_eq!(record(MOST_KINDS).unwrap_err().to_string(), "it has more than 100 kinds of records");
    }
}
