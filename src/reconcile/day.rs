//! A day as a site's text says it.

use jiff::civil::Date;

/// The day that a site's text begins with, year first; none where it says no such day.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    let (day, rest) = text.split_at_checked(10)?;
    day.parse().ok().filter(|_| !rest.starts_with(|c: char| c.is_alphanumeric() && c != 'T'))
}
