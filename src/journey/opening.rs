//! When each module opens for a member: the chain of timers, from the release on.

use std::collections::BTreeMap;

use super::course::{Course, Intent, Stage, Timer, Treatment};
use super::member::Member;
use crate::model::standing::Part;

/// On which day a module opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The member has it on the day of the switch, since a day that nobody knows.
    Already,
    /// On this day after the release.
    On(
        /// The day.
        u32,
    ),
    /// On a day that nobody knows.
    Someday,
    /// On no day.
    Never,
    /// Nobody knows whether it does.
    Unknown,
}

impl When {
    /// The day, where it is known.
    pub fn day(&self) -> Option<u32> {
        if let Self::On(day) = self { Some(*day) } else { None }
    }
}

/// What opens a module, or why nothing does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The release itself, or a tag that is there.
    Release,
    /// Its timer.
    Timer,
    /// The CRM, or a person: no timer does.
    Crm,
    /// A person: whom the plan names, or whoever works through the list of what is owed.
    Person(
        /// A short name from the plan's `people`.
        Option<String>,
    ),
    /// Nothing.
    Nothing(
        /// Why.
        String,
    ),
    /// Nobody knows.
    Unknown(
        /// Why.
        String,
    ),
}

/// When a module opens, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The day.
    pub when: When,
    /// What opens it.
    pub by: By,
    /// Whether the member has it on the day of the switch.
    pub open: bool,
}

impl Opening {
    fn new(when: When, by: By) -> Self {
        Self { when, by, open: false }
    }

    /// The same of a module that the member has on the day of the switch.
    fn opened(self) -> Self {
        Self { open: true, ..self }
    }

    pub(super) fn already() -> Self {
        Self::new(When::Already, By::Release).opened()
    }

    pub(super) fn never(why: &str) -> Self {
        Self::new(When::Never, By::Nothing(why.to_owned()))
    }

    fn unknown(why: &str) -> Self {
        Self::new(When::Unknown, By::Unknown(why.to_owned()))
    }

    /// The same where everything closes on this day: what would open then or later never does.
    pub(super) fn until(&self, closed_from: Option<u32>) -> Self {
        match (self.when, closed_from) {
            (When::On(day), Some(from)) if day >= from => Self::never("the offering is closed before its day"),
            _ => self.clone(),
        }
    }

    /// Why nobody knows, or why it never opens.
    pub fn why(&self) -> Option<&str> {
        match &self.by {
            By::Nothing(why) | By::Unknown(why) => Some(why),
            By::Release | By::Timer | By::Crm | By::Person(_) => None,
        }
    }
}

/// Each module's opening, by its number.
pub(super) type Openings = BTreeMap<u32, Opening>;

/// Who acts where a timer runs out, and where none does.
struct Chain<'a> {
    /// By what a timed module is opened.
    timed: By,
    /// The earliest day on which that can be.
    from: u32,
    /// Who opens what no timer does.
    unscheduled: &'a dyn Fn(&Stage) -> Opening,
}

impl Chain<'_> {
    /// The opening of a module after the one before it.
    fn next(&self, stage: &Stage, last: &Opening) -> Opening {
        match &stage.timer {
            Timer::Base => Opening::new(When::On(self.from), By::Release),
            _ if stage.own_tag.is_none() => Opening::unknown(&format!("the tag of `{}` was not captured", stage.name)),
            Timer::Unknown(why) => Opening::unknown(why),
            Timer::Unscheduled => (self.unscheduled)(stage),
            Timer::After(days) => match last.when {
                When::On(day) => Opening::new(When::On(day.saturating_add(*days).max(self.from)), self.timed.clone()),
                When::Already => Opening::new(When::Someday, self.timed.clone()),
                // It waits with the one before it, and for whoever opens that.
                When::Someday => Opening::new(When::Someday, last.by.clone()),
                When::Never => Opening::never("it is chained to a module that never opens"),
                When::Unknown => Opening::new(When::Unknown, last.by.clone()),
            },
        }
    }
}

impl Course {
    /// When each module opens on the site as it was read, under its CRM; `managed` where the site has none any more.
    pub(super) fn openings(&self, member: &Member, managed: bool) -> Openings {
        let unscheduled = |_: &Stage| Opening::new(When::Someday, if managed { By::Person(None) } else { By::Crm });
        let chain = Chain { timed: By::Timer, from: 0, unscheduled: &unscheduled };
        let waits = self.waits(member);
        self.walk(member, |stage, last| {
            let due = chain.next(stage, last);
            match (self.holds(stage, member), due.when) {
                (None, When::On(day)) if !member.to_come && day <= member.today() => due.opened(),
                (None, _) => due,
                // What is held was opened by its timer, where that has run out, and else on a day that nobody knows.
                (Some(true), When::On(day)) if member.released.is_some_and(|today| day <= today) => due.opened(),
                (Some(true), _) => Opening::already(),
                (Some(false), _) if stage.timer == Timer::Base => Opening::never(NO_BASE),
                (Some(false), _) if !waits => Opening::never(NOTHING_DUE),
                (Some(false), When::On(day)) if member.released.is_some_and(|today| day < today) => {
                    Opening::unknown("its day is over, and the member does not have its tag")
                }
                (Some(false), _) => due,
            }
        })
    }

