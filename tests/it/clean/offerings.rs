//! What a clean site offers, and what a plan says of it: offerings of every kind, archived ones, their modules, timers and tags.

use std::collections::{BTreeMap, BTreeSet};

use amc_plan::model::keyed::{key_with_id, name_key};
use amc_plan::model::plan::{AccessThrough, MembersBetweenModules, ModuleIntent, OfferingIntent};
use amc_plan::model::state::{Module, Offering, Tag};
use amc_plan::model::{Field, Plan, Release, State};
use serde_json::Map;

use super::chance::Chance;

const FIRST: [&str; 14] = [
    "Group", "Deep", "Quiet", "Bold", "Morning", "Inner", "Creative", "Mindful", "Money", "Studio", "Business",
    "Family", "Garden", "Voice",
];
const SECOND: [&str; 11] = [
    "Coaching",
    "Foundations",
    "Circle",
    "Academy",
    "Retreat",
    "Intensive",
    "Membership",
    "Masterclass",
    "Bootcamp",
    "Library",
    "Journey",
];
/// Names as they stand on real sites, which no key spells as they are.
const ODD: [&str; 7] =
    ["Être – là", "C++ & Ruby", "R&D: Café", "Курс «Сад»", "日本語 入門", "100% You", "Voice-Over (for Beginners)"];
const MODULES: [&str; 8] =
    ["Goals", "Habits", "Boundaries", "Money & Time", "Visibility", "Q&A", "Über mich", "Celebration"];

/// Why an archived offering is left alone; `true`: it may have members.
pub(super) const REASONS: [(&str, bool); 6] = [
    ("archived and without members", false),
    ("archived in 2021, no members since", false),
    ("archived, no new members are taken", true),
    ("an old course, whose members keep what they have", true),
    ("archived: no membership is sold for it any more, whoever has it keeps it", true),
    ("recordings of a summit, no student owes anything for them", true),
];

/// Every way in which members come to an offering.
pub(super) const WAYS: [AccessThrough; 6] = [
    AccessThrough::OrderForm,
    AccessThrough::OptIn,
    AccessThrough::Bundle,
    AccessThrough::Team,
    AccessThrough::Invitation,
    AccessThrough::ByHand,
];

/// Hands out names, keys and numbers, each once.
pub(super) struct Register {
    next: u32,
    keys: BTreeSet<String>,
    /// Whether two things may have one name, as the key then holds the ID of one.
    pub(super) shares_names: bool,
}

impl Register {
    pub(super) fn new(shares_names: bool) -> Self {
        Self { next: 11, keys: BTreeSet::new(), shares_names }
    }

    /// Key and ID for a name, which gets a number where it is taken and the site has no two of one name.
    pub(super) fn enter(&mut self, kind: &str, name: &mut String) -> (String, String) {
        self.next += 1;
        let id = self.next.to_string();
        let mut key = name_key(name);
        let is_taken = |all: &BTreeSet<String>, key: &str| all.contains(&format!("{kind}/{key}"));
        if is_taken(&self.keys, &key) && self.shares_names {
            key = key_with_id(name, Some(&id)).unwrap();
        } else if is_taken(&self.keys, &key) {
            name.push_str(&format!(" {id}"));
            key = name_key(name);
        }
        assert!(self.keys.insert(format!("{kind}/{key}")), "the generator gave `{key}` twice");
        (key, id)
    }
}

/// Draws offerings into plan and site.
pub(super) fn draw(chance: &mut Chance, register: &mut Register, count: usize, plan: &mut Plan, site: &mut State) {
    for nth in 0..count {
        let mut name = if chance.percent(8) {
            (*chance.of(&ODD)).to_owned()
        } else {
            format!("{} {}", chance.of(&FIRST), chance.of(&SECOND))
        };
        let (key, id) = register.enter("offering", &mut name);
        let way = WAYS.get(nth).copied().or_else(|| (!chance.percent(12)).then(|| *chance.of(&WAYS)));
        let (offering, intent) = one(chance, (&name, &key, &id), way.unwrap_or(AccessThrough::ByHand), plan);
        if way.is_some() {
            plan.offerings.insert(key.clone(), intent);
        } else {
            plan.leave_alone.offerings.insert(key.clone(), chance.of(&REASONS).0.to_owned());
        }
        for tag in tags_of(&offering) {
            site.tags.insert(tag, Tag::default());
        }
        site.offerings.insert(key, offering);
    }
}

/// Every tag of an offering.
pub(super) fn tags_of(offering: &Offering) -> Vec<String> {
    let own = offering.tags.set().into_iter().flat_map(BTreeMap::values).cloned();
    own.chain(offering.modules.set().into_iter().flatten().filter_map(|module| module.tag.set().cloned())).collect()
}

