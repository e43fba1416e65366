//! Who differs, by contact IDs: a line a class, for a message that is no page.

use crate::output::escape;
use crate::reconcile::{Alone, Cell, Changed, Comparison, Examples, Spot};

use super::{shown_id, tags};

/// Most contacts of a class that a line names.
const NAMED: usize = 5;

/// Who is not as before, without a personal value.
pub fn named(comparison: &Comparison) -> Vec<String> {
    let classes = comparison.everybody.iter().flat_map(|everybody| {
        let (all, explained) = (&everybody.contacts, &everybody.explained.contacts);
        let changed = line("changed", all.changed.total, all.changed.first.iter().map(changed));
        // Whoever made a test purchase is nobody to look for.
        let new = all.extra.first.iter().filter(|alone| !explained.contains(&alone.id));
        let extra =
            line("extra", all.extra.total.saturating_sub(explained.len() as u64), new.map(|alone| id(&alone.id)));
        [changed, alone("missing", &all.missing), alone("duplicated", &all.duplicated), extra]
    });
    let spots: Vec<&Spot> = comparison.spots.iter().flatten().filter(|spot| spot.differs()).collect();
    let spots = line("spot-check contacts", spots.len() as u64, spots.iter().map(|spot| differing(spot)));
    classes.chain([spots]).flatten().collect()
}

/// How many, and the first of them; none where there are none.
fn line(class: &str, total: u64, each: impl Iterator<Item = String>) -> Option<String> {
    let first: Vec<String> = each.take(NAMED).collect();
    let more = match total.saturating_sub(first.len() as u64) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (total > 0).then(|| format!("{class}: {}{more}", first.join("; ")))
}

fn alone(class: &str, examples: &Examples<Alone>) -> Option<String> {
    line(class, examples.total, examples.first.iter().map(|alone| id(&alone.id)))
}

/// The fields in which a contact differs, without a personal value.
pub(super) fn fields(changed: &Changed) -> String {
    let of = |field| match changed.values.iter().find(|values| values.field == field) {
        Some(values) => tags::differing(field, values.before.as_ref(), values.after.as_ref()),
        None => field.name().to_owned(),
    };
    changed.fields.iter().map(of).collect::<Vec<_>>().join(", ")
}

fn changed(changed: &Changed) -> String {
    format!("{} ({})", id(&changed.id), fields(changed))
}

fn differing(spot: &Spot) -> String {
    let fields: Vec<String> = spot
        .cells
        .iter()
        .filter_map(|(field, cell)| match cell {
            Cell::Differs { before, after } => Some(tags::differing(*field, Some(before), Some(after))),
            _ => None,
        })
        .collect();
    format!("{} ({})", id(&spot.id), fields.join(", "))
}

fn id(id: &str) -> String {
    escape::line(&shown_id(id, false))
}
