//! Records of a population in whatever order they come, put into the order of its file in a bounded amount of memory.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::record::KINDS;
use super::sort::{MakeSpill, Sorted, Sorter};
use super::{Damage, Ledger, Line};
use crate::model::population::Opening;
use crate::model::snapshot::PopulationDigest;
use crate::text::inert_json;

/// How many bytes of records are kept before they are spilled.
const ALLOWANCE: usize = 4 << 20;

/// Most bytes of records whose keys begin alike.
const MOST_ALIKE: usize = 24 << 20;

/// Takes records in any order.
pub(crate) struct Unordered(Sorter);

/// A record as it is kept: its key, the line that it came from, and its text.
type Kept = (String, u64, String);

impl Unordered {
    /// Nothing yet. `spill` makes the place for what does not fit into memory: a private file that nobody else finds.
    pub(crate) fn new(spill: MakeSpill) -> Self {
        Self(Sorter::within(spill, ALLOWANCE))
    }

    /// Takes a record of a kind of the population; `line` is where it came from, where that is worth saying.
    ///
    /// # Errors
    /// [`Damage`] where the spill cannot be written.
    pub(crate) fn push(&mut self, kind: &str, key: &str, line: u64, fields: Map<String, Value>) -> Result<(), Damage> {
        let number = KINDS.iter().position(|one| *one == kind).unwrap_or_default();
        let mut record = Map::from_iter([("kind".to_owned(), json!(kind)), ("key".to_owned(), json!(key))]);
        record.extend(fields);
        let text = inert_json(&Value::Object(record).to_string());
        let write = |out: &mut Vec<u8>| serde_json::to_writer(out, &(key, line, text)).map_err(io::Error::from);
        self.0.push(order(number, key), write).map_err(|error| failed(&error))
    }

    /// All of them, in order.
    ///
    /// # Errors
    /// [`Damage`] where the spill cannot be written or read.
    pub(crate) fn ordered(self) -> Result<Ordered, Damage> {
        Ok(Ordered(self.0.sorted().map_err(|error| failed(&error))?))
    }
}

/// What is to be said where records are not as a population has them.
pub(crate) struct Complaints<'c> {
    /// Two records of one kind and key, by the lines that they came from; none where that is the site's own fault, which a reader tells.
    pub(crate) twice: &'c dyn Fn(&str, [u64; 2]) -> Option<Damage>,
    /// What to do where too many keys begin alike.
    pub(crate) alike: &'c str,
}

/// Records in the order of a population's file.
pub(crate) struct Ordered(Sorted);

impl Ordered {
    /// Writes the population, of which only these kinds were captured.
    ///
    /// # Errors
    /// [`Damage`] where it cannot be written, or records are not as a population has them.
    pub(crate) fn write(
        mut self,
        opening: &Opening,
        is_captured: impl Fn(&str) -> bool,
        complaints: &Complaints<'_>,
        out: &mut dyn Write,
    ) -> Result<PopulationDigest, Damage> {
        let mut first = Map::from_iter([("kind".to_owned(), json!("population"))]);
        if let Ok(Value::Object(fields)) = serde_json::to_value(opening) {
            first.extend(fields);
        }
        let first = inert_json(&Value::Object(first).to_string());
        let mut ledger = Ledger::with_repeats_of(&["contact", "contact-without-user"]);
        ledger.first(&first);
        writeln!(out, "{first}")?;
        let (mut number, mut bytes) = (1, 0);
        let mut alike: Vec<Kept> = Vec::new();
        let mut of: Option<(u64, u8)> = None;
        loop {
            let next = match self.0.next().map_err(|error| failed(&error))? {
                Some((key, record)) => Some((key, read(record)?)),
                None => None,
            };
            if next.as_ref().map(|(key, _)| *key) != of {
                let kind = of.map_or("", |(key, _)| kind(key));
                // Those of one key stay in the order in which they came.
                alike.sort_by(|a, b| a.0.cmp(&b.0));
                let mut twice = alike.windows(2).filter(|pair| pair[0].0 == pair[1].0);
                if let Some(damage) = twice.find_map(|pair| (complaints.twice)(kind, [pair[0].1, pair[1].1])) {
                    return Err(damage);
                }
                for (key, _, text) in alike.drain(..) {
                    number += 1;
                    ledger.record(Line { number, text: &text }, kind, &key)?;
                    writeln!(out, "{text}")?;
                }
                bytes = 0;
            }
            let Some((key, kept)) = next else { break };
            of = Some(key);
            bytes += kept.2.len();
            if bytes > MOST_ALIKE {
                let what = "too many IDs begin with the same eight characters for the memory that `plan` allows itself";
                return Err(Damage::whole(what).help(complaints.alike));
            }
            if is_captured(kind(key.0)) {
                alike.push(kept);
            }
        }
        let total = ledger.total();
        let end = json!({"kind": "end", "counts": total.counts, "sha256": total.sha256});
        writeln!(out, "{end}")?;
        out.flush()?;
        Ok(total)
    }
}

fn failed(error: &io::Error) -> Damage {
    Damage::whole(format!("its members do not fit into memory, and the temporary file for them failed: {error}"))
        .help("free space in the folder for temporary files, or name another folder in TMPDIR")
}

fn read(record: &[u8]) -> Result<Kept, Damage> {
    serde_json::from_slice(record).map_err(|error| failed(&error.into()))
}

/// By what a record is ordered: its kind, and the first eight bytes of its key.
fn order(kind: usize, key: &str) -> (u64, u8) {
    let mut bytes = [0_u8; 9];
    bytes[0] = u8::try_from(kind).unwrap_or_default();
    key.bytes().take(8).zip(&mut bytes[1..]).for_each(|(byte, place)| *place = byte);
    let [first, rest @ ..] = bytes;
    let [a, b, c, d, e, f, g, tag] = rest;
    (u64::from_be_bytes([first, a, b, c, d, e, f, g]), tag)
}

fn kind(key: u64) -> &'static str {
    KINDS[usize::from(key.to_be_bytes()[0]).min(KINDS.len() - 1)]
}
