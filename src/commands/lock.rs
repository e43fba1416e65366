//! `plan lock`: who holds the lock of a site, and how to take it from somebody.

use jiff::Timestamp;
use serde_json::json;

use crate::apply::lock::{self, Holder, Standing};
use crate::apply::open_run::OpenRun;
use crate::cli::{self, LockVerb, StatusFormat};
use crate::output::escape;

use super::turn::Files;
use super::{Failure, Terminal, exit};

pub(super) fn run(args: cli::Lock, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    match args.verb {
        LockVerb::Status { of, format } => {
            let files = Files::of(&of.plan, &of.site);
            status(&lock::standing(&files.lock(), Timestamp::now())?, &files, format, terminal)
        }
        LockVerb::Break { of, id } => {
            let files = Files::of(&of.plan, &of.site);
            let path = files.lock();
            match lock::standing(&path, Timestamp::now())? {
                Standing::Free(_) => match files.give_up(&id, files.unfinished()?.as_ref())? {
                    Some(run) => given_up(&run, terminal)?,
                    None => writeln!(terminal.out, "nobody holds it, so there is nothing to break")?,
                },
                Standing::Held(_) => {
                    lock::break_it(&path, &id)?;
                    writeln!(
                        terminal.out,
                        "broken: its holder stops before its next act; look at `plan status`, then go on with `--resume`"
                    )?;
                }
            }
            Ok(exit::OK)
        }
    }
}

fn given_up(run: &OpenRun, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let folder = escape::line(&run.folder);
    writeln!(
        terminal.out,
        "given up: the run begun in `{folder}`; what it wrote stays, and so does its journal there"
    )?;
    if run.past_the_barrier {
        let careful =
            "it was past *Run Migration*: do not press that again before the site shows whether it was pressed";
        writeln!(terminal.err, "attention: {careful}")?;
    }
    Ok(())
}

fn status(
    standing: &Standing,
    files: &Files,
    format: StatusFormat,
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    let (held, holder) = match standing {
        Standing::Free(last) => (false, last),
        Standing::Held(holder) => (true, holder),
    };
    let elsewhere = files.elsewhere(files.unfinished()?.as_ref())?;
    if format == StatusFormat::Json {
        let run = elsewhere.as_ref().map(|elsewhere| &elsewhere.run);
        let line = json!({"format_version": "1.0", "held": held, "holder": holder, "open_elsewhere": run});
        writeln!(terminal.out, "{line:#}")?;
    } else {
        let who = |holder: &Holder| format!("{holder}, lock {}", holder.id);
        match (held, holder) {
            (true, Some(holder)) => writeln!(terminal.out, "held by {}", who(holder))?,
            (true, None) => writeln!(terminal.out, "held by a process that wrote nothing down")?,
            (false, Some(last)) if last.alive_at.is_some() => {
                writeln!(terminal.out, "free: its last holder died without letting go ({})", who(last))?;
            }
            (false, _) => writeln!(terminal.out, "free")?,
        }
        if let Some(elsewhere) = &elsewhere {
            let id = escape::line(&elsewhere.run.id);
            writeln!(terminal.out, "{} (run {id})", escape::line(&elsewhere.words()))?;
        }
    }
    Ok(if held { exit::LOCKED } else { exit::OK })
}
