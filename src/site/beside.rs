//! The population in the file beside a configuration.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use super::{SiteError, disk};
use crate::model::Snapshot;
use crate::model::snapshot::PopulationDigest;
use crate::population::Damage;

/// A population beside a configuration, not yet read.
#[derive(Clone, Debug)]
pub struct Beside {
    path: PathBuf,
    own: Option<PopulationDigest>,
}

impl Beside {
    pub(super) fn new(path: PathBuf, snapshot: &Snapshot) -> Self {
        Self { path, own: snapshot.population.clone() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its records, unpacked.
    ///
    /// # Errors
    /// [`SiteError::File`] where the file cannot be read.
    pub fn open(&self) -> Result<Box<dyn BufRead>, SiteError> {
        disk::open(&self.path)
    }

    /// Proves by its digest that what was read is the configuration's own population.
    ///
    /// # Errors
    /// [`SiteError::Damaged`] where it is another one, or the configuration names none.
    pub fn belongs(&self, read: &PopulationDigest) -> Result<(), SiteError> {
        let what = match &self.own {
            Some(own) if own.is_same(read) => return Ok(()),
            Some(_) => "it is not the population that the configuration beside it was taken with",
            None => "the configuration beside it holds no digest of a population",
        };
        let help = "take both again; if they were written by hand, run `plan snapshot seal` on the configuration";
        Err(self.damaged(Damage::whole(what).help(help)))
    }

    /// Damage found while reading it, with the file's name on it.
    pub fn damaged(&self, damage: Damage) -> SiteError {
        disk::damaged(&self.path, damage)
    }
}
