//! A whole capture as a snapshot and its population, in a bounded amount of memory.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::rc::Rc;

use serde_json::{Map, Value as Json, json};

use super::ground::{Ground, Placed};
use super::object::{Objects, merge};
use super::rule::{At, Holds, Own};
use super::spot::{Row, Spot};
use super::{Known, NOT_COVERED, View};
use crate::adapter::set::{Bound, Set};
use crate::capture::{Line, MakeSpill, Member, Members, Reader, Sorted, Sorter};
use crate::model::adapter::{Place, Rule};
use crate::model::population::Opening;
use crate::model::snapshot::{Capture, FORMAT, PopulationDigest};
use crate::model::{Header, How, Identity, Kind, Snapshot, Worth};
use crate::population::{Damage, Ledger, Line as Written};
use crate::text::inert_json;

/// The kinds of the population, in the order of its file.
const OF_POPULATION: [&str; 3] = ["contact", "order", "subscription"];

/// What a capture says, with its population still to be written.
pub struct Taken {
    /// The configuration; its population is named once it was written.
    pub snapshot: Snapshot,
    /// The digest of the capture.
    pub sha256: String,
    /// Adapters that the capture was not asked for, or in another version.
    pub not_asked: Vec<String>,
    /// What is unknown inside of fields that are known, and why.
    pub notes: Vec<String>,
    records: Sorted,
}

/// Reads a whole capture through adapters. The two places are for what does not fit into memory: private files that nobody else finds.
///
/// # Errors
/// [`Damage`] where the capture cannot be read, is cut or damaged, or names no site.
pub fn take<R: BufRead>(reader: R, set: &Set, spills: [MakeSpill; 2]) -> Result<Taken, Damage> {
    let [of_members, of_records] = spills;
    let mut reader = Reader::open(reader)?;
    let mut ground = Ground::new(reader.header().clone());
    let tables = Tables::of(set);
    let mut members = Members::new(of_members);
    let mut layouts: Layouts = Vec::new();
    while let Some(line) = reader.next()? {
        match &line {
            Line::Users(rows) => rows.iter().try_for_each(|row| members.user(row))?,
            Line::UserMeta(rows) => rows.iter().try_for_each(|row| members.meta(row))?,
            Line::Table(block) => {
                for at in tables.columns(&block.name, &block.columns) {
                    let number = tables.number(&mut layouts, &block.name, &block.columns)?;
                    for row in &block.rows {
                        let user = row.get(at).and_then(|cell| cell.find("").as_number());
                        if let Some(user) = user {
                            members.row(number, user, row)?;
                        }
                    }
                }
            }
            _ => {}
        }
        if !tables.are_of_members_alone(&line) {
            ground.take(line)?;
        }
    }
    let sha256 = reader.digest().unwrap_or_default().to_owned();
    let site = site(&ground)?;
    let view = View::new(&ground, set);
    let mut all = view.objects();
    let mut records = Sorter::new(of_records);
    let mut people = People {
        view: &view,
        records: &mut records,
        administrators: Objects::default(),
        lacks: BTreeMap::new(),
        layouts: &layouts,
    };
    people.begin();
    let mut grouped = members.grouped()?;
    while let Some(member) = grouped.next()? {
        people.take(member)?;
    }
    people.rows()?;
    let People { administrators, lacks, .. } = people;
    all.state.administrators = administrators.state.administrators;
    all.sources.extend(administrators.sources);
    for kind in ["administrator"].into_iter().chain(OF_POPULATION) {
        let capture = lacks.get(kind).map_or(Capture::How(How::Bridge), |why| Capture::Missing(why.clone()));
        if let (Capture::Missing(_), "administrator") = (&capture, kind) {
            for on in all.state.places().into_iter().filter(|on| on.kind == Kind::Administrator) {
                all.sources.entry(on).or_default().whole = Some(Capture::How(How::Bridge));
            }
        }
        all.sections.insert(kind.to_owned(), capture);
    }
    let not_asked = set.all().iter().filter(|one| !view.is_asked([*one])).map(|one| one.adapter.name.clone()).collect();
    let notes = view.notes.borrow().iter().cloned().collect();
    let header = Header {
        format: FORMAT.to_owned(),
        site,
        collector: How::Bridge.name().to_owned(),
        collector_version: ground.header.plugin.version.clone(),
        taken_at: ground.header.taken_at.clone(),
        sections: all.sections,
    };
    let mut snapshot = Snapshot::new(header, all.state, None).with_worth(Worth::default());
    snapshot.sources = all.sources;
    let records = records.sorted().map_err(|error| failed(&error))?;
    Ok(Taken { snapshot, sha256, not_asked, notes, records })
}

