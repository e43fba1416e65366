//! The diff for machines, format version 1.0.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::change::Change;
use crate::output::escape;
use crate::output::json::FORMAT_VERSION;
use crate::site::Executor;

use super::Changes;

/// Writes the diff.
pub fn render(changes: &Changes<'_>, out: &mut dyn Write) -> io::Result<()> {
    let line = |(change, executor): &(&Change, Executor)| {
        json!({
            "on": change.on,
            // The managed fields; null where there is no such object.
            "before": change.before,
            "after": change.after,
            "executor": executor,
            // Null on the staging copy.
            "when": changes.on_live.then(|| change.when()),
            // Where in the plan it comes from, as a JSON pointer.
            "cause": change.cause,
        })
    };
    let document = json!({
        "format_version": FORMAT_VERSION,
        "digests": changes.digests,
        // In the order in which they are carried out.
        "changes": changes.list.iter().map(line).collect::<Value>(),
        // Of these an empty list of changes says nothing.
        "not_compared": changes.not_compared,
    });
    escape::json(&document, out)
}
