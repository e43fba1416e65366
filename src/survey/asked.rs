//! Which facts somebody has to give: what due rules and changes lack, and what they would ask next once they have it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::change::{Lowered, lower_on};
use crate::model::facts::{Counting, Here, day};
use crate::model::plan::SiteRole;
use crate::model::record::{Entry, Evidence, Record, Saw, SawAll};
use crate::model::state::Object;
use crate::model::{Kind, ObjectRef, Plan, Snapshot, State};
use crate::rules::{About, Inputs, Moment, judge};

use super::name_in_plan;
use super::wanted::{likely, own_names, wanted};

/// How often it is asked what is lacking next: a rule asks one fact after the other, and none as many as this.
const ROUNDS: usize = 64;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The kinds whose objects nobody listed.
    pub lists: BTreeSet<Kind>,
    /// The fields of each object, with what the plan wants of each.
    pub fields: BTreeMap<ObjectRef, BTreeMap<String, Option<Value>>>,
    /// The fields of which what the plan wants is not all that is asked, as the tags of modules.
    pub in_part: BTreeSet<(ObjectRef, String)>,
    /// What is lacking, and only another reading gives.
    pub beyond: BTreeSet<String>,
}

/// What no reading gives of what due rules and changes need, where these lines of the record count.
///
/// A rule asks one fact after the other. So that a person is asked for all of them at once, what is lacking is taken to be as the
/// plan wants it, and asked again; what was taken for true so never leaves here.
pub fn asked(inputs: &Inputs<'_>, moment: Moment, record: &Record, here: &Here) -> Asked {
    let Some(reading) = inputs.before else { return Asked::default() };
    let captured = reading.clone().without_attested();
    let now = inputs.freshness.clock;
    let counting = Counting { now, here, only_here: false, since: None, again_since: None };
    let (mut record, mut all, mut seen) = (record.clone(), Asked::default(), BTreeSet::new());
    let mut said = None;
    for _ in 0..ROUNDS {
        let laid = captured.clone().with_attested(&record, &counting);
        let said = said.get_or_insert_with(|| laid.state.clone());
        let (lowered, lacking) = lacking(inputs, moment, &laid);
        let new: Vec<About> = lacking.into_iter().filter(|about| seen.insert(about.clone())).collect();
        if new.is_empty() {
            break;
        }
        let mut fresh = BTreeSet::new();
        for about in new {
            if can_be_given(&about, &captured) {
                let supposed = all.ask((inputs.plan, &lowered, &captured, said), &about, &mut fresh);
                record.entries.extend(supposed.map(|what| entry(what, reading, now)));
            } else {
                all.beyond.insert(about.to_string());
            }
        }
    }
    all
}

/// What due rules and changes lack of a reading.
fn lacking(inputs: &Inputs<'_>, moment: Moment, laid: &Snapshot) -> (Lowered, BTreeSet<About>) {
    let place = if inputs.live { SiteRole::Live } else { SiteRole::Staging };
    let lowered = lower_on(inputs.plan, laid, place);
    let with = Inputs { before: Some(laid), after: Some(&lowered.after), changes: &lowered.changes, ..*inputs };
    let mut lacking = judge(with, moment, Vec::new()).unknown;
    for one in &lowered.not_compared {
        let fields = one.wanted.as_object().into_iter().flat_map(Map::keys);
        lacking.extend(fields.map(|field| About::Field(one.on.clone(), field.clone())));
    }
    (lowered, lacking)
}

/// Whether a person can give it: never over what was captured.
fn can_be_given(about: &About, captured: &Snapshot) -> bool {
    let kind = about.kind();
    if !kind.is_attestable() {
        return false;
    }
    let is_listed = captured.list_grade(kind).is_known() && !kind.is_only();
    match (about, about.field()) {
        (About::List(_), _) => true,
        (About::Field(on, _), Some(field)) => match captured.state.get(on) {
            Some(object) => object.fields().get(field).is_none_or(is_in_part),
            None => !is_listed,
        },
        (About::Object(_) | About::Field(..), _) => !is_listed,
    }
}

