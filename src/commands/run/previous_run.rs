//! A run that is not archived yet: is it in the way of a new one, is its site still there, and closing it.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use crate::apply;
use crate::apply::journal::{Begin, Event};
use crate::apply::machine::Next;
use crate::change::{self, Change};
use crate::cli::Apply;
use crate::commands::Terminal;
use crate::commands::inputs::Checked;
use crate::failure::{Failure, exit};
use crate::model::{Field, ObjectRef, State, Step};

use super::event_log::EventLog;
use super::run_files::RunFiles;
use super::state::Unfinished;
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

/// Whether an earlier run is in the way of a new one. One whose changes are all in place, and that waits at a step before
/// the barrier, is not.
fn ensure_not_in_the_way(args: &Apply, run: &Unfinished) -> Result<(), Failure> {
    let progress = &run.progress;
    let other = args.plan.with_file_name(&run.begin.plan);
    let typed = Typed::of_run(&other, &args.site, &run.begin);
    let finish = |command: String| format!("finish it with `{command}`");
    let take_back = format!(", or take it back with `{}`", typed.named().undo());
    let whose = format!("an earlier run of `{}`", other.display());
    let part_way = |what: &str, help: String| Err(Failure::new(exit::PART_WAY, format!("{whose} {what}")).help(help));
    let waits =
        matches!(progress.next(), Next::Step(_)) && !progress.is_past_the_barrier() && !progress.is_taking_back();
    if progress.is_over() || waits && run.begin.plan == apply::plan_name(&args.plan) {
        Ok(())
    } else if progress.is_taking_back() {
        part_way("is being undone, and that is not finished", finish(typed.named().undo()))
    } else if progress.is_past_the_barrier() {
        part_way("is past *Run Migration* and not finished", finish(typed.named().resume()))
    } else if waits {
        part_way("waits for a person's step", finish(typed.named().resume()) + &take_back)
    } else {
        part_way("stopped part-way and is not finished", finish(typed.named().resume()))
    }
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
