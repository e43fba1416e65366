//! The only sentence that plans and sites both understand: on this object, from this, to that.
//!
//! `diff` prints the list, `apply` executes it, undo runs it backwards with the sides swapped, and a file site executes
//! it with [`apply`], the same function that computed the "after". Nothing else changes a [`State`].

mod lower;
mod managed;
pub mod text;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::state::{Kind, Object};
use crate::model::{On, Plan, State, digest};

pub use lower::{Lowered, lower};
pub use managed::read;

/// One change: a compare-and-set over the managed fields of one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The object.
    pub on: On,
    /// What its managed fields must be now; null where the object must not exist.
    pub before: Option<Value>,
    /// What they will be; null only in the inverse of a creation.
    pub after: Option<Value>,
    /// Where in the plan it comes from, as a JSON pointer.
    pub cause: String,
}

impl Change {
    /// The same change backwards.
    pub fn inverse(&self) -> Self {
        Self { on: self.on.clone(), before: self.after.clone(), after: self.before.clone(), cause: self.cause.clone() }
    }
}

/// A change found something other than it expected.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{on}` is not as the change expects it")]
pub struct Conflict {
    /// The object.
    pub on: On,
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
    if found != change.before {
        return Err(conflict(found));
    }
    managed::write(state, &change.on, change.after.as_ref()).map_err(|_| conflict(found))
}

/// The changes that lead back, in the order in which they are to be run.
pub fn inverse(changes: &[Change]) -> Vec<Change> {
    changes.iter().rev().map(Change::inverse).collect()
}

/// The three digests under which a run is confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Digests {
    /// Of the plan without contacts, people and waivers.
    pub intent: String,
    /// Of the ordered list of changes and the host.
    pub changes: String,
    /// Of the configuration that the verdict or a change read.
    pub facts: String,
}

/// The digest of what the plan intends.
pub fn intent_digest(plan: &Plan) -> String {
    let intent = Plan {
        contacts: Default::default(),
        people: Default::default(),
        waive: Vec::new(),
        left_out: Default::default(),
        ..plan.clone()
    };
    digest::of(&intent)
}

/// The digest of a list of changes for one host. Causes do not count: a moved line changes nothing.
pub fn changes_digest(host: &str, changes: &[Change]) -> String {
    let list: Vec<Value> = changes.iter().map(|c| json!({"on": c.on, "before": c.before, "after": c.after})).collect();
    digest::of(&json!({"host": host, "changes": list}))
}

/// The digest of the objects of these kinds: what rules and changes read, without what nobody judges
/// (a collector's extra fields, and the webhook log's counters, which move by themselves).
pub fn facts_digest(state: &State, kinds: impl IntoIterator<Item = Kind>) -> String {
    let facts: Vec<Value> = kinds
        .into_iter()
        .flat_map(|kind| state.keys(kind).into_iter().map(move |key| On { kind, key }))
        .filter_map(|on| state.get(&on).map(|object| json!({"on": on, "is": judged(object)})))
        .collect();
    digest::of(&facts)
}

/// An object without what no rule and no change reads.
fn judged(mut object: Object) -> Value {
    match &mut object {
        Object::Administrator(o) => o.extra.clear(),
        Object::ChargingGuard(o) => o.extra.clear(),
        Object::Crm(o) => o.extra.clear(),
        Object::Emails(o) => o.extra.clear(),
        Object::Environment(o) => o.extra.clear(),
        Object::Mail(o) => o.extra.clear(),
        Object::Maintenance(o) => o.extra.clear(),
        Object::Offering(o) => {
            o.extra.clear();
            o.modules.iter_mut().flatten().for_each(|module| module.extra.clear());
        }
        Object::OptInForm(o) => o.extra.clear(),
        Object::OrderForm(o) => o.extra.clear(),
        Object::Plugin(o) => o.extra.clear(),
        Object::Tag(o) => o.extra.clear(),
        Object::Webhook(o) => {
            o.extra.clear();
            o.last_called = None;
            o.calls = None;
        }
    }
    Value::Object(object.fields())
}
