//! The diff for machines, format version 1.0.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::change::{Change, Digests, NotCompared, When};
use crate::model::ObjectRef;
use crate::output::escape;
use crate::output::json::FORMAT_VERSION;
use crate::site::Executor;

use super::danger::{self, Danger};
use super::{Changes, Since, decisions};

/// What `plan diff --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "diff", extend("$id" = "https://amc-plan.example/schemas/diff.schema.json"))]
pub struct Document<'a> {
    /// `1.0`.
    format_version: &'static str,
    /// The digests under which a run is confirmed.
    digests: &'a Digests,
    /// The changes, in the order in which they are carried out.
    changes: Vec<Line<'a>>,
    /// What was not compared: of these an empty list of changes says nothing.
    not_compared: &'a [NotCompared],
    /// What people decided and vouch for, which no object shows: a sentence each.
    decisions: Vec<String>,
    /// What of it can hurt somebody, the worst first.
    dangers: Vec<Danger>,
    /// What a `plan.toml` further up demands and the nearest one, which holds alone, does not; left out where it makes every demand.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    lifted: &'a [String],
    /// What changed since the review that `--since` names; left out where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'a Since>,
}

/// One change, and who carries it out.
#[derive(Debug, Serialize, JsonSchema)]
struct Line<'a> {
    /// The object.
    on: &'a ObjectRef,
    /// Its managed fields as they are; null where there is no such object.
    before: &'a Option<Value>,
    /// Its managed fields as they will be.
    after: &'a Option<Value>,
    /// Who carries it out.
    executor: Executor,
    /// When it is made on the live site; null on the staging copy.
    when: Option<When>,
    /// Where in the plan it comes from, as a JSON pointer.
    cause: &'a str,
}

/// Writes the diff.
pub fn render(changes: &Changes<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        format_version: FORMAT_VERSION,
        digests: changes.digests,
        changes: changes.list.iter().map(|(change, executor)| line(change, *executor, changes.on_live)).collect(),
        not_compared: changes.not_compared,
        decisions: decisions::all(changes),
        dangers: danger::all(changes),
        lifted: changes.lifted,
        since: changes.since.as_ref(),
    };
    escape::json(&document, out)
}

fn line(change: &Change, executor: Executor, on_live: bool) -> Line<'_> {
    let Change { on, before, after, cause } = change;
    Line { on, before, after, executor, when: on_live.then(|| change.when()), cause }
}
