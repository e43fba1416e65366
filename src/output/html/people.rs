//! Who loses, gains and waits: of everybody whom a reading has.

use crate::journey::{Fate, everybody};
use crate::model::Grade;
use crate::output::Report;
use crate::output::diff::Changes;
use crate::output::journey::human::in_words;
use crate::output::journey::{FATES, contact, held};

use super::first_of;

/// Most cohorts that are listed.
const MOST: usize = 500;

/// What becomes of members.
pub(super) struct People {
    /// Why nothing is known of them; empty where something is.
    pub(super) unknown: String,
    pub(super) contacts: u64,
    /// How many memberships meet what, the worst first.
    pub(super) sums: Vec<(u64, &'static str, &'static str)>,
    pub(super) cohorts: Vec<Cohort>,
    pub(super) more: usize,
}

/// Members who hold the same of an offering, and for whom something differs.
pub(super) struct Cohort {
    pub(super) contacts: u64,
    pub(super) offering: String,
    pub(super) module: String,
    pub(super) becomes: String,
    pub(super) why: String,
    pub(super) held: String,
    pub(super) first: String,
    pub(super) bad: bool,
}

impl People {
    pub(super) fn of(report: &Report<'_>, changes: Option<&Changes<'_>>) -> Self {
        let unknown =
            |why: &str| Self { unknown: why.to_owned(), contacts: 0, sums: Vec::new(), cohorts: Vec::new(), more: 0 };
        let (Some(plan), Some(reading), Some(after)) = (report.plan, report.reading, report.after) else {
            return unknown("no site was read");
        };
        let Some(census) = changes.and_then(|changes| changes.census) else {
            return match reading.grade("contact") {
                Grade::Unknown(why) => unknown(&why),
                _ => unknown("no population is next to the site"),
            };
        };
        let all = everybody(plan, (&reading.state, after), census);
        let counts = all.counts();
        let sums = FATES.iter().filter_map(|(word, says)| Some((*counts.get(word)?, *says, *word))).collect();
        let differing = all.cohorts.iter().filter(|cohort| cohort.fate != Fate::Same);
        let (cohorts, more) = first_of(differing, MOST);
        let cohort = |of: &crate::journey::Fated| Cohort {
            contacts: of.contacts,
            offering: of.name.clone(),
            module: of.module.as_ref().map(|(_, name)| name.clone()).unwrap_or_default(),
            becomes: in_words(&of.fate),
            why: if let Fate::Unknown(why) = &of.fate { why.clone() } else { String::new() },
            held: held(&of.held, reading.state.offerings.get(&of.offering)),
            first: of.first.iter().map(|id| contact(id, report.show_personal)).collect::<Vec<_>>().join(", "),
            bad: matches!(of.fate, Fate::Loses | Fate::WaitsForEver | Fate::Unknown(_)),
        };
        Self {
            unknown: String::new(),
            contacts: all.contacts,
            sums,
            cohorts: cohorts.into_iter().map(cohort).collect(),
            more,
        }
    }
}
