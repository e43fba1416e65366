//! What a live site did since its copy was made: the records that a push would overwrite, and that are carried over.

use std::collections::BTreeSet;
use std::io::Read;

use schemars::JsonSchema;
use serde::Serialize;

use super::Unreadable;
use super::join::side_by_side;
use crate::model::population::{ContactField, Opening};
use crate::model::snapshot::PopulationDigest;
use crate::model::spelling::{are_same, is_same};
use crate::population::{Allowance, Record, tags};

/// A record that is not what it was when the copy was made. It names fields, never values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Moved {
    /// `contact`, `order` or `subscription`.
    pub kind: String,
    /// Its key.
    pub key: String,
    /// Whose order or subscription it is; empty for a contact.
    pub contact: String,
    /// What became of it.
    pub how: How,
    /// Which of its fields differ, where it was there and still is.
    pub fields: Vec<&'static str>,
}

/// What became of a record on live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It came since.
    New,
    /// It differs.
    Changed,
    /// It is gone.
    Gone,
}

impl How {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Gone => "gone",
        }
    }
}

/// How many bytes a list may take, with what is made from it: of a hundred thousand records, more than anybody carries over.
const LISTED: u64 = 128 << 20;

/// What a record of the list takes, as a value and as text; and how often its texts are there.
const LISTING: usize = 1024;
const AS_TEXT: usize = 4;

/// Tells of every contact, order and subscription that live has otherwise than when the copy was made, in their order.
///
/// Both are readings of the live site, so an ID means the same person in both.
///
/// # Errors
/// [`Unreadable`] where a side cannot be read, or is not a whole population in the format.
pub fn delta<B: Read + Send, A: Read + Send>(
    cloned: B,
    live: A,
    mut tell: impl FnMut(Moved),
) -> Result<Delta, Unreadable> {
    let begin = |[cloned, live]: [&Opening; 2]| cloned.unknown.union(&live.unknown).copied().collect();
    let mut room = Allowance::new(LISTED, "the list of what is to be carried over");
    let (unknown, digests) = side_by_side(cloned, live, begin, |unknown: &mut BTreeSet<ContactField>, was, is| {
        let Some(record) = is.or(was) else { return Ok(()) };
        if !matches!(&*record.kind, "contact" | "order" | "subscription") {
            return Ok(());
        }
        let (how, fields) = match (was, is) {
            (Some(was), Some(is)) => (How::Changed, differing(was, is, unknown)),
            (None, _) => (How::New, Vec::new()),
            (_, None) => (How::Gone, Vec::new()),
        };
        if how == How::Changed && fields.is_empty() {
            return Ok(());
        }
        room.take(LISTING + AS_TEXT * (record.key.len() + record.contact.len()))?;
        let (kind, key, contact) = (record.kind.to_string(), record.key.to_string(), record.contact.to_string());
        tell(Moved { kind, key, contact, how, fields });
        Ok(())
    })?;
    Ok(Delta { digests, unknown })
}

/// What was compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Delta {
    /// The digests of both populations.
    pub digests: [PopulationDigest; 2],
    /// What nobody read of the contacts on a side: not compared.
    pub unknown: BTreeSet<ContactField>,
}

/// The names of the fields that differ. Whatever moved on live is carried over, and another spelling is no move.
fn differing(was: &Record<'_>, is: &Record<'_>, unknown: &BTreeSet<ContactField>) -> Vec<&'static str> {
    let same = [
        ("first_name", is_same(&was.first_name, &is.first_name)),
        ("last_name", is_same(&was.last_name, &is.last_name)),
        ("email", was.email == is.email),
        ("tags", are_same(&tags(&was.tags), &tags(&is.tags))),
        ("affiliate", is_same(was.affiliate(), is.affiliate())),
        ("contact", was.contact == is.contact),
        ("form", was.form == is.form),
        ("total", was.total == is.total),
        ("date", was.date == is.date),
        ("status", is_same(&was.status, &is.status)),
        ("transaction", was.transaction() == is.transaction()),
        ("next_payment", was.next_payment() == is.next_payment()),
    ];
    let is_known = |name: &str| !unknown.iter().any(|field| field.key() == name);
    same.into_iter().filter(|(name, same)| !same && is_known(name)).map(|(name, _)| name).collect()
}
