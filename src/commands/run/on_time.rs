//! Does the time allow it? The plan's window, the record, the certificate and the site's clock, for `apply::window` to decide; and
//! whoever decides is asked, when it is time: go on, or go back?
//!
//! A site in a file has the time at which it was read; an address has the machine's clock.

use jiff::Timestamp;

use crate::apply::certificate::Certificate;
use crate::apply::decision::{self, Stands};
use crate::apply::journal::Event;
use crate::apply::timing;
use crate::apply::window::{self, EXCUSED, Late, Times};
use crate::cli::Apply;
use crate::commands::inputs::Checked;
use crate::commands::terminal::labelled;
use crate::commands::{Terminal, may_ask};
use crate::failure::{Failure, exit};
use crate::model::deadline::{Decided, Decision};
use crate::model::plan::SiteRole;
use crate::model::record::{Evidence, Record};
use crate::model::text::Seconds;
use crate::model::{Plan, Step, Unmeasured};
use crate::output::escape;
use crate::project::record::{append, path_of};
use crate::site::SiteError;

use super::typed::Typed;
use super::underway::Run;
use super::{certificate, status};

/// What is refused for the time: 15 where nothing was written, else 20.
fn refused(late: &Late, written: bool, args: &Apply) -> Failure {
    let (message, help) = late.message(&Typed::of(args).named());
    let code = if written { exit::PART_WAY } else { exit::LIMIT };
    Failure::new(code, message).help(help)
}

fn excused(record: &Record, plan: &Plan) -> bool {
    plan.live_site().is_some_and(|live| record.excuses(&live, Timestamp::now(), EXCUSED))
}

/// Whether a replay that takes what was rehearsed may begin now.
pub(super) fn ensure_may_replay(args: &Apply, checked: &Checked, rehearsed: &Certificate) -> Result<(), Failure> {
    let opened = &checked.opened;
    let now = checked.site.as_ref().map_or_else(Timestamp::now, |site| site.now);
    let excused = excused(&opened.record, &opened.plan);
    let may = window::schedule(&opened.plan).and_then(|schedule| {
        window::fits(&schedule, rehearsed)?;
        window::ensure_may_begin(&schedule, now, excused)?;
        if excused { Ok(()) } else { window::fits_now(&schedule, now, rehearsed) }
    });
    may.map_err(|late| refused(&late, false, args))
}

/// Whether the barrier on live may open: what nobody measured, which somebody has to accept.
pub(super) fn ensure_may_pass_barrier(
    args: &Apply,
    checked: &Checked,
    written: bool,
) -> Result<Vec<Unmeasured>, Failure> {
    let opened = &checked.opened;
    let wall = Timestamp::now();
    // A certificate that is not proven ours, or of another intent, measured nothing.
    let rehearsed =
        certificate::proven(&args.plan, &opened.settings.seal.keys)?.filter(|rehearsed| rehearsed.is_of(&opened.plan));
    let times = Times {
        now: checked.site.as_ref().map_or(wall, |site| site.now),
        migration: rehearsed.and_then(|rehearsed| rehearsed.migration),
        restore: opened.record.restore_time(&opened.plan, wall),
    };
    let may = window::schedule(&opened.plan).and_then(|schedule| window::ensure_may_pass_barrier(&schedule, times));
    may.map_err(|late| refused(&late, written, args))
}

/// The flags of what is accepted already, and of one more, as they are typed; nothing where nothing is.
pub(super) fn accepted(given: &[Unmeasured], more: Option<Unmeasured>) -> String {
    let mut names: Vec<&str> = given.iter().map(|what| what.name()).collect();
    names.extend(more.map(Unmeasured::name).filter(|name| !names.contains(name)));
    if names.is_empty() { String::new() } else { format!(" --accept-unknown {}", names.join(",")) }
}

