//! Text of a site in a message: little of it, escaped, and without anybody's address.

use crate::text::without_addresses;

/// How many characters of a site's text a message may show.
const LONGEST: usize = 60;

/// How much of a text is looked at.
pub(super) const LOOKED_AT: usize = 4096;

/// The beginning of a text, escaped, without e-mail addresses, on one line of at most 60 characters.
pub(super) fn excerpt(text: &str) -> String {
    let head: String = text.trim().chars().take(LOOKED_AT).collect();
    let head = without_addresses(&head);
    let words: Vec<&str> = head.split_whitespace().collect();
    let mut shown = String::new();
    for c in words.join(" ").chars().flat_map(char::escape_debug) {
        if shown.chars().count() == LONGEST - 1 {
            shown.push('…');
            break;
        }
        shown.push(c);
    }
    shown
}

/// A version that a site names, where it looks like one: what it names otherwise could be a sentence of somebody's.
pub(super) fn version(text: &str) -> Option<&str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    (text.len() <= 32 && text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(fits)).then_some(text)
}

/// A WordPress error's code, where it looks like one.
pub(super) fn code(body: &serde_json::Value) -> Option<&str> {
    let code = body.get("code")?.as_str()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (!code.is_empty() && code.len() <= LONGEST && code.chars().all(fits)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_escaped_and_names_nobody() {
        assert_eq!(excerpt("  Hello\n\tthere "), "Hello there");
        assert_eq!(excerpt("{\"to\":\"o'jo@bloom.example\"}"), "{\\\"to\\\":\\\"…\\\"}");
        assert_eq!(excerpt("\u{1b}[2J\u{202e}x"), "\\u{1b}[2J\\u{202e}x");
        assert_eq!(excerpt(&"a".repeat(100_000)).chars().count(), 60);
    }

    #[test]
    fn a_version_is_shown_and_no_sentence_in_its_place() {
        for shown in ["6.8", "6.9-alpha-59000-src", "0.1.0+1"] {
            assert_eq!(version(shown), Some(shown));
        }
        for other in ["", "six", "9 answers", "9.`x`", "9|sh", &"1".repeat(33)] {
            assert_eq!(version(other), None, "{other}");
        }
    }

    #[test]
    fn a_code_is_shown_only_where_it_is_one() {
        assert_eq!(code(&serde_json::json!({"code": "rest_no_route"})), Some("rest_no_route"));
        assert_eq!(code(&serde_json::json!({"code": "jo@bloom.example"})), None);
        assert_eq!(code(&serde_json::json!({"code": 404})), None);
    }
}
