//! `plan snapshot`: a site into a file; `seal` for a hand-written one, `import` for one that was taken elsewhere.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::cli::{Snapshot, SnapshotVerb};
use crate::failure::{Failure, exit};
use crate::model::population::Questions;
use crate::model::text::many;
use crate::model::{Capture, Snapshot as Reading, Worth};
use crate::output::escape;
use crate::project::Project;
use crate::project::git::Books;
use crate::site;
use crate::site::file::{self, FileSite};
use crate::site::snapshot_file::SnapshotFile;
use crate::text::Limits;
use crate::text::addresses;
use crate::trust::Readings;

use super::record::said::ensure_person_known;
use super::{Terminal, from_capture, import, tracked};

pub(super) fn run(args: &Snapshot, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    match (&args.verb, &args.site) {
        (Some(SnapshotVerb::Finalize { file, who, plan }), _) => {
            finalize(file, who.as_deref().zip(plan.as_deref()), terminal)
        }
        (Some(SnapshotVerb::FromCapture { file, adapter, out, who, plan }), _) => {
            let by = who.as_deref().zip(plan.as_deref());
            from_capture::run(&from_capture::Given { file, adapters: adapter, out, by }, terminal)
        }
        (Some(SnapshotVerb::Import { file, plan, yes }), _) => import::run((file, plan), *yes, terminal),
        (None, Some(site)) => read(site, args.out.as_deref(), terminal),
        (None, None) => Err(Failure::new(exit::USAGE, "name the site with `--site`")),
    }
}

fn read(site: &str, out: Option<&Path>, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if let Some(out) = out.filter(|out| out.exists()) {
        return Err(Failure::exists(out));
    }
    let mut snapshot = site::open(site, None)?.read(&Questions::default())?.snapshot;
    let objects = snapshot.state.places().len();
    let host = escape::line(&snapshot.header.site.to_string());
    let missing = snapshot.header.sections.values().filter(|c| matches!(c, Capture::Missing(_))).count();
    if snapshot.population.take().is_some() {
        writeln!(terminal.notes(), "the population is not copied: keep it next to the site file it was taken with")?;
    }
    let text = SnapshotFile::new(snapshot).text();
    // A site in a file is what somebody says: only what was read at an address was taken by this machine.
    if site.contains("://") {
        Readings::captured(&as_read(&text)?, Timestamp::now())?;
    }
    match out {
        Some(path) => {
            file::save_text(path, &text)?;
            writeln!(terminal.notes(), "wrote {}", escape::path(path))?;
        }
        None => {
            write!(terminal.out, "{text}")?;
            if terminal.masks && addresses(&text).next().is_some() {
                writeln!(
                    terminal.err,
                    "attention: what looks like a person's address was left out, so no command can read this: write a file with \
                        `--out`, or give `--show-personal`"
                )?;
            }
        }
    }
    writeln!(terminal.notes(), "{} of {host}; {} not captured", many(objects, "object"), many(missing, "section"))?;
    Ok(exit::OK)
}

/// A text as whoever reads the file understands it, with the digest by which it is known.
fn as_read(text: &str) -> Result<Reading, Failure> {
    SnapshotFile::read_only(text.as_bytes()).map_err(|damage| {
        Failure::new(
            exit::COULD_NOT_RUN,
            format!(
                "what was read cannot be written completely: \
        {damage}"
            ),
        )
    })
}

/// How far two clocks may be apart.
const CLOCKS: SignedDuration = SignedDuration::from_mins(5);

fn finalize(path: &Path, by: Option<(&str, &Path)>, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    if let Some((who, plan)) = by {
        ensure_person_known(who, &Project::new(plan, Limits::default()).open()?.plan)?;
    }
    let as_it_is = FileSite::open(path).and_then(|site| site.snapshot());
    match as_it_is.is_ok_and(|reading| Readings::of_this_machine().worth(&reading) == Worth::Captured) {
        true => file::seal_captured(path)?,
        false => file::seal_file(path)?,
    }
    writeln!(terminal.notes(), "finalized {}", escape::path(path))?;
    let git = Books::default();
    tracked::attend_to_populations([&*path.to_string_lossy()], &git, terminal)?;
    tracked::attend_to_population(path, &git, terminal)?;
    // A population is known by its configuration, which names its digest.
    let Ok(sealed) = FileSite::open(path).and_then(|site| site.snapshot()) else { return Ok(exit::OK) };
    let now = Timestamp::now();
    if sealed.header.taken_at.parse::<Timestamp>().is_ok_and(|taken| taken > now + CLOCKS) {
        writeln!(
            terminal.err,
            "attention: `taken_at` is {}, which lies in the future: correct it and finalize the file again",
            escape::line(&sealed.header.taken_at)
        )?;
    }
    match (Readings::of_this_machine().worth(&sealed), by) {
        (Worth::Captured, _) => {
            writeln!(terminal.notes(), "it is as this machine took or imported it, so it stays captured")?;
        }
        (_, Some((who, _))) => {
            Readings::attested(&sealed, who, Timestamp::now())?;
            writeln!(terminal.notes(), "it counts as attested by `{}` on this machine", escape::line(who))?;
        }
        (Worth::Attested(who), None) => {
            writeln!(terminal.notes(), "it is unchanged, and stays attested by `{}`", escape::line(&who))?;
        }
        (Worth::Recorded(_), None) => writeln!(
            terminal.notes(),
            "as a recording (`--snapshot`) it counts as recorded, since it does not say who answers for it (`--who WHO --plan PLAN`)"
        )?,
    }
    Ok(exit::OK)
}
