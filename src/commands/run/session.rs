//! A run's turn at a site: the plan, the run's files and the lock of the site, opened once and held until they are dropped.

use crate::apply::journal::Journal;
use crate::apply::lock::Lock;
use crate::commands::{Begun, Terminal};
use crate::failure::Failure;
use crate::project::Project;
use crate::site::Site;

use super::event_log::EventLog;
use super::run_files::RunFiles;
use super::state::Unfinished;
use super::underway::Run;

/// A turn at a site.
pub(crate) struct Session {
    pub(super) project: Project,
    pub(crate) files: RunFiles,
    pub(super) lock: Lock,
    pub(super) log: EventLog,
}

impl Session {
    /// Takes the lock of a site, and gives the run that is open on it from this plan's folder; refuses where one is open from another.
    ///
    /// `begun` is how far the command is with a run that is open.
    pub(crate) fn open(
        (project, files): (Project, RunFiles),
        log: &EventLog,
        begun: Begun,
        terminal: &mut Terminal<'_>,
    ) -> Result<(Self, Option<Unfinished>), Failure> {
        let lock = files.take(project.path())?;
        files.attend_to_modes(terminal.err)?;
        let open = files.unfinished()?;
        if open.is_some() {
            terminal.has_begun(begun);
        }
        files.ensure_no_other_run(project.path(), open.as_ref())?;
        Ok((Self { project, files, lock, log: log.clone() }, open))
    }

    /// The run on this site, from here on.
    pub(crate) fn run(self, site: Box<dyn Site>, journal: Journal) -> Run {
        let Self { project, files, lock, log } = self;
        Run { site, journal, project, lock, files, log }
    }
}
