//! `plan member`: one member for the support desk, before and after.

use std::collections::BTreeSet;

use crate::cli;
use crate::failure::{Failure, exit};
use crate::journey::{Access, By, Course, Intent, Member, Opening, Owing, Released, Sides};
use crate::model::population::Person;
use crate::model::standing::{Part, Parts};
use crate::model::state::Offering;
use crate::output::escape;
use crate::output::journey::{held, model_in_words};
use crate::output::words::wrapped;

use super::Terminal;
use super::owed::{day_of, ensure_tags, everybody};
use super::unjudged::{Side, Unjudged};

pub(super) fn run(args: &cli::Member, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let read = Unjudged::read_with_everybody(&args.of, terminal)?;
    let Some(before) = one(&read.side, &args.contact)? else {
        let message = format!("the site has no contact `{}`", escape::line(&args.contact));
        return Err(Failure::new(exit::NOT_GREEN, message).help("a contact ID is compared letter by letter"));
    };
    let beside = args.after.as_ref().map(|after| read.beside(after, &args.of.adapters.files)).transpose()?;
    let after = beside.map(|side| Ok::<_, Failure>((one(&side, &args.contact)?, side))).transpose()?;
    person("before", &before, terminal)?;
    match &after {
        Some((Some(after), _)) => person("after", after, terminal)?,
        Some((None, _)) => writeln!(terminal.out, "after: the site has no such contact")?,
        None => {}
    }
    offerings(&read, &before, after.as_ref(), &args.contact, terminal)?;
    writeln!(terminal.out, "{}", wrapped(&model_in_words(), terminal.width))?;
    Ok(exit::OK)
}

/// The contact of an ID, with what is theirs.
fn one(read: &Side, id: &str) -> Result<Option<Person>, Failure> {
    let (mut found, opening) = everybody(read, |key, _| key == id)?;
    ensure_tags(&opening)?;
    Ok(found.remove(id))
}

fn person(side: &str, person: &Person, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    writeln!(terminal.out, "{side}")?;
    if !terminal.masks {
        let of = &person.contact;
        let name = [of.first_name.as_str(), of.last_name.as_str()].join(" ");
        writeln!(terminal.out, "  {} <{}>", escape::line(name.trim()), escape::line(&of.email))?;
    }
    if person.repeated {
        writeln!(terminal.out, "  attention: more than one contact has this ID; this is the first of them")?;
    }
    let mut tags = person.contact.tags.clone();
    tags.sort_unstable();
    let tags: Vec<String> = tags.iter().map(|tag| format!("`{}`", escape::line(tag))).collect();
    let tags = if tags.is_empty() { "none".to_owned() } else { tags.join(", ") };
    writeln!(terminal.out, "{}", wrapped(&format!("  tags: {tags}"), terminal.width))?;
    for order in &person.orders {
        let row = format!("  order {}: {}, {}, {}, {}", order.key, order.form, order.date, order.total, order.status);
        writeln!(terminal.out, "{}", escape::line(&row))?;
    }
    for of in &person.subscriptions {
        let next = of.next_payment.as_ref().map(|day| format!(", next payment {day}")).unwrap_or_default();
        writeln!(
            terminal.out,
            "{}",
            escape::line(&format!("  subscription {}: {}, {}{next}", of.key, of.form, of.status))
        )?;
    }
    Ok(())
}

fn parts(offering: &Offering, tags: &[String]) -> BTreeSet<Part> {
    Parts::of(offering).of.into_iter().filter(|(tag, _)| tags.contains(tag)).map(|(_, part)| part).collect()
}

/// Each offering of which the member holds anything: its modules before and after, and why a page is closed.
fn offerings(
    read: &Unjudged,
    before: &Person,
    after: Option<&(Option<Person>, Side)>,
    id: &str,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let plan = &read.opened.plan;
    let state = &read.side.site.reading.snapshot.state;
    let site_after = after.map_or(&read.lowered.after, |(_, after)| &after.site.reading.snapshot.state);
    let managed = state.is_managed();
    let today = day_of(&read.side);
    let owing = Owing::of(plan, state, &read.lowered.after);
    let due = if managed { Vec::new() } else { owing.due(id, before, &Released::new(), today) };
    for (key, offering) in &state.offerings {
        let on_site_after = site_after.offerings.get(key);
        let holds = parts(offering, &before.contact.tags);
        let holds_after = match (after, on_site_after) {
            (None, _) => holds.clone(),
            (Some((Some(person), _)), Some(offering)) => parts(offering, &person.contact.tags),
            (Some(_), _) => BTreeSet::new(),
        };
        if holds.is_empty() && holds_after.is_empty() {
            continue;
        }
        writeln!(terminal.out)?;
        let has = held(&holds.iter().copied().collect::<Vec<_>>(), Some(offering));
        writeln!(
            terminal.out,
            "{}",
            escape::line(&format!("{}: has {}", offering.name, if has.is_empty() { "nothing" } else { &has }))
        )?;
        let courses = Course::of(offering).zip(on_site_after.and_then(Course::of));
        let Some((course, course_after)) = courses.filter(|_| !offering.tags.is_unknown()) else {
            writeln!(terminal.out, "  unknown: its modules or tags were not captured")?;
            continue;
        };
        let intent = Intent::of(plan, key);
        let sides = Sides { before: &course, after: &course_after, intent: &intent, managed };
        let revoked = [&holds, &holds_after].map(|holds| holds.contains(&Part::Revoke));
        let journey = sides.journey_between(&Member::holding(holds), &Member::holding(holds_after));
        for step in &journey.steps {
            let words = [(&step.before, 0), (&step.after, 1)].map(|(of, side)| {
                match journey.access(step, journey.today)[side] {
                    Access::Open => "open".to_owned(),
                    Access::Closed if revoked[side] => "closed: revoked, which beats every other tag".to_owned(),
                    Access::Closed | Access::Unknown => format!("closed: {}", why_closed(of)),
                }
            });
            let day = due.iter().find(|due| due.offering == *key && due.number == step.number);
            let day = day.map(|due| match due.day {
                Some(day) => format!("; due {day}, from {}", due.from),
                None => format!("; day unknown: {}", due.from),
            });
            let words =
                if words[0] == words[1] { words[0].clone() } else { format!("{}, after: {}", words[0], words[1]) };
            let row = format!("  {} {}: {words}{}", step.number, step.name, day.unwrap_or_default());
            writeln!(terminal.out, "{}", wrapped(&escape::line(&row), terminal.width))?;
        }
    }
    Ok(())
}

/// Why a page is closed on the day of the reading.
fn why_closed(of: &Opening) -> String {
    match (&of.by, of.why()) {
        (_, Some(why)) => why.to_owned(),
        (By::Crm, _) => "waits for the CRM".to_owned(),
        (By::Person(Some(who)), _) => format!("waits for {who}"),
        (By::Person(None), _) => "waits for a person".to_owned(),
        _ => "waits for its timer".to_owned(),
    }
}
