//! What is said of a site's words that mean nothing to an adapter, and in which words.

use super::View;
use super::lacking::{is_word, shape};
use super::rule::At;
use crate::adapter::explain::of_rule;
use crate::adapter::raw::Raw;
use crate::model::adapter::{Plain, Rule};
use crate::model::population;

impl View<'_> {
    /// Why a word of the site means nothing. A site's file holds the reason, so only what looks like a word of a vocabulary stands in it, and nothing
    /// of a row of people.
    pub(super) fn strange(&self, raw: &Raw, at: &At<'_>) -> String {
        let word = raw.word();
        let of_people = at.own.is_some() || at.of.is_some_and(|(kind, _)| population::KINDS.contains(&kind));
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
    /// Notes that an adapter's own value stands for an option, or a part of one, that is not on the site: its name may be misspelt.
    pub(super) fn took(&self, default: &Plain, rule: &Rule, at: &At<'_>) {
        let home = at.home.cloned().unwrap_or_default();
        let all = rule
            .any
            .iter()
            .chain(&rule.first)
            .chain(rule.any.is_empty().then_some(rule).filter(|rule| rule.first.is_empty()));
        let option = |one: &&Rule| one.from.as_ref().or(rule.from.as_ref()).unwrap_or(&home).option.is_some();
        let (Some((kind, field)), true) = (at.of, all.into_iter().any(|one| option(&one))) else { return };
        let place = of_rule(rule, &home);
        self.notes.borrow_mut().insert(format!(
            "{kind} `{field}`: nothing is stored in {place}, so it is taken to be `{default}`, as the adapter has it"
        ));
    }
}
