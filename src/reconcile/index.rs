//! Who is there after: the IDs in the order of the stream, and each address as a number.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;

use crate::population::address;

/// An address as a number; 0 where there is none. Two that clash look like one address, which is a fault too many, never
/// one too few: what this number joins is never counted as the same.
pub(super) fn address_number(email: &str) -> u64 {
    let email = address(email);
    if email.is_empty() {
        return 0;
    }
    let mut hasher = DefaultHasher::new();
    email.hash(&mut hasher);
    hasher.finish().max(1)
}

/// The contacts of the side after, by their place in the stream, in a few dozen bytes each.
#[derive(Debug, Default)]
pub(super) struct Index {
    ids: String,
    ends: Vec<usize>,
    addresses: Vec<u64>,
    /// Whether a before-contact with the same ID was found.
    known: Vec<bool>,
}

impl Index {
    /// Adds the next contact; its place.
    pub(super) fn push(&mut self, id: &str, address: u64, known: bool) -> usize {
        self.ids.push_str(id);
        self.ends.push(self.ids.len());
        self.addresses.push(address);
        self.known.push(known);
        self.ends.len() - 1
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many have a before-contact with the same ID.
    pub(super) fn known(&self) -> u64 {
        self.known.iter().filter(|known| **known).count() as u64
    }

    pub(super) fn is_known(&self, at: usize) -> bool {
        self.known[at]
    }

    pub(super) fn address(&self, at: usize) -> u64 {
        self.addresses[at]
    }

    pub(super) fn id(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.ids[start..self.ends[at]]
    }

    /// The places of everybody with this ID.
    pub(super) fn with_id(&self, id: &str) -> Range<usize> {
        let bound = |below: &dyn Fn(&str) -> bool| {
            let (mut from, mut to) = (0, self.len());
            while from < to {
                let middle = from.midpoint(to);
                if below(self.id(middle)) { from = middle + 1 } else { to = middle }
            }
            from
        };
        bound(&|other| other < id)..bound(&|other| other <= id)
    }

    /// The places of everybody who has one of these addresses.
    pub(super) fn with_addresses(&self, wanted: &HashSet<u64>) -> BTreeMap<u64, Vec<usize>> {
        let mut found: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        let there = self.addresses.iter().enumerate().filter(|(_, address)| **address != 0);
        for (at, address) in there.filter(|(_, address)| wanted.contains(address)) {
            found.entry(*address).or_default().push(at);
        }
        found
    }

    /// How many contacts share their address with another one.
    pub(super) fn sharing(&self) -> u64 {
        sharing(self.addresses.clone())
    }
}

/// How many contacts share their address with another one.
pub(super) fn sharing(mut addresses: Vec<u64>) -> u64 {
    addresses.sort_unstable();
    let runs = addresses.chunk_by(|a, b| a == b).filter(|run| run[0] != 0 && run.len() > 1);
    runs.map(|run| run.len() as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_where_they_are() {
        let mut index = Index::default();
        for id in ["1", "10", "10", "2"] {
            index.push(id, address_number(" Ada@member.example"), true);
        }
        assert_eq!((index.with_id("10"), index.with_id("2"), index.with_id("11").is_empty()), (1..3, 3..4, true));
        assert_eq!(index.with_id("1"), 0..1);
        assert_eq!((index.sharing(), sharing(vec![0, 0, 1, 2, 2])), (4, 2));
        let address = address_number("ADA@member.example");
        assert_eq!(index.with_addresses(&HashSet::from([address]))[&address], [0, 1, 2, 3]);
    }
}
