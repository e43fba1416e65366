//! Whether anybody loses access: every member before, with the tags that they have after, day by day.

use std::collections::{BTreeSet, HashMap};

use super::course::{Course, Intent};
use super::member::Member;
use super::{Access, Allowed, Sides, shortened};
use crate::model::State;
use crate::model::plan::Plan;
use crate::model::standing::{Counterexample, Part, Parts};

/// Days from the switch that are looked at.
pub const DAYS: u32 = 180;

/// Most counterexamples that are named.
const NAMED: usize = 20;

/// What becomes of a member in an offering.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Keeps,
    Loses { day: u32, module: u32, name: String },
    Unproven(String),
}

/// Everybody so far.
#[derive(Debug)]
pub struct Parity<'a> {
    offerings: Vec<Pair<'a>>,
    managed: bool,
    known: HashMap<(usize, Vec<Part>, Vec<Part>), Verdict>,
    allowed: Allowed,
    /// How many members were looked at.
    pub members: u64,
    /// How many of them lose access on some day.
    pub losing: u64,
    /// Of how many it is not proven.
    pub unproven: u64,
    /// The first few who lose access.
    pub counterexamples: Vec<Counterexample>,
    /// Why it is not proven, each reason once.
    pub reasons: BTreeSet<String>,
}

/// An offering on both sides.
#[derive(Debug)]
struct Pair<'a> {
    key: &'a str,
    parts: [Parts; 2],
    courses: Result<[Course; 2], String>,
    intent: Intent,
}

/// Most combinations of what members hold that are kept, so that a hostile population takes no more memory than that.
const KEPT: usize = 65_536;

impl<'a> Parity<'a> {
    /// Nobody yet, of a plan over a site before and after.
    pub fn of(plan: &Plan, before: &'a State, after: &State) -> Self {
        let offerings = before.offerings.iter().map(|(key, offering)| {
            let then = after.offerings.get(key);
            let unread = |side: &str| format!("the modules or tags of `{key}` were not captured {side}");
            let course = |of: Option<&crate::model::state::Offering>, side| match of {
                Some(of) if !of.tags.is_unknown() => Course::of(of).ok_or_else(|| unread(side)),
                Some(_) => Err(unread(side)),
                None => Err(format!("the site after has no offering `{key}`")),
            };
            let courses = course(Some(offering), "before").and_then(|one| Ok([one, course(then, "after")?]));
            let parts = [Parts::of(offering), then.map(Parts::of).unwrap_or_default()];
            Pair { key, parts, courses, intent: Intent::of(plan, key) }
        });
        Self {
            offerings: offerings.collect(),
            managed: before.is_managed(),
            known: HashMap::new(),
            allowed: Allowed::default(),
            members: 0,
            losing: 0,
            unproven: 0,
            counterexamples: Vec::new(),
            reasons: BTreeSet::new(),
        }
    }

    /// Looks at a member: their tags before and after; none after where they are not there.
    pub fn see(&mut self, id: &str, before: &[&str], after: Option<&[&str]>) {
        self.members += 1;
        let (mut loses, mut unproven) = (false, false);
        for at in 0..self.offerings.len() {
            let pair = &self.offerings[at];
            let held = pair.parts[0].held(before.iter().copied());
            if held.is_empty() {
                continue;
            }
            let then = pair.parts[1].held(after.into_iter().flatten().copied());
            match self.verdict(at, held, then) {
                Verdict::Keeps => {}
                Verdict::Unproven(why) => {
                    unproven = true;
                    if self.reasons.len() < NAMED {
                        self.reasons.insert(why);
                    }
                }
                Verdict::Loses { day, module, name } => {
                    loses = true;
                    if self.counterexamples.len() < NAMED {
                        let offering = self.offerings[at].key.to_owned();
                        self.counterexamples.push(Counterexample {
                            contact: shortened(id),
                            offering,
                            module,
                            name,
                            day,
                        });
                    }
                }
            }
        }
        self.losing += u64::from(loses);
        self.unproven += u64::from(unproven && !loses);
    }

    fn verdict(&mut self, at: usize, held: Vec<Part>, then: Vec<Part>) -> Verdict {
        let of = (at, held, then);
        if let Some(known) = self.known.get(&of) {
            return known.clone();
        }
        let pair = &self.offerings[at];
        let is_spent = pair.courses.as_ref().is_ok_and(|[before, _]| !self.allowed.follow(before));
        let verdict = match is_spent {
            true => Verdict::Unproven(Allowed::SPENT.to_owned()),
            false => judged(pair, self.managed, &of.1, &of.2),
        };
        if self.known.len() < KEPT {
            self.known.insert(of, verdict.clone());
        }
        verdict
    }
}

/// The first day on which a page is open before and not known to be open after. A day on which nobody knows whether it would have been open
/// proves nothing.
fn judged(pair: &Pair<'_>, managed: bool, held: &[Part], then: &[Part]) -> Verdict {
    let [before, after] = match &pair.courses {
        Ok(courses) => courses,
        Err(why) => return Verdict::Unproven(why.clone()),
    };
    let sides = Sides { before, after, intent: &pair.intent, managed };
    let journey = sides.journey_between(&Member::holding(held.iter().copied()), &Member::holding(then.iter().copied()));
    let mut verdict = Verdict::Keeps;
    let ends = journey.steps.iter().flat_map(|step| [&step.before, &step.after]).filter_map(|of| of.when.day());
    let changes: BTreeSet<u32> = ends.chain(journey.closed_from.into_iter().flatten()).chain([0]).collect();
    // Between two days on which something opens or closes nothing does.
    for day in changes.into_iter().filter(|day| *day <= DAYS) {
        for step in &journey.steps {
            match journey.access(step, day) {
                [Access::Open, Access::Closed] => {
                    return Verdict::Loses { day, module: step.number, name: step.name.clone() };
                }
                [Access::Open | Access::Unknown, Access::Unknown] | [Access::Unknown, Access::Closed]
                    if verdict == Verdict::Keeps =>
                {
                    let why = [&step.after, &step.before].into_iter().find_map(|of| of.why());
                    let why = why.unwrap_or("nobody knows on which day it opens");
                    verdict =
                        Verdict::Unproven(format!("`{}`, module {} `{}`: {why}", pair.key, step.number, step.name));
                }
                _ => {}
            }
        }
    }
    verdict
}
