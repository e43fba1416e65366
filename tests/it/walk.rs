//! The guide's steps on a site that times out, answers late, takes its word back, goes away or becomes another one: in
//! process, with the journal cut at every byte. Whatever happens, nobody is told to press twice, and no step is behind
//! without its proof.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use amc_plan::apply::journal::{Begin, Event, Journal, JournalError};
use amc_plan::apply::machine::Next;
use amc_plan::apply::walk::{Prompt, Reviewed, StepContext, Turn, advance};
use amc_plan::change::{Change, Digests, changes_digest};
use amc_plan::example::generate;
use amc_plan::guide::{self, Names};
use amc_plan::model::plan::{BackupPart, Confirmation, MigrationChoices, SiteRole, Strategy};
use amc_plan::model::population::Questions;
use amc_plan::model::purchase::{Confirmed, Known, Purchased};
use amc_plan::model::record::{
    Backup, BackupSource, Entry, Evidence, Purchase, Record, SignIn, Verification, VerificationLine,
};
use amc_plan::model::state::Administrator;
use amc_plan::model::{Executor, Identity, Plan, Snapshot, State, Step};
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
        Look::Before | Look::Sells => Some(false),
        Look::Mute => None,
        Look::Managed | Look::Open | Look::Other => Some(true),
        Look::Away => {
            let (origin, what) = ("https://x.example".into(), "it timed out".into());
            return Err(SiteError::Answer { origin, what, help: "wait".into() });
        }
        Look::LockedOut => {
            let (origin, what) = ("https://x.example".into(), "the password is not taken".into());
            return Err(SiteError::Login { origin, what, help: "look".into() });
        }
    };
    snapshot.state.maintenance.as_mut().unwrap().on = !matches!(look, Look::Open | Look::Sells);
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
    /// How often the barrier was passed in this process.
    passed_barrier: usize,
    administrators: BTreeMap<String, Administrator>,
}

impl Ground {
    pub(crate) fn open(journal: &Path, looks: &[Look]) -> Self {
        let journal = Journal::open(journal, &Key::new([7; 32])).unwrap();
        let clock = journal.events().len() as i64 * 10;
        let now = Timestamp::UNIX_EPOCH;
        let site = StandIn { looks: looks.to_vec(), login: None, now, read_at: None, administrators: None };
        let record = Record::default();
        Self {
            site,
            journal,
            record,
            clock,
            bought: Known::Attested,
            passed_barrier: 0,
            administrators: example().state.administrators,
        }
    }

