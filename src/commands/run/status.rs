//! `plan status`: where a run stands.

use jiff::Timestamp;

use crate::apply::certificate::Ground;
use crate::apply::journal::{Begin, Event, JournalEntry};
use crate::apply::lock::{self, Standing};
use crate::apply::machine::{Next, Progress};
use crate::cli::{Status, StatusFormat};
use crate::commands::Terminal;
use crate::failure::{Failure, exit};
use crate::guide::{Back, LIVE_FILE, Stage, duties, steps};
use crate::model::plan::{SiteRole, Strategy};
use crate::model::{Executor, Step};
use crate::output::escape;
use crate::output::status::{self, Ended, Line, Stand};
use crate::project::{Opened, Project};

use super::certificate;
use super::run_files::RunFiles;
use super::state::Unfinished;

pub(crate) fn run(args: &Status, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let project = Project::new(&args.of.plan, args.limits.into());
    let opened = project.open()?;
    let files = RunFiles::of_project(&project, &args.of.site);
    let run = files.unfinished()?;
    let held = matches!(lock::standing(&files.lock(), Timestamp::now())?, Standing::Held(_));
    let ended = finished(&files, run.as_ref());
    let (begin, events, progress) = match run.as_ref().or(ended.as_ref()) {
        Some(run) => (Some(&run.begin), &run.events[..], Some(&run.progress)),
        None => (None, &[][..], None),
    };
    let on = begin.map_or(SiteRole::Staging, |begin| begin.on);
    let Some(strategy) = begin.map_or(opened.plan.strategy, |begin| begin.strategy) else {
        return Err(Failure::new(exit::USAGE, "the plan names no `strategy`, so its steps are not known")
            .help("name one of rehearse-and-replay, freeze-and-push, push-then-merge"));
    };
    // A run of an earlier build took fewer steps on live.
    let is_known =
        |step: &&Step| **step != Step::EnterMaintenance || begin.is_none_or(|begin| begin.steps().contains(step));
    let lines = steps(strategy, on).iter().filter(is_known).map(|step| line(*step, begin, progress, events)).collect();
    let status = status::Status {
        path: args.of.plan.display().to_string(),
        site: args.of.site.clone(),
        strategy,
        on,
        digest: run.as_ref().map(|run| run.begin.digests.changes.clone()),
        ended: ended.as_ref().map(|run| said_of_the_end(args, &opened, run)).transpose()?,
        changes: begin.map_or(0, |begin| begin.changes.len()),
        by_hand: begin.map(|begin| begin.by_hand.clone()).unwrap_or_default(),
        in_place: progress.map_or(0, Progress::in_place),
        taking_back: progress.is_some_and(Progress::is_taking_back),
        past_the_barrier: progress.is_some_and(Progress::is_past_the_barrier),
        held,
        earlier: earlier(&files, progress, terminal)?,
        elsewhere: files.elsewhere(run.as_ref())?.map(|elsewhere| elsewhere.message()),
        undo: files.undo(),
        way_back: run
            .as_ref()
            .filter(|run| run.progress.is_past_the_barrier() || run.progress.is_closed_to_buyers())
            .map(|run| way_back(&opened, (&run.begin, &run.progress))),
        decisions: duties(&opened.plan, &opened.record),
        steps: lines,
    };
    match args.format {
        StatusFormat::Human => status::human(&status, terminal.out)?,
        StatusFormat::Json => status::json(&status, terminal.out)?,
    }
    Ok(exit::OK)
}

/// The run that ended here last, where it came to its end and none is under way.
fn finished(files: &RunFiles, open: Option<&Unfinished>) -> Option<Unfinished> {
    let last = || files.archived().next()?.ok().map(|(_, run)| run);
    open.map_or_else(last, |_| None).filter(|run| run.progress.is_finished())
}

/// What ended, what it left, and what is next.
fn said_of_the_end(args: &Status, opened: &Opened, run: &Unfinished) -> Result<Ended, Failure> {
    let at = run.events.last().map(|entry| entry.at.to_string()).unwrap_or_default();
    let certificate = certificate::kept(&args.of.plan)?
        .filter(|_| run.begin.on == SiteRole::Staging)
        // It is written once every step is done, right before the end is noted.
        .filter(|kept| run.events.iter().any(|entry| entry.at.to_string() == kept.certificate.ended_at));
    let path = certificate.as_ref().map(|_| certificate::path_of(&args.of.plan).display().to_string());
    let plan = escape::shell(&args.of.plan.display().to_string());
    let live = run.begin.strategy == Some(Strategy::RehearseAndReplay) && run.begin.on == SiteRole::Staging;
    let again = || format!("rehearse again: `plan diff {plan} --site {}`", escape::shell(&args.of.site));
    let next = match certificate {
        _ if !live => "every step of the guide is done".to_owned(),
        None => format!("it left no certificate here; {}", again()),
        Some(kept) if !kept.certificate.is_of(&opened.plan) => {
            format!("the plan's intent is no longer the one that was rehearsed; {}", again())
        }
        Some(kept) => match kept.ensure_proven(&opened.settings.seal.keys) {
            Err(failure) => failure.message,
            // A rehearsal on a site in a file opens no site at an address.
            Ok(()) if kept.certificate.site == Ground::File => format!(
                "replay it on live, in its window, on a site file of the live site (`docs/on-live.md` says how to write it): \
                 `plan diff {plan} --site {LIVE_FILE} --on live`"
            ),
            Ok(()) => {
                let live = escape::shell(&opened.plan.sites.live);
                format!("replay it on live, in its window: `plan diff {plan} --site {live} --on live`")
            }
        },
    };
    Ok(Ended { at, certificate: path, next })
}

