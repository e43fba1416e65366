//! The run that is noted of a site: written by its own folder, heeded by every other of this user.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::apply::journal::{self, Journal, JournalEntry, Peeked};
use crate::apply::lock;
use crate::apply::machine::{Next, Progress};
use crate::apply::open_run::{self, OpenRun};
use crate::failure::{Failure, exit};
use crate::model::Identity;
use crate::model::plan::SiteRole;
use crate::output::escape::shell;
use crate::site::file;

use super::run_files::{RunFiles, shut_by_another};
use super::state::Unfinished;
use super::typed::Typed;

/// An open run that was begun from another folder.
pub(super) struct NotedRun {
    pub(super) run: OpenRun,
    /// How far it is; none where its journal cannot be read from here.
    progress: Option<Progress>,
    /// What it is on; none where its journal cannot be read from here.
    at: Option<(Identity, SiteRole)>,
}

impl NotedRun {
    /// It in words.
    pub(super) fn message(&self) -> String {
        let OpenRun { folder, machine, since, .. } = &self.run;
        let plan = self.run.plan.escape_debug();
        let on = if *machine == lock::machine() { String::new() } else { format!(" on `{}`", machine.escape_debug()) };
        let stands = match &self.progress {
            Some(progress) if progress.is_taking_back() => "is being undone".to_owned(),
            Some(progress) if progress.is_past_the_barrier() => PAST.to_owned(),
            Some(progress) => match progress.next() {
                Next::Step(step) => format!("waits at {}", step.in_a_sentence()),
                _ => "stopped part-way".to_owned(),
            },
            None if self.run.past_the_barrier => PAST.to_owned(),
            None => "cannot be read from here".to_owned(),
        };
        let at = self.run.site.as_ref().map_or_else(String::new, |site| format!(" at `{site}`"));
        format!(
            "a run of `{plan}`{at}, begun in `{}`{on} at {since}, is not finished: it {stands}",
            folder.escape_debug()
        )
    }
}

const PAST: &str = "is past *Run Migration*, which nobody may press again before the state of the migration is known";

impl RunFiles {
    fn note(&self) -> Option<PathBuf> {
        self.of_site("run.json")
    }

    fn noted(&self) -> Result<Option<(PathBuf, OpenRun)>, Failure> {
        let Some(path) = self.note() else { return Ok(None) };
        let noted = open_run::read(&path).map_err(|e| {
            if let Some(shut) = shut_by_another(&path, &e) {
                return shut;
            }
            let failure = Failure::file("read the note of an open run", &path, &e);
            if self.journal().exists() {
                return failure.help(format!(
                    "a run is open on this site from this folder: if no other folder has one, remove that file, and \
                    continue with `{}`, which writes it again",
                    self.resume()
                ));
            }
            failure.help("if no run is open on this site from any folder, remove that file")
        })?;
        Ok(noted.map(|run| (path, run)))
    }

    /// Notes beside the site that the run of these events is open.
    pub(crate) fn note_down(&self, events: &[JournalEntry], past_the_barrier: bool) -> Result<(), Failure> {
        let Some(path) = self.note() else { return Ok(()) };
        let noted = OpenRun::of(events, &self.journal_from_root(), past_the_barrier);
        let Some(run) = noted else { return Ok(()) };
        if open_run::read(&path).is_ok_and(|there| there.as_ref() == Some(&run)) {
            return Ok(());
        }
        Ok(open_run::write(&path, &run)?)
    }

    /// Puts a journal away whose run is over, and takes the note of that run away.
    pub(super) fn archive(&self, journal: &Journal) -> Result<PathBuf, Failure> {
        if let Some((path, run)) = self.noted()?
            && (self.is_noted_here(&run) || run.is_of(journal.events()))
        {
            file::remove(&path)?;
        }
        Ok(journal.archive(Timestamp::now())?)
    }

    /// Whether it is noted of the run of these events that its barrier was passed. It is noted first, so a journal that does not
    /// say so was cut off in between, or is older.
    pub(super) fn is_noted_as_open(&self, events: &[JournalEntry]) -> bool {
        let noted = self.noted().ok().flatten();
        noted.is_some_and(|(_, run)| run.past_the_barrier && run.is_of(events))
    }

    /// Whether a note was made by a run of this folder.
    fn is_noted_here(&self, run: &OpenRun) -> bool {
        run.machine == lock::machine() && Path::new(&run.journal) == self.journal_from_root()
    }