/// Which site it is of.
fn site(ground: &Ground) -> Result<Identity, Damage> {
    let home = ground.header.site.as_ref().and_then(|site| site.home.known());
    home.and_then(Identity::parse).ok_or_else(|| {
        Damage::at(1, "it does not say which site it is of")
            .help("set WordPress's Site Address (Settings > General), and read the site again")
    })
}

fn failed(error: &std::io::Error) -> Damage {
    Damage::whole(format!("its members do not fit into memory, and the temporary file for them failed: {error}"))
        .help("free space in the folder for temporary files, or name another folder in TMPDIR")
}

impl Taken {
    /// Whether there is a population to be written.
    pub fn has_population(&self) -> bool {
        OF_POPULATION.iter().any(|kind| self.snapshot.header.is_captured(kind))
    }

    /// Writes the population, and ties the configuration to it.
    ///
    /// # Errors
    /// [`Damage`] where it cannot be written, or two orders or subscriptions have one ID.
    pub fn write_population(mut self, out: &mut dyn Write) -> Result<Snapshot, Damage> {
        let header = &self.snapshot.header;
        let opening =
            Opening { format: FORMAT.to_owned(), site: header.site.clone(), taken_at: header.taken_at.clone() };
        let mut first = Map::from_iter([("kind".to_owned(), json!("population"))]);
        if let Ok(Json::Object(fields)) = serde_json::to_value(&opening) {
            first.extend(fields);
        }
        let first = inert_json(&Json::Object(first).to_string());
        let mut ledger = Ledger::with_repeats_of(&["contact"]);
        ledger.first(&first);
        writeln!(out, "{first}")?;
        let mut number = 1;
        let mut group: Vec<(String, String)> = Vec::new();
        let mut of: Option<(u64, u8)> = None;
        let (mut bytes, captured) = (0, OF_POPULATION.map(|kind| header.is_captured(kind)));
        loop {
            let next = match self.records.next().map_err(|error| failed(&error))? {
                Some((key, record)) => Some((key, read(record)?)),
                None => None,
            };
            if next.as_ref().map(|(key, _)| *key) != of {
                let kind = of.map_or("", |(key, _)| OF_POPULATION[usize::from(key.to_be_bytes()[0]).min(2)]);
                group.sort_by(|a, b| a.0.cmp(&b.0));
                for (key, text) in group.drain(..) {
                    number += 1;
                    let line = Written { number, text: &text };
                    let twice = |_| {
                        Damage::whole(format!("two records of the kind `{kind}` have the same ID"))
                            .help("let `key` in the adapter name each one's own ID")
                    };
                    ledger.record(line, kind, &key).map_err(twice)?;
                    writeln!(out, "{text}")?;
                }
                bytes = 0;
            }
            let Some((key, (name, text))) = next else { break };
            of = Some(key);
            bytes += text.len();
            if bytes > MOST_ALIKE {
                let what = "too many IDs begin with the same eight characters for the memory that `plan` allows itself"
                    .to_owned();
                return Err(Damage::whole(what).help("let `key` in the adapter name a shorter ID, such as a number"));
            }
            if captured[usize::from(key.0.to_be_bytes()[0]).min(2)] {
                group.push((name, text));
            }
        }
        let total = ledger.total();
        let end = json!({"kind": "end", "counts": total.counts, "sha256": total.sha256});
        writeln!(out, "{end}")?;
        out.flush()?;
        self.snapshot.population = Some(PopulationDigest { ..total });
        Ok(self.snapshot)
    }

    /// The configuration alone.
    pub fn without_population(self) -> Snapshot {
        self.snapshot
    }
}

/// Most bytes of records whose keys begin alike.
const MOST_ALIKE: usize = 24 << 20;

fn read(record: &[u8]) -> Result<(String, String), Damage> {
    serde_json::from_slice(record).map_err(|error| failed(&error.into()))
}

/// By what a record is ordered: its kind, and the first eight bytes of its key.
fn order(kind: usize, key: &str) -> (u64, u8) {
    let mut bytes = [0_u8; 9];
    bytes[0] = u8::try_from(kind).unwrap_or_default();
    key.bytes().take(8).zip(&mut bytes[1..]).for_each(|(byte, place)| *place = byte);
    let [first, rest @ ..] = bytes;
    let [a, b, c, d, e, f, g, tag] = rest;
    (u64::from_be_bytes([first, a, b, c, d, e, f, g]), tag)
}

/// The tables whose rows belong to users, each with the column that says whose.
struct Tables {
    of_members: Vec<(String, String)>,
    /// Tables that something else than a user takes.
    of_site: Vec<String>,
}

