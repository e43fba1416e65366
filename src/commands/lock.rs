//! `plan lock`: who holds the lock of a site, and how to take it from somebody.

use jiff::Timestamp;
use serde_json::json;

use crate::apply::lock::{self, Holder, Standing};
use crate::cli::{self, LockVerb, StatusFormat};

use super::turn::Files;
use super::{Failure, Terminal, exit};

pub(super) fn run(args: cli::Lock, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    match args.verb {
        LockVerb::Status { of, format } => {
            let standing = lock::standing(&Files::of(&of.plan, &of.site).lock(), Timestamp::now())?;
            status(&standing, format, terminal)
        }
        LockVerb::Break { of, id } => {
            let path = Files::of(&of.plan, &of.site).lock();
            match lock::standing(&path, Timestamp::now())? {
                Standing::Free(_) => writeln!(terminal.out, "nobody holds it, so there is nothing to break")?,
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

fn status(standing: &Standing, format: StatusFormat, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let (held, holder) = match standing {
        Standing::Free(last) => (false, last),
        Standing::Held(holder) => (true, holder),
    };
    if format == StatusFormat::Json {
        let line = json!({"format_version": "1.0", "held": held, "holder": holder});
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
    }
    Ok(if held { exit::LOCKED } else { exit::OK })
}
