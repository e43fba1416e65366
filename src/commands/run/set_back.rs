//! What a person made of the plan's changes is set back: on live before the site is opened to buyers again, asked for and proven;
//! elsewhere it is named.

use jiff::Timestamp;

use crate::apply::by_hand::set_back;
use crate::apply::journal::{Begin, Event, JournalEntry};
use crate::apply::proof::Proof;
use crate::apply::since::{read_after, undone_at};
use crate::apply::walk;
use crate::change::{self, Task};
use crate::commands::{Terminal, attesting, may_ask};
use crate::failure::{Failure, exit};
use crate::guide::Named;
use crate::model::attested::Fact;
use crate::model::plan::SiteRole;
use crate::model::record::{Entry, Evidence, Record};
use crate::model::text::many;
use crate::model::{Kind, ObjectRef, Plan, Snapshot, State, Step};
use crate::output::survey::asks;
use crate::survey::Screen;
use crate::trust::{note_voided, of_this_machine, recorded_here};

use super::by_hand::{as_before, screen_back, show_back};
use super::resume;
use super::underway::Run;
use super::waiting::{self, Waiting};

impl Run {
    /// Waits until what a person made is set back, where the site is to be opened to buyers again; nothing where it is not.
    pub(super) fn set_back(
        &mut self,
        left: &[ObjectRef],
        no_input: bool,
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let Some(begin) = self.journal.begin().cloned() else { return Ok(()) };
        let mut waiting: Option<Waiting> = None;
        while self.journal.progress().is_to_be_set_back() {
            let open = match self.prove_set_back(&begin, left)? {
                Proof::Behind { by, seen } => {
                    waiting::ended(waiting.take(), terminal)?;
                    let seen = match left {
                        [] => seen,
                        left => format!("{seen}; {} left as it was made", many(left.len(), "object")),
                    };
                    self.note(Event::SetBack { by, seen: seen.clone(), left: left.to_vec() })?;
                    writeln!(terminal.out, "done: set back by hand ({}): {seen}", by.name())?;
                    continue;
                }
                Proof::Open(open) => open,
            };
            if waiting.is_none() {
                writeln!(terminal.out, "\nSet back by hand, before maintenance mode is switched off:")?;
                show_back(&tasks(&begin, left), "set back", terminal)?;
                terminal.out.flush()?;
            }
            if !may_ask(no_input) {
                for command in self.said_back(&begin, left)? {
                    writeln!(terminal.out, "  type       {command}")?;
                }
                let message = format!(
                    "the undo waits until what was made by hand is set back; only then maintenance mode is switched off: {}",
                    open.why
                );
                return Err(Failure::new(exit::PART_WAY, message).help(format!(
                    "set each of them back, record what its screen shows then, as named above, and continue with `{}`; {}",
                    self.files.undo(),
                    LEAVE
                )));
            }
            let plan = self.project.open()?.plan.clone();
            let waiting = waiting.get_or_insert_with(Waiting::new);
            self.wait_or_ask(no_input, (Step::Configure, &open, &plan), (waiting, None), terminal)?;
        }
        Ok(())
    }

    fn prove_set_back(&mut self, begin: &Begin, left: &[ObjectRef]) -> Result<Proof, Failure> {
        let since = undone_at(self.journal.events());
        waiting::until_readings_are_after(since, &self.files.site);
        let site = resume::ensure_its_site(self.site.as_mut(), begin, self.journal.progress())?;
        // Reading takes time, so what is now is asked for afterwards.
        let now = Timestamp::now();
        let read = read_after(&site.header.taken_at, since, now);
        let record = of_this_machine(self.project.record()?);
        let site = site.with_attested(&record, &walk::since(since, &recorded_here(), now));
        let (names, known) = (self.names(&Plan::default()), self.known()?);
        let named = names.of(&begin.host, begin.on);
        Ok(set_back(&begin.by_hand, left, (&site, &read), |task| said(task, &known, &named)))
    }

    /// The site with all that is attested of it.
    fn known(&mut self) -> Result<State, Failure> {
        Ok(attesting::attested(self.site.configuration()?, &self.project.record()?).state)
    }

    /// What is typed of each object once it is set back.
    fn said_back(&mut self, begin: &Begin, left: &[ObjectRef]) -> Result<Vec<String>, Failure> {
        let (names, known) = (self.names(&Plan::default()), self.known()?);
        let named = names.of(&begin.host, begin.on);
        Ok(tasks(begin, left).iter().map(|task| said(task, &known, &named)).collect())
    }

    /// The screen of an object that is set back; none where the run has no such task.
    pub(super) fn screen_back(&mut self, on: &ObjectRef) -> Result<Option<Screen>, Failure> {
        let Some(begin) = self.journal.begin().cloned() else { return Ok(None) };
        let known = self.known()?;
        Ok(tasks(&begin, &[]).iter().find(|task| task.on == on).map(|task| screen_back(task, &known)))
    }

