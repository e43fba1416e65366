//! The steps of the guide after the changes: told, waited for, proven.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;

use crate::apply::journal::Event;
use crate::apply::machine::Next;
use crate::apply::proof::{Proof, attested, both, listed, migration, purchases, verification};
use crate::cli::Apply;
use crate::guide::Movement;
use crate::model::plan::{Place, Strategy};
use crate::model::record::Record;
use crate::model::text::Seconds;
use crate::model::{Executor, Plan, Step};
use crate::output::escape;
use crate::reconcile;

use super::inputs;
use super::run::{Run, ctrl_c};
use super::turn::configured_at;
use super::verify::Ended;
use super::{Failure, Terminal, certificate, exit, may_ask, record_file, verify};

/// Seconds between two readings while a person's step is waited for.
const POLL: u64 = 2;

impl Run {
    /// Goes through the steps up to this one, as far as they can be proven.
    pub(super) fn walk(&mut self, args: &Apply, through: Step, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
        loop {
            let step = match self.journal.progress().next() {
                Next::Step(step) if step <= through => step,
                Next::Step(step) => {
                    let title = step.about().title;
                    writeln!(
                        terminal.out,
                        "next: {title}, by hand; go on with --resume, or look: plan status {}",
                        args.plan.display()
                    )?;
                    return Ok(exit::OK);
                }
                Next::Close => return self.end(args, terminal),
                _ => return Ok(exit::OK),
            };
            self.is_not_interrupted()?;
            if !self.journal.progress().is_reached() {
                self.note(Event::Reached { step })?;
            }
            let plan = self.same_plan(args)?;
            let crosses = step == Step::RunMigration && !self.journal.progress().is_past_the_barrier();
            if crosses {
                self.cross(args, &plan, terminal)?;
            }
            let (by, seen) = self.wait(args, &plan, (step, crosses), terminal)?;
            let line = escape::line(&seen);
            self.note(Event::Passed { step, by, seen })?;
            writeln!(terminal.out, "behind: {} ({}): {line}", step.about().title, by.name())?;
            terminal.out.flush()?;
        }
    }

    /// The plan, which must intend what was confirmed.
    fn same_plan(&self, args: &Apply) -> Result<Plan, Failure> {
        let opened = inputs::open(&args.plan, args.limits, false)?;
        let begun = self.journal.begin().map(|begin| &begin.digests.intent);
        if opened.whole && begun == Some(&crate::change::intent_digest(&opened.plan)) {
            return Ok(opened.plan);
        }
        let message = "the plan was edited since this run began, and intends something else";
        let failure = Failure::new(exit::PART_WAY, message);
        Err(if self.journal.progress().is_past_the_barrier() {
            failure.help("past *Run Migration* a run ends as it began: take the plan back to what was confirmed, then `--resume`")
        } else {
            failure.help("confirm the new plan with `plan diff`, and apply it without `--resume`: that closes this run")
        })
    }

