//! The evidence of a step, asked for on a terminal: an answer is put on record as a command line would put it there.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::apply::proof::Ask;
use crate::apply::still::{Cure, Moved};
use crate::cli::By;
use crate::commands::record::said::put;
use crate::commands::survey::ask::{Asking, Turn};
use crate::commands::survey::recorded::Looking;
use crate::commands::terminal::labelled;
use crate::commands::{Terminal, attesting, may_ask};
use crate::failure::{Failure, exit};
use crate::model::plan::SiteRole;
use crate::model::record::{Evidence, MovedObject};
use crate::model::{ObjectRef, Plan, Step};
use crate::output::escape::line;
use crate::output::survey::indented;
use crate::survey::Screen;

use super::begun_by::ask_who;
use super::by_hand;
use super::set_back::LEAVE;
use super::underway::Run;
use super::waiting::Waiting;

/// What a person types to end here.
const END: &str = "q";

/// What a person types where somebody else is at the keyboard.
const ANOTHER: &str = "w";

/// What a person types who wants to know more.
const EXPLAIN: &str = "?";

/// What a person types who attested something wrong.
const CORRECT: &str = "a";

/// A key that a person pressed.
enum Key {
    Enter,
    /// One that only this question has.
    Other,
    End,
}

impl Run {
    /// Asks for what proves a step, and waits for an answer as long as lies between two readings.
    pub(super) fn ask(
        &mut self,
        plan: &Plan,
        (step, ask): (Step, &Ask),
        (waiting, time): (&mut Waiting, Duration),
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let who = self.who(plan, terminal)?;
        if waiting.asked.as_ref() != Some(ask) {
            terminal.forget_typed_ahead();
            waiting.asked = Some(ask.clone());
            let screen = match ask {
                Ask::Made(on) => self.screen(on)?,
                Ask::SetBack(on) => self.screen_back(on)?,
                _ => None,
            };
            match screen {
                Some(screen) => {
                    if self.look_at(step, (screen, plan), terminal)? {
                        waiting.asked = None;
                        return Ok(());
                    }
                    let another = format!("{ANOTHER}: somebody other than `{who}` is at the keyboard");
                    self.show(&format!("Enter shows it again, {another}, {END} ends here; nothing is lost"), terminal)?;
                    if matches!(ask, Ask::SetBack(_)) {
                        self.show(LEAVE, terminal)?;
                    }
                }
                None => {
                    let question = self.question((step, ask), plan)?;
                    self.show(&question, terminal)?;
                    let keys = format!(
                        "Enter: look again; {EXPLAIN}: explain; {ANOTHER}: somebody other than `{who}` is at the \
                        keyboard; {END}: end here"
                    );
                    self.show(&keys, terminal)?;
                }
            }
            terminal.show("> ")?;
        }
        let answer = terminal.answer(Some(Instant::now() + time));
        self.ensure_not_interrupted()?;
        let Some(answer) = answer? else { return self.ensure_still_ours() };
        waiting.asked = None;
        match answer.as_deref() {
            None | Some(END) => Err(self.ends_here(step)),
            Some("") => {
                self.everybody.forget();
                Ok(())
            }
            Some(EXPLAIN) => {
                self.tell(step, terminal)?;
                if step == Step::ReviewContacts {
                    self.tell_contacts(plan, terminal)?;
                }
                // What is lacking is said again below it.
                waiting.said.clear();
                Ok(())
            }
            Some(ANOTHER) => {
                self.who = Some(self.asked_who(plan, terminal)?);
                Ok(())
            }
            Some(answer) if !matches!(ask, Ask::Made(_) | Ask::SetBack(_)) => {
                let recorded = self.recorded((plan, who), (step, ask), answer, terminal);
                self.or_refused(recorded, terminal)
            }
            Some(_) => Ok(()),
        }
    }

