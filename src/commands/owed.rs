//! `plan owed`: what is due to members between two modules, and what of an earlier list is done.

pub(super) mod list;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::cli;
use crate::failure::{Failure, exit};
use crate::journey::{Due, Owing, Released};
use crate::model::Grade;
use crate::model::population::{ContactField, Opening, Person};
use crate::model::text::many;
use crate::output::escape;
use crate::output::journey::{contact, model_in_words};
use crate::output::words::wrapped;
use crate::population::people;
use crate::site::{Population, file};

use super::Terminal;
use super::new_file::ensure_new;
use super::unjudged::{Side, Unjudged};

pub(super) fn run(args: &cli::Owed, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if let Some(out) = &args.out {
        ensure_new(out, terminal)?;
    }
    match &args.list {
        Some(earlier) => tick(args, earlier, terminal),
        None => make(args, terminal),
    }
}

/// Makes the list.
fn make(args: &cli::Owed, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let released = args.released.as_deref().map_or_else(|| Ok(Released::new()), list::released)?;
    let read = Unjudged::read_with_everybody(&args.of, terminal)?;
    let (before, after) = (&read.side.site.reading.snapshot.state, &read.lowered.after);
    if before.is_managed() {
        let message = "the site is on Managed Contacts already, and the list is made before that";
        return Err(Failure::new(exit::NOT_GREEN, message)
            .help("name a reading from before the switch with `--snapshot FILE`; `--list FILE` says what of an earlier list is done"));
    }
    let owing = Owing::of(&read.opened.plan, before, after);
    let today = day_of(&read.side);
    let (people, opening) = everybody(&read.side, |_, tags| owing.concerns(tags))?;
    ensure_tags(&opening)?;
    let unread: Vec<&str> = owing.unread().collect();
    let mut all: Vec<Due> = Vec::new();
    for (id, person) in &people {
        all.extend(owing.due(id, person, &released, today));
        if all.len() > MOST_ROWS {
            let message = format!("more than {MOST_ROWS} modules would be due, and no site has that many");
            return Err(
                Failure::new(exit::COULD_NOT_RUN, message).help("find out who made the site file, and take it again")
            );
        }
    }
    all.sort_by(|one, other| {
        (one.day.is_none(), one.day, &one.contact, one.number).cmp(&(
            other.day.is_none(),
            other.day,
            &other.contact,
            other.number,
        ))
    });
    show(&all, today, terminal)?;
    for key in &unread {
        writeln!(
            terminal.out,
            "of `{}` nobody knows to whom anything is due: its modules or tags were not captured",
            escape::line(key)
        )?;
    }
    writeln!(terminal.out, "{}", wrapped(&model_in_words(), terminal.width))?;
    write_list(args.out.as_deref(), &all, terminal)?;
    Ok(if unread.is_empty() { exit::OK } else { exit::NOT_GREEN })
}

fn write_list(out: Option<&Path>, all: &[Due], terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let Some(out) = out else { return Ok(()) };
    file::save_text(out, &list::sheet(all))?;
    writeln!(
        terminal.err,
        "wrote {}: {}; it holds contact IDs, so do not commit it",
        escape::path(out),
        many(all.len(), "row")
    )?;
    Ok(())
}

/// Most rows of a list: what is due to a hundred thousand members with five modules left each, twice.
const MOST_ROWS: usize = 1_000_000;

/// How many rows are shown.
const SHOWN: usize = 10;

fn show(all: &[Due], today: Date, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let members: BTreeSet<&str> = all.iter().map(|due| due.contact.as_str()).collect();
    let unknown = all.iter().filter(|due| due.day.is_none()).count();
    for due in all.iter().take(SHOWN) {
        let day = due.day.map_or_else(|| "unknown   ".to_owned(), |day| day.to_string());
        let id = contact(&due.contact, !terminal.masks);
        let row = format!("{day}  {id:>5}  {}: module {} `{}` ({})", due.offering, due.number, due.module, due.from);
        writeln!(terminal.out, "{}", escape::line(&row))?;
    }
    if all.len() > SHOWN {
        writeln!(terminal.out, "and {} more, in the list that `--out FILE` writes", all.len() - SHOWN)?;
    }
    writeln!(
        terminal.out,
        "{} due to {}, as of {today}; of {unknown} the day is unknown",
        many(all.len(), "module"),
        many(members.len(), "member")
    )?;
    Ok(())
}

/// Says what of an earlier list is done.
fn tick(args: &cli::Owed, earlier: &Path, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let rows = list::read(earlier)?;
    let read = Unjudged::read_with_everybody(&args.of, terminal)?;
    let today = day_of(&read.side);
    let wanted: BTreeSet<&str> = rows.iter().map(|due| due.contact.as_str()).collect();
    let (people, opening) = everybody(&read.side, |id, _| wanted.contains(id))?;
    ensure_tags(&opening)?;
    let has = |due: &Due| Some(people.get(&due.contact)?.contact.tags.contains(&due.tag));
    let (mut done, mut gone, mut left) = (0, 0, Vec::new());
    for due in rows {
        match has(&due) {
            Some(true) => done += 1,
            Some(false) => left.push(due),
            None => {
                gone += 1;
                left.push(due);
            }
        }
    }
    let overdue: Vec<&Due> = left.iter().filter(|due| due.day.is_some_and(|day| day < today)).collect();
    for due in overdue.iter().take(SHOWN) {
        let day = due.day.map(|day| day.to_string()).unwrap_or_default();
        let id = contact(&due.contact, !terminal.masks);
        let row = format!("overdue since {day}  {id}  {}: module {} `{}`", due.offering, due.number, due.module);
        writeln!(terminal.out, "{}", escape::line(&row))?;
    }
    writeln!(
        terminal.out,
        "as of {today}: {done} done, {} left, of them {} overdue and {gone} of contacts that the site does not have",
        left.len(),
        overdue.len()
    )?;
    let code = if overdue.is_empty() && gone == 0 { exit::OK } else { exit::NOT_GREEN };
    write_list(args.out.as_deref(), &left, terminal)?;
    Ok(code)
}

/// The day on which a site was read, in UTC.
pub(super) fn day_of(read: &Side) -> Date {
    read.site.now.to_zoned_datetime(TimeZone::UTC).date()
}

/// Members of the site who are wanted, with what is theirs.
pub(super) fn everybody(
    read: &Side,
    wanted: impl FnMut(&str, &[&str]) -> bool + Send,
) -> Result<(BTreeMap<String, Person>, Opening), Failure> {
    let population = population(read)?;
    let found = people(population.open()?, wanted).map_err(|damage| population.damaged(damage))?;
    let (people, opening, digest) = found;
    population.belongs(&digest)?;
    Ok((people, opening))
}

pub(super) fn population(read: &Side) -> Result<&dyn Population, Failure> {
    read.everybody.as_deref().map_err(|why| {
        let why = match read.site.reading.snapshot.grade("contact") {
            Grade::Unknown(why) => why,
            _ => why.clone(),
        };
        Failure::new(exit::NOT_GREEN, format!("nothing is known of the site's members: {why}"))
            .help("name a site whose members were read, or through what they are read with `--adapter FILE` (docs/live-site.md)")
    })
}

/// Refuses members whose tags nobody read.
pub(super) fn ensure_tags(opening: &Opening) -> Result<(), Failure> {
    if opening.unknown.contains(&ContactField::Tags) {
        let message = "the tags were not read of all contacts, so nobody knows what is due to whom";
        return Err(Failure::new(exit::NOT_GREEN, message).help("take another reading that has them"));
    }
    Ok(())
}
