//! The barrier before *Run Migration*: judged, typed, and judged again after the typing.

use jiff::Timestamp;

use crate::apply::journal::Event;
use crate::apply::proof::{spare_login, tool_login};
use crate::apply::since::{configured_at, since_then, when};
use crate::cli::Apply;
use crate::commands::inputs::{self, Checked};
use crate::commands::terminal::labelled;
use crate::commands::{Terminal, may_ask};
use crate::failure::{Failure, exit};
use crate::guide::{self, Back, Stage};
use crate::model::Identity;
use crate::model::plan::{SiteRole, Strategy};
use crate::model::record::{Evidence, Record};
use crate::model::text::many;
use crate::model::{Plan, Step, Unmeasured};
use crate::output::{concise, escape};
use crate::reconcile::Verdict;
use crate::survey::Screen;
use crate::trust::of_this_machine;

use super::attested::{Fields, attested_wrongly, to_look_at_again};
use super::underway::Run;
use super::{by_hand, kept, on_time};

/// What was found in front of the barrier.
struct Found {
    members: Option<u64>,
    /// Who said that the spare administrator could sign in.
    who: Option<String>,
    /// What shows that they could.
    login: String,
    checked: Checked,
    /// What nobody measured.
    unmeasured: Vec<Unmeasured>,
    /// What shows that no mail leaves the site, where one was sent to look.
    trap: Option<String>,
}

/// Why the barrier is not passed yet.
pub(super) struct NotYet {
    pub(super) failure: Failure,
    /// The screens to look at again; no screen where the spare administrator's sign-in is asked for, and none where nothing that a
    /// person says is lacking.
    pub(super) asks: Option<Vec<Screen>>,
    /// The screens of what was attested since the barrier was reached, where the gate is red over it: it may have been attested wrongly.
    pub(super) attested: Vec<Screen>,
}

impl<F: Into<Failure>> From<F> for NotYet {
    fn from(failure: F) -> Self {
        Self { failure: failure.into(), asks: None, attested: Vec::new() }
    }
}

impl Run {
    /// Passes the barrier: the gate on a fresh reading, both logins, what cannot be undone, and a phrase that is typed.
    pub(super) fn pass_barrier(
        &mut self,
        args: &Apply,
        plan: &Plan,
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let (written, here, on) = match self.journal.begin() {
            Some(begin) => (!begin.changes.is_empty() || !begin.by_hand.is_empty(), begin.host.clone(), begin.on),
            None => return Err(Failure::new(exit::COULD_NOT_RUN, "the journal holds no beginning")),
        };
        let code = if written { exit::PART_WAY } else { exit::BARRIER };
        let (found, _) = self.found_at_barrier(args, (on, &here, code), terminal)?;
        let found = self.acknowledged(args, plan, found, (on, &here, code), terminal)?;
        self.ensure_still_ours()?;
        self.site.keep(&self.files.before())?;
        self.note(Event::Kept { sha256: kept::digest(&self.files.before())? })?;
        self.ensure_not_interrupted()?;
        // First for those elsewhere: who learns too early that it may have been pressed does no harm.
        self.files.note_down(self.journal.events(), true)?;
        if !found.unmeasured.is_empty() {
            self.note(Event::Accepted { unmeasured: found.unmeasured })?;
        }
        if let Some(seen) = found.trap {
            self.note(Event::Trapped { seen })?;
        }
        self.note(Event::BarrierPassed { who: found.who, members: found.members })?;
        writeln!(terminal.out, "now press *Run Migration*, once")?;
        terminal.out.flush()?;
        Ok(())
    }

    /// Says which members are not as they were when the run began: what is kept at the barrier is how they are now.
    fn tell_who_changed(&mut self, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        if !kept::is_kept(&self.files.before(), self.journal.events()) {
            return Ok(());
        }
        let since = self.compared(&Record::default())?;
        if since.verdict == Verdict::Different {
            let who = since.who.join("; ");
            labelled(
                "members",
                &format!("not as when the run began, and from here on they count as they are now: {who}"),
                terminal,
            )?;
        }
        Ok(())
    }

