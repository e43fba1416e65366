//! What the confirmations of a test purchase are looked up in: two readings, the plan, the record.

use crate::model::population::Census;
use crate::model::purchase::Known;
use crate::model::record::Purchase;
use crate::model::{Graded, Plan, State};

use super::entries::Named;
use super::purchases::Bought;

/// What two readings show of the test purchases.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// When the side after was read.
    pub as_of: &'a str,
    /// How well contacts and orders of both sides are known.
    pub grade: Graded,
    /// The new orders on the forms.
    pub bought: &'a [Bought],
    /// The side before, asked for who the buyers were and for the transactions.
    pub before: &'a Census,
    /// The side after, asked for the buyers and for the transactions.
    pub after: &'a Census,
    /// Mails that were caught before and after, where none is delivered and a collector counts them.
    pub trapped: Option<[u64; 2]>,
}

/// What the confirmations of one form are looked up in.
pub(super) struct Look<'a> {
    pub(super) plan: &'a Plan,
    pub(super) state: Option<&'a State>,
    pub(super) form: &'a str,
    pub(super) named: &'a Named,
    /// Every test purchase on record for the site, of all forms.
    pub(super) said: &'a [&'a Purchase],
    pub(super) new: &'a [&'a Bought],
    pub(super) tests: &'a [&'a Bought],
    pub(super) shown: Option<Shown<'a>>,
}

/// What a person attests where nothing shows it.
pub(super) fn attested(said: bool, why: &str) -> (Known, String) {
    match said {
        true => (Known::Attested, why.to_owned()),
        false => (Known::Unknown, format!("nobody attested it, and {why}")),
    }
}
