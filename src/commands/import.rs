//! `plan snapshot import`: a reading that was taken elsewhere is taken over, and counts as captured here.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use crate::failure::{Failure, exit};
use crate::model::population::Questions;
use crate::model::text::many;
use crate::model::{Capture, Plan, Snapshot, Worth};
use crate::output::escape;
use crate::population::take_census;
use crate::project::Project;
use crate::shape::without_addresses;
use crate::site::file::FileSite;
use crate::site::{Population, Site as _};
use crate::text::Limits;
use crate::trust::Readings;

use super::{Terminal, may_ask, tracked};

pub(super) fn run((file, plan): (&Path, &Path), yes: bool, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let opened = Project::new(plan, Limits::default()).open()?;
    let site = FileSite::open(file)?;
    let reading = site.snapshot()?;
    let population = site.population(&reading).ok();
    ensure_of(&opened.plan, &reading, file)?;
    if let Some(population) = population.as_deref() {
        belongs(population)?;
    }
    tracked::attend_to_populations([&*file.to_string_lossy()], &opened.git, terminal)?;
    let now = Timestamp::now();
    match Readings::of_this_machine().worth(&reading) {
        Worth::Captured => {
            writeln!(terminal.out, "{} is captured here already: there is nothing to import", escape::path(file))?;
            return Ok(exit::OK);
        }
        worth => ensure_may_be_taken_over(&reading, &worth, now)?,
    }
    shown(file, &reading, population.as_deref(), terminal)?;
    if opened.git.tracks(file) == Ok(true) {
        writeln!(
            terminal.notes(),
            "git tracks it, so others can change it: it counts as captured only while it stays unchanged"
        )?;
    }
    let agreed = yes
        || may_ask(false)
            && terminal.ask(
                "\nDid a machine write exactly this, and has nobody changed it since? Type `import` to \
            confirm: ",
            )? == "import";
    if !agreed {
        return Err(Failure::new(exit::UNCONFIRMED, "that was not confirmed, so it was not imported")
            .help("check what it says, then give `--yes`; without that it counts as recorded"));
    }
    Readings::captured(&reading, now)?;
    writeln!(terminal.out, "imported: it counts as captured on this machine while it stays unchanged")?;
    Ok(exit::OK)
}

/// Refuses a reading of a site that is none of the plan's.
fn ensure_of(plan: &Plan, reading: &Snapshot, file: &Path) -> Result<(), Failure> {
    let site = &reading.header.site;
    let named = [plan.staging_site(), plan.live_site()];
    if named.iter().flatten().any(|named| named.is_same_site(site)) {
        return Ok(());
    }
    let named: Vec<String> = named.iter().flatten().map(|named| format!("`{named}`")).collect();
    let help = match named.is_empty() {
        true => "the plan names no site with a valid address (`sites`)".to_owned(),
        false => format!("the plan's `sites` name {}: give a snapshot of one of them", named.join(" and ")),
    };
    let message =
        format!("`{}` is of `{site}`, which is not a site of this plan, so it was not imported", file.display());
    Err(Failure::new(exit::TARGET, message).help(help))
}

/// Proves that the population beside it is whole and its own.
fn belongs(population: &dyn Population) -> Result<(), Failure> {
    let read = take_census(population.open()?, &Questions::default());
    let (_, digest) = read.map_err(|damage| population.damaged(damage))?;
    Ok(population.belongs(&digest)?)
}

/// Refuses what is known not to be as a machine took it.
fn ensure_may_be_taken_over(reading: &Snapshot, worth: &Worth, now: Timestamp) -> Result<(), Failure> {
    let refused = |why: String, help: &str| {
        Err(Failure::new(exit::UNCONFIRMED, format!("{why}, so it was not imported")).help(help))
    };
    if let Worth::Attested(who) = worth {
        let help = "import the file as the machine wrote it; a file that a person finalized stays attested by that \
        person";
        return refused(format!("`{who}` finalized it here, and answers for what it says"), help);
    }
    let taken_at = &reading.header.taken_at;
    if Readings::of_this_machine().was_captured_otherwise(reading) {
        let help = "read the site again; or name who answers for the change: `plan snapshot finalize FILE --who WHO \
        --plan PLAN`";
        return refused(format!("a different reading of this site from {taken_at} was captured here"), help);
    }
    match taken_at.parse::<Timestamp>() {
        Ok(at) if at > now => refused(format!("it is dated {taken_at}, which is in the future"), "take the site again"),
        Ok(_) => Ok(()),
        Err(_) => refused("it is not known when it was taken".to_owned(), "take the site again"),
    }
}

/// What it says of itself.
fn shown(
    file: &Path,
    reading: &Snapshot,
    population: Option<&dyn Population>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let header = &reading.header;
    let out = &mut *terminal.out;
    writeln!(out, "{} says of itself:", escape::path(file))?;
    writeln!(out, "  site       {}", escape::line(&header.site.to_string()))?;
    writeln!(out, "  taken      {}", escape::line(&without_addresses(&header.taken_at)))?;
    let told = |text: &str| escape::line(&without_addresses(text));
    let [collector, version] = [&header.collector, &header.collector_version].map(|text| told(text));
    writeln!(out, "  by         {collector} {version}")?;
    writeln!(out, "  holds      {}", holds(reading, population))?;
    let mut by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (section, capture) in &header.sections {
        let how = match capture {
            Capture::How(how) => how.name(),
            Capture::Missing(_) => "not captured",
        };
        by.entry(how).or_default().push(section);
    }
    for (how, sections) in by {
        let sections = escape::line(&without_addresses(&sections.join(", ")));
        super::terminal::labelled(how, &sections, terminal)?;
    }
    Ok(())
}

fn holds(reading: &Snapshot, population: Option<&dyn Population>) -> String {
    let mut all = vec![many(reading.state.places().len(), "object")];
    match (&reading.population, population) {
        (Some(digest), Some(_)) => {
            all.extend(
                digest.counts.iter().map(|(kind, count)| many(usize::try_from(*count).unwrap_or(usize::MAX), kind)),
            );
        }
        (Some(_), None) => all.push("a population that is not beside it".to_owned()),
        (None, _) => all.push("no population".to_owned()),
    }
    escape::line(&without_addresses(&all.join(", ")))
}
