//! Files with members that git tracks, or would take in: what was committed stays in every copy of a repository.

use std::io::BufRead;
use std::path::Path;

use crate::failure::Failure;
use crate::fs::folder_of;
use crate::model::population::{Questions, is_somebodys};
use crate::output::escape;
use crate::population::{Chosen, take_census};
use crate::project::git::Books;
use crate::project::values_file::tracking;
use crate::rules::{Members, MembersFile, TAKE_OUT, Tracking};
use crate::site::file::FileSite;
use crate::site::{Site as _, disk};
use crate::text::without_addresses;

use super::Terminal;

/// A file with members, and whether git tracks it.
pub(super) fn members_file(file: &Path, holds: Members, git: &Books) -> MembersFile {
    MembersFile { name: file.display().to_string(), holds, tracked: tracking(file, git) }
}

/// Says of the populations beside these sites, as far as they are in files, which of them git tracks, or would.
pub(super) fn attend_to_populations<'n>(
    sites: impl IntoIterator<Item = &'n str>,
    git: &Books,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    for name in sites.into_iter().filter(|name| !name.contains("://")) {
        // What cannot be read is said by the verb itself.
        let Ok(site) = FileSite::open(name) else { continue };
        let Some(file) = site.members_file() else { continue };
        attend_to(&file, Members::Population, git, || addresses_in(disk::open_beside(&file).ok()?), terminal)?;
    }
    Ok(())
}

/// Says of a population by its own name that git tracks it, or would.
pub(super) fn attend_to_population(file: &Path, git: &Books, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let is_one = file.file_name().is_some_and(|name| name.to_string_lossy().contains(".population.ndjson"));
    if !is_one {
        return Ok(());
    }
    attend_to(file, Members::Population, git, || addresses_in(disk::open(file).ok()?), terminal)
}

/// Says of the file into which these contacts' values were written that git tracks it, or would.
pub(super) fn attend_to_values(
    file: &Path,
    written: &[Chosen],
    git: &Books,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let count = || written.iter().filter(|chosen| is_somebodys(&chosen.contact.email)).count() as u64;
    attend_to(file, Members::Values, git, || Some(count()), terminal)
}

/// Says of a backup's file that git tracks it, or would.
pub(super) fn attend_to_backup(file: &Path, git: &Books, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    attend_to(file, Members::Backup, git, || None, terminal)
}

/// Says of the file into which a capture was written that git tracks it, or would.
pub(super) fn attend_to_capture(file: &Path, git: &Books, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    attend_to(file, Members::Capture, git, || None, terminal)
}

/// Says of an export that git tracks it, or would.
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
    let members = members_file(file, holds, git);
    // Nobody's addresses are counted where git has nothing to do with them.
    if members.tracked == Tracking::Tracked {
        if let Some(told) = members.told(addresses()) {
            writeln!(terminal.err, "attention: {}; {TAKE_OUT}", escape::line(&told))?;
        }
    } else if git.leaves_open(file)
        && let Some(held) = members.held(addresses())
    {
        writeln!(terminal.err, "attention: {}", escape::line(&left_open(&held, file)))?;
    }
    Ok(())
}

/// Says of the files beside a plan which of them the next commit would take in; what git tracks already is among the findings.
pub(super) fn attend_to_left_open(
    files: &[MembersFile],
    addresses: Option<u64>,
    git: &Books,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    for members in files.iter().filter(|members| members.tracked == Tracking::Untracked) {
        let file = Path::new(&members.name);
        if let Some(held) = members.held(addresses).filter(|_| git.leaves_open(file)) {
            writeln!(terminal.err, "attention: {}", escape::line(&left_open(&held, file)))?;
        }
    }
    Ok(())
}

/// That git would take a file in, and the command after which it does not.
fn left_open(held: &str, file: &Path) -> String {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // What means more than itself in a pattern is said to mean nothing else.
    let special = |c: char| if "\\*?[ ".contains(c) { format!("\\{c}") } else { c.to_string() };
    let pattern: String = name.chars().map(special).collect();
    let beside = folder_of(file).join(".gitignore");
    let path = file.display().to_string();
    if without_addresses(&path) != path {
        // In parts an address is no longer one that is masked.
        return format!(
            "git does not ignore {held}, so `git add` would take it in: add it to the `.gitignore` beside it"
        );
    }
    format!(
        "git does not ignore {held}, so `git add` would take it in; this ignores it: `echo {} >> {}`",
        escape::shell(&format!("/{pattern}")),
        escape::shell(&beside.display().to_string())
    )
}

/// How many addresses of a population can be a person's.
fn addresses_in(population: Box<dyn BufRead + Send>) -> Option<u64> {
    Some(take_census(population, &Questions::default()).ok()?.0.addresses)
}
