//! Who holds what of each offering: one count a cohort, however many contacts go by.

use std::collections::{BTreeMap, HashMap};

use crate::model::population::Questions;
use crate::model::standing::{Cohort, NAMED, Part, Parts, Standings};

/// How many cohorts are kept, of all offerings together: an offering of twelve modules has some twenty that a person could explain. Whoever
/// holds what no cohort is kept for is counted all the same.
const MOST: usize = 65_536;

/// The longest contact ID that is kept to name somebody by.
const LONGEST_ID: usize = 200;

/// What a tag stands for, by its place in the list of meanings; none where no offering has it.
pub(super) type Meaning = Option<usize>;

/// The cohorts so far, and what the contact at hand holds.
pub(super) struct Holding<'q> {
    offerings: Vec<(&'q str, &'q Parts)>,
    /// What each tag of an offering stands for: in which offerings, by their places, and as which part.
    tags: HashMap<&'q str, usize>,
    meanings: Vec<Vec<(usize, Part)>>,
    cohorts: Vec<Kept>,
    kept: usize,
    /// Of the contact at hand.
    now: Vec<(usize, Part)>,
    parts: Vec<Part>,
}

/// The cohorts of one offering.
#[derive(Default)]
struct Kept {
    cohorts: HashMap<Vec<Part>, Cohort>,
    beyond: u64,
    /// How many of those wait for a module.
    waiting_beyond: u64,
}

impl<'q> Holding<'q> {
    pub(super) fn of(questions: &'q Questions) -> Self {
        let offerings: Vec<_> = questions.offerings.iter().map(|(key, parts)| (key.as_str(), parts)).collect();
        let (mut tags, mut meanings) = (HashMap::new(), Vec::<Vec<(usize, Part)>>::new());
        for (at, (_, parts)) in offerings.iter().enumerate() {
            for (tag, part) in &parts.of {
                let meaning = *tags.entry(tag.as_str()).or_insert_with(|| {
                    meanings.push(Vec::new());
                    meanings.len() - 1
                });
                meanings[meaning].push((at, *part));
            }
        }
        let cohorts = offerings.iter().map(|_| Kept::default()).collect();
        Self { offerings, tags, meanings, cohorts, kept: 0, now: Vec::new(), parts: Vec::new() }
    }

    /// What a tag stands for.
    pub(super) fn meaning(&self, tag: &str) -> Meaning {
        self.tags.get(tag).copied()
    }

    /// The contact at hand has a tag of this meaning.
    pub(super) fn has(&mut self, meaning: Meaning) {
        self.now.extend(meaning.into_iter().flat_map(|meaning| &self.meanings[meaning]));
    }

    /// The contact at hand had all its tags.
    pub(super) fn see(&mut self, id: &str) {
        self.now.sort_unstable();
        self.now.dedup();
        for of_one in self.now.chunk_by(|one, next| one.0 == next.0) {
            let at = of_one[0].0;
            self.parts.clear();
            self.parts.extend(of_one.iter().map(|(_, part)| *part));
            let kept = &mut self.cohorts[at];
            if let Some(cohort) = kept.cohorts.get_mut(&*self.parts) {
                count(cohort, id);
            } else if self.kept == MOST {
                kept.beyond += 1;
                kept.waiting_beyond += u64::from(self.offerings[at].1.is_between_modules(&self.parts));
            } else {
                self.kept += 1;
                let mut cohort = Cohort { held: self.parts.clone(), ..Cohort::default() };
                count(&mut cohort, id);
                kept.cohorts.insert(self.parts.clone(), cohort);
            }
        }
        self.now.clear();
    }

