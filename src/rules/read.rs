//! What a rule asked of the site, and how well the answer is known.

use std::mem;

use crate::model::Grade;

/// One fact that a rule asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The fact's name: a kind of object, or a kind and a field.
    pub fact: String,
    /// How well it is known.
    pub grade: Grade,
}

impl Read {
    /// Each fact once, in order. An unknown answer is never covered up by a known one.
    pub(super) fn by_fact(mut all: Vec<Self>) -> Vec<Self> {
        all.sort_by(|a, b| a.fact.cmp(&b.fact));
        all.dedup_by(|later, first| {
            let is_same = later.fact == first.fact;
            if is_same && !later.grade.is_known() {
                mem::swap(later, first);
            }
            is_same
        });
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_answer_stays_whatever_is_asked_before_and_after_it() {
        let read = |fact: &str, grade: Grade| Read { fact: fact.to_owned(), grade };
        let (known, unknown) = (Grade::Captured("rest"), Grade::Unknown("why".to_owned()));
        for grades in [[&known, &known, &unknown], [&known, &unknown, &known], [&unknown, &known, &known]] {
            let mut all = vec![read("plugin", known.clone())];
            all.extend(grades.map(|grade| read("crm: connected", grade.clone())));
            let wanted = [read("crm: connected", unknown.clone()), read("plugin", known.clone())];
            assert_eq!(Read::by_fact(all), wanted);
        }
    }
}
