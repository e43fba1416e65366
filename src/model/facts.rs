//! What persons saw of a site, laid over a reading that lacks it: facts, field by field.
//!
//! A person attests a value, never that a rule holds. An attested value is judged as a captured one is, is counted apart, and
//! never stands over a captured one: where the two differ, that is a contradiction, and the captured value counts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::attested::{Contradiction, Fact, Respelt, Void};
use super::fault::CLOCKS_APART;
use super::money::Money;
use super::record::{Entry, Evidence, Record};
use super::saw::{ASKED_AGAIN, FACT_DAYS, SawAll, fits};
use super::snapshot::Snapshot;
use super::spelling::{is_same, is_same_value, plain, respelt};
use super::state::{Kind, Object};
use super::{Identity, ObjectRef};

/// What follows the name of whoever attests a fact by a line that was not recorded on this machine.
pub const ELSEWHERE: &str = ", recorded elsewhere";

/// What a machine knows of the lines of records.
#[derive(Clone, Debug, Default)]
pub struct Here {
    /// The digests of those that were recorded on it.
    pub lines: BTreeSet<String>,
    /// The facts that are void, and why: of what the next reading lacks they say nothing.
    pub void: BTreeMap<Fact, String>,
}

/// Which lines of a record count as facts at a moment.
#[derive(Clone, Debug)]
pub struct Counting<'a> {
    /// What time it is.
    pub now: Timestamp,
    /// What this machine knows of the lines.
    pub here: &'a Here,
    /// Whether only those count: what came with a repository opens no barrier.
    pub only_here: bool,
    /// From when on; none: from whenever.
    pub since: Option<Timestamp>,
    /// The same for the kinds that are asked again in front of the barrier.
    pub again_since: Option<Timestamp>,
}

impl Record {
    /// What somebody saw last of a field on this site, and who, of the lines that count.
    pub fn saw<'r>(
        &'r self,
        site: &Identity,
        (on, field): (&ObjectRef, &str),
        counting: &Counting<'_>,
    ) -> Option<(&'r Value, &'r str)> {
        let mut last = self.entries.iter().rev().filter_map(|entry| match &entry.evidence {
            Evidence::Saw(saw) if saw.on == *on && saw.host.is_same_site(site) => {
                Some((entry, saw.until.as_str(), saw.fields.get(field)?))
            }
            _ => None,
        });
        let is_valid = |entry: &Entry, until: &str| {
            on.kind.is_attestable()
                && counts(entry, on.kind, until, counting)
                && why_void(entry, (on, field), counting).is_none()
        };
        last.next()
            .filter(|(entry, until, _)| is_valid(entry, until))
            .map(|(entry, _, value)| (value, entry.who.as_str()))
    }
}

impl Snapshot {
    /// The same reading with the facts that persons attested of this site laid over what it lacks. What stands in a section that
    /// the reading itself calls missing goes.
    pub fn with_attested(self, record: &Record, counting: &Counting<'_>) -> Self {
        let mut reading = self.without_attested();
        reading.lay_all(record, counting);
        reading
    }

    /// The same reading as it was taken: what persons attested, and what stands in a section that it calls missing, goes.
    pub fn without_attested(mut self) -> Self {
        let attested = std::mem::take(&mut self.attested);
        for (on, laid) in attested.fields {
            let Some(object) = self.state.get(&on) else { continue };
            let mut fields = object.fields();
            fields.retain(|name, _| !laid.contains_key(name));
            fields.extend(attested.captured_parts.get(&on).cloned().unwrap_or_default());
            match Object::from_fields(on.kind, Value::Object(fields)) {
                Ok(object) => self.state.insert(&on.key, object),
                Err(_) => self.state.remove(&on),
            }
        }
        for on in self.state.places() {
            if !self.header.is_captured(on.kind.name()) && self.is_of_its_section(&on) {
                self.state.remove(&on);
            }
        }
        self
    }

    fn lay_all(&mut self, record: &Record, counting: &Counting<'_>) {
        let (facts, lists) = self.last_said(record);
        for (entry, all) in lists.into_values() {
            if counts(entry, all.kind, &all.until, counting) {
                self.lay_list(entry, all, counting);
            }
        }
        for (on, mut fields) in facts {
            fields.retain(|_, (entry, until, _)| counts(entry, on.kind, until, counting));
            self.lay(&on, &fields, counting);
        }
    }