/// Whether something is missing of a value that was captured: of modules when they open, or what opens them.
fn is_in_part(captured: &Value) -> bool {
    let lacks = |module: &Value| module.is_object() && ["release", "tag"].iter().any(|part| module.get(part).is_none());
    captured.as_array().is_some_and(|all| all.iter().any(lacks))
}

impl Asked {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.fields.is_empty()
    }

    /// How many facts are asked for.
    pub fn count(&self) -> usize {
        self.lists.len() + self.fields.values().map(BTreeMap::len).sum::<usize>()
    }

    /// Notes a fact to ask for, and what it is taken to be meanwhile; `fresh` are the fields that are asked for since the last look.
    fn ask(
        &mut self,
        (plan, lowered, captured, said): (&Plan, &Lowered, &Snapshot, &State),
        about: &About,
        fresh: &mut BTreeSet<(ObjectRef, String)>,
    ) -> Option<Supposed> {
        match about {
            About::List(kind) => {
                self.lists.insert(*kind);
                Some(Supposed::List(*kind, own_names(plan, *kind).unwrap_or_default()))
            }
            // Which of its fields are asked for is seen once it is there: a field that no object has makes it one.
            About::Object(on) => {
                let there = Map::from_iter([("supposed".to_owned(), json!(true))]);
                Some(Supposed::Object(on.clone(), named(plan, on, there)))
            }
            About::Field(on, _) => {
                let field = about.field()?.to_owned();
                // What names an object is known with it.
                if field == "name" {
                    return None;
                }
                let of = self.fields.entry(on.clone()).or_default();
                let asked = (on.clone(), field.clone());
                if of.contains_key(&field) {
                    if !fresh.contains(&asked) {
                        // What the plan wants of it was not all that is asked.
                        self.in_part.insert(asked);
                    }
                    return None;
                }
                fresh.insert(asked.clone());
                let captured = captured.state.get(on).and_then(|object| object.fields().get(&field).cloned());
                // What somebody said lacks something, or it would not be asked for: the plan's wish never takes its place.
                let value = |object: Object| object.fields().get(&field).filter(|value| !value.is_null()).cloned();
                let said = said.get(on).and_then(value).filter(|_| captured.is_none());
                if said.is_some() {
                    self.in_part.insert(asked);
                }
                let wanted = said.or_else(|| wanted((plan, lowered), on, &field, captured.as_ref()));
                let value = likely(wanted.as_ref(), on, &field);
                of.insert(field.clone(), wanted);
                let fields = Map::from_iter([(field, value)]);
                let is_there = captured.is_some();
                Some(Supposed::Object(on.clone(), if is_there { fields } else { named(plan, on, fields) }))
            }
        }
    }
}

/// What is taken for true until a person says what is.
enum Supposed {
    List(Kind, Vec<String>),
    Object(ObjectRef, Map<String, Value>),
}

/// With the name of an object that has one.
fn named(plan: &Plan, on: &ObjectRef, mut fields: Map<String, Value>) -> Map<String, Value> {
    fields.extend(name_in_plan(plan, on).map(|name| ("name".to_owned(), json!(name))));
    fields
}

fn entry(what: Supposed, reading: &Snapshot, now: Timestamp) -> Entry {
    let (host, until) = (reading.header.site.clone(), day(now).to_string());
    let evidence = match what {
        Supposed::List(kind, names) => Evidence::SawAll(SawAll { host, kind, names, screen: None, until }),
        Supposed::Object(on, fields) => Evidence::Saw(Saw { host, on, fields, screen: None, until }),
    };
    let (who, none) = (String::new(), String::new());
    Entry { version: 1, at: now.to_string(), who, evidence, previous: none.clone(), sha256: none, line: 0 }
}
