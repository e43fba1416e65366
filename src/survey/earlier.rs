//! What was seen before, to be looked at again: facts that expire, and the staging copy's for live.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::model::attested::Fact;
use crate::model::facts::last_day;
use crate::model::record::{Entry, Evidence, Record};
use crate::model::state::State;
use crate::model::{Identity, Kind, ObjectRef, Snapshot};

/// What was seen before of one site: the last fact of each field and list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Earlier {
    /// Of each object the fields, each with who saw it where that is on record.
    pub fields: BTreeMap<ObjectRef, BTreeMap<String, (Value, Option<Said>)>>,
    /// Of each kind the names of its objects.
    pub lists: BTreeMap<Kind, (Vec<String>, Option<Said>)>,
}

/// Who saw something, and the last day on which that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub who: String,
    /// The last day.
    pub until: Date,
    /// The digest of the line of the record.
    pub line: String,
}

/// Who says a line, if it is a fact of this site that says when it ends.
fn said(entry: &Entry, host: &Identity, site: &Identity, until: &str) -> Option<Said> {
    let at: Timestamp = entry.at.parse().ok()?;
    let until = last_day(until, at)?;
    host.is_same_site(site).then(|| Said { who: entry.who.clone(), until, line: entry.sha256.clone() })
}

impl Earlier {
    /// What a record holds of a site, whether it still counts or not.
    pub fn of_record(record: &Record, site: &Identity) -> Self {
        let mut all = Self::default();
        for entry in &record.entries {
            match &entry.evidence {
                Evidence::Saw(saw) if saw.on.kind.is_attestable() => {
                    let Some(said) = said(entry, &saw.host, site, &saw.until) else { continue };
                    let of = all.fields.entry(saw.on.clone()).or_default();
                    of.extend(
                        saw.fields.iter().map(|(name, value)| (name.clone(), (value.clone(), Some(said.clone())))),
                    );
                }
                Evidence::SawAll(list) if list.kind.is_attestable() => {
                    let Some(said) = said(entry, &list.host, site, &list.until) else { continue };
                    all.lists.insert(list.kind, (list.names.clone(), Some(said)));
                }
                _ => {}
            }
        }
        all
    }

    /// What a reading shows, as far as it is known.
    pub fn of_reading(reading: &Snapshot) -> Self {
        let state = reading.believed();
        let mut all = Self::default();
        for on in state.places().into_iter().filter(|on| on.kind.is_attestable()) {
            let known = on.kind.attestable_fields();
            let fields = state.get(&on).map(|object| object.fields()).unwrap_or_default();
            let fields = fields.into_iter().filter(|(name, _)| known.contains(name));
            all.fields.insert(on, fields.map(|(name, value)| (name, (value, None))).collect());
        }
        let listed = Kind::BY_SCREEN.into_iter().filter(|kind| !kind.is_only() && reading.list_grade(*kind).is_known());
        all.lists = listed.map(|kind| (kind, (names(&state, kind), None))).collect();
        all
    }

    /// Only what counts no longer, or not beyond this day.
    #[must_use]
    pub fn ending_by(mut self, last: Date) -> Self {
        let ends = |said: &Option<Said>| said.as_ref().is_some_and(|said| said.until <= last);
        self.lists.retain(|_, (_, said)| ends(said));
        self.fields.values_mut().for_each(|of| of.retain(|_, (_, said)| ends(said)));
        self.fields.retain(|_, of| !of.is_empty());
        self
    }

    /// Without what a reading showed otherwise: it counts for nothing, and nobody is shown it to agree with.
    #[must_use]
    pub fn without_void(mut self, void: &BTreeMap<Fact, String>) -> Self {
        let is_void = |said: &Option<Said>, name: String| {
            said.as_ref().is_some_and(|said| void.contains_key(&Fact { line: said.line.clone(), name }))
        };
        self.lists.retain(|kind, (_, said)| !is_void(said, kind.name().to_owned()));
        for (on, of) in &mut self.fields {
            of.retain(|name, (_, said)| !is_void(said, on.to_string()) && !is_void(said, format!("{on}: {name}")));
        }
        self
    }

    /// A record without what is said here of a site: what is to be looked at again is asked for again.
    pub fn without(&self, record: &Record, site: &Identity) -> Record {
        let mut kept = record.clone();
        kept.entries.retain_mut(|entry| match &mut entry.evidence {
            Evidence::Saw(saw) if saw.host.is_same_site(site) => {
                let again: BTreeSet<&String> = self.fields.get(&saw.on).into_iter().flat_map(BTreeMap::keys).collect();
                saw.fields.retain(|name, _| !again.contains(name));
                !saw.fields.is_empty()
            }
            Evidence::SawAll(all) => !(all.host.is_same_site(site) && self.lists.contains_key(&all.kind)),
            _ => true,
        });
        kept
    }
}

/// What the objects of a kind are called: by their names where they have one.
fn names(state: &State, kind: Kind) -> Vec<String> {
    let name = |key: String| {
        let object = state.get(&ObjectRef::new(kind, key.clone()));
        let name = object.and_then(|object| object.fields().get("name").and_then(Value::as_str).map(str::to_owned));
        name.unwrap_or(key)
    };
    state.keys(kind).into_iter().map(name).collect()
}
