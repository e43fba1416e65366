//! Before and after, object by object and side by side.

use crate::change::Change;
use crate::output::diff::{self, Changes, Marked};
use crate::site::Executor;
use crate::text::masked;

use super::first_of;

/// Most objects that are shown with both sides, and most that are named after them.
const MOST: (usize, usize) = (4_000, 20_000);

/// Most lines of an object.
const LINES: usize = 400;

/// What a plan changes.
pub(super) struct All {
    pub(super) total: usize,
    pub(super) counts: String,
    pub(super) digest: String,
    pub(super) not_compared: Option<String>,
    pub(super) objects: Vec<Object>,
    /// Those that are named alone.
    pub(super) named: Vec<String>,
    pub(super) more: usize,
    /// What could not be compared, each with what the plan wants of it.
    pub(super) wanted: Vec<(String, Vec<String>)>,
}

/// An object before and after.
pub(super) struct Object {
    pub(super) verb: &'static str,
    pub(super) kind: String,
    pub(super) key: String,
    pub(super) who: &'static str,
    pub(super) cause: String,
    pub(super) consequence: String,
    pub(super) rows: Vec<Row>,
    pub(super) more: usize,
}

/// A line of both sides.
pub(super) struct Row {
    pub(super) same: bool,
    pub(super) before: Option<Marked>,
    pub(super) after: Option<Marked>,
}

impl All {
    pub(super) fn of(changes: &Changes<'_>, show_personal: bool) -> Self {
        let mut list = changes.list.iter();
        let objects = list.by_ref().take(MOST.0).map(|(change, who)| object(change, *who, changes, show_personal));
        let objects = objects.collect();
        let (named, more) = first_of(list.map(|(change, _)| change.on.to_string()), MOST.1);
        let wanted = changes.not_compared.iter().take(MOST.0);
        Self {
            total: changes.list.len(),
            counts: diff::counts(changes),
            digest: changes.digests.changes.clone(),
            not_compared: diff::not_compared(changes),
            objects,
            named,
            more,
            wanted: wanted
                .map(|one| (one.on.to_string(), diff::wanted(one).lines().map(str::to_owned).collect()))
                .collect(),
        }
    }
}

fn object(change: &Change, who: Executor, changes: &Changes<'_>, show_personal: bool) -> Object {
    let (before, after) = diff::sides(change);
    // Masked before words are compared: what is no address any more has no half that differs.
    let [before, after] = [before, after].map(|side| masked(&side, show_personal).into_owned());
    let (rows, more) = first_of(diff::side_by_side(&before, &after), LINES);
    let row = |[before, after]: [Option<Marked>; 2]| Row { same: before == after, before, after };
    Object {
        verb: diff::verb(change),
        kind: change.on.kind.to_string(),
        key: if change.on.kind.is_only() { String::new() } else { change.on.key.clone() },
        who: who.name(),
        cause: changes.cause(&change.cause),
        consequence: diff::consequence(change).unwrap_or_default(),
        rows: rows.into_iter().map(row).collect(),
        more,
    }
}
