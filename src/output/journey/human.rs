//! Journeys for a terminal: a table, a timeline, and who meets what.

use std::io::{self, Write};

use super::{FATES, OfAll, OfOne, contact, held, model_in_words, opening};
use crate::journey::{Access, Fate, Fated, Journey, Opening, Step};
use crate::model::text::many;
use crate::output::escape;
use crate::output::human::{Style, paint};
use crate::output::words::wrapped;

/// Writes the journey of one member.
pub fn of_one(of: &OfOne<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", paint(style, "1", &escape::line(of.name)))?;
    let whose = match (of.to_come, of.released) {
        (true, _) => "a member who is released after the switch; day 0 is the release".to_owned(),
        (false, Some(days)) => {
            format!("a member who was released {} before the switch; day 0 is the release", many(days, "day"))
        }
        (false, None) => "a member with these tags; day 0 is the day of the switch".to_owned(),
    };
    writeln!(out, "  {whose}")?;
    if !of.to_come {
        writeln!(out, "  members_between_modules: {}", of.between.unwrap_or("not decided"))?;
    }
    writeln!(out)?;
    table(of.journey, style, out)?;
    timeline(of.journey, style, out)?;
    difference(of.journey, style, out)?;
    writeln!(out, "{}", wrapped(&model_in_words(), style.width))
}

fn table(journey: &Journey, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let first = journey.first_difference().map(|(at, _)| at);
    let rows: Vec<[String; 4]> = journey
        .steps
        .iter()
        .map(|step| {
            let [before, after] = [&step.before, &step.after].map(|of| escape::line(&opening(of)));
            [step.number.to_string(), escape::line(&step.name), before, after]
        })
        .collect();
    let head = ["", "module", "before", "after"].map(str::to_owned);
    let width = |column: usize| rows.iter().chain([&head]).map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3].map(width);
    for (at, row) in std::iter::once(&head).chain(&rows).enumerate() {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let is_first = at > 0 && first == Some(at - 1);
        let line = format!("{} {}", if is_first { ">" } else { " " }, cells.join("  "));
        // What stands in the row already is not said again.
        let fate = at.checked_sub(1).and_then(|at| journey.steps.get(at)).map(|step| &step.fate);
        let fate =
            fate.filter(|fate| !matches!(fate, Fate::Unknown(_) | Fate::ByHand)).map(in_words).unwrap_or_default();
        let line = if fate.is_empty() { line.trim_end().to_owned() } else { format!("{line}  {fate}") };
        writeln!(out, "{}", if is_first { paint(style, "1", &line) } else { line })?;
    }
    for (side, of) in
        [("before", |step| &step.before), ("after", |step| &step.after)] as [(&str, fn(&Step) -> &Opening); 2]
    {
        let unlike = journey.steps.iter().filter_map(|step| Some((step.number.to_string(), of(step).why()?)));
        let unlike: Vec<(String, &str)> = unlike.collect();
        for alike in unlike.chunk_by(|one, next| one.1 == next.1) {
            let numbers: Vec<&str> = alike.iter().map(|(number, _)| number.as_str()).collect();
            let line = format!("  {}, {side}: {}", numbers.join(" "), escape::line(alike[0].1));
            writeln!(out, "{}", wrapped(&line, style.width))?;
        }
    }
    writeln!(out)
}

/// How many columns of the timeline are days.
const COLUMNS: u32 = 56;

/// A line a module and side: closed, open or unknown, day by day.
fn timeline(journey: &Journey, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let last = journey.last_day().saturating_add(1);
    let each = (last / COLUMNS).saturating_add(1);
    let columns = last / each + 1;
    let scale = if each == 1 { "a day".to_owned() } else { format!("{each} days") };
    writeln!(out, "  a column is {scale}: . closed, # open, ? unknown; ^ the switch")?;
    let widest = journey.steps.iter().map(|step| step.name.chars().count()).max().unwrap_or(0).min(24);
    let mark = |at: u32| {
        let begins_ten = at.is_multiple_of(10);
        if at == journey.today / each {
            '^'
        } else if begins_ten {
            '|'
        } else {
            ' '
        }
    };
    let marks: String = (0..columns).map(mark).collect();
    writeln!(out, "  {:widest$}          {}", "", marks.trim_end())?;
    for step in &journey.steps {
        let name: String = escape::line(&step.name).chars().take(widest).collect();
        for (side, word) in ["before", "after"].into_iter().enumerate() {
            let bar: String = (0..columns).map(|at| sign(journey, step, at * each, side)).collect();
            let name = if side == 0 { name.as_str() } else { "" };
            let line = format!("  {name:widest$}  {word:6}  {bar}");
            let differs = side == 1 && step.fate.differs();
            writeln!(out, "{}", if differs { paint(style, "33", &line) } else { line })?;
        }
    }
    writeln!(out)
}

