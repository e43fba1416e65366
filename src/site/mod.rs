//! Places that have a configuration and a population: a site in a file, a WordPress.

mod beside;
pub(crate) mod disk;
pub mod file;
pub mod keyring;
mod object_line;
mod open;
mod review;
mod seal;
pub mod snapshot_file;
pub mod wordpress;

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::change::Change;
use crate::failure::{Failure, exit};
use crate::model::population::{Census, Questions};
use crate::model::snapshot::{Capture, PopulationDigest};
use crate::model::text::many;
use crate::model::{Misfits, ObjectRef, Snapshot};
use crate::population::{self, Chosen, Damage, Wish, take_census};

pub use crate::model::Executor;
pub(crate) use open::{open, open_file, open_with_members};

/// What one reading of a site gave.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The configuration, and what was captured how.
    pub snapshot: Snapshot,
    /// What the population answered; none where no population was captured.
    pub census: Option<Census>,
    /// Which login it was made with; none where none was needed.
    pub login: Option<SignedIn>,
}

/// A login that a place took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Its key among the site's administrators.
    pub key: String,
    /// Whether it is an administrator's now.
    pub is_administrator: bool,
}

/// What became of a mail that was sent to see whether any leaves a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What was seen to hold it back: the adapter that knows it; none where nothing was.
    pub held_back_by: Option<String>,
}

/// A place that can be read, and that carries out the changes it announces as automatic.
pub trait Site {
    /// The name to show: a path or an address, never a credential.
    fn name(&self) -> String;

    /// Reads the whole site afresh.
    ///
    /// # Errors
    /// [`SiteError`] where it cannot be read whole; a section that cannot be captured is no error.
    fn read(&mut self, questions: &Questions) -> Result<Reading, SiteError>;

    /// The managed fields of one object as the site shows them now: none of them where nothing shows it, and none at all where it
    /// does not exist.
    ///
    /// # Errors
    /// [`SiteError`] where the site cannot be read.
    fn observe(&mut self, on: &ObjectRef) -> Result<Option<Value>, SiteError> {
        Ok(crate::change::observed(&self.configuration()?, on))
    }

    /// The configuration now, without its population: what a person's act is watched by.
    ///
    /// # Errors
    /// [`SiteError`] where the site cannot be read.
    fn configuration(&mut self) -> Result<Snapshot, SiteError> {
        Ok(self.read(&Questions::default())?.snapshot)
    }

    /// Everybody, as they were when this configuration was read here; or why nobody can be asked for.
    ///
    /// # Errors
    /// Why there is no population, in words.
    fn population(&self, of: &Snapshot) -> Result<Box<dyn Population>, String> {
        Err(match of.header.capture("contact") {
            Capture::Missing(why) => format!("not captured, because {why}"),
            Capture::How(_) => format!("`{}` does not give it", self.name()),
        })
    }

    /// The configuration and everybody, as both are now; or why nobody can be asked for.
    ///
    /// # Errors
    /// [`SiteError`] where the site cannot be read.
    fn with_everybody(&mut self) -> Result<(Snapshot, Everybody), SiteError> {
        let snapshot = self.configuration()?;
        let population = self.population(&snapshot);
        Ok((snapshot, population))
    }

    /// The file that its members are read from; none where there is none.
    fn members_file(&self) -> Option<PathBuf> {
        None
    }

    /// How long it is left in peace after a reading while a person's step is waited for: reading it is work for it.
    fn peace(&self) -> Duration {
        Duration::ZERO
    }

    /// Whether it is a site in a file: one whose time is that of its reading.
    fn is_in_a_file(&self) -> bool {
        false
    }

    /// Signs in and says as whom; none where there is no login to be tested.
    ///
    /// # Errors
    /// [`SiteError::Login`] where the site does not take the login.
    fn signed_in(&mut self) -> Result<Option<SignedIn>, SiteError> {
        Ok(None)
    }

    /// Keeps what the site is now in a file of its owner's alone, with its population beside it where there is one to be had. What was kept
    /// there before goes once the site was read.
    ///
    /// # Errors
    /// [`SiteError`] where the site cannot be read, or the file not be written: then nobody is in it.
    fn keep(&mut self, at: &Path) -> Result<(), SiteError> {
        let (snapshot, population) = self.with_everybody()?;
        file::forget(at)?;
        let kept = keep_in(at, snapshot, population);
        if kept.is_err() {
            // Members without the configuration that they belong to are of no use to anybody.
            drop(file::forget(at));
        }
        kept
    }

    /// Who carries out this change here.
    fn executor(&self, change: &Change) -> Executor;

    /// Why a person makes every change here although its owner agreed that it is written to, as it was read last: one sentence; none where
    /// that is not so.
    fn guided_why(&self) -> Option<String> {
        None
    }

    /// Carries out one change as a compare-and-set.
    ///
    /// # Errors
    /// [`SiteError`] where the site is not as the change expects, cannot be written, or does not do this change itself.
    fn execute(&mut self, change: &Change) -> Result<(), SiteError>;

    /// Sends one mail to an address that reaches nobody, to see whether it is held back; none where this place sends none for us.
    ///
    /// # Errors
    /// [`SiteError`] where it is not known what became of it.
    fn try_mail(&mut self) -> Result<Option<Trial>, SiteError> {
        Ok(None)
    }

    /// What a person is to know of what was written since this was asked last: sentences.
    fn noticed(&mut self) -> Vec<String> {
        Vec::new()
    }
}

fn keep_in(at: &Path, snapshot: Snapshot, population: Everybody) -> Result<(), SiteError> {
    if let Ok(population) = population {
        let to = disk::named_population(at);
        let mut from = population.open()?;
        let mut copied = |out: &mut dyn Write| std::io::copy(&mut from, out).map(drop);
        disk::replace_by_stream(&to, |out| copied(out).map_err(|error| disk::failed("write", &to, error)))?;
    }
    file::save(at, snapshot)
}

