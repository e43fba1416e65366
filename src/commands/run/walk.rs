//! The steps of the guide after the changes: shown, waited for, proven.

use std::path::Path;

use jiff::Timestamp;

use crate::apply::certificate::{Certificate, Ground};
use crate::apply::intended::Intended;
use crate::apply::journal::{Event, Journal};
use crate::apply::proof::Open;
use crate::apply::walk::{self, Prompt, Reviewed, StepContext, Turn};
use crate::cli::Apply;
use crate::commands::inputs::{self, Checked};
use crate::commands::terminal::labelled;
use crate::commands::{Terminal, may_ask};
use crate::failure::{Failure, exit};
use crate::guide::Names;
use crate::model::facts::Here;
use crate::model::plan::SiteRole;
use crate::model::purchase::Purchased;
use crate::model::record::Record;
use crate::model::{Identity, Plan, Snapshot, Step};
use crate::output::{concise, escape};
use crate::project::settings;
use crate::reconcile;
use crate::rules::{Moment, Verdict};
use crate::site::Site;
use crate::trust::{Readings, of_this_machine, recorded_here};

use super::begin::only_its_file;
use super::kept::{self, NOT_KEPT, is_kept};
use super::reviewed::{self, Ended};
use super::typed::Typed;
use super::underway::Run;
use super::waiting::{self, Waiting};
use super::{aftercare, kept_at_end};
use super::{certificate, moved};

/// A run on its way through the steps, with the command line that began it.
struct StepRunner<'r, 't, 'o> {
    run: &'r mut Run,
    args: &'r Apply,
    terminal: &'t mut Terminal<'o>,
    /// The plan of the step that is under way: who edits it meanwhile changes nothing that runs.
    plan: Option<Plan>,
}

