//! `plan status`: where a run stands.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::apply::by_hand::{is_in_place, is_set_back};
use crate::apply::certificate::Ground;
use crate::apply::journal::{Begin, Event, JournalEntry};
use crate::apply::lock::{self, Standing};
use crate::apply::machine::{Next, Progress};
use crate::apply::since::undone_at;
use crate::apply::walk;
use crate::change::Task;
use crate::cli::{Of, Status, StatusFormat};
use crate::commands::{Terminal, executors};
use crate::failure::{Failure, exit};
use crate::guide::{Back, LIVE_FILE, Stage, duties, steps};
use crate::model::plan::{SiteRole, Strategy};
use crate::model::{Executor, Identity, ObjectRef, Plan, Step};
use crate::output::escape;
use crate::output::status::{self, Before, Ended, Line, Rehearsed, Stand};
use crate::project::{Opened, Project};
use crate::site::{self, Site as _};
use crate::trust::{of_this_machine, recorded_here};

use super::aftercare;
use super::certificate::{self, Kept};
use super::kept;
use super::overview;
use super::run_files::RunFiles;
use super::state::Unfinished;
use super::typed::Typed;

pub(crate) fn run(args: &Status, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if args.plan.is_dir() {
        return overview::run(args, terminal);
    }
    let Some(site) = args.site.clone() else {
        let message = "the site of the run is not named";
        return Err(Failure::new(exit::USAGE, message)
            .help("name it as it was given to `apply`, with `--site SITE`; `plan status FOLDER` shows all plans below a folder"));
    };
    of_a_plan(&Of { plan: args.plan.clone(), site }, args, terminal)
}

fn of_a_plan(of: &Of, args: &Status, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let project = Project::new(&of.plan, args.limits.into());
    let opened = project.open()?;
    let files = RunFiles::of_project(&project, &of.site);
    let run = files.unfinished()?;
    let held = matches!(lock::standing(&files.lock(), Timestamp::now())?, Standing::Held(_));
    let ended = finished(&files, run.as_ref());
    let (begin, events, progress) = match run.as_ref().or(ended.as_ref()) {
        Some(run) => (Some(&run.begin), &run.events[..], Some(&run.progress)),
        None => (None, &[][..], None),
    };
    let on = begin.map_or_else(|| role(&opened.plan, &files), |begin| begin.on);
    let Some(strategy) = begin.map_or(opened.plan.strategy, |begin| begin.strategy) else {
        if begin.is_none() && args.format == StatusFormat::Human {
            return without_strategy(of, terminal);
        }
        return Err(Failure::new(exit::USAGE, "the plan names no `strategy`, so its steps are not known")
            .help("name one of rehearse-and-replay, freeze-and-push, push-then-merge"));
    };
    // A run of an earlier build took fewer steps on live.
    let is_known =
        |step: &&Step| **step != Step::EnterMaintenance || begin.is_none_or(|begin| begin.steps().contains(step));
    let by_whom = |step: Step| match begin {
        Some(begin) => begin.executor(step),
        None if step == Step::Configure => who_changes(&opened, (&of.site, on)).unwrap_or(step.about().executor),
        None => step.about().executor,
    };
    let all = steps(strategy, on).iter().filter(is_known);
    let lines = all.map(|step| line(*step, (begin, by_whom(*step)), progress, events)).collect();
    let elsewhere = files.elsewhere(run.as_ref())?.map(|elsewhere| elsewhere.message());
    let named = (of.plan.as_path(), of.site.as_str());
    let rehearsed = if run.is_none() && ended.is_none() { rehearsed((named, on), &opened)? } else { None };
    let status = status::Status {
        path: of.plan.display().to_string(),
        site: of.site.clone(),
        strategy,
        on,
        digest: run.as_ref().map(|run| run.begin.digests.changes.clone()),
        ended: ended.as_ref().map(|run| said_of_the_end(named, &opened, run)).transpose()?,
        changes: begin.map_or(0, |begin| begin.changes.len()),
        by_hand: begin.map(|begin| begin.by_hand.clone()).unwrap_or_default(),
        by_hand_seen: run.as_ref().or(ended.as_ref()).map(|run| seen_by_hand(run, &files, &opened)).unwrap_or_default(),
        in_place: progress.map_or(0, Progress::in_place),
        taking_back: progress.is_some_and(Progress::is_taking_back),
        past_the_barrier: progress.is_some_and(Progress::is_past_the_barrier),
        held,
        earlier: earlier(&files, progress, terminal)?,
        next: match &run {
            _ if held || ended.is_some() || rehearsed.is_some() => None,
            Some(run) => {
                let typed = Typed::of_run(&of.plan, &of.site, &run.begin);
                let back = run.progress.is_taking_back();
                let command = if back { typed.named().undo() } else { typed.named().resume() };
                Some(format!("{} with `{command}`", if back { "go on with the undo" } else { "continue" }))
            }
            None if elsewhere.is_some() => None,
            None => {
                let diff = Typed::new(&of.plan, &of.site, (Identity::unnamed(), on)).named().diff();
                Some(format!("the last line of `{diff}` is the command that begins one"))
            }
        },
        rehearsed,
        elsewhere,
        kept: kept_before(named, &files),
        undo: files.undo(),
        way_back: run
            .as_ref()
            .filter(|run| run.progress.is_past_the_barrier() || run.progress.is_closed_to_buyers())
            .map(|run| way_back(&opened, (&run.begin, &run.progress))),
        decisions: duties(&opened.plan, &opened.record),
        aftercare: aftercare::of(ended.as_ref(), &opened, &files),
        steps: lines,
    };
    match args.format {
        StatusFormat::Human => {
            let mut text = Vec::new();
            let style = terminal.style(0);
            status::human(&status, style, &mut text)?;
            let text = terminal.prose(&String::from_utf8_lossy(&text)).into_owned();
            write!(terminal.out, "{text}")?;
        }
        StatusFormat::Json => status::json(&status, terminal.out)?,
    }
    Ok(exit::OK)
}

