//! `plan record not-pressed`: a person's word that *Run Migration* was not pressed, taken only where the site shows nothing else.

use std::path::Path;

use jiff::Timestamp;

use crate::apply::journal::{Event, Journal};
use crate::apply::proof;
use crate::cli::By;
use crate::guide::Movement;
use crate::model::record::{Evidence, NotPressed};
use crate::output::escape;
use crate::site::Site as _;
use crate::site::file::FileSite;

use super::earlier::is_of_this_plan;
use super::event_log::EventLog;
use super::record::{DEFAULT_LIMITS, says_something, who_is_known};
use super::record_file::{append, path_of};
use super::resume::is_its_site;
use super::run::Run;
use super::turn::{Files, Unfinished};
use super::{Failure, Terminal, exit, inputs, status};

/// The word and the reading are of one moment: a word that was given before somebody pressed after all must not count.
pub(super) fn run(by: &By, says: String, name: &str, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    who_is_known(by)?;
    let opened = inputs::open(&by.plan, DEFAULT_LIMITS, false)?;
    let mut site = inputs::open_site(name, Some(&opened.plan))?;
    let files = Files::of(&by.plan, name);
    let lock = files.take(&by.plan)?;
    let open = files.unfinished()?;
    files.nobody_elses(&by.plan, open.as_ref())?;
    let nothing = || Failure::new(exit::USAGE, "no run here is past the one-way door without *Run Migration* proven");
    let Unfinished { begin, progress, events } = open.ok_or_else(nothing)?;
    let again = |other: &Path| format!("say it of that one: `plan record not-pressed … --plan {}`", other.display());
    is_of_this_plan(&by.plan, &begin, again)?;
    let door = events.iter().rfind(|told| matches!(told.event, Event::Crossed { .. }));
    let door = door.filter(|_| progress.may_be_unpressed()).ok_or_else(nothing)?;
    let evidence = Evidence::NotPressed(NotPressed { host: begin.host.clone(), says });
    says_something(&evidence)?;
    let now = is_its_site(site.as_mut(), &begin)?;
    let read_at = now.header.taken_at.parse().unwrap_or(Timestamp::MIN);
    let kept = FileSite::open(files.before()).and_then(|mut kept| kept.configuration());
    let before = kept.ok().and_then(|kept| Movement::of(&kept).maintenance);
    let seen = proof::not_pressed((read_at, &Movement::of(&now)), before, door.at).map_err(|why| {
        let message = format!("that nobody pressed *Run Migration* is not accepted: {why}");
        Failure::new(exit::PART_WAY, message).help(format!(
            "do not press it again until its state is known; read the site anew and say it again, or the way back: {}",
            status::way_back(&opened)
        ))
    })?;
    append(&path_of(&by.plan), &by.who, Timestamp::now(), evidence)?;
    let journal = Journal::open(&files.journal())?;
    let mut run = Run { site, journal, lock, files, log: EventLog::default() };
    let line = escape::line(&seen);
    run.note(Event::NotPressed { who: by.who.clone(), seen })?;
    run.files.note_down(run.journal.events(), false)?;
    writeln!(terminal.out, "recorded: nobody pressed *Run Migration*, by the word of `{}`; {line}", by.who)?;
    writeln!(
        terminal.out,
        "the run is before the one-way door again: `plan undo` takes it back, `--resume` asks for the phrase anew"
    )?;
    Ok(exit::OK)
}
