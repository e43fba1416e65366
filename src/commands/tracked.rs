//! Files with members that git tracks, for the verbs that judge no plan: what was committed stays in every copy of a repository.

use std::io::BufRead;
use std::path::Path;

use crate::failure::Failure;
use crate::model::population::{Questions, is_somebodys};
use crate::output::escape;
use crate::population::{Chosen, take_census};
use crate::project::git::Books;
use crate::project::values_file::tracking;
use crate::rules::{Members, MembersFile, TAKE_OUT, Tracking};
use crate::site::file::FileSite;
use crate::site::{Site as _, disk};

use super::Terminal;

/// A file with members, and whether git tracks it.
pub(super) fn members_file(file: &Path, holds: Members, git: &Books) -> MembersFile {
    MembersFile { name: file.display().to_string(), holds, tracked: tracking(file, git) }
}

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

/// Says of a population by its own name that git tracks it.
pub(super) fn attend_to_population(file: &Path, git: &Books, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let is_one = file.file_name().is_some_and(|name| name.to_string_lossy().contains(".population.ndjson"));
    if !is_one {
        return Ok(());
    }
    attend_to(file, Members::Population, git, || addresses_in(disk::open(file).ok()?), terminal)
}

/// Says of the file into which these contacts' values were written that git tracks it.
pub(super) fn attend_to_values(
    file: &Path,
    written: &[Chosen],
    git: &Books,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let count = || written.iter().filter(|chosen| is_somebodys(&chosen.contact.email)).count() as u64;
    attend_to(file, Members::Values, git, || Some(count()), terminal)
}

/// Says of a backup's file that git tracks it.
pub(super) fn attend_to_backup(file: &Path, git: &Books, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    attend_to(file, Members::Backup, git, || None, terminal)
}

/// Says of the file into which a capture was written that git tracks it.
pub(super) fn attend_to_capture(file: &Path, git: &Books, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    attend_to(file, Members::Capture, git, || None, terminal)
}

/// Says of an export that git tracks it.
pub(super) fn attend_to_export(file: &Path, git: &Books, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    attend_to(file, Members::Export, git, || None, terminal)
}

fn attend_to(
    file: &Path,
    holds: Members,
    git: &Books,
    addresses: impl FnOnce() -> Option<u64>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let file = members_file(file, holds, git);
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
    addresses_in(population.open().ok()?)
}

fn addresses_in(population: Box<dyn BufRead>) -> Option<u64> {
    Some(take_census(population, &Questions::default()).ok()?.0.addresses)
}
