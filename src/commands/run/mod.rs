//! The verbs of a run, and what they share: the plan's files beside a site, the lock, the journal, the steps.

pub(super) mod adopt;
mod aftercare;
mod answers;
mod apply;
mod archived_runs;
mod asked;
mod attested;
mod barrier;
mod begin;
pub(super) mod begun_by;
mod by_hand;
pub(super) mod certificate;
mod comparable;
mod confirm;
pub(super) mod ended_here;
pub(super) mod event_log;
mod everybody;
mod evidence;
mod flags;
pub(super) mod kept;
pub(crate) mod kept_at_end;
pub(super) mod lock;
pub(super) mod log;
mod moved;
mod no_change;
mod noted_run;
mod on_time;
mod overview;
pub(super) mod previous_run;
pub(super) mod purge;
mod reopen;
mod replay;
pub(super) mod resume;
mod reviewed;
pub(super) mod run_files;
pub(super) mod seal;
pub(super) mod session;
mod set_back;
pub(super) mod shown_run;
pub(super) mod state;
pub(super) mod status;
pub(super) mod support;
mod target;
mod trap;
pub(super) mod typed;
pub(super) mod underway;
pub(super) mod undo;
mod waiting;
mod walk;

use crate::cli::Apply;
use crate::commands::Terminal;
use crate::failure::Failure;
use crate::project::Project;

use event_log::EventLog;

/// `plan apply`: begins a run, or goes on with the one that is open.
pub(super) fn apply(args: &Apply, log: &EventLog, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    flags::ensure_none_is_ignored(args)?;
    let project = Project::new(&args.plan, args.limits.into()).backup_dir(args.backup_dir.as_deref());
    if args.resume {
        return resume::run(args, project, log, terminal);
    }
    apply::run(args, project, log, terminal)
}
