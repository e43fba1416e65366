//! `plan snapshot from-capture`: what the collector gave of a site, as a site in a file with its population.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::adapter::read::take;
use crate::failure::{Failure, exit};
use crate::fs::temporary;
use crate::model::text::many;
use crate::model::{Capture, Snapshot};
use crate::output::escape;
use crate::population::MakeSpill;
use crate::project::Project;
use crate::project::git::Books;
use crate::site::snapshot_file::SnapshotFile;
use crate::site::{disk, file};
use crate::text::Limits;
use crate::trust::{Readings, was_taken_here};

use super::adapter::read_own;
use super::collector::{command, zip};
use super::new_file::ensure_new;
use super::record::said::ensure_person_known;
use super::{Terminal, tracked, without_adapter};

/// What `from-capture` is given.
pub(super) struct Given<'a> {
    pub(super) file: &'a Path,
    pub(super) adapters: &'a [PathBuf],
    pub(super) out: &'a Path,
    pub(super) by: Option<(&'a str, &'a Path)>,
}

pub(super) fn run(given: &Given<'_>, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let Given { file, adapters, out, by } = *given;
    if let Some((who, plan)) = by {
        ensure_person_known(who, &Project::new(plan, Limits::default()).open()?.plan)?;
    }
    let population = disk::named_population(out);
    for new in [out, &population] {
        if new.exists() {
            return Err(Failure::exists(new));
        }
    }
    let git = Books::default();
    tracked::attend_to_capture(file, &git, terminal)?;
    let (set, undecided) = read_own(adapters)?;
    for replaced in set.replaced() {
        writeln!(terminal.err, "{}", escape::line(&replaced.sentence()))?;
    }
    let spill = || -> MakeSpill { Box::new(|| Ok(Box::new(temporary()?))) };
    let damaged = |damage| disk::damaged(file, damage);
    let taken = take(disk::open(file)?, &set, [spill(), spill()]).map_err(damaged)?;
    for name in &taken.not_asked {
        writeln!(
            terminal.err,
            "attention: the capture was not made with the adapter `{}` as it is now: what it names now and did not then is unknown. To read that too, give \
             the plugin another list: `{}`, upload it under Plugins > Add New > Upload Plugin, where WordPress offers to replace the one that is there, \
             and take the capture again (of the script: `{}`)",
            escape::line(name),
            escape::line(&zip(adapters)),
            escape::line(&command(["plan bridge script", ""], adapters))
        )?;
    }
    // What cannot be read back is said before anything is written.
    readable(&taken.snapshot)?;
    ensure_new(out, terminal)?;
    let (notes, is_ours) = (taken.notes.clone(), was_taken_here(&taken.sha256) && undecided == 0);
    let snapshot = match taken.has_population() {
        true => {
            let unwritten = |damage| disk::unwritten(&population, damage);
            let written = disk::replace_by_stream(&population, |to| taken.write_population(to).map_err(unwritten));
            let snapshot = written?;
            writeln!(terminal.notes(), "wrote {}", escape::path(&population))?;
            snapshot
        }
        false => taken.without_population(),
    };
    let saved = readable(&snapshot).and_then(|(text, reading)| {
        file::save_text(out, &text)?;
        Ok(reading)
    });
    let reading = match saved {
        Ok(reading) => reading,
        // A population belongs to its site's file.
        Err(failure) => {
            file::remove(&population)?;
            return Err(failure);
        }
    };
    writeln!(terminal.notes(), "wrote {}", escape::path(out))?;
    tracked::attend_to_populations([&*out.to_string_lossy()], &git, terminal)?;
    told(&reading, terminal)?;
    without_adapter::attend_to(&reading, terminal)?;
    for note in notes {
        writeln!(terminal.out, "{}", escape::line(&note))?;
    }
    if undecided > 0 {
        writeln!(
            terminal.err,
            "attention: {undecided} lines of the adapters are still marked `# decide`: what is read by a guess counts as recorded at most"
        )?;
    }
    match by {
        _ if is_ours => {
            Readings::captured(&reading, Timestamp::now())?;
            writeln!(terminal.notes(), "it counts as captured: this machine took the capture from the site itself")?;
        }
        Some((who, _)) if undecided == 0 => {
            Readings::attested(&reading, who, Timestamp::now())?;
            writeln!(terminal.notes(), "it counts as attested by `{}` on this machine", escape::line(who))?;
        }
        _ if undecided > 0 => writeln!(
            terminal.notes(),
            "as a recording (`--snapshot`) it counts as recorded until these are decided: then read the capture again"
        )?,
        _ => writeln!(
            terminal.notes(),
            "as a recording (`--snapshot`) it counts as recorded, since nothing here shows who took the capture: once there \
             is a plan of this site, say who answers for it: {}",
            escape::line(&answered_for(given, reading.population.is_some()))
        )?,
    }
    Ok(exit::OK)
}

/// The commands that read the capture again with somebody who answers for it: into new files, which are then moved over these.
fn answered_for(given: &Given<'_>, has_population: bool) -> String {
    let Given { file, adapters, out, .. } = *given;
    let shell = |path: &Path| escape::shell(&path.display().to_string());
    let name = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let next = out.with_file_name(format!("next-{name}"));
    let read = format!("plan snapshot from-capture {}", shell(file));
    let read = command([&read, &format!(" --who WHO --plan PLAN --out {}", shell(&next))], adapters);
    let moves = |from: &Path, to: &Path| format!("`mv {} {}`", shell(from), shell(to));
    let mut commands = vec![format!("`{read}`"), moves(&next, out)];
    if has_population {
        commands.push(moves(&disk::named_population(&next), &disk::named_population(out)));
    }
    commands.join(", then ")
}

/// A site's file, and the same read back.
fn readable(snapshot: &Snapshot) -> Result<(String, Snapshot), Failure> {
    let text = SnapshotFile::new(snapshot.clone()).text();
    let reading = SnapshotFile::read_only(text.as_bytes()).map_err(|damage| {
        Failure::new(exit::COULD_NOT_RUN, format!("what was read cannot be written completely: {damage}"))
    })?;
    Ok((text, reading))
}

/// What was read, and why the rest was not.
fn told(reading: &Snapshot, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let objects = reading.state.places().len();
    writeln!(terminal.out, "{} of {}", many(objects, "object"), escape::line(&reading.header.site.to_string()))?;
    if let Some(population) = &reading.population {
        for (kind, count) in &population.counts {
            writeln!(terminal.out, "{}", many(usize::try_from(*count).unwrap_or(usize::MAX), kind))?;
        }
    }
    for (kind, capture) in &reading.header.sections {
        if let Capture::Missing(why) = capture {
            writeln!(terminal.out, "{kind} not captured: {}", escape::line(why))?;
        }
    }
    for (on, sources) in &reading.sources {
        for (field, capture) in &sources.fields {
            if let Capture::Missing(why) = capture {
                writeln!(terminal.out, "{} `{field}` unknown: {}", escape::line(&on.to_string()), escape::line(why))?;
            }
        }
    }
    Ok(())
}
