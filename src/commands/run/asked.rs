//! What a person is asked to do at a step that waits.

use jiff::Timestamp;

use crate::apply::by_hand::is_in_place;
use crate::apply::proof::Open;
use crate::apply::walk::{Prompt, since};
use crate::cli::Apply;
use crate::commands::terminal::labelled;
use crate::commands::{Terminal, attesting, may_ask};
use crate::failure::{Failure, exit};
use crate::guide::MigrationSignals;
use crate::model::plan::{ContactValues, SiteRole};
use crate::model::{ObjectRef, Plan, Step};
use crate::output::contacts::listed;
use crate::output::escape::{line, path};
use crate::trust::recorded_here;

use super::by_hand;
use super::underway::Run;

impl Run {
    /// Tells a person what to do; without input that is the end for now.
    pub(super) fn asked(
        &mut self,
        args: &Apply,
        plan: &Plan,
        (step, open, say): (Step, &Open, Prompt),
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let (names, (host, on)) = (self.names(plan), self.at());
        let named = names.of(&host, on);
        if say == Prompt::Act {
            self.tell(step, terminal)?;
            if step == Step::ReviewContacts {
                self.tell_contacts(plan, terminal)?;
            }
            let commands = match (step, self.journal.begin().cloned()) {
                (Step::Configure, Some(begin)) => {
                    let known = attesting::attested(self.site.configuration()?, &self.project.record()?).state;
                    let open = self.open_tasks()?;
                    by_hand::show(&begin.by_hand, &open, &known, &named, terminal)?
                }
                _ => named.commands_of_a_run(plan, step),
            };
            // On a terminal nobody types a command: what is lacking is asked for.
            for command in commands.iter().filter(|_| !may_ask(args.no_input)) {
                writeln!(terminal.out, "  type       {command}")?;
            }
        }
        if may_ask(args.no_input) {
            return Ok(());
        }
        let site = &mut self.site;
        self.log.waiting(step, || site.configuration().ok().map(|snapshot| MigrationSignals::of(&snapshot)));
        let pressed = "the barrier is passed, and nobody has pressed *Run Migration* yet";
        let how = if open.asks.is_none() { self.brought_up_to_date(step) } else { None };
        let open = if say == Prompt::PressOnce { pressed.to_owned() } else { open.to_string() };
        let shows = |run: &mut Self| run.site.configuration().ok().and_then(|now| MigrationSignals::of(&now).managed);
        let when = match say {
            Prompt::PressOnce => "press it now, once, then".to_owned(),
            Prompt::PressNothing if shows(self) == Some(true) => "do that, then".to_owned(),
            Prompt::PressNothing => {
                let word = self.files.say_not_pressed();
                format!(
                    "if nobody pressed *Run Migration*, attest that: {word}; once the state of the migration is known,"
                )
            }
            Prompt::Act => "do it, record what is named above, then".to_owned(),
        };
        let message = format!("waits at {}: {open}", step.in_a_sentence());
        let resume = named.resume();
        let mut failure = Failure::new(exit::PART_WAY, message);
        failure.details.extend(how);
        Err(failure.help(format!("{when} continue with `{resume}`; nothing is lost")))
    }

    /// What a person makes that nothing shows in place yet.
    fn open_tasks(&mut self) -> Result<Vec<ObjectRef>, Failure> {
        let Some(begin) = self.journal.begin().cloned() else { return Ok(Vec::new()) };
        let begun = self.journal.events().first().map_or(Timestamp::MAX, |entry| entry.at);
        let (record, here) = (self.project.record()?, recorded_here());
        let site = self.site.configuration()?.with_attested(&record, &since(begun, &here, Timestamp::now()));
        let tasks = begin.by_hand.tasks();
        let open = tasks.iter().filter(|task| !is_in_place(task, &site));
        Ok(open.map(|task| task.on.clone()).collect())
    }

    /// Which contacts a person looks at, and where their values are, which nobody is shown.
    pub(super) fn tell_contacts(&self, plan: &Plan, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        let ids: Vec<String> = listed(plan).map(|(id, _)| id).collect();
        if ids.is_empty() {
            return labelled("contacts", "the plan lists none (`spot_check: list`)", terminal);
        }
        labelled("contacts", &line(&ids.join(", ")), terminal)?;
        let values = match &plan.spot_check.values {
            Some(ContactValues::File(name)) => {
                let file = self.files.plan().with_file_name(name);
                format!("what each of them had before the migration stands in {}", path(&file))
            }
            _ => "what each of them had before stands in the plan (`spot_check: values`)".to_owned(),
        };
        labelled("", &values, terminal)
    }

    /// What a person has to do.
    pub(super) fn tell(&self, step: Step, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        let about = step.about();
        let executor = self.journal.begin().map_or(about.executor, |begin| begin.executor(step));
        writeln!(terminal.out, "\n{} ({}, {})", about.title, executor.name(), about.back.name())?;
        let lines = [
            ("where", about.screen),
            ("do", step.act(self.journal.begin().map_or(SiteRole::Staging, |begin| begin.on))),
            ("proven by", about.observed),
            ("believed", about.believed),
        ];
        for (name, text) in lines.into_iter().filter(|(_, text)| !text.is_empty()) {
            labelled(name, text, terminal)?;
        }
        terminal.out.flush()?;
        Ok(())
    }
}
