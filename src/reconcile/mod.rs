//! Before and after of everybody: two populations joined into classes, with an account of what must be conserved.
//!
//! Both streams are ordered by kind and key and are read once, side by side. A contact is found again by its ID, else by
//! its e-mail address, else by its orders. Kept in memory are the after-contacts' IDs and a number for each address, and
//! whole only what differs. It opens no file.

mod buyer;
mod classify;
mod confirmations;
mod day;
mod delta;
mod each_contact;
mod entries;
mod field;
mod index;
mod join;
mod look;
mod matching;
mod purchases;
mod sample_power;
mod since;
mod spot;
mod tally;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::population::Contact;
use crate::model::snapshot::PopulationDigest;
use crate::population::{Damage, Record};

pub use classify::reconcile;
pub use confirmations::purchased;
pub use delta::{Delta, How, Moved, delta};
pub use each_contact::each_contact;
pub use entries::{Named, NamedByLine, Recorded};
pub use field::{Field, Fields, Values};
pub use look::Shown;
pub use purchases::{Bought, Explained, recorded};
pub use sample_power::{Power, SHARES, sample_power, shows_nothing};
pub use since::{Bearing, Class, Found, Grounds, Group, Kind, People, Sides, Since, Terms, since};
pub use spot::{Cell, SPOT_FIELDS, Spot, Spotted, spot_check};
pub use tally::{Counted, Line, Side};
pub use verdict::{Comparison, Unproven, VENDORS_BOUND, Verdict};

/// How many examples of each class are kept.
pub const EXAMPLES: usize = 20;

/// What is asked of two populations.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The spot-check contacts, by ID.
    pub contacts: BTreeSet<String>,
    /// Whether orders were captured on both sides.
    pub orders: bool,
    /// Whether subscriptions were captured on both sides.
    pub subscriptions: bool,
    /// Whether the migration brings in contacts that the site did not have.
    pub extra_expected: bool,
    /// Whether contacts without a user were captured before.
    pub without_user: bool,
    /// The order forms with a test purchase on record.
    pub purchases: Recorded,
}

/// Contacts with the IDs of their orders, by contact ID.
pub type Asked = BTreeMap<String, (Contact, BTreeSet<String>)>;

/// A few of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examples<T> {
    /// The first few.
    pub first: Vec<T>,
    /// How many there are.
    pub total: u64,
}

impl<T> Default for Examples<T> {
    fn default() -> Self {
        Self { first: Vec::new(), total: 0 }
    }
}

impl<T> Examples<T> {
    /// Counts one more, which is kept where it is among the first few.
    pub fn push(&mut self, example: impl FnOnce() -> T) {
        self.total += 1;
        if self.first.len() < EXAMPLES {
            self.first.push(example());
        }
    }

    /// How many are not among the first few.
    pub fn more(&self) -> u64 {
        self.total - self.first.len() as u64
    }
}

/// A contact that is there on both sides and differs, or is the same but for spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its contact ID after.
    pub id: String,
    /// Its contact ID before, where it was another.
    pub was: Option<String>,
    /// What differs.
    pub fields: Fields,
    /// Both values of what differs, personal; orders and subscriptions aside.
    pub values: Vec<Values>,
}

/// An after-contact that has become of several before-contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Its contact ID after.
    pub into: String,
    /// The contact IDs before.
    pub from: Examples<String>,
}

/// A contact that is there on one side only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alone {
    /// Its contact ID.
    pub id: String,
    /// Its values, personal.
    pub values: Vec<Values>,
}

