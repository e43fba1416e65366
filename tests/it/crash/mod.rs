//! Whatever happens to a run, finishing it gives what an undisturbed one gives, no act is done twice, and nothing of
//! anybody else's is overwritten.

#![allow(clippy::print_stdout, reason = "the numbers are part of what these tests are for")]

mod answers;
mod cut;
mod journals;
#[cfg(unix)]
mod killed;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use amc_plan::apply::journal::{Begin, Event, Journal};
use amc_plan::apply::{Outcome, Watch, run};
use amc_plan::change::{self, ByHand, Change, Digests, changes_digest, lower};
use amc_plan::example::generate;
use amc_plan::model::plan::{SiteRole, Strategy};
use amc_plan::model::population::Questions;
use amc_plan::model::{Kind, ObjectRef, Plan, Snapshot, State, digest};
use amc_plan::shape;
use amc_plan::site::snapshot_file::SnapshotFile;
use amc_plan::site::{Executor, Reading, Site, SiteError};
use amc_plan::text::{Limits, compose_bytes};
use amc_plan::trust::Key;
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::by_turns;
use crate::place;
use crate::place::Edited;

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

/// Where a journal is cut from this byte on: around the end of each line, and in the gate at one in six of the bytes between, others
/// each time. `CUTS=all cargo test --test it cut` tries every byte.
pub(crate) fn cuts(whole: &[u8], from: usize) -> impl Iterator<Item = usize> {
    let (all, first) = by_turns("CUTS");
    (from..=whole.len()).filter(move |cut| {
        let around = cut.saturating_sub(2)..(cut + 2).min(whole.len());
        all || (first + cut) % 6 == 0 || *cut == whole.len() || whole[around].contains(&b'\n')
    })
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
    let digests =
        Digests { intent: String::new(), changes: changes_digest(&host, &changes, &[]), facts: String::new() };
    let (on, strategy) = (SiteRole::Staging, Some(Strategy::RehearseAndReplay));
    Begin {
        tool: "0".into(),
        plan: "plan.yaml".into(),
        host,
        on,
        strategy,
        digests,
        rehearsed: None,
        by_hand: ByHand::default(),
        accepted: Vec::new(),
        kept: None,
        adapters: None,
        who: None,
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
        Outcome::Stopped { at, why } if at == wanted && why.why.contains(words) => {}
        other => panic!("not stopped at {wanted} by `{words}`: {other:?}"),
    }
}