    /// Waits until a step is behind; without input, asks once.
    fn wait(
        &mut self,
        args: &Apply,
        plan: &Plan,
        (step, crossed): (Step, bool),
        terminal: &mut Terminal<'_>,
    ) -> Result<(Executor, String), Failure> {
        let mut open = match self.prove(args, plan, step)? {
            Proof::Behind { by, seen } => return Ok((by, seen)),
            Proof::Open(why) => why,
        };
        // Who is told to press once more presses twice.
        let pressed = step == Step::RunMigration;
        if !pressed {
            self.tell(step, terminal)?;
        }
        if !may_ask(args.no_input) {
            let site = &mut self.site;
            self.log.waiting(step, || site.configuration().ok().map(|snapshot| Movement::of(&snapshot)));
            let open = if crossed { "the door is open, and nobody has pressed yet".to_owned() } else { open };
            let message = format!("waits at `{}`: {open}", step.name());
            let when = match (pressed, crossed) {
                (_, true) => "press it now, once, then",
                (true, false) => "when its state is known,",
                (false, false) => "do it, then",
            };
            return Err(
                Failure::new(exit::PART_WAY, message).help(format!("{when} go on with `--resume`; nothing is lost"))
            );
        }
        let raised = ctrl_c();
        let mut last = (Movement::default(), Timestamp::now());
        let mut told = None;
        loop {
            let now = Timestamp::now();
            // A site that does not answer for a while is waited for like one that does not move.
            let seen = self.site.configuration().map(|snapshot| Movement::of(&snapshot));
            if let Ok(seen) = &seen
                && *seen != last.0
            {
                last = (seen.clone(), now);
            }
            let seen = seen.ok();
            if told.as_ref() != Some(&seen) {
                self.log.waiting(step, || seen.clone());
                told = Some(seen.clone());
            }
            let still = now.duration_since(last.1).as_secs();
            let words = match &seen {
                Some(movement) => movement.words(still),
                None => format!("the site does not answer · {still} s since the last change"),
            };
            // One line, so that the next one can take its place.
            let line: String = format!("  waiting: {words}").chars().take(terminal.width - 1).collect();
            if !self.log.is_on_stderr() {
                write!(terminal.err, "\r\x1b[K{line}")?;
            }
            terminal.err.flush()?;
            for _ in 0..POLL * 10 {
                if raised.load(Ordering::Relaxed) {
                    writeln!(terminal.err)?;
                    let message = format!("interrupted while waiting at `{}`: {open}", step.name());
                    return Err(Failure::new(exit::INTERRUPTED, message).help("go on with `--resume`; nothing is lost"));
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            if let Some(why) = self.lock.ousted(Timestamp::now()) {
                return Err(Failure::new(exit::PART_WAY, format!("stopped: {why}")));
            }
            match self.prove(args, plan, step) {
                Ok(Proof::Behind { by, seen }) => {
                    writeln!(terminal.err)?;
                    return Ok((by, seen));
                }
                Ok(Proof::Open(why)) => open = why,
                Err(failure) if failure.code == exit::COULD_NOT_RUN => {}
                Err(failure) => return Err(failure),
            }
        }
    }

    /// What a person has to do.
    pub(super) fn tell(&self, step: Step, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        let about = step.about();
        writeln!(terminal.out, "\n{} ({}, {})", about.title, about.executor.name(), about.back.name())?;
        let lines =
            [("where", about.screen), ("do", about.act), ("proven by", about.observed), ("believed", about.believed)];
        for (name, text) in lines.into_iter().filter(|(_, text)| !text.is_empty()) {
            told(name, text, terminal)?;
        }
        terminal.out.flush()?;
        Ok(())
    }

    /// When an event of this run happened last.
    fn when(&self, is: impl Fn(&Event) -> bool) -> Option<Timestamp> {
        self.journal.events().iter().rfind(|told| is(&told.event)).map(|told| told.at)
    }

    /// What the record holds of this run's site since a time.
    pub(super) fn record_since(&self, args: &Apply, since: Timestamp) -> Result<Record, Failure> {
        let mut record = record_file::load(&record_file::path_of(&args.plan))?;
        record.entries.retain(|entry| entry.at.parse::<Timestamp>().is_ok_and(|at| at >= since));
        Ok(record)
    }

    fn prove(&mut self, args: &Apply, plan: &Plan, step: Step) -> Result<Proof, Failure> {
        let begin = self.journal.begin().map(|begin| (begin.host.clone(), begin.on));
        let (here, on) = begin.unwrap_or((String::new(), Place::Staging));
        match step {
            Step::StartVerification => {
                let record = self.record_since(args, configured_at(self.journal.events()))?;
                Ok(verification(&record, &here))
            }
            Step::RunMigration => {
                let crossed = self.when(|event| matches!(event, Event::Crossed { .. })).unwrap_or(Timestamp::MAX);
                let record = self.record_since(args, crossed)?;
                let managed = Movement::of(&self.site.configuration()?).managed;
                Ok(migration(managed, &record, (&here, on), crossed))
            }
            Step::ReviewContacts => {
                let Ended { verdict, words, anew } = self.compared(&args.plan, args.limits)?;
                match verdict {
                    reconcile::Verdict::Equal if !anew => Ok(Proof::Open(
                        "the site's contacts were not read since the migration: take a new snapshot of it".into(),
                    )),
                    reconcile::Verdict::Equal => Ok(Proof::Behind { by: Executor::Automatic, seen: words }),
                    reconcile::Verdict::Different => Err(Failure::new(exit::NOT_VERIFIED, words).help(format!(
                        "look at who differs: plan verify {} --before {} --after {}; mend it on the site, or restore, then `--resume`",
                        args.plan.display(),
                        self.files.before().display(),
                        self.site.name()
                    ))),
                    reconcile::Verdict::Unproven => {
                        let record = self.record_since(args, self.reached_at())?;
                        Ok(attested(&record, step, (&here, on), &words))
                    }
                }
            }
            Step::LeaveMaintenance => match Movement::of(&self.site.configuration()?).maintenance {
                Some(false) => Ok(Proof::Behind {
                    by: Executor::Guided,
                    seen: "the site says that maintenance mode is off".into(),
                }),
                Some(true) => Ok(Proof::Open("the site says that maintenance mode is on".into())),
                None => {
                    let record = self.record_since(args, self.reached_at())?;
                    Ok(attested(&record, step, (&here, on), "whether maintenance mode is on is not captured"))
                }
            },
            Step::TestPurchase => {
                let record = self.record_since(args, self.reached_at())?;
                let (before, after) = (self.files.before().display().to_string(), self.site.name());
                let found = verify::purchases(&args.plan, args.limits, (&before, &after), &record)?;
                Ok(purchases(plan, &found, on))
            }
            Step::Push | Step::Merge => {
                let record = self.record_since(args, self.reached_at())?;
                let word = attested(&record, step, (&here, on), "nobody has said that it was done");
                if plan.strategy != Some(Strategy::PushThenMerge) {
                    return Ok(word);
                }
                let whole = self.record_since(args, Timestamp::MIN)?;
                let live = plan.live_host().unwrap_or_default();
                // Once it is pushed nothing on live is as it was, and the list that was there then counts.
                let window = plan.window.as_ref().filter(|_| step == Step::Push);
                let window = window.and_then(|window| Seconds::parse(&window.length));
                let said = record.step(step, &here).and_then(|(entry, _)| entry.at.parse().ok());
                Ok(both(listed(&whole, &live, said.unwrap_or_else(Timestamp::now), window), word))
            }
            Step::ReopenLive => {
                let record = self.record_since(args, self.reached_at())?;
                let live = plan.live_host().unwrap_or_default();
                Ok(attested(&record, step, (&live, Place::Live), "nobody has said that it was done"))
            }
            Step::FreezeLive | Step::Preflight | Step::Backup | Step::Configure => {
                Ok(Proof::Behind { by: Executor::Automatic, seen: "before the run".into() })
            }
        }
    }

    fn reached_at(&self) -> Timestamp {
        self.when(|event| matches!(event, Event::Reached { .. })).unwrap_or(Timestamp::MAX)
    }

    /// Every step is behind: the certificate of a rehearsal, and the journal put away.
    fn end(&mut self, args: &Apply, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
        if let Some(path) = certificate::write(&args.plan, &self.journal)? {
            writeln!(terminal.out, "the rehearsal is finished; its certificate is {}", path.display())?;
        }
        self.note(Event::End)?;
        let kept = self.journal.put_away(Timestamp::now())?;
        writeln!(terminal.out, "every step is behind; the journal is {}", kept.display())?;
        Ok(exit::OK)
    }
}

/// A named paragraph, as wide as the terminal.
pub(super) fn told(name: &str, text: &str, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let first = format!("  {name:9}  ");
    let rest = " ".repeat(first.len());
    let options = textwrap::Options::new(terminal.width).initial_indent(&first).subsequent_indent(&rest);
    Ok(writeln!(terminal.out, "{}", textwrap::fill(text, options))?)
}
