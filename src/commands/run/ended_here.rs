//! The run of a plan that took live through the switch, on whichever site, by the journals beside the plan.

use std::path::Path;

use jiff::Timestamp;

use crate::apply::{plan_name, state_folder};
use crate::project::git::Books;

use super::aftercare::end_of;
use super::overview::found;

/// When it ended; none where none did here. What is not this user's and this machine's counts for nothing.
pub(crate) fn end_of_the_switch(plan: &Path, git: &Books) -> Option<Timestamp> {
    let runs = found(&state_folder(plan), plan, git).unwrap_or_default();
    let own = runs.iter().filter_map(|(_, run)| run.as_ref().ok()).filter(|run| run.begin.plan == plan_name(plan));
    own.filter_map(end_of).max()
}
