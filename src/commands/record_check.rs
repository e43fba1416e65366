//! What is wrong with the lines of a record, each of which a hand may have written: findings, so that none is green.

use jiff::{SignedDuration, Timestamp};

use crate::diag::{Finding, Place, Severity};
use crate::model::Plan;
use crate::model::record::{Backup, BackupSource, Entry, Evidence, Record};
use crate::model::text::Seconds;
use crate::output::escape;

use super::record::says_something;

/// How far the clocks of two machines may be apart.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(5);

/// The oldest backup that any plan may take: what a week of sales brings, a restore would lose.
const OLDEST_BACKUP: Seconds = Seconds(7 * 86_400);

/// What is wrong with the record, and, beside what was found as the plan was read, with the age that the plan demands of a backup.
pub(super) fn findings(plan: &Plan, read: &[Finding], record: &Record, now: Timestamp) -> Vec<Finding> {
    // A plan that is red for how it reads may lack the people that it names.
    let left_out = !plan.left_out.is_empty() || read.iter().any(|finding| finding.severity == Severity::Error);
    let lines = record.entries.iter().enumerate();
    let wrong = lines.filter_map(|(at, entry)| wrong(plan, entry, now, left_out).map(|what| (at, what)));
    let of_a_line = |(at, what): (usize, String)| {
        let message = format!("line {} of the record {what}", at + 1);
        Finding::new("record-line-wrong", Severity::Error, Place::value(""), message)
            .label("this plan's record")
            .help("take the record from git as it was, or move it away and record what was seen again")
    };
    let mut found: Vec<Finding> = wrong.map(of_a_line).collect();
    let demanded = plan.backup.as_ref().and_then(|backup| Seconds::parse(&backup.no_older_than));
    if demanded.is_some_and(|demanded| demanded > OLDEST_BACKUP) {
        let message = format!("a backup may be {OLDEST_BACKUP} old at most, as a restore loses all that came after it");
        found.push(
            Finding::new("backup-age-unbounded", Severity::Error, Place::value("/backup/no_older_than"), message)
                .label("longer than that")
                .help("write a few hours, for example `2h`"),
        );
    }
    found
}

fn wrong(plan: &Plan, entry: &Entry, now: Timestamp, left_out: bool) -> Option<String> {
    let latest = now.checked_add(CLOCKS_APART).unwrap_or(Timestamp::MAX);
    let who = entry.who.trim();
    match entry.at.parse::<Timestamp>() {
        Err(_) => return Some("has a time that is none".to_owned()),
        Ok(at) if at > latest => return Some(format!("is of {at}, which is in the future")),
        Ok(_) => {}
    }
    if who.is_empty() {
        return Some("names nobody who recorded it".to_owned());
    }
    if !plan.people.contains_key(&entry.who) && !left_out {
        return Some(format!("is by `{}`, who is not among the plan's `people`", escape::line(who)));
    }
    if says_something(&entry.evidence).is_err() {
        return Some("says nothing where it should say what was seen".to_owned());
    }
    match &entry.evidence {
        Evidence::Backup(backup) => backup_wrong(backup, latest),
        Evidence::Verification(verification) if verification.lines.iter().all(|line| line.text.trim().is_empty()) => {
            Some("is a verification without a line".to_owned())
        }
        Evidence::Purchase(purchase) if purchase.form.trim().is_empty() => {
            Some("is a purchase that names no form".to_owned())
        }
        Evidence::Purchase(purchase) if purchase.orders.iter().any(|order| order.trim().is_empty()) => {
            Some("is a purchase with an order that has no number".to_owned())
        }
        _ => None,
    }
}

fn backup_wrong(backup: &Backup, latest: Timestamp) -> Option<String> {
    match backup.taken_at.parse::<Timestamp>() {
        Err(_) => return Some("is a backup made at a time that is none".to_owned()),
        Ok(made) if made > latest => return Some(format!("is a backup made at {made}, which is in the future")),
        Ok(_) => {}
    }
    if backup.parts.is_empty() {
        return Some("is a backup of nothing".to_owned());
    }
    let hex = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match &backup.source {
        BackupSource::RestorePoint(id) if id.trim().is_empty() => Some("is a restore point without a name".to_owned()),
        BackupSource::File { name, .. } if name.trim().is_empty() => {
            Some("is a backup's file without a name".to_owned())
        }
        BackupSource::File { bytes: 0, .. } => Some("is a backup's file without a byte".to_owned()),
        BackupSource::File { sha256, .. } if !hex(sha256) => Some("is a backup's file without its SHA-256".to_owned()),
        _ => None,
    }
}
