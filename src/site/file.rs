//! A site in a file: its configuration, with its population beside it. It carries out every change itself, and is what it says
//! wherever it is read as a site; a recording is read with [`FileSite::snapshot`], which nothing vouches for.

use std::io::{BufRead as _, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::beside::Beside;
use super::snapshot_file::{LARGEST, SnapshotFile};
use super::{Executor, Population, Reading, Site, SiteError, disk};
use crate::change::{self, Change};
use crate::model::population::{Census, Questions};
use crate::model::snapshot::Capture;
use crate::model::{Identity, ObjectRef, Snapshot, Worth};
use crate::population::{Chosen, Damage, LONGEST_LINE, Lines, Wish};

pub use super::seal::{seal, seal_captured, seal_file};

/// A site in a file.
#[derive(Clone, Debug)]
pub struct FileSite {
    path: PathBuf,
    /// The text that was read or written last, and what it holds: a run reads the same text after each of its changes.
    last: Option<(String, SnapshotFile)>,
    /// The site that was read here first: no other one is read or written through this value.
    site: Option<Identity>,
    /// A configuration that was read ahead, for the next reading.
    ahead: Option<Snapshot>,
}

impl FileSite {
    /// The site in a file. `X.site.ndjson` has its population beside it in `X.population.ndjson`, any other `Y.ext` in
    /// `Y.population.ndjson`; each may be packed, by a further `.zst` or `.gz` in its name.
    ///
    /// # Errors
    /// [`SiteError::File`] where there is no regular file.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, SiteError> {
        let path = path.into();
        disk::ensure_there(&path)?;
        Ok(Self { path, last: None, site: None, ahead: None })
    }

    /// The same, with its configuration read already: the next reading takes that one.
    ///
    /// # Errors
    /// [`SiteError`] where it cannot be read whole.
    pub fn read_ahead(mut self) -> Result<Self, SiteError> {
        self.ahead = Some(self.snapshot()?);
        Ok(self)
    }

    /// Which site it holds, by its first line alone; none where that does not say.
    pub fn identity(&self) -> Option<Identity> {
        let mut first = Vec::new();
        disk::open(&self.path).ok()?.take(LONGEST_LINE + 1).read_until(b'\n', &mut first).ok()?;
        let first = Lines::new(&first[..]).next_line().and_then(SnapshotFile::begin).ok()?;
        Some(first.into_snapshot().header.site)
    }

    /// Takes away what a run that died in the middle of a write left beside the file. Its process must be dead.
    pub fn sweep(path: &Path, process: u32) {
        crate::fs::sweep(path, process);
    }

    /// The file of its population; none where none lies beside it.
    pub fn population_path(&self) -> Option<PathBuf> {
        disk::population(&self.path)
    }

    /// Spot-check contacts for a first plan; none where no population was captured.
    ///
    /// # Errors
    /// [`SiteError`] where configuration or population cannot be read whole, or do not belong together.
    pub fn choose(&self, wish: &Wish) -> Result<Option<Vec<Chosen>>, SiteError> {
        let Some(path) = self.population_path() else { return Ok(None) };
        super::choose(&Beside::new(path, &self.snapshot()?), wish).map(Some)
    }

    /// The configuration, without the population beside it.
    ///
    /// # Errors
    /// [`SiteError`] where it cannot be read whole.
    pub fn snapshot(&self) -> Result<Snapshot, SiteError> {
        SnapshotFile::read_only(disk::open(&self.path)?).map_err(|damage| disk::damaged(&self.path, damage))
    }

    /// The file as it is now, read whole; understood again only where it is not what it was.
    fn now(&mut self) -> Result<&SnapshotFile, SiteError> {
        let damaged = |damage| disk::damaged(&self.path, damage);
        let mut bytes = Vec::new();
        let read = disk::open(&self.path)?.take(LARGEST + 1).read_to_end(&mut bytes);
        read.map_err(|source| damaged(Damage::Read(source)))?;
        let last = self.last.take().filter(|(text, _)| text.as_bytes() == bytes);
        let now = match last {
            Some((text, file)) => (text, file),
            None => {
                let file = SnapshotFile::read(&bytes[..]).map_err(damaged)?;
                // Every line was found to be UTF-8.
                (String::from_utf8_lossy(&bytes).into_owned(), file)
            }
        };
        self.is_the_same(&now.1.snapshot().header.site)?;
        Ok(&self.last.insert(now).1)
    }

    /// Refuses another site than the one that was read here first: the file was replaced since.
    fn is_the_same(&mut self, found: &Identity) -> Result<(), SiteError> {
        let first = self.site.get_or_insert_with(|| found.clone());
        if first.is_same_site(found) {
            return Ok(());
        }
        let (first, found, path) = (first.to_string(), found.to_string(), self.path.clone());
        Err(SiteError::Replaced { path, first, found })
    }

    fn census(&self, snapshot: &Snapshot, questions: &Questions) -> Result<Option<Census>, SiteError> {
        let Some(path) = self.population_path() else { return Ok(None) };
        let beside = Beside::new(path, snapshot);
        super::counted(&beside, &questions.clone().with_offerings_of(&snapshot.state)).map(Some)
    }
}