    pub(crate) fn says(&mut self, evidence: Evidence) {
        self.clock += 1;
        let (at, who, previous) = (self.now().to_string(), "jo".to_owned(), String::new());
        self.record.entries.push(Entry { version: 1, at, who, evidence, previous });
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
    fn pass_barrier(&mut self, _: &Plan) -> Result<(), Trouble> {
        let site = self.site.configuration()?;
        if site.header.site != here() || site.state.crm.and_then(|crm| crm.managed) != Some(false) {
            return Err(Trouble::Shut);
        }
        self.passed_barrier += 1;
        self.note(Event::BarrierPassed { who: None, members: None })
    }

    fn kept(&mut self) -> Option<Snapshot> {
        let mut kept = shown(Look::Before).ok()?;
        kept.state.administrators = self.administrators.clone();
        kept.header.taken_at = Timestamp::UNIX_EPOCH.to_string();
        Some(kept)
    }

    fn members_read(&mut self) -> Result<Option<Timestamp>, Trouble> {
        Ok(None)
    }

    fn reviewed(&mut self, _: Option<&Record>) -> Result<Reviewed, Trouble> {
        Ok(Reviewed::Equal("everybody".into()))
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
        Names { plan, site, live, quote: str::to_owned }
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

/// The journal of a run without changes that has begun.
pub(crate) fn begun(folder: &TempDir, on: SiteRole, steps: Option<Vec<Step>>) -> PathBuf {
    let path = folder.path().join("journal.ndjson");
    let digests = Digests { intent: String::new(), changes: changes_digest(&here(), &[]), facts: String::new() };
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
            assert!(open.contains("do not press it again"), "{open}");
        }
        other => panic!("{other:?}"),
    }
    ground
}

/// Every order of four looks after the barrier.
fn scripts() -> Vec<[Look; 4]> {
    use Look::{Away, Before, LockedOut, Managed, Mute, Other};
    let all = [Before, Managed, Mute, Away, LockedOut, Other];
    let mut scripts = Vec::new();
    for a in all {
        for b in all {
            for c in all {
                scripts.extend(all.map(|d| [a, b, c, d]));
            }
        }
    }
    scripts
}

/// 1296 sequences of what the site shows while the migration is waited for, each with and without the spare
/// administrator's sign-in afterwards: 9210 looks, as a walk that is behind looks no more.
#[test]
fn whatever_the_site_shows_under_the_wait_nobody_is_told_to_press_again() {
    let folder = folder();
    let kept = {
        let ground = passed_barrier(&folder);
        (fs::read(folder.path().join("journal.ndjson")).unwrap(), ground.record.clone(), ground.clock)
    };
    let (scripts, mut looks) = (scripts(), 0);
    for script in &scripts {
        for signs_in in [false, true] {
            let path = folder.path().join("journal.ndjson");
            fs::write(&path, &kept.0).unwrap();
            let mut ground = Ground::open(&path, &script[..1]);
            (ground.record, ground.clock) = (kept.1.clone(), kept.2);
            if signs_in {
                ground.signs_in();
            }
            for look in script {
                ground.site.looks = vec![*look];
                looks += 1;
                let proven = *look == Look::Managed && signs_in;
                match ground.advance().unwrap() {
                    Turn::Passed { step: Step::RunMigration, .. } => assert!(proven, "{script:?}"),
                    Turn::Waits { step: Step::RunMigration, say, open } => {
                        assert_eq!((say, proven), (Prompt::PressNothing, false), "{script:?}");
                        let known = *look == Look::Managed;
                        assert!(known || open.contains("do not press it again until its state is known"), "{open}");
                    }
                    other => panic!("{script:?}: {other:?}"),
                }
                assert_eq!(ground.passed_barrier, 0);
                if ground.is_behind(Step::RunMigration) {
                    break;
                }
            }
            let shown = script.contains(&Look::Managed);
            assert_eq!(ground.is_behind(Step::RunMigration), shown && signs_in, "{script:?}");
        }
    }
    assert_eq!((scripts.len(), looks), (1296, 9210));
}

/// The journal of a whole walk, cut at every byte; the site as it may be at that time, and whatever a person said:
/// about 23 000 points.
#[test]
fn the_steps_cut_at_every_byte_are_gone_on_with_and_pressed_once() {
    let folder = folder();
    let mut ground = passed_barrier(&folder);
    ground.signs_in();
    for (step, look) in [
        (Step::RunMigration, Look::Managed),
        (Step::ReviewContacts, Look::Managed),
        (Step::LeaveMaintenance, Look::Open),
    ] {
        ground.site.looks = vec![look];
        assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: passed, .. } if passed == step));
    }
    assert!(matches!(ground.advance().unwrap(), Turn::Waits { step: Step::TestPurchase, say: Prompt::Act, .. }));
    ground.says_everything();
    assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::TestPurchase, .. }));
    assert_eq!(ground.advance().unwrap(), Turn::Close);
    let path = folder.path().join("journal.ndjson");
    let whole = fs::read(&path).unwrap();
    let configured = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0 + 1;
    let at_passed = whole.windows(18).position(|bytes| bytes == b"{\"barrier-passed\":").unwrap();
    let acknowledged = at_passed + whole[at_passed..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut points = 0;
    for cut in configured..=whole.len() {
        for look in [Look::Before, Look::Managed, Look::Open, Look::Away, Look::Other] {
            // Before the barrier was acknowledged nobody pressed, so the site has not switched.
            for said in [false, true] {
                fs::write(&path, &whole[..cut]).unwrap();
                let mut ground = Ground::open(&path, &[look]);
                let behind = ground.journal.progress().passed().to_vec();
                ground.clock = 10_000;
                if said {
                    ground.says_everything();
                }
                points += 1;
                let mut presses = 0;
                // No walk is longer: each turn passes a step, waits, or ends.
                for _ in 0..8 {
                    match ground.advance() {
                        Ok(Turn::Passed { step, .. }) => {
                            let may = match step {
                                Step::StartVerification => said,
                                // Open right after it, the site is not as the plan keeps it.
                                Step::RunMigration => said && look == Look::Managed,
                                Step::ReviewContacts => look == Look::Managed,
                                Step::LeaveMaintenance => look == Look::Open,
                                Step::TestPurchase => said && look == Look::Open,
                                step => panic!("{step:?} at {cut}"),
                            };
                            assert!(may && !behind.contains(&step), "{step:?} without its proof: {look:?} at {cut}");
                        }
                        Ok(Turn::Waits { say, .. }) => {
                            presses += usize::from(say == Prompt::PressOnce);
                            break;
                        }
                        Ok(Turn::Close) => break,
                        Ok(Turn::Moved { step, moved }) => {
                            assert!(step >= Step::StartVerification && !moved.is_empty());
                            break;
                        }
                        // What is not told apart from an error is not told to anybody either.
                        Err(Trouble::Shut | Trouble::Site) => break,
                        other => panic!("{other:?} at {cut}"),
                    }
                }
                let pressed_before = cut >= acknowledged;
                assert!(presses + usize::from(pressed_before) <= 1, "told to press twice: {look:?} at {cut}");
                assert_eq!(presses, ground.passed_barrier, "the barrier and the instruction are one");
                assert!(presses == 0 || look == Look::Before, "told to press on a site that has switched");
            }
        }
    }
    assert_eq!(points, 10 * (whole.len() - configured + 1));
    assert!(points > 20_000, "{points} points were tested");
}