    /// What persons said last of this site, so that a wrong line can be corrected, and what a later one says in the place of an
    /// earlier one never comes back.
    fn last_said<'r>(&self, record: &'r Record) -> (BTreeMap<ObjectRef, Fields<'r>>, Lists<'r>) {
        let (mut facts, mut lists) = (BTreeMap::<ObjectRef, Fields<'r>>::new(), Lists::new());
        let is_here = |host: &Identity, kind: Kind| host.is_same_site(&self.header.site) && kind.is_attestable();
        for entry in &record.entries {
            match &entry.evidence {
                Evidence::Saw(saw) if is_here(&saw.host, saw.on.kind) => {
                    let said =
                        saw.fields.iter().map(|(name, value)| (name.clone(), (entry, saw.until.as_str(), value)));
                    facts.entry(saw.on.clone()).or_default().extend(said);
                }
                Evidence::SawAll(all) if is_here(&all.host, all.kind) => drop(lists.insert(all.kind, (entry, all))),
                _ => {}
            }
        }
        (facts, lists)
    }

    fn lay_list(&mut self, entry: &Entry, all: &SawAll, counting: &Counting<'_>) {
        let keys: BTreeMap<String, &String> = all.names.iter().map(|name| (all.kind.key_of(name), name)).collect();
        if self.grade(all.kind.name()).is_known() {
            let (read, about) = (self.state.keys(all.kind), (ObjectRef::only(all.kind), None));
            match respelt_tags(all.kind, keys.keys(), &read) {
                _ if read.iter().eq(keys.keys()) => {}
                Some(texts) => self.note_respelt(about, entry, texts),
                None => self.contradict(about, entry, true),
            }
            return;
        }
        if why_one_void(entry, all.kind.name(), counting).is_some() {
            return;
        }
        self.attested.lists.insert(all.kind, by(entry, counting));
        for (key, name) in keys {
            let on = ObjectRef::new(all.kind, key);
            if self.state.get(&on).is_none()
                && let Ok(object) = Object::from_fields(all.kind, Value::Object(all.kind.fields_by_name(name)))
            {
                self.state.insert(&on.key, object);
                let named = all.kind.fields_by_name(name);
                let of = self.attested.fields.entry(on).or_default();
                of.extend(named.into_iter().map(|(field, _)| (field, by(entry, counting))));
            }
        }
    }

    fn lay(&mut self, on: &ObjectRef, fields: &Fields<'_>, counting: &Counting<'_>) {
        let there = self.state.get(on);
        if there.is_none() && self.list_grade(on.kind).is_known() && !on.kind.is_only() {
            // The list shows that there is no such object.
            if let Some((entry, ..)) = fields.values().next() {
                let by_a_reading = self.grade(on.kind.name()).is_known();
                self.contradict((on.clone(), None), entry, by_a_reading);
            }
            return;
        }
        let is_new = there.is_none();
        let mut known = there.map(|object| object.fields()).unwrap_or_default();
        if is_new && on.kind == Kind::Webhook {
            known.extend(on.kind.fields_by_name(&on.key));
        }
        let mut laid = BTreeMap::new();
        for (name, (entry, _, value)) in fields {
            let why = why_void(entry, (on, name), counting);
            match (known.get(name), why) {
                (None, Some(why)) => {
                    let of = self.attested.void.entry(on.clone()).or_default();
                    of.insert(name.clone(), Void { who: by(entry, counting), why: why.to_owned() });
                }
                (None, None) => {
                    known.insert(name.clone(), (*value).clone());
                    laid.insert(name.clone(), by(entry, counting));
                }
                (Some(captured), why) => match agreed(on, name, captured, value) {
                    None => self.contradict((on.clone(), Some(name.clone())), entry, true),
                    Some(whole) if whole != *captured && why.is_none() => {
                        let parts = self.attested.captured_parts.entry(on.clone()).or_default();
                        parts.insert(name.clone(), captured.clone());
                        known.insert(name.clone(), whole);
                        laid.insert(name.clone(), by(entry, counting));
                    }
                    Some(_) => {
                        if let Some(texts) = respelt(value, captured) {
                            self.note_respelt((on.clone(), Some(name.clone())), entry, texts);
                        }
                    }
                },
            }
        }
        // Without its name an offering or a form is none.
        if let Ok(object) = Object::from_fields(on.kind, Value::Object(known))
            && !laid.is_empty()
        {
            self.state.insert(&on.key, object);
            self.attested.fields.entry(on.clone()).or_default().extend(laid);
        }
    }

    fn note_respelt(&mut self, (on, field): (ObjectRef, Option<String>), entry: &Entry, texts: [String; 2]) {
        let (who, at) = (entry.who.clone(), entry.at.clone());
        self.attested.respelt.push(Respelt { on, field, who, at, texts });
    }

    fn contradict(&mut self, (on, field): (ObjectRef, Option<String>), entry: &Entry, by_a_reading: bool) {
        let (who, at, line) = (entry.who.clone(), entry.at.clone(), entry.sha256.clone());
        let is_void = false;
        self.attested.contradictions.push(Contradiction { on, field, who, at, line, by_a_reading, is_void });
    }
}

/// What was said last of each field of an object: the line, its last day, the value.
type Fields<'r> = BTreeMap<String, (&'r Entry, &'r str, &'r Value)>;

