//! `plan status FOLDER`: where every plan below a folder stands, by what lies beside it. Nothing is written, and no site is read or asked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use crate::apply::lock::{self, Standing};
use crate::apply::machine::{Next, Progress};
use crate::apply::open_run::{self, OpenRun};
use crate::apply::{archive, ensure_state_own, plan_name, state_folder};
use crate::cli::{Status, StatusFormat};
use crate::commands::Terminal;
use crate::commands::plans_below::{MOST, below, none_in, too_many};
use crate::failure::{Failure, exit};
use crate::guide::{When, duties};
use crate::model::plan::SiteRole;
use crate::model::schedule::Schedule;
use crate::model::{Executor, Identity, Plan};
use crate::output::escape::shell;
use crate::output::overview::{self, Dated, Phase, Row, Span};
use crate::project::git::Books;
use crate::project::{Opened, Project};
use crate::rules::{Renewals, aftercare};
use crate::trust;

use super::aftercare::end_of;
use super::certificate;
use super::run_files::RunFiles;
use super::state::Unfinished;

/// Most names in a state folder that are looked at.
const NAMES: usize = 10_000;

/// How the name of a journal ends.
const JOURNAL: &str = ".journal.ndjson";

pub(super) fn run(args: &Status, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let plans = below(&args.plan)?.plans;
    if plans.is_empty() {
        return Err(none_in(&args.plan));
    }
    if plans.len() > MOST {
        return Err(too_many());
    }
    let site = args.site.as_deref().map(|site| identity_of(&args.plan, site)).transpose()?;
    let (mut folders, mut rows, git, now) = (BTreeMap::new(), Vec::new(), Books::default(), Timestamp::now());
    let of_addresses = trust::state_home().map(|home| notes(&home.join("sites"))).unwrap_or_default();
    for plan in &plans {
        let runs = folders.entry(state_folder(plan)).or_insert_with_key(|folder| {
            let notes = notes(folder).into_iter().chain(of_addresses.clone()).collect();
            Runs { found: found(folder, plan, &git), notes }
        });
        rows.extend(rows_of(plan, runs, args, now));
    }
    for (folder, runs) in &folders {
        let here = folder.parent().unwrap_or(Path::new(""));
        rows.extend(runs.found.iter().flatten().filter_map(|(journal, run)| match run {
            Err(why) => Some(broken(blank(journal), why.clone())),
            // A run whose plan is gone is open all the same.
            Ok(run) => {
                let plan = here.join(&run.begin.plan);
                let is_lost = !run.progress.is_over() && !plans.contains(&plan);
                let why = "a run of this plan is open, and the plan is not there: take it from git or from a backup";
                is_lost.then(|| broken(of_run(run, blank(&plan), runs, now), why.to_owned()))
            }
        }));
    }
    if let Some(site) = site {
        rows.retain(|row| row.site.as_deref().and_then(Identity::parse).is_none_or(|is| is.is_same_site(&site)));
    }
    rows.sort_by(|a, b| (&a.path, &a.site).cmp(&(&b.path, &b.site)));
    match args.format {
        StatusFormat::Human => overview::human(&rows, terminal.style(0), terminal.out)?,
        StatusFormat::Json => overview::json(&rows, terminal.out)?,
    }
    Ok(if rows.iter().any(|row| row.broken.is_some()) { exit::COULD_NOT_RUN } else { exit::OK })
}

fn identity_of(folder: &Path, site: &str) -> Result<Identity, Failure> {
    RunFiles::of(&folder.join("-"), site).identity().ok_or_else(|| {
        Failure::new(exit::USAGE, format!("`{site}` does not show which site it is"))
            .help("name its address, or leave it out: then every site has its rows")
    })
}

/// What one state folder holds.
struct Runs {
    /// The open run of each site, else the one that was archived last, by its journal; or why nothing there counts.
    found: Result<Vec<Journaled>, String>,
    /// The notes of open runs: beside sites in files there, and of addresses.
    notes: Vec<(PathBuf, OpenRun)>,
}

/// A journal, and its run or why it cannot be read.
pub(super) type Journaled = (PathBuf, Result<Unfinished, String>);

pub(super) fn found(folder: &Path, plan: &Path, git: &Books) -> Result<Vec<Journaled>, String> {
    ensure_state_own(folder, git).map_err(|not| not.to_string())?;
    Ok(journals(folder)?.into_iter().filter_map(|path| Some((path.clone(), read(&path, plan)?))).collect())
}

