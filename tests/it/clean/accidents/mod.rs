//! Accidents that are believable, each planted somewhere in a clean site: the rule that names the right thing speaks, at the
//! right place, and no other error does but those that follow from the accident, each with the reason.

mod calendar;
mod forms;
mod members;
mod offerings;
mod safety;
mod webhooks;

use std::collections::BTreeSet;

use amc_plan::diag::Severity;
use amc_plan::model::plan::SiteRole;
use amc_plan::model::text::pointer;
use amc_plan::rules::Phase;

use crate::common::by_turns;

use super::chance::Chance;
use super::loud;
use super::site::{Clean, Facts, Size};
use super::stages::Stage;

/// Something that went wrong on a site, or in its plan.
pub(super) struct Accident {
    /// What happened.
    pub(super) what: &'static str,
    /// Where it is looked for: which site, how far the switch is, and the gate.
    pub(super) at: (SiteRole, Stage, Phase),
    /// The rule that names it.
    pub(super) rule: &'static str,
    /// Other errors that follow from it, each with the reason.
    pub(super) also: &'static [(&'static str, &'static str)],
    /// Plants it; the places of the plan at which the rule has to speak. None where the site has no room for it.
    pub(super) plant: fn(&mut Clean, &mut Chance) -> Option<Vec<String>>,
}

pub(super) const CONFIGURE: (SiteRole, Stage, Phase) = (SiteRole::Staging, Stage::Found, Phase::Configure);
pub(super) const FIT: (SiteRole, Stage, Phase) = (SiteRole::Staging, Stage::Found, Phase::Fit);
pub(super) const MIGRATE: (SiteRole, Stage, Phase) = (SiteRole::Staging, Stage::Changed, Phase::Migrate);
pub(super) const GO_LIVE: (SiteRole, Stage, Phase) = (SiteRole::Staging, Stage::Migrated, Phase::GoLive);

/// One place, made of a plan's keys.
pub(super) fn at<const N: usize>(path: [&str; N]) -> Option<Vec<String>> {
    Some(vec![pointer(&path)])
}

pub(super) fn all() -> impl Iterator<Item = &'static Accident> {
    [offerings::ALL, forms::ALL, webhooks::ALL, safety::ALL, calendar::ALL, members::ALL].into_iter().flatten()
}

/// How large the sites are into which accidents are planted: large enough for every kind of offering, small enough for many.
const SIZES: [Size; 3] =
    [Size { members: 7, offerings: 10 }, Size { members: 24, offerings: 14 }, Size { members: 1, offerings: 18 }];

/// With which seeds the search for a site begins: one of them each time, all where `CASES` is set.
const BEGINNINGS: u64 = 40;

/// What is wrong with how an accident in the site of a seed is found; `None`: the site has no room for it.
fn missed(accident: &Accident, seed: u64, size: Size) -> Option<Vec<String>> {
    let mut clean = Clean::draw(seed, size, Facts::Captured);
    // To read live beside its copy takes as long as all the rest.
    // What live's log alone shows is missing to whoever does not read live.
    let needs_live = accident.rule.starts_with("copy-")
        || ["not-on-site", "leave-alone-unknown", "webhook-not-in-plan"].contains(&accident.rule);
    clean.compares = needs_live || seed.is_multiple_of(4);
    let wanted: BTreeSet<String> =
        (accident.plant)(&mut clean, &mut Chance::new(seed ^ 0xacc1_de47))?.into_iter().collect();
    let (role, stage, gate) = accident.at;
    let judgement = clean.judged_at(role, stage, &[gate]).remove(0);
    let place = |found: &amc_plan::diag::Finding| found.primary.place.pointer().unwrap_or_default().to_owned();
    let due = || loud(&judgement).filter(|found| found.due);
    let named: BTreeSet<String> =
        due().filter(|found| found.rule == accident.rule && !found.unproven).map(&place).collect();
    let mut wrong = Vec::new();
    if named != wanted {
        wrong.push(format!("`{}` speaks at {named:?}, and should at {wanted:?}", accident.rule));
    }
    let may = |rule: &str| rule == accident.rule || accident.also.iter().any(|(also, _)| *also == rule);
    let others = due().filter(|found| found.severity == Severity::Error && !may(&found.rule));
    wrong.extend(others.map(|found| format!("{} at {}: {}", found.rule, place(found), found.message)));
    Some(wrong)
}

#[test]
fn an_accident_in_a_clean_site_is_found_where_it_is_and_nothing_else() {
    let (is_all, turn) = by_turns("CASES");
    let turn = u64::try_from(turn).unwrap();
    let begins = if is_all { 0..BEGINNINGS } else { turn % BEGINNINGS..turn % BEGINNINGS + 1 };
    let mut wrong = Vec::new();
    for (accident, first) in all().flat_map(|accident| begins.clone().map(move |first| (accident, first))) {
        // Where a site has no room for it, the next seed's has.
        let tried = (first..first + 300).find_map(|seed| {
            let size = SIZES[usize::try_from(seed % 3).unwrap()];
            missed(accident, seed, size).map(|wrong| (seed, size, wrong))
        });
        let Some((seed, size, found)) = tried else {
            wrong.push(format!("{}: no site of the seeds from {first} has room for it", accident.what));
            continue;
        };
        if !found.is_empty() {
            wrong.push(format!("{} (seed {seed}, {size:?}):\n  {}", accident.what, found.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{} accidents:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_accident_is_named_once_and_by_a_rule_that_there_is() {
    let whats: BTreeSet<&str> = all().map(|accident| accident.what).collect();
    assert_eq!(whats.len(), all().count(), "two accidents have one name");
    for accident in all() {
        for rule in accident.also.iter().map(|(rule, _)| *rule).chain([accident.rule]) {
            assert!(amc_plan::rules::by_id(rule).is_some(), "{}: no rule is called `{rule}`", accident.what);
        }
    }
}
