//! `plan fmt`: plans in their canonical form.

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::cli::Fmt;
use crate::failure::{Failure, exit};
use crate::fs;
use crate::output::{diff, escape};
use crate::shape::key_order;
use crate::text::{Limits, Unformatted, formatted};

use super::Terminal;
use super::check::shown_text;
use super::rewritten::{ensure_may_be_written, put};

pub(super) fn run(args: &Fmt, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let (limits, writes) = (Limits::from(args.limits), !args.check && !args.diff);
    // Where one cannot be written none is.
    let files = args.plans.iter().filter(|path| writes && !is_pipe(path));
    files.clone().try_for_each(|path| ensure_may_be_written(path, SEE))?;
    let order = key_order();
    let made = args.plans.iter().map(|path| {
        let before = read(path, &limits)?;
        let after = formatted(&before, &|path: &[String]| order.of(path), &limits);
        Ok((path, after.map_err(|why| left(path, why))?, before))
    });
    let made = made.collect::<Result<Vec<_>, Failure>>()?;
    let mut differ = 0;
    for (path, after, before) in &made {
        differ += usize::from(after != before);
        if writes && is_pipe(path) {
            // What came by a pipe goes on as it is, byte for byte.
            io::stdout().lock().write_all(after.as_bytes())?;
        } else if after != before {
            one(path, (before, after), args, &limits, terminal)?;
        }
    }
    if differ == 0 && !args.plans.iter().any(|path| is_pipe(path)) {
        writeln!(
            terminal.notes(),
            "nothing to do: {} laid out as it should be",
            if made.len() == 1 { "the plan is" } else { "each plan is" }
        )?;
    }
    Ok(if writes || differ == 0 { exit::OK } else { exit::NOT_GREEN })
}

/// What shows what would be written.
const SEE: &str = "--diff";

fn is_pipe(path: &Path) -> bool {
    path == Path::new("-")
}

fn one(
    path: &Path,
    (before, after): (&str, &str),
    args: &Fmt,
    limits: &Limits,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let name = escape::path(path);
    if args.check {
        writeln!(terminal.out, "{name}: laid out otherwise")?;
    } else if args.diff {
        // What is personal is masked on both sides.
        let shown = |text: &str| shown_text(text, limits, !terminal.masks);
        let lines = diff::lines_between(&shown(before), &shown(after));
        writeln!(terminal.out, "--- {name}\n+++ {name}")?;
        lines.iter().try_for_each(|line| writeln!(terminal.out, "{}", escape::line(line)))?;
    } else {
        put(path, before, after, (limits, SEE))?;
        writeln!(terminal.notes(), "wrote {name}")?;
    }
    Ok(())
}

fn read(path: &Path, limits: &Limits) -> Result<String, Failure> {
    let most = limits.bytes as u64 + 1;
    let bytes = if is_pipe(path) {
        let mut bytes = Vec::new();
        io::stdin().lock().take(most).read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path, most)
    };
    let bytes = bytes.map_err(|error| Failure::file("read", path, &error))?;
    String::from_utf8(bytes).map_err(|_| left(path, Unformatted::Unreadable))
}

fn left(path: &Path, why: Unformatted) -> Failure {
    let name = escape::shell(&path.display().to_string());
    let failure = Failure::new(exit::COULD_NOT_RUN, format!("`{}` stays as it is: {why}", path.display()));
    match why {
        Unformatted::Unreadable => {
            failure.help(format!("fix what `plan check {name} --no-site` shows, then run this again"))
        }
        Unformatted::Otherwise => {
            failure.help("this is a fault of the program: report it with the part of the plan that it is about")
        }
    }
}
