//! A line of JSON that bears the mark of a key: the mark is its last field, and is over the line without it.

use super::key::{Key, Purpose};

/// What stands between a line's own text and its mark.
const BEFORE: &str = ",\"mark\":\"";

/// The same object with this key's mark as its last field; `object` is one line of JSON.
pub fn marked(object: &str, key: &Key, purpose: Purpose) -> String {
    let open = object.strip_suffix('}').unwrap_or(object);
    format!("{open}{BEFORE}{}\"}}", key.mark(purpose, object.as_bytes()))
}

/// A marked line without its mark, and whether the mark is this key's. A line without a mark is as it is, and nobody's.
pub fn unmarked(line: &str, key: Option<&Key>, purpose: Purpose) -> (String, bool) {
    let parts = line.strip_suffix("\"}").and_then(|rest| rest.rsplit_once(BEFORE));
    let Some((open, mark)) = parts.filter(|(_, mark)| mark.len() == 64) else { return (line.to_owned(), false) };
    let object = format!("{open}}}");
    let ours = key.is_some_and(|key| key.made(purpose, object.as_bytes(), mark));
    (object, ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_it_was_under_its_mark_and_any_other_is_not_ours() {
        let (key, other) = (Key::new([1; 32]), Key::new([2; 32]));
        let object = r#"{"a":1,"b":"x"}"#;
        let line = marked(object, &key, Purpose::Seal);
        assert!(
            line.starts_with(r#"{"a":1,"b":"x","mark":""#) && serde_json::from_str::<serde_json::Value>(&line).is_ok()
        );
        assert_eq!(unmarked(&line, Some(&key), Purpose::Seal), (object.to_owned(), true));
        for (line, key, purpose) in [
            (line.as_str(), None, Purpose::Seal),
            (&line, Some(&other), Purpose::Seal),
            (&line, Some(&key), Purpose::Journal),
            (&line.replace(":1", ":2"), Some(&key), Purpose::Seal),
            (&line.replace("\",\"mark", "\" ,\"mark"), Some(&key), Purpose::Seal),
            (object, Some(&key), Purpose::Seal),
            ("", Some(&key), Purpose::Seal),
        ] {
            assert!(!unmarked(line, key, purpose).1, "{line}");
        }
    }
}