    /// Refuses to end an undo at an address while a reading shows what a person made and has not set back.
    pub(super) fn ensure_nothing_is_left_made(
        &self,
        left: &[ObjectRef],
        now: &Snapshot,
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let Some(begin) = self.journal.begin() else { return Ok(()) };
        let mut made = tasks(begin, left);
        made.retain(|task| self.shows_back(task, now) == Some(false));
        if made.is_empty() {
            return Ok(());
        }
        // What keeps the copy from charging and mailing goes last.
        made.sort_by_key(|task| matches!(task.on.kind, Kind::ChargingGuard | Kind::Mail));
        show_back(&made, "set back", terminal)?;
        let message = format!("the undo waits until {} set back by hand", are(made.len()));
        Err(Failure::new(exit::PART_WAY, message)
            .help(format!("set each of them back on its screen, and continue with `{}`; {LEAVE}", self.files.undo())))
    }

    /// What a reading of a site at an address shows to be set back.
    pub(super) fn seen_back(&self, now: &Snapshot) -> Vec<ObjectRef> {
        let tasks = self.journal.begin().map(|begin| tasks(begin, &[])).unwrap_or_default();
        let seen = tasks.iter().filter(|task| self.shows_back(task, now) == Some(true));
        seen.map(|task| task.on.clone()).collect()
    }

    /// Whether a reading shows it to be as it was; none where none does. A site in a file shows what its keeper has not written into it yet.
    fn shows_back(&self, task: &Task<'_>, now: &Snapshot) -> Option<bool> {
        let is_shown = !self.site.is_in_a_file() && now.header.is_captured(task.on.kind.name());
        task.is_set_back(change::observed(now, task.on).as_ref()).filter(|_| is_shown)
    }

    /// Says what a person has still to set back, where nothing waited for that, and makes void what they saw of it in the run.
    pub(super) fn tell_set_back(
        &self,
        (left, seen_back): (&[ObjectRef], &[ObjectRef]),
        record: &Record,
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let Some(begin) = self.journal.begin() else { return Ok(()) };
        let voided = void(begin, left, self.journal.events(), record)?;
        if is_set_back(self.journal.events()) {
            return Ok(());
        }
        let mut tasks = tasks(begin, left);
        tasks.retain(|task| !seen_back.contains(task.on));
        show_back(&tasks, "set back", terminal)?;
        if !tasks.is_empty() {
            let (plan, site) = (self.files.plan().display().to_string(), &self.files.site);
            let survey = asks(&plan, site, begin.on == SiteRole::Live);
            let counts = if voided { "what was said of them in the run no longer counts; " } else { "" };
            writeln!(
                terminal.out,
                "{} may have been set by hand in the run: set back what was, by hand; {counts}`{survey}` asks for what their screens show then",
                many(tasks.len(), "object")
            )?;
        }
        Ok(())
    }
}

/// So many objects, with their verb.
fn are(count: usize) -> String {
    format!("{} {}", many(count, "object"), if count == 1 { "is" } else { "are" })
}

/// How an object is left as it was made.
pub(super) const LEAVE: &str = "to leave one as it was made, add `--leave KIND/KEY`";

/// What a person may have made, but for what is left as it was made.
fn tasks<'b>(begin: &'b Begin, left: &[ObjectRef]) -> Vec<Task<'b>> {
    begin.by_hand.tasks().into_iter().filter(|task| !left.contains(task.on)).collect()
}

/// What is typed of an object once it is set back: of one that was not there before, the list without it.
fn said(task: &Task<'_>, known: &State, named: &Named<'_>) -> String {
    if task.before.is_none() && task.is_compared {
        return named.record(&format!("saw {} --all NAMES", task.on.kind), named.on);
    }
    let (fields, is_compared) = as_before(task, known);
    named.saw(task.on, &fields, is_compared)
}

/// Whether what a person made was proven to be set back.
pub(super) fn is_set_back(events: &[JournalEntry]) -> bool {
    events.iter().any(|entry| matches!(entry.event, Event::SetBack { .. }))
}

/// What was left as it was made, by what is written down of it.
pub(super) fn left_as_made(events: &[JournalEntry]) -> Vec<ObjectRef> {
    let left = events.iter().filter_map(|entry| match &entry.event {
        Event::SetBack { left, .. } => Some(left.clone()),
        _ => None,
    });
    left.flatten().collect()
}

/// What somebody saw of what they made in the run no longer counts: it is set back, and has to be seen again. Whether there was any.
fn void(begin: &Begin, left: &[ObjectRef], events: &[JournalEntry], record: &Record) -> Result<bool, Failure> {
    let (begun, undone) = (events.first().map_or(Timestamp::MAX, |entry| entry.at), undone_at(events));
    let in_the_run = |entry: &&Entry| entry.at.parse::<Timestamp>().is_ok_and(|at| at >= begun && at < undone);
    let (tasks, mut any) = (tasks(begin, left), false);
    for entry in record.entries.iter().filter(in_the_run) {
        let Evidence::Saw(saw) = &entry.evidence else { continue };
        if !saw.host.is_same_site(&begin.host) || !tasks.iter().any(|task| *task.on == saw.on) {
            continue;
        }
        for field in saw.fields.keys() {
            let why = format!("the run of {begun:.0} that it was made in was undone at {undone:.0}");
            note_voided(&Fact { line: entry.sha256.clone(), name: format!("{}: {field}", saw.on) }, &why)?;
            any = true;
        }
    }
    Ok(any)
}
