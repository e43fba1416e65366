//! Did you mean: the name that was probably meant.

/// The candidate that is spelled most like the name, if any is near enough to be meant; letter case makes no difference.
pub fn nearest<'a, S: AsRef<str> + ?Sized + 'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a S>,
) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    let lower = name.to_lowercase();
    let near = candidates.into_iter().map(AsRef::as_ref).filter(|other| name.len().abs_diff(other.len()) <= 4 * limit);
    near.filter(|other| *other != name)
        .map(|other| (strsim::damerau_levenshtein(&lower, &other.to_lowercase()), other))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, other)| other)
}

/// The candidate that a name can only be a slip of: a letter or two apart from it, no other one nearly as near, and of the same digits,
/// as `course-2` is no slip of `course-1`.
pub fn slip_of<'a, S: AsRef<str> + ?Sized + 'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a S>,
) -> Option<&'a str> {
    let (lower, length) = (name.to_lowercase(), name.chars().count());
    let limit = (length / 3).min(2);
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let near =
        candidates.into_iter().map(AsRef::as_ref).filter(|other| name.len().abs_diff(other.len()) <= 4 * (limit + 2));
    let mut near: Vec<(usize, &str)> = near
        .map(|other| (strsim::damerau_levenshtein(&lower, &other.to_lowercase()), other))
        .filter(|(distance, _)| *distance <= limit + 1)
        .collect();
    near.sort_unstable();
    near.dedup();
    let (distance, first) = *near.first()?;
    let is_alone = near.get(1).is_none_or(|(second, _)| *second > distance + 1);
    (length >= 4 && first != name && distance <= limit && is_alone && digits(first) == digits(name)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_leaves_no_doubt() {
        assert_eq!(slip_of("coures", &["course", "summit"]), Some("course"));
        assert_eq!(slip_of("Order-From", &["order-form", "opt-in"]), Some("order-form"));
        // Another number, two that are as near, a word of its own, too short, too far, and no slip at all.
        for (name, known) in [
            ("course-2", &["course-1"][..]),
            ("cours", &["course", "courts"]),
            ("course", &["courses", "course-s"]),
            ("off", &["on"]),
            ("opt-out", &["opt-in"]),
            ("course", &["course"]),
        ] {
            assert_eq!(slip_of(name, known), None, "{name}");
        }
    }

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["course-checkout", "mini-course", "course"];
        assert_eq!(nearest("coures", &names), Some("course"));
        assert_eq!(nearest("Course", &names), Some("course"));
        assert_eq!(nearest("course-chekout", &names), Some("course-checkout"));
        assert_eq!(nearest("course", &names), None);
        assert_eq!(nearest("summit", &names), None);
    }
}
