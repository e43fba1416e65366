//! The guide's steps on a site that times out, answers late, takes its word back, goes away or becomes another one: in
//! process, with the journal cut at every byte. Whatever happens, nobody is told to press twice, and no step is behind
//! without its proof.

mod live;
mod pushed;
mod staging;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use amc_plan::apply::journal::{Begin, Event, Journal, JournalError};
use amc_plan::apply::walk::{Prompt, Reviewed, StepContext, Turn, advance};
use amc_plan::change::{ByHand, Change, Digests, changes_digest};
use amc_plan::example::generate;
use amc_plan::guide::Names;
use amc_plan::model::facts::Here;
use amc_plan::model::plan::{Confirmation, MigrationChoices, SiteRole, Strategy};
use amc_plan::model::population::Questions;
use amc_plan::model::purchase::{Confirmed, Known, Purchased};
use amc_plan::model::record::{Entry, Evidence, Purchase, Record, SignIn, Verification, VerificationLine};
use amc_plan::model::snapshot::COLLECTOR;
use amc_plan::model::state::{Administrator, Plugin};
use amc_plan::model::{Executor, Field, Identity, Plan, Snapshot, State, Step};
use amc_plan::site::snapshot_file::SnapshotFile;
use amc_plan::site::{Reading, SignedIn, Site, SiteError};
use amc_plan::trust::Key;
use jiff::Timestamp;
use tempfile::TempDir;

const HOST: &str = "staging.bloom.example";

pub(crate) fn here() -> Identity {
    HOST.parse().unwrap()
}

/// What the site shows at one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// It is not on Managed Contacts, and takes payments.
    Sells,
    /// It is not on Managed Contacts, and in maintenance mode.
    Before,
    /// It is.
    Managed,
    /// It is, and maintenance mode is off.
    Open,
    /// A collector that cannot tell.
    Mute,
    /// It does not answer.
    Away,
    /// It does not take the login any more.
    LockedOut,
    /// Another site stands in its place.
    Other,
}

/// A site that shows one look after the other; the last one stays.
pub(crate) struct StandIn {
    pub(crate) looks: Vec<Look>,
    login: Option<SignedIn>,
    /// When it is read.
    now: Timestamp,
    /// When it says that it was read, where that is another time.
    pub(crate) read_at: Option<Timestamp>,
    /// Where they are others than the example's.
    administrators: Option<BTreeMap<String, Administrator>>,
    /// Whether it lists the collector among its plugins.
    has_collector: bool,
}

/// The plugins that a site lists.
fn plugins(with_collector: bool) -> BTreeMap<String, Plugin> {
    let collector = || (COLLECTOR.to_owned(), Plugin { active: true.into(), ..Plugin::default() });
    with_collector.then(collector).into_iter().collect()
}

impl StandIn {
    fn look(&mut self) -> Look {
        if self.looks.len() > 1 { self.looks.remove(0) } else { self.looks[0] }
    }
}

fn example() -> Snapshot {
    static READ: OnceLock<Snapshot> = OnceLock::new();
    let read = || {
        let mut snapshot = SnapshotFile::read(generate(7).site.as_bytes()).unwrap().into_snapshot();
        // What no step asks for is not cloned ten thousand times.
        let State { administrators, crm, maintenance, .. } = snapshot.state;
        snapshot.state = State { administrators, crm, maintenance, ..State::default() };
        snapshot
    };
    READ.get_or_init(read).clone()
}

/// The site at this look.
fn shown(look: Look) -> Result<Snapshot, SiteError> {
    let mut snapshot = example();
    let crm = snapshot.state.crm.as_mut().unwrap();
    crm.managed = match look {
        Look::Before | Look::Sells => false.into(),
        Look::Mute => Field::Unknown,
        Look::Managed | Look::Open | Look::Other => true.into(),
        Look::Away => {
            let (origin, what) = ("https://x.example".into(), "it timed out".into());
            return Err(SiteError::Answer { origin, what, help: "wait".into() });
        }
        Look::LockedOut => {
            let (origin, what) = ("https://x.example".into(), "the password is not taken".into());
            return Err(SiteError::Login { origin, what, help: "look".into() });
        }
    };
    snapshot.state.maintenance.as_mut().unwrap().on = (!matches!(look, Look::Open | Look::Sells)).into();
    if look == Look::Other {
        snapshot.header.site = "other.example".parse().unwrap();
    }
    Ok(snapshot)
}

impl Site for StandIn {
    fn name(&self) -> String {
        "a stand-in".to_owned()
    }

