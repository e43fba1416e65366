//! Between which days a module can have opened for a member, by what two readings show of their tags and by what is known of their release.

use jiff::ToSpan;
use jiff::civil::Date;

use super::course::{Course, Intent, Timer};
use crate::model::standing::Part;

/// Between which days something happens; each none where nobody knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Between {
    /// Not before this day.
    pub earliest: Option<Date>,
    /// Not after this day.
    pub latest: Option<Date>,
}

impl Between {
    fn on(day: Date) -> Self {
        Self { earliest: Some(day), latest: Some(day) }
    }

    fn after(self, days: u32) -> Self {
        let later = |day: Option<Date>| day.map(|day| day.saturating_add(i64::from(days).clamp(0, 36_500).days()));
        Self { earliest: later(self.earliest), latest: later(self.latest) }
    }

    /// What both say; where they contradict each other, what the other one shows.
    fn and(self, shown: Self) -> Self {
        let earliest = self.earliest.max(shown.earliest);
        let latest = [self.latest, shown.latest].into_iter().flatten().min();
        if earliest.zip(latest).is_some_and(|(earliest, latest)| latest < earliest) {
            shown
        } else {
            Self { earliest, latest }
        }
    }
}

/// What is known of a member of an offering.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// What they held at the earlier reading.
    pub had: &'a [Part],
    /// What they hold at the later one.
    pub has: &'a [Part],
    /// The day of their release, where it is known.
    pub released: Option<Date>,
    /// The days of both readings.
    pub days: [Date; 2],
}

/// When a module can open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Possible {
    /// By its timer, between these days.
    ByTimer(Between),
    /// When a person opens it: whom the plan names, where it does.
    ByPerson(
        /// A short name from the plan's `people`.
        Option<String>,
    ),
    /// Nobody knows.
    Unknown(
        /// Why.
        String,
    ),
}

/// When the module of this number can open: its timer runs from the opening of the module before it (inferred), which the tags of two
/// readings bound: what was held at the earlier one was open by then, and what came since opened in between.
pub fn possible(course: &Course, intent: &Intent, number: u32, of: &Seen<'_>) -> Possible {
    let release = of.released.map_or_else(|| shown(Part::Base, of), Between::on);
    let mut last = release;
    for stage in &course.modules {
        let due = match &stage.timer {
            Timer::Base => Possible::ByTimer(release),
            _ if stage.own_tag.is_none() => Possible::Unknown(format!("the tag of `{}` was not captured", stage.name)),
            Timer::After(days) => Possible::ByTimer(last.after(*days)),
            Timer::Unscheduled => Possible::ByPerson(intent.owners.get(&stage.number).cloned()),
            Timer::Unknown(why) => Possible::Unknown(why.clone()),
        };
        if stage.number == number {
            return due;
        }
        let by_timer = if let Possible::ByTimer(between) = due { between } else { Between::default() };
        last = match (stage.number, stage.own_tag) {
            (0, _) | (_, Some(false)) => release,
            (number, _) => by_timer.and(shown(Part::Module(number), of)),
        };
    }
    Possible::Unknown("the offering has no such module".to_owned())
}

/// Between which days a part came to a member, by the readings alone.
fn shown(part: Part, of: &Seen<'_>) -> Between {
    let [since, now] = of.days;
    match (of.had.contains(&part), of.has.contains(&part)) {
        (true, _) => Between { earliest: None, latest: Some(since) },
        (false, true) => Between { earliest: Some(since), latest: Some(now) },
        (false, false) => Between { earliest: Some(now), latest: None },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use super::super::Stage;
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn course(timers: &[Timer]) -> Course {
        let stage = |(number, timer): (usize, &Timer)| Stage {
            number: u32::try_from(number).unwrap(),
            name: format!("M{number}"),
            timer: timer.clone(),
            own_tag: Some(true),
        };
        Course { modules: timers.iter().enumerate().map(stage).collect(), wrap_up: None }
    }

    fn of(timers: &[Timer], number: u32, had: &[Part], has: &[Part], released: Option<&str>) -> Possible {
        let days = [day("2026-12-02"), day("2026-12-04")];
        let seen = Seen { had, has, released: released.map(day), days };
        possible(&course(timers), &Intent::default(), number, &seen)
    }

    fn between(earliest: Option<&str>, latest: Option<&str>) -> Possible {
        Possible::ByTimer(Between { earliest: earliest.map(day), latest: latest.map(day) })
    }

    #[test]
    fn a_known_release_gives_the_day_and_the_tags_of_two_readings_bound_it_where_nobody_knows_the_release() {
        use Part::{Base, Module};
        let chain = [Timer::Base, Timer::After(7), Timer::After(3)];
        // Seven days after the release, and ten.
        assert_eq!(
            of(&chain, 1, &[Base], &[Base], Some("2026-11-27")),
            between(Some("2026-12-04"), Some("2026-12-04"))
        );
        assert_eq!(
            of(&chain, 2, &[Base], &[Base, Module(1)], Some("2026-11-20")),
            between(Some("2026-12-05"), Some("2026-12-07"))
        );
        // Whoever had the base module on 2 December waits until the 9th at most.
        assert_eq!(of(&chain, 1, &[Base], &[Base], None), between(None, Some("2026-12-09")));
        // Whoever came since does not have it before the 9th.
        assert_eq!(of(&chain, 1, &[], &[Base], None), between(Some("2026-12-09"), Some("2026-12-11")));
        // The module before it opens today at the earliest, and on the 9th at the latest; this one three days after that.
        let out_of_turn = of(&chain, 2, &[Base], &[Base, Module(2)], None);
        assert_eq!(out_of_turn, between(Some("2026-12-07"), Some("2026-12-12")));
    }

    #[test]
    fn what_no_timer_opens_has_no_day() {
        let hand = [Timer::Base, Timer::Unscheduled, Timer::After(2)];
        assert_eq!(of(&hand, 1, &[Part::Base], &[Part::Base], Some("2026-11-27")), Possible::ByPerson(None));
        // After a module that a person opened between the readings its timer runs from then on.
        let has = [Part::Base, Part::Module(1)];
        assert_eq!(
            of(&hand, 2, &[Part::Base], &has, Some("2026-11-27")),
            between(Some("2026-12-04"), Some("2026-12-06"))
        );
        assert!(matches!(
            of(&[Timer::Base, Timer::Unknown("it reads `soon`".into())], 1, &[], &[], None),
            Possible::Unknown(_)
        ));
    }

    #[test]
    fn the_longest_timer_makes_no_panic() {
        let longest = [Timer::Base, Timer::After(u32::MAX), Timer::After(u32::MAX)];
        assert!(matches!(of(&longest, 2, &[], &[], Some("9999-12-31")), Possible::ByTimer(_)));
    }
}