/// A site that was behind the migration and is not any more passes nothing that comes after it.
#[test]
fn a_site_that_was_copied_anew_behind_the_migration_passes_no_further_step() {
    for look in [Look::Before, Look::Other] {
        let folder = folder();
        let mut ground = passed_barrier(&folder);
        ground.signs_in();
        ground.site.looks = vec![Look::Managed];
        assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::RunMigration, .. }));
        ground.site.looks = vec![look];
        for _ in 0..3 {
            match ground.advance().unwrap() {
                Turn::Waits { step: Step::ReviewContacts, open, .. } => {
                    let words = if look == Look::Before { "copied again" } else { "this site is `other.example` now" };
                    assert!(open.contains(words), "{open}");
                }
                other => panic!("{other:?}"),
            }
        }
        ground.site.looks = vec![Look::Managed];
        assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::ReviewContacts, .. }));
    }
}

/// The tool's own login is tested with every reading; only as the spare administrator's it is a proof.
#[test]
fn the_login_of_the_tool_proves_the_spare_administrator_and_nobody_else() {
    let spare = |ground: &Ground, wanted: Option<bool>| {
        let is = |administrator: &Administrator| administrator.crm_contact == wanted;
        ground.administrators.iter().find(|(_, administrator)| is(administrator)).map(|(key, _)| key.clone())
    };
    for (crm_contact, is_administrator, words) in [
        (Some(false), true, None),
        (Some(true), true, Some("is not the spare administrator's")),
        (None, true, Some("was not captured")),
        (Some(false), false, Some("no longer belongs to an administrator")),
    ] {
        let folder = folder();
        let mut ground = passed_barrier(&folder);
        ground
            .administrators
            .insert("nobody-told".into(), Administrator { crm_contact: None, extra: Default::default() });
        ground.site.administrators = Some(ground.administrators.clone());
        let key = spare(&ground, crm_contact).unwrap();
        ground.site.login = Some(SignedIn { key: key.clone(), is_administrator });
        ground.site.looks = vec![Look::Managed];
        let said = match (ground.advance().unwrap(), words) {
            (Turn::Passed { step: Step::RunMigration, seen, .. }, None) => seen,
            (Turn::Waits { open, .. }, Some(words)) => {
                assert!(open.contains(words) && open.contains("plan record sign-in"), "{open}");
                // By word it goes on, and what the machine tested is said beside it.
                ground.signs_in();
                match ground.advance().unwrap() {
                    Turn::Passed { step: Step::RunMigration, seen, .. } => {
                        assert!(seen.contains("attested") && seen.contains(words), "{seen}");
                        seen
                    }
                    other => panic!("{other:?}"),
                }
            }
            (other, _) => panic!("{other:?}"),
        };
        assert!(!said.contains(&key), "a login is nobody's business: {said}");
    }
}

