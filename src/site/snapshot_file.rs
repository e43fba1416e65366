//! A configuration as lines of JSON: reading it whole, and writing it with every untouched line as it was.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::object_line::{
    NAMED, Scrutiny, named, natural, not_understood, read_object, said_of_sources, sources, strange_header,
    strange_kind, unnatural,
};
use crate::model::keyed::key_with_id;
use crate::model::snapshot::PopulationDigest;
use crate::model::state::{Kind, Object};
use crate::model::{Header, ObjectRef, Snapshot, State};
use crate::population::{Damage, Ledger, Line, Lines, misfit, object, opening, sealed, shown, was_read_at, word};
use crate::text::inert_json;

/// How many bytes of configuration are read at most, unpacked: a hundred times what the largest site has. Of a packed file they say how
/// much memory its reading takes.
pub const LARGEST: u64 = 64 << 20;

/// How many records are read at most: a hundred times what the largest site has. A tiny one takes some five hundred bytes of memory.
const MOST_RECORDS: u64 = 100_000;

/// The record that ties a configuration to its population.
const POPULATION: &str = "population";

/// A configuration with the lines that it was read from.
#[derive(Clone, Debug)]
pub struct SnapshotFile {
    snapshot: Snapshot,
    first: String,
    /// Lines by kind and key, those of unknown kinds among them.
    lines: BTreeMap<(String, String), String>,
    /// The end record's fields beyond this format.
    more: Map<String, Value>,
}

impl SnapshotFile {
    /// Reads a configuration.
    ///
    /// # Errors
    /// [`Damage`] where it cannot be read, or is not a whole configuration in a format that this build reads.
    pub fn read<R: BufRead>(reader: R) -> Result<Self, Damage> {
        Self::read_keeping(reader, true)
    }

    /// Reads a configuration that is not to be written again.
    ///
    /// # Errors
    /// As [`SnapshotFile::read`].
    pub fn read_only<R: BufRead>(reader: R) -> Result<Snapshot, Damage> {
        Ok(Self::read_keeping(reader, false)?.into_snapshot())
    }

    fn read_keeping<R: BufRead>(reader: R, keep: bool) -> Result<Self, Damage> {
        let mut lines = Lines::at_most(reader, LARGEST);
        let first = lines.next_line()?;
        let mut file = Self::begin(first)?;
        let mut ledger = Ledger::with_repeats_of(&NAMED);
        ledger.first(&file.first);
        while let Some(line) = lines.next_line()? {
            few_enough(line)?;
            let mut fields = object(line)?;
            let kind = text_of(&mut fields, "kind", line)?;
            if kind == "end" {
                file.snapshot.sha256 = ledger.close(line)?.sha256;
                file.more = fields;
                return match lines.next_line()? {
                    None => Ok(file),
                    Some(line) => Err(Damage::at(line.number, "there is more after the end record")),
                };
            }
            let key = text_of(&mut fields, "key", line)?;
            ledger.record(line, &kind, &key)?;
            let stands = file.understand(line, &kind, &key, fields)?;
            if keep {
                file.lines.insert((kind, stands), line.text.to_owned());
            }
        }
        Err(Damage::whole("it has no end record: the file is cut off"))
    }

    /// A configuration that was never a file.
    pub fn new(snapshot: Snapshot) -> Self {
        let first = inert_json(&tagged("snapshot", None, &snapshot.header).to_string());
        let population = snapshot.population.as_ref().map(|digest| {
            let line = tagged(POPULATION, Some(POPULATION), digest).to_string();
            ((POPULATION.to_owned(), POPULATION.to_owned()), line)
        });
        let mut file = Self { snapshot, first, lines: population.into_iter().collect(), more: Map::new() };
        let state = std::mem::take(&mut file.snapshot.state);
        file.lines = file.lines_with(&state);
        file.snapshot.state = state;
        file
    }

    /// The configuration.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The configuration, without its lines.
    pub fn into_snapshot(self) -> Snapshot {
        self.snapshot
    }

    /// The file's text. For a file that was read, the lines that were read.
    pub fn text(&self) -> String {
        self.text_with(&self.snapshot.state)
    }

    /// The file's text with this state in place of its own: the line of every object that is the same in both, and of
    /// every record of another kind, is copied byte for byte.
    pub fn text_with(&self, state: &State) -> String {
        let lines = self.lines_with(state);
        let records = lines.iter().map(|((kind, _), line)| (kind.as_str(), line.as_str()));
        sealed(&self.first, records, self.more.clone()).0
    }

