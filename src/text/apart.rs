//! Two texts that differ, beside each other: where they would print alike, what tells them apart is spelt out.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

use super::unseen::is_unseen;

/// Two texts as they are shown beside each other. Where they differ and look the same, as with a no-break space, a blank at the end or
/// an accent of its own, each is in double quotes, and in it whatever looks like something else is spelt out.
pub fn apart(one: &str, other: &str) -> [String; 2] {
    let alike = one != other && looks(one) == looks(other);
    [one, other].map(|text| if alike { spelt_out(text) } else { text.to_owned() })
}

/// What a text looks like: composed, each blank a space, without blanks at its ends or beside another, and without what is unseen.
fn looks(text: &str) -> String {
    let plain = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    let seen: String = plain.chars().filter(|c| c.is_whitespace() || !is_unseen(*c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn spelt_out(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            _ if is_mark(c) || looks(c.encode_utf8(&mut [0; 4])) != c.to_string() => out.extend(c.escape_unicode()),
            _ => out.push(c),
        }
    }
    out + "\""
}

/// Whether a character is drawn with the one before it, as an accent is.
fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_print_alike_are_told_apart_and_others_are_as_they_are() {
        for (one, other, shown) in [
            ("Col A", "Col\u{a0}A", ["\"Col A\"", "\"Col\\u{a0}A\""]),
            ("Gold", "Gold ", ["\"Gold\"", "\"Gold \""]),
            ("A B", "A  B", ["\"A B\"", "\"A  B\""]),
            ("Gold", "G\u{200b}old", ["\"Gold\"", "\"G\\u{200b}old\""]),
            ("Café", "Cafe\u{301}", ["\"Café\"", "\"Cafe\\u{301}\""]),
            ("a \"b\" ﬁ", "a \"b\" fi", ["\"a \\\"b\\\" \\u{fb01}\"", "\"a \\\"b\\\" fi\""]),
            ("Café", "Cafe", ["Café", "Cafe"]),
            ("ไม", "ไม้", ["ไม", "ไม้"]),
            ("", "x", ["", "x"]),
            ("x", "x", ["x", "x"]),
        ] {
            assert_eq!(apart(one, other), shown);
        }
    }
}
