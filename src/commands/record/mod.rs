//! `plan record`: evidence beside the plan, one hash-chained line each.

pub(super) mod backup_file;
mod run_migration;
pub(super) mod said;
mod saw;
mod time;
mod verification;

use std::path::Path;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::cli::{self, By, RecordVerb};
use crate::commands::Terminal;
use crate::commands::merge_list::List;
use crate::failure::{Failure, exit};
use crate::model::plan::{BackupPart, Confirmation, SiteRole};
use crate::model::record::{
    Acknowledgement, Backup, BackupSource, Dump, DumpEnding, Evidence, MovedObject, Purchase, Record, SignIn,
    StepTaken, Verification,
};
use crate::model::status::is_transaction;
use crate::model::{Plan, Step};
use crate::output::escape;
use crate::project::record::fits::{is_flagged, last_verification};
use crate::project::record::{append, path_of};
use crate::project::{Opened, Project};
use crate::text::Limits;
use crate::trust::note_recorded;

use backup_file::Seen;
use said::{Said, ensure_person_known, ensure_sound, host_of, of_masked, one_of, time};

/// How far the last zone of the world is west of UTC: no later can a time without a zone be.
const WESTMOST: SignedDuration = SignedDuration::from_hours(12);

pub(super) fn run(args: cli::Record, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let now = Timestamp::now();
    let project = Project::new(&args.verb.by().plan, Limits::default());
    let opened = project.open()?;
    let plan = &opened.plan;
    let (by, evidence, said) = match args.verb {
        RecordVerb::Backup(args) => backup(args, &opened, now, terminal)?,
        RecordVerb::Verification { by, host, file } => {
            let (lines, masked) = verification::read(&file)?;
            let said = verification::said(&lines, masked);
            (by, Evidence::Verification(Verification { host, lines }), said)
        }
        RecordVerb::Ack { by, line, reason } => acknowledgement(by, &opened.record, line, reason)?,
        RecordVerb::Saw(args) => saw::saw(args, plan, now)?,
        RecordVerb::Step { step, by, on, .. } if fact_of(step).is_some() => {
            let saw = fact_of(step).unwrap_or_default();
            let plan = escape::shell(&by.plan.display().to_string());
            let (place, who) = (if on == SiteRole::Live { " --on live" } else { "" }, escape::shell(&by.who));
            let message = format!("what proves `{}` is what the screen shows, not that somebody did it", step.name());
            return Err(Failure::new(exit::USAGE, message)
                .help(format!("say what you see: `plan record saw {saw} --plan {plan} --who {who}{place}`")));
        }
        RecordVerb::Step { by, step, says, on } => {
            let host = host_of(plan, on)?;
            let said = format!("attestation of `{}` for the step `{}` on {host}", by.who, step.name());
            (by, Evidence::Step(StepTaken { host, step, says }), said)
        }
        RecordVerb::SignIn { by, says, on } => {
            let host = host_of(plan, on)?;
            let said = format!("the spare administrator signed in on {host}, attested by `{}`", by.who);
            (by, Evidence::SignIn(SignIn { host, says }), said)
        }
        RecordVerb::MergeList { by, files } => merge_list(by, plan, &files)?,
        RecordVerb::Purchase { by, form, saw, order, transaction, on } => {
            purchase(by, &opened, form, (saw, order, transaction), on)?
        }
        RecordVerb::OutsideWindow(args) => time::outside_window(args, plan)?,
        RecordVerb::RestoreDrill(args) => time::restore_drill(args, &opened.record, now)?,
        RecordVerb::Decision(args) => time::decision(args, plan)?,
        RecordVerb::Moved { by, object, now, says, on } => {
            let host = host_of(plan, on)?;
            let said = format!("`{object}` may stay as it is on {host} ({now}), attested by `{}`", by.who);
            (by, Evidence::Moved(MovedObject { host, on: object, now, says }), said)
        }
        RecordVerb::NotPressed(word) => return run_migration::not_pressed(word, (project, &opened), terminal),
        RecordVerb::Restored(word) => return run_migration::restored(word, (project, &opened), terminal),
    };
    ensure_person_known(&by.who, plan)?;
    ensure_sound(&evidence, now)?;
    let path = path_of(&by.plan);
    let masked = append_here(&path, &by.who, now, &evidence)?;
    writeln!(terminal.out, "recorded in {}: {}{}", escape::path(&path), escape::line(&said), of_masked(masked))?;
    Ok(exit::OK)
}

/// Adds a line that this machine knows again: in how many of its texts an address was left out.
pub(super) fn append_here(path: &Path, who: &str, at: Timestamp, evidence: &Evidence) -> Result<usize, Failure> {
    let appended = append(path, who, at, evidence)?;
    note_recorded(&appended.sha256)?;
    Ok(appended.masked)
}