    /// What the first line says, whether or not its time is one.
    pub(super) fn header(first: Option<Line<'_>>) -> Result<Header, Damage> {
        let fields = opening(first, "snapshot")?;
        serde_json::from_value(fields.into()).map_err(|error| misfit(1, &error))
    }

    /// A file with a first line and no record.
    pub(super) fn begin(first: Option<Line<'_>>) -> Result<Self, Damage> {
        let header = Self::header(first)?;
        was_read_at(&header.taken_at, "site was")?;
        let first = first.map_or("", |line| line.text).to_owned();
        let mut snapshot = Snapshot::new(header, State::default(), None);
        snapshot.misfits.found(1, "", strange_header(&snapshot.header, Scrutiny::Reading));
        Ok(Self { snapshot, first, lines: BTreeMap::new(), more: Map::new() })
    }

    /// Takes one record.
    pub(super) fn take(
        &mut self,
        line: Line<'_>,
        kind: String,
        key: String,
        fields: Map<String, Value>,
    ) -> Result<(), Damage> {
        few_enough(line)?;
        if self.lines.insert((kind.clone(), key.clone()), line.text.to_owned()).is_some() {
            return Err(Damage::at(line.number, format!("this `{}` record is there twice", word(&kind))));
        }
        self.understand(line, &kind, &key, fields).map(drop)
    }

    /// Takes what a record says; the key under which its object stands.
    fn understand(
        &mut self,
        line: Line<'_>,
        kind: &str,
        key: &str,
        fields: Map<String, Value>,
    ) -> Result<String, Damage> {
        if let Some(known) = Kind::from_name(kind) {
            let (mut fields, sources) = match self.snapshot.header.tells_fields() {
                true => sources(line, fields)?,
                false => (without_nothing(known, fields), None),
            };
            if let Some(sources) = &sources {
                fields.retain(|name, _| NAMING.contains(&name.as_str()) || !sources.is_missing(name));
            }
            let mut object = read_object(line, known, fields)?;
            if let Some((what, help)) = unnatural(known, key, &object) {
                return Err(Damage::at(line.number, what).help(help));
            }
            let found =
                not_understood(&self.snapshot.header, (known, key), &object, sources.as_ref(), Scrutiny::Reading);
            self.snapshot.misfits.found(line.number, &shown(kind, key), found);
            let natural = natural(key, &mut object);
            let on = self.place(line, ObjectRef::new(known, &*natural), &object)?;
            self.snapshot.state.insert(&on.key, object);
            if let Some(sources) = sources {
                self.snapshot.sources.insert(on.clone(), sources);
            }
            // The lines keep the order of the keys that they were written with.
            return Ok(if known == Kind::Webhook { key.to_owned() } else { on.key });
        } else if kind == POPULATION {
            if key != POPULATION {
                return Err(Damage::at(line.number, "the key of the `population` record is `population`"));
            }
            let digest = serde_json::from_value(fields.into()).map_err(|error| misfit(line.number, &error))?;
            self.snapshot.population = Some(digest);
        } else if matches!(kind, "contact" | "order" | "subscription") {
            let what = format!("a `{kind}` record is in the configuration, which may be shared");
            return Err(
                Damage::at(line.number, what).help("move it to the population, and run `plan snapshot finalize FILE`")
            );
        } else if kind == "snapshot" {
            return Err(Damage::at(line.number, "a second snapshot begins here").help(
                "put each snapshot into a file \
            of its own",
            ));
        } else if let Some(found) = strange_kind(&self.snapshot.header, kind, Scrutiny::Reading) {
            self.snapshot.misfits.found(line.number, "", [found]);
        }
        Ok(key.to_owned())
    }

    /// Where an object stands. A key that another object has gets the ID of this one, and what is the matter is kept, so that nothing is
    /// green and all the rest is judged.
    fn place(&mut self, line: Line<'_>, on: ObjectRef, object: &Object) -> Result<ObjectRef, Damage> {
        let Some(first) = self.snapshot.state.get(&on) else { return Ok(on) };
        let id = |object: &Object| named(object).and_then(|(_, id)| id).map(str::to_owned);
        let (one, other) = (id(&first), id(object));
        let own = named(object).and_then(|(name, id)| key_with_id(name, id)).map(|key| ObjectRef::new(on.kind, key));
        let own = own.filter(|own| one != other && self.snapshot.state.get(own).is_none());
        let (Some(own), Some(other)) = (own, other) else {
            return Err(Damage::at(line.number, format!("this `{}` record is there twice", on.kind)));
        };
        let one = one.map_or("no ID".to_owned(), |id| format!("the ID `{id}`"));
        let what = format!("two objects have this key, one with {one} and one with the ID `{other}`");
        let help = format!("for the second, write `\"key\":\"{}\"`", own.key);
        self.snapshot.misfits.found(line.number, &shown(on.kind.name(), &on.key), [(what, help)]);
        Ok(own)
    }

