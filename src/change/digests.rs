//! Digests of what a plan intends, of what it changes, of what that rests on: the same for values that mean the same.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::model::state::{Kind, Object, ObjectRef};
use crate::model::{Identity, State, digest};

use super::fields::{FieldMarks, field_marks};
use super::judged::judged;
use super::managed::canonical;
use super::{Change, NotCompared};

/// The three digests under which a run is confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Digests {
    /// Of the plan without contacts, people and accepted risks.
    pub intent: String,
    /// Of the ordered list of changes and the host.
    pub changes: String,
    /// Of the configuration that the verdict or a change read.
    pub facts: String,
}

/// A short digest of each object, by `kind/key`: shows which objects moved, without saying what is in them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Marks {
    /// Of each change.
    pub changes: BTreeMap<String, String>,
    /// Of each object that the verdict or a change read.
    pub facts: BTreeMap<String, String>,
    /// Of the objects that nothing read, so that it can be said that they moved; of administrators, whose names are
    /// logins, and of many of a kind, one mark for the kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<String, String>,
    /// Of every field of every object, so that it can be said which moved.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: FieldMarks,
}

/// Most objects of a kind that are marked one by one where nothing rests on them, or that a seal names.
pub const MOST_MARKS: usize = 24;

impl Marks {
    /// The marks of these changes, and of the objects of these kinds.
    pub fn new(changes: &[Change], state: &State, kinds: impl IntoIterator<Item = Kind>) -> Self {
        let kinds: BTreeSet<Kind> = kinds.into_iter().collect();
        let others = Kind::ALL.iter().copied().filter(|kind| !kinds.contains(kind));
        let (many, few): (Vec<Kind>, Vec<Kind>) =
            others.partition(|kind| *kind == Kind::Administrator || state.keys(*kind).len() > MOST_MARKS);
        let many = many.into_iter().filter(|kind| !state.keys(*kind).is_empty());
        let many = many.map(|kind| (kind.name().to_owned(), facts_digest(state, [kind])[..12].to_owned()));
        let few = judged_of(state, few).map(|(on, is)| (on.to_string(), mark(&is)));
        Self {
            changes: changes.iter().map(|change| (change.on.to_string(), mark(&sides(change)))).collect(),
            facts: judged_of(state, kinds).map(|(on, is)| (on.to_string(), mark(&is))).collect(),
            others: many.chain(few).collect(),
            fields: field_marks(state),
        }
    }
}

fn mark<T: Serialize>(value: &T) -> String {
    digest::of(value)[..12].to_owned()
}

/// The marks of the objects of a kind.
pub fn marks_of(state: &State, kind: Kind) -> BTreeMap<String, String> {
    judged_of(state, [kind]).map(|(on, is)| (on.to_string(), mark(&is))).collect()
}

/// The digest of a list of changes for one site, and of what could not be compared and is left to a person, if anything is. Causes
/// do not count: a moved line changes nothing. Who carries a change out does not either.
pub fn changes_digest(site: &Identity, changes: &[Change], not_compared: &[NotCompared]) -> String {
    let list: Vec<Value> = changes.iter().map(sides).collect();
    let mut all = json!({"host": site, "changes": list});
    if !not_compared.is_empty() {
        let wanted = |one: &NotCompared| json!({"on": one.on, "wanted": canonical(&one.wanted)});
        all["not_compared"] = not_compared.iter().map(wanted).collect();
    }
    digest::of(&all)
}

/// The objects of each kind as they are digested: what rules and changes read, without what nobody judges (a collector's
/// extra fields, and the webhook log's counters, which move by themselves).
///
/// Made while rules are still at it: which kinds count is known only when they have read.
#[derive(Debug)]
pub struct FactsText(BTreeMap<Kind, String>);

impl FactsText {
    /// Of the objects of these kinds.
    pub fn of(state: &State, kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self(kinds.into_iter().map(|kind| (kind, list(state, kind))).collect())
    }

    /// The digest of the objects of these kinds; a kind that the text was not made of has none.
    pub fn digest(&self, kinds: impl IntoIterator<Item = Kind>) -> String {
        let lists = kinds.into_iter().filter_map(|kind| self.0.get(&kind)).filter(|list| !list.is_empty());
        let mut parts = vec!["["];
        for list in lists {
            if parts.len() > 1 {
                parts.push(",");
            }
            parts.push(list);
        }
        parts.push("]");
        digest::of_parts(parts)
    }
}

/// The objects of a kind in canonical form, one after the other.
fn list(state: &State, kind: Kind) -> String {
    #[derive(Serialize)]
    struct Fact {
        is: Object,
        on: ObjectRef,
    }
    let mut list = String::new();
    for (on, is) in judged_of(state, [kind]) {
        if !list.is_empty() {
            list.push(',');
        }
        list.push_str(&digest::canonical(&Fact { is, on }));
    }
    list
}

/// The digest of the objects of these kinds.
pub fn facts_digest(state: &State, kinds: impl IntoIterator<Item = Kind> + Clone) -> String {
    FactsText::of(state, kinds.clone()).digest(kinds)
}

/// What of an object differs between two states, as far as anybody judges it: the names of its fields, never their values.
pub fn differs_in(then: &State, now: &State, on: &ObjectRef) -> String {
    let (then, now) = match (then.get(on), now.get(on)) {
        (None, _) => return "is new".to_owned(),
        (_, None) => return "is gone".to_owned(),
        (Some(then), Some(now)) => (judged(then).fields(), judged(now).fields()),
    };
    differing(&then, &now)
}

/// Which fields of an object differ, by name.
pub fn differing(then: &Map<String, Value>, now: &Map<String, Value>) -> String {
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let differs = names.into_iter().filter(|name| then.get(*name) != now.get(*name));
    format!("differs in {}", differs.map(String::as_str).collect::<Vec<_>>().join(", "))
}

fn sides(change: &Change) -> Value {
    let side = |fields: &Option<Value>| fields.as_ref().map(canonical);
    json!({"on": change.on, "before": side(&change.before), "after": side(&change.after)})
}

fn judged_of(state: &State, kinds: impl IntoIterator<Item = Kind>) -> impl Iterator<Item = (ObjectRef, Object)> {
    kinds
        .into_iter()
        .flat_map(|kind| state.keys(kind).into_iter().map(move |key| ObjectRef { kind, key }))
        .filter_map(|on| state.get(&on).map(|object| (on, judged(object))))
}
