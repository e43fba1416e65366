//! When two values of a contact are the same: names without blanks around them, addresses without case, tags and orders
//! in any order.

use std::collections::BTreeSet;

/// Whether two names are the same.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    a.trim() == b.trim()
}

/// An address as it is compared.
pub(crate) fn address(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Whether two addresses are the same.
pub(crate) fn same_address(a: &str, b: &str) -> bool {
    a == b || address(a) == address(b)
}

/// Tags or orders as they are compared.
pub(crate) fn set<'t, S: AsRef<str> + ?Sized + 't>(texts: impl IntoIterator<Item = &'t S>) -> BTreeSet<&'t str> {
    texts.into_iter().map(|text| text.as_ref().trim()).collect()
}
