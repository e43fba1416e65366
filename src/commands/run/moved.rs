//! The site is not as a run left it: what moved, object by object, and what puts it right.

use crate::apply::journal::Event;
use crate::apply::proof;
use crate::apply::still::{Cure, Moved};
use crate::failure::{Failure, exit};
use crate::model::Step;
use crate::model::plan::SiteRole;
use crate::output::escape::{line, shell};

use super::underway::Run;

/// The run stops in front of a step, and says what moved.
pub(super) fn stops(run: &Run, step: Step, moved: &[Moved]) -> Failure {
    let is_past = run.journal.progress().is_past_the_barrier();
    let message = format!("the site is not as this run left it, so the run stops at `{}`", step.name());
    let mut details: Vec<String> = moved.iter().map(|one| in_a_line(run, one)).collect();
    details.extend(caution(run, step));
    let (diff, resume) = (run.files.diff(), run.resume_command());
    let help = if moved.iter().all(|one| one.cure != Cure::SetBack) {
        format!("set it back on the site, or attest it with the command above; then continue with `{resume}`")
    } else if is_past {
        format!("set it back on the site, as `{diff}` shows it, then continue with `{resume}`")
    } else {
        format!(
            "set it back on the site, as `{diff}` shows it, then continue with `{resume}`; or confirm what `{diff}` \
             shows and apply it without `--resume`, which takes this run's place"
        )
    };
    Failure { details, ..Failure::new(exit::PART_WAY, message).help(help) }
}

/// What is said while nobody knows whether the migration runs; nothing at another step, and in front of the barrier.
pub(super) fn caution(run: &Run, step: Step) -> Option<String> {
    let passed = run.journal.events().iter().rfind(|entry| matches!(entry.event, Event::BarrierPassed { .. }));
    let is_past = run.journal.progress().is_past_the_barrier();
    passed.filter(|_| step == Step::RunMigration && is_past).map(|passed| proof::careful(passed.at, false))
}

/// An object that moved, with the command that lets it stand.
fn in_a_line(run: &Run, one: &Moved) -> String {
    let Moved { on, what, now, cure } = one;
    let moved = format!("`{}` {}", line(on), line(what));
    if *cure == Cure::SetBack {
        return moved;
    }
    let look = if *cure == Cure::Payments { " look at the payments since, then" } else { "" };
    let (object, plan) = (shell(&line(on)), shell(&run.files.plan().display().to_string()));
    let place = if is_live(run) { " --on live" } else { "" };
    format!(
        "{moved}; if it may stay as it is:{look} `plan record moved {object} \"WHY\" --now {now} --plan {plan} --who WHO{place}`"
    )
}

fn is_live(run: &Run) -> bool {
    run.journal.begin().is_some_and(|begin| begin.on == SiteRole::Live)
}
