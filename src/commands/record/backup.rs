//! `plan record backup`: a file that is read, or a host's restore point by its id.

use std::path::Path;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::cli;
use crate::commands::{Terminal, tracked};
use crate::failure::{Failure, exit};
use crate::model::plan::{BackupPart, SiteRole};
use crate::model::record::{Backup, BackupSource, Dump, DumpEnding, Evidence};
use crate::model::{Identity, Plan};
use crate::output::escape;
use crate::project::Opened;

use super::backup_file::{self, Seen};
use super::said::{Said, ensure_person_known, time};

/// How far the last zone of the world is west of UTC: no later can a time without a zone be.
const WESTMOST: SignedDuration = SignedDuration::from_hours(12);

pub(in crate::commands) fn backup(
    args: cli::RecordBackup,
    opened: &Opened,
    now: Timestamp,
    terminal: &mut Terminal<'_>,
) -> Result<Said, Failure> {
    // Before a file of many gigabytes is read.
    ensure_person_known(args.by.who(), &opened.plan)?;
    let (source, seen, of) = match (&args.file, args.restore_point.clone()) {
        (Some(file), _) => {
            let folder = opened.settings.backup.folder(args.backup_dir.as_deref())?;
            let path = backup_file::find(file, folder.as_deref());
            let seen = backup_file::look_into(&path)?;
            tracked::attend_to_backup(&path, &opened.git, terminal)?;
            let source = file_source(&path, &seen, args.prefix.as_deref())?;
            let of = ensure_of_site(&source, &seen, &args, (&opened.plan, terminal))?;
            (source, Some(seen), of.unwrap_or_default())
        }
        (None, Some(id)) => (BackupSource::RestorePoint(id), None, String::new()),
        (None, None) => return Err(Failure::new(exit::USAGE, "name a backup's file or `--restore-point ID`")),
    };
    let parts = parts(&args.parts, &source)?;
    let taken_at = taken_at(args.taken_at.as_deref(), seen.as_ref(), now)?;
    let said = match &source {
        BackupSource::File { name, bytes, sha256, dump } => {
            let inside = match dump {
                Some(dump) => format!("{dump}, as read from it"),
                None => format!("its {} attested, as `plan` cannot look into this file", names(&parts)),
            };
            format!("backup `{name}`{of}, {bytes} bytes, sha256 {}…, made {taken_at}: {inside}", &sha256[..12])
        }
        BackupSource::RestorePoint(id) => format!("restore point `{id}`, made {taken_at}, attested"),
    };
    if let BackupSource::File { name, dump: Some(dump), .. } = &source {
        attend(name, dump, terminal)?;
    }
    let evidence = Evidence::Backup(Backup {
        of: args.of,
        parts,
        taken_at: taken_at.to_string(),
        stored_off_server: args.stored_off_server,
        source,
    });
    Ok((args.by, evidence, said))
}

/// What a reading of a file puts on record.
fn file_source(path: &Path, seen: &Seen, prefix: Option<&str>) -> Result<BackupSource, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let dump = match &seen.contents {
        Some(contents) => Some(contents.dump(prefix).map_err(|sites| which_site(&name, prefix, &sites))?),
        None if prefix.is_some() => {
            return Err(Failure::new(
                exit::USAGE,
                format!("`plan` cannot look into `{name}`, so `--prefix` has no effect"),
            )
            .help("`plan` looks into database dumps only: `.sql`, `.sql.gz` or `.sql.zst`"));
        }
        None => None,
    };
    Ok(BackupSource::File { name, bytes: seen.bytes, sha256: seen.sha256.clone(), dump })
}

