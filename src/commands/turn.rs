//! Whose turn it is at a site: the files of a run beside its plan, and the lock.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::apply::journal::{self, Begin, Journal, JournalError, Told};
use crate::apply::lock::{self, Lock, LockError};
use crate::apply::machine::Progress;
use crate::apply::{self};
use crate::model::text::host_and_port;
use crate::site::file::FileSite;

use super::{Failure, Terminal, exit};

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let failure = Self::new(exit::COULD_NOT_RUN, error.to_string());
        if matches!(error, JournalError::Foreign { .. }) {
            return failure
                .help("take the journal from a backup; until then nobody knows what this run did, so press nothing");
        }
        failure
            .help("nothing is done that cannot be written down first; mend the disk or the folder, then run it again")
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        let held = matches!(error, LockError::Held { .. });
        let failure = Self::new(if held { exit::LOCKED } else { exit::COULD_NOT_RUN }, error.to_string());
        if held {
            return failure.help("wait for it to end, or look at `plan lock status`; nothing was written");
        }
        failure
    }
}

/// The files of the runs of one plan's folder on one site.
pub(super) struct Files {
    /// The state folder; it need not exist.
    folder: PathBuf,
    /// One name for one site, however it was spelled.
    name: String,
    site: String,
}

impl Files {
    /// Where the files of runs on this site are, beside this plan.
    pub(super) fn of(plan: &Path, site: &str) -> Self {
        Self { folder: apply::state_folder(plan), name: one_name(plan, site), site: site.to_owned() }
    }

    pub(super) fn journal(&self) -> PathBuf {
        apply::state_file(&self.folder, &self.name, "journal.ndjson")
    }

    pub(super) fn lock(&self) -> PathBuf {
        apply::state_file(&self.folder, &self.name, "lock")
    }

    /// The site as it was before the run; its population lies beside it.
    pub(super) fn before(&self) -> PathBuf {
        apply::state_file(&self.folder, &self.name, "before.site.ndjson")
    }

    /// Takes the lock; makes the state folder where there is none.
    pub(super) fn take(&self, plan: &Path) -> Result<Lock, Failure> {
        apply::make_state_folder(plan).map_err(|e| Failure::file("make the state folder beside", plan, &e))?;
        let lock = lock::take(&self.lock(), Timestamp::now())?;
        if let Some(dead) = lock.last.as_ref().filter(|last| last.process != std::process::id()) {
            FileSite::sweep(Path::new(&self.site), dead.process);
            FileSite::sweep(&self.before(), dead.process);
        }
        Ok(lock)
    }

    /// Puts away a run that ended and was cut off before its journal found its place.
    pub(super) fn put_away_ended(&self, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
        let kept = Journal::open(&self.journal())?.put_away(Timestamp::now())?;
        writeln!(terminal.out, "the last run had ended; its journal is {}", kept.display())?;
        Ok(exit::OK)
    }

    /// The run that is not put away yet; a journal that holds no beginning is none.
    pub(super) fn unfinished(&self) -> Result<Option<Unfinished>, Failure> {
        let path = self.journal();
        if std::fs::symlink_metadata(&path).is_err() {
            return Ok(None);
        }
        let (events, progress) = Journal::peek(&path)?;
        let Some(begin) = journal::begin(&events).cloned() else { return Ok(None) };
        Ok(Some(Unfinished { begin, events, progress }))
    }
}

impl Files {
    /// The events of the run that was put away last; none where there is none.
    pub(super) fn latest_put_away(&self) -> Result<Vec<Told>, Failure> {
        let journal = self.journal();
        let (Some(folder), Some(stem)) = (journal.parent(), journal.file_stem()) else { return Ok(Vec::new()) };
        let stem = format!("{}.", stem.to_string_lossy());
        let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let Some(last) = names.filter(|name| name.starts_with(&stem) && *name != *journal.to_string_lossy()).max()
        else {
            return Ok(Vec::new());
        };
        Ok(Journal::peek(&folder.join(last))?.0)
    }
}

/// A run that is not put away yet.
pub(super) struct Unfinished {
    pub(super) begin: Begin,
    pub(super) events: Vec<Told>,
    pub(super) progress: Progress,
}

/// One name for one site, however it was spelled: an address by host and port, a file by its way from the plan.
fn one_name(plan: &Path, site: &str) -> String {
    if site.contains("://") {
        return host_and_port(site).unwrap_or_else(|| site.to_owned());
    }
    fn folder_of(path: &Path) -> &Path {
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (folder, site) = (folder_of(plan), Path::new(site));
    // A site's file that is away for a moment keeps its name.
    let away = || real(folder_of(site)).join(site.file_name().unwrap_or_default());
    let file = site.canonicalize().unwrap_or_else(|_| away());
    file.strip_prefix(real(folder)).unwrap_or(&file).display().to_string()
}