/// Where a plan stands that nobody decided yet: right after `plan init`.
fn without_strategy(of: &Of, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let [plan, site] = [of.plan.display().to_string(), of.site.clone()];
    writeln!(
        terminal.out,
        "no run was begun on {}, and the plan names no `strategy` yet, which says which steps there are",
        escape::line(&site)
    )?;
    writeln!(
        terminal.out,
        "next: decide what is marked `# decide` in {}, then run `plan check {} --site {}`",
        escape::line(&plan),
        escape::shell(&plan),
        escape::shell(&site)
    )?;
    Ok(exit::OK)
}

/// What is kept of the site as it was before runs on it.
fn kept_before((plan, site): (&Path, &str), files: &RunFiles) -> Option<Before> {
    let now = Timestamp::now();
    let age = |kept: PathBuf| {
        let written = Timestamp::try_from(kept.metadata().ok()?.modified().ok()?).ok()?;
        Some(now.duration_since(written).as_hours() / 24)
    };
    let days = files.kept().into_iter().filter(|kept| kept::is_there(kept)).filter_map(age).max()?.max(0);
    let purge = format!("plan purge {} --site {}", escape::shell(&plan.display().to_string()), escape::shell(site));
    Some(Before { days, purge })
}

/// The run that ended here last, where it came to its end and none is under way.
fn finished(files: &RunFiles, open: Option<&Unfinished>) -> Option<Unfinished> {
    let last = || files.archived().next()?.ok().map(|(_, run)| run);
    open.map_or_else(last, |_| None).filter(|run| run.progress.is_finished())
}