/// Makes sure that a dump is of the site that it is to bring back, as far as its options say; which site that is, in words.
///
/// WordPress reads its address from `wp-config.php` where that has one (`WP_HOME`, documented), so a person may say that the other one is right.
fn ensure_of_site(
    source: &BackupSource,
    seen: &Seen,
    args: &cli::RecordBackup,
    (plan, terminal): (&Plan, &mut Terminal<'_>),
) -> Result<Option<String>, Failure> {
    let BackupSource::File { name, dump: Some(dump), .. } = source else { return Ok(None) };
    if matches!(dump.ending, DumpEnding::Broken(_)) {
        return Ok(None);
    }
    let sites = seen.contents.as_ref().map(|contents| &contents.sites);
    let tables = dump.prefix.as_ref().and_then(|prefix| sites?.get(prefix));
    let said = args.home.as_deref();
    let (which, wanted) = match args.of {
        SiteRole::Live => ("live", &plan.sites.live),
        SiteRole::Staging => ("staging", &plan.sites.staging),
    };
    let (name, wanted) = (escape::line(name), escape::line(wanted));
    let Some(home) = tables.and_then(|tables| tables.home.as_deref()) else {
        writeln!(
            terminal.err,
            "attention: `{name}` does not show of which site it is (no option `home`): make sure that it is of {wanted}"
        )?;
        return Ok(None);
    };
    let is_same = |one: &str, other: &str| matches!((Identity::parse(one), Identity::parse(other)), (Some(one), Some(other)) if one.is_same_site(&other));
    if is_same(home, &wanted) || said.is_some_and(|said| is_same(home, said)) {
        return Ok(Some(format!(" of {}", escape::line(home))));
    }
    let home = escape::line(home);
    Err(Failure::new(exit::USAGE, format!("`{name}` is a dump of `{home}`, and the plan's {which} site is {wanted}"))
        .help(format!(
            "record the dump of that site; where it is the right one, since `wp-config.php` sets the address (`WP_HOME`): `{}`",
            command_with_home(args, &home)
        )))
}

/// The command that records the same file as a dump of this address, which a question has no place for.
fn command_with_home(args: &cli::RecordBackup, home: &str) -> String {
    let shell = |path: &Path| escape::shell(&path.display().to_string());
    let file = args.file.as_deref().map(shell).unwrap_or_default();
    let folder =
        args.backup_dir.as_deref().map_or_else(String::new, |folder| format!(" --backup-dir {}", shell(folder)));
    let of = if args.of == SiteRole::Live { "" } else { " --of staging" };
    let made = args.taken_at.as_deref().map_or_else(String::new, |at| format!(" --taken-at {}", escape::shell(at)));
    let off_server = if args.stored_off_server { " --stored-off-server" } else { "" };
    format!(
        "plan record backup {file} --plan {} --who {}{folder}{of}{made}{off_server} --home {}",
        shell(&args.by.plan),
        escape::shell(args.by.who()),
        escape::shell(home)
    )
}

/// Sites of a dump that are named; the others are counted.
const NAMED: usize = 10;

fn which_site(name: &str, prefix: Option<&str>, sites: &[&str]) -> Failure {
    let mut named: Vec<String> = sites.iter().take(NAMED).map(|site| format!("`{site}`")).collect();
    if sites.len() > NAMED {
        named.push(format!("{} more", sites.len() - NAMED));
    }
    match (prefix, named.is_empty()) {
        (Some(prefix), true) => Failure::new(
            exit::USAGE,
            format!(
                "`{name}` holds no tables of a WordPress site, so none with the prefix \
            `{prefix}`"
            ),
        )
        .help("record the dump of the site's own database"),
        (Some(prefix), false) => {
            Failure::new(exit::USAGE, format!("`{name}` holds no site with the prefix `{prefix}`"))
                .help(format!("it holds {}", named.join(", ")))
        }
        (None, _) => Failure::new(exit::USAGE, format!("`{name}` holds {} WordPress sites", sites.len()))
            .help(format!("give the prefix of this site's tables with `--prefix`: {}", named.join(", "))),
    }
}

/// The parts that a backup holds: a dump is the database and nothing else, of all others its recorder attests it.
fn parts(said: &[BackupPart], source: &BackupSource) -> Result<Vec<BackupPart>, Failure> {
    let is_dump = matches!(source, BackupSource::File { dump: Some(_), .. });
    if is_dump && said.contains(&BackupPart::Files) {
        return Err(Failure::new(exit::USAGE, "a database dump does not hold the site's files")
            .help("record the dump without `--parts`, then the archive of the files with `--parts files`"));
    }
    if is_dump {
        return Ok(vec![BackupPart::Database]);
    }
    if said.is_empty() {
        return Err(Failure::new(exit::USAGE, "what this backup holds cannot be read from it")
            .help("say it with `--parts files,database`"));
    }
    Ok(said.to_vec())
}

fn names(parts: &[BackupPart]) -> String {
    parts.iter().map(|part| part.name()).collect::<Vec<_>>().join(" and ")
}

/// When a backup was made, as somebody says or as its file's own time says; never later than the dump itself says.
fn taken_at(said: Option<&str>, seen: Option<&Seen>, now: Timestamp) -> Result<Timestamp, Failure> {
    let taken_at = said.map(time).transpose()?.or_else(|| seen.and_then(|seen| seen.made)).ok_or_else(|| {
        Failure::new(exit::USAGE, "a restore point does not say when it was made")
            .help("say it with `--taken-at 2026-11-21T05:10:00Z`")
    })?;
    if taken_at > now {
        let message = format!("the backup cannot have been made at {taken_at}, which is in the future");
        return Err(Failure::new(exit::USAGE, message));
    }
    let completed = seen.and_then(|seen| seen.contents.as_ref()?.completed.as_deref());
    let at = completed.and_then(|completed| DateTime::strptime("%Y-%m-%d %H:%M:%S", completed).ok());
    let latest = at.and_then(|at| at.to_zoned_datetime(TimeZone::UTC).ok()).map(|at| at.timestamp() + WESTMOST);
    if latest.is_some_and(|latest| taken_at > latest) {
        let message = format!(
            "the dump says of itself that it was completed at {}, so it was not made at {taken_at}",
            completed.unwrap_or_default()
        );
        return Err(Failure::new(exit::USAGE, message)
            .help("a copied file has the time of the copying: say when the dump was made with `--taken-at`"));
    }
    Ok(taken_at)
}

/// Says at once what a rule will say of a dump at the gate.
fn attend(name: &str, dump: &Dump, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let name = escape::line(name);
    match &dump.ending {
        DumpEnding::Whole => {}
        DumpEnding::NotProven => writeln!(
            terminal.err,
            "attention: `{name}` is not proven whole: it has no last line `-- Dump completed`; \
             make it without `--skip-comments`"
        )?,
        DumpEnding::Broken(how) => {
            writeln!(terminal.err, "attention: `{name}` is not a backup: {}", escape::line(how))?
        }
    }
    if !dump.lacks.is_empty() && !matches!(dump.ending, DumpEnding::Broken(_)) {
        let lacks = dump.lacks.join("`, `");
        writeln!(terminal.err, "attention: `{name}` is not a backup of a site: it lacks the tables `{lacks}`")?;
    }
    Ok(())
}
