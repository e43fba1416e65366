//! Everybody: what becomes of each cohort of each offering, the worst first.

use std::collections::BTreeMap;

use super::course::{Course, Intent};
use super::fate::Fate;
use super::member::Member;
use super::{Allowed, Sides};
use crate::model::State;
use crate::model::plan::Plan;
use crate::model::population::{Census, ContactField};
use crate::model::standing::{Part, Standings};
use crate::model::state::Offering;

/// What becomes of a cohort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fated {
    /// The offering, by key.
    pub offering: String,
    /// The offering's name on the site.
    pub name: String,
    /// What the members hold of it.
    pub held: Vec<Part>,
    /// The number and name of the module of which it is the worst; none where nothing is known of modules.
    pub module: Option<(u32, String)>,
    /// The worst that becomes of a module.
    pub fate: Fate,
    /// How many members they are.
    pub contacts: u64,
    /// The first few of them, by contact ID.
    pub first: Vec<String>,
}

/// What becomes of everybody. Whoever is a member of two offerings counts in both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Everybody {
    /// Each cohort, the worst first, and of those alike the largest.
    pub cohorts: Vec<Fated>,
    /// How many contacts there are, members of something or not.
    pub contacts: u64,
}

impl Everybody {
    /// How many memberships meet this kind of fate, by its word.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for cohort in &self.cohorts {
            *counts.entry(cohort.fate.word()).or_default() += cohort.contacts;
        }
        counts
    }
}

/// What becomes of everybody whom a census counted on the site before.
pub fn everybody(plan: &Plan, (before, after): (&State, &State), census: &Census) -> Everybody {
    let managed = before.is_managed();
    let unread = census.unknown.contains(&ContactField::Tags);
    let (mut cohorts, mut allowed) = (Vec::new(), Allowed::default());
    for (key, offering) in &before.offerings {
        let of = Of { key, offering, managed };
        let intent = Intent::of(plan, key);
        let standings = census.standings.get(key);
        // Without the offering's own tags nobody knows who is revoked, or has everything.
        match standings {
            _ if unread => cohorts.push(of.unknown(census.members, "the tags were not read of all contacts")),
            _ if offering.tags.is_unknown() => {
                cohorts.push(of.unknown(census.members, "the offering's tags were not captured"));
            }
            Some(standings) => {
                cohorts.extend(of.fates(after.offerings.get(key), &intent, standings, &mut allowed));
            }
            None => {}
        }
    }
    cohorts.sort_by(|one: &Fated, other| {
        (one.fate.rank(), std::cmp::Reverse(one.contacts)).cmp(&(other.fate.rank(), std::cmp::Reverse(other.contacts)))
    });
    Everybody { cohorts, contacts: census.members }
}

/// An offering whose members are looked at.
struct Of<'a> {
    key: &'a str,
    offering: &'a Offering,
    managed: bool,
}

impl Of<'_> {
    /// That nothing is known of so many contacts.
    fn unknown(&self, contacts: u64, why: &str) -> Fated {
        Fated {
            offering: self.key.to_owned(),
            name: self.offering.name.clone(),
            held: Vec::new(),
            module: None,
            fate: Fate::Unknown(why.to_owned()),
            contacts,
            first: Vec::new(),
        }
    }

    fn fates(
        &self,
        after: Option<&Offering>,
        intent: &Intent,
        standings: &Standings,
        allowed: &mut Allowed,
    ) -> Vec<Fated> {
        let sides = Course::of(self.offering).zip(after.and_then(Course::of));
        let beyond = (standings.beyond > 0)
            .then(|| self.unknown(standings.beyond, "there are more cohorts than are kept apart"));
        let each = standings.cohorts.iter().map(|cohort| {
            let (module, fate) = match &sides {
                None => (None, Fate::Unknown("the offering's modules were not captured".to_owned())),
                Some((before, _)) if !allowed.follow(before) => (None, Fate::Unknown(Allowed::SPENT.to_owned())),
                Some((before, after)) => {
                    let sides = Sides { before, after, intent, managed: self.managed };
                    let journey = sides.journey(&Member::holding(cohort.held.iter().copied()));
                    let worst = journey.worst().map(|(at, fate)| {
                        let step = &journey.steps[at];
                        (Some((step.number, step.name.clone())), fate.clone())
                    });
                    worst.unwrap_or((None, Fate::Same))
                }
            };
            Fated {
                held: cohort.held.clone(),
                module,
                fate,
                contacts: cohort.contacts,
                first: cohort.first.clone(),
                ..self.unknown(0, "")
            }
        });
        each.chain(beyond).collect()
    }
}
