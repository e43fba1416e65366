//! Every contact of the side before with what the side after has of them, by contact ID alone.

use std::io::Read;

use super::Unreadable;
use super::join::side_by_side;
use crate::model::population::Opening;
use crate::model::snapshot::PopulationDigest;
use crate::population::Record;

/// Shows each contact before: their ID, their tags, and their tags after; none where the side after has no such contact. Whoever has an ID
/// of somebody else is not looked for: what a member sees hangs on the contact ID.
///
/// # Errors
/// [`Unreadable`] where a side cannot be read, or is not a whole population in the format.
pub fn each_contact<B: Read + Send, A: Read + Send>(
    before: B,
    after: A,
    mut see: impl FnMut(&str, &[&str], Option<&[&str]>),
) -> Result<[(Opening, PopulationDigest); 2], Unreadable> {
    let begin = |openings: [&Opening; 2]| openings.map(Opening::clone);
    let ([before, after], [of_before, of_after]) = side_by_side(before, after, begin, |_, before, after| {
        if let Some(before) = before.filter(|record| record.kind == "contact" && !record.repeats) {
            let after = after.map(tags);
            see(&before.key, &tags(before), after.as_deref());
        }
        Ok(())
    })?;
    Ok([(before, of_before), (after, of_after)])
}

fn tags<'r>(record: &'r Record<'_>) -> Vec<&'r str> {
    record.tags.iter().map(AsRef::as_ref).collect()
}
