//! `plan journey`: what a member sees on which day, before and after; and what becomes of everybody.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::{Journey, StatusFormat};
use crate::failure::{Failure, exit};
use crate::journey::{Course, Intent, Member, Sides, Treatment, everybody};
use crate::model::Grade;
use crate::model::standing::{Part, Parts};
use crate::model::state::Offering;
use crate::output::escape;
use crate::output::journey::{OfAll, OfOne, human, json};
use crate::text::nearest;

use super::unjudged::Unjudged;
use super::{Terminal, check};

pub(super) fn run(args: &Journey, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let read = Unjudged::read(&args.of, terminal)?;
    match &args.offering {
        Some(key) => one(args, key, &read, terminal),
        None => all(args, &read, terminal),
    }
}

fn one(args: &Journey, key: &str, read: &Unjudged, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let (before, after) = (&read.side.site.reading.snapshot.state, &read.lowered.after);
    let offering = offering(key, &before.offerings)?;
    let course = |of: Option<&Offering>| {
        let course = of.and_then(Course::of).filter(|course| !course.modules.is_empty());
        let course = course.ok_or_else(|| {
            Failure::new(
                exit::NOT_GREEN,
                format!("the modules of `{key}` were not captured, so nothing is known of its days"),
            )
            .help("take a reading that shows them, or record what the screen shows with `plan survey PLAN --site SITE`")
        })?;
        if let Some(number) = args.wrap_up.filter(|number| !course.modules.iter().any(|of| of.number == *number)) {
            let message = format!("`{key}` has no module {number}");
            return Err(Failure::new(exit::USAGE, message).help("`--wrap-up` takes the number of a module"));
        }
        Ok(course.with_wrap_up(args.wrap_up))
    };
    let courses = (course(Some(offering))?, course(after.offerings.get(key))?);
    let intent = Intent::of(&read.opened.plan, key);
    let managed = before.is_managed();
    let sides = Sides { before: &courses.0, after: &courses.1, intent: &intent, managed };
    let held = if args.tag.is_empty() { None } else { Some(parts(&args.tag, key, offering)?) };
    let to_come = held.is_none() && args.day.is_none();
    let released = if to_come { Some(0) } else { args.day };
    let journey = sides.journey(&Member { released, held, revoked_on: args.revoked_on, to_come });
    let between = match intent.between {
        Treatment::Undecided => None,
        Treatment::CompleteByHand => Some("complete-by-hand"),
        Treatment::ReRelease => Some("re-release"),
        Treatment::Nothing => Some("none"),
    };
    let of =
        OfOne { site: &read.side.site.line, key, name: &offering.name, released, to_come, between, journey: &journey };
    match args.format {
        StatusFormat::Human => human::of_one(&of, terminal.style(check::DRAWN), terminal.out)?,
        StatusFormat::Json => json::of_one(&of, terminal.out)?,
    }
    Ok(exit::OK)
}

/// The offering under a key, which the site has to have.
fn offering<'a>(key: &str, all: &'a BTreeMap<String, Offering>) -> Result<&'a Offering, Failure> {
    all.get(key).ok_or_else(|| {
        let failure = Failure::new(exit::USAGE, format!("the site has no offering `{key}`"));
        match nearest(key, all.keys().map(String::as_str)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`--offering` takes the key of an offering, as the plan has it under `offerings`"),
        }
    })
}

/// What of an offering these tags stand for.
fn parts(tags: &[String], key: &str, offering: &Offering) -> Result<BTreeSet<Part>, Failure> {
    let known = Parts::of(offering);
    let mut held = BTreeSet::new();
    for tag in tags {
        held.extend(known.of.iter().filter(|(name, _)| name == tag).map(|(_, part)| *part));
        if !known.of.iter().any(|(name, _)| name == tag) {
            let failure = Failure::new(exit::USAGE, format!("`{tag}` is no tag of `{key}`"));
            return Err(match nearest(tag, known.of.iter().map(|(name, _)| name.as_str())) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help("`--tag` takes a tag that opens or closes a module of the offering"),
            });
        }
    }
    Ok(held)
}

fn all(args: &Journey, read: &Unjudged, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let snapshot = &read.side.site.reading.snapshot;
    let Some(census) = &read.side.site.reading.census else {
        let why = match snapshot.grade("contact") {
            Grade::Unknown(why) => why,
            _ => "no population is next to the site".to_owned(),
        };
        return Err(Failure::new(exit::NOT_GREEN, format!("nothing is known of the site's members: {why}"))
            .help("name a site whose members were read, or through what they are read with `--adapter FILE` (docs/live-site.md)"));
    };
    let found = everybody(&read.opened.plan, (&snapshot.state, &read.lowered.after), census);
    let of = OfAll {
        site: &read.side.site.line,
        offerings: &snapshot.state.offerings,
        everybody: &found,
        show_personal: !terminal.masks,
    };
    match args.format {
        StatusFormat::Human => human::of_all(&of, terminal.style(check::DRAWN), terminal.out)?,
        StatusFormat::Json => json::of_all(&of, terminal.out)?,
    }
    writeln!(
        terminal.err,
        "{}, {}",
        escape::line(&read.side.site.line.host),
        escape::line(&read.side.site.line.how())
    )?;
    let counts = found.counts();
    let is_in_order = ["loses", "waits-for-ever", "unknown"].iter().all(|word| !counts.contains_key(word));
    Ok(if is_in_order { exit::OK } else { exit::NOT_GREEN })
}