/// A backup that is on record now, made at this time.
fn backup(made: Timestamp) -> Evidence {
    let (parts, source) = (vec![BackupPart::Files, BackupPart::Database], BackupSource::RestorePoint("r".into()));
    let taken_at = made.to_string();
    Evidence::Backup(Backup { of: SiteRole::Live, parts, taken_at, stored_off_server: true, source })
}

/// The journal of a run on live up to its changes, cut at every byte; the site and the backup as they may be at that time: about
/// 7 700 points. Nothing is changed on a site that sells or has no backup from since, and a run that is taken back opens it again.
#[test]
fn on_live_nothing_is_changed_before_it_is_closed_and_backed_up_and_an_undo_opens_it_again() {
    let folder = folder();
    let steps = guide::of_a_run(Strategy::RehearseAndReplay, SiteRole::Live).to_vec();
    let path = begun(&folder, SiteRole::Live, Some(steps));
    let first = fs::read(&path).unwrap().len();
    let mut ground = Ground::open(&path, &[Look::Sells]);
    assert!(matches!(ground.advance().unwrap(), Turn::Waits { step: Step::EnterMaintenance, .. }));
    ground.site.looks = vec![Look::Before];
    assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::EnterMaintenance, .. }));
    assert!(matches!(ground.advance().unwrap(), Turn::Waits { step: Step::Backup, .. }));
    ground.says(backup(ground.now()));
    assert!(matches!(ground.advance().unwrap(), Turn::Passed { step: Step::Backup, .. }));
    assert_eq!(ground.advance().unwrap(), Turn::Changes);
    let whole = fs::read(&path).unwrap();
    let mut points = 0;
    for cut in first..=whole.len() {
        for look in [Look::Sells, Look::Before, Look::Other] {
            for made in [None, Some(0), Some(10_001)] {
                points += 1;
                fs::write(&path, &whole[..cut]).unwrap();
                let mut ground = Ground::open(&path, &[look]);
                let proven = ground.is_behind(Step::Backup);
                ground.clock = 10_000;
                made.into_iter().for_each(|at| ground.says(backup(Timestamp::from_second(at).unwrap())));
                ground.clock = 10_000;
                for _ in 0..4 {
                    match ground.advance().unwrap() {
                        Turn::Passed { step: Step::EnterMaintenance, .. } => assert_eq!(look, Look::Before, "at {cut}"),
                        Turn::Passed { step: Step::Backup, .. } => {
                            assert_eq!((look, made), (Look::Before, Some(10_001)), "at {cut}");
                        }
                        Turn::Changes => {
                            assert!(
                                proven || (look, made) == (Look::Before, Some(10_001)),
                                "{look:?} {made:?} at {cut}"
                            );
                            break;
                        }
                        Turn::Waits { .. } | Turn::Moved { .. } => break,
                        other => panic!("{other:?} at {cut}"),
                    }
                }
                let asked = ground.journal.events().iter().any(|told| matches!(told.event, Event::Reached { .. }));
                ground.note(Event::Undo).unwrap();
                let next = ground.journal.progress().next();
                assert_eq!(next, if asked { Next::Step(Step::LeaveMaintenance) } else { Next::Close }, "at {cut}");
                assert_eq!(ground.journal.progress().is_closed_to_buyers(), asked);
                if asked {
                    let (step, by) = (Step::LeaveMaintenance, Executor::Guided);
                    ground.note(Event::Reached { step }).unwrap();
                    ground.note(Event::Passed { step, by, seen: String::new(), found: BTreeMap::new() }).unwrap();
                    assert_eq!(ground.journal.progress().next(), Next::Close);
                }
                ground.note(Event::End).unwrap();
                assert!(Journal::peek(&path, None).unwrap().progress.is_undone(), "and it can be read again");
            }
        }
    }
    assert!(points > 7_000, "{points} points were tested");
}
