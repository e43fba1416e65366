//! `plan snapshot`: a site into a file; and `seal` for a hand-written one.

use std::path::Path;

use crate::cli::{Snapshot, SnapshotVerb};
use crate::model::digest;
use crate::model::population::Questions;
use crate::output::{escape, many};
use crate::site::file;
use crate::site::snapshot_file::SnapshotFile;
use crate::trust::{Readings, Worth};

use super::{Failure, Terminal, exit, inputs};

pub(super) fn run(args: &Snapshot, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    match (&args.verb, &args.site) {
        (Some(SnapshotVerb::Seal { file }), _) => seal(file, terminal),
        (None, Some(site)) => read(site, args.out.as_deref(), terminal),
        (None, None) => Err(Failure::new(exit::USAGE, "name the site with `--site`")),
    }
}

fn read(site: &str, out: Option<&Path>, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if let Some(out) = out.filter(|out| out.exists()) {
        return Err(Failure::new(exit::USAGE, format!("`{}` exists, and is not written over", out.display()))
            .help("choose another name with `--out`, or move it away"));
    }
    let mut snapshot = inputs::open_site(site, None)?.read(&Questions::default())?.snapshot;
    let objects = snapshot.state.places().len();
    let host = escape::line(&snapshot.header.site.to_string());
    let missing = snapshot.header.sections.values().filter(|c| matches!(c, crate::model::Capture::Missing(_))).count();
    if snapshot.population.take().is_some() {
        writeln!(terminal.err, "the population is not copied: keep it beside the site it was taken with")?;
    }
    match out {
        Some(path) => {
            file::save(path, snapshot)?;
            // A site in a file is what somebody says: only what was read at an address was taken by a machine.
            if site.contains("://") {
                note(path, Worth::Captured)?;
            }
            writeln!(terminal.err, "wrote {}", escape::path(path))?;
        }
        None => write!(terminal.out, "{}", SnapshotFile::new(snapshot).text())?,
    }
    writeln!(terminal.err, "{} of {host}; {} not captured", many(objects, "object"), many(missing, "section"))?;
    Ok(exit::OK)
}

fn seal(path: &Path, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    file::seal_file(path)?;
    // A person finalized it, and answers for it; where there is no place for the note the file is merely what it is.
    drop(note(path, Worth::Attested));
    writeln!(terminal.err, "sealed {}", escape::path(path))?;
    Ok(exit::OK)
}

/// Notes under this machine's key what the reading in this file is worth.
fn note(path: &Path, worth: Worth) -> Result<(), Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
    Readings::of_this_machine().note(&digest::of_bytes(&bytes), worth, jiff::Timestamp::now())
}