/// How the modules of an offering open.
#[derive(Clone, Copy)]
enum Opening {
    AtOnce,
    ByTimers,
    /// By timers, and the last one takes access away again.
    WrappedUp,
    ByHand,
    Mixed,
}

const OPENINGS: [Opening; 6] =
    [Opening::AtOnce, Opening::ByTimers, Opening::ByTimers, Opening::WrappedUp, Opening::ByHand, Opening::Mixed];

fn one(
    chance: &mut Chance,
    (name, key, id): (&str, &str, &str),
    access_through: AccessThrough,
    plan: &Plan,
) -> (Offering, OfferingIntent) {
    let opening = *chance.of(&OPENINGS);
    let further = if matches!(opening, Opening::WrappedUp) { 2 + chance.below(4) } else { chance.below(6) };
    let tag = |part: &str| format!("{key}_{part}").replace([' ', '-'], "_");
    let mut modules =
        vec![Module { number: 0, name: "Welcome".to_owned(), release: Field::Nothing, ..Module::default() }];
    modules[0].tag = Field::Nothing;
    let mut intents = vec![ModuleIntent { base: Some("Welcome".to_owned()), ..ModuleIntent::default() }];
    let mut number = 0;
    for at in 0..further {
        // A module that was deleted leaves its number free.
        number += if chance.percent(8) { 2 } else { 1 };
        let is_wrap_up = matches!(opening, Opening::WrappedUp) && at + 1 == further;
        let module = if is_wrap_up { "Wrap-up".to_owned() } else { format!("{} {number}", chance.of(&MODULES)) };
        let wanted = if is_wrap_up { after(chance) } else { release(chance, opening) };
        let is_left_to_the_site = wanted != Release::ByHand && chance.percent(12);
        let found = if is_left_to_the_site { Field::Set(wanted.clone()) } else { found(chance, &wanted) };
        let owner = (wanted == Release::ByHand).then(|| chance.any(plan.people.keys()).unwrap().clone());
        let place = u32::try_from(at + 1).unwrap();
        intents.push(ModuleIntent {
            module: Some(module.clone()),
            number: (number != place).then_some(number),
            release: (!is_left_to_the_site).then_some(wanted),
            owner,
            ..ModuleIntent::default()
        });
        let own = Field::Set(tag(&format!("Module_{number}")));
        modules.push(Module { number, name: module, release: found, tag: own, extra: Map::new() });
    }
    let mut parts = vec![("base", tag("Base_Access")), ("revoke", tag("Revoke_Access"))];
    if chance.percent(80) {
        parts.push(("instant", tag("Instant_Access")));
    }
    let is_timed = intents.iter().zip(&modules).any(|(intent, module)| {
        let release = intent.release.as_ref().or(module.release.set());
        matches!(release, Some(Release::After { .. }))
    });
    let none = chance.percent(30);
    let treatment = if none { MembersBetweenModules::None } else { MembersBetweenModules::CompleteByHand };
    let offering = Offering {
        id: Some(id.to_owned()),
        name: name.to_owned(),
        system: Field::Set(plan.crm.name.to_lowercase()),
        modules: Field::Set(modules),
        tags: Field::Set(parts.into_iter().map(|(part, tag)| (part.to_owned(), tag)).collect()),
        extra: Map::new(),
    };
    let members_between_modules = is_timed.then_some(treatment);
    (offering, OfferingIntent { name: name.to_owned(), access_through, modules: intents, members_between_modules })
}

fn after(chance: &mut Chance) -> Release {
    Release::After { days: *chance.of(&[1, 2, 7, 7, 7, 14, 28, 30, 91]) }
}

fn release(chance: &mut Chance, opening: Opening) -> Release {
    match opening {
        Opening::AtOnce => Release::Immediately,
        Opening::ByTimers | Opening::WrappedUp => after(chance),
        Opening::ByHand => Release::ByHand,
        Opening::Mixed => match chance.below(3) {
            0 => Release::Immediately,
            1 => Release::ByHand,
            _ => after(chance),
        },
    }
}

/// What the site has before the plan's changes: whatever the CRM left there. No shorter timer than the plan's: whoever waits would wait
/// longer, and that is a warning.
fn found(chance: &mut Chance, wanted: &Release) -> Field<Release> {
    match chance.below(10) {
        0 | 1 => Field::Set(Release::ByHand),
        2 => Field::Set(match (after(chance), wanted) {
            (Release::After { days: found }, Release::After { days: wanted }) => {
                Release::After { days: found.max(*wanted) }
            }
            (found, _) => found,
        }),
        3 => Field::Nothing,
        _ => Field::Set(wanted.clone()),
    }
}
