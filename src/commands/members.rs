//! By what the members of a site at an address are read: the built-in adapters, the site's own, and a line on a terminal that says how
//! much has come.

use std::cell::Cell;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::failure::{Failure, exit};
use crate::site::wordpress::Through;

use super::adapter::read_own;

/// How often the line is drawn again.
const EACH: Duration = Duration::from_millis(500);

/// By what the members of these sites are read; none where all of them are files, which have them beside them.
pub(super) fn through<'n>(
    sites: impl IntoIterator<Item = &'n str>,
    adapters: &[PathBuf],
) -> Result<Option<Through>, Failure> {
    if !sites.into_iter().any(|site| site.contains("://")) {
        return match adapters {
            [] => Ok(None),
            [_, ..] => Err(Failure::new(exit::USAGE, "`--adapter` is for a site at an address").help(
                "what a site in a file says was read through adapters when it was made (`plan snapshot from-capture FILE --out SITE`)",
            )),
        };
    }
    let (set, undecided) = read_own(adapters)?;
    if undecided > 0 {
        let message =
            format!("{undecided} lines of the adapters are still marked `# decide`, so nothing is read through them");
        return Err(Failure::new(exit::USAGE, message)
            .help("decide each guess and delete its mark; `plan adapter check FILE` shows what is left"));
    }
    Ok(Some(Through { adapters: Rc::new(set), came: came() }))
}

/// Says on a terminal how much has come, while it comes, and takes the line away at the end.
fn came() -> Rc<dyn Fn(u64)> {
    if !io::stderr().is_terminal() {
        return Rc::new(|_| {});
    }
    let (begun, drawn) = (Cell::new(Instant::now()), Cell::new(false));
    Rc::new(move |bytes| {
        let is_over = bytes == 0 && drawn.get();
        let line = match bytes {
            0 => String::new(),
            bytes => format!("reading the members: {:.1} MB so far", bytes as f64 / 1e6),
        };
        if is_over || bytes > 0 && begun.get().elapsed() >= EACH {
            // Nobody misses a line that says how far it is.
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
            begun.set(Instant::now());
            drawn.set(!is_over);
        }
    })
}
