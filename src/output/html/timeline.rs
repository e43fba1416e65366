//! When the modules of an offering open for a new buyer, before above after, as a picture.
//!
//! Units are those of the picture, which is 336 wide: on the narrowest screen one is a pixel, so that its text can be read there.

use crate::journey::{Journey, Opening, Step, When};
use crate::output::journey::opening;

/// Where days begin and end, and where what has no day stands.
const DAYS: (u32, u32) = (56, 268);
const NO_DAY: u32 = 307;

/// How near two marks may be: nearer ones become one.
const NEAR: u32 = 17;

/// Most words of a description.
const WORDS: usize = 12;

/// The picture.
pub(super) struct Timeline {
    /// What it is of, and what it shows in words, for whoever cannot see it.
    pub(super) describes: String,
    pub(super) lanes: Vec<Lane>,
    pub(super) last_day: u32,
    /// Whether something has no day, which has a place of its own.
    pub(super) has_no_day: bool,
}

/// A side.
pub(super) struct Lane {
    pub(super) name: &'static str,
    pub(super) y: u32,
    pub(super) text_y: u32,
    pub(super) marks: Vec<Mark>,
}

/// One module, or several that open at about the same time.
pub(super) struct Mark {
    pub(super) x: u32,
    pub(super) left: u32,
    pub(super) width: u32,
    pub(super) y: u32,
    pub(super) text_y: u32,
    pub(super) label: String,
    pub(super) title: String,
    /// Whether one of them opens at another time on the other side.
    pub(super) differs: bool,
    /// Whether it opens on a known day.
    pub(super) dated: bool,
}

impl Timeline {
    pub(super) fn of(journey: &Journey) -> Self {
        let days = journey.steps.iter().flat_map(|step| [&step.before, &step.after]).filter_map(|of| of.when.day());
        let last_day = days.max().unwrap_or(0);
        let lane = |name, y, side: fn(&Step) -> &Opening| Lane {
            name,
            y,
            text_y: y + 4,
            marks: marks(&journey.steps, side, last_day, y),
        };
        let lanes = vec![lane("before", 16, |step| &step.before), lane("after", 44, |step| &step.after)];
        let has_no_day = lanes.iter().flat_map(|lane| &lane.marks).any(|mark| !mark.dated);
        Self { describes: describes(journey), lanes, last_day, has_no_day }
    }
}

fn marks(steps: &[Step], side: fn(&Step) -> &Opening, last: u32, y: u32) -> Vec<Mark> {
    let at = |step: &Step| {
        let width = u64::from(DAYS.1 - DAYS.0);
        let on = |day: u32| DAYS.0 + u32::try_from(u64::from(day) * width / u64::from(last.max(1))).unwrap_or(0);
        side(step).when.day().map_or(NO_DAY, on)
    };
    let mut placed: Vec<(u32, &Step)> = steps.iter().map(|step| (at(step), step)).collect();
    placed.sort_by_key(|(x, _)| *x);
    let mut groups: Vec<(u32, Vec<&Step>)> = Vec::new();
    for (x, step) in placed {
        match groups.last_mut().filter(|(first, _)| x - *first < NEAR) {
            Some((_, group)) => group.push(step),
            None => groups.push((x, vec![step])),
        }
    }
    groups.into_iter().map(|(x, group)| mark(x, y, &group, side)).collect()
}

fn mark(x: u32, y: u32, group: &[&Step], side: fn(&Step) -> &Opening) -> Mark {
    let label = numbers(&group.iter().map(|step| step.number).collect::<Vec<_>>());
    let dated = group.iter().all(|step| matches!(side(step).when, When::On(_)));
    let never = group.iter().all(|step| side(step).when == When::Never);
    // A sign, as not everybody sees a dashed edge: it never opens, or nobody knows when.
    let label = if dated { label } else { format!("{label}{}", if never { " ×" } else { " ?" }) };
    let width = 8 + 6 * u32::try_from(label.chars().count()).unwrap_or(2).max(1);
    let names =
        group.iter().take(WORDS).map(|step| format!("module {} {}: {}", step.number, step.name, opening(side(step))));
    let more = group.len().checked_sub(WORDS).filter(|more| *more > 0).map(|more| format!("and {more} more"));
    Mark {
        x,
        // A number of ten digits is wider than its place.
        left: x.saturating_sub(width / 2).max(3),
        width,
        y: y - 8,
        text_y: y + 4,
        label,
        title: names.chain(more).collect::<Vec<_>>().join("; "),
        differs: group.iter().any(|step| step.fate.differs()),
        dated,
    }
}