impl Site for FileSite {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn read(&mut self, questions: &Questions) -> Result<Reading, SiteError> {
        let ahead = self.ahead.take();
        let snapshot = ahead.map_or_else(|| self.snapshot(), Ok)?.with_worth(Worth::Captured);
        self.is_the_same(&snapshot.header.site)?;
        let census = self.census(&snapshot, questions)?;
        Ok(Reading { snapshot, census, login: None })
    }

    fn members_file(&self) -> Option<PathBuf> {
        self.population_path()
    }

    fn is_in_a_file(&self) -> bool {
        true
    }

    fn executor(&self, _: &Change) -> Executor {
        Executor::Automatic
    }

    fn configuration(&mut self) -> Result<Snapshot, SiteError> {
        Ok(self.now()?.snapshot().clone().with_worth(Worth::Captured))
    }

    fn population(&self, of: &Snapshot) -> Result<Box<dyn Population>, String> {
        let beside = self.population_path().map(|path| Box::new(Beside::new(path, of)) as Box<dyn Population>);
        beside.ok_or_else(|| match of.header.sections.get("contact") {
            Some(Capture::Missing(why)) => format!("not captured, because {why}"),
            _ => format!("no population lies beside `{}`", self.path.display()),
        })
    }

    fn keep(&mut self, at: &Path) -> Result<(), SiteError> {
        forget(at)?;
        if let Some(population) = self.population_path() {
            disk::copy(&population, &disk::beside(at, &population))?;
        }
        let text = self.now()?.text();
        disk::replace(at, &text)
    }

    fn observe(&mut self, on: &ObjectRef) -> Result<Option<Value>, SiteError> {
        Ok(change::observed(self.now()?.snapshot(), on))
    }

    fn execute(&mut self, change: &Change) -> Result<(), SiteError> {
        let file = self.now()?;
        let mut state = file.snapshot().state.clone();
        change::apply(&mut state, change)?;
        let text = file.text_with(&state);
        // A file that could not be read again would be a loss, whatever led to it.
        match SnapshotFile::read(text.as_bytes()) {
            Ok(again) if again.snapshot().state == state => {
                disk::replace(&self.path, &text)?;
                self.last = Some((text, again));
                Ok(())
            }
            Ok(_) => Err(self.refuse("the changed object would be read back as a different one")),
            Err(damage) => Err(self.refuse(&damage.to_string())),
        }
    }
}

impl FileSite {
    /// Why a change is not written.
    fn refuse(&self, what: &str) -> SiteError {
        SiteError::Damaged {
            path: self.path.clone(),
            line: None,
            what: format!("the change was not written, as it would damage the file: {what}"),
            help: "correct the plan's names and keys".to_owned(),
        }
    }
}

/// Writes a configuration to a file, packed by its name: whole or not at all, and a new file its owner's alone.
///
/// # Errors
/// [`SiteError::File`] where it cannot be written.
pub fn save(path: &Path, snapshot: Snapshot) -> Result<(), SiteError> {
    disk::replace(path, &SnapshotFile::new(snapshot).text())
}

/// Takes away whatever runs that died in the middle of a write left beside a file.
///
/// # Errors
/// [`SiteError::File`] where one is there and cannot be removed.
pub fn forget_unfinished(beside: &Path) -> Result<(), SiteError> {
    disk::sweep_all(beside)
}

/// Writes a text to a file: whole or not at all.
///
/// # Errors
/// [`SiteError::File`] where it cannot be written.
pub fn save_text(path: &Path, text: &str) -> Result<(), SiteError> {
    disk::replace(path, text)
}

/// Whether a site in a file says that it has a population, and none lies beside it.
pub fn lacks_population(at: &Path) -> bool {
    let read = FileSite::open(at).and_then(|mut site| site.configuration());
    disk::population(at).is_none() && read.is_ok_and(|read| read.population.is_some())
}

/// Removes a file that may be gone already.
///
/// # Errors
/// [`SiteError::File`] where it is there and cannot be removed.
pub fn remove(path: &Path) -> Result<(), SiteError> {
    disk::remove(path)
}

/// Takes a kept site away, with its population.
///
/// # Errors
/// [`SiteError::File`] where a file is there and cannot be removed.
pub fn forget(at: &Path) -> Result<(), SiteError> {
    while let Some(population) = disk::population(at) {
        disk::remove(&population)?;
    }
    disk::remove(at)
}
