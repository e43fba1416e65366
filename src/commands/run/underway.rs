//! A run under its lock: the changes carried out or taken back, read back, and the verification at their end.

use std::rc::Rc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use crate::apply::journal::{Begin, Event, Journal};
use crate::apply::lock::Lock;
use crate::apply::{self, Outcome, Watch};
use crate::change::{self, Change};
use crate::cli::Apply;
use crate::commands::{Begun, Terminal, interrupt};
use crate::failure::{Failure, exit};
use crate::model::record::Record;
use crate::model::text::many;
use crate::model::{Executor, ObjectRef, Step};
use crate::output::escape;
use crate::project::Project;
use crate::reconcile;
use crate::site::Site;
use crate::verify::SideReading;

use super::by_hand;
use super::event_log::EventLog;
use super::everybody::Everybody;
use super::reviewed::{self, Ended};
use super::run_files::RunFiles;
use super::target::ensure_gate_green;

/// A run that is under way; its lock is let go when it is dropped.
pub(crate) struct Run {
    pub(crate) site: Box<dyn Site>,
    pub(crate) journal: Journal,
    pub(crate) project: Project,
    pub(crate) lock: Lock,
    pub(crate) files: RunFiles,
    pub(crate) log: EventLog,
    /// Who is at the keyboard: who began the run, until somebody else says so; none where nobody was named yet.
    pub(super) who: Option<String>,
    /// Everybody at a site at an address, as they were read last.
    pub(super) everybody: Everybody,
}

impl Run {
    /// Carries the changes out, or takes them back, and says what is in place, whatever happens.
    /// Of objects that are to be left nothing is taken back where somebody else changed them.
    pub(super) fn carry_out(
        &mut self,
        changes: &[Change],
        leave: &[ObjectRef],
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        if !changes.is_empty() {
            terminal.has_begun(Begun::Written);
        }
        let raised = interrupt::ctrl_c();
        let back = self.journal.progress().is_taking_back();
        let (out, lock) = (&mut *terminal.out, &self.lock);
        let mark = if back { "taken back: " } else { "" };
        let outcome = apply::run(
            self.site.as_mut(),
            &mut self.journal,
            changes,
            Watch {
                clock: Timestamp::now,
                stop: &|| raised.load(Ordering::Relaxed),
                ousted: &|| lock.ousted(Timestamp::now()),
                leave,
                tell: &mut |at, change| {
                    // A closed pipe must not stop a run half-way, and what is in place is reported even if it stops.
                    let on = escape::line(&change.on.to_string());
                    let _ = writeln!(out, "  {}/{} {mark}{on}", at + 1, changes.len());
                    let _ = out.flush();
                },
            },
        );
        for noticed in self.site.noticed() {
            let _ = writeln!(terminal.err, "attention: {}", escape::line(&noticed));
        }
        let total = changes.len();
        let (code, why, refused) = match outcome {
            Ok(Outcome::Finished) => return Ok(()),
            Ok(Outcome::Stopped { at, why }) => (
                exit::PART_WAY,
                format!("stopped at change {} of {total}: {why}", at + 1),
                why.refused.map(|help| (at, help)),
            ),
            Ok(Outcome::Interrupted { at }) => {
                (exit::INTERRUPTED, format!("interrupted before change {} of {total}", at + 1), None)
            }
            Err(error) => (exit::PART_WAY, format!("stopped, because the journal could not be written: {error}"), None),
        };
        if let Some((at, _)) = &refused {
            // What a closed pipe keeps from being shown is in the journal all the same.
            let _ = by_hand::show_rest(changes, (*at, back), terminal);
        }
        let _ = writeln!(terminal.out, "{} of {} in place", self.journal.progress().in_place(), many(total, "change"));
        let finish = if back && refused.is_some() {
            format!("run `{}` again", self.files.undo())
        } else if back {
            format!(
                "run `{}` again; an object that somebody else changed must first be set by hand to its value before or after the \
                    change, or be left as they have it with `--leave KIND/KEY`",
                self.files.undo()
            )
        } else {
            format!("finish with `{}`", self.resume_command())
        };
        let first = refused.map_or_else(|| "look at the site".to_owned(), |(_, help)| help);
        let help = format!("{first}, then {finish}; what is done is not done again");
        Err(Failure::new(code, why).help(help))
    }

    /// The plan's changes: judged again where something was waited for before them, and carried out.
    pub(super) fn change(&mut self, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        let begin = self.journal.begin().cloned();
        let Some(Begin { changes, on, .. }) = begin else { return Ok(()) };
        if !self.journal.progress().passed().is_empty() && self.journal.progress().in_place() < changes.len() {
            // On live a person took their time: maintenance mode, a backup.
            let at = (on, self.journal.progress(), self.goes_without_members());
            ensure_gate_green((&self.project, self.site.as_mut()), at, &self.files, terminal)?;
        }
        self.carry_out(&changes, &[], terminal)
    }

