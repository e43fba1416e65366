//! What is due to members who are between two modules, on which day: what a person opens after the switch.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::Sides;
use super::course::{Course, Intent, Treatment};
use super::member::Member;
use super::opening::{By, When};
use super::released::Releasing;
use crate::model::State;
use crate::model::plan::Plan;
use crate::model::population::Person;
use crate::model::standing::{Part, Parts};
use crate::model::state::Offering;

/// A module that is due to a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The contact ID.
    pub contact: String,
    /// The offering, by key.
    pub offering: String,
    /// The number of the module.
    pub number: u32,
    /// The module's name.
    pub module: String,
    /// The tag that opens it; empty where it was not captured.
    pub tag: String,
    /// The day on which it is due; none where nobody knows it.
    pub day: Option<Date>,
    /// What the day comes from, or why there is none.
    pub from: String,
}

/// The days of releases as somebody else's list has them, by contact ID and offering.
pub type Released = BTreeMap<(String, String), Date>;

/// A plan over a site, whose members are looked at one by one.
#[derive(Debug)]
pub struct Owing<'a> {
    plan: &'a Plan,
    offerings: Vec<Owed<'a>>,
    managed: bool,
}

/// An offering of which a person opens what is due.
#[derive(Debug)]
struct Owed<'a> {
    key: &'a str,
    parts: Parts,
    courses: Option<(Course, Course)>,
    intent: Intent,
    offering: &'a Offering,
    /// The tag of each module, by its number.
    tags: BTreeMap<u32, &'a str>,
    releasing: Releasing<'a>,
}

impl<'a> Owing<'a> {
    /// The offerings of a plan with `members_between_modules: complete-by-hand`, as the site has them before and after the plan's changes.
    pub fn of(plan: &'a Plan, before: &'a State, after: &'a State) -> Self {
        let by_hand = before.offerings.iter().filter_map(|(key, offering)| {
            let intent = Intent::of(plan, key);
            let courses = Course::of(offering).zip(after.offerings.get(key).and_then(Course::of));
            let modules = offering.modules.set().map_or(&[][..], Vec::as_slice);
            let tags = modules.iter().filter_map(|module| Some((module.number, module.tag.set()?.as_str()))).collect();
            let owed = Owed {
                key,
                tags,
                parts: Parts::of(offering),
                courses,
                intent,
                offering,
                releasing: Releasing::of(plan, before, key),
            };
            (owed.intent.between == Treatment::CompleteByHand).then_some(owed)
        });
        let managed = before.is_managed();
        Self { plan, offerings: by_hand.collect(), managed }
    }

    /// Whether anything can be due to whoever has these tags.
    pub fn concerns(&self, tags: &[&str]) -> bool {
        self.offerings.iter().any(|of| of.parts.is_between_modules(&of.held(tags)))
    }

    /// The offerings whose modules or tags were not captured, so that nobody knows to whom anything is due.
    pub fn unread(&self) -> impl Iterator<Item = &'a str> + '_ {
        let is_unread = |of: &&Owed<'a>| of.courses.is_none() || of.offering.tags.is_unknown();
        self.offerings.iter().filter(is_unread).map(|of| of.key)
    }

    /// What is due to a member, module by module, as of this day.
    pub fn due(&self, id: &str, person: &Person, released: &Released, today: Date) -> Vec<Due> {
        let tags: Vec<&str> = person.contact.tags.iter().map(String::as_str).collect();
        let of_each = self.offerings.iter().flat_map(|of| {
            let held = of.held(&tags);
            let waits = of.parts.is_between_modules(&held);
            let listed = released.get(&(id.to_owned(), of.key.to_owned())).copied();
            let since = match person.repeated {
                true => Err("more than one contact has this ID".to_owned()),
                false => of.releasing.day(&person.orders, listed, today),
            };
            if waits { self.of_one(of, id, held, since, today) } else { Vec::new() }
        });
        of_each.collect()
    }

    fn of_one(
        &self,
        of: &Owed<'_>,
        id: &str,
        held: Vec<Part>,
        since: Result<(Date, String), String>,
        today: Date,
    ) -> Vec<Due> {
        let Some((before, after)) = &of.courses else { return Vec::new() };
        let sides = Sides { before, after, intent: &of.intent, managed: self.managed };
        let days = since.as_ref().ok().and_then(|(day, _)| u32::try_from(day.until(today).ok()?.get_days()).ok());
        let member = Member { released: days, ..Member::holding(held) };
        let journey = sides.journey(&member);
        let waiting = journey.steps.iter().filter(|step| !step.after.open && step.after.when != When::Never);
        let due = waiting.map(|step| {
            let (day, from) = match (&since, step.after.when, &step.after.by) {
                (_, When::Someday, By::Person(Some(who))) => (None, format!("no timer opens it: {who} decides")),
                (Err(why), ..) => (None, why.clone()),
                (Ok((since, from)), When::On(day), _) => (since.checked_add(i64::from(day).days()).ok(), from.clone()),
                (Ok(_), When::Unknown, _) => (None, step.after.why().unwrap_or_default().to_owned()),
                (Ok(_), ..) => (None, "nobody knows on which day the module before it was opened".to_owned()),
            };
            let tag = of.tags.get(&step.number).copied().unwrap_or_default().to_owned();
            let (contact, offering) = (id.to_owned(), of.key.to_owned());
            Due { contact, offering, number: step.number, module: step.name.clone(), tag, day, from }
        });
        due.collect()
    }

    /// The plan that says of whom a person opens what is due.
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }
}

impl Owed<'_> {
    fn held(&self, tags: &[&str]) -> Vec<Part> {
        self.parts.held(tags.iter().copied())
    }
}
