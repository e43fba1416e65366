//! Is what lies in the state folder this user's, and this machine's? What is not counts for nothing until it is adopted.

use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::apply::intended::Intended;
use crate::apply::journal::{self, Begin, Journal, JournalEntry, Peeked};
use crate::apply::machine::{Next, Progress};
use crate::apply::{self};
use crate::failure::{Failure, exit};
use crate::model::{Plan, Step};
use crate::output::escape::{self, line};
use crate::trust::{Fault, Key, NotOurs, is_without_modes};

use super::run_files::RunFiles;

/// A run that is not archived yet.
pub(crate) struct Unfinished {
    pub(crate) begin: Begin,
    pub(crate) events: Vec<JournalEntry>,
    pub(crate) progress: Progress,
    /// The journal, and why it is not proven to be this user's and this machine's; none where it is.
    pub(crate) foreign: Option<String>,
}

impl Unfinished {
    /// Whether a plan still is what this run is of.
    pub(super) fn is_of(&self, plan: &Plan) -> bool {
        let past = self.progress.is_past_the_barrier();
        Intended::of(&self.events).is_some_and(|intended| intended.is(plan, past))
    }

    /// The step in front of the barrier that it waits at; none where it is not at one.
    pub(super) fn waits(&self) -> Option<Step> {
        match self.progress.next() {
            Next::Step(step) if !self.progress.is_past_the_barrier() && !self.progress.is_taking_back() => Some(step),
            _ => None,
        }
    }

    /// Where it stands, by its own words.
    pub(super) fn stands(&self) -> String {
        match (&self.progress, self.progress.next()) {
            (progress, _) if progress.is_over() => "is over".to_owned(),
            (progress, _) if progress.is_past_the_barrier() => {
                "is past *Run Migration*, which nobody may press again before the state of the migration is known"
                    .to_owned()
            }
            (progress, _) if progress.is_taking_back() => "is being undone".to_owned(),
            (_, Next::Step(step)) => format!("waits at {}", step.in_a_sentence()),
            (progress, _) => format!("has {} of {} changes in place", progress.in_place(), self.begin.changes.len()),
        }
    }
}

impl RunFiles {
    /// Whether the state folder is this user's alone.
    pub(super) fn ensure_own(&self) -> Result<(), Failure> {
        self.owned().map_err(|not_ours| {
            let shared = not_ours.fault == Fault::Shared && not_ours.help.is_none();
            let failure = Failure::from(not_ours);
            if !shared {
                return failure;
            }
            failure.help(format!(
                "look at what was confirmed and take the run over: `{}`; if you cannot read it, ask that user for access to it, \
                    or for a copy of the plan's folder with it in it",
                self.command("adopt")
            ))
        })
    }

    /// The same, as it is asked by who may take the folder over.
    pub(super) fn owned(&self) -> Result<(), NotOurs> {
        apply::ensure_state_own(&self.folder, &self.git)
    }

    /// That modes mean nothing where the state folder lies, so that this machine's key alone shows whose it is.
    pub(super) fn attend_to_modes(&self, err: &mut dyn Write) -> Result<(), Failure> {
        if !is_without_modes(&self.folder) {
            return Ok(());
        }
        let folder = escape::path(&self.folder);
        Ok(writeln!(
            err,
            "attention: the file system of {folder} has no owners and modes, so it is unknown who else can write \
            there: only what has the mark of this machine's key counts"
        )?)
    }

    /// This machine's key, to write with.
    pub(super) fn key(&self) -> Result<Key, Failure> {
        Key::find_or_make()
    }

    /// The journal of a run that is ours, to go on with.
    pub(crate) fn open_journal(&self) -> Result<Journal, Failure> {
        Ok(Journal::open(&self.journal(), &self.key()?)?)
    }

    /// The run that is not archived yet; a journal that holds no beginning is none. It must be ours.
    pub(super) fn unfinished(&self) -> Result<Option<Unfinished>, Failure> {
        self.ensure_own()?;
        self.found()?.map(|run| self.ours(run)).transpose()
    }

    /// The run that is not archived yet, whoever's it is.
    pub(super) fn found(&self) -> Result<Option<Unfinished>, Failure> {
        let path = self.journal();
        match std::fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            // Of a folder that cannot be looked into nobody knows whether it holds a run.
            Err(error) => {
                self.ensure_own()?;
                return Err(Failure::file("read", &path, &error));
            }
            Ok(_) => {}
        }
        let Some(mut run) = self.peeked(&path)? else { return Ok(None) };
        if self.is_noted_as_open(&run.events) {
            run.progress.believe_barrier_passed();
        }
        Ok(Some(run))
    }

    /// What a journal holds; none where not even its beginning was written whole.
    pub(super) fn peeked(&self, path: &Path) -> Result<Option<Unfinished>, Failure> {
        let Peeked { events, progress, foreign } = Journal::peek(path, Key::find()?.as_ref())?;
        let foreign = foreign
            .map(|why| format!("`{}` is not proven to belong to this user and this machine: {why}", path.display()));
        Ok(journal::begin(&events).cloned().map(|begin| Unfinished { begin, events, progress, foreign }))
    }

    /// A run that is ours.
    pub(super) fn ours(&self, run: Unfinished) -> Result<Unfinished, Failure> {
        let Some(why) = &run.foreign else { return Ok(run) };
        let message = format!(
            "{}; according to that file, the run of `{}` on `{}` {}; nothing was written",
            line(why),
            line(&run.begin.plan),
            line(&run.begin.host.to_string()),
            run.stands()
        );
        Err(Failure::new(exit::UNCONFIRMED, message).help(format!(
            "if it is your own run or a colleague's, look at what was confirmed and take it over: `{}`; if it came \
            with a repository or an archive, move it away",
            self.command("adopt")
        )))
    }
}
