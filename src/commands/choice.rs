//! How a command line says that a site is to be read: as it is now, as somebody recorded it, or not at all.

use std::path::PathBuf;
use std::time::Instant;

use crate::cli;
use crate::failure::{Failure, exit};
use crate::model::Plan;
use crate::model::plan::SiteRole;
use crate::output::Mode;
use crate::project::site::{Named, OfSite};
use crate::site::file::FileSite;
use crate::site::wordpress::Through;
use crate::site::{self, Site};

/// How a site is to be read.
pub(super) enum Choice {
    Live(String),
    Snapshot(PathBuf),
    None,
}

impl Choice {
    /// What a command line names; none where it names nothing.
    pub(super) fn named(reading: &cli::Reading) -> Option<Self> {
        match Self::of(reading.site.as_ref(), reading.snapshot.as_ref()) {
            Self::None if !reading.no_site => None,
            named => Some(named),
        }
    }

    /// What the settings name for a command line that names nothing.
    pub(super) fn by_settings(settings: &OfSite, on: SiteRole) -> Result<Self, Failure> {
        let named = if on == SiteRole::Staging { settings.staging()? } else { None };
        match named {
            Some(Named::Address(address)) => Ok(Self::Live(address)),
            Some(Named::Recording(file)) => Ok(Self::Snapshot(file)),
            None => Err(Failure::new(exit::USAGE, "no site is named").help(
                "name it with `--site SITE`, or a recording of it with `--snapshot FILE`; `--no-site` judges the plan alone. Of the staging copy \
                 `plan.toml`, beside the plan or in a folder above it up to the top of the repository, may say it for all plans: `[site]`, `staging = \"https://staging.example.com\"`",
            )),
        }
    }

    /// The site that is read as it is now.
    pub(super) fn site(&self) -> Option<&str> {
        match self {
            Self::Live(name) => Some(name),
            Self::Snapshot(_) | Self::None => None,
        }
    }

    /// What a command line names: a site comes before a recording.
    pub(super) fn of(site: Option<&String>, recording: Option<&PathBuf>) -> Self {
        match (site, recording) {
            (Some(site), _) => Self::Live(site.clone()),
            (None, Some(file)) => Self::Snapshot(file.clone()),
            (None, None) => Self::None,
        }
    }

    /// Opens what is named; nothing where there is none.
    pub(super) fn open(&self, plan: &Plan, through: Option<&Through>) -> Result<Option<Box<dyn Site>>, Failure> {
        match self {
            Self::Live(name) => site::open_with_members(name, Some(plan), through).map(Some),
            Self::Snapshot(file) => Ok(Some(Box::new(FileSite::open(file)?))),
            Self::None => Ok(None),
        }
    }

    /// What a reading of it is.
    pub(super) fn mode(&self) -> Mode {
        match self {
            Self::Live(_) => Mode::Live,
            Self::Snapshot(_) => Mode::Snapshot,
            Self::None => Mode::None,
        }
    }
}

/// The configuration of a site in a file, read while the plan is; none where no file is named.
pub(super) fn read_ahead(choice: &Choice) -> Option<Result<FileSite, Failure>> {
    let file = match choice {
        Choice::Live(name) if !name.contains("://") => site::open_file(name),
        Choice::Snapshot(file) => FileSite::open(file).map_err(Failure::from),
        Choice::Live(_) | Choice::None => return None,
    };
    Some(file.and_then(|file| {
        let begun = Instant::now();
        let file = file.read_ahead()?;
        log::info!("the site `{}`: read in {} ms, while the plan is", file.name(), begun.elapsed().as_millis());
        Ok(file)
    }))
}