    /// What nothing but a person mends: it is shown, and Enter looks again. Without a person it is the end for now.
    ///
    /// What somebody attested and may have attested wrongly is on these screens; it can be asked for again.
    pub(super) fn looks_again(
        &mut self,
        (failure, attested): (Failure, Vec<Screen>),
        no_input: bool,
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        if !may_ask(no_input) || failure.code == exit::INTERRUPTED {
            return Err(failure);
        }
        labelled("stops", &failure.message, terminal)?;
        for detail in &failure.details {
            labelled("", detail, terminal)?;
        }
        let correct =
            if attested.is_empty() { String::new() } else { format!("{CORRECT} asks again what was attested, ") };
        let keys = format!("put that right; {correct}Enter looks again");
        let why: Vec<String> = failure.help.iter().cloned().collect();
        match self.key((&keys, if attested.is_empty() { &[] } else { &[CORRECT] }), &why, terminal)? {
            Key::Enter => Ok(()),
            Key::End => Err(failure),
            Key::Other => {
                let plan = self.project.open()?.plan.clone();
                self.ask_at_barrier(&plan, attested, terminal)
            }
        }
    }

    /// Waits for one of the keys that are named; `?` says why, and nothing else than `q` ends.
    fn key(
        &mut self,
        (keys, others): (&str, &[&str]),
        why: &[String],
        terminal: &mut Terminal<'_>,
    ) -> Result<Key, Failure> {
        terminal.forget_typed_ahead();
        loop {
            let answer = terminal.ask_line(&format!("  {keys}, {EXPLAIN} explains, {END} ends here\n> "));
            self.ensure_not_interrupted()?;
            match answer?.as_deref() {
                Some("") => return Ok(Key::Enter),
                None | Some(END) => return Ok(Key::End),
                Some(EXPLAIN) => why.iter().try_for_each(|why| self.show(why, terminal))?,
                Some(other) if others.contains(&other) => return Ok(Key::Other),
                Some(_) => self.show("that is none of the keys, so nothing was done", terminal)?,
            }
        }
    }

    /// Whether somebody goes on with the next step right now; without a person nobody does.
    pub(super) fn goes_on(&mut self, step: Step, no_input: bool, terminal: &mut Terminal<'_>) -> Result<bool, Failure> {
        if !may_ask(no_input) {
            return Ok(false);
        }
        let about = step.about();
        let on = self.journal.begin().map_or(SiteRole::Staging, |begin| begin.on);
        let why = [format!("{}: {}", about.screen, step.act(on))];
        let keys = format!("next: {}, by hand; Enter goes on", about.title);
        Ok(matches!(self.key((&keys, &[]), &why, terminal)?, Key::Enter))
    }

    /// Asks once how the spare administrator signed in, or what stands on these screens now.
    pub(super) fn ask_at_barrier(
        &mut self,
        plan: &Plan,
        screens: Vec<Screen>,
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let step = Step::RunMigration;
        if screens.is_empty() {
            let mut waiting = Waiting::new();
            loop {
                self.ask(plan, (step, &Ask::SignIn), (&mut waiting, Duration::MAX / 4), terminal)?;
                if waiting.asked.is_none() {
                    return Ok(());
                }
            }
        }
        for screen in screens {
            if !self.look_at(step, (screen, plan), terminal)? {
                let why = ["without it the gate in front of the barrier is not green".to_owned()];
                if !matches!(self.key(("Enter shows it again", &[]), &why, terminal)?, Key::Enter) {
                    return Err(self.ends_here(step));
                }
            }
        }
        Ok(())
    }

    /// Why what moved may stay as it is, one object after the other; Enter looks again.
    pub(super) fn ask_about_moved(
        &mut self,
        (step, plan): (Step, &Plan),
        moved: &[Moved],
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let (host, _) = self.at();
        for one in moved {
            let question = match one.cure {
                Cure::SetBack => "set it back on the site",
                Cure::Attest => "set it back on the site, or type why it may stay as it is",
                Cure::Payments => "look at the payments since, then type why it may stay as it is",
            };
            // What is typed while the site was read is no reason.
            terminal.forget_typed_ahead();
            let answer = loop {
                self.show(&format!("`{}` {}: {question}", line(&one.on), line(&one.what)), terminal)?;
                let answer = terminal.ask_line(&format!("  Enter looks again, {END} ends here\n> "));
                self.ensure_not_interrupted()?;
                match answer? {
                    Some(answer) if answer == EXPLAIN => self.show(one.cure.explained(), terminal)?,
                    answer => break answer,
                }
            };
            match answer.as_deref() {
                None | Some(END) => return Err(self.ends_here(step)),
                Some("") => {}
                Some(_) if one.cure == Cure::SetBack => {}
                Some(says) => {
                    let who = self.who(plan, terminal)?;
                    let by = self.by(who);
                    let said = format!("`{}` may stay as it is on {host}, attested by `{}`", one.on, by.who());
                    let (on, now, says) = (one.on.clone(), one.now.clone(), says.to_owned());
                    let evidence = Evidence::Moved(MovedObject { host: host.clone(), on, now, says });
                    let recorded = put((by, evidence, said), plan, Timestamp::now(), terminal);
                    self.or_refused(recorded, terminal)?;
                }
            }
        }
        Ok(())
    }