/// Everybody at a site; or why nobody can be asked for, in words.
pub type Everybody = Result<Box<dyn Population>, String>;

/// Everybody at a site: contacts, orders and subscriptions as one stream of records, and whose they are. Nothing is read yet.
pub trait Population {
    /// The records, from the first on, as often as they are asked for.
    ///
    /// # Errors
    /// [`SiteError`] where they cannot be read, or are another site's than the configuration that they were captured with.
    fn open(&self) -> Result<Box<dyn BufRead + Send>, SiteError>;

    /// When they were read, by their own first line; none where that does not say.
    fn taken_at(&self) -> Option<Timestamp>;

    /// Proves by its digest that what was read is the configuration's own population.
    ///
    /// # Errors
    /// [`SiteError::Damaged`] where it is another one, or the configuration names none.
    fn belongs(&self, read: &PopulationDigest) -> Result<(), SiteError>;

    /// Damage that was found while reading it, with where it lies.
    fn damaged(&self, damage: Damage) -> SiteError;
}

/// What a population answers, once it is known to be the configuration's own.
///
/// # Errors
/// [`SiteError`] where it cannot be read whole, or is another one.
pub(crate) fn counted(population: &dyn Population, questions: &Questions) -> Result<Census, SiteError> {
    let read = take_census(population.open()?, questions);
    let (census, digest) = read.map_err(|damage| population.damaged(damage))?;
    population.belongs(&digest)?;
    Ok(census)
}

/// Spot-check contacts out of everybody at a site.
///
/// # Errors
/// [`SiteError`] where the population cannot be read whole, or is another one.
pub(crate) fn choose(population: &dyn Population, wish: &Wish) -> Result<Vec<Chosen>, SiteError> {
    counted(population, &Questions::default())?;
    let chosen = population::choose(population.open()?, population.open()?, wish);
    chosen.map_err(|damage| population.damaged(damage))
}

/// Why a site could not be read or written. Messages are fragments without personal values.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A file could not be read or written.
    #[error("cannot {act} `{}`: {source}", path.display())]
    File {
        /// What was tried: `read`, `write`.
        act: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A snapshot is not whole or not of a format that this build reads.
    #[error("`{}`{}: {what}", path.display(), line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1, where one is to blame.
        line: Option<u64>,
        /// What is wrong with it, by name.
        what: String,
        /// What to do.
        help: String,
    },
    /// Lines that somebody wrote and that fit no format.
    #[error("`{}` was not finalized: {} in it {} no format", path.display(), many(misfits.count(), "thing"), if misfits.count() == 1 { "fits" } else { "fit" })]
    Misfits {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        misfits: Misfits,
    },
    /// The site did not answer, or not as WordPress does.
    #[error("`{origin}`: {what}")]
    Answer {
        /// The site's origin.
        origin: String,
        /// What came instead.
        what: String,
        /// What to do.
        help: String,
    },
    /// The site does not know who asks, or does not let them.
    #[error("cannot log in to `{origin}`: {what}")]
    Login {
        /// The site's origin.
        origin: String,
        /// What is the matter.
        what: String,
        /// What to do.
        help: String,
    },
    /// Another site than the one that is meant: at an address, to which no login was sent then, or in a file.
    #[error("`{origin}`: {what}")]
    Another {
        /// The address that was asked, or the file.
        origin: String,
        /// Which one it is instead.
        what: String,
        /// What to do.
        help: String,
    },
    /// A file holds another site than when it was read first.
    #[error("`{}` was replaced: it holds `{found}` now, and held `{first}` when it was read first", path.display())]
    Replaced {
        /// The file.
        path: PathBuf,
        /// The site that was read first.
        first: String,
        /// The site that it holds now.
        found: String,
    },
    /// The site was to be written to, and refused: nothing was done.
    #[error("`{site}`: {what}")]
    Refused {
        /// The site's name.
        site: String,
        /// Why.
        what: String,
        /// What to do.
        help: String,
    },
    /// The site is not as a change expects.
    #[error(transparent)]
    Conflict(#[from] crate::change::Conflict),
    /// This site does not carry out the change itself.
    #[error("`{site}` cannot carry out the change of `{on}` by itself")]
    NotAutomatic {
        /// The site's name.
        site: String,
        /// The object.
        on: String,
    },
}

impl From<SiteError> for Failure {
    fn from(error: SiteError) -> Self {
        if let SiteError::File { act, path, source } = &error {
            return Self::file(act, path, source);
        }
        let help = error.help().map(str::to_owned);
        let details = match &error {
            SiteError::Misfits { misfits, .. } => misfits.lines(),
            _ => Vec::new(),
        };
        let is_login = matches!(error, SiteError::Login { .. });
        let is_another = matches!(error, SiteError::Replaced { .. } | SiteError::Another { .. });
        let code = if is_another { exit::TARGET } else { exit::COULD_NOT_RUN };
        Self { help, details, is_login, ..Self::new(code, error.to_string()) }
    }
}

impl SiteError {
    /// What to do next.
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Damaged { help, .. }
            | Self::Answer { help, .. }
            | Self::Login { help, .. }
            | Self::Another { help, .. }
            | Self::Refused { help, .. } => Some(help),
            Self::Replaced { .. } => {
                Some("put back the site's file that was read first; nothing is written to another one")
            }
            Self::Misfits { .. } => Some("correct these lines; the file is as you wrote it"),
            Self::File { .. } | Self::Conflict(_) | Self::NotAutomatic { .. } => None,
        }
    }
}
