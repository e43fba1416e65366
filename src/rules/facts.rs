//! What a rule may know, and a note of each thing it asked for.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::about::About;
use super::files::{BackupFiles, ContactsFile, FileNow, MembersFile, Tracking};
use super::original::LiveReading;
use super::own::{Came, Own};
use super::raised::Raised;
use super::read::Read;
use super::reading::Freshness;
use crate::change::{Change, text};
use crate::diag::Finding;
use crate::model::attested::{Contradiction, Respelt};
use crate::model::facts::{Counting, Here};
use crate::model::plan::{BackupPart, ContactRecord, Plan, SiteRole};
use crate::model::population::Census;
use crate::model::record::{Backup, BackupSource, Dump, DumpEnding, Entry, Record};
use crate::model::snapshot::Snapshot;
use crate::model::state::{Kind, Object};
use crate::model::{Grade, Identity, Misfits, ObjectRef, State};

use super::{Rule, by_id};

/// Everything that a judgement starts from. Values only: no clock, no file, no site.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The plan, without what did not fit.
    pub plan: &'a Plan,
    /// The site as it is; none where the check runs without a site.
    pub before: Option<&'a Snapshot>,
    /// The site as the changes leave it; none where there is no site.
    pub after: Option<&'a State>,
    /// The changes.
    pub changes: &'a [Change],
    /// The population's answers; none where no population was captured.
    pub census: Option<&'a Census>,
    /// The recorded values of the spot-check contacts.
    pub contacts: &'a ContactsFile,
    /// The evidence beside the plan.
    pub record: &'a Record,
    /// The files that hold the site's members: the one that they were read from, and the backups that are kept.
    pub members_files: &'a [MembersFile],
    /// What became of the recorded backups' files; none where nobody says in which folder they lie.
    pub backup_files: Option<&'a BackupFiles>,
    /// The rules for which no attestation is valid, as the project's settings say.
    pub refused_attestations: &'a BTreeSet<String>,
    /// The rules whose warnings are errors, as the project's settings say.
    pub raised: &'a Raised,
    /// The rules of the plan's own, each with what came of it.
    pub own: &'a [(&'a Own, Came)],
    /// The day on which a rehearsal of this plan came to its end, as its certificate proves here; none where none does, or nobody looked.
    pub rehearsed: Option<Date>,
    /// What time it is: the clock's for a live site, the capture time for a site in a file.
    pub now: Timestamp,
    /// How old the reading may be.
    pub freshness: &'a Freshness,
    /// Whether the live site is judged, rather than the staging copy.
    pub live: bool,
    /// The live site as it was read beside its copy.
    pub live_reading: &'a LiveReading,
}

/// Before or after the changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The site as it is.
    Before,
    /// The site as the changes leave it.
    After,
}

/// A known value. `None` stands for a fact that is unknown, and was noted as such.
pub type Known<T> = Option<T>;

/// What a rule may know. Every question is noted.
#[derive(Debug)]
pub struct Facts<'a> {
    pub(super) inputs: Inputs<'a>,
    /// The gate that is judged.
    pub(super) gate: super::Phase,
    /// Every answer, in the order of the questions.
    reads: RefCell<Vec<Read>>,
    pub(super) unknown: RefCell<BTreeSet<About>>,
    /// Whether more than the plan and the time was asked for since the last taking of notes.
    beyond_the_plan: Cell<bool>,
    risk_uses: OnceCell<Vec<bool>>,
    /// How often each object was shown under a finding.
    shown: RefCell<BTreeMap<ObjectRef, usize>>,
}

/// Under how many findings an object is shown: whoever reads those has seen it, and each of them holds it whole.
const SHOWN: usize = 20;

impl<'a> Facts<'a> {
    /// Facts over these inputs, for a judgement at this gate.
    pub fn new(inputs: Inputs<'a>, gate: super::Phase) -> Self {
        Self {
            inputs,
            gate,
            reads: RefCell::default(),
            unknown: RefCell::default(),
            beyond_the_plan: Cell::new(false),
            risk_uses: OnceCell::new(),
            shown: RefCell::default(),
        }
    }

