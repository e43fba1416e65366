//! The diff for a pull request: what a reviewer has to weigh first, then every object folded; nothing in it is live markup.

use std::io::{self, Write};

use crate::diag::{Finding, Severity};
use crate::model::text::many;
use crate::output::{Report, escape};
use crate::text::masked;

use super::lines::{Side, lines};
use super::{Changes, counts, decisions, next, not_compared, sides, verb, wanted};

/// Lines around a changed one.
const CONTEXT: usize = 3;

/// Findings that are listed; the others are counted, since a comment has a limit.
const LISTED: usize = 40;

/// Writes the diff.
pub fn render(changes: &Changes<'_>, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (host, how) = (escape::markdown(changes.host), escape::markdown(&changes.how));
    writeln!(out, "<!-- plan diff -->")?;
    let total = match changes.not_compared.len() {
        0 => many(changes.list.len(), "change"),
        unknown if changes.list.is_empty() => format!("{} not compared", many(unknown, "object")),
        unknown => format!("{}, {} not compared", many(changes.list.len(), "change"), many(unknown, "object")),
    };
    writeln!(out, "### {}: {total} on {host}\n", escape::markdown(changes.path))?;
    writeln!(out, "The plan is **{}** against the site ({how}).\n", changes.verdict)?;
    writeln!(out, "{}.\n", report.judgement.evidence.message())?;
    if !changes.list.is_empty() {
        writeln!(out, "Changes: {}.\n", counts(changes))?;
    }
    if let Some(unknown) = not_compared(changes) {
        writeln!(out, "**Attention:** {unknown}:\n")?;
        for one in changes.not_compared.iter().take(LISTED) {
            let fields = wanted(one).lines().map(escape::markdown).collect::<Vec<_>>().join("; ");
            let on = escape::markdown(&one.on.to_string());
            writeln!(out, "- {on}, on {}: {fields}", escape::markdown(one.on.kind.screen()))?;
        }
        if let Some(more) = changes.not_compared.len().checked_sub(LISTED).filter(|more| *more > 0) {
            writeln!(out, "- and {more} more")?;
        }
        writeln!(out)?;
    }
    findings(report, out)?;
    decided(changes, report.show_personal, out)?;
    objects(changes, out)?;
    let digests = changes.digests;
    writeln!(out, "| digest | |\n| --- | --- |\n| changes (confirm this one) | `{}` |", digests.changes)?;
    writeln!(out, "| intent | `{}` |\n| facts | `{}` |", digests.intent, digests.facts)?;
    writeln!(out, "\n{}", escape::markdown(&next(changes)))
}

/// Why the plan is not green, and what nobody has to fix but everybody should have read.
fn findings(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let due: Vec<(&Finding, usize)> =
        report.sorted().into_iter().filter(|(f, _)| f.due).map(|(f, spot)| (f, spot.start.line)).collect();
    for (finding, line) in due.iter().take(LISTED) {
        let word = match (finding.accepted, finding.unproven, finding.severity) {
            (true, ..) => "accepted",
            (_, true, _) => "unproven",
            (_, _, Severity::Error) => "error",
            (_, _, Severity::Warning) => "warning",
            (_, _, Severity::Info) => "info",
        };
        writeln!(
            out,
            "- {word}, line {line}: {} ({})",
            escape::markdown(&finding.message),
            escape::markdown(&finding.rule)
        )?;
    }
    match due.len().saturating_sub(LISTED) {
        0 if due.is_empty() => {}
        0 => writeln!(out)?,
        more => writeln!(out, "- and {more} more\n")?,
    }
    coming(report, out)
}

/// What the plan alone shows already, and a later gate will ask for.
fn coming(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let coming = report.coming();
    for (finding, coming, spot) in coming.iter().take(LISTED) {
        let (message, rule) = (escape::markdown(&finding.message), escape::markdown(&finding.rule));
        writeln!(out, "- coming at {}, line {}: {message} ({rule})", coming.message(), spot.start.line)?;
    }
    match coming.len().saturating_sub(LISTED) {
        0 if coming.is_empty() => Ok(()),
        0 => writeln!(out),
        more => writeln!(out, "- and {more} more that are coming\n"),
    }
}

/// What people decided and vouch for, which no object shows.
fn decided(changes: &Changes<'_>, show_personal: bool, out: &mut dyn Write) -> io::Result<()> {
    let lines = decisions::lines(changes);
    for line in &lines {
        let line = masked(line, show_personal);
        writeln!(out, "- {}", escape::markdown(&line))?;
    }
    if lines.is_empty() { Ok(()) } else { writeln!(out) }
}

fn objects(changes: &Changes<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (kind, list) in changes.by_kind() {
        for (change, executor) in list {
            let (before, after) = sides(change);
            let (before, after) = (escape::terminal(&before), escape::terminal(&after));
            let lines = unified(&before, &after);
            let fence = escape::fence(&lines);
            let name = escape::markdown(&change.on.key);
            let cause = escape::markdown(&changes.cause(&change.cause));
            let name = if change.on.key == kind.name() { String::new() } else { format!(" {name}") };
            writeln!(out, "<details><summary>{} {kind}{name} ({})</summary>\n", verb(change), executor.name())?;
            writeln!(out, "From {cause}.\n\n{fence}diff\n{lines}{fence}\n\n</details>\n")?;
        }
    }
    Ok(())
}

/// Both sides as a unified diff, without its headers.
fn unified(before: &str, after: &str) -> String {
    let lines = lines(before, after);
    let mut shown = String::new();
    for (at, line) in lines.iter().enumerate() {
        let around = &lines[at.saturating_sub(CONTEXT)..lines.len().min(at + CONTEXT + 1)];
        if around.iter().any(|line| line.side != Side::Both) {
            shown.push(line.side.sign());
            shown.extend(line.stretches.iter().map(|(_, words)| *words));
            shown.push('\n');
        }
    }
    shown
}
