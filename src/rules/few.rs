//! A few of many, in words.

use crate::model::population::Few;

/// The contact IDs of a few, and how many more there are: `10231`, `10877` and 3 more.
pub(super) fn named(few: &Few) -> String {
    let ids: Vec<String> = few.first.iter().map(|id| format!("`{id}`")).collect();
    match few.count.saturating_sub(ids.len() as u64) {
        0 => ids.join(", "),
        more if ids.is_empty() => more.to_string(),
        more => format!("{} and {more} more", ids.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_few_are_named_and_the_others_counted() {
        let few = |count, first: &[&str]| Few { count, first: first.iter().map(|id| (*id).to_owned()).collect() };
        assert_eq!(named(&few(2, &["1", "2"])), "`1`, `2`");
        assert_eq!(named(&few(7, &["1", "2"])), "`1`, `2` and 5 more");
        assert_eq!(named(&few(3, &[])), "3");
    }
}