/// The journal of each site, by the names in a state folder.
fn journals(folder: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let names = names(folder).map_err(|error| format!("`{}` cannot be read: {error}", folder.display()))?;
    let open = |name: &String| {
        let (stem, rest) = name.rsplit_once(".journal.")?;
        (rest.ends_with("ndjson") && !stem.is_empty()).then(|| folder.join(format!("{stem}{JOURNAL}")))
    };
    Ok(names.iter().filter_map(open).collect())
}

fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries?.take(NAMES).map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect(),
    }
}

/// The run of a journal, else the one that was archived last in its place; none where nothing was begun.
fn read(journal: &Path, plan: &Path) -> Option<Result<Unfinished, String>> {
    let path = match journal.symlink_metadata() {
        Ok(_) => journal.to_owned(),
        Err(_) => archive::archived(journal).ok()?.pop()?,
    };
    // Which site it is the journal says; the name of one is asked for by nothing that is used here.
    let run = RunFiles::of(plan, "").peeked(&path).map_err(|failure| failure.message).transpose()?;
    Some(run.and_then(|run| run.foreign.clone().map_or(Ok(run), Err)))
}

/// The notes of open runs in a folder, each with its path.
fn notes(folder: &Path) -> Vec<(PathBuf, OpenRun)> {
    let names = names(folder).unwrap_or_default().into_iter().filter(|name| name.ends_with(".run.json"));
    let paths = names.map(|name| folder.join(name));
    paths.filter_map(|path| open_run::read(&path).ok().flatten().map(|run| (path, run))).collect()
}

fn blank(plan: &Path) -> Row {
    Row {
        path: plan.display().to_string(),
        site: None,
        on: None,
        phase: Phase::Broken,
        step: None,
        changes: None,
        in_place: None,
        past_the_barrier: false,
        held: false,
        waits_for: Vec::new(),
        window: None,
        next: None,
        broken: None,
    }
}

fn broken(row: Row, why: String) -> Row {
    Row { phase: Phase::Broken, broken: Some(why), ..row }
}

/// The rows of a plan: one for each site on which it was run, one where it was run on none.
fn rows_of(plan: &Path, runs: &Runs, args: &Status, now: Timestamp) -> Vec<Row> {
    let opened = match Project::new(plan, args.limits.into()).open() {
        Err(failure) => return vec![broken(blank(plan), failure.message)],
        Ok(opened) if !opened.whole => {
            let look = format!("plan check {} --no-site", shell(&plan.display().to_string()));
            return vec![broken(blank(plan), format!("it cannot be read to its end: `{look}` says why"))];
        }
        Ok(opened) => opened,
    };
    let dated = Row { window: window(&opened.plan), next: next_date(&opened.plan, now), ..blank(plan) };
    let found = match &runs.found {
        Err(why) => return vec![broken(dated, why.clone())],
        Ok(found) => found.iter().filter_map(|(_, run)| run.as_ref().ok()),
    };
    let own = found.filter(|run| run.begin.plan == plan_name(plan));
    let rows: Vec<Row> = own
        .map(|run| {
            let row = of_run(run, dated.clone(), runs, now);
            let next = care_after(run, &opened, now).or_else(|| row.next.clone());
            Row { waits_for: whom(&row, run, &opened), next, ..row }
        })
        .collect();
    if rows.is_empty() { vec![without_run(dated, plan, &opened)] } else { rows }
}

/// A plan that was run nowhere from here.
fn without_run(row: Row, plan: &Path, opened: &Opened) -> Row {
    let site = opened.plan.staging_site().map(|site| site.to_string());
    let phase = match certificate::kept(plan) {
        Err(failure) => return broken(row, failure.message),
        Ok(Some(kept)) if kept.certificate.is_of(&opened.plan) => Phase::Rehearsed,
        Ok(_) => Phase::NotBegun,
    };
    let waits_for = before_the_window(opened);
    Row { site, on: Some(SiteRole::Staging), phase, waits_for, ..row }
}

/// Where a run stands.
fn of_run(run: &Unfinished, row: Row, runs: &Runs, now: Timestamp) -> Row {
    let begin = &run.begin;
    let note = runs.notes.iter().find(|(_, note)| note.is_of(&run.events));
    let mut progress = run.progress.clone();
    if note.is_some_and(|(_, note)| note.past_the_barrier) {
        progress.believe_barrier_passed();
    }
    let held = note.is_some_and(|(path, _)| is_held(path, now));
    let (phase, step) = match progress.next() {
        _ if progress.is_taking_back() && !progress.is_over() => (Phase::TakingBack, None),
        Next::Step(step) => (Phase::Step, Some(step)),
        Next::Over | Next::Close => (ended(&progress, begin.on), None),
        Next::Run(_) | Next::Settle(_) | Next::TakeBack(_) | Next::SettleBack(_) => (Phase::Changes, None),
    };
    Row {
        site: Some(begin.host.to_string()),
        on: Some(begin.on),
        phase,
        step,
        changes: Some(begin.changes.len()),
        in_place: Some(progress.in_place()),
        past_the_barrier: progress.is_past_the_barrier(),
        held,
        ..row
    }
}

