//! What is recorded of a screen: the values, and never that somebody agreed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::model::record::{Evidence, Saw, SawAll};
use crate::model::{Identity, Kind, ObjectRef, Plan, State};

use super::name_in_plan;

/// What a person saw on one screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// All objects of the kind, by name; none where that was left out.
    pub list: Option<Vec<String>>,
    /// The fields of each object.
    pub fields: BTreeMap<ObjectRef, BTreeMap<String, Value>>,
}

/// The lines that a record gets of a screen: one a list, one an object.
pub fn evidence(kind: Kind, answers: &Answers, plan: &Plan, site: (&Identity, &State), until: Date) -> Vec<Evidence> {
    let (host, state) = site;
    let screen = Some(kind.screen().to_owned());
    let until = until.to_string();
    let list = answers.list.clone().map(|names| {
        let (host, screen, until) = (host.clone(), screen.clone(), until.clone());
        Evidence::SawAll(SawAll { host, kind, names, screen, until })
    });
    let objects = answers.fields.iter().filter(|(_, fields)| !fields.is_empty()).map(|(on, fields)| {
        let mut all: Map<String, Value> = fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        // Whoever sees a field of an object that no reading has says that there is one of that name.
        let is_listed = |name: &&String| kind.key_of(name) == on.key;
        let named = answers.list.iter().flatten().find(is_listed).cloned();
        if state.get(on).is_none()
            && let Some(name) = name_in_plan(plan, on)
        {
            all.insert("name".to_owned(), json!(named.unwrap_or(name)));
        }
        let (on, host, screen, until) = (on.clone(), host.clone(), screen.clone(), until.clone());
        Evidence::Saw(Saw { host, on, fields: all, screen, until })
    });
    list.into_iter().chain(objects).collect()
}
