//! `plan purge`: what a run kept of the site as it was before is removed, contacts included. After the switch of live it is what later
//! readings are compared with, so it stays until the aftercare is over, or somebody gives a reason.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::cli::{By, Purge};
use crate::commands::Terminal;
use crate::commands::record::said;
use crate::failure::{Failure, exit};
use crate::model::digest;
use crate::model::record::{Done, Evidence};
use crate::output::escape;
use crate::project::{Opened, Project};
use crate::rules::{Aftercare, Care};
use crate::shape;
use crate::site::file;
use crate::text::Limits;

use super::aftercare;
use super::kept::is_there;
use super::run_files::RunFiles;

/// Under what name the reason is put on record.
const PURGED: &str = "before-reading";

pub(crate) fn run(args: &Purge, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let files = RunFiles::of(&args.of.plan, &args.of.site);
    let kept: Vec<PathBuf> = files.kept().into_iter().filter(|kept| is_there(kept)).collect();
    if kept.is_empty() {
        writeln!(terminal.out, "nothing of this site is kept")?;
        return Ok(exit::OK);
    }
    let _lock = files.take(&args.of.plan)?;
    let open = files.unfinished()?;
    if open.as_ref().is_some_and(|run| !run.progress.is_over() && run.progress.is_past_the_barrier()) {
        let message =
            "a run past *Run Migration* still needs it: without it nobody can prove that everybody kept what they had";
        return Err(
            Failure::new(exit::PART_WAY, message).help(format!("finish the run with `{}`, then purge", files.resume()))
        );
    }
    let ended = aftercare::switched(&files, open.as_ref())?;
    if let Some(run) = &ended {
        let opened = Project::new(&args.of.plan, Limits::default()).open()?;
        let all = aftercare::of(Some(run), &opened, &files);
        ensure_reason(args, (&opened, all.as_ref()), &files, terminal)?;
    }
    for kept in kept {
        file::forget(&kept)?;
        file::forget_unfinished(&kept)?;
        writeln!(terminal.out, "purged: {}, and the population next to it", escape::path(&kept))?;
    }
    Ok(exit::OK)
}

/// Refuses while dates of the aftercare are open, unless somebody answers for it: that is put on record first.
fn ensure_reason(
    args: &Purge,
    (opened, all): (&Opened, Option<&Aftercare>),
    files: &RunFiles,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let open: Vec<&Care> = all.iter().flat_map(|all| all.open()).collect();
    if open.is_empty() {
        return Ok(());
    }
    let names = shape::list(open.iter().map(|care| care.name.as_str()));
    let Some((says, who)) = args.reason.clone().zip(args.who.clone()) else {
        let message = format!(
            "dates of the aftercare are open, and later readings are compared with what would be removed: {names}"
        );
        return Err(Failure::new(exit::PART_WAY, message).help(format!(
            "put each on record on its day, as `{}` lists them; or say why it goes now: `{} --reason 'WHY' --who WHO`",
            files.command("status"),
            files.command("purge")
        )));
    };
    let now = digest::short(&PURGED);
    let said = format!("what was kept of the site goes while {} are open; `{who}` answers for it", names);
    let by = By { plan: args.of.plan.clone(), who: Some(who) };
    let done = Evidence::Done(Done { at: PURGED.to_owned(), now, says });
    said::put((by, done, said), &opened.plan, Timestamp::now(), terminal)
}
