//! A run's turn at a site: the plan, the run's files, the lock and the site, opened once and held until they are dropped.

use crate::apply::journal::Journal;
use crate::apply::lock::Lock;
use crate::commands::{Begun, Terminal, members};
use crate::failure::Failure;
use crate::project::{Opened, Project};
use crate::site::{self, Site};

use super::begun_by;
use super::event_log::EventLog;
use super::everybody::Everybody;
use super::run_files::RunFiles;
use super::state::Unfinished;
use super::underway::Run;

/// A turn at a site that is open.
pub(crate) struct Session {
    pub(crate) turn: Turn,
    pub(crate) site: Box<dyn Site>,
    /// The digest of what the site's own adapters say, by which it was opened; none of a site in a file, and of a run that goes on.
    pub(super) adapters: Option<String>,
}

/// The lock of a site, with the plan and the run's files; the site is not opened yet.
pub(crate) struct Turn {
    pub(crate) project: Project,
    pub(crate) files: RunFiles,
    pub(crate) lock: Lock,
    pub(crate) log: EventLog,
}

impl Session {
    /// Opens a plan and its site, and takes the lock: for who begins a run, or says something of the one that is open. A name that
    /// is wrong is reported before anything is made beside the plan.
    pub(crate) fn open(
        project: Project,
        site: &str,
        log: &EventLog,
        terminal: &mut Terminal<'_>,
    ) -> Result<(Self, Opened, Option<Unfinished>), Failure> {
        let opened = project.open()?;
        let through = members::of_a_run(site, &opened.settings.site, log.is_on_stderr())?;
        let place = site::open_with_members(site, Some(&opened.plan), through.as_ref())?;
        let files = RunFiles::of_project(&project, site);
        let (turn, open) = Turn::take((project, files), log, Begun::No, terminal)?;
        let adapters = through.map(|through| through.adapters.own_digest());
        Ok((Self { adapters, ..turn.at(place) }, opened, open))
    }

    /// The run on this site, from here on.
    pub(crate) fn run(self, journal: Journal) -> Run {
        let Self { site, turn: Turn { project, files, lock, log }, .. } = self;
        let who = begun_by::who(journal.events());
        Run { site, journal, project, lock, files, log, who, everybody: Everybody::default() }
    }
}

impl Turn {
    /// Takes the lock of a site, and gives the run that is open on it from this plan's folder; refuses where one is open from another.
    ///
    /// `begun` is how far the command is with a run that is open.
    pub(super) fn take(
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

    /// The same, at its site.
    pub(super) fn at(self, site: Box<dyn Site>) -> Session {
        Session { turn: self, site, adapters: None }
    }
}
