//! What a person makes on the site: changes that nothing carries out there, and what could not be compared.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::managed::{shows, value};
use super::{Change, NotCompared};
use crate::model::state::{Kind, Operation};
use crate::model::{Executor, ObjectRef};

/// The part of a plan's changes that a person makes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ByHand {
    /// Changes that nothing carries out on this site, ordered by kind and key.
    pub changes: Vec<Change>,
    /// What the plan wants and nobody could compare, in the same order.
    pub not_compared: Vec<NotCompared>,
}

/// One object that a person looks at and sets.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The object.
    pub on: &'a ObjectRef,
    /// Its managed fields as they are said to be; none where nobody knows them, or where there is no such object.
    pub before: Option<&'a Value>,
    /// What they are to be. Where nobody knows what is there, only what the plan speaks of.
    pub wanted: &'a Value,
    /// Where in the plan it comes from, as a JSON pointer.
    pub cause: &'a str,
    /// Whether it is known what is there now.
    pub is_compared: bool,
}

impl ByHand {
    /// The changes that nothing carries out, and what was not compared; and the changes that are carried out.
    pub fn split(changes: Vec<Change>, executors: &[Executor], not_compared: Vec<NotCompared>) -> (Vec<Change>, Self) {
        let is_automatic = |at: usize| executors.get(at) == Some(&Executor::Automatic);
        let (automatic, by_hand): (Vec<_>, Vec<_>) =
            changes.into_iter().enumerate().partition(|(at, _)| is_automatic(*at));
        let only = |all: Vec<(usize, Change)>| all.into_iter().map(|(_, change)| change).collect();
        (only(automatic), Self { changes: only(by_hand), not_compared })
    }

    /// Whether there is nothing for a person.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.not_compared.is_empty()
    }

    /// What there is to be done, by kind and key.
    pub fn tasks(&self) -> Vec<Task<'_>> {
        let made = self.changes.iter().filter_map(|change| {
            let (on, before, cause) = (&change.on, change.before.as_ref(), change.cause.as_str());
            Some(Task { on, before, wanted: change.after.as_ref()?, cause, is_compared: true })
        });
        let looked_at = self.not_compared.iter().map(|one| {
            let NotCompared { on, wanted, cause } = one;
            Task { on, before: None, wanted, cause, is_compared: false }
        });
        let mut tasks: Vec<Task<'_>> = made.chain(looked_at).collect();
        tasks.sort_by(|a, b| a.on.cmp(b.on));
        tasks
    }

    /// All changes of a plan, in their order, from those that are carried out.
    pub fn with<'a>(&'a self, automatic: &'a [Change]) -> Cow<'a, [Change]> {
        if self.changes.is_empty() {
            return Cow::Borrowed(automatic);
        }
        let mut all: Vec<Change> = automatic.iter().chain(&self.changes).cloned().collect();
        all.sort_by(|a, b| a.on.cmp(&b.on));
        Cow::Owned(all)
    }
}

impl Task<'_> {
    /// Which fields of what was found are not as they are to be; none where it is made. Where nobody knew a form's operations or an
    /// offering's modules, the wanted ones have to be among those that are there. `None` where a field of them is not known.
    pub fn otherwise(&self, found: &Value) -> Option<Vec<&str>> {
        let wanted = self.wanted.as_object()?;
        if self.is_unknown(found) {
            return None;
        }
        let one = |name: &str, value: &Value| json!({name: value});
        let is_as_wanted = |name: &str, wanted: &Value| match self.is_compared {
            true => shows(Some(&one(name, &found[name])), Some(&one(name, wanted))),
            false => holds(self.on.kind, name, &found[name], wanted),
        };
        Some(wanted.iter().filter(|(name, wanted)| !is_as_wanted(name, wanted)).map(|(name, _)| &**name).collect())
    }

    /// Whether what was found is what was there before. Where nobody knew what was there, it only has to be known what is there now.
    /// None where it is not.
    pub fn is_set_back(&self, found: Option<&Value>) -> Option<bool> {
        match (self.before, found) {
            (None, None) => Some(true),
            (None, Some(_)) if self.is_compared => Some(false),
            (Some(_), None) => Some(false),
            (_, Some(found)) if self.is_unknown(found) => None,
            (None, Some(_)) => Some(true),
            (Some(before), found) => Some(shows(found, Some(before))),
        }
    }

    /// Whether a field that it is about is not known.
    fn is_unknown(&self, found: &Value) -> bool {
        self.wanted.as_object().is_none_or(|wanted| wanted.keys().any(|name| found.get(name).is_none()))
    }
}

/// Whether a field holds what is wanted of it.
fn holds(kind: Kind, name: &str, found: &Value, wanted: &Value) -> bool {
    match (kind, name, found.as_array(), wanted.as_array()) {
        (Kind::OptInForm | Kind::OrderForm, "operations", Some(found), Some(wanted)) => {
            wanted.iter().all(|operation| found.contains(operation) && !is_granted(found, operation))
        }
        (Kind::Offering, "modules", Some(found), Some(wanted)) => wanted.iter().all(|timer| {
            found.iter().any(|module| ["number", "release"].iter().all(|field| module[*field] == timer[*field]))
        }),
        _ => found == wanted,
    }
}

/// Whether a form still grants at once what it is to release by its timers.
fn is_granted(found: &[Value], wanted: &Value) -> bool {
    let released = wanted.get("release").and_then(Value::as_str);
    released.is_some_and(|of| found.contains(&value(&Operation::Grant(of.to_owned()))))
}
