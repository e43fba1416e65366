//! `plan check`: is the plan green against the site?

use crate::cli::{Check, CheckFormat};
use crate::failure::{Failure, exit};
use crate::output::human::{self, Style};
use crate::output::{concise, json};

use super::{Terminal, inputs, tracked, without_adapter};

/// Findings that are drawn before the rest is only counted.
pub(super) const DRAWN: usize = 60;

pub(super) fn run(args: &Check, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    run_drawing(args, DRAWN, terminal)
}

/// The same, drawing no more than so many findings.
pub(super) fn run_drawing(args: &Check, most: usize, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let checked = inputs::check(&args.subject)?;
    let path = checked.opened.path.display().to_string();
    let report = checked.report(&path);
    match args.format {
        CheckFormat::Human => {
            let style = Style { color: terminal.color, width: terminal.width, most };
            human::render(&report, style, terminal.out)?;
        }
        CheckFormat::Concise => concise::render(&report, terminal.out)?,
        CheckFormat::Json => json::render(&report, terminal.out)?,
    }
    tracked::attend_to_left_open(&checked.members_files, checked.addresses(), &checked.opened.git, terminal)?;
    if !report.is_green()
        && let Some(site) = &checked.site
    {
        without_adapter::attend_to(&site.reading.snapshot, terminal)?;
    }
    let accepted = args.accept_unknown.is_some() && checked.judgement.lacks_only_private_files();
    let code = if report.is_green() || accepted { exit::OK } else { exit::NOT_GREEN };
    checked.leave();
    Ok(code)
}
