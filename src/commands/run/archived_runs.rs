//! The runs of one plan on one site that were archived: the newest first, as far as each can be undone.

use std::path::PathBuf;

use crate::apply::archive;
use crate::apply::journal::JournalEntry;
use crate::commands::Terminal;
use crate::failure::{Failure, exit};
use crate::output::escape;

use super::run_files::RunFiles;
use super::state::Unfinished;

impl RunFiles {
    /// Archives the journal of a run that ended and was cut off before its journal found its place.
    pub(super) fn archive_ended(&self, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
        let kept = self.archive(&self.open_journal()?)?;
        writeln!(terminal.out, "the last run has ended; its journal is {}", escape::path(&kept))?;
        Ok(exit::OK)
    }

    /// The events of the run that was archived last; none where there is none.
    pub(super) fn latest_archived(&self) -> Result<Vec<JournalEntry>, Failure> {
        let last = archive::archived(&self.journal())?.pop();
        let last = last.map(|last| self.peeked(&last)).transpose()?.flatten();
        Ok(last.map(|run| self.ours(run)).transpose()?.map_or_else(Vec::new, |run| run.events))
    }

    /// The run that was archived and is the next to be undone, with its journal.
    pub(super) fn undoable(&self) -> Result<Option<(PathBuf, Unfinished)>, Failure> {
        self.replaced().next().transpose()
    }

    /// The runs that were archived and can be undone, the newest first: each was replaced by a newer one, and is undone where
    /// that one was. None after one that ended otherwise: past the barrier, or as the site was copied again.
    pub(super) fn replaced(&self) -> impl Iterator<Item = Result<(PathBuf, Unfinished), Failure>> {
        let next = |run: Archived| match run {
            Err(error) => Some(Some(Err(error))),
            Ok((_, run)) if run.progress.is_undone() => Some(None),
            Ok(found) => found.1.progress.is_replaced().then_some(Some(Ok(found))),
        };
        self.archived().map_while(next).flatten()
    }

    /// The runs that were archived, the newest first. One whose journal does not hold its end was damaged since.
    pub(super) fn archived(&self) -> impl Iterator<Item = Archived> {
        let read = |path: PathBuf| {
            let run = self.peeked(&path)?.filter(|run| run.progress.is_over());
            let run = run.ok_or_else(|| {
                let path = path.display();
                let message =
                    format!("`{path}` is the journal of a run that ended, but its end is missing: it was cut off");
                Failure::new(exit::COULD_NOT_RUN, message).help("take the journal from a backup")
            })?;
            Ok((path, self.ours(run)?))
        };
        archive::archived(&self.journal()).unwrap_or_default().into_iter().rev().map(read)
    }
}

/// A run that was archived, with its journal.
pub(super) type Archived = Result<(PathBuf, Unfinished), Failure>;