impl Tables {
    fn of(set: &Set) -> Self {
        let (mut of_members, mut of_site) = (Vec::new(), Vec::new());
        for bound in set.bound() {
            let is_member = matches!(bound.kind, "contact" | "administrator");
            let entry = &bound.entry;
            of_site.extend(entry.from.iter().filter_map(|from| from.table.clone()));
            for rule in entry.fields.values().chain(&entry.key).chain(&entry.id) {
                each_place(rule, &mut |place: &Place| {
                    let Some(table) = &place.table else { return };
                    match place.join.keys().next().filter(|_| is_member) {
                        Some(column) => of_members.push((table.clone(), column.clone())),
                        None => of_site.push(table.clone()),
                    }
                });
            }
        }
        for loaded in set.all() {
            of_site.extend(loaded.adapter.lookups.values().filter_map(|lookup| lookup.from.table.clone()));
        }
        of_members.sort();
        of_members.dedup();
        Self { of_members, of_site }
    }

    /// The places of a table's columns that say whose a row is.
    fn columns<'t>(&'t self, table: &'t str, columns: &'t [String]) -> impl Iterator<Item = usize> + 't {
        let of = self.of_members.iter().filter(move |(name, _)| name == table);
        of.filter_map(|(_, column)| columns.iter().position(|name| name == column))
    }

    /// The number of a table with these columns.
    fn number(&self, layouts: &mut Layouts, table: &str, columns: &[String]) -> Result<u8, Damage> {
        let is_it = |(name, of): &(String, Rc<[String]>)| name == table && **of == *columns;
        let at = layouts.iter().position(is_it).unwrap_or_else(|| {
            layouts.push((table.to_owned(), columns.into()));
            layouts.len() - 1
        });
        u8::try_from(at).ok().filter(|number| *number < crate::capture::MOST_TABLES).ok_or_else(|| {
            Damage::whole(format!("more than {} tables say something of members", crate::capture::MOST_TABLES))
                .help("let the adapter name fewer tables with `join`")
        })
    }

    /// Whether a line holds nothing but rows of users.
    fn are_of_members_alone(&self, line: &Line) -> bool {
        let Line::Table(block) = line else { return false };
        self.of_members.iter().any(|(name, _)| *name == block.name) && !self.of_site.contains(&block.name)
    }
}

/// Tables with rows of users, each with the columns in which its rows came.
type Layouts = Vec<(String, Rc<[String]>)>;

/// Every place that a rule names.
fn each_place(rule: &Rule, see: &mut dyn FnMut(&Place)) {
    rule.from.iter().for_each(&mut *see);
    rule.when.iter().filter_map(|when| when.from.as_ref()).for_each(&mut *see);
    let further = rule
        .item
        .values()
        .chain(rule.cases.values())
        .chain(&rule.any)
        .chain(&rule.first)
        .chain(rule.currency.as_deref());
    further.for_each(|rule| each_place(rule, see));
}

/// Everybody, and what they bought.
struct People<'v, 'r> {
    view: &'v View<'v>,
    records: &'r mut Sorter,
    administrators: Objects,
    /// Why a kind is not captured, or not all of it.
    lacks: BTreeMap<&'static str, String>,
    layouts: &'v Layouts,
}