/// What a person says that they see of a step which a fact proves; none of the others.
fn fact_of(step: Step) -> Option<&'static str> {
    match step {
        Step::FreezeLive | Step::EnterMaintenance => Some("maintenance on=yes"),
        Step::LeaveMaintenance | Step::ReopenLive => Some("maintenance on=no"),
        Step::RunMigration => Some("crm managed=yes"),
        _ => None,
    }
}

fn merge_list(by: By, plan: &Plan, files: &cli::TwoReadings) -> Result<Said, Failure> {
    let live = host_of(plan, SiteRole::Live)?;
    let list = List::of(files, Some(plan))?.evidence;
    if !list.host.is_same_site(&live) {
        let message = format!("the list is for `{}`, and the plan's live site is `{live}`", list.host);
        return Err(Failure::new(exit::USAGE, message).help("name two readings of the live site"));
    }
    let said =
        format!("{} to carry over from {live}, as read {}, sha256 {}…", list.total(), list.read_at, &list.sha256[..12]);
    Ok((by, Evidence::MergeList(list), said))
}

fn purchase(
    by: By,
    opened: &Opened,
    form: String,
    (saw, orders, transaction): (Vec<Confirmation>, Vec<String>, Option<String>),
    on: SiteRole,
) -> Result<Said, Failure> {
    if transaction.as_deref().is_some_and(|id| !is_transaction(id)) {
        let failure = Failure::new(exit::USAGE, "this is not the transaction of a payment");
        return Err(
            failure.help("give the ID that the order's page shows; where that is `null-transaction` nothing was paid")
        );
    }
    let plan = &opened.plan;
    if !plan.order_forms.contains_key(&form) {
        let failure = Failure::new(exit::USAGE, format!("`{form}` is not among the plan's `order_forms`"));
        return Err(failure.help(match one_of(plan.order_forms.keys()) {
            Some(known) => format!("name the form by its key in the plan: {known}"),
            None => "the plan has none: add the form to `order_forms`".to_owned(),
        }));
    }
    let host = host_of(plan, on)?;
    let seen: Vec<&str> = saw.iter().map(|saw| saw.name()).collect();
    let said = format!("a test purchase on `{form}` on {host}; seen after it: {}", seen.join(", "));
    Ok((by, Evidence::Purchase(Purchase { host, form, saw, orders, transaction }), said))
}

fn backup(
    args: cli::RecordBackup,
    opened: &Opened,
    now: Timestamp,
    terminal: &mut Terminal<'_>,
) -> Result<Said, Failure> {
    // Before a file of many gigabytes is read.
    ensure_person_known(&args.by.who, &opened.plan)?;
    let (source, seen) = match (&args.file, args.restore_point) {
        (Some(file), _) => {
            let folder = opened.settings.backup.folder(args.backup_dir.as_deref())?;
            let path = backup_file::find(file, folder.as_deref());
            let seen = backup_file::look_into(&path)?;
            (file_source(&path, &seen, args.prefix.as_deref())?, Some(seen))
        }
        (None, Some(id)) => (BackupSource::RestorePoint(id), None),
        (None, None) => return Err(Failure::new(exit::USAGE, "name a backup's file or `--restore-point ID`")),
    };
    let parts = parts(&args.parts, &source)?;
    let taken_at = taken_at(args.taken_at.as_deref(), seen.as_ref(), now)?;
    let said = match &source {
        BackupSource::File { name, bytes, sha256, dump } => {
            let inside = match dump {
                Some(dump) => format!("{dump}, as read from it"),
                None => format!("its {} attested, as the file was not read inside", names(&parts)),
            };
            format!("backup `{name}`, {bytes} bytes, sha256 {}…, made {taken_at}: {inside}", &sha256[..12])
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
            return Err(Failure::new(exit::USAGE, format!("`{name}` is not read inside, so `--prefix` has no effect"))
                .help("only a database dump is read inside: `.sql`, `.sql.gz` or `.sql.zst`"));
        }
        None => None,
    };
    Ok(BackupSource::File { name, bytes: seen.bytes, sha256: seen.sha256.clone(), dump })
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

fn acknowledgement(by: By, record: &Record, line: usize, reason: String) -> Result<Said, Failure> {
    if last_verification(record).is_none() {
        return Err(Failure::new(exit::USAGE, "no verification is on record").help(format!(
            "record it first: `plan record verification FILE --host HOST --plan {} --who {}`",
            escape::shell(&by.plan.display().to_string()),
            escape::shell(&by.who)
        )));
    }
    is_flagged(record, line)?;
    let said = format!("line {line} acknowledged");
    Ok((by, Evidence::Acknowledgement(Acknowledgement { line, reason }), said))
}
