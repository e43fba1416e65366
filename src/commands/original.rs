//! The live site, read beside its copy: as the command line or `plan.toml` names it.

use std::path::PathBuf;
use std::time::Instant;

use crate::change;
use crate::failure::{Failure, exit};
use crate::model::plan::SiteRole;
use crate::model::{Snapshot, Worth};
use crate::output::{Mode, SiteLine, escape};
use crate::project::Opened;
use crate::project::site::Named;
use crate::rules::{LiveReading, Original};
use crate::site::file::FileSite;
use crate::site::wordpress::Through;
use crate::site::{self, Site as _};
use crate::trust::{Readings, recorded_here};

use super::attesting::{Attesting, make_void};
use super::{members, progress};

/// Which reading of live a copy is compared with.
#[derive(Clone, Copy, Default)]
pub(super) struct Wanted<'a> {
    /// What the command line names, which comes before what the settings do.
    pub(super) named: Option<&'a str>,
    /// The adapters that the command line names.
    pub(super) adapters: &'a [PathBuf],
}

/// Live as it was read, with its line in a report; nothing where nobody names it.
///
/// What the command line names has to be read. What the settings name and nobody here can read, as where no login is bound to it, is
/// unknown with its reason: a clone of the repository has no login.
///
/// # Errors
/// Where what is named is another site than the plan's live one, or the command line names it and it cannot be read.
pub(super) fn read(wanted: Wanted<'_>, opened: &Opened) -> Result<(LiveReading, Option<SiteLine>), Failure> {
    if let Some(named) = wanted.named {
        return live(named, wanted.adapters, opened);
    }
    let address = match opened.settings.site.live()? {
        None => return Ok((LiveReading::NotNamed, None)),
        Some(Named::Recording(file)) => return recording(FileSite::open(file)?, opened),
        Some(Named::Address(address)) => address,
    };
    match live(&address, wanted.adapters, opened) {
        Err(failure) if failure.code == exit::COULD_NOT_RUN => Ok((LiveReading::Unread(failure.message), None)),
        read => read,
    }
}

fn live(named: &str, adapters: &[PathBuf], opened: &Opened) -> Result<(LiveReading, Option<SiteLine>), Failure> {
    if !named.contains("://") {
        // A name without a file may be an address without its scheme.
        return recording(site::open_file(named)?, opened);
    }
    let through = members::through([named], adapters, &opened.settings.site)?;
    let through = through.map(|through| Through { came: progress::unseen(), ..through });
    let mut site = site::open_with_members(named, Some(&opened.plan), through.as_ref())?;
    let begun = Instant::now();
    let snapshot = site.configuration()?.with_worth(Worth::Captured);
    log::info!("the live site `{}`: read in {} ms", site.name(), begun.elapsed().as_millis());
    of_live(snapshot, (site.name(), Mode::Live), opened)
}

fn recording(mut site: FileSite, opened: &Opened) -> Result<(LiveReading, Option<SiteLine>), Failure> {
    let snapshot = site.configuration()?;
    let worth = Readings::of_this_machine().worth_for(&snapshot, Some(&opened.plan));
    of_live(snapshot.with_worth(worth), (site.name(), Mode::Snapshot), opened)
}

/// A reading with what persons attested of live laid over it.
fn of_live(
    snapshot: Snapshot,
    (name, mode): (String, Mode),
    opened: &Opened,
) -> Result<(LiveReading, Option<SiteLine>), Failure> {
    let (plan, is) = (&opened.plan, &snapshot.header.site);
    if plan.live_site().is_none_or(|live| !live.is_same_site(is)) {
        let message = format!("`{}` is a reading of `{is}`, and not of the plan's live site", escape::line(&name));
        return Err(Failure::new(exit::TARGET, message).help(format!(
            "the copy is compared with `{}`, which the plan's `sites` name as live",
            escape::line(&plan.sites.live)
        )));
    }
    let here = recorded_here();
    let line = SiteLine::of(name.clone(), &snapshot, mode);
    let mut snapshot = Attesting::InTime.over(snapshot, &opened.record, &here);
    make_void(&mut snapshot, (&name, plan), &here);
    let after = change::lower_on(plan, &snapshot, SiteRole::Live).after;
    Ok((LiveReading::Read(Box::new(Original { snapshot, after })), Some(line)))
}
