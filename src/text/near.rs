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

#[cfg(test)]
mod tests {
    use super::*;

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
