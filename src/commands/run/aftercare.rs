//! The dates after the switch: from which run they count, and what a kept reading shows of renewals.

use jiff::Timestamp;

use crate::apply::journal::Event;
use crate::failure::Failure;
use crate::model::plan::{SiteRole, Strategy};
use crate::project::Opened;
use crate::rules::{Aftercare, Renewals};

use super::run_files::RunFiles;
use super::state::Unfinished;

/// When a run ended that took live through the switch; none of a rehearsal, and of one that did not come to its end.
pub(super) fn end_of(run: &Unfinished) -> Option<Timestamp> {
    let pushes = run.begin.strategy.is_some_and(|strategy| strategy != Strategy::RehearseAndReplay);
    let reaches_live = run.begin.on == SiteRole::Live || pushes;
    let ends = run.events.iter().rev().find(|entry| matches!(entry.event, Event::End));
    ends.filter(|_| reaches_live && run.progress.is_finished()).map(|entry| entry.at)
}

/// The aftercare of a plan on a site, by the run that ended there last.
pub(super) fn of(ended: Option<&Unfinished>, opened: &Opened, _files: &RunFiles) -> Option<Aftercare> {
    let end = ended.and_then(end_of);
    crate::rules::aftercare(&opened.plan, &opened.record, end, &Renewals::new(), Timestamp::now())
}

/// The run that took live through the switch on this site; none where another is under way there, whose the kept reading is.
pub(super) fn switched(files: &RunFiles, open: Option<&Unfinished>) -> Result<Option<Unfinished>, Failure> {
    if open.is_some_and(|run| !run.progress.is_over()) {
        return Ok(None);
    }
    let last = files.archived().next().transpose()?.map(|(_, run)| run);
    Ok(last.filter(|run| end_of(run).is_some()))
}
