//! A site that was closed to buyers for a run is opened again before the run ends: asked for, and proven.

use jiff::Timestamp;

use crate::apply::journal::{Event, JournalEntry};
use crate::apply::machine::Next;
use crate::apply::proof::{self, Proof, Sighting, as_read};
use crate::apply::since::{began, read_after, since_then};
use crate::apply::walk;
use crate::commands::{Terminal, may_ask};
use crate::failure::{Failure, exit};
use crate::guide::MigrationSignals;
use crate::model::{Kind, Plan, Step};
use crate::trust::{of_this_machine, recorded_here};

use super::resume;
use super::underway::Run;
use super::waiting::{Waiting, until_readings_are_after};

impl Run {
    /// Waits until maintenance mode is off again, where it was switched on for this run; nothing where it was not.
    pub(super) fn reopen(&mut self, no_input: bool, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        let step = Step::LeaveMaintenance;
        let mut waiting: Option<Waiting> = None;
        while self.journal.progress().next() == Next::Step(step) {
            if !self.journal.progress().is_reached() {
                self.note(Event::Reached { step })?;
            }
            let open = match self.prove_reopened()? {
                Proof::Behind { by, seen } => {
                    self.note(Event::Passed { step, by, seen: seen.clone(), found: Default::default() })?;
                    writeln!(terminal.out, "done: {} ({}): {seen}", step.about().title, by.name())?;
                    continue;
                }
                Proof::Open(open) => open,
            };
            if waiting.is_none() {
                self.tell(step, terminal)?;
            }
            if !may_ask(no_input) {
                let back =
                    |entry: &JournalEntry| matches!(entry.event, Event::TakenBack { .. } | Event::SetBack { .. });
                let taken_back = match self.journal.events().iter().any(back) {
                    true => "the changes are taken back",
                    false => "no change had to be taken back",
                };
                let message = format!("{taken_back}, and the undo waits at `{}`: {open}", step.name());
                let help = format!(
                    "switch maintenance mode off on the site, which takes no payment until then; then `{}`",
                    self.files.undo()
                );
                return Err(Failure::new(exit::PART_WAY, message).help(help));
            }
            let plan = self.project.open()?.plan.clone();
            let waiting = waiting.get_or_insert_with(Waiting::new);
            self.wait_or_ask(no_input, (step, &open, &plan), (waiting, None), terminal)?;
        }
        Ok(())
    }

    fn prove_reopened(&mut self) -> Result<Proof, Failure> {
        let Some(begin) = self.journal.begin().cloned() else { return Ok(Proof::open("no run began here")) };
        let since = began(Step::LeaveMaintenance, self.journal.events(), None);
        until_readings_are_after(since, &self.files.site);
        let site = resume::ensure_its_site(self.site.as_mut(), &begin, self.journal.progress())?;
        // Reading takes time, so what is now is asked for afterwards.
        let now = Timestamp::now();
        let record = since_then(of_this_machine(self.project.record()?), since, now);
        let read = read_after(&site.header.taken_at, since, now);
        let names = self.names(&Plan::default());
        let of = (&begin.host, Kind::Maintenance, "on");
        let is_on = MigrationSignals::of(&site).maintenance;
        let sight = Sighting::of(is_on, &record, of, &walk::since(since, &recorded_here(), now));
        Ok(as_read(proof::maintenance(&sight, &names.of(&begin.host, begin.on)), &read))
    }
}
