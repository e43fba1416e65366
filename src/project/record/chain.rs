//! The chain of a record: each line follows one before it. Two that follow the same line are the evidence of two branches, and a line
//! that joins them keeps both as they are, so that each machine knows its own again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;

use crate::failure::{Failure, exit};
use crate::model::digest;
use crate::model::record::{Entry, Evidence, NONE_BEFORE, Record};
use crate::text::{CONFLICT, marks_conflict};

/// The version of a record's lines.
pub(super) const VERSION: u8 = 1;

const RESTORE: &str = "restore the record from git, or move it away and record the evidence again";

const JOIN: &str = "keep the evidence of both branches: `plan record merge --plan PLAN --who WHO`";

/// The lines of a record, each proven to follow one before it.
pub(super) struct Chain {
    /// In the order of the file.
    entries: Vec<Entry>,
    /// The lines that each follows, by their places; a line that joins branches follows more than one.
    parents: Vec<Vec<usize>>,
    /// The places of those that no other follows.
    ends: Vec<usize>,
}

/// The lines of a record's text. Some editors write a byte order mark before the first.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.strip_prefix('\u{feff}').unwrap_or(text).lines()
}

/// The lines of a record's text that git may have left a conflict in: each once, those of both sides, and none of git's own.
pub(super) fn lines_of_both(text: &str) -> Vec<&str> {
    let (mut base, mut seen, mut all) = (false, BTreeSet::new(), Vec::new());
    for line in lines(text) {
        if marks_conflict(line) {
            // Between these two git shows what was there before both.
            base = line.starts_with("|||||||");
        } else if !base && seen.insert(line) {
            all.push(line);
        }
    }
    all
}

impl Chain {
    /// Reads the lines of a record, and proves that each follows one before it.
    ///
    /// # Errors
    /// Which line is none of a record, or follows none.
    pub(super) fn read<'t>(lines: impl Iterator<Item = &'t str>, path: &Path) -> Result<Self, Failure> {
        let mut chain = Self { entries: Vec::new(), parents: Vec::new(), ends: Vec::new() };
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for (at, line) in lines.enumerate() {
            let refused = |what: &str, help: &str| {
                let message = format!("`{}`, line {}: {what}", path.display(), at + 1);
                Failure::new(exit::COULD_NOT_RUN, message).help(help)
            };
            if marks_conflict(line) {
                return Err(refused(CONFLICT, JOIN));
            }
            let entry: Entry =
                serde_json::from_str(line).map_err(|_| refused("this is not a line of a record", RESTORE))?;
            if entry.version != VERSION {
                let what = format!("it is of version {}, and this build reads {VERSION}", entry.version);
                return Err(refused(&what, "read this record with a newer build, or take it from git"));
            }
            let joined = match &entry.evidence {
                Evidence::Merged(merged) => &merged.ends[..],
                _ => &[],
            };
            let mut parents = Vec::new();
            for before in std::iter::once(&entry.previous).chain(joined) {
                match places.get(before) {
                    Some(place) => parents.push(*place),
                    None if before == NONE_BEFORE => {}
                    None => {
                        let what = "the chain is broken, so a line was changed, moved or removed";
                        return Err(refused(what, RESTORE));
                    }
                }
            }
            let sha256 = digest::of_bytes(line.as_bytes());
            if places.insert(sha256.clone(), at).is_some() {
                return Err(refused("this line is there twice", JOIN));
            }
            chain.ends.retain(|end| !parents.contains(end));
            chain.ends.push(at);
            chain.parents.push(parents);
            chain.entries.push(Entry { sha256, line: at + 1, ..entry });
        }
        Ok(chain)
    }

    /// The digests of the lines that no other follows, the last one of the file at the end.
    pub(super) fn ends(&self) -> Vec<String> {
        self.ends.iter().map(|end| self.entries[*end].sha256.clone()).collect()
    }

    /// The record of these lines.
    ///
    /// # Errors
    /// Where two branches end in it.
    pub(super) fn record(self, path: &Path) -> Result<Record, Failure> {
        let [one, other, ..] = self.ends[..] else { return Ok(self.in_order()) };
        let message = format!(
            "`{}`: two branches recorded evidence, and nothing joins them: one ends with line {}, another with line {}",
            path.display(),
            one + 1,
            other + 1
        );
        Err(Failure::new(exit::COULD_NOT_RUN, message).help(JOIN))
    }

    /// The entries by their time, and none before one that it follows: whichever order the branches have in the file. A line of the
    /// vendor's verification that was acknowledged in one branch is not one of a verification that another branch recorded since.
    pub(super) fn in_order(self) -> Record {
        let mut since: Vec<Timestamp> = Vec::new();
        for (entry, parents) in self.entries.iter().zip(&self.parents) {
            let own = entry.at.parse().unwrap_or(Timestamp::MIN);
            since.push(parents.iter().map(|parent| since[*parent]).fold(own, Ord::max));
        }
        let mut order: Vec<usize> = (0..self.entries.len()).collect();
        order.sort_by_key(|at| since[*at]);
        let (mut last, mut answers) = (None, vec![None; self.entries.len()]);
        order.retain(|at| {
            answers[*at] = match &self.entries[*at].evidence {
                Evidence::Verification(_) => {
                    last = Some(*at);
                    last
                }
                Evidence::Merged(_) => last,
                _ => self.parents[*at].first().and_then(|parent| answers[*parent]),
            };
            answers[*at] == last || !matches!(self.entries[*at].evidence, Evidence::Acknowledgement(_))
        });
        let mut entries: Vec<Option<Entry>> = self.entries.into_iter().map(Some).collect();
        Record { entries: order.into_iter().filter_map(|at| entries[at].take()).collect() }
    }
}
