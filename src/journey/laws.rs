//! What holds of every journey, whatever the offering: tried on generated ones.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Access, Course, Fate, Intent, Journey, Member, Sides, Stage, Timer, Treatment, When};
use crate::model::standing::Part;

fn timer() -> impl Strategy<Value = Timer> {
    prop_oneof![
        6 => (0_u32..30).prop_map(Timer::After),
        1 => Just(Timer::Unscheduled),
        1 => Just(Timer::Unknown("nobody read it".to_owned())),
    ]
}

fn course_of(timers: Vec<Timer>, own: &[bool]) -> Course {
    let stage = |(number, timer): (u32, Timer)| {
        let own_tag = Some(number == 0 || *own.get(number as usize).unwrap_or(&true));
        Stage { number, name: format!("M{number}"), timer, own_tag }
    };
    let timers = std::iter::once(Timer::Base).chain(timers);
    Course { modules: (0..).zip(timers).map(stage).collect(), wrap_up: None }
}

fn course() -> impl Strategy<Value = Course> {
    let wrap_up = prop_oneof![3 => Just(false), 1 => Just(true)];
    (prop::collection::vec(timer(), 0..7), prop::collection::vec(prop::bool::weighted(0.9), 8), wrap_up).prop_map(
        |(timers, own, wrap_up)| {
            let course = course_of(timers, &own);
            let last = course.modules.last().map(|last| last.number).filter(|number| wrap_up && *number > 0);
            course.with_wrap_up(last)
        },
    )
}

/// An offering with timers alone.
fn timed() -> impl Strategy<Value = Course> {
    prop::collection::vec((0_u32..40).prop_map(Timer::After), 0..9).prop_map(|timers| course_of(timers, &[]))
}

fn member() -> impl Strategy<Value = Member> {
    let part = prop_oneof![
        4 => Just(Part::Base),
        8 => (1_u32..8).prop_map(Part::Module),
        1 => Just(Part::Instant),
        1 => Just(Part::Revoke),
    ];
    let held = prop::option::of(prop::collection::btree_set(part, 0..6));
    (prop::option::of(0_u32..120), held, prop::option::weighted(0.2, 0_u32..200))
        .prop_map(|(released, held, revoked_on)| Member { released, to_come: false, held, revoked_on })
}

fn intent() -> impl Strategy<Value = Intent> {
    let between = prop_oneof![
        Just(Treatment::Undecided),
        Just(Treatment::CompleteByHand),
        Just(Treatment::ReRelease),
        Just(Treatment::Nothing)
    ];
    (between, prop::collection::btree_map(1_u32..8, Just("jo".to_owned()), 0..3))
        .prop_map(|(between, owners)| Intent { between, owners })
}

fn journey(before: &Course, after: &Course, intent: &Intent, managed: bool, member: &Member) -> Journey {
    Sides { before, after, intent, managed }.journey(member)
}

