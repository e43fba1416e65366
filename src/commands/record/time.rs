//! `plan record` about time: a reason to begin outside the window, a restore that was measured, a decision to go on or back.

use std::path::Path;

use jiff::Timestamp;

use crate::cli::{By, RecordDecision, RecordOutsideWindow, RecordRestoreDrill};
use crate::failure::{Failure, exit};
use crate::model::Plan;
use crate::model::deadline::{Copied, Decided, OutsideWindow, RestoreDrill};
use crate::model::plan::SiteRole;
use crate::model::record::{Backup, BackupSource, Evidence, Record};
use crate::model::text::Seconds;
use crate::output::escape;
use crate::shape;

use super::said::{Said, host_of, time};

pub(super) fn outside_window(args: RecordOutsideWindow, plan: &Plan) -> Result<Said, Failure> {
    let host = host_of(plan, SiteRole::Live)?;
    let said = format!("steps may begin on {host} outside its window; `{}` answers for it", args.by.who());
    Ok((args.by, Evidence::OutsideWindow(OutsideWindow { host, says: args.says }), said))
}

pub(super) fn copied((by, at): (By, &str), plan: &Plan, now: Timestamp) -> Result<Said, Failure> {
    let (host, at) = (host_of(plan, SiteRole::Staging)?, time(at)?);
    if at > now {
        return Err(Failure::new(exit::USAGE, format!("a copy cannot have been made at {at}, which is in the future")));
    }
    let said = format!("{host} was copied from live as it was at {at}");
    Ok((by, Evidence::Copied(Copied { host, at: at.to_string() }), said))
}

pub(super) fn restore_drill(args: RecordRestoreDrill, record: &Record, now: Timestamp) -> Result<Said, Failure> {
    let backup = known(record, &args.backup, &args.by.plan)?;
    let ended_at = args.ended_at.as_deref().map_or(Ok(now), time)?;
    let seconds = args.took.as_secs().unsigned_abs();
    let made: Timestamp = time(&backup.taken_at)?;
    if ended_at > now || ended_at.as_second() - args.took.as_secs() < made.as_second() {
        let message = format!(
            "a restore of this backup cannot have begun before the backup was made ({made}), and cannot end in the future"
        );
        return Err(Failure::new(exit::USAGE, message).help("say with `--ended-at` when the restore was over"));
    }
    let took = Seconds::from(seconds);
    let said = format!("a restore of `{}` took {took}, over at {ended_at}", escape::line(&args.backup));
    let drill = RestoreDrill {
        of: backup.of,
        backup: args.backup,
        parts: backup.parts.clone(),
        onto: args.onto,
        ended_at: ended_at.to_string(),
        seconds,
    };
    Ok((args.by, Evidence::RestoreDrill(drill), said))
}

/// The backup of live that goes by this name on record.
fn known<'r>(record: &'r Record, name: &str, plan: &Path) -> Result<&'r Backup, Failure> {
    let backups = record.entries.iter().rev().filter_map(|entry| match &entry.evidence {
        Evidence::Backup(backup) if backup.of == SiteRole::Live => Some((named(backup), backup)),
        _ => None,
    });
    let backups: Vec<(&str, &Backup)> = backups.collect();
    if let Some((_, backup)) = backups.iter().find(|(known, _)| *known == name) {
        return Ok(backup);
    }
    let message = format!("no backup of live is on record as `{}`", escape::line(name));
    let known = shape::list(backups.iter().map(|(known, _)| *known));
    Err(Failure::new(exit::USAGE, message).help(if known.is_empty() {
        format!(
            "record the backup first: `plan record backup FILE --plan {} --who WHO`",
            escape::shell(&plan.display().to_string())
        )
    } else {
        format!("name one of {}", escape::line(&known))
    }))
}

fn named(backup: &Backup) -> &str {
    match &backup.source {
        BackupSource::File { name, .. } => name,
        BackupSource::RestorePoint(id) => id,
    }
}

pub(super) fn decision(args: RecordDecision, plan: &Plan) -> Result<Said, Failure> {
    let who = plan.rollback.as_ref().map(|rollback| &rollback.who);
    match who {
        None => {
            let failure = Failure::new(exit::USAGE, "the plan does not say who decides whether to go back");
            return Err(failure.help("add `rollback` to the plan"));
        }
        Some(who) if *who != args.by.who() => {
            let message = format!("the plan says that `{}` decides, and not `{}`", escape::line(who), args.by.who());
            return Err(
                Failure::new(exit::USAGE, message).help("the plan names who decides, as `who` under `rollback`")
            );
        }
        Some(_) => {}
    }
    let host = host_of(plan, SiteRole::Live)?;
    let decision = args.decision;
    let said = format!("`{}` decided to {} on {host}", args.by.who(), decision.name().replace('-', " "));
    Ok((args.by, Evidence::Decided(Decided { host, decision, says: args.says }), said))
}
