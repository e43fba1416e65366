//! When two values of a contact are the same: names and tags by what they mean, addresses without case, tags and orders in any order.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::spelling;

/// Whether two lists of tags are the same.
pub(crate) fn same_tags(a: &[String], b: &[String]) -> bool {
    spelling::are_same(&tags(a), &tags(b))
}

/// Whether two lists of tags are the same but for spelling.
pub(crate) fn tags_spelt_otherwise(a: &[String], b: &[String]) -> bool {
    set(a) != set(b) && same_tags(a, b)
}

/// An address as it is compared.
pub(crate) fn address(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    match text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_lowercase()),
    }
}

/// Whether two addresses are the same.
pub(crate) fn same_address(a: &str, b: &str) -> bool {
    a == b || address(a) == address(b)
}

/// Tags as they are compared and shown: to the letter, for a site can have two that differ in a blank.
pub(crate) fn tags<'t, S: AsRef<str> + ?Sized + 't>(texts: impl IntoIterator<Item = &'t S>) -> BTreeSet<&'t str> {
    texts.into_iter().map(AsRef::as_ref).collect()
}

/// IDs of orders as they are compared, or tags that are looked up.
pub(crate) fn set<'t, S: AsRef<str> + ?Sized + 't>(texts: impl IntoIterator<Item = &'t S>) -> BTreeSet<&'t str> {
    texts.into_iter().map(|text| text.as_ref().trim()).collect()
}
