//! Pointers into stored values, as the collector has them: JSON pointers in which `~2` is a star that stands for itself.

/// The keys of a pointer, unescaped; none where it is no pointer.
pub fn segments(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    pointer.strip_prefix('/')?.split('/').map(unescaped).collect()
}

fn unescaped(key: &str) -> Option<String> {
    let mut plain = String::with_capacity(key.len());
    let mut rest = key.chars();
    while let Some(c) = rest.next() {
        plain.push(match c {
            '~' => match rest.next()? {
                '0' => '~',
                '1' => '/',
                '2' => '*',
                _ => return None,
            },
            c => c,
        });
    }
    Some(plain)
}

/// Whether a pattern (`*` stands for any run of characters) fits a name.
pub fn fits(pattern: &str, name: &str) -> bool {
    star(pattern, name).is_some()
}

/// What the first `*` of a pattern stands for in a name that fits; nothing of a pattern without one. None where it does not fit.
pub fn star<'n>(pattern: &str, name: &'n str) -> Option<&'n str> {
    let Some((before, after)) = pattern.split_once('*') else { return (pattern == name).then_some("") };
    let rest = name.strip_prefix(before)?;
    if !after.contains('*') {
        return rest.strip_suffix(after);
    }
    // The shortest stretch with which the rest fits: each `*` takes as little as it can.
    let parts: Vec<&str> = after.split('*').collect();
    let (last, middle) = parts.split_last()?;
    let mut at = 0;
    let mut first = None;
    for part in middle {
        let found = rest[at..].find(part)? + at;
        first.get_or_insert(found);
        at = found + part.len();
    }
    (rest.len() >= at + last.len() && rest.ends_with(last)).then(|| &rest[..first.unwrap_or_default()])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_goes_down_by_its_keys() {
        assert_eq!(segments(""), Some(vec![]));
        assert_eq!(segments("/"), Some(vec![String::new()]));
        assert_eq!(segments("/modules/2/a~1b~0c~2d").unwrap(), ["modules", "2", "a/b~c*d"]);
        for wrong in ["modules", "/a~", "/a~3", "/~h1"] {
            assert_eq!(segments(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, name, says) in [
            ("_accessally_offering_*", "_accessally_offering_3", Some("3")),
            ("_accessally_offering_*", "_accessally_offering_", Some("")),
            ("_accessally_offering_*", "accessally_offering_3", None),
            ("form_*_settings", "form_12_settings", Some("12")),
            ("form_*_settings", "form_12_setting", None),
            ("a*b*c", "axxbyyc", Some("xx")),
            ("a*b*c", "axxc", None),
            ("a*aa", "aa", None),
            ("blog_public", "blog_public", Some("")),
            ("blog_public", "blog_publi", None),
        ] {
            assert_eq!(star(pattern, name), says, "{pattern} {name}");
        }
    }
}
