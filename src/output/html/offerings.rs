//! The offerings, each with its timeline and with what a buyer sees on which day.

use std::collections::{BTreeMap, BTreeSet};

use crate::journey::{Course, Intent, Member, Opening, Sides, Step, When};
use crate::model::state::Offering;
use crate::output::Report;
use crate::output::diff::Changes;
use crate::output::journey::human::in_words;
use crate::output::journey::{model_in_words, opening};

use super::timeline::Timeline;

/// Most modules that are drawn, of all offerings together.
const MODULES: usize = 40_000;

/// Most days that the slider has.
const SLIDER: u32 = 3_650;

/// All offerings of the site.
pub(super) struct All {
    pub(super) cards: Vec<Card>,
    pub(super) differing: usize,
    /// Those that there was no room for.
    pub(super) more: usize,
    pub(super) model: String,
}

/// An offering.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) key: String,
    pub(super) differs: bool,
    /// Why nothing is drawn; empty where something is.
    pub(super) unknown: &'static str,
    pub(super) timeline: Option<Timeline>,
    /// The last day of the slider.
    pub(super) days: u32,
    pub(super) modules: Vec<Module>,
}

/// A module for a buyer who is released after the switch, day 0 being the release.
pub(super) struct Module {
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) sides: [Side; 2],
    pub(super) becomes: String,
    pub(super) differs: bool,
}

/// One side of a module.
pub(super) struct Side {
    pub(super) name: &'static str,
    pub(super) words: String,
    pub(super) why: String,
    /// For the slider: a day, `never` or `unknown`.
    pub(super) from: String,
}

impl All {
    /// The offerings of the site that was read; none where none was.
    pub(super) fn of(plan_at: usize, report: &Report<'_>, changes: Option<&Changes<'_>>) -> Option<Self> {
        let (plan, reading, after) = (report.plan?, report.reading?, report.after?);
        let before = &reading.state.offerings;
        let managed = changes.is_some_and(|changes| changes.switched) || reading.state.is_managed();
        let keys: BTreeSet<&String> = before.keys().chain(after.offerings.keys()).collect();
        let (mut cards, mut left) = (Vec::new(), MODULES);
        for key in keys {
            let of = Of { before: before.get(key), after: after.offerings.get(key), managed };
            let size = of.after.or(of.before).and_then(|offering| offering.modules.set()).map_or(0, Vec::len) + 1;
            let Some(rest) = left.checked_sub(size) else { continue };
            left = rest;
            cards.push(of.card(format!("p{plan_at}o{}", cards.len()), key, &Intent::of(plan, key)));
        }
        // What differs is what a reviewer came for.
        cards.sort_by_key(|card| !card.differs);
        let all: BTreeMap<&String, ()> = before.keys().chain(after.offerings.keys()).map(|key| (key, ())).collect();
        let differing = cards.iter().filter(|card| card.differs).count();
        Some(Self { more: all.len() - cards.len(), cards, differing, model: model_in_words() })
    }
}

struct Of<'a> {
    before: Option<&'a Offering>,
    after: Option<&'a Offering>,
    managed: bool,
}

impl Of<'_> {
    fn card(&self, id: String, key: &str, intent: &Intent) -> Card {
        // What is not there has no module, and what was not captured is unknown.
        let course = |side: Option<&Offering>| match side {
            None => Some(Course { modules: Vec::new(), wrap_up: None }),
            Some(offering) => Course::of(offering),
        };
        let name = self.after.or(self.before).map(|offering| offering.name.clone()).unwrap_or_default();
        let blank = Card {
            id,
            name,
            key: key.to_owned(),
            differs: false,
            unknown: "",
            timeline: None,
            days: 0,
            modules: Vec::new(),
        };
        let Some((before, after)) = course(self.before).zip(course(self.after)) else {
            let unknown = "its modules were not captured, so nothing is known of its days";
            return Card { unknown, ..blank };
        };
        let sides = Sides { before: &before, after: &after, intent, managed: self.managed };
        let journey = sides.journey(&Member { released: Some(0), to_come: true, ..Member::default() });
        Card {
            differs: journey.steps.iter().any(|step| step.fate.differs()),
            unknown: if journey.steps.is_empty() { "it has no modules" } else { "" },
            timeline: (!journey.steps.is_empty()).then(|| Timeline::of(&journey)),
            days: journey.last_day().saturating_add(1).min(SLIDER),
            modules: journey.steps.iter().map(module).collect(),
            ..blank
        }
    }
}

fn module(step: &Step) -> Module {
    let side = |name, of: &Opening| Side {
        name,
        words: opening(of),
        why: of.why().unwrap_or_default().to_owned(),
        from: match of.when {
            When::On(day) => day.to_string(),
            When::Already => "0".to_owned(),
            When::Never => "never".to_owned(),
            When::Someday | When::Unknown => "unknown".to_owned(),
        },
    };
    Module {
        number: step.number,
        name: step.name.clone(),
        sides: [side("before", &step.before), side("after", &step.after)],
        becomes: in_words(&step.fate),
        differs: step.fate.differs(),
    }
}
