//! What a member sees of an offering on which day, before the switch and after it.
//!
//! Pure: offerings, a plan's words for them and what members hold go in; days come out. *Before* is the site as it was read, under its CRM.
//! *After* is what the plan intends: the site with the plan's changes made, on Managed Contacts, with what the plan says becomes of members
//! who are between two modules. Days are whole, and count from the release.
//!
//! The model of timers is [`MODEL`]: each of its statements says whether it is documented, seen in code or inferred, and none of them was
//! measured on a running AccessAlly. What a reading did not capture is [`When::Unknown`] with the reason; it never reads as "keeps access".

mod cohort;
mod course;
mod fate;
mod member;
mod model;
mod opening;
mod owed;
mod parity;
mod possible;
mod released;

#[cfg(test)]
mod laws;

pub use cohort::{Everybody, Fated, everybody};
pub use course::{Course, Intent, Stage, Timer, Treatment};
pub use fate::Fate;
pub use member::Member;
pub use model::{MODEL, Premise, words};
pub use opening::{By, Opening, When};
pub use owed::{Due, Owing, Released};
pub use parity::{DAYS, Parity};
pub use possible::{Between, Possible, Seen, possible};
pub use released::Releasing;

use crate::model::standing::Part;
use opening::Openings;

/// How many modules are followed for all cohorts together: of a thousand offerings with twelve modules and twenty cohorts each. A site that
/// has more was made to keep a reader busy.
const MOST_FOLLOWED: u64 = 300_000;

/// What is left of the modules that may be followed.
#[derive(Debug)]
pub struct Allowed(u64);

impl Default for Allowed {
    fn default() -> Self {
        Self(MOST_FOLLOWED)
    }
}

impl Allowed {
    /// Why nothing is known once it is spent.
    pub const SPENT: &str = "there are more modules and cohorts than are followed";

    /// Whether another member of this offering can be followed.
    pub fn follow(&mut self, course: &Course) -> bool {
        let left = self.0.checked_sub(course.modules.len() as u64 + 1);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

/// A contact ID by which whoever has the list of members finds somebody, and nobody else does: the second half of it, and no more than four
/// characters.
pub fn shortened(id: &str) -> String {
    let count = id.chars().count();
    let shown = (count / 2).min(4);
    format!("…{}", id.chars().skip(count - shown).collect::<String>())
}

/// Whether a page can be opened on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It can.
    Open,
    /// It cannot.
    Closed,
    /// Nobody knows.
    Unknown,
}

/// A module of an offering, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number.
    pub number: u32,
    /// Its name, as the site has it after the switch.
    pub name: String,
    /// When it opens on the site as it was read.
    pub before: Opening,
    /// When it opens as the plan intends it.
    pub after: Opening,
    /// What becomes of it for the member.
    pub fate: Fate,
}

/// What a member sees of an offering, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// Each module in its order.
    pub steps: Vec<Step>,
    /// The day of the switch.
    pub today: u32,
    /// From which day on everything is closed, before and after: revoked, or the wrap-up module has opened.
    pub closed_from: [Option<u32>; 2],
    /// Whether the member holds the tag that opens everything, before and after.
    pub instant: [bool; 2],
}

/// An offering on both sides of the switch.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// As it was read.
    pub before: &'a Course,
    /// As the plan's changes leave it.
    pub after: &'a Course,
    /// What the plan says of it beyond that.
    pub intent: &'a Intent,
    /// Whether the site is on Managed Contacts already, so that no CRM opens anything before either.
    pub managed: bool,
}

