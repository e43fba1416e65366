//! How everybody was before a run: without it nobody can say that they kept what they had.

use std::path::Path;

use crate::cli::Apply;
use crate::model::Step;
use crate::site::file;

use super::run::Run;
use super::{Failure, exit};

/// Why nobody can say that everybody kept what they had.
pub(super) const NOT_KEPT: &str =
    "how everybody was before the run is no longer kept here, so only the run's own changes were compared";

/// Whether the site as it was before a run is kept here, with its population where it had one.
pub(super) fn is_kept(before: &Path) -> bool {
    std::fs::symlink_metadata(before).is_ok_and(|found| found.is_file()) && !file::lacks_population(before)
}

impl Run {
    /// Ends a part of a run well; not one that is resumed and that nobody can compare with how everybody was.
    pub(super) fn ensure_comparable(&self, args: &Apply) -> Result<u8, Failure> {
        let reviewed = self.journal.progress().passed().contains(&Step::ReviewContacts);
        if !args.resume || reviewed || is_kept(&self.files.before()) {
            return Ok(exit::OK);
        }
        let message = format!("what was done stands, and it is not verified: {NOT_KEPT}");
        Err(Failure::new(exit::NOT_VERIFIED, message).help(format!(
            "compare by hand those whom you know; the run goes on all the same with `{}`, or is taken back with `{}`",
            self.resume_command(),
            self.files.undo()
        )))
    }
}