    /// Every change is in place: reads the site once more, and compares everybody with how they were before.
    pub(super) fn configured(
        &mut self,
        args: &Apply,
        (by, by_hand): (Executor, &str),
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let changes = self.journal.begin().map(|begin| begin.changes.clone()).unwrap_or_default();
        self.read_back(&changes)?;
        if !by_hand.is_empty() {
            let _ = writeln!(terminal.out, "{} ({})", escape::line(by_hand), by.name());
        }
        // The site is as it should be, whoever reads of it.
        let made = if changes.is_empty() && !by_hand.is_empty() {
            "all of it".to_owned()
        } else {
            many(changes.len(), "change")
        };
        let read = if changes.is_empty() && !by_hand.is_empty() { "" } else { ", read back" };
        let _ = writeln!(
            terminal.out,
            "{made} in place on {}{read}; the journal is {}",
            escape::line(&self.site.name()),
            self.files.journal().display()
        );
        // The changes are in place whatever became of the plan or of the population since; that nobody was harmed is then not known.
        let Ended { verdict, words, who, .. } = self.compared(&Record::default()).map_err(|failure| {
            let (resume, undo) = (self.resume_command(), self.files.undo());
            let help = failure.help.map_or_else(String::new, |help| format!("{help}; "));
            Failure::new(exit::NOT_VERIFIED, format!("applied, but not verified: {}", failure.message)).help(format!(
                "{help}every change is in place: repair that and continue with `{resume}`, or take them \
                back with `{undo}`"
            ))
        })?;
        let _ = writeln!(terminal.out, "{words}");
        if verdict == reconcile::Verdict::Different {
            let differ = Failure::new(exit::NOT_VERIFIED, "applied, but not every member is as before");
            return Err(Failure { details: who, ..differ }.help(format!(
                "see all of it: `plan verify {} --before {} --after {}`; fix it and continue with `{}`, or take the changes \
                back with `{}`",
                escape::shell(&args.plan.display().to_string()),
                escape::shell(&self.files.before().display().to_string()),
                escape::shell(&self.site.name()),
                self.resume_command(),
                self.files.undo()
            )));
        }
        self.note(Event::Passed {
            step: Step::Configure,
            by,
            seen: if by_hand.is_empty() { words } else { format!("{by_hand}; {words}") },
            found: Default::default(),
        })
    }

    /// Whether it was accepted when the run began that the members are unknown.
    pub(super) fn goes_without_members(&self) -> bool {
        self.journal.begin().is_some_and(Begin::goes_without_members)
    }

    /// Writes down what happened after the site was written to.
    pub(crate) fn note(&mut self, event: Event) -> Result<(), Failure> {
        self.ensure_still_ours()?;
        self.journal.append(event, Timestamp::now()).map_err(|error| {
            Failure::new(exit::PART_WAY, format!("stopped, because the journal could not be written: {error}")).help(
                format!(
                    "repair the disk or the folder, then continue with `{}`; what is done is not done again",
                    self.resume_command()
                ),
            )
        })
    }

    /// Whether the lock is still this run's.
    pub(super) fn ensure_still_ours(&self) -> Result<(), Failure> {
        if let Some(why) = self.lock.ousted(Timestamp::now()) {
            return Err(Failure::new(exit::PART_WAY, format!("stopped: {why}"))
                .help(format!("look: `{}`", self.files.command("lock status"))));
        }
        Ok(())
    }

    /// Ends the run here where somebody pressed Ctrl-C.
    pub(super) fn ensure_not_interrupted(&self) -> Result<(), Failure> {
        if interrupt::ctrl_c().load(Ordering::Relaxed) {
            return Err(Failure::new(exit::INTERRUPTED, "interrupted")
                .help(format!("continue with `{}`; nothing is lost", self.resume_command())));
        }
        Ok(())
    }

    fn read_back(&mut self, changes: &[Change]) -> Result<(), Failure> {
        let state = self.site.configuration().map_err(|error| {
            Failure::new(exit::NOT_VERIFIED, format!("applied, but not read back: {error}"))
                .help(format!("every change is in place; continue with `{}`", self.resume_command()))
        })?;
        let state = state.state;
        let is_off =
            |change: &&Change| !change::shows(change::read(&state, &change.on).as_ref(), change.after.as_ref());
        let off: Vec<&Change> = changes.iter().filter(is_off).collect();
        let Some(first) = off.first() else { return Ok(()) };
        let message = format!("{} differ when read back; the first is `{}`", many(off.len(), "change"), first.on);
        Err(Failure::new(exit::NOT_VERIFIED, message)
            .help(format!("somebody else may be changing the site; compare with `{}`", self.files.diff())))
    }

    /// Everybody at the site as they are.
    pub(super) fn everybody_now(&mut self) -> Result<Rc<SideReading>, Failure> {
        let lines = [self.journal.events().len(), self.project.record()?.entries.len()];
        self.everybody.at(self.site.as_mut(), lines)
    }

    /// The listed contacts and everybody, as they were kept and as they are now: the verdict, and a line about it.
    pub(super) fn compared(&mut self, purchases: &Record) -> Result<Ended, Failure> {
        let (opened, after) = (self.project.open()?, self.everybody_now()?);
        let is_read_now = !self.site.is_in_a_file();
        reviewed::in_a_line(&opened, (&self.files.before(), &after, is_read_now), purchases)
    }
}
