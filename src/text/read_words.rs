//! The words of a text as somebody reads them, however they are written: what is spelt out, unseen or in another form counts as what it shows.

use std::ops::Range;

use icu_normalizer::ComposingNormalizerBorrowed;

use super::spelt::{Read, read};

/// Most characters of what stands between `<` and `>` inside a word.
const LONGEST_TAG: usize = 80;

/// The words of a text, letters and digits alone, in small letters and in one form, each with its bytes. A word that markup divides is
/// there as a whole, and so is each of its parts.
pub fn words_as_read(text: &str) -> Vec<(String, Range<usize>)> {
    if text.is_ascii()
        && !text.contains(['\\', '&', '%', '<', '\''])
        && !text.bytes().any(|byte| byte.is_ascii_control())
    {
        return plain(text);
    }
    let all = read(text, 0);
    let mut words = runs(&all);
    let bare = without_tags(&all);
    if bare.len() < all.len() {
        words.extend(runs(&bare).into_iter().filter(|(_, at)| text[at.clone()].contains('<')));
    }
    words
}

/// Of a text in which every character is what it shows.
fn plain(text: &str) -> Vec<(String, Range<usize>)> {
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| (word.to_ascii_lowercase(), start(word)..start(word) + word.len())).collect()
}

/// The runs of letters and digits, with the marks on them.
fn runs(all: &[Read]) -> Vec<(String, Range<usize>)> {
    let is_part = |it: &Read| it.c.is_alphanumeric() || matches!(it.c, '\u{300}'..='\u{36f}');
    let normal = ComposingNormalizerBorrowed::new_nfkc();
    let runs = all.split(|it| !is_part(it)).filter(|run| !run.is_empty());
    let word = |run: &[Read]| normal.normalize(&run.iter().map(|it| it.c).collect::<String>()).to_lowercase();
    runs.map(|run| (word(run), run[0].start..run[run.len() - 1].end)).collect()
}

/// What is left without markup.
fn without_tags(all: &[Read]) -> Vec<Read> {
    let (mut bare, mut at) = (Vec::with_capacity(all.len()), 0);
    while let Some(it) = all.get(at) {
        let inside = &all[at + 1..];
        let is_tag = it.c == '<'
            && inside.first().is_some_and(|next| next.c.is_ascii_alphabetic() || matches!(next.c, '/' | '!'));
        match inside.iter().take(LONGEST_TAG).position(|it| it.c == '>').filter(|_| is_tag) {
            Some(end) => at += end + 2,
            None => {
                bare.push(*it);
                at += 1;
            }
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_however_it_is_written() {
        for zoe in [
            "Zoë",
            "ZOË",
            "Zoe\u{308}",
            "Zo%C3%AB",
            "Zo\u{200b}ë",
            "Zo&#235;",
            "Zo\\u00eb",
            "Ｚｏë",
            "Zo<b>ë</b>",
            "<i>Zo</i><b>ë</b>",
            "Zo<!-- -->ë",
            "Zo\u{1b}[1më\u{1b}[0m",
        ] {
            let text = format!("! {zoe} 7");
            let words = words_as_read(&text);
            let found = words.iter().find(|(word, _)| word == "zoë").unwrap_or_else(|| panic!("{text}: {words:?}"));
            assert!(found.1.start >= 2 && found.1.end <= 2 + zoe.len(), "{text}: {words:?}");
            assert!(words.iter().any(|(word, at)| word == "7" && &text[at.clone()] == "7"), "{text}");
        }
        let words = |text: &str| words_as_read(text).into_iter().map(|(word, _)| word).collect::<Vec<_>>();
        assert_eq!(words("a < b > c, A-1"), ["a", "b", "c", "a", "1"]);
        assert_eq!(words("tag<br>Next"), ["tag", "br", "next", "tagnext"]);
        assert_eq!(words(""), Vec::<String>::new());
    }
}
