//! The population in the file beside a configuration.

use std::io::{BufRead, Cursor, Read as _};
use std::path::PathBuf;

use jiff::Timestamp;

use super::{Population, SiteError, disk};
use crate::model::population::Opening;
use crate::model::snapshot::PopulationDigest;
use crate::model::{Identity, Snapshot};
use crate::population::{Damage, LONGEST_LINE, Lines, read_opening};

/// A population beside a configuration, not yet read.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    path: PathBuf,
    own: Option<PopulationDigest>,
    site: Identity,
}

impl Beside {
    pub(super) fn new(path: PathBuf, snapshot: &Snapshot) -> Self {
        Self { path, own: snapshot.population.clone(), site: snapshot.header.site.clone() }
    }

    /// Its first line, and what comes after it.
    fn begin(&self) -> Result<(Vec<u8>, impl BufRead + Send + use<>), SiteError> {
        let mut reader = disk::open_beside(&self.path)?;
        let mut first = Vec::new();
        let read = reader.by_ref().take(LONGEST_LINE + 1).read_until(b'\n', &mut first);
        read.map_err(|source| self.damaged(Damage::Read(source)))?;
        Ok((first, reader))
    }
}

impl Population for Beside {
    fn open(&self) -> Result<Box<dyn BufRead + Send>, SiteError> {
        let (first, reader) = self.begin()?;
        // What is no opening is reported by who reads the records.
        if let Some(opening) = opening(&first)
            && !opening.site.is_same_site(&self.site)
        {
            let what =
                format!("it belongs to `{}`, but the configuration beside it belongs to `{}`", opening.site, self.site);
            let help = "another site's members prove nothing about this one: take both files again, from one site";
            return Err(SiteError::Another { origin: self.path.display().to_string(), what, help: help.to_owned() });
        }
        Ok(Box::new(Cursor::new(first).chain(reader)))
    }

    fn taken_at(&self) -> Option<Timestamp> {
        opening(&self.begin().ok()?.0)?.taken_at.parse().ok()
    }

    fn belongs(&self, read: &PopulationDigest) -> Result<(), SiteError> {
        let what = match &self.own {
            Some(own) if own.is_same(read) => return Ok(()),
            Some(_) => "the configuration next to it was taken with a different population",
            None => "the configuration beside it holds no digest of a population",
        };
        let help =
            "take both again; if they were written by hand, run `plan snapshot finalize FILE` on the configuration";
        Err(self.damaged(Damage::whole(what).help(help)))
    }

    fn damaged(&self, damage: Damage) -> SiteError {
        disk::damaged(&self.path, damage)
    }
}

fn opening(first: &[u8]) -> Option<Opening> {
    Lines::new(first).next_line().and_then(read_opening).ok()
}