    fn read(&mut self, _: &Questions) -> Result<Reading, SiteError> {
        let mut snapshot = shown(self.look())?;
        snapshot.state.plugins = plugins(self.has_collector);
        snapshot.header.taken_at = self.read_at.unwrap_or(self.now).to_string();
        if let Some(administrators) = &self.administrators {
            snapshot.state.administrators = administrators.clone();
        }
        Ok(Reading { snapshot, census: None, login: self.login.clone() })
    }

    fn signed_in(&mut self) -> Result<Option<SignedIn>, SiteError> {
        Ok(self.login.clone())
    }

    fn executor(&self, _: &Change) -> Executor {
        Executor::Guided
    }

    fn execute(&mut self, change: &Change) -> Result<(), SiteError> {
        Err(SiteError::NotAutomatic { site: self.name(), on: change.on.to_string() })
    }
}

/// Why a turn could not be taken here.
#[derive(Debug)]
pub(crate) enum Trouble {
    Site,
    Journal,
    Shut,
}

impl From<SiteError> for Trouble {
    fn from(_: SiteError) -> Self {
        Self::Site
    }
}

impl From<JournalError> for Trouble {
    fn from(_: JournalError) -> Self {
        Self::Journal
    }
}

/// A run with a clock that goes on by a second at each event.
pub(crate) struct Ground {
    pub(crate) site: StandIn,
    pub(crate) journal: Journal,
    pub(crate) record: Record,
    pub(crate) clock: i64,
    /// How well the site shows what was bought.
    pub(crate) bought: Known,
    /// Whether nothing shows who the members are.
    hides_members: bool,
    /// Whether the collector was there when the site was kept, and is there now.
    collector: [bool; 2],
    /// How often the barrier was passed in this process.
    passed_barrier: usize,
    administrators: BTreeMap<String, Administrator>,
}

impl Ground {
    pub(crate) fn open(journal: &Path, looks: &[Look]) -> Self {
        let journal = Journal::open(journal, &Key::new([7; 32])).unwrap();
        let clock = journal.events().len() as i64 * 10;
        let now = Timestamp::UNIX_EPOCH;
        let site = StandIn {
            looks: looks.to_vec(),
            login: None,
            now,
            read_at: None,
            administrators: None,
            has_collector: false,
        };
        let record = Record::default();
        Self {
            site,
            journal,
            record,
            clock,
            bought: Known::Attested,
            hides_members: false,
            collector: [false; 2],
            passed_barrier: 0,
            administrators: example().state.administrators,
        }
    }

    pub(crate) fn says(&mut self, evidence: Evidence) {
        self.clock += 1;
        let (at, who, previous) = (self.now().to_string(), "jo".to_owned(), String::new());
        self.record.entries.push(Entry { version: 1, at, who, evidence, previous, sha256: String::new(), line: 0 });
    }

    /// Somebody says all that a person can, by now.
    pub(crate) fn says_everything(&mut self) {
        let line = VerificationLine { text: "41 tags".into(), flagged: false };
        self.says(Evidence::Verification(Verification { host: here(), lines: vec![line] }));
        self.signs_in();
        let saw = Confirmation::ALL.to_vec();
        self.says(Evidence::Purchase(Purchase {
            host: here(),
            form: "f".into(),
            saw,
            orders: Vec::new(),
            transaction: None,
        }));
    }

    pub(crate) fn signs_in(&mut self) {
        self.says(Evidence::SignIn(SignIn { host: here(), says: "in another browser".into() }));
    }

    pub(crate) fn advance(&mut self) -> Result<Turn, Trouble> {
        advance(self, Step::ReopenLive)
    }

    /// Whether the journal has it that a step is behind.
    fn is_behind(&self, step: Step) -> bool {
        self.journal.progress().passed().contains(&step)
    }
}

impl StepContext for Ground {
    type Error = Trouble;

    fn site(&mut self) -> &mut dyn Site {
        self.clock += 1;
        self.site.now = self.now();
        self.site.has_collector = self.collector[1];
        &mut self.site
    }

    fn journal(&self) -> &Journal {
        &self.journal
    }

    fn note(&mut self, event: Event) -> Result<(), Trouble> {
        self.clock += 1;
        Ok(self.journal.append(event, self.now())?)
    }

    fn plan(&mut self) -> Result<Plan, Trouble> {
        let migration = Some(MigrationChoices { import_all_contacts: false, keep_maintenance_mode: true });
        let mut plan = Plan { strategy: Some(Strategy::RehearseAndReplay), migration, ..Plan::default() };
        let expect = Confirmation::ALL.to_vec();
        plan.sites.live = "https://bloom.example".into();
        plan.test_purchases.insert("f".into(), amc_plan::model::plan::TestPurchase { expect });
        Ok(plan)
    }

