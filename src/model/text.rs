//! Small readings of text that several nouns share: slugs, money, durations, pointers.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use serde::{Deserialize, Serialize};

use super::spelling::plain;

/// The natural key of a named object: lower-case letters and digits, words joined by one dash.
///
/// Letters outside ASCII are kept, composed and with the marks that no letter takes in, so that two names in another script do not
/// collide. However a name is spelt (`&amp;` or `&`, composed or not), it has one key.
pub fn slug(name: &str) -> String {
    let name = plain(name);
    let mut slug = String::with_capacity(name.len());
    let mut push = |c: char| {
        let ends_a_word = slug.is_empty() || slug.ends_with('-');
        if c.is_alphanumeric() || !ends_a_word && is_mark(c) {
            slug.push(c);
        } else if !ends_a_word {
            slug.push('-');
        }
    };
    if name.is_ascii() {
        name.chars().for_each(|c| push(c.to_ascii_lowercase()));
    } else {
        // The Turkish capital letter is a small one with a dot of its own, which nobody types.
        let lower = name.replace('\u{130}', "i").to_lowercase();
        ComposingNormalizerBorrowed::new_nfc().normalize(&lower).chars().for_each(push);
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// Whether a character belongs to the letter before it, as a tone or a vowel of many scripts does. What only says how a character is
/// drawn does not.
fn is_mark(c: char) -> bool {
    use GeneralCategory::{NonspacingMark, SpacingMark};
    let of_drawing =
        matches!(c, '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
    !of_drawing && matches!(CodePointMapData::<GeneralCategory>::new().get(c), NonspacingMark | SpacingMark)
}

/// What somebody types where they have nothing to say.
const NOTHING_SAID: &str = "n/a";

/// Whether something can be read in a text: a letter or digit that can be seen.
pub fn is_readable(text: &str) -> bool {
    text.chars().any(is_seen)
}

/// What stands in a printed command where somebody has to say something.
pub const TO_FILL_IN: [&str; 12] = [
    "HOW, AFTER THE MIGRATION",
    "HOW IT WAS TRIED",
    "HOW THE SPARE ADMINISTRATOR SIGNED IN",
    "HOW YOU KNOW",
    "ID",
    "TEXT",
    "WHAT YOU SAW",
    "WHERE",
    "WHO AGREED",
    "WHY",
    "WHY IT MAY STAND",
    "WHY IT MAY STAY",
];

/// Whether a text says something: it can be read, and not that there is nothing to say.
pub fn says_something(text: &str) -> bool {
    let said = text.trim_matches([' ', '\t', '\r', '\n']);
    is_readable(said) && !said.eq_ignore_ascii_case(NOTHING_SAID) && !TO_FILL_IN.contains(&said)
}

/// Whether a character is a letter or digit that can be seen. The four that fill a Korean syllable count as letters, and show nothing.
pub fn is_seen(c: char) -> bool {
    c.is_alphanumeric() && !matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}')
}

/// A count with its noun.
pub fn many<N: fmt::Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    if count == N::from(1) { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// One word of a command line for a POSIX shell; text that is not known to be harmless in a terminal is spelt out before.
pub fn quoted(word: &str) -> String {
    // A name that begins with a dash would be taken for an option.
    let word = if word.starts_with('-') { format!("./{word}") } else { word.to_owned() };
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+=,-".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// A JSON pointer (RFC 6901) from its segments.
pub fn pointer<S: AsRef<str>>(segments: &[S]) -> String {
    segments.iter().map(AsRef::as_ref).fold(String::new(), |mut all, segment| {
        all.push('/');
        if segment.contains(['~', '/']) {
            all.push_str(&segment.replace('~', "~0").replace('/', "~1"));
        } else {
            all.push_str(segment);
        }
        all
    })
}

/// A length of time in seconds, written `90m`, `2h` or `3d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(
    /// Whole seconds.
    pub i64,
);

impl Seconds {
    /// Reads a whole number followed by `m`, `h` or `d`. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let unit = match text.chars().last()? {
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        text[..text.len() - 1].trim().parse::<u32>().ok().map(|n| Self(i64::from(n) * unit))
    }
}

impl From<u64> for Seconds {
    fn from(seconds: u64) -> Self {
        Self(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.unsigned_abs() {
            s if s < 120 => write!(f, "{s} s"),
            s if s < 7_200 => write!(f, "{} min", s / 60),
            s if s < 172_800 => write!(f, "{} h {} min", s / 3_600, s % 3_600 / 60),
            s => write!(f, "{} days", s / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_join_words_with_one_dash() {
        assert_eq!(slug("Group  Coaching (2024)!"), "group-coaching-2024");
        assert_eq!(slug("Être – là"), "être-là");
        assert_eq!(slug("Cafe\u{301} I"), slug("Café I"), "composed or not it is one name");
        assert_eq!((slug("ไม้ เก่า"), slug("ไม เกา"), slug("สิทธิ์")), ("ไม้-เก่า".into(), "ไม-เกา".into(), "สิทธิ์".into()));
        assert_eq!(
            (slug("कि"), slug("İstanbul"), slug("1\u{fe0f}\u{20e3} \u{301}x")),
            ("कि".into(), "istanbul".into(), "1-x".into())
        );
        for spelt in ["Tips & Tricks", "Tips &amp; Tricks", "Tips&#038;Tricks", "Tips\u{a0}&  Tricks"] {
            assert_eq!(slug(spelt), "tips-tricks");
        }
        assert_eq!(slug("It&#8217;s"), slug("It’s"));
        assert_eq!((slug("🎉 ✨"), slug("C++"), slug("C#")), (String::new(), "c".into(), "c".into()));
    }

    #[test]
    fn lengths_of_time_need_a_unit() {
        assert_eq!(Seconds::parse("2h"), Some(Seconds(7_200)));
        assert_eq!(Seconds::parse("2"), None);
        assert_eq!(Seconds::parse("ééh"), None);
    }
}
