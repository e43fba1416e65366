//! A recording: a site in a file that is read as what somebody hands over, and not as a site of its own.

use crate::model::{Plan, Snapshot, Worth};
use crate::trust::Readings;

/// What this recording is worth: whatever it says of itself, what this machine knows of it. Of a person who finalized it the plan
/// has to know, where there is one.
pub(super) fn worth(recording: &Snapshot, plan: Option<&Plan>) -> Worth {
    match Readings::of_this_machine().worth(recording) {
        Worth::Attested(who) if plan.is_some_and(|plan| !plan.people.contains_key(&who)) => {
            Worth::Recorded(format!("`{who}`, who finalized it, is not among the plan's `people`"))
        }
        worth => worth,
    }
}