impl StepContext for StepRunner<'_, '_, '_> {
    type Error = Failure;

    fn site(&mut self) -> &mut dyn Site {
        self.run.site.as_mut()
    }

    fn journal(&self) -> &Journal {
        &self.run.journal
    }

    fn note(&mut self, event: Event) -> Result<(), Failure> {
        self.run.note(event)
    }

    fn plan(&mut self) -> Result<Plan, Failure> {
        if self.plan.is_none() {
            self.plan = Some(self.run.same_plan()?);
        }
        Ok(self.plan.clone().unwrap_or_default())
    }

    fn record(&mut self) -> Result<Record, Failure> {
        let mut record = of_this_machine(self.run.project.record()?);
        Readings::of_this_machine().weigh(&mut record);
        Ok(record)
    }

    fn recorded_here(&self) -> Here {
        recorded_here()
    }

    fn pass_barrier(&mut self, plan: &Plan) -> Result<(), Failure> {
        self.run.pass_barrier(self.args, plan, self.terminal)
    }

    fn kept(&mut self) -> Option<Snapshot> {
        kept::reading(&self.run.files.before(), self.run.journal.events())
    }

    fn reviewed(&mut self, purchases: Option<&Record>) -> Result<Reviewed, Failure> {
        if !is_kept(&self.run.files.before(), self.run.journal.events()) {
            return Ok(Reviewed::Unproven(format!("not verified: {NOT_KEPT}")));
        }
        let Ended { verdict, words, who, again } = self.run.compared(purchases.unwrap_or(&Record::default()))?;
        match verdict {
            reconcile::Verdict::Equal if !again => Ok(Reviewed::NotRead),
            reconcile::Verdict::Equal => Ok(Reviewed::Equal(words)),
            reconcile::Verdict::Unproven => Ok(Reviewed::Unproven(words)),
            // Once live is open again members go on buying, and nobody is asked to stop them.
            reconcile::Verdict::Different if purchases.is_some() && self.run.at().1 == SiteRole::Live => {
                Ok(Reviewed::Unproven(format!("{words}: {}", who.join("; "))))
            }
            reconcile::Verdict::Different => Err(Failure { details: who, ..Failure::new(exit::NOT_VERIFIED, words) }.help(format!(
                "look at all of it: `plan verify {} --before {} --after {}`; fix it on the site, or restore, then `{}`",
                escape::shell(&self.args.plan.display().to_string()),
                escape::shell(&self.run.files.before().display().to_string()),
                escape::shell(&self.run.site.name()),
                self.run.resume_command()
            ))),
        }
    }

    fn members_read(&mut self) -> Result<Option<Timestamp>, Failure> {
        let read_at = self.run.everybody_now()?.times()[1];
        Ok(read_at.map(|read_at| self.run.everybody.begun().unwrap_or(read_at)))
    }

    fn purchased(&mut self, record: &Record) -> Result<Vec<Purchased>, Failure> {
        let kept = Some(self.run.files.before()).filter(|kept| is_kept(kept, self.run.journal.events()));
        let (opened, after) = (self.run.project.open()?, self.run.everybody_now()?);
        reviewed::purchases(&opened, (kept.as_deref(), &after), record)
    }

    fn ensure_may_begin(&mut self, step: Step) -> Result<(), Failure> {
        self.run.ensure_may_begin(self.args, step)?;
        // Once it is begun the collector goes, and nobody can see any more what it showed.
        if step == Step::Push { self.run.green(self.args, Moment::Step(step), self.terminal) } else { Ok(()) }
    }

    fn names(&mut self) -> Names {
        let plan = self.plan.clone().unwrap_or_default();
        self.run.names(&plan)
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Run {
    /// Goes through the steps up to this one, as far as they can be proven.
    pub(super) fn walk(&mut self, args: &Apply, through: Step, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
        let mut runner = StepRunner { run: self, args, terminal, plan: None };
        let mut waiting: Option<Waiting> = None;
        let mut at = (Step::Configure, Open::default());
        let mut through = through;
        let live = runner.run.at().1 == SiteRole::Live;
        let rehearsed = if live { rehearsed(&args.plan) } else { None };
        loop {
            if waiting.is_none() {
                runner.run.ensure_not_interrupted()?;
            }
            if live && runner.run.journal.progress().is_past_the_barrier() {
                let plan = runner.plan()?;
                runner.run.respect_decision(args, &plan)?;
            }
            let mut refused = None;
            match walk::advance(&mut runner, through) {
                Ok(Turn::Beyond(step)) => {
                    if args.through.is_none() && runner.run.goes_on(step, args.no_input, runner.terminal)? {
                        through = runner.run.last_step();
                        continue;
                    }
                    let (title, look) = (step.about().title, runner.run.files.command("status"));
                    let resume = runner.run.resume_command();
                    let next = format!("next: {title}, by hand; continue with `{resume}`, or look: `{look}`");
                    writeln!(runner.terminal.out, "{next}")?;
                    return runner.run.ensure_comparable(args);
                }
                Ok(Turn::Changes) => {
                    runner.run.change(runner.terminal)?;
                    continue;
                }
                Ok(Turn::Configured { by, seen }) => {
                    waiting::ended(waiting.take(), runner.terminal)?;
                    runner.run.configured(args, (by, &seen), runner.terminal)?;
                    runner.plan = None;
                    continue;
                }
                Ok(Turn::Close) => return runner.run.end(args, runner.terminal),
                Ok(Turn::Over) => return Ok(exit::OK),
                Ok(Turn::Moved { step, moved }) => {
                    waiting::ended(waiting.take(), runner.terminal)?;
                    let stops = moved::stops(runner.run, step, &moved);
                    if !may_ask(args.no_input) {
                        return Err(stops);
                    }
                    labelled("stops", &stops.message, runner.terminal)?;
                    if let Some(caution) = moved::caution(runner.run, step) {
                        labelled("", &caution, runner.terminal)?;
                    }
                    let plan = runner.plan()?;
                    runner.run.ask_about_moved((step, &plan), &moved, runner.terminal)?;
                    continue;
                }
                Ok(Turn::Passed { step, by, seen }) => {
                    waiting::ended(waiting.take(), runner.terminal)?;
                    let plan = runner.plan.take().unwrap_or_default();
                    let (title, line) = (step.about().title, escape::line(&seen));
                    writeln!(runner.terminal.out, "done: {title} ({}): {line}", by.name())?;
                    runner.terminal.out.flush()?;
                    if let Some(words) = runner.run.took_too_long(&plan, step, rehearsed.as_ref()) {
                        writeln!(runner.terminal.err, "attention: {words}")?;
                    }
                    continue;
                }
                Ok(Turn::Waits { step, open, say }) => {
                    let plan = runner.plan.clone().unwrap_or_default();
                    runner.run.ask_decision(args, &plan, (step, &open.to_string()), runner.terminal)?;
                    if waiting.is_none() {
                        if step != Step::RunMigration && (step > Step::Configure || live && step == Step::Configure) {
                            runner.run.green(args, Moment::Step(step), runner.terminal)?;
                        }
                        runner.run.asked(args, &plan, (step, &open, say), runner.terminal)?;
                        if say == Prompt::PressOnce {
                            // What is lacking from now on the next look says: that nobody may press twice is no answer to "press".
                            waiting = Some(Waiting::new());
                            continue;
                        }
                    }
                    at = (step, open);
                }
                // A site that does not answer for a while is waited for like one that does not move.
                Err(failure) if waiting.is_some() && failure.code == exit::COULD_NOT_RUN => {
                    let plan = runner.plan.clone().unwrap_or_default();
                    runner.run.ask_decision(args, &plan, (at.0, &at.1.to_string()), runner.terminal)?;
                    refused = Some(failure).filter(|failure| failure.is_login);
                }
                Err(failure) => return Err(failure),
            }
            let waiting = waiting.get_or_insert_with(Waiting::new);
            let asks = may_ask(args.no_input) && at.1.asks.is_some();
            let plan = if asks { runner.plan()? } else { runner.plan.clone().unwrap_or_default() };
            waiting.time = runner.run.time_words(&plan, at.0, rehearsed.as_ref());
            runner.run.wait_or_ask(args.no_input, (at.0, &at.1, &plan), (waiting, refused), runner.terminal)?;
        }
    }

    /// Whether the plan still is what this run is of.
    pub(super) fn is_of(&self, plan: &Plan) -> bool {
        let past = self.journal.progress().is_past_the_barrier();
        Intended::of(self.journal.events()).is_some_and(|intended| intended.is(plan, past))
    }

    /// The plan, which must intend what was confirmed.
    fn same_plan(&self) -> Result<Plan, Failure> {
        let opened = self.project.open()?;
        if opened.whole && self.is_of(&opened.plan) {
            return Ok(opened.plan.clone());
        }
        let message = "the plan was edited since this run began, and no longer wants the same";
        let failure = Failure::new(exit::PART_WAY, message);
        Err(if self.journal.progress().is_past_the_barrier() {
            failure.help(format!(
                "past *Run Migration* a run ends with the plan that it began with: restore the plan to what was confirmed, then `{}`",
                self.resume_command()
            ))
        } else {
            failure.help(format!(
                "`{}` shows the new plan, and the command that closes this run and begins one of that",
                self.files.diff()
            ))
        })
    }

    /// Goes no further until a moment's gate is green: on a terminal a person puts it right meanwhile.
    fn green(&mut self, args: &Apply, moment: Moment, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        while let Err(failure) = self.ensure_green(args, moment, terminal) {
            self.looks_again((failure, Vec::new()), args.no_input, terminal)?;
        }
        Ok(())
    }

    /// Whether nothing is wrong, and what is unknown is what the collector showed until it was removed for the push: right before that all
    /// of it was judged, and what is on the copy since then goes nowhere.
    fn lacks_the_collector(&self, checked: &Checked) -> bool {
        let events = self.journal.events();
        let is_begun = events.iter().any(|entry| entry.event == Event::Reached { step: Step::Push });
        let is_gone = || checked.site.as_ref().is_some_and(|site| site.reading.snapshot.lists_no_collector());
        let had = || kept::reading(&self.files.before(), events).is_some_and(|kept| kept.has_collector());
        checked.judgement.verdict == Verdict::Unproven && is_begun && is_gone() && had()
    }

    /// Judges what a moment after the changes asks for, on a reading of now.
    fn ensure_green(&mut self, args: &Apply, moment: Moment, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        let opened = self.project.open()?;
        let live = self.journal.begin().is_some_and(|begin| begin.on == SiteRole::Live);
        let checked = inputs::judged_at(opened, self.site.as_mut(), moment, live)?;
        if checked.may_go_on(self.goes_without_members()) || self.lacks_the_collector(&checked) {
            return Ok(());
        }
        concise::render(&checked.report(&args.plan.display().to_string()), terminal.err)?;
        let gate = moment.gate().name();
        let message = match moment {
            Moment::Step(step) => format!("the gate `{gate}` is not green, so `{}` is not begun", step.name()),
            _ if live => format!("every step is done, and the gate `{gate}` is not green, so the run is not finished"),
            _ => format!("every step is done, and the gate `{gate}` is not green, so there is no certificate yet"),
        };
        let resume = self.resume_command();
        Err(Failure::new(exit::PART_WAY, message).help(format!(
            "{}, then continue with `{resume}`; nothing that was rehearsed is lost",
            self.files.fix(&checked)
        )))
    }

    /// How the command lines of this run name what it is about.
    pub(super) fn names(&self, plan: &Plan) -> Names {
        let (site, live) = (self.files.site.clone(), plan.sites.live.clone());
        let without_members = self.goes_without_members();
        Names { plan: self.files.plan().display().to_string(), site, live, without_members, quote: escape::shell }
    }

    /// The last step of this run.
    fn last_step(&self) -> Step {
        self.journal.begin().and_then(|begin| begin.steps().last().copied()).unwrap_or(Step::Configure)
    }

    /// The command line that continues this run, whichever way it goes.
    pub(super) fn resume_command(&self) -> String {
        let typed = self.typed();
        if self.journal.progress().is_taking_back() { typed.named().undo() } else { typed.named().resume() }
    }

    /// The command lines of this run.
    pub(crate) fn typed(&self) -> Typed {
        Typed::new(self.files.plan(), &self.files.site, self.at())
    }

    /// The host and the place of this run.
    pub(super) fn at(&self) -> (Identity, SiteRole) {
        self.journal
            .begin()
            .map_or_else(|| (Identity::unnamed(), SiteRole::Staging), |begin| (begin.host.clone(), begin.on))
    }

    /// Every step is done: the certificate of a rehearsal, and the journal archived.
    fn end(&mut self, args: &Apply, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
        if self.journal.progress().is_past_the_barrier() {
            self.green(args, Moment::End, terminal)?;
        }
        // What cannot be compared is no rehearsal that anybody may rely on.
        let kept = is_kept(&self.files.before(), self.journal.events())
            || !self.journal.progress().passed().contains(&Step::ReviewContacts);
        if kept && let Some(path) = certificate::write(&args.plan, &self.journal, Ground::of(&args.site))? {
            writeln!(terminal.out, "the rehearsal is finished; its certificate is {}", escape::path(&path))?;
            if self.site.is_in_a_file() && self.journal.begin().is_some_and(|begin| !begin.changes.is_empty()) {
                writeln!(terminal.err, "attention: {}", only_its_file(&self.site.name()))?;
            }
        }
        self.keep_for_later(terminal)?;
        self.note(Event::End)?;
        let archived = self.files.archive(&self.journal)?;
        writeln!(terminal.out, "every step is done; the journal is {}", escape::path(&archived))?;
        if let Some(begin) = self.journal.begin() {
            let care = aftercare::begins(begin, &self.project.open()?, &self.files, Timestamp::now());
            care.map_or(Ok(()), |care| writeln!(terminal.out, "{}", escape::line(&care)))?;
        }
        if !kept {
            let message = format!("every step is done, but it is not verified: {NOT_KEPT}");
            return Err(Failure::new(exit::NOT_VERIFIED, message).help("compare by hand the members whom you know"));
        }
        Ok(exit::OK)
    }
}

impl Run {
    /// Keeps live as it is at the end of its run: later readings are compared with it. Where it cannot be read, the run ends all the same.
    fn keep_for_later(&mut self, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        if self.at().1 != SiteRole::Live {
            return Ok(());
        }
        if let Err(failure) = kept_at_end::keep(self.site.as_mut(), &self.files) {
            let why = escape::line(&failure.message);
            writeln!(
                terminal.err,
                "attention: live was not kept as it is now ({why}); later readings are compared with the one from before the barrier"
            )?;
        }
        Ok(())
    }
}

/// The certificate of the rehearsal, where it is proven.
fn rehearsed(plan: &Path) -> Option<Certificate> {
    let keys = settings::of(plan).ok()?.seal.keys;
    certificate::proven(plan, &keys).ok().flatten()
}
