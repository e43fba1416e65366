//! Two readings of one site after the switch: what moved in between, and what of it goes on at a site every day.
//!
//! Everybody is joined as in [`reconcile`](super::reconcile()), in one pass. What moved is put into classes ([`Class`]): expected, what can be so
//! and no reading shows, and what a person has to look at. Each contact, tag, order and subscription that moved is in one class.

mod access;
mod charges;
mod class;
mod money;
mod moved;
mod people;
mod subscriptions;
mod terms;

use std::io::Read;

use crate::model::population::Opening;
use crate::model::snapshot::PopulationDigest;
use crate::population::Record;

use super::field::Fields;
use super::join::side_by_side;
use super::{Unproven, Unreadable, Verdict};

pub use class::{Bearing, Class, Found, Group, Kind};
pub use moved::Sides;
pub use terms::{Grounds, Terms};

use moved::Moved;
use people::Matched;
pub use people::People;

/// What moved between two readings of one site.
#[derive(Clone, Debug, PartialEq)]
pub struct Since {
    /// Everybody.
    pub people: People,
    /// The movements in their classes.
    pub found: Found,
    /// How many contacts, tags, orders and subscriptions there are on each side; what was not captured counts nothing.
    pub sides: [Sides; 4],
    /// What nobody read of the contacts of each side: not compared.
    pub unknown: [Fields; 2],
    /// The digests of both populations.
    pub digests: [PopulationDigest; 2],
}

impl Since {
    /// The answer, where this could not be compared: a finding goes before what is unproven.
    pub fn verdict(&self, unproven: &[Unproven]) -> Verdict {
        match () {
            () if self.found.has(Bearing::Finding) => Verdict::Different,
            () if self.found.has(Bearing::CouldBe) || !unproven.is_empty() => Verdict::Unproven,
            () => Verdict::Equal,
        }
    }
}

/// Compares two readings of one site, the earlier one first.
///
/// # Errors
/// [`Unreadable`] where a side cannot be read, or is not a whole population in the format.
pub fn since<B: Read + Send, A: Read + Send>(before: B, after: A, terms: &Terms<'_>) -> Result<Since, Unreadable> {
    let begin =
        |openings: [&Opening; 2]| (Moved::new(terms, openings), openings.map(|opening| Fields::from(&opening.unknown)));
    let see = |(moved, _): &mut (Moved<'_, '_>, _), before: Option<&Record<'_>>, after: Option<&Record<'_>>| {
        moved.see(before, after)
    };
    let ((moved, unknown), digests) = side_by_side(before, after, begin, see)?;
    let mut found = Found::default();
    let explained = money::classify(&moved, &mut found);
    let matched = Matched::of(&moved);
    let changed = people::classify(&moved, &matched, &explained, &mut found);
    let mut sides = moved.counts;
    sides[0].same = moved.contacts.index.known() - changed;
    let people = matched.people(&moved, std::mem::take(&mut found.worst));
    Ok(Since { people, found, sides, unknown, digests })
}