    /// What was found, once a person has acknowledged what cannot be undone by typing the phrase, and nothing stopped the run since they did.
    fn acknowledged(
        &mut self,
        args: &Apply,
        plan: &Plan,
        mut found: Found,
        (on, here, code): (SiteRole, &Identity, u8),
        terminal: &mut Terminal<'_>,
    ) -> Result<Found, Failure> {
        loop {
            let phrase = format!("{} {here}", guide::PHRASE);
            self.tell(Step::RunMigration, terminal)?;
            let rollback = plan.rollback.as_ref().map(|rollback| rollback.way);
            let back = Back { on, strategy: plan.strategy, way: rollback, stage: Stage::PastBarrier };
            barrier(plan, (&found, back), terminal)?;
            self.tell_who_changed(terminal)?;
            labelled("login", &found.login, terminal)?;
            if let Some(seen) = &found.trap {
                labelled("mail trap", seen, terminal)?;
            }
            self.accept(args, &found.unmeasured, code, terminal)?;
            let accepted = found.unmeasured.clone();
            if !terminal.is_shown() || is_nowhere() {
                let message = "what cannot be undone could not be shown, so nobody can acknowledge it: standard output is \
                full, closed or discarded";
                return Err(Failure::new(code, message).help(format!(
                    "run `{}` again, with its output on a terminal, in a pipe or in a file",
                    self.resume_command()
                )));
            }
            let typed = match &args.acknowledge {
                Some(typed) => typed.clone(),
                None if !may_ask(args.no_input) => String::new(),
                None => {
                    terminal.forget_typed_ahead();
                    let answer = terminal.ask(&format!("\nType `{phrase}` to go on, anything else to stop here: "));
                    self.ensure_not_interrupted()?;
                    answer?
                }
            };
            self.ensure_not_interrupted()?;
            if typed.trim() != phrase {
                let (resume, undo) = (self.resume_command(), self.files.undo());
                return Err(Failure::new(code, "*Run Migration* was not acknowledged, so do not press it").help(
                    format!(
                        "continue with `{resume}{} --acknowledge {}`, or take the changes back with `{undo}`",
                        on_time::accepted(&args.accept_unknown, None),
                        escape::shell(&phrase)
                    ),
                ));
            }
            if args.acknowledge.is_some() {
                return Ok(found);
            }
            // A person took their time: the site may have moved while they read.
            let (now, has_stopped) = self.found_at_barrier(args, (on, here, code), terminal)?;
            found = now;
            if !has_stopped {
                let new: Vec<Unmeasured> =
                    found.unmeasured.iter().copied().filter(|what| !accepted.contains(what)).collect();
                self.accept(args, &new, code, terminal)?;
                return Ok(found);
            }
            writeln!(
                terminal.out,
                "something was in the way since the phrase was typed, so what cannot be undone is shown, and acknowledged, once more"
            )?;
        }
    }

    /// What is found in front of the barrier, and whether anything was in the way; on a terminal what is lacking is asked for until it is there.
    fn found_at_barrier(
        &mut self,
        args: &Apply,
        at: (SiteRole, &Identity, u8),
        terminal: &mut Terminal<'_>,
    ) -> Result<(Found, bool), Failure> {
        let mut has_stopped = false;
        loop {
            let NotYet { failure, asks, attested } = match self.before_barrier(args, at, terminal) {
                Ok(found) => return Ok((found, has_stopped)),
                Err(not_yet) => not_yet,
            };
            has_stopped = true;
            match asks {
                Some(screens) if may_ask(args.no_input) => {
                    labelled("lacks", &failure.message, terminal)?;
                    if let Some(why) = failure.details.first() {
                        labelled("", why, terminal)?;
                    }
                    let plan = self.project.open()?.plan.clone();
                    self.ask_at_barrier(&plan, screens, terminal)?;
                }
                _ => self.looks_again((failure, attested), args.no_input, terminal)?,
            }
        }
    }

