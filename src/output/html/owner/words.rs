//! The sentences of the owner's pages: a file a language (`words/`), by one list of keys.

use std::collections::BTreeMap;

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
}

impl Language {
    /// What a browser calls it.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::English => include_str!("words/en.toml"),
            Self::German => include_str!("words/de.toml"),
        }
    }
}

/// The sentences of a language.
pub(super) struct Words {
    all: BTreeMap<String, String>,
}

impl Words {
    /// Those of a language.
    pub(super) fn of(language: Language) -> Self {
        // That each file can be read is held by a test.
        Self { all: toml::from_str(language.file()).unwrap_or_default() }
    }

    /// The sentence of this key, where there is one.
    pub(super) fn known(&self, key: &str) -> Option<&str> {
        self.all.get(key).map(String::as_str)
    }

    /// The sentence of this key.
    pub(super) fn say(&self, key: &str) -> String {
        self.known(key).unwrap_or(key).to_owned()
    }

    /// The sentence of this key, with words in the place of those in braces.
    pub(super) fn fill(&self, key: &str, with: &[(&str, &str)]) -> String {
        let sentence = self.say(key);
        let (mut out, mut rest) = (String::new(), sentence.as_str());
        // From left to right, so that nothing is filled into what was filled in.
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, after)) = after.split_once('}') else { break };
            out.push_str(with.iter().find(|(is, _)| *is == name).map_or("", |(_, word)| word));
            rest = after;
        }
        out + rest
    }

    /// The same of so many: of one by the key's own sentence for it.
    pub(super) fn count(&self, key: &str, count: u64, with: &[(&str, &str)]) -> String {
        let of_one = format!("{key}_one");
        let key = if count == 1 && self.all.contains_key(&of_one) { &of_one } else { key };
        let number = count.to_string();
        self.fill(key, &[with, &[("count", number.as_str())]].concat())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The words in braces of a sentence.
    fn braces(sentence: &str) -> BTreeSet<&str> {
        sentence.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
    }

    #[test]
    fn every_language_has_every_sentence_with_the_same_words_to_fill_in() {
        let [english, german] = [Language::English, Language::German].map(Words::of);
        assert!(english.all.len() > 150, "{}", english.all.len());
        let keys = |words: &Words| words.all.keys().cloned().collect::<BTreeSet<String>>();
        assert_eq!(keys(&english), keys(&german));
        for (key, sentence) in &english.all {
            assert_eq!(braces(sentence), braces(&german.all[key]), "{key}");
            assert!(!german.all[key].is_empty(), "{key}");
        }
    }

    #[test]
    fn every_sentence_is_said_somewhere_and_no_other_is() {
        let code =
            [include_str!("mod.rs"), include_str!("before.rs"), include_str!("cancel.rs"), include_str!("after.rs")]
                .concat();
        let quoted: BTreeSet<&str> = code.split('"').skip(1).step_by(2).collect();
        // What a name is put behind.
        let families = ["fate_", "step_", "saw_", "care_", "by_", "unproven_", "decision_"];
        let words = Words::of(Language::English);
        for key in words.all.keys() {
            let family = families.iter().any(|family| key.starts_with(family));
            let plain = key.strip_suffix("_one").unwrap_or(key);
            assert!(family || quoted.contains(plain), "nothing says `{key}`");
        }
    }

    #[test]
    fn nothing_is_filled_into_what_was_filled_in() {
        let words = Words { all: BTreeMap::from([("k".to_owned(), "a {x} b {y} {z}".to_owned())]) };
        assert_eq!(words.fill("k", &[("x", "{y}"), ("y", "1")]), "a {y} b 1 ");
        assert_eq!(words.say("none"), "none");
    }
}
