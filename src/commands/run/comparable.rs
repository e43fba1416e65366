//! A part of a run that is resumed ends well only where everybody can be compared with how they were.

use crate::cli::Apply;
use crate::failure::{Failure, exit};
use crate::model::Step;

use super::kept::{NOT_KEPT, is_kept};
use super::underway::Run;

impl Run {
    /// Ends a part of a run well; not one that is resumed and that nobody can compare with how everybody was.
    pub(super) fn ensure_comparable(&self, args: &Apply) -> Result<u8, Failure> {
        let reviewed = self.journal.progress().passed().contains(&Step::ReviewContacts);
        if !args.resume || reviewed || is_kept(&self.files.before(), self.journal.events()) {
            return Ok(exit::OK);
        }
        let message = format!("what was done stays, but it is not verified: {NOT_KEPT}");
        Err(Failure::new(exit::NOT_VERIFIED, message).help(format!(
            "compare by hand the members whom you know; the run can still continue with `{}`, or be taken back with `{}`",
            self.resume_command(),
            self.files.undo()
        )))
    }
}