impl<'v> People<'v, '_> {
    fn bound(&self, kind: &str) -> Vec<&'v Bound<'v>> {
        self.view.bound.iter().filter(|bound| bound.kind == kind).collect()
    }

    /// What is not known before anybody is looked at.
    fn begin(&mut self) {
        for kind in ["administrator", "contact"] {
            let bound = self.bound(kind);
            let why = match self.view.ground.users() {
                _ if bound.is_empty() => Some(NOT_COVERED.to_owned()),
                Placed::Unknown(why) => Some(why),
                _ if kind == "contact" && bound.iter().all(|bound| bound.entry.key.is_none()) => {
                    Some("no adapter says where a member's contact ID is kept".to_owned())
                }
                _ => None,
            };
            self.lacks.extend(why.map(|why| (kind, why)));
        }
    }

    fn take(&mut self, member: Member) -> Result<(), Damage> {
        // Meta of somebody who was deleted.
        let Some(cells) = member.cells else { return Ok(()) };
        let columns = self.view.ground.user_columns();
        let id = crate::capture::Value::Whole(crate::capture::Scalar::Number(member.id.into()));
        let row = Row { columns, cells: std::iter::once(id).chain(cells).collect() };
        let meta = member.meta.into_iter().filter_map(|(key, value)| Some((key.known()?.to_owned(), value)));
        let of = |(number, cells): (u8, Vec<crate::capture::Value>)| {
            let (table, columns) = self.layouts.get(usize::from(number))?;
            Some((table.clone(), Row { columns: columns.clone(), cells }))
        };
        let own = Own { meta: meta.collect(), rows: member.rows.into_iter().filter_map(of).collect() };
        let at = |is_asked| At {
            spot: Some(Spot::Row(&row, is_asked)),
            owner: Some(member.id),
            own: Some(&own),
            ..At::site(is_asked)
        };
        for bound in self.bound("administrator") {
            self.administrator(bound, &at(self.view.is_asked(bound.of.iter().copied())), member.id);
        }
        if self.lacks.contains_key("contact") {
            return Ok(());
        }
        let mut fields = BTreeMap::new();
        let mut key = Known::Nothing;
        for bound in self.bound("contact") {
            let at = at(self.view.is_asked(bound.of.iter().copied()));
            match bound.entry.when.as_ref().map(|when| self.view.holds(when, &at)) {
                Some(Holds::No) => continue,
                Some(Holds::Unknown(why)) => {
                    return self.lack("contact", "of a user it is unknown whether they are a contact", &why);
                }
                Some(Holds::Yes) | None => {}
            }
            if let Some(rule) = &bound.entry.key {
                key = self.view.known(rule, &at);
            }
            for (name, rule) in &bound.entry.fields {
                merge(&mut fields, name, self.view.known(rule, &at));
            }
        }
        match key {
            Known::Value(Json::String(key)) if !key.is_empty() => self.record(0, &key, fields),
            Known::Value(_) => self.lack("contact", "of a user the contact ID is no text", "it is empty or a list"),
            // Who has no contact ID is no contact.
            Known::Nothing => Ok(()),
            Known::Unknown(why) => self.lack("contact", "of a user the contact ID is unknown", &why),
        }
    }

    fn lack(&mut self, kind: &'static str, what: &str, why: &str) -> Result<(), Damage> {
        self.lacks.entry(kind).or_insert_with(|| format!("{what}: {why}"));
        Ok(())
    }

    fn administrator(&mut self, bound: &Bound<'_>, at: &At<'_>, id: u64) {
        match bound.entry.when.as_ref().map(|when| self.view.holds(when, at)) {
            Some(Holds::Yes) => {}
            Some(Holds::No) => return,
            Some(Holds::Unknown(why)) => {
                return drop(self.lack("administrator", "of a user it is unknown whether they are one", &why));
            }
            None => return,
        }
        let login = bound.entry.key.as_ref().map(|rule| self.view.known(rule, at));
        // Configuration may be shared, and a login that is an address may not.
        let key = match login {
            Some(Known::Value(Json::String(login))) if !login.contains('@') && !login.is_empty() => login,
            _ => format!("user-{id}"),
        };
        let fields = bound.entry.fields.iter().map(|(name, rule)| (name.clone(), self.view.known(rule, at))).collect();
        if let Err(why) = self.administrators.put(Kind::Administrator, &key, fields, None) {
            drop(self.lack("administrator", "one of them could not be read", &why));
        }
    }

    /// Orders and subscriptions.
    fn rows(&mut self) -> Result<(), Damage> {
        for (number, kind) in OF_POPULATION.into_iter().enumerate().skip(1) {
            let all = self.bound(kind);
            if all.is_empty() {
                self.lacks.insert(kind, NOT_COVERED.to_owned());
            }
            for bound in all {
                let listed = self.view.listed(bound);
                if let Some(why) = listed.incomplete {
                    drop(self.lack(kind, "not all of them are known", &why));
                }
                for one in listed.objects {
                    let fields =
                        bound.entry.fields.iter().map(|(name, rule)| (name.clone(), self.view.known(rule, &one.at)));
                    let fields: BTreeMap<String, Known> = fields.collect();
                    self.record(number, &one.key, fields)?;
                }
            }
        }
        Ok(())
    }

    /// Keeps a record, or says why its kind is not known.
    fn record(&mut self, kind: usize, key: &str, fields: BTreeMap<String, Known>) -> Result<(), Damage> {
        let name = OF_POPULATION[kind];
        let mut record = Map::from_iter([("kind".to_owned(), json!(name)), ("key".to_owned(), json!(key))]);
        for (field, known) in fields {
            match known {
                Known::Value(value) => drop(record.insert(field, value)),
                Known::Nothing => {}
                // Only of these does a record say by leaving them out that they are unknown.
                Known::Unknown(_)
                    if matches!(field.as_str(), "tags" | "affiliate" | "transaction" | "next_payment") => {}
                Known::Unknown(why) => {
                    return self.lack(name, &format!("of one of them the `{field}` is unknown"), &why);
                }
            }
        }
        if kind > 0 && record.get("contact").and_then(Json::as_str).is_none_or(str::is_empty) {
            return self.lack(name, "one of them names no contact", "nothing is stored there");
        }
        let line = inert_json(&Json::Object(record).to_string());
        let write = |out: &mut Vec<u8>| serde_json::to_writer(out, &(key, line)).map_err(std::io::Error::from);
        self.records.push(order(kind, key), write).map_err(|error| failed(&error))
    }
}
