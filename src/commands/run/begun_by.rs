//! Who began the run of a plan that is under way.

use std::path::Path;

use crate::apply::journal::{Event, Journal, JournalEntry};
use crate::apply::{plan_name, state_folder};
use crate::commands::Terminal;
use crate::failure::Failure;
use crate::model::Plan;
use crate::output::escape::line;
use crate::shape;
use crate::trust::Key;

/// Who began the run that is under way beside this plan, or took it over; none where no such run is ours, or nobody is named. Of
/// several runs it is the one that began last.
pub(in crate::commands) fn begun_by(plan: &Path) -> Option<String> {
    let key = Key::find().ok()??;
    let files = std::fs::read_dir(state_folder(plan)).ok()?.flatten().map(|entry| entry.path());
    let journals = files.filter(|path| path.to_string_lossy().ends_with(".journal.ndjson"));
    let runs = journals.filter_map(|path| Journal::peek(&path, Some(&key)).ok());
    let open = runs.filter(|run| run.foreign.is_none() && !run.progress.is_over());
    let begun = open.filter(|run| run.events.first().is_some_and(|first| is_of(first, plan)));
    let last = begun.max_by_key(|run| run.events.first().map(|first| first.at))?;
    who(&last.events)
}

fn is_of(first: &JournalEntry, plan: &Path) -> bool {
    matches!(&first.event, Event::Begin(begin) if begin.plan == plan_name(plan))
}

/// Who began a run, or took it over last; none where nobody is named.
pub(super) fn who(events: &[JournalEntry]) -> Option<String> {
    events.iter().rev().find_map(|entry| match &entry.event {
        Event::Adopted { who, .. } => who.clone(),
        Event::Begin(begin) => begin.who.clone(),
        _ => None,
    })
}

/// Asks who of the plan's people is at the keyboard; none where nobody says so.
pub(super) fn ask_who(plan: &Plan, terminal: &mut Terminal<'_>) -> Result<Option<String>, Failure> {
    let people = line(&shape::list(plan.people.keys().map(String::as_str)));
    loop {
        match terminal.ask_line(&format!("  who is at the keyboard? {people}: "))? {
            Some(who) if plan.people.contains_key(&who) => return Ok(Some(who)),
            None => return Ok(None),
            Some(who) if who == "q" => return Ok(None),
            Some(who) if who == "?" => writeln!(
                terminal.out,
                "  your name as the plan has it under `people`: what you attest goes on record under it; whoever is not listed is added to the \
                 plan first; `q` names nobody"
            )?,
            Some(who) => writeln!(terminal.out, "  `{}` is not one of the plan's `people`; `?` explains", line(&who))?,
        }
    }
}
