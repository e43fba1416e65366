//! A run that is not archived yet: is it in the way of a new one, is its site still there, and closing it.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use crate::apply;
use crate::apply::journal::{Begin, Event};
use crate::change::{self, Change};
use crate::cli::Apply;
use crate::commands::Terminal;
use crate::commands::inputs::Checked;
use crate::failure::{Failure, exit};
use crate::model::{Field, ObjectRef, State, Step};
use crate::output::diff::OpenRun;

use super::event_log::EventLog;
use super::run_files::RunFiles;
use super::state::Unfinished;
use super::status::next_after_the_end;
use super::typed::Typed;

/// Whether an earlier run ends here, since the site was copied again; else refuses where it is in the way of a new one.
pub(super) fn is_closed_by_a_copy(
    args: &Apply,
    files: &RunFiles,
    (earlier, checked): (Option<&Unfinished>, &Checked),
    terminal: &mut Terminal<'_>,
) -> Result<bool, Failure> {
    let Some(run) = earlier else { return Ok(false) };
    let state = checked.site.as_ref().map(|site| &site.reading.snapshot.state);
    if !state.is_some_and(|state| was_cloned_again(files, run, state)) {
        return ensure_not_in_the_way(args, run).map(|()| false);
    }
    writeln!(
        terminal.err,
        "the site was copied again since the last run: that run is closed, and everything is judged again"
    )?;
    Ok(true)
}

/// Refuses to go on where nothing is left of what a run had put in place: another copy answers there.
pub(super) fn ensure_not_copied_again(files: &RunFiles, run: &Unfinished, state: &State) -> Result<(), Failure> {
    if run.progress.is_configured() || !was_cloned_again(files, run, state) {
        return Ok(());
    }
    let message = "nothing is left on the site of what this run had put in place, so nothing more was written";
    Err(Failure::new(exit::TARGET, message).help(format!(
        "it was copied again, or put back: begin again with `{}`; `apply` closes this run then",
        files.diff()
    )))
}

/// Refuses where an earlier run is in the way of a new one.
fn ensure_not_in_the_way(args: &Apply, run: &Unfinished) -> Result<(), Failure> {
    in_the_way((&args.plan, &args.site), run)
        .map_or(Ok(()), |(message, help)| Err(Failure::new(exit::PART_WAY, message).help(help)))
}

/// What an earlier run that is in the way of a new one is, and how it is finished. One whose changes are all in place, and that waits at
/// a step before the barrier, is not in the way.
fn in_the_way((plan, site): (&Path, &str), run: &Unfinished) -> Option<(String, String)> {
    let progress = &run.progress;
    let other = plan.with_file_name(&run.begin.plan);
    let typed = Typed::of_run(&other, site, &run.begin);
    let finish = |command: String| format!("finish it with `{command}`");
    let take_back = format!(", or take it back with `{}`", typed.named().undo());
    let (what, help) = if progress.is_over() || run.waits().is_some() && run.begin.plan == apply::plan_name(plan) {
        return None;
    } else if progress.is_taking_back() {
        ("is being undone, and that is not finished", finish(typed.named().undo()))
    } else if progress.is_past_the_barrier() {
        ("is past *Run Migration* and not finished", finish(typed.named().resume()))
    } else if run.waits().is_some() {
        ("waits for a person's step", finish(typed.named().resume()) + &take_back)
    } else {
        ("stopped part-way and is not finished", finish(typed.named().resume()))
    };
    Some((format!("an earlier run of `{}` {what}", other.display()), help))
}

