//! The only sentence that plans and sites both understand: on this object, from this, to that.
//!
//! `diff` prints the list, `apply` executes it, undo runs it backwards with the sides swapped, and a file site executes
//! it with [`apply`], the same function that computed the "after". Nothing else changes a [`State`].

mod by_hand;
mod digests;
mod drift;
mod fields;
mod intent;
mod judged;
mod lower;
mod managed;
pub mod text;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Kind, ObjectRef, State};

pub use by_hand::{ByHand, Task};
pub use digests::{
    Digests, FactsText, MOST_MARKS, Marks, changes_digest, differing, differs_in, facts_digest, marks_of,
};
pub use drift::{Apart, drift};
pub use fields::{FieldMarks, folded as folded_fields, moved_fields};
pub use intent::{intent_digest, rehearsed_digest};
pub use lower::{Lowered, NotCompared, lower, lower_on};
pub use managed::{observed, read, same, shows};

/// One change: a compare-and-set over the managed fields of one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The object.
    pub on: ObjectRef,
    /// What its managed fields must be now; null where the object must not exist.
    pub before: Option<Value>,
    /// What they will be; null only in the inverse of a creation.
    pub after: Option<Value>,
    /// Where in the plan it comes from, as a JSON pointer.
    pub cause: String,
}

impl Change {
    /// Whether both sides speak of the same fields; where one of them is that there is no such object, they do.
    fn is_of_the_same_fields(&self) -> bool {
        let fields =
            |side: &Option<Value>| side.as_ref().and_then(Value::as_object).map(|of| of.keys().cloned().collect());
        let (before, after): (Option<BTreeSet<String>>, Option<BTreeSet<String>>) =
            (fields(&self.before), fields(&self.after));
        before.zip(after).is_none_or(|(before, after)| before == after)
    }

    /// The same change backwards.
    pub fn inverse(&self) -> Self {
        Self { on: self.on.clone(), before: self.after.clone(), after: self.before.clone(), cause: self.cause.clone() }
    }
}

/// When a change is carried out on a live site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Before the window as well as in it: no member notices (inferred).
    Ahead,
    /// In the window only, while the site is in maintenance mode.
    Window,
}

impl When {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ahead => "ahead",
            Self::Window => "window",
        }
    }
}

impl Change {
    /// When it is carried out on a live site. The charging guard is right on live at any time, and a form that did not
    /// exist stands on no page yet; everything else can reach a member while the CRM still acts too (inferred).
    pub fn when(&self) -> When {
        match (self.on.kind, &self.before) {
            (Kind::ChargingGuard, _) | (Kind::OptInForm, None) => When::Ahead,
            _ => When::Window,
        }
    }
}

/// A change found something other than it expected.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{on}` is not as the change expects it")]
pub struct Conflict {
    /// The object.
    pub on: ObjectRef,
    /// What the change expected.
    pub expected: Option<Value>,
    /// What was there.
    pub found: Option<Value>,
}

/// Applies one change, or leaves the state as it was.
///
/// # Errors
/// [`Conflict`] where the managed fields are not what the change expects, or cannot be what it wants.
pub fn apply(state: &mut State, change: &Change) -> Result<(), Conflict> {
    let found = managed::read(state, &change.on);
    let conflict = |found: Option<Value>| Conflict { on: change.on.clone(), expected: change.before.clone(), found };
    if !shows(found.as_ref(), change.before.as_ref()) || !change.is_of_the_same_fields() {
        return Err(conflict(found));
    }
    managed::write(state, &change.on, change.after.as_ref()).map_err(|_| conflict(found))
}

/// The changes that lead back, in the order in which they are to be run.
pub fn inverse(changes: &[Change]) -> Vec<Change> {
    changes.iter().rev().map(Change::inverse).collect()
}