/// What ended, what it left, and what is next.
fn said_of_the_end(of: (&Path, &str), opened: &Opened, run: &Unfinished) -> Result<Ended, Failure> {
    let at = run.events.last().map(|entry| entry.at.to_string()).unwrap_or_default();
    let certificate = certificate::kept(of.0)?
        .filter(|_| run.begin.on == SiteRole::Staging)
        // It is written once every step is done, right before the end is noted.
        .filter(|kept| run.events.iter().any(|entry| entry.at.to_string() == kept.certificate.ended_at));
    let path = certificate.as_ref().map(|_| certificate::path_of(of.0).display().to_string());
    let live = run.begin.strategy == Some(Strategy::RehearseAndReplay) && run.begin.on == SiteRole::Staging;
    let next = match certificate {
        _ if !live => "every step of the guide is done".to_owned(),
        None => format!("it left no certificate here; {}", again(of)),
        Some(kept) => after_a_rehearsal(of, run.begin.on, opened, &kept),
    };
    Ok(Ended { at, certificate: path, next })
}

/// What is next on a site whose last run came to its end, as a sentence with a command; none where none did, or another is under way.
pub(super) fn next_after_the_end(of: (&Path, &str), opened: &Opened) -> Option<String> {
    let files = RunFiles::of(of.0, of.1);
    let run = finished(&files, files.unfinished().ok()?.as_ref())?;
    let what = if run.begin.on == SiteRole::Live { "the run" } else { "the rehearsal" };
    Some(format!("{what} on this site is finished; {}", said_of_the_end(of, opened, &run).ok()?.next))
}

fn again((plan, site): (&Path, &str)) -> String {
    format!("rehearse again: `plan diff {} --site {}`", escape::shell(&plan.display().to_string()), escape::shell(site))
}

/// What comes after a rehearsal that has this certificate: its replay, on the live site that is named here where one is.
fn after_a_rehearsal((path, site): (&Path, &str), on: SiteRole, opened: &Opened, kept: &Kept) -> String {
    if !kept.certificate.is_of(&opened.plan) {
        return format!("the plan's intent is no longer the one that was rehearsed; {}", again((path, site)));
    }
    if let Err(failure) = kept.ensure_proven(&opened.settings.seal.keys) {
        return failure.help.map_or_else(|| failure.message.clone(), |help| format!("{}: {help}", failure.message));
    }
    // A rehearsal on a site in a file opens no site at an address.
    let opens_files_only = kept.certificate.site == Ground::File;
    let (live, how) = match on {
        SiteRole::Live if !opens_files_only || Ground::of(site) == Ground::File => (site, ""),
        _ if opens_files_only => {
            (LIVE_FILE, ", on a site file of the live site (`docs/on-live.md` says how to write it)")
        }
        _ => (opened.plan.sites.live.as_str(), ""),
    };
    let diff = Typed::new(path, live, (Identity::unnamed(), SiteRole::Live)).named().diff();
    format!("replay it on live, in its window{how}: `{diff}`")
}

/// The finished rehearsal whose certificate lies beside the plan; none where there is none, or nothing follows it.
fn rehearsed((of, on): ((&Path, &str), SiteRole), opened: &Opened) -> Result<Option<Rehearsed>, Failure> {
    if opened.plan.strategy != Some(Strategy::RehearseAndReplay) {
        return Ok(None);
    }
    Ok(certificate::kept(of.0)?.map(|kept| Rehearsed {
        certificate: certificate::path_of(of.0).display().to_string(),
        at: kept.certificate.ended_at.clone(),
        host: kept.certificate.host.to_string(),
        next: after_a_rehearsal(of, on, opened, &kept),
    }))
}

/// Which of the plan's two sites this is, where no run says so: a run on live is one that replays.
pub(super) fn role(plan: &Plan, files: &RunFiles) -> SiteRole {
    let is_live = || plan.live_site().zip(files.identity()).is_some_and(|(live, here)| live.is_same_site(&here));
    match plan.strategy {
        Some(Strategy::RehearseAndReplay) if is_live() => SiteRole::Live,
        _ => SiteRole::Staging,
    }
}