    fn record(&mut self) -> Result<Record, Trouble> {
        Ok(self.record.clone())
    }

    /// The gate: never on a site that has switched, and never where it cannot be read.
    fn recorded_here(&self) -> Here {
        // What is said here was read from no file.
        Here { lines: BTreeSet::from([String::new()]), ..Here::default() }
    }

    fn pass_barrier(&mut self, _: &Plan) -> Result<(), Trouble> {
        let site = self.site.configuration()?;
        if site.header.site != here() || site.state.crm.is_none_or(|crm| crm.managed != Field::Set(false)) {
            return Err(Trouble::Shut);
        }
        self.passed_barrier += 1;
        self.note(Event::BarrierPassed { who: None, members: None })
    }

    fn kept(&mut self) -> Option<Snapshot> {
        let mut kept = shown(Look::Before).ok()?;
        kept.state.administrators = self.administrators.clone();
        kept.header.taken_at = Timestamp::UNIX_EPOCH.to_string();
        kept.state.plugins = plugins(self.collector[0]);
        Some(kept)
    }

    fn members_read(&mut self) -> Result<Option<Timestamp>, Trouble> {
        Ok(None)
    }

    fn reviewed(&mut self, _: Option<&Record>) -> Result<Reviewed, Trouble> {
        let hidden = Reviewed::Unproven("nobody was read".into());
        Ok(if self.hides_members { hidden } else { Reviewed::Equal("everybody".into()) })
    }

    fn purchased(&mut self, record: &Record) -> Result<Vec<Purchased>, Trouble> {
        let confirmed = |what: &Confirmation| Confirmed { what: *what, how: self.bought, seen: String::new() };
        let one = |purchase: &Purchase| Purchased {
            form: purchase.form.clone(),
            orders: Vec::new(),
            buyers: Vec::new(),
            confirmations: purchase.saw.iter().map(confirmed).collect(),
        };
        Ok(record.purchases(&here()).map(one).collect())
    }

    fn ensure_may_begin(&mut self, _: Step) -> Result<(), Self::Error> {
        Ok(())
    }

    fn names(&mut self) -> Names {
        let [plan, site, live] = ["plan.yaml", "site", "live"].map(str::to_owned);
        Names { plan, site, live, without_members: false, quote: str::to_owned }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.clock).unwrap()
    }
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// The journal of a run without changes that is configured.
fn configured(folder: &TempDir) -> PathBuf {
    let path = begun(folder, SiteRole::Staging, None);
    let mut journal = Journal::open(&path, &Key::new([7; 32])).unwrap();
    let passed =
        Event::Passed { step: Step::Configure, by: Executor::Automatic, seen: String::new(), found: BTreeMap::new() };
    journal.append(passed, Timestamp::UNIX_EPOCH).unwrap();
    path
}

/// The turn of a run without changes, in which nothing is left to a person either.
pub(crate) fn nothing_by_hand() -> Turn {
    Turn::Configured { by: Executor::Automatic, seen: String::new() }
}

/// The journal of a run without changes that has begun.
pub(crate) fn begun(folder: &TempDir, on: SiteRole, steps: Option<Vec<Step>>) -> PathBuf {
    let path = folder.path().join("journal.ndjson");
    let digests = Digests { intent: String::new(), changes: changes_digest(&here(), &[], &[]), facts: String::new() };
    let strategy = Some(Strategy::RehearseAndReplay);
    let begin = Begin {
        tool: "0".into(),
        plan: "plan.yaml".into(),
        host: here(),
        on,
        strategy,
        digests,
        changes: Vec::new(),
        rehearsed: None,
        steps,
        by_hand: ByHand::default(),
        accepted: Vec::new(),
        kept: None,
        adapters: None,
        who: None,
    };
    drop(Journal::create(&path, &Key::new([7; 32]), begin, Timestamp::UNIX_EPOCH).unwrap());
    path
}

/// A run that stands right past the barrier: somebody was told to press, in this very turn.
pub(crate) fn passed_barrier(folder: &TempDir) -> Ground {
    let mut ground = Ground::open(&configured(folder), &[Look::Before]);
    ground.says_everything();
    assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::StartVerification, .. }));
    match ground.advance().unwrap() {
        Turn::Waits { step: Step::RunMigration, say: Prompt::PressOnce, open } => {
            assert!(open.to_string().contains("do not press it again"), "{open}");
        }
        other => panic!("{other:?}"),
    }
    ground
}
