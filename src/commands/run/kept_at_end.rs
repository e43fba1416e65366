//! How everybody was at the end of the run that took live through the switch: what later readings are compared with.

use std::path::Path;

use jiff::Timestamp;

use crate::failure::{Failure, exit};
use crate::model::Worth;
use crate::output::escape::shell;
use crate::site::Site;
use crate::site::file::FileSite;
use crate::trust::Readings;
use crate::verify::SideReading;

use super::aftercare::switched;
use super::kept;
use super::run_files::RunFiles;

/// Keeps a site as it is, with everybody, where a run ends.
pub(super) fn keep(site: &mut dyn Site, files: &RunFiles) -> Result<(), Failure> {
    let at = files.at_the_end();
    site.keep(&at)?;
    // It is known again by its digest: no journal has it, which ends with the run.
    Readings::captured(&FileSite::open(&at)?.configuration()?, Timestamp::now())
}

/// The reading that the last run on live kept at its end, else the one from before its barrier: of these sites, the first that has one.
pub(crate) fn reading(plan: &Path, sites: &[&str]) -> Result<SideReading, Failure> {
    let mut ended = false;
    for site in sites {
        let files = RunFiles::of(plan, site);
        let open = files.unfinished()?;
        let Some(run) = switched(&files, open.as_ref())? else { continue };
        ended = true;
        let at = files.at_the_end();
        if kept::is_there(&at) {
            return of_the_end(&at);
        }
        let before = files.before();
        if kept::reading(&before, &run.events).is_some() {
            return SideReading::kept(&before);
        }
    }
    let why = match ended {
        true => "what the run on live kept is no longer here, or was changed",
        false => "no run of this plan that took live through the switch has ended here",
    };
    let command =
        format!("plan snapshot --site {}", sites.first().map_or_else(|| "LIVE".to_owned(), |site| shell(site)));
    Err(Failure::new(exit::COULD_NOT_RUN, format!("there is no reading to compare with: {why}"))
        .help(format!("name your own reading of live from after the switch: `--since FILE`; `{command}` takes one")))
}

/// The reading of the end, which has to be the one that this machine took.
fn of_the_end(at: &Path) -> Result<SideReading, Failure> {
    let side = SideReading::named(&at.display().to_string(), None, None)?;
    if side.snapshot().is_some_and(|snapshot| snapshot.worth == Worth::Captured) {
        return Ok(side);
    }
    let message = format!("`{}` is not the reading that the run kept at its end: it was changed since", at.display());
    Err(Failure::new(exit::COULD_NOT_RUN, message)
        .help("name your own reading of live from after the switch: `--since FILE`"))
}
