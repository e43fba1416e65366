//! Who carries out each change of a plan on a site: the tool, or a person.

use crate::change::{self, ByHand, Change};
use crate::model::Snapshot;
use crate::model::plan::SiteRole;
use crate::project::Opened;
use crate::site::{Executor, Site, SiteError};

use super::attesting::attested;

/// Who carries out a change on a site that was read so.
pub(super) fn executor(site: &dyn Site, read: &Snapshot, change: &Change) -> Executor {
    // What a site does not show of itself it cannot be asked to change.
    if read.is_attested(&change.on) {
        return Executor::Guided;
    }
    // A file that a person writes follows the site: who changes that changes it there.
    if site.is_in_a_file() && !read.is_by_a_machine(&change.on) {
        return Executor::Guided;
    }
    site.executor(change)
}

/// What of the plan's changes a person makes on a site.
pub(super) fn by_hand(opened: &Opened, site: &mut dyn Site, on: SiteRole) -> Result<ByHand, SiteError> {
    let read = attested(site.configuration()?, &opened.record);
    let lowered = change::lower_on(&opened.plan, &read, on);
    let executors: Vec<Executor> = lowered.changes.iter().map(|change| executor(site, &read, change)).collect();
    Ok(ByHand::split(lowered.changes, &executors, lowered.not_compared).1)
}