/// What was said last to be all objects of a kind.
type Lists<'r> = BTreeMap<Kind, (&'r Entry, &'r SawAll)>;

/// Why this field of a line is void, or its whole object; none where it is not.
fn why_void<'c>(entry: &Entry, (on, field): (&ObjectRef, &str), counting: &'c Counting<'_>) -> Option<&'c str> {
    let whole = why_one_void(entry, &on.to_string(), counting);
    whole.or_else(|| why_one_void(entry, &format!("{on}: {field}"), counting))
}

/// Why a fact of a line is void; none where it is not.
fn why_one_void<'c>(entry: &Entry, name: &str, counting: &'c Counting<'_>) -> Option<&'c str> {
    if counting.here.void.is_empty() {
        return None;
    }
    let fact = Fact { line: entry.sha256.clone(), name: name.to_owned() };
    counting.here.void.get(&fact).map(String::as_str)
}

/// Whether a line counts as a fact now.
fn counts(entry: &Entry, kind: Kind, until: &str, counting: &Counting<'_>) -> bool {
    let Ok(at) = entry.at.parse::<Timestamp>() else { return false };
    let since = counting.since.into_iter().chain(counting.again_since.filter(|_| ASKED_AGAIN.contains(&kind))).max();
    at <= counting.now.saturating_add(CLOCKS_APART).unwrap_or(Timestamp::MAX)
        && since.is_none_or(|since| at >= since)
        && last_day(until, at).is_some_and(|until| until >= day(counting.now))
        && (!counting.only_here || counting.here.lines.contains(&entry.sha256))
}

/// The last day on which a fact of this time counts, whatever its line says; none where it says no day.
pub fn last_day(until: &str, at: Timestamp) -> Option<Date> {
    let most = day(at.saturating_add(SignedDuration::from_hours(24 * FACT_DAYS)).unwrap_or(Timestamp::MAX));
    until.parse::<Date>().ok().map(|until| until.min(most))
}

/// The day of a time, in UTC.
pub fn day(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date()
}

/// Who says it: with a note where the line was not recorded on this machine.
fn by(entry: &Entry, counting: &Counting<'_>) -> String {
    match counting.here.lines.contains(&entry.sha256) {
        true => entry.who.clone(),
        false => format!("{}{ELSEWHERE}", entry.who),
    }
}

/// What a reading and a person say together; none where they differ. Of modules and of a price a reading can have a part.
pub fn agreed(on: &ObjectRef, name: &str, captured: &Value, seen: &Value) -> Option<Value> {
    if name == "modules" {
        return modules(captured.as_array()?, seen.as_array()?);
    }
    if name == "price"
        && let Some((read, said)) = captured.as_str().and_then(|text| Some((text, Money::parse(seen.as_str()?)?)))
        && let Some(read) = Money::parse_beside(read, &said).filter(|read| read.agrees_with(&said))
    {
        return Some(if read.lacks_currency_of(&said) { seen } else { captured }.clone());
    }
    let read = |value: &Value| fits(on.kind, &on.key, name, value);
    // Of an address no other spelling is the same.
    let is_text = on.kind != Kind::ChargingGuard;
    let is_same = captured == seen
        || read(captured).is_some_and(|of| Some(of) == read(seen))
        || is_text && is_same_value(captured, seen);
    is_same.then(|| captured.clone())
}

/// The first tag that is the same but for spelling, where that is all in which two lists of them differ.
fn respelt_tags<'k>(kind: Kind, seen: impl Iterator<Item = &'k String>, read: &'k [String]) -> Option<[String; 2]> {
    let mut seen: Vec<&String> = seen.collect();
    let mut read: Vec<&String> = read.iter().collect();
    // Those of one meaning in their own order: what both sides spell alike is no other spelling.
    seen.sort_by_key(|&name| (plain(name), name));
    read.sort_by_key(|&name| (plain(name), name));
    let as_many = kind == Kind::Tag && seen.len() == read.len();
    let mut both = seen.into_iter().zip(read);
    let are_same = as_many && both.clone().all(|(seen, read)| is_same(seen, read));
    both.find(|(seen, read)| seen != read).filter(|_| are_same).map(|(seen, read)| [seen.clone(), read.clone()])
}

/// The same modules, each with what either side says of it.
fn modules(captured: &[Value], seen: &[Value]) -> Option<Value> {
    let one = |(captured, seen): (&Value, &Value)| {
        let mut whole = captured.as_object()?.clone();
        for (part, seen) in seen.as_object()? {
            if !is_same_value(whole.entry(part).or_insert_with(|| seen.clone()), seen) {
                return None;
            }
        }
        Some(Value::Object(whole))
    };
    let both = captured.iter().zip(seen).map(one);
    both.collect::<Option<Vec<_>>>().filter(|_| captured.len() == seen.len()).map(Value::Array)
}