    /// The run that is open on this site from another folder; `own` is the one that is open from this one.
    pub(super) fn elsewhere(&self, own: Option<&Unfinished>) -> Result<Option<NotedRun>, Failure> {
        let Some((_, run)) = self.noted()? else { return Ok(None) };
        let own = own.filter(|own| run.is_of(&own.events));
        // Past the barrier the note is believed against a journal that is gone, or is older than the note.
        let lost = |run: OpenRun| run.past_the_barrier.then_some(NotedRun { run, progress: None, at: None });
        if let Some(own) = own {
            return Ok(if own.progress.is_past_the_barrier() { None } else { lost(run) });
        }
        if self.is_noted_here(&run) {
            return Ok(lost(run));
        }
        if run.machine != lock::machine() {
            return Ok(Some(NotedRun { run, progress: None, at: None }));
        }
        let gone = std::fs::symlink_metadata(&run.journal).is_err_and(|error| error.kind() == ErrorKind::NotFound);
        // A note can only refuse, and so can what it leads to: whose journal that is does not matter.
        let progress = Journal::peek(Path::new(&run.journal), None).ok();
        Ok(match progress {
            // Its end was written down, and the note not taken away: it was cut off there.
            Some(Peeked { events, progress, .. }) if run.is_of(&events) => (!progress.is_over()).then_some(NotedRun {
                run,
                progress: Some(progress),
                at: journal::begin(&events).map(|begin| (begin.host.clone(), begin.on)),
            }),
            Some(_) => lost(run),
            None if gone && Path::new(&run.folder).is_dir() => lost(run),
            None => Some(NotedRun { run, progress: None, at: None }),
        })
    }

    /// Whether a run was begun from this folder when the site lay elsewhere.
    fn was_moved(&self, run: &OpenRun) -> bool {
        run.machine == lock::machine() && Path::new(&run.folder) == self.plans && !self.is_noted_here(run)
    }

    /// Refuses where a run is open on this site from another folder.
    pub(super) fn ensure_no_other_run(&self, plan: &Path, own: Option<&Unfinished>) -> Result<(), Failure> {
        let Some(elsewhere) = self.elsewhere(own)? else { return Ok(()) };
        let site = self.real.as_ref().map_or(self.site.clone(), |real| real.display().to_string());
        let give_up = shell(&plan.display().to_string());
        let give_up = format!("plan lock break {give_up} --site {} --id {}", shell(&self.site), elsewhere.run.id);
        if self.was_moved(&elsewhere.run) {
            let message = format!(
                "{}; it was begun from this folder when the site lay at another path: the site was moved since, or copied; \
                 nothing was written",
                elsewhere.message()
            );
            return Err(Failure::new(exit::PART_WAY, message).help(format!(
                "move it back to where it lay, then continue with it there; only if that run is given up for good: `{give_up}`"
            )));
        }
        let run = &elsewhere.run;
        let at = elsewhere.at.clone().unwrap_or((Identity::unnamed(), SiteRole::Staging));
        let there = Typed::new(&run.plan(), &site, at);
        let (resume, undo) = (there.named().resume(), there.named().undo());
        let is_own = own.is_some_and(|own| run.is_of(&own.events));
        let is_here = is_own || self.is_noted_here(run);
        let go_on = match &elsewhere.progress {
            None if is_here => "its journal is not here, or is older than that: take it from a backup".to_owned(),
            Some(progress) if progress.is_taking_back() => {
                format!("finish that in its folder with `{undo}`")
            }
            _ if run.past_the_barrier => format!("continue with it there: `{resume}`"),
            _ => {
                format!("continue with it there: `{resume}`, or take it back with `{undo}`")
            }
        };
        let message = format!("{}; nothing was written", elsewhere.message());
        let only = if is_here {
            "if it is gone for good and you know what was pressed"
        } else {
            "only if that folder is gone for good"
        };
        let help = format!("{go_on}; {only}: `{give_up}`");
        Err(Failure::new(exit::PART_WAY, message).help(help))
    }

    /// Gives up the run of this id that is noted here from another folder; whether there was one. `own` is the one that is open
    /// from this one, or why that cannot be read.
    pub(super) fn give_up(
        &self,
        id: &str,
        own: &Result<Option<Unfinished>, Failure>,
    ) -> Result<Option<OpenRun>, Failure> {
        let Some((path, run)) = self.noted()?.filter(|(_, run)| run.id == id) else { return Ok(None) };
        let here = own.as_ref().map_or(true, Option::is_some);
        if here && self.elsewhere(own.as_ref().ok().and_then(Option::as_ref))?.is_none() {
            let (go_on, undo) = (self.resume(), self.undo());
            return Err(Failure::new(
                exit::USAGE,
                "that run is open in this folder, so it cannot be given up with this command",
            )
            .help(format!("continue with it with `{go_on}`, or take it back with `{undo}`")));
        }
        file::remove(&path)?;
        Ok(Some(run))
    }
}