impl Sides<'_> {
    /// What a member sees of the offering.
    pub fn journey(&self, member: &Member) -> Journey {
        self.journey_between(member, member)
    }

    /// The same of a member who is seen on both sides, each with the tags that they have there. A module that only one side has never
    /// opens on the other.
    pub fn journey_between(&self, member: &Member, member_after: &Member) -> Journey {
        let before = self.before.openings(member, self.managed);
        let after = self.after.openings_after(member_after, self.intent, &before);
        let gone = self.before.modules.iter().filter(|of| !after.contains_key(&of.number));
        let closed_from = [(self.before, &before, member), (self.after, &after, member_after)].map(closed_from);
        let instant = [member, member_after].map(|member| member.has(Part::Instant));
        let today = member.today();
        let steps = self.after.modules.iter().chain(gone).map(|stage| {
            let (before, after) = (at(&before, stage.number), at(&after, stage.number));
            let seen = |of: &Opening, side: usize| match (closed_from[side], instant[side]) {
                (Some(0), _) => Opening::never("everything is closed"),
                (_, true) => Opening::already(),
                (from, false) => of.until(from),
            };
            // What closes the rest is no page that somebody waits for: the later it comes, the longer they have the others.
            let fate = match self.after.wrap_up == Some(stage.number) {
                true => Fate::between(&before, &after).of_what_closes(),
                false => Fate::between(&seen(&before, 0), &seen(&after, 1)),
            };
            Step { number: stage.number, name: stage.name.clone(), before, after, fate }
        });
        Journey { steps: steps.collect(), today, closed_from, instant }
    }
}

/// From which day on everything of an offering is closed to a member.
fn closed_from((course, openings, member): (&Course, &Openings, &Member)) -> Option<u32> {
    let wrap_up = course.wrap_up.and_then(|number| match at(openings, number).when {
        When::Already => Some(0),
        when => when.day(),
    });
    let revoked = if member.has(Part::Revoke) { Some(0) } else { member.revoked_on };
    wrap_up.into_iter().chain(revoked).min()
}

/// The opening of a module; one that is not there never opens.
fn at(openings: &Openings, number: u32) -> Opening {
    openings.get(&number).cloned().unwrap_or_else(|| Opening::never("the site has no such module"))
}

impl Journey {
    /// Whether the page of a module can be opened on a day, before and after. Until the day of the switch both are the same.
    pub fn access(&self, step: &Step, day: u32) -> [Access; 2] {
        let of = |opening: &Opening, side: usize| {
            if self.closed_from[side].is_some_and(|from| day >= from) {
                return Access::Closed;
            }
            if self.instant[side] {
                return Access::Open;
            }
            match opening.when {
                When::Already if day >= self.today => Access::Open,
                When::On(from) if day >= from => Access::Open,
                When::On(_) | When::Never => Access::Closed,
                When::Already | When::Someday | When::Unknown => Access::Unknown,
            }
        };
        let before = of(&step.before, 0);
        [before, if day < self.today { before } else { of(&step.after, 1) }]
    }

    /// The first day on which a module differs, and its place among the steps; the day is none where nothing says on which day it does. None where
    /// nothing differs.
    pub fn first_difference(&self) -> Option<(usize, Option<u32>)> {
        let differing = self.steps.iter().enumerate().filter(|(_, step)| step.fate.differs());
        let days = differing.map(|(at, step)| {
            let known = [&step.before, &step.after].into_iter().filter_map(|opening| opening.when.day());
            let now = (step.before.open != step.after.open).then_some(self.today);
            (at, known.filter(|day| *day >= self.today).chain(now).min())
        });
        days.min_by_key(|(at, day)| (day.unwrap_or(u32::MAX), *at))
    }

    /// The worst of what becomes of the modules, and whose it is, by its place among the steps.
    pub fn worst(&self) -> Option<(usize, &Fate)> {
        let fates = self.steps.iter().map(|step| &step.fate).enumerate();
        fates.min_by_key(|(at, fate)| (fate.rank(), *at))
    }

    /// The last day on which anything opens or closes, on either side.
    pub fn last_day(&self) -> u32 {
        let openings = self.steps.iter().flat_map(|step| [&step.before, &step.after]);
        let days = openings.filter_map(|opening| opening.when.day()).chain(self.closed_from.into_iter().flatten());
        days.chain([self.today]).max().unwrap_or(0)
    }
}
