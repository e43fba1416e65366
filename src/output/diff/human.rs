//! The diff for a terminal: objects by kind, changed lines with the changed words marked.

use std::io::{self, Write};

use crate::change::Change;
use crate::model::text::many;
use crate::output::escape;
use crate::output::human::{Style, paint};
use crate::site::Executor;

use super::lines::{Side, lines};
use super::{Changes, Differs, counts, decisions, next, not_compared, shapes, sides, verb, wanted};

/// Writes the diff.
pub fn render(changes: &Changes<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (kind, list) in changes.by_kind() {
        writeln!(out, "{}", paint(style, "1", &format!("{kind}: {}", many(list.len(), "change"))))?;
        for (change, executor) in list {
            object(changes, change, executor, style, out)?;
        }
        writeln!(out)?;
    }
    by_hand(changes, style, out)?;
    decided(changes, style, out)?;
    since(changes, style, out)?;
    footer(changes, style, out)
}

fn object(
    changes: &Changes<'_>,
    change: &Change,
    executor: Executor,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = escape::line(&change.on.to_string());
    let when = if changes.on_live { format!(" · {}", change.when().name()) } else { String::new() };
    let from =
        paint(style, "2", &format!("{} · {}{when}", escape::line(&changes.cause(&change.cause)), executor.name()));
    writeln!(out, "  {} {}  {from}", verb(change), paint(style, "1", &name))?;
    let (before, after) = sides(change);
    let (before, after) = (escape::terminal(&before), escape::terminal(&after));
    for line in lines(&before, &after) {
        let (color, strong) = match line.side {
            Side::Both => ("", ""),
            Side::Before => ("31", "1;31"),
            Side::After => ("32", "1;32"),
        };
        write!(out, "    {}", mark(style, color, &line.side.sign().to_string()))?;
        for (changed, words) in line.stretches {
            write!(out, "{}", mark(style, if changed { strong } else { color }, words))?;
        }
        writeln!(out)?;
    }
    if let Some(consequence) = shapes::consequence(change) {
        writeln!(out, "    {}", paint(style, "2", &format!("consequence: {}", escape::line(&consequence))))?;
    }
    Ok(())
}

/// What nobody could compare: the screen, and what the plan wants there.
fn by_hand(changes: &Changes<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if changes.not_compared.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint(style, "1", &format!("not compared: {}", many(changes.not_compared.len(), "object"))))?;
    for one in changes.not_compared {
        let name = paint(style, "1", &escape::line(&one.on.to_string()));
        let cause = escape::line(&changes.cause(&one.cause));
        writeln!(out, "  look {name}  {}", paint(style, "2", &format!("{cause} · on {}", one.on.kind.screen())))?;
        for line in escape::terminal(&wanted(one)).lines() {
            writeln!(out, "    {}", mark(style, "32", &format!("? {line}")))?;
        }
    }
    writeln!(out)
}

/// What people decided and vouch for, which no object shows.
fn decided(changes: &Changes<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let lines = decisions::lines(changes);
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint(style, "1", "decided and attested"))?;
    lines.iter().try_for_each(|line| writeln!(out, "  {}", escape::line(line)))?;
    writeln!(out)
}

/// What changed since the review that was named.
fn since(changes: &Changes<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Some(since) = &changes.since else { return Ok(()) };
    writeln!(out, "{}", paint(style, "1", &escape::line(&since.message())))?;
    for (place, differs) in since.parts() {
        if let Differs::In(lines) = differs {
            lines.iter().try_for_each(|line| writeln!(out, "  {place}  {}", escape::line(line)))?;
        }
    }
    writeln!(out)
}

fn mark(style: Style, code: &str, text: &str) -> String {
    if code.is_empty() || text.is_empty() { text.to_owned() } else { paint(style, code, text) }
}

fn footer(changes: &Changes<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let total = changes.list.len();
    let unknown = not_compared(changes);
    if changes.is_empty() {
        writeln!(out, "no change: the site is as the plan wants it")?;
    } else {
        writeln!(
            out,
            "{}{} on {}, {}",
            if total == 0 { "no difference is known".to_owned() } else { many(total, "change") },
            if total == 0 { String::new() } else { format!(" ({})", counts(changes)) },
            escape::line(changes.host),
            escape::line(&changes.how)
        )?;
    }
    if let Some(unknown) = unknown {
        writeln!(out, "{}", paint(style, "33", &unknown))?;
    }
    writeln!(out, "  verdict  {}", changes.verdict)?;
    writeln!(out, "  intent   {}", changes.digests.intent)?;
    writeln!(out, "  facts    {}", changes.digests.facts)?;
    writeln!(out, "  changes  {}", paint(style, "1", &changes.digests.changes))?;
    if !style.hints {
        return Ok(());
    }
    writeln!(out, "{}", escape::line(&next(changes).to_string()))
}