    /// When each module opens as the plan intends it, after what opened before the switch.
    pub(super) fn openings_after(&self, member: &Member, intent: &Intent, before: &Openings) -> Openings {
        let by_hand = |stage: &Stage| match intent.owners.get(&stage.number) {
            Some(owner) => Opening::new(When::Someday, By::Person(Some(owner.clone()))),
            None => Opening::never("no timer opens it, and the plan names nobody who does"),
        };
        let today = member.today();
        let chain = |timed, from| Chain { timed, from, unscheduled: &by_hand };
        if member.to_come {
            let chain = chain(By::Timer, 0);
            return self.walk(member, |stage, last| chain.next(stage, last));
        }
        let was = |stage: &Stage| before.get(&stage.number);
        let kept = |stage: &Stage| match self.holds(stage, member) {
            Some(true) => Some(was(stage).filter(|was| was.open).cloned().unwrap_or_else(Opening::already)),
            Some(false) => None,
            None => was(stage).filter(|was| was.open).cloned(),
        };
        let waits = self.waits(member) && !self.modules.iter().all(|stage| kept(stage).is_some());
        let (by_person, by_release) = (chain(By::Person(None), today), chain(By::Timer, today));
        // Of a member who is released again the timers run from the base module on, whatever is open already.
        let mut again = Opening::new(When::On(today), By::Release);
        self.walk(member, |stage, last| {
            again = by_release.next(stage, &again);
            match (kept(stage), intent.between) {
                (Some(kept), _) => kept,
                (None, _) if !waits => Opening::never(NOTHING_DUE),
                (None, Treatment::ReRelease) => again.clone(),
                (None, _) if stage.timer == Timer::Base => Opening::never(NO_BASE),
                (None, Treatment::CompleteByHand) => by_person.next(stage, last),
                (None, Treatment::Nothing) => {
                    Opening::never("the plan says that nothing is owed to members between two modules")
                }
                (None, Treatment::Undecided) if was(stage).is_some_and(|was| was.when == When::Never) => {
                    Opening::never(NOTHING_DUE)
                }
                (None, Treatment::Undecided) => {
                    Opening::unknown("the plan does not say what becomes of members between two modules")
                }
            }
        })
    }

    /// Each module after the one before it; one without a tag of its own opens with the base module.
    fn walk(&self, member: &Member, mut next: impl FnMut(&Stage, &Opening) -> Opening) -> Openings {
        let mut last = Opening::new(When::On(0), By::Release);
        let mut base = last.clone();
        let mut all = Openings::new();
        for stage in &self.modules {
            let opening = next(stage, &last);
            let opening = if stage.own_tag == Some(false) { base.clone() } else { opening };
            if stage.timer == Timer::Base {
                base = opening.clone();
            }
            last = match opening.when {
                // Of a member of whom only the tags are known, what they have counts as opened on the day of the switch.
                When::Already if member.released.is_none() => Opening::new(When::On(0), By::Release),
                _ => opening.clone(),
            };
            all.entry(stage.number).or_insert(opening);
        }
        all
    }

    /// Whether a member's tags open a module; none where no tags are given, or it has none of its own.
    fn holds(&self, stage: &Stage, member: &Member) -> Option<bool> {
        let part = if stage.number == 0 { Part::Base } else { Part::Module(stage.number) };
        member.held.as_ref().filter(|_| stage.own_tag != Some(false)).map(|held| held.contains(&part))
    }

    /// Whether a member waits for a module: they have one, and neither the last one nor a tag that opens or closes everything.
    fn waits(&self, member: &Member) -> bool {
        let Some(held) = &member.held else { return true };
        let over = |part: &Part| match part {
            Part::Instant | Part::Revoke => true,
            Part::Module(number) => self.last().is_some_and(|last| last.number == *number),
            Part::Base => false,
        };
        !held.is_empty() && !held.iter().any(over)
    }
}

const NO_BASE: &str = "the member has no base tag, and only a release sets it";
const NOTHING_DUE: &str = "nothing more is due";