fn ended(progress: &Progress, on: SiteRole) -> Phase {
    match on {
        _ if progress.is_undone() => Phase::Undone,
        SiteRole::Staging if progress.is_finished() => Phase::Rehearsed,
        SiteRole::Live if progress.is_finished() => Phase::Finished,
        _ => Phase::Closed,
    }
}

/// Whether somebody is at the site of a note, whose lock lies beside it.
fn is_held(note: &Path, now: Timestamp) -> bool {
    let name = note.file_name().unwrap_or_default().to_string_lossy();
    let lock = note.with_file_name(format!("{}.lock", name.trim_end_matches(".run.json")));
    matches!(lock::standing(&lock, now), Ok(Standing::Held(_)))
}

/// For whom a run waits, as far as the plan and the run name anybody.
fn whom(row: &Row, run: &Unfinished, opened: &Opened) -> Vec<String> {
    if run.progress.is_decision_due() {
        return opened.plan.rollback.iter().map(|rollback| rollback.who.clone()).collect();
    }
    let is_a_persons = row.step.is_none_or(|step| run.begin.executor(step) != Executor::Automatic);
    match row.phase {
        Phase::Finished | Phase::Undone | Phase::Closed => Vec::new(),
        Phase::Rehearsed => before_the_window(opened),
        // What stopped on its way is resumed by whoever began it, as a step is that a person takes.
        _ if is_a_persons || !row.held => run.begin.who.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

/// Who has something to do before the window, each once.
fn before_the_window(opened: &Opened) -> Vec<String> {
    let open = duties(&opened.plan, &opened.record).into_iter().filter(|duty| !duty.done && duty.when == When::Before);
    open.filter_map(|duty| duty.who).collect::<BTreeSet<String>>().into_iter().collect()
}

/// The first date of the aftercare that nobody put on record, its day passed or not; none where no run took live through the switch.
fn care_after(run: &Unfinished, opened: &Opened, now: Timestamp) -> Option<Dated> {
    let all = aftercare(&opened.plan, &opened.record, Some(end_of(run)?), &Renewals::new(), now)?;
    let care = all.next()?;
    let (at, late) = (care.day.clone()?, if care.overdue { "overdue: " } else { "" });
    Some(Dated { words: at.clone(), at, what: format!("{late}aftercare `{}`", care.name) })
}

fn window(plan: &Plan) -> Option<Span> {
    let schedule = Schedule::of(plan)?.ok()?;
    let [start, end] = [&schedule.start, &schedule.end].map(|at| at.timestamp().to_string());
    Some(Span { start, end, words: schedule.message() })
}

/// The first date of the plan that is still to come.
fn next_date(plan: &Plan, now: Timestamp) -> Option<Dated> {
    let schedule = Schedule::of(plan).and_then(Result::ok);
    let instants = schedule.iter().flat_map(|schedule| {
        let at = |at: &ZonedDateTime, what: &str| {
            let words = at.strftime("%Y-%m-%d %H:%M").to_string();
            (at.timestamp(), Dated { at: at.timestamp().to_string(), what: what.to_owned(), words })
        };
        let decide = schedule.decide_by.iter().map(move |by| at(by, "last moment to go back"));
        [at(&schedule.start, "window begins"), at(&schedule.end, "window ends")].into_iter().chain(decide)
    });
    let paid = plan.crm.paid_until.iter().map(|day| (day, "CRM paid until then".to_owned()));
    let risks = plan.accepted_risks.iter().map(|risk| (&risk.until, format!("accepted risk `{}` ends", risk.rule)));
    let days = paid.chain(risks).filter_map(|(day, what)| {
        // A day lasts to its end.
        let end: Date = day.parse::<Date>().ok()?;
        let over = TimeZone::UTC.to_timestamp(end.tomorrow().ok()?.into()).ok()?;
        Some((over, Dated { at: day.clone(), what, words: day.clone() }))
    });
    instants.chain(days).filter(|(at, _)| *at > now).min_by_key(|(at, _)| *at).map(|(_, dated)| dated)
}
