//! Whatever happens to a run, finishing it gives what an undisturbed one gives, no act is done twice, and nothing of
//! anybody else's is overwritten.

#![allow(clippy::print_stdout, reason = "the numbers are part of what these tests are for")]

use crate::place;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::place::Edited;
use amc_plan::apply::archive;
use amc_plan::apply::journal::{Begin, Event, Journal, JournalError, REPLACED};
use amc_plan::apply::machine::Next;
use amc_plan::apply::{Outcome, Watch, run};
use amc_plan::change::{self, Change, Digests, changes_digest, lower};
use amc_plan::example::generate;
use amc_plan::guide;
use amc_plan::model::plan::{SiteRole, Strategy};
use amc_plan::model::population::Questions;
use amc_plan::model::{Kind, ObjectRef, Plan, Snapshot, State, Step, digest};
use amc_plan::shape;
use amc_plan::site::snapshot_file::SnapshotFile;
use amc_plan::site::{Executor, Reading, Site, SiteError};
use amc_plan::text::{Limits, compose_bytes};
use amc_plan::trust::{Key, Purpose, marked};
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What goes wrong when a change is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Nothing.
    None,
    /// It lands, and the answer is lost.
    LandsUnheard,
    /// It does not land, and there is no answer.
    Lost,
    /// There is no answer, and it lands after the run has looked.
    LandsLate,
    /// The site says yes and does nothing.
    Ignored,
    /// Somebody else was there just before.
    Overtaken,
    /// It lands, and somebody else comes right after.
    Overwritten,
    /// It lands, and then the site cannot be read.
    LandsBlind,
}

/// A stand-in for a site: a state in memory that fails as it is told to.
struct StandIn {
    snapshot: Snapshot,
    journal: PathBuf,
    /// What goes wrong at each attempt at an object, in turn.
    faults: BTreeMap<ObjectRef, Vec<Fault>>,
    /// How often each change landed.
    landed: BTreeMap<ObjectRef, usize>,
    /// What lands once the run has stopped.
    late: Vec<Change>,
    blind: usize,
}

impl StandIn {
    fn new(state: State, journal: &Path) -> Self {
        let snapshot = Snapshot { state, ..example() };
        let (faults, landed) = (BTreeMap::new(), BTreeMap::new());
        Self { snapshot, journal: journal.to_owned(), faults, landed, late: Vec::new(), blind: 0 }
    }

    fn land(&mut self, change: &Change) -> Result<(), SiteError> {
        change::apply(&mut self.snapshot.state, change)?;
        *self.landed.entry(change.on.clone()).or_default() += 1;
        Ok(())
    }

    /// The run is over: what was under way arrives.
    fn settle(&mut self) {
        for change in std::mem::take(&mut self.late) {
            self.land(&change).unwrap();
        }
    }

    /// Somebody else's hand on an object.
    fn meddle(&mut self, on: &ObjectRef) -> Value {
        let found = change::read(&self.snapshot.state, on);
        let other = foreign(on);
        let change = Change { on: on.clone(), before: found, after: Some(other.clone()), cause: String::new() };
        change::apply(&mut self.snapshot.state, &change).unwrap();
        other
    }
}

/// A value that neither the site nor the plan has.
fn foreign(on: &ObjectRef) -> Value {
    match on.kind {
        Kind::ChargingGuard => json!({"enabled": false, "production_url": "//foreign.example"}),
        Kind::Emails => json!({"enabled": false, "welcome": "purchases"}),
        Kind::OptInForm => json!({"name": "Library Card", "operations": [{"other": "foreign"}]}),
        Kind::OrderForm => json!({"operations": [{"other": "foreign"}], "after_final_retry": "keep"}),
        kind => panic!("no foreign value of {kind}"),
    }
}

fn no_answer() -> SiteError {
    SiteError::Answer { origin: "https://x.example".into(), what: "it timed out".into(), help: "wait".into() }
}

impl Site for StandIn {
    fn name(&self) -> String {
        "a stand-in".to_owned()
    }

    fn read(&mut self, _: &Questions) -> Result<Reading, SiteError> {
        Ok(Reading { snapshot: self.snapshot.clone(), census: None, login: None })
    }

    fn observe(&mut self, on: &ObjectRef) -> Result<Option<Value>, SiteError> {
        if self.blind > 0 {
            self.blind -= 1;
            return Err(no_answer());
        }
        Ok(change::read(&self.snapshot.state, on))
    }

    fn executor(&self, _: &Change) -> Executor {
        Executor::Automatic
    }

