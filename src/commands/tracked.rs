//! Files with members that git tracks, for the verbs that judge no plan: what was committed stays in every copy of a repository.

use std::path::Path;

use crate::failure::Failure;
use crate::model::population::Questions;
use crate::output::escape;
use crate::population::take_census;
use crate::project::git::Books;
use crate::project::values_file::tracking;
use crate::rules::{Members, MembersFile, TAKE_OUT, Tracking};
use crate::site::Site as _;
use crate::site::file::FileSite;

use super::Terminal;

/// Says of the populations beside these sites, as far as they are in files, which of them git tracks.
pub(super) fn attend_to_populations<'n>(
    sites: impl IntoIterator<Item = &'n str>,
    git: &Books,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    for name in sites.into_iter().filter(|name| !name.contains("://")) {
        // What cannot be read is said by the verb itself.
        let Ok(site) = FileSite::open(name) else { continue };
        let Some(file) = site.members_file() else { continue };
        attend_to(&file, Members::Population, git, || addresses(&site), terminal)?;
    }
    Ok(())
}

/// Says of a backup's file that git tracks it.
pub(super) fn attend_to_backup(file: &Path, git: &Books, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    attend_to(file, Members::Backup, git, || None, terminal)
}

fn attend_to(
    file: &Path,
    holds: Members,
    git: &Books,
    addresses: impl FnOnce() -> Option<u64>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let file = MembersFile { name: file.display().to_string(), holds, tracked: tracking(file, git) };
    // Nobody's addresses are counted where they are not tracked.
    let told = (file.tracked == Tracking::Tracked).then(|| file.told(addresses())).flatten();
    if let Some(told) = told {
        writeln!(terminal.err, "attention: {}; {TAKE_OUT}", escape::line(&told))?;
    }
    Ok(())
}

/// How many addresses beside a site can be a person's.
fn addresses(site: &FileSite) -> Option<u64> {
    let population = site.population(&site.snapshot().ok()?).ok()?;
    let (census, _) = take_census(population.open().ok()?, &Questions::default()).ok()?;
    Some(census.addresses)
}