    fn before_barrier(
        &mut self,
        args: &Apply,
        (on, here, code): (SiteRole, &Identity, u8),
        terminal: &mut Terminal<'_>,
    ) -> Result<Found, NotYet> {
        let opened = self.project.open()?;
        let reached = when(self.journal.events(), |event| matches!(event, Event::Reached { step: Step::RunMigration }));
        let checked = inputs::judged_at_barrier(opened, self.site.as_mut(), reached, on == SiteRole::Live)?;
        if !self.is_of(&checked.opened.plan) {
            let message = "the plan was edited since this run began, so *Run Migration* is not begun";
            let help = "restore the plan to what was confirmed, or confirm and apply it again";
            return Err(Failure::new(code, message).help(help).into());
        }
        if !checked.may_go_on(self.goes_without_members()) {
            let again = to_look_at_again(&checked, here);
            let attested = attested_wrongly(&checked);
            // On a terminal what has to be seen again is asked for at once.
            if again.is_empty() || !may_ask(args.no_input) {
                concise::render(&checked.report(&args.plan.display().to_string()), terminal.err)?;
            }
            let mut failure = Failure::new(code, "the gate `migrate` is not green, so *Run Migration* is not begun")
                .help(format!("fix what is found, then continue with `{}`", self.resume_command()));
            failure.details = self.typed_again((&checked, reached), (&again, &attested), here, on);
            let named = self.typed();
            let of_a_line = checked.judgement.findings.iter().filter(|it| it.rule == "verification-unacknowledged");
            failure
                .details
                .extend(of_a_line.map(|it| format!("{}: {}", it.message, named.named().acknowledge("LINE"))));
            let screens = |all: &[Fields]| -> Vec<Screen> {
                all.iter().map(|(on, fields)| by_hand::screen(on, &by_hand::blind(fields.iter()), false)).collect()
            };
            let asks = (!again.is_empty()).then(|| screens(&again));
            return Err(NotYet { failure, asks, attested: screens(&attested) });
        }
        if let Some(first) = checked.lowered.as_ref().and_then(|lowered| lowered.changes.first()) {
            let message = format!("`{}` is no longer as the plan wants it, so *Run Migration* is not begun", first.on);
            let help = format!("somebody changed it: look at `{}`, and apply again before going on", self.files.diff());
            return Err(Failure::new(code, message).help(help).into());
        }
        if let Some(first) = checked.lowered.as_ref().and_then(|lowered| lowered.not_compared.first()) {
            let message =
                format!("nobody knows whether `{}` is as the plan wants it, so *Run Migration* is not begun", first.on);
            let saw = self.names(&checked.opened.plan).of(here, on).saw(&first.on, &first.wanted, false);
            let failure = Failure::new(code, message).help(format!("look, then: `{saw}`"));
            let asks = Some(vec![by_hand::screen(&first.on, &first.wanted, false)]);
            return Err(NotYet { failure, asks, attested: Vec::new() });
        }
        let mut unmeasured = match on {
            SiteRole::Live => on_time::ensure_may_pass_barrier(args, &checked, code == exit::PART_WAY)?,
            SiteRole::Staging => Vec::new(),
        };
        unmeasured.extend(checked.judgement.lacks_only_members().then_some(Unmeasured::Members));
        let record = of_this_machine(self.project.record()?);
        let record = since_then(record, configured_at(self.journal.events()), Timestamp::now());
        let reading = checked.site.as_ref().map(|site| &site.reading);
        let administrators = reading.map(|reading| reading.snapshot.state.administrators.clone()).unwrap_or_default();
        let login = tool_login(reading.and_then(|reading| reading.login.as_ref()), &administrators);
        let Some(proven) = spare_login(login, &record, here) else {
            let message = format!("a sign-in of the spare administrator is not on record ({})", login.tested());
            let failure = Failure::new(code, message).help(format!(
                "sign in as the spare administrator in another browser, stay signed in, then: `{}`",
                self.typed().named().record("sign-in \"HOW IT WAS TRIED\"", on)
            ));
            return Err(NotYet { failure, asks: Some(Vec::new()), attested: Vec::new() });
        };
        let signed = record
            .entries
            .iter()
            .rfind(|entry| matches!(&entry.evidence, Evidence::SignIn(signed) if signed.host.is_same_site(here)));
        let who = signed.map(|entry| entry.who.clone());
        let members = checked.site.as_ref().and_then(|site| site.reading.census.as_ref()).map(|census| census.members);
        let trap = self.ensure_trapped(&checked, (on, here, code), reached)?;
        Ok(Found { members, who, login: proven, checked, unmeasured, trap })
    }
}