impl Run {
    /// What time it is at the site.
    pub(super) fn clock(&mut self) -> Result<Timestamp, SiteError> {
        if self.files.real.is_none() {
            return Ok(Timestamp::now());
        }
        let read_at = self.site.configuration()?.header.taken_at.parse();
        Ok(read_at.unwrap_or_else(|_| Timestamp::now()))
    }

    /// Whether the time allows this step to begin on live.
    pub(super) fn ensure_may_begin(&mut self, args: &Apply, step: Step) -> Result<(), Failure> {
        let opened = self.project.open()?;
        let (now, excused) = (self.clock()?, excused(&opened.record, &opened.plan));
        let may = window::schedule(&opened.plan).and_then(|schedule| window::ensure_may_begin(&schedule, now, excused));
        let written = step == Step::Push || self.journal.progress().has_written();
        may.map_err(|late| {
            let mut failure = refused(&late, written, args);
            failure.message = format!("`{}` is not begun on live: {}", step.name(), failure.message);
            failure
        })
    }

    /// What nobody measured is accepted by a flag, or by typing it.
    pub(super) fn accept(
        &self,
        args: &Apply,
        unmeasured: &[Unmeasured],
        code: u8,
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        for what in unmeasured {
            labelled("unknown", &what.message(), terminal)?;
        }
        for what in unmeasured.iter().filter(|what| !args.accept_unknown.contains(what)) {
            let phrase = what.phrase();
            let typed = match may_ask(args.no_input) {
                true => {
                    let answer =
                        terminal.ask(&format!("\nType `{phrase}` to go on without it, anything else to stop here: "));
                    self.ensure_not_interrupted()?;
                    answer?
                }
                false => String::new(),
            };
            if typed != phrase {
                let message = format!("{}, and nobody accepted that", what.message());
                let given =
                    args.acknowledge.as_deref().map(|phrase| format!(" --acknowledge {}", escape::shell(phrase)));
                let (more, given) = (accepted(&args.accept_unknown, Some(*what)), given.unwrap_or_default());
                let flag = format!("go on without it: `{}{more}{given}`", self.resume_command());
                let drill = "restore-drill BACKUP --took LENGTH --onto \"WHERE\"";
                let drill = self.typed().named().record(drill, SiteRole::Staging);
                return Err(Failure::new(code, message).help(match what {
                    Unmeasured::RestoreTime => format!(
                        "restore a backup somewhere, and put on record how long that took, for example `25m`: `{drill}`; or {flag}"
                    ),
                    Unmeasured::MigrationTime => {
                        format!("rehearse again, and let `plan` wait until the migration is over; or {flag}")
                    }
                    Unmeasured::Members => format!("take a reading that shows them; or {flag}"),
                }));
            }
        }
        Ok(())
    }

    /// A decision that was put on record meanwhile is respected; past one to go back nothing more begins.
    pub(super) fn respect_decision(&mut self, args: &Apply, plan: &Plan) -> Result<(), Failure> {
        let Some(rollback) = &plan.rollback else { return Ok(()) };
        let record = self.project.record()?;
        let (host, _) = self.at();
        let (events, progress) = (self.journal.events(), self.journal.progress());
        if let Some(decision) = decision::news(events, progress, &record, &host, &rollback.who) {
            self.note(Event::Decided { who: rollback.who.clone(), decision })?;
        }
        match decision::stands(self.journal.progress(), None, Timestamp::MIN) {
            Stands::Back => Err(self.goes_back(args, &rollback.who)?),
            Stands::Open | Stands::Due => Ok(()),
        }
    }

    fn goes_back(&self, args: &Apply, who: &str) -> Result<Failure, Failure> {
        let opened = self.project.open()?;
        let begin = self.journal.begin().cloned();
        let way = begin.map_or_else(String::new, |begin| status::way_back(&opened, (&begin, self.journal.progress())));
        let plan = escape::shell(&args.plan.display().to_string());
        let message = format!("`{}` decided to go back, so no further step is begun here", escape::line(who));
        Ok(Failure::new(exit::PART_WAY, message).help(format!(
            "{way}; then close the run: `{}`; or take the decision back: `plan record decision go-on \"WHY\" --plan {plan} --who {}`",
            self.typed().named().restored(),
            escape::shell(who)
        )))
    }

