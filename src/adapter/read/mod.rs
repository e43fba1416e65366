//! What a capture says, as adapters have it: objects, each field known or unknown with its reason. Nothing is guessed.

mod ground;
mod index;
mod lacking;
mod object;
mod rule;
mod said;
mod settable;
mod spot;
mod whole;

pub use ground::Ground;
pub use object::Objects;
pub use settable::{Settable, Setting};
pub use spot::is_not_asked;
pub use whole::{Taken, take};

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value as Json;

use super::set::{Bound, Set};
use index::Index;
use lacking::Words;
use settable::Trace;

/// What is known of one thing.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// A value.
    Value(Json),
    /// That nothing is set.
    Nothing,
    /// Nothing is known, and why: to follow "it is unknown because".
    Unknown(String),
}

impl Known {
    /// Why nothing is known, where that is so.
    fn unknown(self) -> Option<String> {
        if let Self::Unknown(why) = self { Some(why) } else { None }
    }
}

/// What was found before it is said what it means that nothing is there.
#[derive(Clone, Debug, PartialEq)]
enum Found {
    Value(Json),
    /// It is known that nothing is set.
    Nothing,
    /// Nothing is there.
    Absent,
    Unknown(String),
    /// The rule does not count here.
    Skipped,
}

/// Why nothing is known of what no adapter covers.
pub const NOT_COVERED: &str = "no adapter says where it is kept";

/// A capture, seen through adapters.
pub struct View<'a> {
    ground: &'a Ground,
    set: &'a Set,
    bound: Vec<Bound<'a>>,
    lists: RefCell<BTreeMap<String, Rc<Index>>>,
    /// The lists that are being made, so that none waits for itself.
    open: RefCell<Vec<String>>,
    /// What is unknown inside of fields that are known, and why.
    notes: RefCell<BTreeSet<String>>,
    /// Words of people's rows that the adapters do not know.
    words: RefCell<Words>,
    /// Which scalars are read that may be set; none where nobody asks.
    trace: RefCell<Option<Trace>>,
}

impl<'a> View<'a> {
    /// A capture, seen through adapters.
    pub fn new(ground: &'a Ground, set: &'a Set) -> Self {
        Self {
            ground,
            set,
            bound: set.bound(),
            lists: RefCell::default(),
            open: RefCell::default(),
            notes: RefCell::default(),
            words: RefCell::default(),
            trace: RefCell::default(),
        }
    }

    /// Whether the collector was asked for all that these adapters name.
    fn is_asked<'l>(&self, of: impl IntoIterator<Item = &'l super::Loaded>) -> bool {
        let asked = &self.ground.header.request.adapters;
        of.into_iter().all(|one| asked.iter().any(|asked| asked.name == one.adapter.name && asked.sha256 == one.sha256))
    }
}

#[cfg(test)]
mod tests;
