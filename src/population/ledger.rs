//! The book of a stream: its order, how many records of each kind, and the digest of its bytes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::json::{misfit, object, word};
use super::{Damage, Line};
use crate::model::digest;
use crate::model::snapshot::{End, PopulationDigest};

/// How many kinds of records a stream has at most.
const MOST_KINDS: usize = 100;

/// Kept while a stream is read or written, line by line.
#[derive(Debug, Default)]
pub struct Ledger {
    digest: Sha256,
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
        Self { repeatable: kinds, ..Self::default() }
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
        let last = self.counts.last_mut().map_or(("", self.key.as_str()), |(kind, _)| (kind.as_str(), &self.key));
        let order = last.cmp(&(kind, key));
        if order.is_gt() {
            return Err(Damage::at(line.number, "the records are not in order of kind and key"));
        }
        if order.is_eq() && !self.repeatable.contains(&kind) {
            return Err(Damage::at(line.number, format!("this `{}` record is there twice", word(kind))));
        }
        let kinds = self.counts.len();
        match self.counts.last_mut() {
            Some((last, count)) if last == kind => *count += 1,
            _ if kinds >= MOST_KINDS => {
                return Err(Damage::at(line.number, format!("it has more than {MOST_KINDS} kinds of records")));
            }
            _ => self.counts.push((kind.to_owned(), 1)),
        }
        self.key.clear();
        self.key.push_str(key);
        self.first(line.text);
        Ok(order.is_eq())
    }

    /// The last line, which must agree with the book.
    ///
    /// # Errors
    /// [`Damage`] where the counts or the digest are others.
    pub fn close(self, line: Line<'_>) -> Result<PopulationDigest, Damage> {
        let fields = object(line)?;
        let end: End = serde_json::from_value(Value::Object(fields)).map_err(|error| misfit(line.number, &error))?;
        let book = self.total();
        for kind in end.counts.keys().chain(book.counts.keys()) {
            let count = |of: &BTreeMap<String, u64>| of.get(kind).copied().unwrap_or(0);
            let (said, there) = (count(&end.counts), count(&book.counts));
            if said != there {
                let what = format!("the end record counts {said} `{}` records, and there are {there}", word(kind));
                return Err(Damage::at(line.number, what));
            }
        }
        if end.sha256 != book.sha256 {
            return Err(Damage::at(
                line.number,
                "the digest does not match: the file was changed after it was written",
            ));
        }
        Ok(book)
    }

    /// What the book says up to here.
    pub fn total(self) -> PopulationDigest {
        let sha256 = digest::hex(&self.digest.finalize());
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