/// The digest of the earlier run that can be undone. A journal that was damaged long ago hides no run that is open now.
pub(super) fn earlier(
    files: &RunFiles,
    now: Option<&Progress>,
    terminal: &mut Terminal<'_>,
) -> Result<Option<String>, Failure> {
    if now.is_some_and(Progress::is_past_the_barrier) {
        return Ok(None);
    }
    match files.undoable() {
        Ok(earlier) => Ok(earlier.map(|(_, run)| run.begin.digests.changes)),
        Err(failure) => {
            let what = escape::line(&failure.message);
            writeln!(terminal.err, "attention: it is unknown whether an earlier run can be undone: {what}")?;
            Ok(None)
        }
    }
}

fn line(step: Step, begin: Option<&Begin>, progress: Option<&Progress>, events: &[JournalEntry]) -> Line {
    let about = step.about();
    let behind = events.iter().rev().find_map(|entry| match &entry.event {
        Event::Passed { step: passed, by, seen, .. } if *passed == step => Some((entry.at, *by, seen.clone())),
        _ => None,
    });
    let executor = begin.map_or(about.executor, |begin| begin.executor(step));
    let follows = begin.is_some_and(|begin| begin.steps().contains(&step));
    let next = progress.map(Progress::next);
    let stand = match (step, behind.is_some(), next) {
        (_, true, _) => Stand::Done,
        (Step::Configure, _, Some(Next::Step(Step::Configure))) => Stand::Next,
        (Step::Configure, _, Some(Next::Step(_) | Next::Close | Next::Over)) => Stand::Done,
        (Step::Configure, _, Some(_)) => Stand::Next,
        (_, _, Some(Next::Step(now))) if now == step => Stand::Next,
        // The gate proved them before the run began.
        (_, _, Some(_)) if !follows => Stand::Done,
        (Step::Preflight, _, None) => Stand::Next,
        _ => Stand::Later,
    };
    let gate = match step {
        Step::Preflight => Some("configure"),
        Step::RunMigration => Some("migrate"),
        Step::Push | Step::ReopenLive => Some("go-live"),
        _ => None,
    };
    Line {
        step,
        title: about.title,
        stand,
        executor: behind.as_ref().map_or(executor, |(_, by, _)| *by),
        back: about.back,
        barrier: step == Step::RunMigration,
        gate,
        at: behind.as_ref().map(|(at, ..)| at.to_string()),
        seen: behind.map(|(_, _, seen)| seen),
        why: if about.executor == Executor::Automatic { "" } else { about.why },
    }
}

/// The way back from where a run stands, as the plan names it.
pub(crate) fn way_back(opened: &Opened, run: (&Begin, &Progress)) -> String {
    way_back_from(opened, run.0, stage(run.1))
}

/// The way back from this stage of a run.
pub(super) fn way_back_from(opened: &Opened, begin: &Begin, stage: Stage) -> String {
    let way = opened.plan.rollback.as_ref().map(|rollback| rollback.way);
    let back = Back { on: begin.on, strategy: begin.strategy, way, stage };
    if !back.concerns_live() {
        return back.message();
    }
    let backup = opened.record.entries.iter().rev().find_map(|entry| match &entry.evidence {
        crate::model::record::Evidence::Backup(backup) => Some(backup.taken_at.clone()),
        _ => None,
    });
    let backup = backup
        .map_or_else(|| "no backup is on record".to_owned(), |at| format!("the backup on record was made at {at}"));
    format!("{}; {backup}", back.message())
}

/// How far a run is, as far as its way back depends on it.
fn stage(progress: &Progress) -> Stage {
    let pushes = progress.next() == Next::Step(Step::Push) && progress.is_reached();
    if pushes || progress.passed().contains(&Step::Push) {
        Stage::Pushed
    } else if progress.is_past_the_barrier() {
        Stage::PastBarrier
    } else {
        Stage::BeforeBarrier
    }
}
