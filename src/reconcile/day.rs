//! A day or a moment as a site's text says it.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

/// The day that a site's text begins with, year first; none where it says no such day.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    let (day, rest) = text.split_at_checked(10)?;
    day.parse().ok().filter(|_| !rest.starts_with(|c: char| c.is_alphanumeric() && c != 'T'))
}

/// A text as moments are compared: one that says its zone as the same instant in UTC, any other as it stands.
pub(super) fn moment(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    // A day alone is none.
    let instant = text.contains(':').then(|| text.parse::<Timestamp>().ok()).flatten();
    instant.map_or(Cow::Borrowed(text), |instant| Cow::Owned(instant.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_in_two_zones_is_one() {
        assert_eq!(moment("2026-11-21T10:00:00Z"), moment(" 2026-11-21T11:00:00+01:00"));
        assert_eq!(moment("2026-11-21T10:00Z"), moment("2026-11-21 10:00:00+00:00"));
        assert_ne!(moment("2026-11-21T10:00:00Z"), moment("2026-11-21T10:00:00+01:00"));
        // What says no zone may be any moment of its day.
        for text in ["2026-11-21", "2026-11-21 10:00", "soon"] {
            assert_eq!(moment(text), text);
        }
    }
}