/// What the run that is open on the site means for a new one of what a diff shows; none where nothing is open that counts.
pub(crate) fn open_run(checked: &Checked, site: &str) -> Option<OpenRun> {
    let (plan, read) = (&checked.opened.path, checked.site.as_ref()?);
    let files = RunFiles::of(plan, site);
    // What is not this user's is reported by who would go on with it.
    let run = files.found().ok().flatten().filter(|run| run.foreign.is_none() && !run.progress.is_over());
    let Some(run) = run else {
        // Of a site that was restored, or copied again, something differs.
        let is_as_wanted =
            checked.lowered.as_ref().is_some_and(|all| all.changes.is_empty() && all.not_compared.is_empty());
        let next = is_as_wanted.then(|| next_after_the_end((plan, site), &checked.opened)).flatten();
        return next.map(OpenRun::GoesOn);
    };
    if was_cloned_again(&files, &run, &read.reading.snapshot.state) {
        return None;
    }
    if let Some((what, help)) = in_the_way((plan, site), &run) {
        return Some(OpenRun::GoesOn(format!("{what}: {help}")));
    }
    let step = run.waits()?;
    let at = step.name();
    // What it waits for there is what still differs.
    let goes_on = step == Step::Configure || checked.lowered.as_ref().is_some_and(|lowered| lowered.changes.is_empty());
    Some(match (run.is_of(&checked.opened.plan), goes_on) {
        (true, true) => {
            let resume = Typed::of_run(plan, site, &run.begin).named().resume();
            OpenRun::GoesOn(format!("the run waits at {}; to continue with it: {resume}", step.in_a_sentence()))
        }
        (true, false) => OpenRun::Closed(format!("the run that waits at `{at}` left the site in another state")),
        (false, _) => OpenRun::Closed(format!("the plan was edited since the run that waits at `{at}` began")),
    })
}

/// Whether the run that is open on the site is of this plan; else `help` says what to do with the other one.
pub(crate) fn ensure_of_this_plan(
    plan: &Path,
    begin: &Begin,
    site: &str,
    help: impl Fn(&Typed) -> String,
) -> Result<(), Failure> {
    if begin.plan == apply::plan_name(plan) {
        return Ok(());
    }
    let other = plan.with_file_name(&begin.plan);
    let message = format!("the run on this site is not of this plan, but of `{}`", other.display());
    Err(Failure::new(exit::USAGE, message).help(help(&Typed::of_run(&other, site, begin))))
}

/// Whether the site is a fresh copy: what the run left is gone, or all that it and the runs before it left, whose
/// place it took.
fn was_cloned_again(files: &RunFiles, run: &Unfinished, state: &State) -> bool {
    let gone = |change: &Change| change::shows(change::read(state, &change.on).as_ref(), change.before.as_ref());
    // Of a run that stopped part-way only what it had put in place can be gone.
    let changes = &run.begin.changes[..run.progress.in_place()];
    // Past the barrier what a hand set back says nothing: the migration may be under way.
    let progress = &run.progress;
    let before_the_barrier = !progress.is_taking_back() && !progress.is_past_the_barrier();
    let undone = || {
        // A journal that cannot be read any more shows nothing.
        let earlier: Vec<Unfinished> = files.replaced().map_while(Result::ok).map(|(_, run)| run).collect();
        let mut first: BTreeMap<&ObjectRef, &Change> = BTreeMap::new();
        for change in earlier.iter().rev().flat_map(|run| &run.begin.changes).chain(changes) {
            first.entry(&change.on).or_insert(change);
        }
        !changes.is_empty() && (changes.iter().all(gone) || first.into_values().all(gone))
    };
    let unmigrated = run.progress.passed().contains(&Step::RunMigration)
        && state.crm.as_ref().is_some_and(|crm| crm.managed == Field::Set(false));
    unmigrated || before_the_barrier && undone()
}

/// Closes a run that will not be resumed, and archives its journal.
pub(crate) fn close(files: &RunFiles, why: &str, log: &EventLog) -> Result<(), Failure> {
    let path = files.journal();
    let mut journal = files.open_journal()?;
    journal.observe(log.observer());
    if journal.begin().is_none() {
        // A run that was not written down has not begun.
        drop(journal);
        return std::fs::remove_file(&path).map_err(|e| Failure::file("remove", &path, &e));
    }
    if !journal.progress().is_over() {
        journal.append(Event::Closed { why: why.to_owned() }, Timestamp::now())?;
    }
    files.archive(&journal)?;
    Ok(())
}
