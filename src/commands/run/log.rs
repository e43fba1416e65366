//! `plan log`: what the run on a site did, line by line.

use crate::apply::journal::{Event, JournalEntry, begin};
use crate::cli::{Log, StatusFormat};
use crate::commands::Terminal;
use crate::failure::{Failure, exit};
use crate::output::escape;
use crate::output::human::paint;
use crate::output::words::to_the_second;

use super::event_log::{Line, Occurrence};
use super::run_files::RunFiles;
use super::status::earlier;

pub(crate) fn run(args: &Log, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let files = RunFiles::of(&args.of.plan, &args.of.site);
    let (events, progress) = match files.unfinished()? {
        Some(run) => (run.events, Some(run.progress)),
        None => (files.latest_archived()?, None),
    };
    if events.is_empty() {
        // One that was emptied since is no run that never was.
        drop(files.undoable()?);
        return Err(Failure::new(exit::USAGE, "no run on this site is on record here"));
    }
    for entry in &events {
        match args.format {
            StatusFormat::Human => {
                let line = format!("{}  {}", to_the_second(&entry.at.to_string()), message(entry, &events));
                let line = terminal.prose(&line).into_owned();
                let style = terminal.style(0);
                let shown = color_of(&entry.event).map_or_else(|| line.clone(), |color| paint(style, color, &line));
                writeln!(terminal.out, "{shown}")?;
            }
            StatusFormat::Json => writeln!(
                terminal.out,
                "{}",
                escape::json_line(&Line { at: entry.at, event: Occurrence::OfRun(&entry.event) })
            )?,
        }
    }
    if args.format == StatusFormat::Human
        && let Some(digest) = earlier(&files, progress.as_ref(), terminal)?
    {
        writeln!(
            terminal.notes(),
            "an earlier run, of the changes {}, is on record too; `{}` says when it can be undone",
            &digest[..16],
            files.command("status")
        )?;
    }
    Ok(exit::OK)
}

/// What somebody looks for in a log stands out: where it stopped, and what there is no way back from.
fn color_of(event: &Event) -> Option<&'static str> {
    match event {
        Event::Halt { .. } | Event::BarrierPassed { .. } | Event::Maintenance { on: false } => Some("1;31"),
        Event::Passed { .. } | Event::End => Some("32"),
        _ => None,
    }
}

/// An event in words.
pub(super) fn message(entry: &JournalEntry, events: &[JournalEntry]) -> String {
    let on = |change: usize| {
        let on = begin(events).and_then(|begin| begin.changes.get(change)).map(|change| change.on.to_string());
        format!("{} {}", change + 1, escape::line(&on.unwrap_or_default()))
    };
    match &entry.event {
        Event::Begin(begin) => {
            let (plan, host) = (escape::line(&begin.plan), escape::line(&begin.host.to_string()));
            format!("began {plan} on {host}: {}", begin.size())
        }
        Event::Resume { token, adapters, .. } => {
            let edited = adapters.as_ref().map_or("", |_| ", with adapters that were edited since the run began");
            format!("resumed (lock token {token}){edited}")
        }
        Event::Intent { change } => format!("about to make change {}", on(*change)),
        Event::Done { change } => format!("in place: change {}", on(*change)),
        Event::Halt { change, why } => format!("stopped at change {}: {}", on(*change), escape::line(why)),
        Event::Reached { step } => format!("next is the step {}", step.name()),
        Event::Kept { sha256 } => {
            format!(
                "the reading of the site from before the barrier was kept (sha256 {}…)",
                escape::line(sha256.get(..12).unwrap_or_default())
            )
        }
        Event::Accepted { unmeasured } => {
            let what: Vec<&str> = unmeasured.iter().map(|what| what.name()).collect();
            format!("accepted as unknown: {}", what.join(", "))
        }
        Event::Trapped { seen } => format!("no mail leaves the site: {}", escape::line(seen)),
        Event::BarrierPassed { who, members } => {
            let members = members.map_or_else(|| "an unknown number of members".to_owned(), |n| format!("{n} members"));
            let who = who
                .as_deref()
                .map_or_else(String::new, |who| format!(", spare administrator proven by {}", escape::line(who)));
            format!("the barrier was passed, for {members}{who}")
        }
        Event::NotPressed { who, seen } => {
            let who = escape::line(who);
            format!(
                "*Run Migration* was not pressed, attested by {who}, so the run is before the barrier again: {}",
                escape::line(seen)
            )
        }
        Event::Maintenance { on: false } => {
            "maintenance mode of live was found off: whoever bought meanwhile is in no backup made before".to_owned()
        }
        Event::Maintenance { on: true } => "maintenance mode of live was found on again".to_owned(),
        Event::DecisionDue { who, by } => format!("it is {by}: {} decides whether to go on or back", escape::line(who)),
        Event::Decided { who, decision } => format!("{} decided: {}", escape::line(who), decision.name()),
        Event::Migrated => "a reading showed the site as migrated".to_owned(),
        Event::Passed { step, by, seen, .. } => {
            format!("done: {} ({}): {}", step.name(), by.name(), escape::line(seen))
        }
        Event::ReviewedAgain { by, seen } => {
            format!("the members were compared again ({}): {}", by.name(), escape::line(seen))
        }
        Event::Undo => "from here on the changes are undone".to_owned(),
        Event::TakeBack { change } => format!("about to take back change {}", on(*change)),
        Event::TakenBack { change } => format!("taken back: change {}", on(*change)),
        Event::Left { change } => format!("left as somebody else changed it: change {}", on(*change)),
        Event::SetBack { by, seen, .. } => format!("set back by hand ({}): {}", by.name(), escape::line(seen)),
        Event::Adopted { who, .. } => {
            let who = who.as_deref().map_or_else(String::new, |who| format!(" by {}", escape::line(who)));
            format!("taken over on this machine{who}: what was confirmed was looked at and confirmed again")
        }
        Event::Closed { why } => format!("closed: {}", escape::line(why)),
        Event::End => "ended".to_owned(),
    }
}
