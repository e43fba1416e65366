//! A whole capture as a snapshot and its population, in a bounded amount of memory.

mod people;
mod tables;

use people::People;
use tables::{Layouts, Tables};

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Write};

use super::View;
use super::ground::Ground;
use super::lacking::Lacking;
use super::object::Objects;
use crate::adapter::set::Set;
use crate::capture::{Line, Members, Reader};
use crate::model::population::{self, ContactField, Opening};
use crate::model::snapshot::{Capture, FORMAT};
use crate::model::{Header, How, Identity, Kind, Snapshot, Worth};
use crate::population::{Complaints, Damage, MakeSpill, Ordered, Unordered};

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
    /// What is unknown of a contact at least.
    pub unknown: BTreeSet<ContactField>,
    /// The site's own settings, as they were captured.
    pub ground: Option<Ground>,
    records: Ordered,
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
    let mut records = Unordered::new(of_records);
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
    let unknown = people.unknown_of_contacts();
    let People { administrators, mut lacks, lacking, .. } = people;
    for kind in lacking.kinds() {
        if let Some(why) = lacking.section(kind) {
            lacks.entry(kind).or_insert(why);
        }
    }
    all.state.administrators = administrators.state.administrators;
    all.sources.extend(administrators.sources);
    for kind in ["administrator"].into_iter().chain(population::KINDS) {
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
        address: None,
        collector: How::Bridge.name().to_owned(),
        collector_version: ground.header.plugin.version.clone(),
        taken_at: ground.header.taken_at.clone(),
        sections: all.sections,
    };
    let mut snapshot = Snapshot::new(header, all.state, None).with_worth(Worth::default());
    snapshot.sources = all.sources;
    let records = records.ordered()?;
    Ok(Taken { snapshot, sha256, not_asked, notes, unknown, ground: Some(ground), records })
}

/// Which site it is of.
fn site(ground: &Ground) -> Result<Identity, Damage> {
    let home = ground.header.site.as_ref().and_then(|site| site.home.known());
    home.and_then(Identity::parse).ok_or_else(|| {
        Damage::at(1, "it does not say which site it is of")
            .help("set WordPress's Site Address (Settings > General), and read the site again")
    })
}

impl Taken {
    /// Whether there is a population to be written.
    pub fn has_population(&self) -> bool {
        population::KINDS.iter().any(|kind| self.snapshot.header.is_captured(kind))
    }

    /// Writes the population, and ties the configuration to it.
    ///
    /// # Errors
    /// [`Damage`] where it cannot be written, or two orders or subscriptions have one ID.
    pub fn write_population(mut self, out: &mut dyn Write) -> Result<Snapshot, Damage> {
        let header = &self.snapshot.header;
        let opening = Opening {
            format: FORMAT.to_owned(),
            site: header.site.clone(),
            taken_at: header.taken_at.clone(),
            unknown: self.unknown,
        };
        // Two contacts of one ID are the site's own fault, which a rule tells.
        let twice = |kind: &str, _: [u64; 2]| {
            (kind != "contact").then(|| {
                Damage::whole(format!("two records of the kind `{kind}` have the same ID"))
                    .help("let `key` in the adapter name each one's own ID")
            })
        };
        let alike = "let `key` in the adapter name a shorter ID, such as a number";
        let complaints = Complaints { twice: &twice, alike };
        let total = self.records.write(&opening, |kind| header.is_captured(kind), &complaints, out)?;
        self.snapshot.population = Some(total);
        Ok(self.snapshot)
    }

    /// The configuration alone.
    pub fn without_population(self) -> Snapshot {
        self.snapshot
    }
}
