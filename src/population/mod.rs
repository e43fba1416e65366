//! Streams of members: contacts, orders and subscriptions, one record a line, read in one pass.
//!
//! Works on lines that it is given: it opens no file. What it holds does not grow with the stream, but for one count
//! a tag, the contacts that it was asked for, and in a census a few bytes of each member; and of these it keeps no more than an allowance.

mod ahead;
mod allowance;
mod census;
mod choose;
mod contacts;
mod damage;
mod each;
mod everybody;
mod fit;
mod holding;
mod json;
mod ledger;
mod lines;
mod mentioned;
mod people;
mod quick;
mod recipients;
mod record;
mod records;
mod same;
mod sort;
mod unordered;

pub use census::take_census;
pub use choose::{Chosen, Reason, Wish, choose};
pub use damage::Damage;
pub(crate) use damage::TAKE_AGAIN;
pub use ledger::{Ledger, sealed};
pub use lines::{LONGEST_LINE, Line, Lines};
pub use mentioned::{mentioned, words};
pub use people::people;

pub use sort::{MakeSpill, Spill};

pub(crate) use allowance::Allowance;
pub(crate) use choose::mix;
pub(crate) use contacts::contacts;
pub(crate) use fit::{Names, takes};
pub(crate) use json::{misfit, object, opening, reason, shown, was_read_at, word};
pub(crate) use record::{KINDS, Record};
pub(crate) use records::{Beside, Records, check, names_of, read_opening, strange_member};
pub(crate) use same::{address, same_address, same_tags, set, tags, tags_spelt_otherwise};
pub(crate) use sort::{Key, Sorted, Sorter};
pub(crate) use unordered::{Complaints, Ordered, Unordered};
