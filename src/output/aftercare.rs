//! What is to be looked at after the switch, for a terminal.

use std::io::{self, Write};

use super::escape;
use super::human::{Style, paint};
use super::words::to_the_second;
use crate::model::record::LookResult;
use crate::model::text::many;
use crate::rules::{Aftercare, Care, CountedFrom};

/// The open dates of a switch that is over, the first of one that is to come.
pub(super) fn lines(all: &Aftercare, path: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if all.counted_from == CountedFrom::Window {
        let dates = many(all.dates.len(), "date");
        let first = all.dates.first().and_then(|care| care.day.as_deref()).unwrap_or_default();
        return writeln!(
            out,
            "aftercare: {dates} after the switch, the first on {first}; counted from the window of the plan, as no run on live has ended here"
        );
    }
    let done = all.dates.len() - all.open().count();
    let end = to_the_second(&all.end);
    writeln!(
        out,
        "aftercare, counted from the end of the run at {end}: {done} of {} done",
        many(all.dates.len(), "date")
    )?;
    for care in all.open() {
        let red = care.result.as_ref().is_some_and(|looked| looked.result == LookResult::Red);
        let mark = match (red, care.overdue) {
            (true, _) => paint(style, "1;31", "red    "),
            (_, true) => paint(style, "1;31", "overdue"),
            _ => "open   ".to_owned(),
        };
        writeln!(out, "  {:10}  {mark}  {}: {}", day(care), escape::line(&care.name), escape::line(&care.what))?;
        if let Some(looked) = &care.result {
            let (at, says) = (to_the_second(&looked.at), escape::line(&looked.says));
            writeln!(out, "                       looked at {at} by {}: {says}", escape::line(&looked.who))?;
        }
    }
    next(all, path, style, out)
}

/// The day of a date, or that nobody knows it.
fn day(care: &Care) -> &str {
    care.day.as_deref().unwrap_or("unknown")
}

/// The next date, and how somebody says that it is done.
fn next(all: &Aftercare, path: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Some(next) = all.next().filter(|_| style.hints) else { return Ok(()) };
    if next.is_a_look() && !all.live.is_empty() {
        return writeln!(
            out,
            "{} `{}` on {}; on its day or later compare live with how the run left it: `plan verify {} --since run --after {} --who WHO`",
            paint(style, "1", "next date:"),
            escape::line(&next.name),
            day(next),
            escape::shell(path),
            escape::shell(&all.live),
        );
    }
    writeln!(
        out,
        "{} `{}` on {}; on its day or later put on record what was seen: `plan record done {} 'WHAT WAS SEEN' --plan {} --who WHO`",
        paint(style, "1", "next date:"),
        escape::line(&next.name),
        day(next),
        escape::shell(&next.name),
        escape::shell(path),
    )
}
