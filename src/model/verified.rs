//! How the vendor's verification of a site stands on record: the one place that a run and the rules ask.

use super::Identity;
use super::record::{Entry, Evidence, Record};

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// None of this site is on record.
    Missing,
    /// These of its flagged lines, from 1, nobody has given a reason for.
    Unseen(Vec<usize>),
    /// Each of its flagged lines has a reason.
    Seen {
        /// How many lines it has.
        lines: usize,
        /// How many of them are flagged.
        flagged: usize,
    },
}

impl Record {
    /// How the last verification of the site of this identity stands. What is acknowledged after another verification, of
    /// whichever site, is of that one.
    pub fn verified(&self, site: &Identity) -> Verified {
        let is_here = |entry: &Entry| match &entry.evidence {
            Evidence::Verification(verification) => verification.host.is_same_site(site),
            _ => false,
        };
        let Some(at) = self.entries.iter().rposition(is_here) else { return Verified::Missing };
        let Evidence::Verification(verification) = &self.entries[at].evidence else { return Verified::Missing };
        let after = self.entries[at + 1..].iter();
        let own = after.take_while(|entry| !matches!(entry.evidence, Evidence::Verification(_)));
        let seen: Vec<usize> = own
            .filter_map(|entry| match &entry.evidence {
                Evidence::Acknowledgement(seen) => Some(seen.line),
                _ => None,
            })
            .collect();
        let flagged: Vec<usize> =
            (1..).zip(&verification.lines).filter(|(_, line)| line.flagged).map(|(number, _)| number).collect();
        let unseen: Vec<usize> = flagged.iter().copied().filter(|line| !seen.contains(line)).collect();
        if unseen.is_empty() {
            return Verified::Seen { lines: verification.lines.len(), flagged: flagged.len() };
        }
        Verified::Unseen(unseen)
    }
}
