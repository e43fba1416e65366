//! The stages of a switch: a clean site as it was found, with the plan's changes made, after the migration; the copy and live.

use std::collections::BTreeSet;

use amc_plan::change::lower_on;
use amc_plan::diag::Finding;
use amc_plan::model::facts::{Counting, Here};
use amc_plan::model::plan::{SiteRole, Strategy};
use amc_plan::model::population::{Census, KINDS};
use amc_plan::model::record::{Evidence, Record};
use amc_plan::model::snapshot::FORMAT;
use amc_plan::model::{Capture, Field, Header, How, Kind, Plan, Snapshot, State, Worth};
use amc_plan::rules::{
    ContactsFile, Freshness, Inputs, Judgement, LiveReading, Members, MembersFile, Original, Phase, Raised, Tracking,
    judge,
};
use amc_plan::site::snapshot_file::SnapshotFile;

use super::record::{self, written};
use super::site::{Clean, Facts};

/// How far the switch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing was done yet.
    Found,
    /// The plan's changes are made.
    Changed,
    /// The migration ran, and what comes after it on this site is done.
    Migrated,
}

/// Which site is judged at which stage, at which gates.
pub(super) type Judged = (SiteRole, Stage, &'static [Phase]);

/// Every one that a switch comes through. Before the changes nobody asks for the gate of the migration, and after the migration
/// nobody asks what has to be right before it.
pub(super) const ALL: [Judged; 6] = [
    (SiteRole::Staging, Stage::Found, &[Phase::Fit, Phase::Configure]),
    (SiteRole::Staging, Stage::Changed, &[Phase::Fit, Phase::Configure, Phase::Migrate]),
    (SiteRole::Staging, Stage::Migrated, &[Phase::GoLive]),
    (SiteRole::Live, Stage::Found, &[Phase::Fit, Phase::Configure]),
    (SiteRole::Live, Stage::Changed, &[Phase::Migrate]),
    (SiteRole::Live, Stage::Migrated, &[Phase::GoLive]),
];

/// A reading of the site at a stage, with what is on record by then and the text of its population.
pub(super) struct Read {
    pub(super) snapshot: Snapshot,
    pub(super) record: Record,
    pub(super) population: String,
    /// The site's file.
    pub(super) text: String,
}

/// A site that was read, with what its members answered.
pub(super) struct Seen {
    role: SiteRole,
    read: Read,
    census: Census,
    live_reading: LiveReading,
}

impl Clean {
    /// The site as it is at a stage.
    pub(super) fn state(&self, role: SiteRole, stage: Stage) -> State {
        let found = if role == SiteRole::Live { &self.live } else { &self.copy };
        if stage == Stage::Found {
            return found.clone();
        }
        let before = Snapshot::new(self.header(role), found.clone(), None).with_worth(Worth::Captured);
        let mut state = lower_on(&self.plan, &before, role).after;
        if stage == Stage::Changed {
            return state;
        }
        let crm = state.crm.as_mut().unwrap();
        crm.managed = Field::Set(true);
        crm.connected = Field::Set(false);
        crm.system = Field::Set("accessally-managed".to_owned());
        crm.label = Field::Set("AccessAlly Managed".to_owned());
        if self.moves_systems {
            for offering in state.offerings.values_mut() {
                offering.system = Field::Set("accessally-managed".to_owned());
            }
        }
        if role == SiteRole::Live {
            // Live sells and mails again.
            state.mail.as_mut().unwrap().simulated = Field::Set(false);
            state.maintenance.as_mut().unwrap().on = Field::Set(false);
        }
        (self.afterwards)(&mut state);
        state
    }

    fn header(&self, role: SiteRole) -> Header {
        let kinds = Kind::ALL.iter().map(|kind| kind.name()).chain(KINDS);
        Header {
            format: FORMAT.to_owned(),
            site: self.identity(role),
            address: None,
            collector: "bridge".to_owned(),
            collector_version: "0.1.0".to_owned(),
            taken_at: self.now.to_string(),
            sections: kinds.map(|kind| (kind.to_owned(), Capture::How(How::Bridge))).collect(),
        }
    }

    /// The site as somebody reads it, through the text of a site's file.
    pub(super) fn read(&self, role: SiteRole, stage: Stage) -> Read {
        let (population, digest) = self.people.stream(&self.identity(role), &self.now.to_string());
        let mut record = self.record.clone();
        let mut snapshot = Snapshot::new(self.header(role), self.state(role, stage), Some(digest));
        if self.facts == Facts::Attested {
            record::attest(&mut snapshot, &mut record, self.now);
        }
        let text = SnapshotFile::new(snapshot).text();
        let snapshot = SnapshotFile::read_only(text.as_bytes()).unwrap().with_worth(Worth::Captured);
        let record = written(&record, self.now);
        let here = Here::default();
        let counting = Counting { now: self.now, here: &here, only_here: false, since: None, again_since: None };
        let snapshot = snapshot.with_attested(&record, &counting);
        Read { snapshot, record, population, text }
    }

    /// What a check says of the site at a stage, at these gates.
    pub(super) fn judged_at(&self, role: SiteRole, stage: Stage, gates: &[Phase]) -> Vec<Judgement> {
        let seen = self.seen(role, stage);
        gates.iter().map(|gate| self.judged_as(&seen, (&self.plan, Vec::new()), *gate)).collect()
    }

    /// The site at a stage, read once.
    pub(super) fn seen(&self, role: SiteRole, stage: Stage) -> Seen {
        let live = role == SiteRole::Live;
        let read = self.read(role, stage);
        let purchases = read.record.entries.iter().filter_map(|entry| match &entry.evidence {
            Evidence::Purchase(purchase) => Some(purchase.orders.clone()),
            _ => None,
        });
        let state = &read.snapshot.state;
        let census = self.people.census(&read.population, &self.plan, state, purchases.flatten().collect());
        let live_reading = if live || !self.compares { LiveReading::NotNamed } else { self.live_beside() };
        Seen { role, read, census, live_reading }
    }

    /// What a check says of a plan in the place of this one, with what its form shows, against the site as it was read.
    pub(super) fn judged_as(&self, seen: &Seen, (plan, found): (&Plan, Vec<Finding>), gate: Phase) -> Judgement {
        let (live, before) = (seen.role == SiteRole::Live, &seen.read.snapshot);
        let lowered = lower_on(plan, before, seen.role);
        let contacts = ContactsFile {
            values: Some(self.values.clone()),
            absent: None,
            own_file: true,
            left_out: BTreeSet::new(),
            tracked: Tracking::Untracked,
        };
        let members = [MembersFile {
            name: "a.population.ndjson".to_owned(),
            holds: Members::Population,
            tracked: Tracking::Untracked,
        }];
        let freshness = Freshness { clock: self.now, max_age: Some("24h".to_owned()), stands_for_now: live };
        let inputs = Inputs {
            plan,
            before: Some(before),
            after: Some(&lowered.after),
            changes: &lowered.changes,
            census: Some(&seen.census),
            contacts: &contacts,
            record: &seen.read.record,
            backup_files: None,
            members_files: &members,
            refused_attestations: const { &BTreeSet::new() },
            raised: &Raised::default(),
            own: &[],
            rehearsed: None,
            now: self.now,
            freshness: &freshness,
            live,
            live_reading: &seen.live_reading,
        };
        judge(inputs, gate, found)
    }

    /// Live as it is while its copy is judged: nothing was done there yet.
    fn live_beside(&self) -> LiveReading {
        let snapshot = self.read(SiteRole::Live, Stage::Found).snapshot;
        let after = lower_on(&self.plan, &snapshot, SiteRole::Live).after;
        LiveReading::Read(Box::new(Original { snapshot, after }))
    }

    /// Whether a switch by the plan's strategy comes through this.
    pub(super) fn comes_through(&self, (role, stage, _): &Judged) -> bool {
        // With a push nothing is made on live itself.
        self.plan.strategy == Some(Strategy::RehearseAndReplay) || (*role, *stage) != (SiteRole::Live, Stage::Changed)
    }
}