    fn execute(&mut self, change: &Change) -> Result<(), SiteError> {
        let written = fs::read_to_string(&self.journal).unwrap();
        let forth =
            changes().iter().position(|known| known == change).map(|at| format!(r#"{{"intent":{{"change":{at}}}}}"#));
        let back = || changes().iter().position(|known| known.inverse() == *change);
        let intent = forth.unwrap_or_else(|| format!(r#"{{"take-back":{{"change":{}}}}}"#, back().unwrap()));
        assert!(written.contains(&intent), "nothing is done that is not written down");
        let faults = self.faults.entry(change.on.clone()).or_default();
        match if faults.is_empty() { Fault::None } else { faults.remove(0) } {
            Fault::None => self.land(change),
            Fault::LandsUnheard => self.land(change).and(Err(no_answer())),
            Fault::Lost => Err(no_answer()),
            Fault::LandsLate => {
                self.late.push(change.clone());
                Err(no_answer())
            }
            Fault::Ignored => Ok(()),
            Fault::Overtaken => {
                self.meddle(&change.on);
                self.land(change)
            }
            Fault::Overwritten => self.land(change).map(|()| drop(self.meddle(&change.on))),
            Fault::LandsBlind => {
                self.blind = 1;
                self.land(change)
            }
        }
    }
}

fn example() -> Snapshot {
    static READ: OnceLock<Snapshot> = OnceLock::new();
    READ.get_or_init(|| SnapshotFile::read(generate(7).site.as_bytes()).unwrap().into_snapshot()).clone()
}

/// The example's plan with these further opt-in forms, which the site does not have.
fn plan_text(further: &[String]) -> String {
    let form = |name: &String| {
        let key = amc_plan::model::text::slug(name);
        format!("  {key}:\n    name: {name}\n    custom_operation: {{release: [mini-course]}}\n")
    };
    let forms: String = further.iter().map(form).collect();
    generate(7).plan.edited("opt_in_forms:\n", &format!("opt_in_forms:\n{forms}"))
}

fn plan() -> Plan {
    let text = plan_text(&["Library Card".to_owned()]);
    let (_, tree, problems) = compose_bytes("plan.yaml".to_owned(), text.into_bytes(), &Limits::default());
    let (plan, misfits) = shape::plan(&tree.unwrap());
    assert!(problems.is_empty() && misfits.is_empty());
    plan
}

/// Six changes, one of them a creation.
fn changes() -> Vec<Change> {
    static LOWERED: OnceLock<Vec<Change>> = OnceLock::new();
    let chosen = || {
        let mut changes = lower(&plan(), &example()).changes;
        changes.retain(|change| !matches!(change.on.kind, Kind::Mail | Kind::Offering));
        assert_eq!((changes.len(), changes.iter().filter(|change| change.before.is_none()).count()), (6, 1));
        changes
    };
    LOWERED.get_or_init(chosen).clone()
}

/// The example's state after so many changes.
fn after(count: usize) -> State {
    let mut state = example().state;
    changes()[..count].iter().for_each(|change| change::apply(&mut state, change).unwrap());
    state
}

fn begin() -> Begin {
    let (host, changes) = ("staging.bloom.example".parse().unwrap(), changes());
    let digests = Digests { intent: String::new(), changes: changes_digest(&host, &changes), facts: String::new() };
    let (on, strategy) = (SiteRole::Staging, Some(Strategy::RehearseAndReplay));
    Begin {
        tool: "0".into(),
        plan: "plan.yaml".into(),
        host,
        on,
        strategy,
        digests,
        rehearsed: None,
        changes,
        steps: None,
    }
}

/// A folder in memory, where there is one: these tests sync thousands of times.
fn key() -> Key {
    Key::new([7; 32])
}

fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// The journal of a run that has begun and done nothing.
fn begun(folder: &TempDir) -> Journal {
    Journal::create(&folder.path().join("journal.ndjson"), &key(), begin(), Timestamp::UNIX_EPOCH).unwrap()
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn watch<'a>(
    clock: fn() -> Timestamp,
    stop: &'a dyn Fn() -> bool,
    tell: &'a mut dyn FnMut(usize, &Change),
) -> Watch<'a> {
    Watch { clock, stop, ousted: &|| None, leave: &[], tell }
}

fn go_on(site: &mut StandIn) -> Outcome {
    let mut journal = Journal::open(&site.journal.clone(), &key()).unwrap();
    let outcome = run(site, &mut journal, &changes(), watch(now, &|| false, &mut |_, _| ())).unwrap();
    site.settle();
    outcome
}

#[track_caller]
fn stops(outcome: Outcome, wanted: usize, words: &str) {
    match outcome {
        Outcome::Stopped { at, why } if at == wanted && why.contains(words) => {}
        other => panic!("not stopped at {wanted} by `{words}`: {other:?}"),
    }
}

#[track_caller]
fn each_landed_once(site: &StandIn) {
    for change in changes() {
        assert_eq!(site.landed.get(&change.on), Some(&1), "{}", change.on);
    }
    assert_eq!(site.snapshot.state, after(6));
    assert_eq!(Journal::open(&site.journal, &key()).unwrap().events().last().unwrap().event, Event::Done { change: 5 });
}

#[test]
fn cut_at_every_byte_whether_or_not_the_last_act_landed() {
    let folder = folder();
    let path = folder.path().join("journal.ndjson");
    drop(begun(&folder));
    assert!(matches!(go_on(&mut StandIn::new(after(0), &path)), Outcome::Finished));
    let whole = fs::read(&path).unwrap();
    let states: Vec<State> = (0..=6).map(after).collect();
    let (mut points, mut unbegun) = (0, 0);
    for cut in 0..=whole.len() {
        let lines = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
        if lines == 0 {
            fs::write(&path, &whole[..cut]).unwrap();
            assert_eq!(Journal::peek(&path, Some(&key())).unwrap().events, []);
            unbegun += 1;
            continue;
        }
        // Begin, then intent and outcome of each change in turn.
        let (done, intended) = ((lines - 1) / 2, lines % 2 == 0);
        for landed in if intended { 0..=1 } else { 0..=0 } {
            fs::write(&path, &whole[..cut]).unwrap();
            let mut site = StandIn::new(states[done + landed].clone(), &path);
            assert!(matches!(go_on(&mut site), Outcome::Finished), "{cut}");
            assert_eq!(site.snapshot.state, states[6], "{cut}");
            assert!(site.landed.values().all(|count| *count == 1), "{cut}");
            assert_eq!(site.landed.len(), 6 - done - landed, "exactly what was missing, at {cut}");
            assert!(fs::read(&path).unwrap() == whole, "and the journal is that of a run without a crash, at {cut}");
            points += 1;
        }
    }
    println!("{points} crash points, and {unbegun} before the beginning");
    assert!(points > 2_000);
}

#[test]
fn an_undo_cut_at_every_byte_ends_where_the_run_began() {
    let folder = folder();
    let path = folder.path().join("journal.ndjson");
    drop(begun(&folder));
    let mut site = StandIn::new(after(0), &path);
    assert!(matches!(go_on(&mut site), Outcome::Finished));
    let before = fs::read(&path).unwrap().len();
    let mut journal = Journal::open(&path, &key()).unwrap();
    journal.append(Event::Undo, now()).unwrap();
    drop(journal);
    assert!(matches!(go_on(&mut site), Outcome::Finished));
    assert_eq!(site.snapshot.state, after(0));
    // Each was made once and taken back once.
    assert!(site.landed.values().all(|count| *count == 2));
    let whole = fs::read(&path).unwrap();
    let states: Vec<State> = (0..=6).map(after).collect();
    let mut points = 0;
    for cut in before + 1..=whole.len() {
        let lines = whole[before..cut].iter().filter(|byte| **byte == b'\n').count();
        if lines == 0 {
            continue;
        }
        // Undo, then intent and outcome of each change backwards, then the end.
        let (back, intended) = (((lines - 1) / 2).min(6), lines % 2 == 0 && lines < 14);
        for landed in if intended { 0..=1 } else { 0..=0 } {
            fs::write(&path, &whole[..cut]).unwrap();
            let mut site = StandIn::new(states[6 - back - landed].clone(), &path);
            assert!(matches!(go_on(&mut site), Outcome::Finished), "{cut}");
            assert_eq!(site.snapshot.state, states[0], "{cut}");
            assert!(site.landed.values().all(|count| *count == 1), "{cut}");
            assert_eq!(site.landed.len(), 6 - back - landed, "exactly what was left, at {cut}");
            assert!(fs::read(&path).unwrap() == whole, "{cut}");
            points += 1;
        }
    }
    println!("{points} crash points of an undo");
    assert!(points > 2_000);
}

#[test]
fn an_undo_from_every_point_of_a_run_takes_back_what_is_in_place() {
    let folder = folder();
    let path = folder.path().join("journal.ndjson");
    drop(begun(&folder));
    assert!(matches!(go_on(&mut StandIn::new(after(0), &path)), Outcome::Finished));
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    for kept in 1..=lines.len() {
        let (done, intended) = ((kept - 1) / 2, kept % 2 == 0);
        for landed in if intended { 0..=1 } else { 0..=0 } {
            fs::write(&path, lines[..kept].iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
            Journal::open(&path, &key()).unwrap().append(Event::Undo, now()).unwrap();
            let mut site = StandIn::new(after(done + landed), &path);
            assert!(matches!(go_on(&mut site), Outcome::Finished), "{kept}");
            assert_eq!(site.snapshot.state, after(0), "{kept}");
            assert_eq!(site.landed.len(), done + landed, "{kept}");
            assert_eq!(Journal::open(&path, &key()).unwrap().events().last().unwrap().event, Event::End);
        }
    }
}

#[test]
fn an_undo_leaves_what_is_somebody_elses_where_that_is_said_and_takes_the_rest_back() {
    let folder = folder();
    let path = folder.path().join("journal.ndjson");
    drop(begun(&folder));
    assert!(matches!(go_on(&mut StandIn::new(after(0), &path)), Outcome::Finished));
    let mut journal = Journal::open(&path, &key()).unwrap();
    journal.append(Event::Undo, now()).unwrap();
    drop(journal);
    let undoing = fs::read(&path).unwrap();
    for at in 0..6 {
        let on = &changes()[at].on;
        // Whether or not it was met before it was said that it be left; each time with every other object named too, of
        // which nothing is left since nobody changed it.
        for met in [false, true] {
            fs::write(&path, &undoing).unwrap();
            let mut site = StandIn::new(after(6), &path);
            site.meddle(on);
            if met {
                stops(go_on(&mut site), at, "somebody else changed it");
            }
            let leave: Vec<ObjectRef> = changes().into_iter().map(|change| change.on).collect();
            let mut journal = Journal::open(&path, &key()).unwrap();
            let mut tell = |_: usize, _: &Change| ();
            let watch = Watch { leave: &leave, ..watch(now, &|| false, &mut tell) };
            assert!(matches!(run(&mut site, &mut journal, &changes(), watch).unwrap(), Outcome::Finished));
            let left = journal.events().iter().filter(|told| matches!(told.event, Event::Left { .. }));
            assert_eq!(left.map(|told| &told.event).collect::<Vec<_>>(), [&Event::Left { change: at }]);
            assert!(journal.progress().is_undone() && Journal::peek(&path, Some(&key())).is_ok());
            assert_eq!(change::read(&site.snapshot.state, on), Some(foreign(on)), "nothing foreign is overwritten");
            let back =
                Change { before: Some(foreign(on)), after: changes()[at].before.clone(), ..changes()[at].clone() };
            change::apply(&mut site.snapshot.state, &back).unwrap();
            assert_eq!(site.snapshot.state, after(0), "and all else is as it was");
            assert_eq!(site.landed.len(), 5);
        }
    }
}

#[test]
fn whoever_lost_the_lock_stops_and_writes_nothing_more() {
    for at in 0..12 {
        let folder = folder();
        let mut journal = begun(&folder);
        let mut site = StandIn::new(after(0), &folder.path().join("journal.ndjson"));
        // Asked before each act and after it: from this question on the lock is somebody else's.
        let asked = std::cell::Cell::new(0);
        let ousted = || {
            asked.set(asked.get() + 1);
            (asked.get() > at).then(|| "its lock was broken".to_owned())
        };
        let watch = Watch { clock: now, stop: &|| false, ousted: &ousted, leave: &[], tell: &mut |_, _| () };
        let before = fs::read(&site.journal).unwrap();
        stops(run(&mut site, &mut journal, &changes(), watch).unwrap(), at / 2, "lock was broken");
        let written = fs::read(&site.journal).unwrap();
        let lines = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
        // An act that was under way has its intent written, and its outcome is left for the next holder to read.
        assert_eq!(lines(&written) - lines(&before), at / 2 * 2 + at % 2, "{at}");
        assert_eq!(site.landed.len(), at.div_ceil(2));
        drop(journal);
        assert!(matches!(go_on(&mut site), Outcome::Finished));
        each_landed_once(&site);
    }
}

#[test]
fn an_answer_that_never_came() {
    use Fault::{LandsBlind, LandsLate, LandsUnheard, Lost};
    for at in 0..6 {
        for faults in [
            &[LandsUnheard][..],
            &[Lost],
            &[Lost, Lost],
            &[Lost, LandsUnheard],
            &[LandsLate],
            &[Lost, LandsLate],
            &[LandsBlind],
            &[Lost, LandsBlind],
            &[Fault::Ignored],
            &[Fault::Ignored, Lost, Fault::Ignored],
        ] {
            let folder = folder();
            drop(begun(&folder));
            let mut site = StandIn::new(after(0), &folder.path().join("journal.ndjson"));
            site.faults.insert(changes()[at].on.clone(), faults.to_vec());
            let mut runs = 0;
            while let Outcome::Stopped { at: stopped, why } = go_on(&mut site) {
                assert_eq!(stopped, at, "{faults:?}: {why}");
                runs += 1;
            }
            assert_eq!(runs, faults.iter().filter(|fault| **fault != LandsUnheard).count(), "{faults:?}");
            each_landed_once(&site);
        }
    }
}

#[test]
fn somebody_else_is_never_overwritten() {
    for at in 0..6 {
        for fault in [Fault::Overtaken, Fault::Overwritten] {
            let change = &changes()[at];
            let folder = folder();
            drop(begun(&folder));
            let mut site = StandIn::new(after(0), &folder.path().join("journal.ndjson"));
            site.faults.insert(change.on.clone(), vec![fault]);
            stops(go_on(&mut site), at, "omebody");
            for _ in 0..2 {
                assert_eq!(change::read(&site.snapshot.state, &change.on), Some(foreign(&change.on)));
                stops(go_on(&mut site), at, "has neither the value before nor the value after the change");
            }
            let landed: usize = site.landed.values().sum();
            assert_eq!(landed, at + usize::from(fault == Fault::Overwritten), "and nothing after it was begun");
            // They take it back, to either side.
            let back = if fault == Fault::Overtaken { change.before.clone() } else { change.after.clone() };
            let undo = Change { before: Some(foreign(&change.on)), after: back, ..change.clone() };
            change::apply(&mut site.snapshot.state, &undo).unwrap();
            assert!(matches!(go_on(&mut site), Outcome::Finished));
            each_landed_once(&site);
        }
    }
}

#[test]
fn asked_to_stop_it_ends_the_act_it_is_in() {
    for wanted in 0..=6 {
        let folder = folder();
        let mut journal = begun(&folder);
        let mut site = StandIn::new(after(0), &folder.path().join("journal.ndjson"));
        let told = std::cell::Cell::new(0);
        let stop = || told.get() >= wanted;
        let outcome =
            run(&mut site, &mut journal, &changes(), watch(now, &stop, &mut |_, _| told.set(told.get() + 1))).unwrap();
        match outcome {
            Outcome::Interrupted { at } => assert_eq!(at, wanted),
            other => assert!(wanted == 6 && matches!(other, Outcome::Finished), "{wanted}: {other:?}"),
        }
        assert_eq!((journal.progress().in_place(), site.landed.len()), (wanted, wanted));
        assert_eq!(site.snapshot.state, after(wanted));
        drop(journal);
        assert!(matches!(go_on(&mut site), Outcome::Finished));
        each_landed_once(&site);
    }
}

#[test]
fn a_clock_that_goes_back_changes_nothing() {
    static SECONDS: AtomicI64 = AtomicI64::new(2_000_000_000);
    fn back() -> Timestamp {
        Timestamp::from_second(SECONDS.fetch_sub(86_400, Ordering::Relaxed)).unwrap()
    }
    let folder = folder();
    let path = folder.path().join("journal.ndjson");
    let mut site = StandIn::new(after(0), &path);
    site.faults.insert(changes()[3].on.clone(), vec![Fault::Lost]);
    let mut journal = Journal::create(&path, &key(), begin(), back()).unwrap();
    let outcome = run(&mut site, &mut journal, &changes(), watch(back, &|| false, &mut |_, _| ())).unwrap();
    stops(outcome, 3, "did not accept");
    let mut journal = Journal::open(&path, &key()).unwrap();
    assert!(matches!(
        run(&mut site, &mut journal, &changes(), watch(back, &|| false, &mut |_, _| ())).unwrap(),
        Outcome::Finished
    ));
    each_landed_once(&site);
    // Runs that end in one second, or before the last one ended, are all kept, in their order.
    let mut kept = vec![journal.archive(now()).unwrap()];
    let before = now() - jiff::SignedDuration::from_hours(48);
    for at in [now(), now(), before, now(), now(), now(), now(), now(), before, now(), now(), back()] {
        kept.push(begun(&folder).archive(at).unwrap());
    }
    assert!(!path.exists());
    assert_eq!(archive::archived(&path).unwrap(), kept);
    archive::restore(&kept[3], &path).unwrap();
    assert!(archive::restore(&kept[4], &path).is_err(), "nothing is overwritten");
    assert_eq!(archive::archived(&path).unwrap().len(), kept.len() - 1);
}

#[test]
fn a_well_chained_journal_that_cannot_have_happened_is_refused() {
    let folder = folder();
    let path = folder.path().join("journal.ndjson");
    let (intent, done) = (|n: usize| json!({"intent": {"change": n}}), |n: usize| json!({"done": {"change": n}}));
    let halt = |n: usize| json!({"halt": {"change": n, "why": "x"}});
    let start = json!({"begin": begin()});
    let reached = |step: &str| json!({"reached": {"step": step}});
    let passed = |step: &str| json!({"passed": {"step": step, "by": "guided", "seen": "x"}});
    let left = |n: usize| json!({"left": {"change": n}});
    let replaced = json!({"closed": {"why": REPLACED}});
    let unpressed = json!({"not-pressed": {"who": "jo", "seen": "x"}});
    let passing = json!({"barrier-passed": {"who": "jo", "members": 3}});
    // Every change in place and read back; then up to the barrier.
    let in_place = (0..6).flat_map(|n| [intent(n), done(n)]);
    let placed: Vec<Value> = [start.clone()].into_iter().chain(in_place).chain([passed("configure")]).collect();
    let to_the_barrier = [reached("start-verification"), passed("start-verification"), reached("run-migration")];
    let barrier: Vec<Value> = placed.iter().cloned().chain(to_the_barrier).collect();
    let mut other = begin();
    other.changes.reverse();
    let cases: Vec<(Vec<Value>, usize)> = vec![
        (vec![start.clone(), intent(99)], 2),
        (vec![start.clone(), intent(1)], 2),
        (vec![start.clone(), done(0)], 2),
        (vec![start.clone(), halt(0)], 2),
        (vec![start.clone(), json!("end")], 2),
        (vec![start.clone(), start.clone()], 2),
        (vec![start.clone(), intent(0), done(0), done(0)], 4),
        (vec![start.clone(), intent(0), done(usize::MAX)], 3),
        (vec![start.clone(), intent(0), intent(0)], 3),
        (vec![start.clone(), intent(0), halt(1)], 3),
        (vec![start.clone(), intent(0), halt(0), intent(1)], 4),
        (vec![intent(0)], 1),
        (vec![json!("end")], 1),
        (vec![start.clone(), json!({"reached": {"step": "start-verification"}})], 2),
        (vec![start.clone(), passed("configure")], 2),
        (vec![start.clone(), json!({"barrier-passed": {"who": null, "members": 3}})], 2),
        (vec![start.clone(), json!("undo"), json!("undo")], 3),
        (vec![start.clone(), json!("undo"), intent(0)], 3),
        (vec![start.clone(), json!("undo"), json!({"take-back": {"change": 0}})], 3),
        (vec![start.clone(), intent(0), json!("undo"), json!({"taken-back": {"change": 0}})], 4),
        (vec![start.clone(), intent(0), done(0), json!("undo"), json!({"take-back": {"change": 0}}), done(0)], 6),
        (vec![start.clone(), json!({"closed": {"why": "x"}}), intent(0)], 3),
        // Only what is next to be taken back is left.
        (vec![start.clone(), intent(0), done(0), left(0)], 4),
        (vec![start.clone(), intent(0), left(0)], 3),
        (vec![start.clone(), json!("undo"), left(0)], 3),
        (vec![start.clone(), intent(0), done(0), json!("undo"), left(1)], 5),
        (vec![start.clone(), intent(0), done(0), json!("undo"), left(0), left(0)], 6),
        (vec![start.clone(), intent(0), done(0), json!("undo"), left(0), json!({"take-back": {"change": 0}})], 6),
        // Only a run whose place a new one took is undone after its end, and once, and not past the barrier.
        (vec![start.clone(), json!({"closed": {"why": "x"}}), json!("undo")], 3),
        (vec![start.clone(), replaced.clone(), intent(0)], 3),
        (vec![start.clone(), replaced.clone(), json!({"resume": {"token": 1}})], 3),
        (vec![start.clone(), replaced.clone(), json!("undo"), json!("undo")], 4),
        (vec![start.clone(), replaced.clone(), json!("undo"), json!("end"), json!("undo")], 5),
        (vec![start.clone(), json!("undo"), replaced.clone(), json!("undo")], 4),
        ([barrier.clone(), vec![passing.clone(), replaced.clone(), json!("undo")]].concat(), 20),
        ([placed.clone(), vec![passed("start-verification")]].concat(), 15),
        ([placed.clone(), vec![reached("run-migration")]].concat(), 15),
        ([placed.clone(), vec![reached("start-verification"), reached("start-verification")]].concat(), 16),
        ([placed.clone(), vec![passing.clone()]].concat(), 15),
        ([barrier.clone(), vec![passed("run-migration")]].concat(), 18),
        ([barrier.clone(), vec![passing.clone(), passing.clone()]].concat(), 19),
        ([barrier.clone(), vec![passing.clone(), json!("undo")]].concat(), 19),
        ([barrier.clone(), vec![passing.clone(), json!("end")]].concat(), 19),
        // Nobody can say that it was not pressed before the barrier was passed, after it was proven pressed, or twice.
        ([barrier.clone(), vec![unpressed.clone()]].concat(), 18),
        ([barrier.clone(), vec![passing.clone(), passed("run-migration"), unpressed.clone()]].concat(), 20),
        ([barrier.clone(), vec![passing.clone(), unpressed.clone(), unpressed.clone()]].concat(), 20),
        ([barrier.clone(), vec![passing.clone(), unpressed.clone(), passed("run-migration")]].concat(), 20),
        ([barrier.clone(), vec![passing.clone(), unpressed.clone(), passing.clone(), json!("undo")]].concat(), 21),
        (vec![json!({"begin": other})], 1),
    ];
    for (events, wrong) in cases {
        let mut previous = "0".repeat(64);
        let mut text = String::new();
        for event in &events {
            let line = json!({"version": 2, "at": now(), "event": event, "previous": previous}).to_string();
            let line = marked(&line, &key(), Purpose::Journal);
            previous = digest::of_bytes(line.as_bytes());
            text += &format!("{line}\n");
        }
        fs::write(&path, &text).unwrap();
        match Journal::open(&path, &key()) {
            Err(JournalError::Foreign { line, .. }) => assert_eq!(line, wrong, "{events:?}"),
            other => panic!("{events:?}: {other:?}"),
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

/// A journal of an earlier build has no list of steps: on live it began with the changes.
#[test]
fn a_journal_without_its_steps_is_read_as_it_was_written() {
    for on in [SiteRole::Staging, SiteRole::Live] {
        let begin = Begin { on, ..begin() };
        let text = serde_json::to_string(&begin).unwrap();
        assert!(!text.contains("steps"), "{text}");
        let folder = folder();
        let path = folder.path().join("journal.ndjson");
        drop(Journal::create(&path, &key(), begin.clone(), now()).unwrap());
        assert_eq!(Journal::peek(&path, Some(&key())).unwrap().progress.next(), Next::Run(0), "{on:?}");
        let steps = guide::of_a_run(Strategy::RehearseAndReplay, on).to_vec();
        let first = steps[0];
        let path = folder.path().join("new.ndjson");
        drop(Journal::create(&path, &key(), Begin { steps: Some(steps.clone()), ..begin.clone() }, now()).unwrap());
        let wanted = if on == SiteRole::Live { Next::Step(first) } else { Next::Run(0) };
        assert_eq!(Journal::peek(&path, Some(&key())).unwrap().progress.next(), wanted, "{on:?}");
        // Steps that no run has.
        let without: Vec<Step> = steps.iter().copied().filter(|step| *step != Step::Configure).collect();
        let twice: Vec<Step> = steps.iter().copied().flat_map(|step| [step, step]).collect();
        let back: Vec<Step> = steps.iter().rev().copied().collect();
        for (at, steps) in [without, twice, back, Vec::new()].into_iter().enumerate() {
            let path = folder.path().join(format!("bad{at}.ndjson"));
            drop(Journal::create(&path, &key(), Begin { steps: Some(steps), ..begin.clone() }, now()).unwrap());
            assert!(matches!(Journal::peek(&path, Some(&key())), Err(JournalError::Foreign { line: 1, .. })), "{at}");
        }
    }
}

#[test]
fn where_nobody_pressed_the_run_is_before_the_barrier_again() {
    let folder = folder();
    let mut journal = begun(&folder);
    let mut site = StandIn::new(after(0), &folder.path().join("journal.ndjson"));
    run(&mut site, &mut journal, &changes(), watch(now, &|| false, &mut |_, _| ())).unwrap();
    let passed = |step| Event::Passed { step, by: Executor::Guided, seen: "x".into(), found: BTreeMap::new() };
    let passed_barrier = || Event::BarrierPassed { who: None, members: None };
    let unpressed = || Event::NotPressed { who: "jo".into(), seen: "x".into() };
    let (verify, migrate) = (Step::StartVerification, Step::RunMigration);
    let to_the_barrier =
        [passed(Step::Configure), Event::Reached { step: verify }, passed(verify), Event::Reached { step: migrate }];
    for event in to_the_barrier.into_iter().chain([passed_barrier(), unpressed(), passed_barrier(), unpressed()]) {
        let opens = matches!(event, Event::BarrierPassed { .. });
        journal.append(event, now()).unwrap();
        assert_eq!(journal.progress().is_past_the_barrier(), opens);
        assert_eq!(
            Journal::peek(&site.journal, Some(&key())).unwrap().progress,
            *journal.progress(),
            "and it can be read again"
        );
    }
    assert_eq!(journal.progress().next(), Next::Step(migrate));
    journal.append(Event::Undo, now()).unwrap();
    drop(journal);
    assert!(matches!(go_on(&mut site), Outcome::Finished));
    assert_eq!(site.snapshot.state, after(0));
}

#[cfg(unix)]
mod killed {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Child, Command};
    use std::time::{Duration, Instant};

    use super::*;
    use crate::place::{PLAN, Place, SITE};

    /// So many new forms make the run long enough to be met in the middle.
    const FORMS: usize = 6;
    const CHANGES: usize = FORMS + 7;

    /// A folder with a run over many changes: what it began with, and what it came to.
    struct Long {
        place: Place,
        begin: String,
        before: String,
        after: String,
    }

    impl Long {
        fn new() -> Self {
            let place = Place::in_memory();
            let forms: Vec<String> = (0..FORMS).map(|n| format!("Signup {n}")).collect();
            fs::write(place.path(PLAN), plan_text(&forms)).unwrap();
            let before = place.read(SITE);
            place.confirm(&place.digest()).ends(0, &[]);
            let journal = fs::read_to_string(place.journal()).unwrap();
            let begin = format!("{}\n", journal.lines().next().unwrap());
            let after = place.read(SITE);
            assert_eq!(journal.matches(r#""done""#).count(), CHANGES);
            Self { place, begin, before, after }
        }

        /// The site as it was, and a journal that has begun.
        fn start(&self) {
            fs::write(self.place.path(SITE), &self.before).unwrap();
            fs::write(self.place.journal(), &self.begin).unwrap();
        }

        fn resumed(&self) -> Child {
            self.place.command(&["apply", PLAN, "--site", SITE, "--resume", "--through", "configure"]).spawn().unwrap()
        }

        #[track_caller]
        fn ended(&self) {
            assert!(self.place.read(SITE) == self.after, "the bytes are those of an undisturbed run");
            assert_eq!((self.place.journal().exists(), self.place.archived().len()), (true, 0));
            assert_eq!(self.done(), CHANGES);
            self.swept();
        }

        /// No half-written file of a dead run lies about.
        #[track_caller]
        fn swept(&self) {
            let folders = [self.place.folder.path().to_owned(), self.place.path(".plan")];
            let names = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
            let names = names.map(|entry| entry.unwrap().file_name());
            assert_eq!(names.filter(|name| name.to_string_lossy().ends_with(".tmp")).count(), 0);
        }

        fn done(&self) -> usize {
            fs::read_to_string(self.place.journal()).map_or(CHANGES, |journal| journal.matches(r#""done""#).count())
        }
    }

    /// Numbers out of a seed.
    struct Chance(u64);

    impl Chance {
        fn new() -> Self {
            let seed = u64::try_from(Timestamp::now().as_nanosecond() & i128::from(u64::MAX >> 1)).unwrap();
            println!("seed {seed}");
            Self(seed)
        }

        fn below(&mut self, limit: Duration) -> Duration {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let share = (self.0 >> 33) as f64 / f64::from(1_u32 << 31);
            limit.mul_f64(share)
        }
    }

    /// More by hand: `KILLS=500 cargo test --test it crash::`.
    fn kills(usual: usize) -> usize {
        std::env::var("KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
    }

    #[test]
    fn a_killed_run_is_finished_by_resuming() {
        let long = Long::new();
        long.start();
        let clock = Instant::now();
        let whole: place::Ran = long.resumed().wait_with_output().unwrap().into();
        let took = clock.elapsed();
        whole.ends(0, &[]);
        long.ended();
        let mut chance = Chance::new();
        let (mut met, mut at) = (0, [false; CHANGES + 1]);
        for _ in 0..kills(25) {
            long.start();
            // Up to two deaths in one run.
            for _ in 0..2 {
                let mut child = long.resumed();
                std::thread::sleep(chance.below(took));
                child.kill().unwrap();
                let ended = child.wait().unwrap().code();
                met += usize::from(ended.is_none());
                if ended.is_some() {
                    break;
                }
                at[long.done()] = true;
            }
            let ran: place::Ran = long.resumed().wait_with_output().unwrap().into();
            ran.ends(0, &[]);
            long.ended();
        }
        let places = at.iter().filter(|met| **met).count();
        println!("{met} kills, after {places} different numbers of changes; a whole run takes {took:?}");
        assert!(met > 0);
    }

    #[test]
    fn a_killed_apply_is_resumed_or_begun_again() {
        let long = Long::new();
        fs::remove_file(long.place.journal()).unwrap();
        fs::write(long.place.path(SITE), &long.before).unwrap();
        let digest = long.place.digest();
        let apply = ["apply", PLAN, "--site", SITE, "--confirm", &digest];
        let clock = Instant::now();
        long.place.run(&apply).ends(0, &[]);
        let took = clock.elapsed();
        let mut chance = Chance::new();
        let (mut before, mut within) = (0, 0);
        for _ in 0..kills(25) / 5 {
            fs::write(long.place.path(SITE), &long.before).unwrap();
            fs::remove_file(long.place.journal()).unwrap();
            let mut child = long.place.command(&apply).spawn().unwrap();
            std::thread::sleep(chance.below(took));
            child.kill().unwrap();
            child.wait().unwrap();
            match long.place.apply(&["--resume", "--through", "configure"]) {
                ran if ran.code == Some(0) => within += 1,
                ran => {
                    ran.ends(2, &["nothing to resume"]);
                    long.place.run(&apply).ends(0, &[]);
                    before += 1;
                }
            }
            assert!(long.place.read(SITE) == long.after);
            assert_eq!(long.done(), CHANGES);
            long.swept();
        }
        println!(
            "{before} kills before the run began or after it ended, {within} within it; a whole one takes {took:?}"
        );
    }

    #[test]
    fn a_killed_undo_of_an_earlier_run_is_finished_by_undoing_again() {
        let long = Long::new();
        let (place, before) = (&long.place, long.before.clone());
        place.edit(PLAN, "release: 7 days after previous}", "release: 9 days after previous}");
        place.confirm(&place.digest()).ends(0, &[]);
        let digest_of = |journal: &Path| {
            let events = Journal::peek(journal, Some(&place::key())).unwrap().events;
            amc_plan::apply::journal::begin(&events).unwrap().digests.changes.clone()
        };
        let undo = |digest: &str| place.command(&["undo", PLAN, "--site", SITE, "--confirm", digest]);
        let run = |digest: &str| place::Ran::from(undo(digest).output().unwrap());
        run(&digest_of(&place.journal())).ends(0, &[]);
        assert!(place.read(SITE) == long.after);
        // From here on again and again: the first run, whose place the second one took.
        let kept: Vec<(PathBuf, Vec<u8>)> =
            place.archived().into_iter().map(|path| (path.clone(), fs::read(&path).unwrap())).collect();
        assert_eq!(kept.len(), 2);
        let first = digest_of(&kept[0].0);
        let start = || {
            place.archived().iter().for_each(|path| fs::remove_file(path).unwrap());
            drop(fs::remove_file(place.journal()));
            kept.iter().for_each(|(path, text)| fs::write(path, text).unwrap());
            fs::write(place.path(SITE), &long.after).unwrap();
        };
        let clock = Instant::now();
        start();
        run(&first).ends(0, &[]);
        let took = clock.elapsed();
        let mut chance = Chance::new();
        let mut met = 0;
        for _ in 0..kills(25) / 2 {
            start();
            for _ in 0..2 {
                let mut child = undo(&first).spawn().unwrap();
                std::thread::sleep(chance.below(took));
                child.kill().unwrap();
                let ended = child.wait().unwrap().code();
                met += usize::from(ended.is_none());
                if ended.is_some() {
                    break;
                }
            }
            // It may have been over, and not put away, or not even that was left to do.
            let ran = run(&first);
            assert!(ran.code == Some(0) || ran.err.contains("nothing to undo"), "{ran:#?}");
            assert!(place.read(SITE) == before, "the bytes are those before both runs: {ran:#?}");
            assert!(!place.journal().exists());
            assert_eq!(place.archived().len(), 2);
            let taken = |path: &PathBuf| fs::read_to_string(path).unwrap().matches(r#""taken-back""#).count();
            let mut counts: Vec<usize> = place.archived().iter().map(taken).collect();
            counts.sort_unstable();
            assert_eq!(counts, [1, CHANGES], "each change was taken back once");
            long.swept();
        }
        println!("{met} kills; a whole one takes {took:?}");
        assert!(met > 0);
    }

    /// By hand, with Debian's strace: `SYNC_POINTS=1 cargo test --test it sync_point -- --nocapture`.
    #[test]
    fn killed_at_every_sync_point_of_apply_and_undo() {
        if std::env::var_os("SYNC_POINTS").is_none() {
            return;
        }
        let place = Place::in_memory();
        let (digest, before) = (place.digest(), place.read(SITE));
        let apply = ["apply", PLAN, "--site", SITE, "--confirm", &digest];
        let undo = ["undo", PLAN, "--site", SITE, "--confirm", &digest];
        place.run(&apply).ends(0, &[]);
        let after = place.read(SITE);
        for (words, undone) in [(&apply, false), (&undo, true)] {
            for call in ["fsync", "rename", "write", "openat"] {
                let mut kills = 0;
                for nth in 1.. {
                    fs::write(place.path(SITE), &before).unwrap();
                    place.state_files("journal.ndjson").iter().for_each(|path| fs::remove_file(path).unwrap());
                    if undone {
                        place.run(&apply).ends(0, &[]);
                    }
                    let plain = place.command(&words[..]);
                    let mut traced = Command::new("strace");
                    traced.args(["-f", "-qq", "-o", "/dev/null", "-e"]).arg(format!("trace={call}")).arg("-e");
                    traced.arg(format!("inject={call}:signal=SIGKILL:when={nth}")).arg(plain.get_program());
                    traced.args(plain.get_args()).current_dir(place.folder.path());
                    traced.env("PLAN_STATE_HOME", place::state_home());
                    let ended = traced.output().unwrap().status;
                    if ended.success() {
                        break;
                    }
                    kills += 1;
                    let finished =
                        if undone { place.run(&undo) } else { place.apply(&["--resume", "--through", "configure"]) };
                    if finished.code == Some(2) && !undone {
                        assert_eq!(place.read(SITE), before, "{call} {nth}: it had not begun");
                        place.run(&apply).ends(0, &[]);
                    } else {
                        assert!(
                            finished.code == Some(0) || undone && finished.code == Some(2),
                            "{call} {nth}: {finished:?}"
                        );
                    }
                    assert!(place.read(SITE) == *if undone { &before } else { &after }, "{call} {nth}");
                    if !undone {
                        let journal = fs::read_to_string(place.journal()).unwrap();
                        assert_eq!(journal.matches(r#""done""#).count(), 7, "{call} {nth}: each change once");
                    }
                }
                println!("{kills} kills at each {call} of {}", words[0]);
                assert!(kills > 5);
            }
        }
    }

    #[test]
    fn ctrl_c_ends_the_act_and_can_be_resumed() {
        let long = Long::new();
        for presses in 1..=2 {
            long.start();
            let mut child = long.resumed();
            let mut out = BufReader::new(child.stdout.take().unwrap());
            let mut first = String::new();
            out.read_line(&mut first).unwrap();
            assert!(first.starts_with("  1/"), "{first}");
            for _ in 0..presses {
                let signal = format!("kill -INT {}", child.id());
                assert!(Command::new("sh").args(["-c", &signal]).status().unwrap().success());
            }
            let rest: Vec<String> = out.lines().map(Result::unwrap).collect();
            let ran: place::Ran = child.wait_with_output().unwrap().into();
            assert_eq!(ran.code, Some(130), "{rest:?} {ran:?}");
            if presses == 1 {
                ran.ends(130, &["interrupted before change", "--resume"]);
                let done = long.done();
                assert!((1..CHANGES).contains(&done));
                assert_eq!(rest.last().unwrap(), &format!("{done} of {CHANGES} changes in place"));
                let journal = fs::read_to_string(long.place.journal()).unwrap();
                assert!(journal.lines().last().unwrap().contains(r#""done""#), "no act is left open");
            }
            long.place.apply(&["--resume", "--through", "configure"]).ends(0, &[]);
            long.ended();
        }
    }
}