    /// Ties the configuration to another population.
    pub(super) fn set_population(&mut self, digest: PopulationDigest) {
        if self.snapshot.population.as_ref() != Some(&digest) {
            let line = tagged(POPULATION, Some(POPULATION), &digest).to_string();
            self.lines.insert((POPULATION.to_owned(), POPULATION.to_owned()), line);
            self.snapshot.population = Some(digest);
        }
    }

    /// Keeps fields of the end record that are beyond this format.
    pub(super) fn set_more(&mut self, more: Map<String, Value>) {
        self.more = more;
    }

    /// The lines with this state in place of the file's own.
    fn lines_with(&self, state: &State) -> BTreeMap<(String, String), String> {
        let mut lines = self.lines.clone();
        let place = |on: &ObjectRef| (on.kind.name().to_owned(), on.key.clone());
        for on in self.snapshot.state.places() {
            if state.get(&on).is_none() {
                lines.remove(&place(&on));
            }
        }
        for on in state.places() {
            let object = state.get(&on);
            if self.snapshot.state.get(&on) == object {
                continue;
            }
            let mut fields = object.map(|object| object.fields()).unwrap_or_default();
            if !self.snapshot.header.tells_fields() {
                fields.retain(|_, value| !value.is_null());
            }
            fields.extend(self.snapshot.sources.get(&on).into_iter().flat_map(said_of_sources));
            let new = tagged(on.kind.name(), Some(&on.key), &fields);
            let old = lines.get(&place(&on)).and_then(|line| serde_json::from_str(line).ok());
            let line = old.map_or_else(|| new.clone(), |old| over(&old, new.clone())).to_string();
            // It may be printed, and looked at in a terminal.
            lines.insert(place(&on), inert_json(&line));
        }
        lines
    }
}

/// The fields that make an object the one that it is: known wherever the object is.
const NAMING: [&str; 5] = ["id", "name", "command", "target", "url"];

/// The fields of an object in format 1.0, in which `null` is no more than a missing field: unknown. Only of what follows the last
/// retry that format says that a form without it has nothing set.
pub(super) fn without_nothing(kind: Kind, mut fields: Map<String, Value>) -> Map<String, Value> {
    fields.retain(|_, value| !value.is_null());
    for module in fields.get_mut("modules").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(module) = module.as_object_mut() {
            module.retain(|_, value| !value.is_null());
        }
    }
    if kind == Kind::OrderForm {
        fields.entry("after_final_retry").or_insert(Value::Null);
    }
    fields
}

/// Refuses a line beyond the most that is read.
fn few_enough(line: Line<'_>) -> Result<(), Damage> {
    if line.number <= MOST_RECORDS {
        return Ok(());
    }
    let what = format!("it has more than {MOST_RECORDS} records");
    Err(Damage::at(line.number, what).help("a configuration never has that many; is this a population?"))
}

/// Fields under a kind and a key.
fn tagged<T: Serialize>(kind: &str, key: Option<&str>, fields: &T) -> Value {
    let mut all = Map::from_iter([("kind".to_owned(), json!(kind))]);
    all.extend(key.map(|key| ("key".to_owned(), json!(key))));
    if let Ok(Value::Object(fields)) = serde_json::to_value(fields) {
        all.extend(fields.into_iter().filter(|(name, _)| name != "kind" && name != "key"));
    }
    Value::Object(all)
}

/// A new value in the order of the fields of an old one, so that a line changes only where the object did.
fn over(old: &Value, new: Value) -> Value {
    match (old, new) {
        (Value::Object(old), Value::Object(mut new)) => {
            let mut all = Map::new();
            for (name, value) in old {
                if let Some(new) = new.shift_remove(name) {
                    all.insert(name.clone(), over(value, new));
                }
            }
            all.extend(new);
            Value::Object(all)
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            Value::Array(old.iter().zip(new).map(|(old, new)| over(old, new)).collect())
        }
        (_, new) => new,
    }
}

/// Takes a text out of a record's fields.
pub(super) fn text_of(fields: &mut Map<String, Value>, name: &str, line: Line<'_>) -> Result<String, Damage> {
    match fields.shift_remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(Value::String(_)) | None => Err(Damage::at(line.number, format!("the record has no {name}"))),
        Some(_) => Err(Damage::at(line.number, format!("the record's {name} is not text"))),
    }
}
