//! How much one run may change before somebody has to say that so much is meant.

use std::collections::BTreeMap;

use crate::change::Change;
use crate::model::{Kind, State};
use crate::project::limits::{CHANGES, Limits, PERCENT};

/// Fewest objects of a kind for which a share of them means anything; octoDNS draws the line there too.
pub const FEWEST: usize = 10;

/// How much a run would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Changes of each kind of object.
    pub changes: BTreeMap<Kind, usize>,
    /// Of each kind, how many objects that the site has are altered, and how many it has.
    pub altered: BTreeMap<Kind, (usize, usize)>,
}

impl Tally {
    /// Counts changes to a site in this state. What is created counts as a change, and alters nothing.
    pub fn new(changes: &[Change], state: &State) -> Self {
        let mut tally = Self::default();
        for change in changes {
            *tally.changes.entry(change.on.kind).or_default() += 1;
            if change.before.is_some() {
                let there = || (0, state.keys(change.on.kind).len());
                tally.altered.entry(change.on.kind).or_insert_with(there).0 += 1;
            }
        }
        tally
    }

    /// The first limit that a run would exceed, if any.
    pub fn exceeds(&self, limits: &Limits) -> Option<Exceeded> {
        let count: usize = self.changes.values().sum();
        let most = limits.changes.map_or(CHANGES, |most| most.0);
        if count as u64 > most {
            let set = limits.changes.is_some();
            return Some(Exceeded { key: "limits.changes".to_owned(), most, set, count, of: None });
        }
        self.altered.iter().find_map(|(kind, &(count, there))| {
            let set = limits.percent.get(kind);
            let most = set.map_or(PERCENT, |most| most.0);
            let exceeds = there >= FEWEST && count as u128 * 100 > u128::from(most) * there as u128;
            let key = || format!("limits.percent.{kind}");
            exceeds.then(|| Exceeded { key: key(), most, set: set.is_some(), count, of: Some((*kind, there)) })
        })
    }
}

/// A limit that a run would exceed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// The key to change in `plan.toml`.
    pub key: String,
    /// Its present value.
    pub most: u64,
    /// Whether `plan.toml` says so; else it is built in.
    pub set: bool,
    /// The count that is too high.
    pub count: usize,
    /// Of which kind, and how many of it the site has; none where all changes are counted.
    pub of: Option<(Kind, usize)>,
}

impl Exceeded {
    /// What is the matter, and what to do next by this command line.
    pub fn message(&self, diff: &str) -> (String, String) {
        let Self { key, most, set, count, of } = self;
        let whence = if *set { "in plan.toml" } else { "built in" };
        let message = match of {
            None => format!("the run would make {count} changes, more than `{key}` allows: {most} ({whence})"),
            Some((kind, there)) => {
                format!(
                    "the run would change {count} of {there} objects of `{kind}`, more than `{key}` allows: {most} ({whence})"
                )
            }
        };
        let help = format!(
            "look at `{diff}`; if you want all of these changes, set `{key}` in the plan.toml that holds for the plan"
        );
        (message + ", so nothing was written", help)
    }
}