    /// Who holds what of each offering, and how many wait for a module of it.
    pub(super) fn done(self) -> (BTreeMap<String, Standings>, BTreeMap<String, u64>) {
        let (mut standings, mut waiting) = (BTreeMap::new(), BTreeMap::new());
        for ((key, parts), kept) in self.offerings.into_iter().zip(self.cohorts) {
            let mut cohorts: Vec<Cohort> = kept.cohorts.into_values().collect();
            cohorts.sort_unstable_by(|one, other| one.held.cmp(&other.held));
            let between = cohorts.iter().filter(|cohort| parts.is_between_modules(&cohort.held));
            let wait = between.map(|cohort| cohort.contacts).sum::<u64>() + kept.waiting_beyond;
            if wait > 0 {
                waiting.insert(key.to_owned(), wait);
            }
            if !cohorts.is_empty() || kept.beyond > 0 {
                standings.insert(key.to_owned(), Standings { cohorts, beyond: kept.beyond });
            }
        }
        (standings, waiting)
    }
}

/// One more of a cohort; the first few are named.
fn count(cohort: &mut Cohort, id: &str) {
    cohort.contacts += 1;
    if cohort.first.len() < NAMED && id.len() <= LONGEST_ID {
        cohort.first.push(id.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn questions() -> Questions {
        let offering = |key: &str, modules: u32| {
            let modules: Vec<_> = (0..=modules)
                .map(|number| serde_json::json!({"number": number, "name": "M", "tag": format!("{key}{number}")}))
                .collect();
            let of = serde_json::json!({"name": key, "modules": modules, "tags": {"base": "shared", "revoke": format!("{key}R")}});
            (key.to_owned(), Parts::of(&serde_json::from_value(of).expect("an offering")))
        };
        Questions { offerings: [offering("a", 2), offering("b", 40)].into(), ..Questions::default() }
    }

    fn see(holding: &mut Holding<'_>, id: &str, tags: &[&str]) {
        for tag in tags {
            let meaning = holding.meaning(tag);
            holding.has(meaning);
        }
        holding.see(id);
    }

    #[test]
    fn a_tag_of_two_offerings_counts_in_both_and_one_that_comes_twice_once() {
        let questions = questions();
        let mut holding = Holding::of(&questions);
        see(&mut holding, "1", &["shared", "a1", "a1", "of nothing"]);
        see(&mut holding, "2", &["a1", "shared"]);
        see(&mut holding, "3", &["bR", "shared"]);
        see(&mut holding, "4", &["of nothing"]);
        let (standings, waiting) = holding.done();
        let cohort = |held: &[Part], contacts, first: &[&str]| Cohort {
            held: held.to_vec(),
            contacts,
            first: first.iter().map(|id| (*id).to_owned()).collect(),
        };
        let a = [cohort(&[Part::Base], 1, &["3"]), cohort(&[Part::Base, Part::Module(1)], 2, &["1", "2"])];
        let b = [cohort(&[Part::Base], 2, &["1", "2"]), cohort(&[Part::Base, Part::Revoke], 1, &["3"])];
        assert_eq!(standings["a"], Standings { cohorts: a.to_vec(), beyond: 0 });
        assert_eq!(standings["b"], Standings { cohorts: b.to_vec(), beyond: 0 });
        assert_eq!(waiting, [("a".to_owned(), 3), ("b".to_owned(), 2)].into());
    }

    #[test]
    fn more_cohorts_than_are_kept_are_counted_and_nobody_who_waits_is_lost() {
        let questions = questions();
        let mut holding = Holding::of(&questions);
        let tags: Vec<String> = (1..=17).map(|number| format!("b{number}")).collect();
        let many = MOST as u64 + 1000;
        for number in 1..=many {
            let held: Vec<&str> = tags
                .iter()
                .enumerate()
                .filter(|(bit, _)| number >> bit & 1 == 1)
                .map(|(_, tag)| tag.as_str())
                .collect();
            see(&mut holding, &number.to_string(), &held);
        }
        let (standings, waiting) = holding.done();
        let b = &standings["b"];
        assert_eq!((b.cohorts.len(), b.beyond), (MOST, 1000));
        assert_eq!(waiting["b"], many, "the last of forty modules is nobody's");
        assert!(b.cohorts.iter().all(|cohort| cohort.first.len() == 1));
    }
}
