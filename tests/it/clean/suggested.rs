//! What is suggested for a plan with an accident and slips in it, on any clean site: what it is suggested for is gone, nothing new comes,
//! and each edit is needed. Nothing is believed of what the search says of itself: every text is judged again.

use std::collections::BTreeSet;

use amc_plan::diag::Answer;
use amc_plan::model::Plan;
use amc_plan::rules::{Judgement, Phase};
use amc_plan::suggest::{BOUNDS, Suggestion, suggest};
use amc_plan::text::{Correction, Limits, Source, compose, corrected};

use crate::common::by_turns;

use super::accidents::{self, Accident};
use super::chance::Chance;
use super::site::{Clean, Facts, Size};
use super::stages::Seen;

/// Words of a plan and how they are mistyped, each so that it cannot be another one; and a key that hides a whole section.
const SLIPS: [(&str, &str); 9] = [
    ("\nofferings:", "\noferings:"),
    ("\norder_forms:", "\norder_froms:"),
    ("\nwebhooks:", "\nwebhoks:"),
    ("    access_through:", "    acces_through:"),
    ("    custom_operation:", "    custom_operatoin:"),
    ("    modules:", "    moduls:"),
    (": order-form\n", ": order-fomr\n"),
    ("    name:", "    nmae:"),
    ("    calls:", "    cals:"),
];

/// A plan's text with a few slips.
fn with_slips(text: &str, chance: &mut Chance) -> String {
    let mut text = format!("# by hand\n{text}");
    for _ in 0..chance.below(4) {
        let (right, wrong) = *chance.of(&SLIPS);
        let places: Vec<usize> = text.match_indices(right).map(|(at, _)| at).collect();
        let Some(at) = chance.any(places) else { continue };
        text.replace_range(at..at + right.len(), wrong);
    }
    text
}

struct Tried<'c> {
    clean: &'c Clean,
    seen: &'c Seen,
    gate: Phase,
}

impl Tried<'_> {
    fn judge(&self, text: &str) -> Judgement {
        let (tree, problems) = compose(&Source::new("plan.yaml", text), &Limits::default());
        assert!(problems.is_empty(), "{problems:?}\n{text}");
        let (plan, found): (Plan, _) = amc_plan::shape::plan(&tree.unwrap());
        self.clean.judged_as(self.seen, (&plan, found), self.gate)
    }

    /// What stops the verdict of a text.
    fn stops(&self, text: &str) -> BTreeSet<(String, String)> {
        let stops = self.judge(text);
        let place = |found: &amc_plan::diag::Finding| found.primary.place.pointer().unwrap_or_default().to_owned();
        stops.stops().map(|found| (found.rule.clone(), place(found))).collect()
    }

    /// The text with those of these corrections that can be made.
    fn made<'e>(&self, text: &str, edits: impl Iterator<Item = &'e [Correction]>) -> String {
        edits.fold(text.to_owned(), |text, edit| {
            let better = corrected(&Source::new("plan.yaml", &*text), edit, &Limits::default());
            better.map_or(text, |better| better.text)
        })
    }
}

/// What is wrong with what is suggested for a text that should say what `right` says but for the form.
fn wrong(tried: &Tried<'_>, (text, right): (&str, &str), suggestion: &Suggestion) -> Vec<String> {
    let mut wrong = Vec::new();
    let (before, after, hidden) = (tried.stops(text), tried.stops(&suggestion.text), tried.stops(right));
    let edits: Vec<&[Correction]> = suggestion.edits.iter().map(|needed| &needed.edit.remedy.corrections[..]).collect();
    if tried.made(text, edits.iter().copied()) != suggestion.text {
        wrong.push("the edits do not lead to the text".to_owned());
    }
    let known: BTreeSet<_> = before.union(&hidden).cloned().collect();
    wrong.extend(after.difference(&known).map(|new| format!("new: {new:?}")));
    for needed in &suggestion.edits {
        let (rule, at) = (needed.edit.rule.clone(), needed.edit.place.pointer().unwrap_or_default().to_owned());
        if after.contains(&(rule.clone(), at.clone())) {
            wrong.push(format!("suggested for, and still there: {rule} at {at}"));
        }
        if needed.edit.remedy.answer == Answer::Decision {
            wrong.push(format!("a person decides it: {rule} at {at}"));
        }
    }
    for index in 0..edits.len() {
        let others = edits.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, edit)| *edit);
        let without = tried.stops(&tried.made(text, others));
        if without.is_subset(&after) {
            wrong.push(format!("not needed: {:?}", edits[index]));
        }
    }
    if suggestion.reached.is_some() || !suggestion.is_irreducible() {
        wrong.push(format!("a bound: {:?}", suggestion.reached));
    }
    wrong
}

/// Tries an accident in the site of a seed; none where the site has no room for it. The number of edits, and what is wrong with them.
fn tried(accident: &Accident, seed: u64) -> Option<(usize, Vec<String>)> {
    let size = Size { members: 7, offerings: 6 + usize::try_from(seed % 5).unwrap() };
    let mut clean = Clean::draw(seed, size, Facts::Captured);
    clean.compares = false;
    let mut chance = Chance::new(seed ^ 0x5e1f);
    (accident.plant)(&mut clean, &mut chance)?;
    let (role, stage, gate) = accident.at;
    let seen = clean.seen(role, stage);
    let right = serde_yaml::to_string(&serde_json::to_value(&clean.plan).unwrap()).unwrap();
    let text = with_slips(&right, &mut chance);
    let tried = Tried { clean: &clean, seen: &seen, gate };
    let suggestion = suggest(&text, &Limits::default(), BOUNDS, &mut |text| tried.judge(text));
    let wrong = wrong(&tried, (&text, &right), &suggestion);
    Some((suggestion.edits.len(), wrong))
}

#[test]
fn each_suggested_edit_is_needed_and_brings_nothing_new() {
    let (mut wrong, mut edits) = (Vec::new(), 0);
    // Each text is judged some ten times, so every third accident is tried, others each time.
    let (is_all, turn) = by_turns("CASES");
    for accident in accidents::all().skip(if is_all { 0 } else { turn % 3 }).step_by(if is_all { 1 } else { 3 }) {
        for first in super::seeds(1, 40) {
            let Some((seed, (count, found))) =
                (first..first + 60).find_map(|seed| Some((seed, tried(accident, seed)?)))
            else {
                continue;
            };
            edits += count;
            wrong.extend(found.iter().map(|what| format!("{} (seed {seed}): {what}", accident.what)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(edits > 10, "only {edits} edits were suggested at all");
}
