//! Where a member stands in an offering, as their tags show it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::drip::Drip;
use super::state::{Module, Offering};

/// What of an offering a tag stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The base module (part `base`, seen in code).
    Base,
    /// A further module, by its number.
    Module(
        /// The module's number.
        u32,
    ),
    /// Everything at once, whatever the timers say (part `instant`; documented).
    Instant,
    /// Nothing: it beats every other tag (part `revoke`; documented).
    Revoke,
}

/// The tags of an offering, each with what it stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// In the order base, modules, instant, revoke.
    pub of: Vec<(String, Part)>,
    /// The parts of each tag.
    by_tag: HashMap<String, Vec<Part>>,
    /// The parts whose tags begin a wait for the next module, and those whose tags end it, as [`Drip`] has them.
    begun: BTreeSet<Part>,
    over: BTreeSet<Part>,
}

impl Parts {
    /// The tags of an offering, as far as they were captured.
    pub fn of(offering: &Offering) -> Self {
        let modules = offering.modules.set().map_or(&[][..], Vec::as_slice);
        let of = Self::list(modules, offering.tags.set());
        let drip = Drip::of(offering).unwrap_or_default();
        let whose = |tags: &[String]| {
            let tags: HashSet<&str> = tags.iter().map(String::as_str).collect();
            of.iter().filter(|(tag, _)| tags.contains(tag.as_str())).map(|(_, part)| *part).collect()
        };
        let (begun, over) = (whose(&drip.begun), whose(&drip.over));
        let mut by_tag = HashMap::<String, Vec<Part>>::new();
        of.iter().for_each(|(tag, part)| by_tag.entry(tag.clone()).or_default().push(*part));
        Self { of, by_tag, begun, over }
    }

    /// What whoever has these tags holds, in order.
    pub fn held<'t>(&self, tags: impl IntoIterator<Item = &'t str>) -> Vec<Part> {
        let held: BTreeSet<Part> = tags.into_iter().filter_map(|tag| self.by_tag.get(tag)).flatten().copied().collect();
        held.into_iter().collect()
    }

    fn list(modules: &[Module], tags: Option<&BTreeMap<String, String>>) -> Vec<(String, Part)> {
        let part = |name: &str, part| tags.and_then(|tags| tags.get(name)).map(|tag| (tag.clone(), part));
        let base = tags.and_then(|tags| tags.get("base"));
        let own = modules.iter().filter_map(|module| Some((module.number, module.tag.set()?)));
        // A base module that has a tag of its own beside the base tag is opened by either.
        let own = own.filter(|(number, tag)| *number != 0 || Some(*tag) != base);
        let of_modules =
            own.map(|(number, tag)| (tag.clone(), if number == 0 { Part::Base } else { Part::Module(number) }));
        let first = part("base", Part::Base).into_iter().chain(of_modules);
        first.chain(part("instant", Part::Instant)).chain(part("revoke", Part::Revoke)).collect()
    }

    /// Whether a member who holds these parts waits for a module.
    pub fn is_between_modules(&self, held: &[Part]) -> bool {
        held.iter().any(|part| self.begun.contains(part)) && !held.iter().any(|part| self.over.contains(part))
    }
}

/// Members who hold the same parts of an offering.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohort {
    /// What they hold, in order.
    pub held: Vec<Part>,
    /// How many they are.
    pub contacts: u64,
    /// The first few of them, by contact ID.
    #[serde(default)]
    pub first: Vec<String>,
}

/// How many of a cohort are named.
pub const NAMED: usize = 3;

/// Everybody who holds anything of an offering.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standings {
    /// Each cohort, by what it holds.
    pub cohorts: Vec<Cohort>,
    /// How many hold what no cohort was kept for: there are more cohorts than any offering has.
    pub beyond: u64,
}

/// A member who loses access, as the parity certificate names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counterexample {
    /// The contact ID, shortened.
    pub contact: String,
    /// The offering, by key.
    pub offering: String,
    /// The number of the module.
    pub module: u32,
    /// The module's name.
    pub name: String,
    /// The first of the days on which they would have it and do not, counted from the switch.
    pub day: u32,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use serde_json::json;

    use super::*;

    fn course() -> Offering {
        serde_json::from_value(
            json!({"name": "Course", "tags": {"base": "B", "instant": "I", "revoke": "R"}, "modules": [
                {"number": 0, "name": "Welcome", "tag": "B"},
                {"number": 4, "name": "Goals", "tag": "G"},
                {"number": 2, "name": "Open", "tag": null},
                {"number": 7, "name": "Last", "tag": "L"},
            ]}),
        )
        .unwrap()
    }

    #[test]
    fn each_tag_of_an_offering_is_one_part_of_it() {
        let parts = Parts::of(&course());
        let wanted = [
            ("B", Part::Base),
            ("G", Part::Module(4)),
            ("L", Part::Module(7)),
            ("I", Part::Instant),
            ("R", Part::Revoke),
        ];
        assert_eq!(parts.of, wanted.map(|(tag, part)| (tag.to_owned(), part)));
    }

    #[test]
    fn whoever_holds_an_early_module_and_not_the_last_waits_unless_everything_is_open_or_closed() {
        let parts = Parts::of(&course());
        for (held, waits) in [
            (&[][..], false),
            (&[Part::Base], true),
            (&[Part::Module(4)], true),
            (&[Part::Base, Part::Module(7)], false),
            (&[Part::Base, Part::Instant], false),
            (&[Part::Base, Part::Revoke], false),
        ] {
            assert_eq!(parts.is_between_modules(held), waits, "{held:?}");
        }
    }
}
