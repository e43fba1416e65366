//! A new file that a command line names, and its folder: looked at before anybody is asked for anything.

use std::path::Path;

use crate::failure::Failure;
use crate::fs::{folder_of, make_ignored, temporary_in};
use crate::output::escape;

use super::Terminal;

/// Refuses a file that is there, and makes its folder where there is none: for this user alone, with a `.gitignore` of its own, as most of
/// what is read of a site holds members.
pub(super) fn ensure_new(out: &Path, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if out.symlink_metadata().is_ok() {
        return Err(Failure::exists(out));
    }
    let failed = |error| Failure::file("write", out, &error);
    if make_ignored(out).map_err(failed)? {
        // Named by the file: a part of its name is masked less surely than the whole.
        writeln!(
            terminal.notes(),
            "made the folder of {}: only you can enter it, and git ignores what is in it",
            escape::path(out)
        )?;
    }
    // What cannot be written at all is said now.
    temporary_in(folder_of(out)).map_err(failed)?;
    Ok(())
}
