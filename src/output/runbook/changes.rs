//! The plan's changes themselves: what is there on the judged site, and what is to be there; what a person makes with a box to tick.

use std::fmt::{self, Write};

use super::super::escape::Html;
use super::{MOST_ROWS, Page};
use crate::change::text::side;
use crate::change::{Change, Task};
use crate::model::ObjectRef;

/// What `plan` makes, and what a person makes by hand.
pub(super) fn both(page: &Page<'_>, tasks: &[Task<'_>], out: &mut String) -> fmt::Result {
    automatic(&page.automatic, out)?;
    by_hand(tasks, out)
}

fn automatic(all: &[Change], out: &mut String) -> fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "<p>plan makes these, each compared with what was confirmed, and reads them back:</p>\n<ul>")?;
    for change in all.iter().take(MOST_ROWS) {
        writeln!(out, "<li class=\"change\"><code>{}</code>", Html(&change.on.to_string()))?;
        sides(&change.on, [change.before.as_ref(), change.after.as_ref()], out)?;
        writeln!(out, "</li>")?;
    }
    if let Some(left @ 1..) = all.len().checked_sub(MOST_ROWS) {
        writeln!(out, "<li>and {left} more, which <code>plan diff</code> shows</li>")?;
    }
    writeln!(out, "</ul>")
}

/// What a person makes by hand: the screen, what is there, and what is to be there.
fn by_hand(all: &[Task<'_>], out: &mut String) -> fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "<p>By hand, on their screens:</p>\n<ul class=\"boxes\">")?;
    for task in all {
        let (on, screen) = (task.on.to_string(), task.on.kind.screen());
        writeln!(out, "<li class=\"change\">☐ <code>{}</code>, on {}", Html(&on), Html(screen))?;
        sides(task.on, [task.before, Some(task.wanted)], out)?;
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ul>")
}

/// Both sides as YAML, beside each other where there is room.
fn sides(on: &ObjectRef, [before, after]: [Option<&serde_json::Value>; 2], out: &mut String) -> fmt::Result {
    writeln!(out, "<div class=\"sides\">")?;
    for (name, fields) in [("now", before), ("then", after)] {
        let shown = side(on, fields);
        if !shown.is_empty() {
            // Escaped line by line: a line break inside would be spelt out.
            let lines: Vec<String> = shown.lines().map(|line| Html(line).to_string()).collect();
            writeln!(out, "<div>{name}:<pre>{}</pre></div>", lines.join("\n"))?;
        }
    }
    writeln!(out, "</div>")
}