impl Run {
    /// What is typed of what has to be seen again, and of what may have been attested wrongly; why comes first.
    fn typed_again(
        &self,
        (checked, reached): (&Checked, Timestamp),
        (again, attested): (&[Fields], &[Fields]),
        here: &Identity,
        on: SiteRole,
    ) -> Vec<String> {
        let names = self.names(&checked.opened.plan);
        let typed = |(object, fields): &Fields| {
            let command = names.of(here, on).saw(object, &by_hand::blind(fields.iter()), false);
            format!("look at {} again, then: {command}", object.kind.screen())
        };
        let mut said = Vec::new();
        if !again.is_empty() {
            said.push(format!(
                "what was attested before the barrier was reached, at {reached:.0}, does not count here: money, mail and the \
                migration hang on it, and it may have changed since"
            ));
            said.extend(again.iter().map(typed));
        }
        if !attested.is_empty() {
            said.push("an error rests on what a person attested; if that was wrong, attest it again".to_owned());
            said.extend(attested.iter().map(typed));
        }
        said
    }
}

/// Whether standard output is where the system throws everything away: a program that is started with it closed gets that instead.
fn is_nowhere() -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let nowhere = std::fs::metadata("/dev/null").map(|nowhere| nowhere.rdev());
        let out = rustix::fs::fstat(std::io::stdout()).map(|out| out.st_rdev);
        matches!((nowhere, out), (Ok(nowhere), Ok(out)) if nowhere == out && out != 0)
    }
    #[cfg(not(unix))]
    false
}

/// What cannot be undone, whom it reaches, and what the way back loses.
fn barrier(plan: &Plan, (found, back): (&Found, Back), terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let members = found.members.map_or_else(
        || "all members (their number was not captured)".to_owned(),
        |members| many(usize::try_from(members).unwrap_or(usize::MAX), "member"),
    );
    let mail = found
        .checked
        .site
        .as_ref()
        .and_then(|site| site.reading.snapshot.state.mail.as_ref()?.simulated.set().copied());
    let reach = match mail {
        Some(true) => "mail is simulated on this site, so none of it should arrive",
        Some(false) => "mail IS DELIVERED from this site",
        None => "whether mail is delivered from this site was not captured",
    };
    let contradiction = guide::CONTRADICTION;
    labelled("one-way", &format!("passwords are reset and mailed to {members}; {reach} ({contradiction})"), terminal)?;
    let state = found.checked.site.as_ref().map(|site| &site.reading.snapshot.state);
    let is_closed = state.and_then(|state| state.maintenance.as_ref()?.on.set().copied());
    if back.on == SiteRole::Live && is_closed == Some(false) {
        let open = "maintenance mode is OFF on live: whoever buys from now on is in the migration, and a restore of the backup loses their payment";
        labelled("open", open, terminal)?;
    }
    let wishes = guide::boxes(plan.migration.as_ref()).map(|one| format!("\"{}\": {}", one.label, one.wish()));
    labelled("boxes", &wishes.join("; "), terminal)?;
    labelled("way back", &back.message(), terminal)?;
    match &plan.rollback {
        Some(rollback) if back.strategy != Some(Strategy::RehearseAndReplay) || back.on == SiteRole::Live => {
            let (who, by) = (escape::line(&rollback.who), escape::line(&rollback.decide_by));
            labelled("decision", &format!("{who} decides by {by}"), terminal)
        }
        _ => Ok(()),
    }
}
