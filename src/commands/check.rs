//! `plan check`: is the plan green against the site?

use jiff::Timestamp;

use crate::cli::{Check, CheckFormat};
use crate::model::text::Seconds;
use crate::output::human::{self, Style};
use crate::output::{Mode, SiteLine, concise, json};

use super::{Failure, Terminal, exit, inputs};

/// Seconds after which a recording is called old.
const DAY: i64 = 24 * 3_600;

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
    if let Some(age) = report.site.as_ref().filter(|site| site.mode == Mode::Snapshot).and_then(age) {
        writeln!(terminal.err, "attention: the recording is {age} old, and the site may have moved since")?;
    }
    let code = if report.is_green() { exit::OK } else { exit::NOT_GREEN };
    checked.leave();
    Ok(code)
}

/// How old a recording is, once it is older than a day.
fn age(site: &SiteLine) -> Option<Seconds> {
    let taken: Timestamp = site.captured_at.parse().ok()?;
    let age = Seconds(Timestamp::now().as_second() - taken.as_second());
    (age.0 > DAY).then_some(age)
}
