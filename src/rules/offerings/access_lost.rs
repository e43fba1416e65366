//! See the rule's own documentation.

use std::collections::BTreeMap;

use crate::diag::{Finding, Location, Severity};
use crate::journey::{Allowed, Course, Fate, Intent, Member, Sides, Timer, Treatment, shortened};
use crate::model::Grade;
use crate::model::population::ContactField;
use crate::model::standing::Cohort;
use crate::model::state::Offering;
use crate::model::text::{many, pointer};
use crate::rules::contacts::was_read;
use crate::rules::offerings::standing_tags;
use crate::rules::{Facts, Findings, Known, Phase::Configure, Side, Source::Inferred, declare_rule, left_out_inside};

declare_rule! {
    /// Members lose a module that would have opened for them.
    ///
    /// ## What it does
    /// Counts every member of the population by what they hold of each offering, and compares the days on which modules open
    /// for them: on the site as it was read, and as the plan leaves it. Reports members who wait for a module of an offering that the
    /// plan leaves alone, and modules that are gone or never open any more; and, as a warning, modules that open later, because the plan gives
    /// them a longer timer. A module without any timer is a matter of `unscheduled-module`; what `members_between_modules: none` or
    /// `re-release` decides has rules of its own, and so has an offering about which nobody decided. Where one of an offering's tags was
    /// not read its members cannot be counted, and the rule is unproven.
    ///
    /// ## Why it matters
    /// Timers start from a release (documented), and nothing in the vendor's pages says that the migration makes a schedule for
    /// members who were released before it (inferred). Whoever waits then sees a closed page, and nobody notices. Days are counted by
    /// a model of the timers (docs/journey.md).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {leave_alone: {offerings: {archive: nobody looks at it any more}}}
    /// site:
    ///   offering/archive:
    ///     name: Archive
    ///     system: ontraport
    ///     tags: {base: Archive_Base, instant: Archive_Instant, revoke: Archive_Revoke}
    ///     modules:
    ///       - {number: 0, name: Start, tag: Archive_Base}
    ///       - {number: 1, name: Finale, tag: Archive_Finale, release: 7 days after previous}
    ///   tag/Archive_Base: {}
    ///   tag/Archive_Finale: {}
    ///   tag/Archive_Instant: {}
    ///   tag/Archive_Revoke: {}
    /// standings: {archive: {cohorts: [{held: [base], contacts: 3, first: ["10231"]}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {leave_alone: {offerings: {archive: nobody looks at it any more}}}
    /// site:
    ///   offering/archive:
    ///     name: Archive
    ///     system: ontraport
    ///     tags: {base: Archive_Base, instant: Archive_Instant, revoke: Archive_Revoke}
    ///     modules:
    ///       - {number: 0, name: Start, tag: Archive_Base}
    ///       - {number: 1, name: Finale, tag: Archive_Finale, release: 7 days after previous}
    ///   tag/Archive_Base: {}
    ///   tag/Archive_Finale: {}
    ///   tag/Archive_Instant: {}
    ///   tag/Archive_Revoke: {}
    /// standings: {archive: {cohorts: [{held: [base, {module: 1}], contacts: 3, first: ["10231"]}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// standings: {course: {cohorts: [{held: [base], contacts: 3, first: ["10231"]}]}}
    /// ```
    ///
    /// ## Fix
    /// Give the module a timer, or a person who opens it (`release: by-hand` with an `owner`); take an offering that is left alone into
    /// the plan, with `members_between_modules`: `none` where nothing is owed to them. `plan journey PLAN --site SITE --everybody` shows who waits for
    /// what.
    {
        id: "access-lost",
        severity: Severity::Error,
        phase: Configure,
        acceptable: false,
        precondition: true,
        guide: "P5",
        evidence: Inferred,
        anchor: "/offerings",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let planned = plan.offerings.iter().filter_map(|(key, offering)| Some((key, offering.members_between_modules?)));
    let planned = planned.filter(|(key, _)| !left_out_inside(plan, &["offerings", key]));
    let planned = planned.filter(|(key, _)| Intent::of(plan, key).between == Treatment::CompleteByHand);
    let (mut known, mut allowed) = (Some(()), Allowed::default());
    for key in planned.map(|(key, _)| key).chain(plan.leave_alone.offerings.keys()) {
        known = known.and(of_one(facts, key, &mut allowed, out));
    }
    known
}

fn of_one(facts: &Facts<'_>, key: &str, allowed: &mut Allowed, out: &mut Findings) -> Known<()> {
    let sides = (asked(facts, Side::Before, key)?, asked(facts, Side::After, key)?);
    let (Some((name, before)), Some((_, after))) = sides else { return Some(()) };
    let waits =
        |course: &Course| course.modules.iter().any(|stage| !matches!(stage.timer, Timer::Base | Timer::After(0)));
    if before.modules.len() < 2 || !waits(&before) && !waits(&after) {
        return Some(());
    }
    if let Some(offering) = facts.offering(Side::Before, key)? {
        standing_tags(offering)?;
    }
    was_read(facts, ContactField::Tags)?;
    let Some(standings) = facts.census()?.standings.get(key) else { return Some(()) };
    let plan = facts.plan();
    let is_left_alone = !plan.offerings.contains_key(key);
    // Of an offering that is left alone nobody decided anything, and by itself nothing more opens.
    let intent = match is_left_alone {
        true => Intent { between: Treatment::Nothing, ..Intent::default() },
        false => Intent::of(plan, key),
    };
    let sides = Sides { before: &before, after: &after, intent: &intent, managed: false };
    let (mut known, mut lost) = (Some(()), BTreeMap::new());
    for cohort in &standings.cohorts {
        let followed = allowed.follow(&before).then(|| worst(&sides, cohort));
        match followed.unwrap_or_else(|| Some((0, Fate::Unknown(Allowed::SPENT.to_owned())))) {
            Some((_, Fate::Unknown(why))) => {
                facts.note(format!("offering/{key}: days"), Grade::Unknown(why));
                known = None;
            }
            // Of a module that nothing opens for anybody `unscheduled-module` speaks, once.
            Some((number, Fate::WaitsForEver)) if !is_left_alone && is_unscheduled(&after, number) => {}
            Some((number, fate @ (Fate::Loses | Fate::WaitsForEver | Fate::Later(_)))) => {
                let later = if let Fate::Later(days) = fate { Some(days) } else { None };
                let Lost { contacts, first } = lost.entry((number, later)).or_default();
                *contacts += cohort.contacts;
                first.extend(cohort.first.iter().map(|id| shortened(id)));
            }
            _ => {}
        }
    }
    if standings.beyond > 0 {
        facts.note(
            format!("offering/{key}: days"),
            Grade::Unknown("it has more cohorts than are kept apart".to_owned()),
        );
        known = None;
    }
    let found = lost.iter().map(|((number, later), lost)| {
        let module = after.modules.iter().find(|stage| stage.number == *number).map_or("", |stage| stage.name.as_str());
        finding(facts, (key, &name, is_left_alone), (*number, module), (*later, lost))
    });
    out.extend(found);
    known
}

fn is_unscheduled(course: &Course, number: u32) -> bool {
    course.modules.iter().any(|stage| stage.number == number && stage.timer == Timer::Unscheduled)
}

/// Members who meet the same fate.
#[derive(Default)]
struct Lost {
    contacts: u64,
    first: Vec<String>,
}

/// The worst that becomes of a cohort's modules, and the number of that module.
fn worst(sides: &Sides<'_>, cohort: &Cohort) -> Option<(u32, Fate)> {
    let journey = sides.journey(&Member::holding(cohort.held.iter().copied()));
    journey.worst().map(|(at, fate)| (journey.steps[at].number, fate.clone()))
}

/// An offering by its name, with the days of its modules; each field that they hang on is asked for. None where the site has no such offering.
fn asked(facts: &Facts<'_>, side: Side, key: &str) -> Known<Option<(String, Course)>> {
    let Some(offering) = facts.offering(side, key)? else { return Some(None) };
    let modules = offering.modules()?;
    let is_timed = modules.len() > 1;
    if is_timed {
        for module in modules {
            offering.release(module)?;
        }
    }
    let of_modules = Offering { modules: modules.to_vec().into(), ..Offering::default() };
    Some(Course::of(&of_modules).map(|course| (offering.name().to_owned(), course)))
}

fn finding(
    facts: &Facts<'_>,
    (key, name, is_left_alone): (&str, &str, bool),
    (number, module): (u32, &str),
    (later, lost): (Option<u32>, &Lost),
) -> Finding {
    let Lost { contacts, first } = lost;
    let (who, wait) = if *contacts == 1 { ("member", "waits") } else { ("members", "wait") };
    let message = match later {
        Some(days) => {
            let days = many(days, "day");
            format!("{contacts} {who} of `{name}` {wait} {days} longer for module `{module}`")
        }
        None if is_left_alone => {
            format!(
                "{contacts} {who} of `{name}`, which the plan leaves alone, {wait} for module `{module}`, and nothing opens it after the switch"
            )
        }
        None => {
            format!("{contacts} {who} of `{name}` {wait} for module `{module}`, and nothing opens it after the switch")
        }
    };
    let named: Vec<&str> = first.iter().take(3).map(String::as_str).collect();
    let more = if *contacts > named.len() as u64 { " and others" } else { "" };
    let help = format!(
        "contact {}{more}; {}. `plan journey PLAN --site SITE --everybody` shows who waits for what",
        named.join(", "),
        match (later, is_left_alone) {
            (Some(_), _) => "keep the timer that the site has where they are not to wait longer",
            (None, true) =>
                "take the offering into the plan and set `members_between_modules` (`none` where nothing is owed to them)",
            (None, false) => "give the module a `release`, or `release: by-hand` with an `owner` from `people`",
        }
    );
    let place = match is_left_alone {
        true => Location::key(pointer(&["leave_alone", "offerings", key])),
        false => {
            let planned = facts.plan().offerings.get(key);
            let index = planned.and_then(|planned| planned.numbered().find(|(_, of, _)| *of == number));
            match index {
                Some((index, ..)) => Location::key(pointer(&["offerings", key, "modules", &index.to_string()])),
                None => Location::key(pointer(&["offerings", key])),
            }
        }
    };
    let mut finding = RULE.at(place, message).label("they wait").help(help).on_site(format!("offering/{key}"));
    if later.is_some() {
        finding.severity = Severity::Warning;
    }
    finding
}
