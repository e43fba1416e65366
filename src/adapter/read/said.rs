//! What is said of a site's words that mean nothing to an adapter, and in which words.

use super::View;
use super::lacking::{is_word, shape};
use super::rule::At;
use crate::adapter::raw::Raw;

/// The kinds whose rows are of people: a site's file quotes none of them.
const OF_PEOPLE: [&str; 3] = ["contact", "order", "subscription"];

impl View<'_> {
    /// Why a word of the site means nothing. A site's file holds the reason, so only what looks like a word of a vocabulary stands in it, and nothing
    /// of a row of people.
    pub(super) fn strange(&self, raw: &Raw, at: &At<'_>) -> String {
        let word = raw.word();
        let of_people = at.own.is_some() || at.of.is_some_and(|(kind, _)| OF_PEOPLE.contains(&kind));
        if of_people {
            if let (Some(word), Some((kind, field)), None) = (&word, at.of, at.own) {
                self.words.borrow_mut().take(kind, field, word);
            }
            return "the site has a word there that the adapter does not know".to_owned();
        }
        match word {
            Some(word) if is_word(&word) => {
                format!("the site has `{word}` there, a word that the adapter does not know")
            }
            Some(word) => format!("the site has {} there, which the adapter does not know", shape(&word)),
            None => "the site has something else than a word there".to_owned(),
        }
    }
}
