//! `plan lock`: who holds the lock of a site, and how to take it from somebody.

use std::path::Path;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::apply::lock::{self, Holder, LockError, Standing};
use crate::apply::open_run::OpenRun;
use crate::cli::{self, LockVerb, StatusFormat};
use crate::commands::Terminal;
use crate::failure::{Failure, exit};
use crate::output::escape;
use crate::output::json::FORMAT_VERSION;

use super::run_files::RunFiles;

/// What `plan lock status --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "lock", extend("$id" = "https://amc-plan.example/schemas/lock.schema.json"))]
pub(crate) struct Document<'a> {
    /// `1.0`.
    format_version: &'static str,
    /// Whether somebody holds it.
    held: bool,
    /// Who holds it, or held it last; null where nobody did, or left no details.
    holder: Option<&'a Holder>,
    /// The run that is open on the site from another folder; null where there is none.
    open_elsewhere: Option<&'a OpenRun>,
}

pub(crate) fn run(args: cli::Lock, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    match args.verb {
        LockVerb::Status { of, format } => {
            let files = RunFiles::of(&of.plan, &of.site);
            let standing = lock::standing(&files.lock(), Timestamp::now())?;
            if standing == Standing::Free(None)
                && !of.site.contains("://")
                && let Err(error) = std::fs::symlink_metadata(&of.site)
            {
                return Err(Failure::file("read", Path::new(&of.site), &error));
            }
            status(&standing, &files, format, terminal)
        }
        LockVerb::Break { of, id } => {
            let files = RunFiles::of(&of.plan, &of.site);
            let path = files.lock();
            match lock::standing(&path, Timestamp::now())? {
                Standing::Free(_) => given_up(&no_holder(&files, &id)?, terminal)?,
                Standing::Held(holder) => {
                    lock::break_it(&path, &id).map_err(|error| not_its_id(&files, error))?;
                    broken(&files, holder.as_ref(), terminal)?;
                }
            }
            Ok(exit::OK)
        }
    }
}

fn broken(files: &RunFiles, holder: Option<&Holder>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let holder = holder.map_or_else(String::new, |holder| {
        format!(": process {} on `{}`", holder.process, escape::line(&holder.machine))
    });
    let (look, go_on) = (files.command("status"), files.resume());
    Ok(writeln!(
        terminal.out,
        "broken: the holder stops before its next write, not in the middle of one; if its process still exists, even \
        suspended, end it first{holder}; then look at `{look}`, and continue with `{go_on}`"
    )?)
}

fn not_its_id(files: &RunFiles, error: LockError) -> Failure {
    let help = match &error {
        LockError::Held { holder: Some(holder) } => {
            Some(format!("break it by its id: `{} --id {}`", files.command("lock break"), escape::shell(&holder.id)))
        }
        _ => None,
    };
    let failure = Failure::from(error);
    match help {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// Gives up the run of this id where nobody holds the lock.
fn no_holder(files: &RunFiles, id: &str) -> Result<OpenRun, Failure> {
    let own = files.unfinished();
    if let Some(run) = files.give_up(id, &own)? {
        return Ok(run);
    }
    let Some(elsewhere) = files.elsewhere(own.as_ref().ok().and_then(Option::as_ref))? else {
        let message =
            "nobody holds it, and no run is open on the site from another folder, so there is nothing to break";
        return Err(Failure::new(exit::USAGE, message));
    };
    let message = format!("nobody holds it, and the run that is open has another id: {}", elsewhere.message());
    let give_up = format!("{} --id {}", files.command("lock break"), elsewhere.run.id);
    Err(Failure::new(exit::LOCKED, message).help(format!("only if that run's folder is gone for good: `{give_up}`")))
}

fn given_up(run: &OpenRun, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let folder = escape::line(&run.folder);
    writeln!(
        terminal.out,
        "given up: the run begun in `{folder}`; what it wrote to the site stays, and its journal stays in that folder"
    )?;
    if run.past_the_barrier {
        let careful =
            "it was past *Run Migration*: do not press that button again before the site shows whether it was pressed";
        writeln!(terminal.err, "attention: {careful}")?;
    }
    Ok(())
}

fn status(
    standing: &Standing,
    files: &RunFiles,
    format: StatusFormat,
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    let (held, holder) = match standing {
        Standing::Free(last) => (false, last),
        Standing::Held(holder) => (true, holder),
    };
    // Who holds it is reported whatever became of the other files.
    let own = files.unfinished().unwrap_or_else(|failure| {
        attention(&failure, terminal);
        None
    });
    let elsewhere = files.elsewhere(own.as_ref());
    let (elsewhere, unread) = match elsewhere {
        Ok(elsewhere) => (elsewhere, None),
        Err(failure) => (None, Some(failure)),
    };
    if format == StatusFormat::Json {
        let run = elsewhere.as_ref().map(|elsewhere| &elsewhere.run);
        let document = Document { format_version: FORMAT_VERSION, held, holder: holder.as_ref(), open_elsewhere: run };
        escape::json(&document, terminal.out)?;
    } else {
        let who = |holder: &Holder| format!("{holder}, lock {}", escape::line(&holder.id));
        match (held, holder) {
            (true, Some(holder)) => writeln!(terminal.out, "held by {}", who(holder))?,
            (true, None) => writeln!(terminal.out, "held by a process that left no details")?,
            (false, Some(last)) if last.alive_at.is_some() => {
                writeln!(terminal.out, "free: its last holder ended without releasing it ({})", who(last))?;
            }
            (false, _) => writeln!(terminal.out, "free")?,
        }
        if let Some(elsewhere) = &elsewhere {
            let id = escape::line(&elsewhere.run.id);
            writeln!(terminal.out, "{} (run {id})", escape::line(&elsewhere.message()))?;
        }
    }
    match unread {
        Some(failure) if held => attention(&failure, terminal),
        Some(failure) => return Err(failure),
        None => {}
    }
    Ok(if held { exit::LOCKED } else { exit::OK })
}

fn attention(failure: &Failure, terminal: &mut Terminal<'_>) {
    let help = failure.help.as_deref().unwrap_or_default();
    // Reported as far as it can be: the answer is on the other stream.
    drop(writeln!(terminal.err, "attention: {}; {}", escape::line(&failure.message), escape::line(help)));
}
