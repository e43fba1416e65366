//! `plan purge`: what a run kept of the site as it was before is removed, contacts included.

use std::path::PathBuf;

use crate::cli::Of;
use crate::commands::Terminal;
use crate::failure::{Failure, exit};
use crate::output::escape;
use crate::site::file;

use super::kept::is_there;
use super::run_files::RunFiles;

pub(crate) fn run(args: &Of, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let files = RunFiles::of(&args.plan, &args.site);
    let kept: Vec<PathBuf> = files.kept().into_iter().filter(|kept| is_there(kept)).collect();
    if kept.is_empty() {
        writeln!(terminal.out, "nothing of this site is kept")?;
        return Ok(exit::OK);
    }
    let _lock = files.take(&args.plan)?;
    if files.unfinished()?.is_some_and(|run| !run.progress.is_over() && run.progress.is_past_the_barrier()) {
        let message =
            "a run past *Run Migration* still needs it: without it nobody can prove that everybody kept what they had";
        return Err(
            Failure::new(exit::PART_WAY, message).help(format!("finish the run with `{}`, then purge", files.resume()))
        );
    }
    for kept in kept {
        file::forget(&kept)?;
        file::forget_unfinished(&kept)?;
        writeln!(terminal.out, "purged: {}, and the population next to it", escape::path(&kept))?;
    }
    Ok(exit::OK)
}