    /// The finding with this object under it, the line that begins so labelled; with its name alone where it was shown often enough.
    pub(super) fn excerpt(
        &self,
        finding: Finding,
        (on, object): (ObjectRef, impl FnOnce() -> Object),
        needle: &str,
        label: &str,
    ) -> Finding {
        let mut shown = self.shown.borrow_mut();
        let shown = shown.entry(on.clone()).or_default();
        *shown += 1;
        match *shown {
            ..=SHOWN => finding.excerpt(on.to_string(), text::object(&object()), needle, label),
            _ if finding.site.is_none() => finding.on_site(on.to_string()),
            _ => finding,
        }
    }

    /// The plan. Always known.
    pub fn plan(&self) -> &'a Plan {
        self.inputs.plan
    }

    /// The changes that the plan asks for. Known wherever the site is.
    pub fn changes(&self) -> &'a [Change] {
        self.beyond_the_plan.set(true);
        self.inputs.changes
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.inputs.now
    }

    /// What day it is, in UTC.
    pub fn today(&self) -> Date {
        self.inputs.now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date()
    }

    /// Whether the live site is judged, rather than the staging copy.
    pub fn live(&self) -> bool {
        self.inputs.live
    }

    /// Whether the live site is judged, and it is on Managed Contacts. No rule's question, so no fact of one.
    pub(super) fn switched(&self) -> bool {
        let crm = self.inputs.before.and_then(|snapshot| snapshot.state.crm.as_ref());
        self.inputs.live && crm.is_some_and(|crm| crm.managed.is_on())
    }

    /// Whether a site was read at all.
    pub(super) fn has_site(&self) -> bool {
        self.inputs.before.is_some()
    }

    /// Whether the project's settings allow no attestation of this rule.
    pub(super) fn refuses_attestations(&self, rule: &str) -> bool {
        self.inputs.refused_attestations.contains(rule)
    }

    /// The rule of this name, built in or of the plan's own.
    pub fn rule(&self, id: &str) -> Option<&'static Rule> {
        by_id(id).or_else(|| self.own(id).map(|(own, _)| own.rule))
    }

    /// The rule of the plan's own of this name, with what came of it.
    pub(super) fn own(&self, id: &str) -> Option<&'a (&'a Own, Came)> {
        self.inputs.own.iter().find(|(own, _)| own.rule.id == id)
    }

    /// The record. Always known: an empty one is one without evidence.
    pub fn record(&self) -> &'a Record {
        self.beyond_the_plan.set(true);
        self.inputs.record
    }

    /// What persons attested of this site and the reading shows otherwise: each is a fact of the reading. What nobody attested is
    /// none, and neither is what no reading shows.
    pub fn contradictions(&self) -> &'a [Contradiction] {
        self.beyond_the_plan.set(true);
        let Some(before) = self.inputs.before else { return &[] };
        for Contradiction { on, field, .. } in before.attested.contradictions() {
            match field {
                Some(field) => self.note(format!("{on}: {field}"), before.field_grade(on, field, true)),
                None => self.note(on.kind.name(), before.list_grade(on.kind)),
            }
        }
        before.attested.contradictions()
    }

    /// What the reading shows as persons attested it, but for spelling: no fact of its own.
    pub fn attested_otherwise_spelt(&self) -> &'a [Respelt] {
        self.inputs.before.map_or(&[], |before| before.attested.respelt())
    }

    /// What stands in the files of the reading and fits no format, by file: no fact of the site. What a machine sent of the members
    /// beyond the format is kept.
    pub fn misfits(&self) -> impl Iterator<Item = (&'static str, &'a Misfits)> + use<'a> {
        self.beyond_the_plan.set(true);
        let site = self.inputs.before.map(|before| ("site", &before.misfits));
        let by_hand = |before: &&Snapshot| !before.header.capture("contact").is_by_a_machine();
        let members = self.inputs.before.filter(by_hand).and(self.inputs.census);
        site.into_iter().chain(members.map(|census| ("population", &census.misfits)))
    }

    /// What a person saw last of a switch of another site than the judged one, of which there is no reading here. An absent sight is no
    /// fact.
    pub fn saw_switch(&self, site: &Identity, kind: Kind, field: &str) -> Option<bool> {
        let here = Here::default();
        let now = self.inputs.freshness.clock;
        let counting = Counting { now, here: &here, only_here: false, since: None, again_since: None };
        let (value, who) = self.record().saw(site, (&ObjectRef::only(kind), field), &counting)?;
        self.note(format!("{kind} of {site}"), Grade::Attested(who.to_owned()));
        value.as_bool()
    }

    /// The backup recorded last that holds this part. The last one counts, so that a wrong entry can be corrected.
    ///
    /// A database dump shows what it holds. Otherwise its recorder attests that, as it always is of which site it was
    /// made; a backup that is not on record is no fact. Unknown without a site: whether a
    /// backup is there in time is a question of the moment, which only a reading has.
    pub fn backup(&self, of: SiteRole, part: BackupPart) -> Known<Option<(&'a Entry, &'a Backup)>> {
        let fact = format!("backup of the {of:?} site's {part:?}").to_lowercase();
        if self.inputs.before.is_none() {
            self.note(fact, Grade::Unknown(NO_SITE.to_owned()));
            return None;
        }
        let found = self.record().backup(of, part);
        if let Some((entry, backup)) = found {
            let shows = match &backup.source {
                BackupSource::File { dump: Some(dump), .. } => part == BackupPart::Database && dump.lacks.is_empty(),
                _ => false,
            };
            self.note(fact, if shows { Grade::Captured("dump") } else { Grade::Attested(entry.who.clone()) });
        }
        Some(found)
    }

    /// The dump that the database's backup was seen to be, with the name of its file; none where it is no dump.
    pub fn dump(&self, of: SiteRole) -> Known<Option<(&'a str, &'a Dump)>> {
        Some(self.backup(of, BackupPart::Database)?.and_then(|(_, backup)| match &backup.source {
            BackupSource::File { name, dump: Some(dump), .. } => Some((name.as_str(), dump)),
            BackupSource::File { .. } | BackupSource::RestorePoint(_) => None,
        }))
    }

    /// How a dump is broken, if it is.
    pub fn broken(&self, dump: &'a Dump) -> Known<Option<&'a str>> {
        let (grade, broken) = match &dump.ending {
            DumpEnding::Whole => (Grade::Captured("dump"), Some(None)),
            DumpEnding::Broken(how) => (Grade::Captured("dump"), Some(Some(how.as_str()))),
            DumpEnding::NotProven => (Grade::Unknown("the dump has no last line `-- Dump completed`".to_owned()), None),
        };
        self.note(BACKUP_END, grade);
        broken
    }

    /// How many users the site has at least, and who they are, as far as anything of it was captured: administrators
    /// and contacts are users both, and one person may be both.
    pub fn users_at_least(&self) -> Known<(u64, &'static str)> {
        let is_captured = self.capture("contact").is_known() && self.inputs.census.is_some();
        let contacts = is_captured.then(|| self.census()).flatten();
        let contacts = contacts.map(|census| (census.members, "contacts"));
        if contacts.is_some() && !self.graded(|before| before.list_grade(Kind::Administrator)).is_known() {
            return contacts;
        }
        let administrators = self.administrators(Side::Before)?.count() as u64;
        contacts.into_iter().chain([(administrators, "administrators")]).max()
    }

    /// How a backup's file compares with its record now; none where no folder of backups was given, and its record
    /// counts as of its time.
    pub fn backup_file(&self, name: &str) -> Option<&'a FileNow> {
        self.beyond_the_plan.set(true);
        let now = self.inputs.backup_files?.now(name)?;
        self.note(format!("backup's file `{name}`"), Grade::Captured("file"));
        Some(now)
    }

    /// For each accepted risk of the plan, whether it met a finding. Empty until every other rule has run.
    pub fn risk_uses(&self) -> &[bool] {
        self.risk_uses.get().map_or(&[], Vec::as_slice)
    }

    /// Where the contacts' recorded values stand. Always known.
    pub fn contacts_file(&self) -> &'a ContactsFile {
        self.beyond_the_plan.set(true);
        self.inputs.contacts
    }

    /// The recorded values of the spot-check contacts: the plan's own, so no fact of the site unless they cannot be read.
    pub fn contact_values(&self) -> Known<&'a BTreeMap<String, ContactRecord>> {
        self.beyond_the_plan.set(true);
        let values = self.inputs.contacts.values.as_ref();
        if values.is_none() {
            let why = match &self.inputs.contacts.absent {
                Some(name) => format!("the private file `{name}` is not here"),
                None => "the file of contact values could not be read".to_owned(),
            };
            self.note(CONTACT_VALUES, Grade::Unknown(why));
        }
        values
    }

    /// Whether git tracks a document that holds members' addresses.
    pub fn tracked_by_git(&self, tracking: &Tracking) -> Known<bool> {
        let (grade, tracked) = match tracking {
            Tracking::Tracked => (Grade::Captured("git"), Some(true)),
            Tracking::Untracked => (Grade::Captured("git"), Some(false)),
            Tracking::Unknown(why) => {
                (Grade::Unknown(format!("whether git tracks the contacts' values is unknown, as {why}")), None)
            }
        };
        self.note(TRACKED, grade);
        tracked
    }

    /// The identity that the header gives: as well known as the environment, and worth a line even where that is unknown.
    pub fn site(&self) -> Known<&'a Identity> {
        self.note("host", self.capture(Kind::Environment.name()));
        self.inputs.before.map(|before| &before.header.site)
    }

    /// Says which accepted risks met a finding, once.
    pub(super) fn set_risk_uses(&self, uses: Vec<bool>) {
        self.risk_uses.get_or_init(|| uses);
    }

    /// More than the plan and the time is asked for.
    pub(super) fn leaves_the_plan(&self) {
        self.beyond_the_plan.set(true);
    }

    /// Whether more than the plan and the time was asked for since the last call of [`Facts::take_reads`].
    pub(super) fn went_beyond_the_plan(&self) -> bool {
        self.beyond_the_plan.get()
    }

    /// Notes of what was asked since the last call, by fact.
    pub(super) fn take_reads(&self) -> Vec<Read> {
        self.beyond_the_plan.set(false);
        Read::by_fact(self.reads.take())
    }

    /// What of the site was asked since the last call and is unknown.
    pub(super) fn take_unknown(&self) -> BTreeSet<About> {
        self.unknown.take()
    }

    /// The site on this side of the changes; none without a site.
    pub(super) fn state(&self, side: Side) -> Option<&'a State> {
        match side {
            Side::Before => self.inputs.before.map(|before| &before.state),
            Side::After => self.inputs.after,
        }
    }

    /// How well something of the reading is known; unknown without a site.
    pub(super) fn graded(&self, of: impl FnOnce(&Snapshot) -> Grade) -> Grade {
        self.inputs.before.map_or_else(|| Grade::Unknown(NO_SITE.to_owned()), of)
    }

    /// How a section of the snapshot was captured; unknown without a site.
    pub(super) fn capture(&self, section: &str) -> Grade {
        self.graded(|before| before.grade(section))
    }

    pub(super) fn note(&self, fact: impl Into<String>, grade: Grade) {
        self.beyond_the_plan.set(true);
        self.reads.borrow_mut().push(Read { fact: fact.into(), grade });
    }
}

/// The fact that a database dump goes to its end.
pub(super) const BACKUP_END: &str = "backup's end";

/// The recorded values of the spot-check contacts.
pub(super) const CONTACT_VALUES: &str = "contact values";

/// The fact that git tracks the contacts' values, or not.
pub(super) const TRACKED: &str = "git's index";

/// Why nothing of a site is known in a check without one.
pub const NO_SITE: &str = "no site was read";