/// A member who is released on day 0, day by day: what opens when each day the modules whose time has come get their tags.
fn day_by_day(course: &Course, last_day: u32) -> BTreeMap<u32, u32> {
    let mut opened = BTreeMap::from([(0, 0)]);
    for day in 0..=last_day {
        for pair in course.modules.windows(2) {
            let (Timer::After(days), Some(since)) = (&pair[1].timer, opened.get(&pair[0].number)) else { continue };
            if since + days <= day {
                opened.entry(pair[1].number).or_insert(day);
            }
        }
    }
    opened
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_open_stays_open_until_everything_closes(
        before in course(), after in course(), intent in intent(), managed: bool, member in member(),
    ) {
        let journey = journey(&before, &after, &intent, managed, &member);
        // What the plan's site lacks altogether is lost.
        for step in journey.steps.iter().filter(|step| step.fate != Fate::Loses) {
            for side in 0..2 {
                let mut was_open = false;
                for day in 0..=journey.last_day() + 1 {
                    // The switch itself may take away what the site after has otherwise.
                    was_open &= day != journey.today;
                    let access = journey.access(step, day)[side];
                    // Until the switch everything is as it was before.
                    let closed_from = journey.closed_from[if day < journey.today { 0 } else { side }];
                    let closed = closed_from.is_some_and(|from| day >= from);
                    prop_assert!(!closed || access == Access::Closed, "day {day}: {step:?}");
                    prop_assert!(!was_open || closed || access == Access::Open, "day {day}: {step:?}");
                    was_open |= access == Access::Open;
                }
            }
        }
    }

    #[test]
    fn revoke_beats_everything(before in course(), after in course(), intent in intent(), member in member(), day in 0_u32..300) {
        let held: BTreeSet<Part> = member.held.into_iter().flatten().chain([Part::Revoke, Part::Instant]).collect();
        let member = Member { held: Some(held), ..member };
        let journey = journey(&before, &after, &intent, false, &member);
        for step in &journey.steps {
            prop_assert_eq!(journey.access(step, day), [Access::Closed; 2]);
        }
    }

    #[test]
    fn from_the_day_of_its_revocation_on_nothing_is_open(
        before in course(), after in course(), intent in intent(), member in member(), revoked in 0_u32..100, more in 0_u32..100,
    ) {
        let member = Member { revoked_on: Some(revoked), ..member };
        let journey = journey(&before, &after, &intent, false, &member);
        for step in &journey.steps {
            prop_assert_eq!(journey.access(step, revoked + more), [Access::Closed; 2]);
        }
    }

    #[test]
    fn the_last_module_opens_when_all_timers_have_run(course in timed()) {
        let days: u32 = course.modules.iter().map(|stage| if let Timer::After(days) = stage.timer { days } else { 0 }).sum();
        prop_assert_eq!(course.length(), Some(days));
        let journey = journey(&course, &course, &Intent::default(), false, &Member::after_the_switch());
        prop_assert_eq!(journey.last_day(), days);
        prop_assert_eq!(journey.steps.last().unwrap().after.when, When::On(days));
    }

    #[test]
    fn each_module_opens_when_a_count_day_by_day_has_it_open(course in timed()) {
        let journey = journey(&course, &course, &Intent::default(), false, &Member::after_the_switch());
        let opened = day_by_day(&course, 400);
        for step in &journey.steps {
            prop_assert_eq!(step.before.when, When::On(opened[&step.number]));
            prop_assert_eq!(step.after.when, When::On(opened[&step.number]));
        }
    }

    #[test]
    fn where_nothing_changes_after_is_as_before(course in timed(), member in member()) {
        let intent = Intent { between: Treatment::CompleteByHand, ..Intent::default() };
        for managed in [false, true] {
            for member in [Member::after_the_switch(), Member { held: None, revoked_on: None, ..member.clone() }, Member { released: None, ..member.clone() }] {
                let journey = journey(&course, &course, &intent, managed, &member);
                for step in &journey.steps {
                    prop_assert!(!step.fate.differs(), "{member:?}: {step:?}");
                    prop_assert_eq!(step.before.when, step.after.when);
                }
                prop_assert_eq!(journey.first_difference(), None);
            }
        }
    }

    #[test]
    fn a_longer_timer_opens_nothing_earlier_and_a_shorter_one_nothing_later(course in timed(), at in 0_usize..9, more in 1_u32..20) {
        prop_assume!(course.modules.len() > 1);
        let at = 1 + at % (course.modules.len() - 1);
        let mut longer = course.clone();
        if let Timer::After(days) = &mut longer.modules[at].timer {
            *days += more;
        }
        let intent = Intent::default();
        let later = journey(&course, &longer, &intent, false, &Member::after_the_switch());
        let earlier = journey(&longer, &course, &intent, false, &Member::after_the_switch());
        for (place, (late, early)) in later.steps.iter().zip(&earlier.steps).enumerate() {
            let wanted = if place < at { [Fate::Same, Fate::Same] } else { [Fate::Later(more), Fate::Earlier(more)] };
            // What opens on the day of the switch is there on it on either side.
            prop_assert_eq!([&late.fate, &early.fate], [&wanted[0], &wanted[1]], "{}", place);
        }
    }

    #[test]
    fn what_nobody_read_is_never_the_same(course in course(), intent in intent(), member in member()) {
        let unread = Course { wrap_up: None, ..course.clone() };
        let journey = journey(&unread, &unread, &intent, false, &member);
        for (stage, step) in unread.modules.iter().zip(&journey.steps) {
            let (is_unread, is_open) = (matches!(stage.timer, Timer::Unknown(_)), step.before.when == When::Already);
            if is_unread && !is_open && step.before.when != When::Never && stage.own_tag == Some(true) && journey.closed_from != [Some(0); 2] && journey.instant == [false; 2] {
                prop_assert!(matches!(step.fate, Fate::Unknown(_)), "{step:?}");
            }
        }
    }

    #[test]
    fn days_that_differ_are_seen_on_the_first_day_that_is_named(before in timed(), after in timed(), intent in intent(), member in member()) {
        let journey = journey(&before, &after, &intent, false, &member);
        match journey.first_difference() {
            None => prop_assert!(journey.steps.iter().all(|step| !step.fate.differs())),
            Some((at, Some(day))) => {
                prop_assert!(journey.steps[at].fate.differs());
                for earlier in journey.today..day {
                    for step in journey.steps.iter().filter(|step| !matches!(step.fate, Fate::Unknown(_) | Fate::Loses)) {
                        let [one, other] = journey.access(step, earlier);
                        let known = one != Access::Unknown && other != Access::Unknown;
                        prop_assert!(!known || one == other, "day {earlier} of {day}: {step:?}");
                    }
                }
            }
            Some((at, None)) => prop_assert!(journey.steps[at].fate.differs()),
        }
    }
}