    /// Whoever is at the keyboard: who began the run, until somebody else says so.
    fn who(&mut self, plan: &Plan, terminal: &mut Terminal<'_>) -> Result<String, Failure> {
        if let Some(who) = self.who.as_ref().filter(|who| plan.people.contains_key(*who)) {
            return Ok(who.clone());
        }
        let who = match plan.people.keys().next() {
            Some(only) if plan.people.len() == 1 => only.clone(),
            _ => self.asked_who(plan, terminal)?,
        };
        self.who = Some(who.clone());
        Ok(who)
    }

    fn asked_who(&self, plan: &Plan, terminal: &mut Terminal<'_>) -> Result<String, Failure> {
        let who = ask_who(plan, terminal);
        self.ensure_not_interrupted()?;
        who?.ok_or_else(|| {
            Failure::new(exit::PART_WAY, "it is not known who attests this")
                .help(format!("continue with `{}`; nothing is lost", self.resume_command()))
        })
    }

    pub(super) fn by(&self, who: String) -> By {
        By { plan: self.files.plan().to_owned(), who: Some(who) }
    }

    fn ends_here(&self, step: Step) -> Failure {
        Failure::new(exit::PART_WAY, format!("ended at {}, which is not proven yet", step.in_a_sentence()))
            .help(format!("continue with `{}`; nothing is lost", self.resume_command()))
    }

    /// A line of text to the person, as wide as the screen.
    pub(super) fn show(&self, text: &str, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        Ok(writeln!(terminal.out, "{}", indented(&line(text), "  ", terminal.width.min(80)))?)
    }

    /// What is refused is said, and asked for again.
    fn or_refused(&self, recorded: Result<(), Failure>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        match recorded {
            Err(failure) if failure.code != exit::INTERRUPTED => {
                self.show(&format!("not recorded: {}", failure.message), terminal)?;
                failure.help.iter().try_for_each(|help| self.show(help, terminal))
            }
            other => other,
        }
    }

    /// The screen of an object that a person makes; none where the run has no such task.
    fn screen(&mut self, on: &ObjectRef) -> Result<Option<Screen>, Failure> {
        let Some(begin) = self.journal.begin().cloned() else { return Ok(None) };
        let known = attesting::attested(self.site.configuration()?, &self.project.record()?).state;
        let task = begin.by_hand.tasks().into_iter().find(|task| task.on == on);
        Ok(task.map(|task| by_hand::screen(on, &by_hand::with_tags(on, task.wanted, &known), task.is_compared)))
    }

    /// Asks what stands on a screen: whether that was recorded.
    fn look_at(
        &mut self,
        step: Step,
        (screen, plan): (Screen, &Plan),
        terminal: &mut Terminal<'_>,
    ) -> Result<bool, Failure> {
        let (who, state) = (self.who(plan, terminal)?, self.site.configuration()?.state);
        let (host, _) = self.at();
        let looking = Looking { path: self.files.plan(), plan, site: &host, state: &state, who: &who };
        let turn = Asking { looking, terminal }.screen(screen, (1, 1));
        self.ensure_not_interrupted()?;
        match turn? {
            Turn::Recorded(_) => Ok(true),
            Turn::NotNow => Ok(false),
            Turn::End => Err(self.ends_here(step)),
        }
    }
}