    /// At the time to decide, whoever decides is asked: go on, or go back? Without input that is the end for now.
    pub(super) fn ask_decision(
        &mut self,
        args: &Apply,
        plan: &Plan,
        (step, open): (Step, &str),
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let (Some(rollback), Ok(schedule)) = (&plan.rollback, window::schedule(plan)) else { return Ok(()) };
        let (Some(by), Ok(now)) = (&schedule.decide_by, self.clock()) else { return Ok(()) };
        let (by, who) = (by.timestamp(), rollback.who.clone());
        if self.at().1 != SiteRole::Live || decision::stands(self.journal.progress(), Some(by), now) != Stands::Due {
            return Ok(());
        }
        if !self.journal.progress().is_decision_due() {
            self.note(Event::DecisionDue { who: who.clone(), by })?;
        }
        let (clock, named) = (schedule.clock(by), escape::line(&who));
        if !may_ask(args.no_input) {
            let message = format!(
                "it is past {clock}, and `{named}` has not decided whether to go on or to go back; the run waits at \
                `{}`: {open}",
                step.name()
            );
            let plan = escape::shell(&args.plan.display().to_string());
            return Err(Failure::new(exit::PART_WAY, message).help(format!(
                "`{named}` records the decision, with `go-on` or `go-back`: `plan record decision go-on \"WHY\" \
                --plan {plan} --who {}`; then continue with `{}`",
                escape::shell(&who),
                self.resume_command()
            )));
        }
        let answer = terminal.ask(&format!(
            "\nIt is past {clock}: `{named}` decides now. Type `go on` or `go back`, anything else to stop here: "
        ));
        self.ensure_not_interrupted()?;
        let answer = answer?;
        let decision = match answer.as_str() {
            "go on" => Decision::GoOn,
            "go back" => Decision::GoBack,
            _ => {
                return Err(Failure::new(exit::PART_WAY, "nobody decided whether to go on or to go back")
                    .help(format!("continue with `{}`; it asks again", self.resume_command())));
            }
        };
        let decided = Decided { host: self.at().0, decision, says: "typed when it was asked".to_owned() };
        append(&path_of(&args.plan), &who, Timestamp::now(), &Evidence::Decided(decided))?;
        self.note(Event::Decided { who: who.clone(), decision })?;
        match decision {
            Decision::GoOn => Ok(()),
            Decision::GoBack => Err(self.goes_back(args, &who)?),
        }
    }

    /// How long the step has taken, what it took in the rehearsal, and how long there is until it is decided whether to go back.
    pub(super) fn time_words(&mut self, plan: &Plan, step: Step, rehearsed: Option<&Certificate>) -> String {
        let so_far = timing::so_far(self.journal.events(), step, Timestamp::now());
        let rehearsed = rehearsed.and_then(|rehearsed| rehearsed.rehearsed(step));
        let schedule =
            Some(plan).filter(|_| self.at().1 == SiteRole::Live).and_then(|plan| window::schedule(plan).ok());
        let until = schedule.and_then(|schedule| {
            let by = schedule.decide_by.as_ref()?.timestamp();
            let left = Seconds(by.as_second() - self.clock().ok()?.as_second());
            Some((left, schedule.clock(by)))
        });
        window::waiting(so_far, rehearsed, until)
    }

    /// What the run says of a step that took too long; nothing where it did not.
    pub(super) fn took_too_long(&self, plan: &Plan, step: Step, rehearsed: Option<&Certificate>) -> Option<String> {
        let took = timing::steps(self.journal.events()).into_iter().rfind(|took| took.step == step)?;
        let window = plan.window.as_ref().and_then(|window| window.lasts().ok());
        let rehearsed = rehearsed.and_then(|rehearsed| rehearsed.rehearsed(step));
        window::too_long(step, took.seconds.into(), rehearsed, window)
    }
}
