//! The keys of a pointer of a capture.

/// One key of a pointer, as it is stored on the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PointerKey {
    /// The key itself.
    Named(String),
    /// A key that did not leave the site: what lies below can be read, and not be written back.
    Hidden,
}

/// The keys of a pointer, from the outermost on; none of `""`.
pub fn keys(pointer: &str) -> impl Iterator<Item = PointerKey> {
    pointer.split('/').skip(1).map(key)
}

/// One key out of a pointer, as it is stored on the site.
pub fn key(escaped: &str) -> PointerKey {
    let number = escaped.strip_prefix("~h").unwrap_or_default();
    if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return PointerKey::Hidden;
    }
    // `~0` last, so that `~01` is `~1` and no slash.
    PointerKey::Named(escaped.replace("~2", "*").replace("~1", "/").replace("~0", "~"))
}

/// A key as it stands in a pointer.
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1").replace('*', "~2")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_the_site_stores() {
        let named = |key: &str| PointerKey::Named(key.to_owned());
        assert_eq!(keys("").count(), 0);
        assert_eq!(keys("/modules/2/").collect::<Vec<_>>(), [named("modules"), named("2"), named("")]);
        assert_eq!(keys("/odd~1~0~2/~h3").collect::<Vec<_>>(), [named("odd/~*"), PointerKey::Hidden]);
        for odd in ["~1", "~0h3", "a/b~2*", "~"] {
            assert_eq!(key(&escaped(odd)), named(odd));
        }
    }
}
