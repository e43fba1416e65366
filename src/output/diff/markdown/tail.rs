//! What closes the comment, and is never cut: the digests, and the command to carry on with, to be copied.

use crate::output::escape;
use crate::text::masked;

use super::super::page::length;
use super::super::{Next, is_taken, next};
use super::Page;

/// What is left for digests and words beside the command.
const BESIDE: usize = 1_500;

/// The digests and the command, in this much room: a path as long as a system takes, twice, however its signs are spelt, fits.
pub(super) fn tail(page: &Page<'_>, room: usize) -> String {
    let digests = page.changes.digests;
    let of_changes = if is_taken(page.changes) { "changes: `apply` takes this one" } else { "changes" };
    let table = format!(
        "| digest | |\n| --- | --- |\n| {of_changes} | `{}` |\n| intent | `{}` |\n| facts | `{}` |\n",
        digests.changes, digests.intent, digests.facts
    );
    let Next { why, command } = next(page.changes);
    let why = page.ink.prose(&why);
    let command = command.map(|command| masked(&escape::line(&command), page.ink.shows_people).into_owned());
    match command {
        None => format!("{table}\n{why}\n"),
        Some(command) if length(&command) > room.saturating_sub(BESIDE) => {
            format!("{table}\n{why}: the command is longer than a comment may be, and the diff for a terminal has it\n")
        }
        Some(command) => {
            let fence = escape::fence(&command);
            format!("{table}\n{why}:\n\n{fence}sh\n{command}\n{fence}\n")
        }
    }
}
