//! Texts that mean the same and are spelt otherwise: one that a person typed from a screen, and one that a machine read.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use icu_normalizer::ComposingNormalizerBorrowed;
use serde_json::Value;

/// What WordPress writes in a text by name; any other character that it spells out, it writes by number.
const NAMED: [(&str, char); 6] =
    [("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("quot;", '"'), ("apos;", '\''), ("nbsp;", '\u{a0}')];

/// A text as it is compared by meaning: what HTML spells out as the character that it is, letters composed, one space between words and
/// none at the ends. Case, marks and punctuation are as they stand.
pub fn plain(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let is_plain = |byte: &u8| (b' '..=b'~').contains(byte) && *byte != b'&';
    if text.as_bytes().iter().all(is_plain) && !text.contains("  ") {
        return Cow::Borrowed(text);
    }
    let read = decoded(text);
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&read);
    let words = composed.split_whitespace().collect::<Vec<_>>().join(" ");
    if words == text { Cow::Borrowed(text) } else { Cow::Owned(words) }
}

/// Whether two texts mean the same.
pub fn is_same(one: &str, other: &str) -> bool {
    one == other || plain(one) == plain(other)
}

/// Whether two texts are the same but for spelling. Blanks at the ends are no other spelling.
pub fn is_only_spelling(one: &str, other: &str) -> bool {
    one.trim() != other.trim() && plain(one) == plain(other)
}

/// Whether two sets of texts mean the same: as many texts of each meaning in one as in the other.
pub(crate) fn are_same(one: &BTreeSet<&str>, other: &BTreeSet<&str>) -> bool {
    one == other || one.len() == other.len() && meanings(one) == meanings(other)
}

/// How many texts of a set have each meaning.
fn meanings<'t>(set: &BTreeSet<&'t str>) -> BTreeMap<Cow<'t, str>, usize> {
    let mut all = BTreeMap::new();
    set.iter().for_each(|text| *all.entry(plain(text)).or_default() += 1);
    all
}

/// Whether two values are the same, each text in them by its meaning.
pub(super) fn is_same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => is_same(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same_value(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let has = |(name, one): (&String, &Value)| other.get(name).is_some_and(|other| is_same_value(one, other));
            one.len() == other.len() && one.iter().all(has)
        }
        _ => one == other,
    }
}

/// The first text in two values that is the same but for spelling, as either has it.
pub(super) fn respelt(one: &Value, other: &Value) -> Option<[String; 2]> {
    match (one, other) {
        (Value::String(one), Value::String(other)) => {
            is_only_spelling(one, other).then(|| [one.clone(), other.clone()])
        }
        (Value::Array(one), Value::Array(other)) => one.iter().zip(other).find_map(|(one, other)| respelt(one, other)),
        (Value::Object(one), Value::Object(other)) => one.iter().find_map(|(name, one)| respelt(one, other.get(name)?)),
        _ => None,
    }
}

/// A text with each character that HTML spells out in its place; an ampersand that is spelt out twice is one.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let mut c = '&';
        while c == '&'
            && let Some((spelt, length)) = entity(rest)
        {
            (c, rest) = (spelt, &rest[length..]);
        }
        out.push(c);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character that is spelt out behind an ampersand, and in how many bytes.
fn entity(text: &str) -> Option<(char, usize)> {
    let Some(number) = text.strip_prefix('#') else {
        return NAMED.iter().find(|(name, _)| text.starts_with(name)).map(|(name, c)| (*c, name.len()));
    };
    // Seven digits hold every character.
    let end = number.bytes().take(8).position(|byte| byte == b';')?;
    let digits = &number[..end];
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    code.ok().and_then(char::from_u32).map(|c| (c, end + 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn one_meaning_in_two_spellings_is_the_same_but_for_spelling() {
        for (one, other) in [
            ("Café", "Cafe\u{301}"),
            ("Tips & Tricks", "Tips &amp; Tricks"),
            ("Tips & Tricks", "Tips &#038; Tricks"),
            ("Tips & Tricks", "Tips &amp;amp; Tricks"),
            ("It’s", "It&#8217;s"),
            ("It’s", "It&amp;#8217;s"),
            ("It's", "It&#039;s"),
            ("It's", "It&#x27;s"),
            ("a \"b\" <c>", "a &quot;b&quot; &lt;c&gt;"),
            ("Ana Ash", "Ana\u{a0}Ash"),
            ("Ana Ash", "Ana&nbsp;Ash"),
            ("Ana Ash", "Ana  Ash"),
            ("Ana Ash", "Ana\t\nAsh"),
            ("é", "e&#769;"),
        ] {
            assert!(is_same(one, other) && is_only_spelling(one, other) && is_only_spelling(other, one), "{other}");
        }
    }

    #[test]
    fn another_meaning_is_another_text_and_blanks_at_the_ends_are_none() {
        for (one, other) in [
            ("Gold", "gold"),
            ("Gold", "Gold+"),
            ("Cafe", "Café"),
            ("ไม", "ไม้"),
            ("Ana Ash", "AnaAsh"),
            ("R&D", "R D"),
            ("R&D", "R&ampD"),
            ("&#;", "&"),
            ("&#x110000;", "&"),
            ("&#99999999;", "&"),
            ("&eacute;", "é"),
            ("It's", "It’s"),
        ] {
            assert!(!is_same(one, other) && !is_only_spelling(one, other), "{one} {other}");
        }
        assert!(is_same("Ana", " Ana\u{a0}") && !is_only_spelling("Ana", " Ana\u{a0}") && !is_only_spelling("a", "a"));
        assert_eq!(plain(" \u{a0}&nbsp; "), "");
    }

    #[test]
    fn sets_mean_the_same_where_each_meaning_is_as_often_in_both() {
        let are_same = |one: &[&str], other: &[&str]| {
            let [one, other] = [one, other].map(|texts| texts.iter().copied().collect());
            assert_eq!(are_same(&one, &other), are_same(&other, &one));
            are_same(&one, &other)
        };
        assert!(are_same(&["A & B", "C"], &["C", "A &amp; B"]) && are_same(&[], &[]));
        assert!(are_same(&["A & B", "A &amp; B"], &["A &#038; B", "A  & B"]) && are_same(&["Gold"], &["Gold "]));
        for (one, other) in [
            (&["A & B", "A &amp; B"][..], &["A & B"][..]),
            (&["Gold", "Gold "], &["Gold"]),
            (&["A & B", "A &amp; B", "C"], &["A & B", "C", "C "]),
            (&["Gold"], &[]),
        ] {
            assert!(!are_same(one, other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn values_are_compared_text_by_text_and_the_first_other_spelling_is_shown() {
        let (one, other) = (json!([{"name": "A & B", "n": 1}]), json!([{"n": 1, "name": "A &amp; B"}]));
        assert!(is_same_value(&one, &other));
        assert_eq!(respelt(&one, &other), Some(["A & B", "A &amp; B"].map(str::to_owned)));
        for another in [json!([{"name": "A & B", "n": 2}]), json!([{"name": "A & B"}]), json!([]), json!("A & B")] {
            assert!(!is_same_value(&one, &another), "{another}");
        }
        assert_eq!(respelt(&one, &one), None);
    }

    proptest! {
        #[test]
        fn what_is_plain_holds_one_space_between_words_and_a_text_means_what_it_is(text in "[ a&;#0-9é\u{301}\u{a0}mp]{0,24}") {
            let plain = plain(&text);
            prop_assert!(is_same(&text, &text) && !is_only_spelling(&text, &text));
            prop_assert_eq!(plain.split_whitespace().collect::<Vec<_>>().join(" "), &*plain);
        }
    }
}