/// Who makes the plan's changes on a site, where no run says so: a person, where nothing carries any of them out. None where nobody
/// knows.
fn who_changes(opened: &Opened, (site, on): (&str, SiteRole)) -> Option<Executor> {
    if site.contains("://") {
        // Where it may be written to only a reading shows which changes it takes.
        let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
        return (!opened.settings.site.writes(today).unwrap_or_default()).then_some(Executor::Guided);
    }
    let mut file = site::open_file(site).ok()?;
    let by_hand = executors::by_hand(opened, &mut file, on).ok()?;
    Some(if by_hand.is_empty() { Executor::Automatic } else { Executor::Guided })
}

/// What of a run is a person's and is seen done: as it is to be, or, where the run is undone, as it was before.
fn seen_by_hand(run: &Unfinished, files: &RunFiles, opened: &Opened) -> Vec<ObjectRef> {
    let (tasks, back) = (run.begin.by_hand.tasks(), run.progress.is_taking_back());
    let all = || tasks.iter().map(|task| task.on.clone()).collect();
    if run.progress.is_configured() {
        return all();
    }
    // No site at an address is asked: its kept reading shows what the record is laid over.
    let reading = match files.real {
        Some(_) => site::open_file(&files.site).ok().and_then(|mut file| file.configuration().ok()),
        None => kept::reading(&files.before(), &run.events),
    };
    let Some(reading) = reading else { return Vec::new() };
    let since = if back { undone_at(&run.events) } else { run.events[0].at };
    let record = of_this_machine(opened.record.clone());
    let site = reading.with_attested(&record, &walk::since(since, &recorded_here(), Timestamp::now()));
    let is_seen = |task: &&Task<'_>| if back { is_set_back(task, &site) } else { is_in_place(task, &site) };
    tasks.iter().filter(is_seen).map(|task| task.on.clone()).collect()
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

fn line(
    step: Step,
    (begin, executor): (Option<&Begin>, Executor),
    progress: Option<&Progress>,
    events: &[JournalEntry],
) -> Line {
    let about = step.about();
    let taking_back = progress.is_some_and(Progress::is_taking_back);
    // What is taken back is not done, whenever it was.
    let behind = events.iter().filter(|_| step != Step::Configure || !taking_back);
    let behind = behind.rev().find_map(|entry| match &entry.event {
        Event::Passed { step: passed, by, seen, .. } if *passed == step => Some((entry.at, *by, seen.clone())),
        Event::ReviewedAgain { by, seen } if step == Step::ReviewContacts => Some((entry.at, *by, seen.clone())),
        _ => None,
    });
    let follows = begin.is_some_and(|begin| begin.steps().contains(&step));
    let next = progress.map(Progress::next);
    let stand = match (step, behind.is_some(), next) {
        (_, true, _) => Stand::Done,
        (Step::Configure, _, Some(next)) => stand_of_the_changes(next, progress),
        // What is set back comes before it.
        (Step::LeaveMaintenance, _, _) if progress.is_some_and(Progress::is_to_be_set_back) => Stand::Later,
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

/// Where the plan's changes stand, of which nothing says that they are done.
fn stand_of_the_changes(next: Next, progress: Option<&Progress>) -> Stand {
    let is = |of: fn(&Progress) -> bool| progress.is_some_and(of);
    match next {
        Next::Step(Step::Configure) | Next::Run(_) | Next::Settle(_) => Stand::Next,
        Next::TakeBack(_) | Next::SettleBack(_) => Stand::Next,
        _ if is(Progress::is_to_be_set_back) => Stand::Next,
        _ if is(Progress::is_taking_back) || is(Progress::is_undone) => Stand::Later,
        // In a journal of an earlier build no line says that they are.
        Next::Close | Next::Over => Stand::Done,
        Next::Step(_) => Stand::Later,
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
