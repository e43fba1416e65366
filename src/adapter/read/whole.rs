//! A whole capture as a snapshot and its population, in a bounded amount of memory.

mod people;
mod tables;

use people::People;
use tables::{Layouts, Tables};

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use serde_json::{Map, Value as Json, json};

use super::View;
use super::ground::Ground;
use super::lacking::Lacking;
use super::object::Objects;
use crate::adapter::set::Set;
use crate::capture::{Line, MakeSpill, Members, Reader, Sorted, Sorter};
use crate::model::population::Opening;
use crate::model::snapshot::{Capture, FORMAT, PopulationDigest};
use crate::model::{Header, How, Identity, Kind, Snapshot, Worth};
use crate::population::{Damage, Ledger, Line as Written};
use crate::text::inert_json;

/// How many bytes of records are kept before they are spilled: less than of members, which are sorted at the same time.
const ALLOWANCE: usize = 4 << 20;

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
    let mut records = Sorter::within(of_records, ALLOWANCE);
    let mut people = People {
        view: &view,
        records: &mut records,
        administrators: Objects::default(),
        lacks: BTreeMap::new(),
        layouts: &layouts,
        contacts: None,
        lacking: Lacking::default(),
    };
    people.begin();
    let mut grouped = members.grouped()?;
    while let Some(member) = grouped.next()? {
        people.take(member)?;
    }
    people.rows()?;
    let People { administrators, mut lacks, lacking, .. } = people;
    for kind in lacking.kinds() {
        if let Some(why) = lacking.section(kind) {
            lacks.entry(kind).or_insert(why);
        }
    }
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
    let of_people = lacking.lines().into_iter().chain(view.words.borrow().lines());
    let notes = view.notes.borrow().iter().cloned().chain(of_people).collect();
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
