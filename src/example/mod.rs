//! An invented site, so that everything can be tried without one: Bloom Coaching, about to leave its CRM.
//!
//! It is a faithful one: the traps that a switch has stand in it, each where it stands on real sites.
//!
//! - The CRM opens the fourth module of Group Coaching by a webhook; on the site it is "not based on a schedule".
//! - The form of the summer sale grants the whole offering at once instead of releasing it.
//! - One opt-in form only adds a tag, and nothing opens.
//! - The CRM ends unpaid payment plans by a webhook; their form has no setting of its own.
//! - The clone rewrote the charging guard's address, so that the copy takes itself for the live site.
//! - Nobody gets a welcome e-mail, as the CRM sent it; and mail leaves the copy for real.
//!
//! The same seed gives the same bytes. No clock, no place, no real name or address is in it.

mod members;
mod names;
mod objects;
mod offerings;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::fs::{Folder, Readers};
use crate::model::drip::Drip;
use crate::model::plan::{BackupPart, ContactRecord, SiteRole};
use crate::model::record::{Backup, BackupSource, Entry, Evidence, NONE_BEFORE};
use crate::model::snapshot::{Capture, FORMAT, INVENTED_AT, INVENTED_HOST};
use crate::model::{Header, How, Identity, Kind, Snapshot, State, digest, population};
use crate::output::contacts;
use crate::population::{Wish, choose, mix};
use crate::site::snapshot_file::SnapshotFile;

/// The seed of the example that is committed under `plans/`.
pub const SEED: u64 = 7;

/// The example's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// `bloom-coaching.site.ndjson`: the configuration.
    pub site: String,
    /// `bloom-coaching.population.ndjson`: contacts, orders, subscriptions.
    pub population: String,
    /// `private/bloom-coaching.contacts.yaml`: the spot-check contacts' values.
    pub contacts: String,
    /// `bloom-coaching.record.ndjson`: the evidence of a backup.
    pub record: String,
    /// `bloom-coaching.yaml`: the finished plan.
    pub plan: String,
    /// `bloom-coaching-first-draft.yaml`: the plan as somebody new might write it.
    pub first_draft: String,
}

impl Files {
    /// Each file's path below the folder, and its text.
    pub fn named(&self) -> [(&'static str, &str); 6] {
        [
            ("bloom-coaching.site.ndjson", &self.site),
            ("bloom-coaching.population.ndjson", &self.population),
            ("private/bloom-coaching.contacts.yaml", &self.contacts),
            ("bloom-coaching.record.ndjson", &self.record),
            ("bloom-coaching.yaml", &self.plan),
            ("bloom-coaching-first-draft.yaml", &self.first_draft),
        ]
    }
}

/// How many spot-check contacts the vendor's guide asks for.
const CONTACTS: usize = 10;

/// The example for a seed: the configuration is always the same, the members and so the spot-check contacts are not.
pub fn generate(seed: u64) -> Files {
    let (population, digest) = members::stream(&mut Chance::new(seed));
    let kinds = Kind::ALL.iter().map(|kind| kind.name()).chain(population::KINDS);
    let header = Header {
        format: FORMAT.to_owned(),
        site: Identity::parse(INVENTED_HOST).expect("the example's host is one"),
        address: None,
        collector: "bridge".to_owned(),
        collector_version: "0.1.0".to_owned(),
        taken_at: INVENTED_AT.to_owned(),
        sections: kinds.map(|kind| (kind.to_owned(), Capture::How(How::Bridge))).collect(),
    };
    let mut state = State::default();
    offerings::fill(&mut state);
    objects::fill(&mut state);
    let drips = state.offerings.values().filter_map(Drip::of).collect();
    let chosen =
        choose(population.as_bytes(), population.as_bytes(), &Wish { seed, count: CONTACTS, drips, ..Wish::default() })
            .expect("the example's own stream is whole");
    let site = SnapshotFile::new(Snapshot::new(header, state, Some(digest))).text();
    let records: Vec<(String, ContactRecord)> =
        chosen.iter().map(|one| (one.contact.key.clone(), one.record(&BTreeSet::new(), true))).collect();
    let first_three = contacts::reasons(&chosen[..3], 4);
    Files {
        site,
        population,
        contacts: contacts::values(&records, 0),
        record: format!("{}\n", digest::canonical(&backup())),
        plan: PLAN.replace("    # contacts\n", &contacts::reasons(&chosen, 4)),
        first_draft: FIRST_DRAFT.replace("    # first three contacts\n", &first_three),
    }
}

const PLAN: &str = include_str!("plan.yaml");
const FIRST_DRAFT: &str = include_str!("first-draft.yaml");

/// The evidence beside the finished plan: a restore point of the live site, an hour old.
fn backup() -> Entry {
    let backup = Backup {
        of: SiteRole::Live,
        parts: vec![BackupPart::Files, BackupPart::Database],
        taken_at: "2026-11-21T05:10:00Z".to_owned(),
        stored_off_server: true,
        source: BackupSource::RestorePoint("RP-4471".to_owned()),
    };
    Entry {
        version: 1,
        at: "2026-11-21T05:40:00Z".to_owned(),
        who: "jo".to_owned(),
        evidence: Evidence::Backup(backup),
        previous: NONE_BEFORE.to_owned(),
        sha256: String::new(),
        line: 0,
    }
}

/// Writes the example into a folder, which is made where it is missing; the paths of its files.
///
/// # Errors
/// What the system says of the folder or a file.
pub fn write(dir: &Path, seed: u64) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(dir)?;
    let folder = Folder::at(dir);
    folder.make("private")?;
    let write = |(name, text): (&str, &str)| folder.write(name, text, Readers::All).map(|()| folder.path(name));
    generate(seed).named().into_iter().map(write).collect()
}

/// Chance out of a seed, by splitmix64's counter.
struct Chance {
    seed: u64,
    drawn: u64,
}

impl Chance {
    fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// A number below a limit.
    fn below(&mut self, limit: u64) -> u64 {
        self.drawn = self.drawn.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.seed ^ self.drawn, "") % limit
    }

    /// One of these.
    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let index = self.below(all.len() as u64) as usize;
        &all[index]
    }

    /// True so many times in a hundred.
    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}
