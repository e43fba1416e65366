//! Which stored scalars make a change: those of one option that adapters call writable, and what they are to be.
//!
//! What is said here is a proposal. That it makes the change, and nothing else, is proven by reading the capture as it would then be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value as Json};

use super::rule::At;
use super::spot::Spot;
use super::{Ground, View};
use crate::adapter::raw::Raw;
use crate::adapter::set::Set;
use crate::adapter::uses::Takes;
use crate::capture::Scalar;
use crate::model::adapter::Rule;
use crate::model::state::{ObjectRef, State};
use crate::text::escape_pointer;

/// What is read while it is traced.
#[derive(Debug, Default)]
pub(super) struct Trace {
    /// The object that is read.
    key: String,
    leaves: Vec<Leaf>,
}

/// A scalar in the value of an option, as a part of a field is read from it.
#[derive(Clone, Debug)]
struct Leaf {
    kind: &'static str,
    key: String,
    /// The field, and the pointer inside of it.
    field: String,
    inside: String,
    option: String,
    pointer: String,
    rule: Rule,
    raw: Raw,
}

/// What is to be set of one option.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The option.
    pub option: String,
    /// What stands at each pointer of its value then.
    pub sets: BTreeMap<String, Scalar>,
}

/// A capture in memory, and what of it may be set.
#[derive(Debug)]
pub struct Settable {
    ground: Ground,
    state: State,
    leaves: Vec<Leaf>,
}

impl Settable {
    /// What of a capture may be set.
    pub fn new(ground: Ground, set: &Set) -> Self {
        let view = View::new(&ground, set);
        view.trace.replace(Some(Trace::default()));
        let state = view.objects().state;
        let leaves = view.trace.take().unwrap_or_default().leaves;
        Self { ground, state, leaves }
    }

    /// The configuration, as far as the capture has it.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The capture.
    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// The one option in which an object has what may be set of it.
    pub fn option<'s>(&'s self, on: &'s ObjectRef) -> Option<&'s str> {
        let mut own = self.leaves_of(on).map(|leaf| leaf.option.as_str());
        let first = own.next()?;
        own.all(|other| other == first).then_some(first)
    }

    /// What is to be set for an object to have the second of these fields in the place of the first; none where that is not only scalars
    /// of one option, each of which can be put back as the very bytes that were read.
    pub fn setting(&self, on: &ObjectRef, [before, after]: [&Json; 2]) -> Option<Setting> {
        let option = self.option(on)?;
        let mut sets: BTreeMap<String, Scalar> = BTreeMap::new();
        for leaf in self.leaves_of(on) {
            let at = |fields: &'_ Json| fields.get(&leaf.field).and_then(|field| field.pointer(&leaf.inside)).cloned();
            let Some(wanted) = at(after) else { continue };
            let now = read(&leaf.rule, &leaf.raw)?;
            if now == wanted {
                continue;
            }
            let (takes, new) = (Takes::of(&leaf.rule), written(&leaf.rule, &wanted, &leaf.raw)?);
            let is_way_back = at(before).as_ref() == Some(&now) && written(&leaf.rule, &now, &leaf.raw)? == leaf.raw;
            if !is_way_back || !takes.takes(&leaf.raw) || !takes.takes(&new) {
                return None;
            }
            let new = scalar(new)?;
            if sets.insert(leaf.pointer.clone(), new.clone()).is_some_and(|other| other != new) {
                return None;
            }
        }
        (!sets.is_empty()).then(|| Setting { option: option.to_owned(), sets })
    }

    /// The same as it would be read once this was set; none where a place is not there.
    pub fn with(&self, setting: &Setting, set: &Set) -> Option<Self> {
        Some(Self::new(self.ground.with(&setting.option, &setting.sets)?, set))
    }

    /// The options in which something may be set, each once, in the order of their objects, from the one after this on.
    pub fn options_after<'s>(&'s self, option: &str) -> Vec<&'s str> {
        let mut all: Vec<&str> = Vec::new();
        for leaf in &self.leaves {
            // An object's leaves are beside each other.
            if all.last() != Some(&leaf.option.as_str()) {
                all.push(&leaf.option);
            }
        }
        let at = all.iter().position(|found| *found == option).map_or(0, |at| at + 1);
        all.rotate_left(at);
        let mut seen = BTreeSet::from([option]);
        all.retain(|found| seen.insert(found));
        all
    }

    fn leaves_of<'s>(&'s self, on: &'s ObjectRef) -> impl Iterator<Item = &'s Leaf> {
        self.leaves.iter().filter(|leaf| leaf.kind == on.kind.name() && leaf.key == on.key)
    }
}

/// What a rule reads of a scalar by itself.
fn read(rule: &Rule, raw: &Raw) -> Option<Json> {
    match rule.words.is_empty() {
        true => rule.codec.unwrap_or_default().decode(raw),
        false => rule.words.get(&raw.word()?).map(crate::model::adapter::Plain::to_json),
    }
}

/// The scalar that says this, in the form of the one that it replaces.
fn written(rule: &Rule, value: &Json, like: &Raw) -> Option<Raw> {
    if rule.words.is_empty() {
        return rule.codec.unwrap_or_default().encode(value, like);
    }
    let (word, _) = rule.words.iter().find(|(_, plain)| plain.to_json() == *value)?;
    Some(Raw::like(word, like)).filter(|raw| read(rule, raw).as_ref() == Some(value))
}

fn scalar(raw: Raw) -> Option<Scalar> {
    Some(match raw {
        Raw::Text(text) => Scalar::Text(text),
        Raw::Int(number) => Scalar::Number(Number::from(number)),
        Raw::Flag(flag) => Scalar::Boolean(flag),
        Raw::Float(_) | Raw::Null => return None,
    })
}

impl View<'_> {
    /// The object that is read from here on.
    pub(super) fn traces(&self, key: &str) {
        if let Some(trace) = &mut *self.trace.borrow_mut() {
            key.clone_into(&mut trace.key);
        }
    }

    /// A place inside of the field that is read.
    pub(super) fn inside<'v>(&self, at: &At<'v>, key: &str) -> At<'v> {
        let inside = match self.trace.borrow().is_some() {
            true => format!("{}/{}", at.inside, escape_pointer(key)),
            false => String::new(),
        };
        At { inside, ..at.clone() }
    }

    /// Notes a scalar that is read and may be set.
    pub(super) fn trace(&self, rule: &Rule, raw: &Raw, at: &At<'_>) {
        let is_plain = rule.writable
            && rule.of.is_none()
            && rule.reference.is_none()
            && rule.currency.is_none()
            && rule.operation.is_none();
        let mut trace = self.trace.borrow_mut();
        let (Some(trace), true, Some((kind, field))) = (&mut *trace, is_plain, at.of) else { return };
        let Some(Spot::In { value, at: base, .. }) = &at.spot else { return };
        let Some(option) = self.ground.option_of(value) else { return };
        trace.leaves.push(Leaf {
            kind,
            key: trace.key.clone(),
            field: field.to_owned(),
            inside: at.inside.clone(),
            option: option.to_owned(),
            pointer: format!("{base}{}", rule.at.as_deref().unwrap_or_default()),
            rule: rule.clone(),
            raw: raw.clone(),
        });
    }
}
