//! One side of a comparison: a site, or a reading of one, as it was named.

use jiff::Timestamp;

use crate::failure::{Failure, exit};
use crate::model::snapshot::Header;
use crate::model::{Capture, Identity, Plan, Snapshot, Worth};
use crate::output::{Mode, SiteLine};
use crate::site::file::{Beside, FileSite};

use super::recording;

/// A side as it was named, before its population is read.
pub(super) struct SideReading {
    pub(super) name: String,
    site: Identity,
    /// The file's configuration and population; none for an address.
    file: Option<(Snapshot, Option<Beside>)>,
}

impl SideReading {
    /// A side that somebody names: worth what this machine knows of it.
    pub(super) fn recording(name: &str, plan: &Plan) -> Result<Self, Failure> {
        Self::open(name, |snapshot| recording::worth(snapshot, Some(plan)))
    }

    /// A side of a run, which is what it says.
    pub(super) fn of_a_run(name: &str) -> Result<Self, Failure> {
        Self::open(name, |_| Worth::Captured)
    }

    /// An address is not connected to: a WordPress gives its population to nobody yet.
    pub(super) fn open(name: &str, worth: impl FnOnce(&Snapshot) -> Worth) -> Result<Self, Failure> {
        let file = if name.contains("://") { None } else { Some(FileSite::open(name)?.with_population()?) };
        let file = file.map(|(snapshot, beside)| {
            let worth = worth(&snapshot);
            (snapshot.with_worth(worth), beside)
        });
        let site = match &file {
            Some((snapshot, _)) => snapshot.header.site.clone(),
            None => Identity::parse(name).ok_or_else(|| {
                Failure::new(exit::USAGE, "this is no address of a site")
                    .help("name a file, or `https://` and its home address")
            })?,
        };
        Ok(Self { name: name.to_owned(), site, file })
    }

    pub(super) fn header(&self) -> Option<&Header> {
        self.file.as_ref().map(|(snapshot, _)| &snapshot.header)
    }

    pub(super) fn time(&self) -> Option<Timestamp> {
        self.header()?.taken_at.parse().ok()
    }

    /// When the configuration was read, and when the population was, where each is there.
    pub(super) fn times(&self) -> [Option<Timestamp>; 2] {
        let beside = self.file.as_ref().and_then(|(_, beside)| beside.as_ref());
        [self.time(), beside.and_then(Beside::taken_at)]
    }

    /// Which site it is, as far as that is known without connecting to it.
    pub(super) fn site(&self) -> &Identity {
        &self.site
    }

    /// The configuration; none for an address.
    pub(super) fn snapshot(&self) -> Option<&Snapshot> {
        self.file.as_ref().map(|(snapshot, _)| snapshot)
    }

    pub(super) fn line(&self) -> Option<SiteLine> {
        let (header, worth) = (self.header()?, self.snapshot()?.worth.clone());
        let (host, captured_at) = (header.site.to_string(), header.taken_at.clone());
        Some(SiteLine { name: self.name.clone(), host, captured_at, mode: Mode::Snapshot, worth })
    }

    /// The population; or why there is none.
    pub(super) fn population(&self) -> Result<&Beside, String> {
        let Some((_, beside)) = &self.file else {
            return Err(format!("`{}` is an address, and a site gives its population in a file only", self.name));
        };
        let beside = beside.as_ref().ok_or_else(|| format!("no population lies beside `{}`", self.name))?;
        self.lacks("contact").map_or(Ok(beside), Err)
    }

    /// Why a kind was not captured; none where it was.
    pub(super) fn lacks(&self, kind: &str) -> Option<String> {
        let (snapshot, _) = self.file.as_ref()?;
        let counted = snapshot.population.as_ref().and_then(|population| population.counts.get(kind));
        match snapshot.header.sections.get(kind) {
            Some(Capture::How(_)) => None,
            Some(Capture::Missing(why)) => Some(why.clone()),
            None => counted.is_none_or(|count| *count == 0).then(|| "the snapshot does not hold it".to_owned()),
        }
    }
}
