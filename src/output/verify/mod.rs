//! Before and after of everybody: one file a form. Personal values are shown only where that was asked for.

mod document;
pub mod human;
pub mod json;
mod named;
mod tags;

use std::borrow::Cow;

use crate::reconcile::Comparison;
use crate::shape::without_addresses;

use super::SiteLine;

pub use named::named;

/// What `plan verify` found, with all that a format needs to show it.
#[derive(Debug)]
pub struct Verification<'a> {
    /// The plan's path as it was given.
    pub path: &'a str,
    /// The side before; none where nobody named one, or where it is no file.
    pub before: Option<SiteLine>,
    /// The side after; none where it is no file.
    pub after: Option<SiteLine>,
    /// All that was compared.
    pub comparison: &'a Comparison,
    /// What a reader should know of the two sides.
    pub notes: &'a [String],
    /// Whether personal values may be shown.
    pub show_personal: bool,
}

/// An ID, which a plan may have taken an address for.
pub(in crate::output) fn shown_id(id: &str, show_personal: bool) -> Cow<'_, str> {
    if show_personal { Cow::Borrowed(id) } else { without_addresses(id) }
}
