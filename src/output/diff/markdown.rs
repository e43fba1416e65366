//! The diff for a pull request: a summary, then every object folded, nothing in it live markup.

use std::io::{self, Write};

use similar::TextDiff;

use crate::output::{escape, many};

use super::{Changes, counts, not_compared, sides, verb};

/// Lines around a changed one.
const CONTEXT: usize = 3;

/// Writes the diff.
///
/// # Errors
/// Whatever the writer says.
pub fn render(changes: &Changes<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<!-- plan diff -->")?;
    writeln!(out, "### {} on {}\n", many(changes.list.len(), "change"), escape::markdown(changes.host))?;
    if !changes.list.is_empty() {
        writeln!(out, "{}.\n", counts(changes))?;
    }
    let captured_at = escape::markdown(changes.captured_at);
    writeln!(
        out,
        "The plan is **{}** against the site as of {captured_at}.
",
        changes.verdict
    )?;
    if let Some(unknown) = not_compared(changes) {
        writeln!(
            out,
            "**Attention:** {unknown}.
"
        )?;
    }
    for (kind, list) in changes.by_kind() {
        for (change, executor) in list {
            let (before, after) = sides(change);
            let (before, after) = (escape::terminal(&before), escape::terminal(&after));
            let diff = TextDiff::from_lines(&before, &after);
            let lines = diff.unified_diff().context_radius(CONTEXT).to_string();
            let lines: String =
                lines.lines().filter(|line| !line.starts_with("@@")).map(|line| format!("{line}\n")).collect();
            let fence = escape::fence(&lines);
            let name = escape::markdown(&change.on.key);
            let cause = escape::markdown(&changes.cause(change));
            writeln!(out, "<details><summary>{} {kind} {name} ({})</summary>\n", verb(change), executor.name())?;
            writeln!(out, "From {cause}.\n\n{fence}diff\n{lines}{fence}\n\n</details>\n")?;
        }
    }
    let digests = changes.digests;
    writeln!(out, "| digest | |\n| --- | --- |")?;
    writeln!(
        out,
        "| intent | `{}` |\n| changes | `{}` |\n| facts | `{}` |",
        digests.intent, digests.changes, digests.facts
    )
}
