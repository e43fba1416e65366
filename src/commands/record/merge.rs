//! `plan record merge`: what two branches recorded, joined.

use jiff::Timestamp;

use crate::cli::By;
use crate::commands::Terminal;
use crate::failure::{Failure, exit};
use crate::model::text::many;
use crate::output::escape;
use crate::project::Project;
use crate::project::record::{join, path_of};

use super::said::ensure_person_known;

/// Joins what two branches recorded. Nothing reads a record of which that was not done, so the plan is opened without it.
pub(super) fn merge(by: &By, project: &Project, now: Timestamp, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    ensure_person_known(by.who(), &project.as_far_as_it_reads().0.plan)?;
    let path = path_of(&by.plan);
    let shown = escape::path(&path);
    let Some(joined) = join(&path, by.who(), now)? else {
        writeln!(terminal.out, "{shown} has lines of one branch only: there is nothing to join")?;
        return Ok(exit::OK);
    };
    writeln!(terminal.out, "joined in {shown}: {} of both branches, each kept as it was", many(joined.lines, "line"))?;
    if joined.void > 0 {
        let what = many(joined.void, "acknowledgement");
        writeln!(
            terminal.err,
            "no longer valid: {what}, as the verification was recorded again since; look at its lines again"
        )?;
    }
    Ok(exit::OK)
}
