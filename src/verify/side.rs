//! One side of a comparison: a site, or a reading of one.

use std::path::Path;

use jiff::Timestamp;

use crate::failure::{Failure, exit};
use crate::model::snapshot::Header;
use crate::model::{Capture, Identity, Plan, Snapshot, Worth};
use crate::site::file::FileSite;
use crate::site::wordpress::Through;
use crate::site::{self, Population, Site};
use crate::trust::Readings;

/// A side whose configuration was read, and its population not yet.
pub(crate) struct SideReading {
    pub(crate) name: String,
    site: Identity,
    /// What was read; or why nothing could be.
    read: Result<Read, String>,
}

struct Read {
    snapshot: Snapshot,
    /// Everybody; or why nobody can be asked for.
    population: Result<Box<dyn Population>, String>,
}

impl SideReading {
    /// A side that somebody names: a file, worth what this machine knows of it, or an address. One that cannot be read, as where no
    /// login is set for it, proves nothing.
    ///
    /// Of an address the members are read through what is said here.
    pub(crate) fn named(name: &str, plan: Option<&Plan>, through: Option<&Through>) -> Result<Self, Failure> {
        let address = name.contains("://").then(|| Identity::parse(name).ok_or_else(no_address)).transpose()?;
        let read = site::open_with_members(name, plan, through).and_then(|mut site| match site.is_in_a_file() {
            true => Self::read(site.as_mut(), |snapshot| Readings::of_this_machine().worth_for(snapshot, plan)),
            false => Self::of(site.as_mut()),
        });
        match (read, address) {
            (Err(failure), Some(site)) if failure.code != exit::TARGET => {
                Ok(Self { name: name.to_owned(), site, read: Err(failure.message) })
            }
            (read, _) => read,
        }
    }

    /// A site of a run, which is what it says.
    pub(crate) fn of(site: &mut dyn Site) -> Result<Self, Failure> {
        Self::read(site, |_| Worth::Captured)
    }

    /// The site as a run kept it in a file.
    pub(crate) fn kept(file: &Path) -> Result<Self, Failure> {
        Self::of(&mut FileSite::open(file)?)
    }

    fn read(site: &mut dyn Site, worth: impl FnOnce(&Snapshot) -> Worth) -> Result<Self, Failure> {
        let (snapshot, population) = site.with_everybody()?;
        let (name, worth) = (site.name(), worth(&snapshot));
        let site = snapshot.header.site.clone();
        Ok(Self { name, site, read: Ok(Read { snapshot: snapshot.with_worth(worth), population }) })
    }

    pub(crate) fn header(&self) -> Option<&Header> {
        self.snapshot().map(|snapshot| &snapshot.header)
    }

    pub(crate) fn time(&self) -> Option<Timestamp> {
        self.header()?.taken_at.parse().ok()
    }

    /// When the configuration was read, and when the population was, where each is there.
    pub(crate) fn times(&self) -> [Option<Timestamp>; 2] {
        let population = self.read.as_ref().ok().and_then(|read| read.population.as_deref().ok());
        [self.time(), population.and_then(Population::taken_at)]
    }

    /// Which site it is.
    pub(crate) fn site(&self) -> &Identity {
        &self.site
    }

    /// The configuration; none where it could not be read.
    pub(crate) fn snapshot(&self) -> Option<&Snapshot> {
        self.read.as_ref().ok().map(|read| &read.snapshot)
    }

    /// Everybody of whom contacts were captured; or why nobody can be compared.
    pub(crate) fn population(&self) -> Result<&dyn Population, String> {
        let (_, population) = self.whole()?;
        self.lacks("contact").map_or(Ok(population), Err)
    }

    /// The configuration and the population, whatever was captured of it; or why there is none.
    pub(crate) fn whole(&self) -> Result<(&Snapshot, &dyn Population), String> {
        let Read { snapshot, population } = self.read.as_ref().map_err(Clone::clone)?;
        Ok((snapshot, population.as_deref().map_err(Clone::clone)?))
    }

    /// Why a kind was not captured; none where it was.
    pub(crate) fn lacks(&self, kind: &str) -> Option<String> {
        let snapshot = self.snapshot()?;
        let counted = snapshot.population.as_ref().and_then(|population| population.counts.get(kind));
        match snapshot.header.sections.get(kind) {
            Some(Capture::How(_)) => None,
            Some(Capture::Missing(why)) => Some(why.clone()),
            None => counted.is_none_or(|count| *count == 0).then(|| "the snapshot does not hold it".to_owned()),
        }
    }
}

fn no_address() -> Failure {
    Failure::new(exit::USAGE, "this is not the address of a site")
        .help("name a file, or `https://` and its home address")
}