fn sign(journey: &Journey, step: &Step, day: u32, side: usize) -> char {
    match journey.access(step, day)[side] {
        Access::Open => '#',
        Access::Closed => '.',
        Access::Unknown => '?',
    }
}

fn difference(journey: &Journey, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let text = match journey.first_difference() {
        None => "no day differs".to_owned(),
        Some((at, day)) => {
            let step = &journey.steps[at];
            let day = day.map_or_else(|| "on a day that nobody knows".to_owned(), |day| format!("on day {day}"));
            let what = format!("{day}, with module {} `{}`", step.number, step.name);
            format!(
                "the first difference is {what} (before: {}; after: {})",
                opening(&step.before),
                opening(&step.after)
            )
        }
    };
    writeln!(out, "{}", wrapped(&escape::line(&text), style.width))
}

/// What becomes of a module, in words; nothing where nothing does.
pub fn in_words(fate: &Fate) -> String {
    match fate {
        Fate::Loses => "lost".to_owned(),
        Fate::WaitsForEver => "never opens any more".to_owned(),
        Fate::Unknown(_) => "unknown".to_owned(),
        Fate::Later(days) => format!("{} later", many(*days, "day")),
        Fate::WaitsForPerson(Some(who)) => format!("waits for {}", escape::line(who)),
        Fate::WaitsForPerson(None) => "waits for a person".to_owned(),
        Fate::ByHand => "on its day, by hand".to_owned(),
        Fate::Dated => "the CRM's day was unknown, now it has one".to_owned(),
        Fate::Earlier(days) => format!("{} earlier", many(*days, "day")),
        Fate::Gains => "gained".to_owned(),
        Fate::Same => String::new(),
    }
}

/// Most cohorts that are listed; the rest is counted.
const LISTED: usize = 40;

/// Writes what becomes of everybody.
pub fn of_all(of: &OfAll<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let differing: Vec<&Fated> = of.everybody.cohorts.iter().filter(|cohort| cohort.fate != Fate::Same).collect();
    for cohort in differing.iter().take(LISTED) {
        let line = |text: &str| escape::line(text);
        let module = cohort.module.as_ref().map(|(_, name)| format!(" `{}`", line(name))).unwrap_or_default();
        let what = format!("{:>7}  {}:{module} {}", cohort.contacts, line(&cohort.name), in_words(&cohort.fate));
        let code = match cohort.fate {
            Fate::Loses | Fate::WaitsForEver => "31",
            Fate::Unknown(_) | Fate::Later(_) => "33",
            _ => "0",
        };
        writeln!(out, "{}", paint(style, code, &what))?;
        if let Fate::Unknown(why) = &cohort.fate {
            writeln!(out, "         {}", line(why))?;
        }
        if !cohort.held.is_empty() {
            let named: Vec<String> = cohort.first.iter().map(|id| line(&contact(id, of.show_personal))).collect();
            let more = if cohort.contacts > named.len() as u64 { ", …" } else { "" };
            let has = line(&held(&cohort.held, of.offerings.get(&cohort.offering)));
            let line = format!("         has {has}; contact {}{more}", named.join(", "));
            writeln!(out, "{}", wrapped(&line, style.width))?;
        }
    }
    if differing.len() > LISTED {
        let left = &differing[LISTED..];
        let members: u64 = left.iter().map(|cohort| cohort.contacts).sum();
        writeln!(out, "  and {} with {}, in `--format json`", many(left.len(), "cohort"), many(members, "membership"))?;
    }
    if !differing.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{}", wrapped(&sum(of), style.width))?;
    writeln!(out, "{}", wrapped(&model_in_words(), style.width))
}

/// How many meet what, in a line.
fn sum(of: &OfAll<'_>) -> String {
    let counts = of.everybody.counts();
    let each = FATES.iter().filter_map(|(word, says)| Some(format!("{} {says}", counts.get(word)?)));
    let each: Vec<String> = each.collect();
    let contacts = many(of.everybody.contacts, "contact");
    if each.is_empty() {
        return format!("{contacts}: nobody holds a tag of an offering");
    }
    format!("{contacts}, counted once in each offering of theirs: {}", each.join(" · "))
}