/// Numbers in few characters: those in a row as their first and last.
fn numbers(all: &[u32]) -> String {
    let mut all = all.to_vec();
    all.sort_unstable();
    match all.as_slice() {
        [only] => only.to_string(),
        [first, .., last] if *last - *first == u32::try_from(all.len() - 1).unwrap_or(0) => format!("{first}–{last}"),
        [first, second] => format!("{first},{second}"),
        [first, ..] => format!("{first},…"),
        [] => String::new(),
    }
}

fn describes(journey: &Journey) -> String {
    let side = |name: &str, side: fn(&Step) -> &Opening| {
        let each = journey.steps.iter().take(WORDS).map(|step| format!("{} {}", step.name, opening(side(step))));
        let more = if journey.steps.len() > WORDS { ", …" } else { "" };
        format!("{name}: {}{more}", each.collect::<Vec<_>>().join(", "))
    };
    let differing = journey.steps.iter().filter(|step| step.fate.differs()).count();
    let differ = match differing {
        0 => "no day differs".to_owned(),
        1 => "1 module differs".to_owned(),
        some => format!("{some} modules differ"),
    };
    format!("{}. {}. {differ}.", side("Before", |step| &step.before), side("After", |step| &step.after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journey::{Course, Intent, Member, Sides, Stage, Timer};

    fn course(days: &[Timer]) -> Course {
        let stage = |(number, timer): (u32, &Timer)| Stage {
            number,
            name: format!("M{number}"),
            timer: timer.clone(),
            own_tag: Some(true),
        };
        Course { modules: (0..).zip(days).map(stage).collect(), wrap_up: None }
    }

    fn drawn(before: &[Timer], after: &[Timer]) -> Timeline {
        let (before, after, intent) = (course(before), course(after), Intent::default());
        let sides = Sides { before: &before, after: &after, intent: &intent, managed: false };
        Timeline::of(&sides.journey(&Member { released: Some(0), to_come: true, ..Member::default() }))
    }

    #[test]
    fn days_have_their_place_and_what_has_none_stands_apart() {
        let of = drawn(
            &[Timer::Base, Timer::After(10), Timer::Unscheduled],
            &[Timer::Base, Timer::After(20), Timer::After(20)],
        );
        assert_eq!((of.last_day, of.has_no_day), (40, true));
        let places = |lane: usize| -> Vec<(&str, u32, bool, bool)> {
            of.lanes[lane].marks.iter().map(|mark| (&*mark.label, mark.x, mark.differs, mark.dated)).collect()
        };
        assert_eq!(places(0), [("0", 56, false, true), ("1", 109, true, true), ("2 ?", 307, true, false)]);
        assert_eq!(places(1), [("0", 56, false, true), ("1", 162, true, true), ("2", 268, true, true)]);
        assert!(of.describes.contains("2 modules differ"), "{}", of.describes);
        let inside = |mark: &Mark| mark.left + mark.width <= 336;
        assert!(of.lanes.iter().flat_map(|lane| &lane.marks).all(inside));
    }

    #[test]
    fn modules_of_one_day_are_one_mark_and_a_long_chain_fits() {
        let all = vec![Timer::After(0); 40];
        let of = drawn(&all, &all);
        assert_eq!(of.lanes[0].marks.len(), 1);
        assert_eq!(of.lanes[0].marks[0].label, "0–39");
        assert!(of.lanes[0].marks[0].title.ends_with("and 28 more"));
        let far = vec![Timer::After(u32::MAX); 3];
        assert!(drawn(&far, &far).lanes.iter().flat_map(|lane| &lane.marks).all(|mark| mark.x <= NO_DAY));
        assert_eq!(drawn(&[], &[]).lanes[0].marks.len(), 0);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            ["3", "1–3", "1,4", "1,…"],
            [&[3][..], &[2, 1, 3], &[1, 4], &[1, 4, 9]].map(numbers).each_ref().map(|s| &**s)
        );
    }
}
