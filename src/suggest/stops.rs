//! What keeps a verdict from being green, each known again in a text that says something otherwise.

use std::collections::BTreeMap;

use crate::rules::Judgement;
use crate::text::{Correction, child};

/// Something that keeps a verdict from being green.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stop {
    /// The rule's id, or the code of the shape check.
    pub rule: String,
    /// Where, as the plan names it before any edit: a JSON pointer.
    pub at: String,
    /// Whether a fact is missing, rather than something wrong.
    pub unproven: bool,
}

/// All of them, each with how often it is there and where it stands in the text that was judged.
#[derive(Clone, Debug, Default)]
pub(super) struct Stops(BTreeMap<Stop, (usize, String)>);

impl Stops {
    /// Of a judgement of a text in which these corrections were made, in this order.
    pub(super) fn of<'c>(judgement: &Judgement, made: impl DoubleEndedIterator<Item = &'c Correction> + Clone) -> Self {
        let mut all = Self::default();
        for finding in judgement.stops() {
            let now = finding.primary.place.pointer().unwrap_or_default();
            let at = unedited(now, made.clone());
            let stop = Stop { rule: finding.rule.clone(), at, unproven: finding.unproven };
            all.0.entry(stop).or_insert_with(|| (0, now.to_owned())).0 += 1;
        }
        all
    }

    /// Those that others lack, or have less often; each with where it stands in the text that was judged.
    pub(super) fn beyond<'s>(&'s self, others: &Self) -> impl Iterator<Item = (&'s Stop, &'s str)> {
        let had = |stop: &Stop| others.0.get(stop).map_or(0, |(count, _)| *count);
        self.0.iter().filter(move |(stop, (count, _))| *count > had(stop)).map(|(stop, (_, now))| (stop, now.as_str()))
    }

    /// Takes in what another text showed.
    pub(super) fn join(&mut self, others: &Self) {
        for (stop, (count, now)) in &others.0 {
            let had = self.0.entry(stop.clone()).or_insert_with(|| (0, now.clone()));
            had.0 = had.0.max(*count);
        }
    }
}

/// A pointer as it was before these corrections, which were made in this order.
pub(super) fn unedited<'c>(pointer: &str, made: impl DoubleEndedIterator<Item = &'c Correction>) -> String {
    made.rev().fold(pointer.to_owned(), before)
}

/// A pointer as it was before a correction.
fn before(pointer: String, correction: &Correction) -> String {
    let Correction::Key { at, to } = correction else { return pointer };
    let Some((parent, _)) = at.rsplit_once('/') else { return pointer };
    match below(&pointer, &child(parent, to)) {
        Some(rest) => format!("{at}{rest}"),
        None => pointer,
    }
}

/// What follows a place in a pointer to it, or to what is in it.
pub(super) fn below<'p>(pointer: &'p str, place: &str) -> Option<&'p str> {
    pointer.strip_prefix(place).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_known_again_under_another_key() {
        let to = |at: &str, to: &str| Correction::Key { at: at.to_owned(), to: to.to_owned() };
        let made = [to("/oferings", "offerings"), to("/offerings/a~1b", "c~d")];
        let all = |pointer: &str| unedited(pointer, made.iter());
        assert_eq!(all("/offerings/c~0d/name"), "/oferings/a~1b/name");
        assert_eq!(all("/offerings/c~0d"), "/oferings/a~1b");
        assert_eq!(all("/offerings/c~0dx"), "/oferings/c~0dx");
        assert_eq!(all("/order_forms/x"), "/order_forms/x");
    }
}