/// Every contact of both sides in one class each.
///
/// Before: same + changed + missing + merged. After: same + changed + those merged into + duplicated + extra.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classes {
    /// Contacts before.
    pub before: u64,
    /// Contacts after.
    pub after: u64,
    /// There on both sides, and the same.
    pub same: u64,
    /// Of the same ones those of whom a value is the same but for spelling.
    pub respelt: Examples<Changed>,
    /// There on both sides, and different.
    pub changed: Examples<Changed>,
    /// How many contacts differ in each field.
    pub fields: BTreeMap<Field, u64>,
    /// Before-contacts that nobody after is.
    pub missing: Examples<Alone>,
    /// Before-contacts that share their after-contact with another one.
    pub merged: u64,
    /// The after-contacts that they have become.
    pub merged_into: Examples<Merged>,
    /// After-contacts that nobody was, with an ID or address that another after-contact has.
    pub duplicated: Examples<Alone>,
    /// All other after-contacts that nobody was.
    pub extra: Examples<Alone>,
}

/// Every order or subscription of both sides in one class each.
///
/// Before: same + changed + missing. After: same + changed + extra.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// How many before.
    pub before: u64,
    /// How many after.
    pub after: u64,
    /// There on both sides, of the same contact and with the same values.
    pub same: u64,
    /// There on both sides, and different.
    pub changed: Examples<String>,
    /// There before only.
    pub missing: Examples<String>,
    /// There after only.
    pub extra: Examples<String>,
}

/// What became of the contacts that had no user before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// How many there were.
    pub before: u64,
    /// Those that are contacts of the site after, by contact ID.
    pub came: BTreeSet<String>,
    /// Those of them of whom something that was captured before is not so after.
    pub changed: Examples<Changed>,
    /// How many of them came of whom the address, or the tags, were not captured before.
    pub unknown: BTreeMap<Field, u64>,
}

impl Imported {
    /// Compares one of them with the contact that it became.
    fn compare(&mut self, before: &Record<'_>, after: Option<&Contact>, unknown: Fields) {
        let Some(after) = after else { return };
        let (fields, unknown) = field::imported(before, after, unknown);
        if !fields.is_empty() {
            let values = || field::values(fields, Some(&before.to_contact()), Some(after));
            self.changed.push(|| Changed { id: after.key.clone(), was: None, fields, values: values() });
        }
        // What most of them lack is no loss; who they are and what they may open is asked of each.
        let asked = unknown.iter().filter(|field| matches!(field, Field::Email | Field::Tags));
        asked.for_each(|field| *self.unknown.entry(field).or_default() += 1);
    }

    /// How many of them did not come.
    pub fn lacking(&self) -> u64 {
        self.before - self.came.len() as u64
    }
}

/// The kind of a contact that has no user: no contact of the site, and what a migration can bring in.
pub const WITHOUT_USER: &str = "contact-without-user";

/// What came of joining two populations.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconciled {
    /// Everybody.
    pub contacts: Classes,
    /// Every order; none where they were not captured on both sides.
    pub orders: Option<Ledger>,
    /// Every subscription; none where they were not captured on both sides.
    pub subscriptions: Option<Ledger>,
    /// The account of what must be conserved, every line of it.
    pub account: Vec<Line>,
    /// What became of the contacts that had no user before; none where they were not captured.
    pub imported: Option<Imported>,
    /// The new orders on forms with a test purchase on record.
    pub bought: Vec<Bought>,
    /// What is there after only because of them.
    pub explained: Explained,
    /// The spot-check contacts as they were before.
    pub asked_before: Asked,
    /// The spot-check contacts as they are after.
    pub asked_after: Asked,
    /// Spot-check contacts that have another contact ID after.
    pub renamed: BTreeMap<String, String>,
    /// What nobody read of the contacts of each side: not compared.
    pub unknown: [Fields; 2],
    /// The digest of the population before.
    pub before: PopulationDigest,
    /// The digest of the population after.
    pub after: PopulationDigest,
}

/// A population that could not be read whole.
#[derive(Debug, thiserror::Error)]
#[error("{damage}")]
pub struct Unreadable {
    /// Which of the two.
    pub side: Side,
    /// What is wrong with it.
    pub damage: Damage,
}
