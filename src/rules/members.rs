//! What a rule may know of the site's members: what the one pass over all of them answered.

use super::facts::{Facts, Known};
use super::files::MembersFile;
use crate::model::Grade;
use crate::model::population::{Census, OfNobody};

impl<'a> Facts<'a> {
    /// What the population answered about contacts.
    pub fn census(&self) -> Known<&'a Census> {
        self.population_section("contact")?;
        self.inputs.census
    }

    /// The order forms that subscriptions still charge through, with how many do. Where no subscription was captured there is nothing to
    /// compare with, which is no fact.
    pub fn subscribed_forms(&self) -> impl Iterator<Item = (&'a String, &'a u64)> + use<'a> {
        let is_captured = self.inputs.census.is_some() && self.capture("subscription").is_known();
        if is_captured {
            self.population_section("subscription");
        }
        let census = self.inputs.census.filter(|_| is_captured);
        census.into_iter().flat_map(|census| &census.subscribed)
    }

    /// The files that hold the site's members, and how many addresses can be a person's, if a population was captured.
    pub fn members_files(&self) -> (&'a [MembersFile], Option<u64>) {
        (self.inputs.members_files, self.inputs.census.map(|census| census.addresses))
    }

    /// Whether a kind of the population was captured: `contact`, `order` or `subscription`.
    pub fn population_section(&self, section: &str) -> Known<()> {
        let grade = match (self.capture(section), self.inputs.census) {
            (grade, None) if grade.is_known() => {
                let has_one = self.inputs.before.is_some_and(|before| before.population.is_some());
                Grade::Unknown(if has_one { NOT_HERE } else { "no population is next to the snapshot" }.to_owned())
            }
            (grade, _) => grade,
        };
        let known = grade.is_known();
        self.note(section, grade);
        known.then_some(())
    }

    /// What the population answered about several of its kinds: all of them were captured.
    pub fn of_population(&self, sections: &[&str]) -> Known<&'a Census> {
        let known = sections.iter().map(|section| self.population_section(section)).fold(Some(()), Option::and);
        self.inputs.census.filter(|_| known.is_some())
    }

    /// How many contacts there are, where they were captured: a size is no fault, so where nobody counted nothing is missing.
    pub fn members_counted(&self) -> Option<u64> {
        let is_captured = self.inputs.census.is_some() && self.capture("contact").is_known();
        is_captured.then(|| self.census()).flatten().map(|census| census.members)
    }

    /// What belongs to nobody; unknown where there are more members than a census remembers.
    pub fn of_nobody(&self, census: &'a Census) -> Known<&'a OfNobody> {
        if census.of_nobody.is_none() {
            self.note(
                "contact",
                Grade::Unknown("there are more contacts than can be remembered one by one".to_owned()),
            );
        }
        census.of_nobody.as_ref()
    }
}

/// Why nothing is known of members whose digest the site has.
pub(super) const NOT_HERE: &str = "the private file of the population is not here";
