//! The diff for machines, format version 1.0.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::change::{Digests, When};
use crate::model::{Kind, ObjectRef};
use crate::output::escape;
use crate::output::json::FORMAT_VERSION;
use crate::site::Executor;

use super::Changes;

/// What `plan diff --format json` prints.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// `1.0`.
    pub format_version: String,
    /// The digests.
    pub digests: Digests,
    /// The changes in the order in which they are carried out.
    pub changes: Vec<Line>,
    /// Kinds that the plan speaks of and the site's capture does not hold: an empty list of changes says nothing of them.
    pub not_compared: Vec<Kind>,
}

/// One change.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The object.
    pub on: ObjectRef,
    /// Its managed fields now; null where it does not exist.
    pub before: Option<Value>,
    /// Its managed fields then.
    pub after: Option<Value>,
    /// Who carries it out.
    pub executor: Executor,
    /// When it is carried out on the live site; null on the staging copy.
    pub when: Option<When>,
    /// Where in the plan it comes from, as a JSON pointer.
    pub cause: String,
}

/// Writes the diff.
///
/// # Errors
/// Whatever the writer says.
pub fn render(changes: &Changes<'_>, out: &mut dyn Write) -> io::Result<()> {
    let line = |(change, executor): &(&crate::change::Change, Executor)| Line {
        on: change.on.clone(),
        when: changes.on_live.then(|| change.when()),
        before: change.before.clone(),
        after: change.after.clone(),
        executor: *executor,
        cause: change.cause.clone(),
    };
    let document = Document {
        format_version: FORMAT_VERSION.to_owned(),
        digests: changes.digests.clone(),
        changes: changes.list.iter().map(line).collect(),
        not_compared: changes.not_compared.to_vec(),
    };
    escape::json(&document, out)
}
