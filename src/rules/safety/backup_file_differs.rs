use crate::diag::{Location, Severity::Error};
use crate::model::Step;
use crate::model::record::BackupSource;
use crate::rules::{Facts, FileNow, Findings, Phase::Configure, Source::Inferred, declare_rule};

use super::{backup_of, kept_backups};

declare_rule! {
    /// The backup's file is gone, or is not the file that was recorded.
    ///
    /// ## What it does
    /// Where the folder of backups is named, with `--backup-dir` or in `plan.toml`, reads the recorded file there again
    /// and compares its size, its SHA-256 and, for a database dump, what is inside. Without the folder, the file is
    /// taken to be as it was when it was recorded.
    ///
    /// ## Why it matters
    /// Backups get rotated, overwritten or only half copied. What was proven about one file says nothing about another
    /// one, or about one that is gone.
    ///
    /// ## Bad
    /// ```yaml
    /// backup_files: {live.sql.gz: missing}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files], taken_at: "2026-11-21T05:10:00Z", stored_off_server: true, source: {restore-point: RP-4471}}
    ///   - version: 1
    ///     at: "2026-11-21T05:41:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup:
    ///         of: live
    ///         parts: [database]
    ///         taken_at: "2026-11-21T05:11:00Z"
    ///         stored_off_server: true
    ///         source:
    ///           file:
    ///             name: live.sql.gz
    ///             bytes: 48211
    ///             sha256: 5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8
    ///             dump: {ending: whole, tables: 24, prefix: wp_, users: 3, accessally_tables: 2}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// backup_files: {live.sql.gz: {other-size: {bytes: 512}}}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files], taken_at: "2026-11-21T05:10:00Z", stored_off_server: true, source: {restore-point: RP-4471}}
    ///   - version: 1
    ///     at: "2026-11-21T05:41:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup:
    ///         of: live
    ///         parts: [database]
    ///         taken_at: "2026-11-21T05:11:00Z"
    ///         stored_off_server: true
    ///         source:
    ///           file:
    ///             name: live.sql.gz
    ///             bytes: 48211
    ///             sha256: 5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8
    ///             dump: {ending: whole, tables: 24, prefix: wp_, users: 3, accessally_tables: 2}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// backup_files: {live.sql.gz: other-content}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files], taken_at: "2026-11-21T05:10:00Z", stored_off_server: true, source: {restore-point: RP-4471}}
    ///   - version: 1
    ///     at: "2026-11-21T05:41:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup:
    ///         of: live
    ///         parts: [database]
    ///         taken_at: "2026-11-21T05:11:00Z"
    ///         stored_off_server: true
    ///         source:
    ///           file:
    ///             name: live.sql.gz
    ///             bytes: 48211
    ///             sha256: 5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8
    ///             dump: {ending: whole, tables: 24, prefix: wp_, users: 3, accessally_tables: 2}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// backup_files: {live.sql.gz: {unreadable: permission denied}}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files], taken_at: "2026-11-21T05:10:00Z", stored_off_server: true, source: {restore-point: RP-4471}}
    ///   - version: 1
    ///     at: "2026-11-21T05:41:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup:
    ///         of: live
    ///         parts: [database]
    ///         taken_at: "2026-11-21T05:11:00Z"
    ///         stored_off_server: true
    ///         source:
    ///           file:
    ///             name: live.sql.gz
    ///             bytes: 48211
    ///             sha256: 5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8
    ///             dump: {ending: whole, tables: 24, prefix: wp_, users: 3, accessally_tables: 2}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// backup_files: {live.sql.gz: same}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files], taken_at: "2026-11-21T05:10:00Z", stored_off_server: true, source: {restore-point: RP-4471}}
    ///   - version: 1
    ///     at: "2026-11-21T05:41:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup:
    ///         of: live
    ///         parts: [database]
    ///         taken_at: "2026-11-21T05:11:00Z"
    ///         stored_off_server: true
    ///         source:
    ///           file:
    ///             name: live.sql.gz
    ///             bytes: 48211
    ///             sha256: 5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8
    ///             dump: {ending: whole, tables: 24, prefix: wp_, users: 3, accessally_tables: 2}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files], taken_at: "2026-11-21T05:10:00Z", stored_off_server: true, source: {restore-point: RP-4471}}
    ///   - version: 1
    ///     at: "2026-11-21T05:41:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup:
    ///         of: live
    ///         parts: [database]
    ///         taken_at: "2026-11-21T05:11:00Z"
    ///         stored_off_server: true
    ///         source:
    ///           file:
    ///             name: live.sql.gz
    ///             bytes: 48211
    ///             sha256: 5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8
    ///             dump: {ending: whole, tables: 24, prefix: wp_, users: 3, accessally_tables: 2}
    /// ```
    ///
    /// ## Fix
    /// Bring the file back into the folder, or make a new backup and record it with `plan record backup FILE --plan PLAN --who WHO`.
    {
        id: "backup-file-differs",
        severity: Error,
        phase: Configure,
        acceptable: false,
        settled_by: Some(Step::Backup),
        precondition: true,
        guide: "P11",
        evidence: Inferred,
        anchor: "/backup",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(demand) = &facts.plan().backup else { return Some(()) };
    for (_, backup) in kept_backups(facts, demand)? {
        let BackupSource::File { name, bytes, .. } = &backup.source else { continue };
        let what = match facts.backup_file(name) {
            None | Some(FileNow::Same) => continue,
            Some(FileNow::Missing) => "is not in the folder of backups".to_owned(),
            Some(FileNow::OtherSize { bytes: now }) => {
                format!("has {now} bytes now, and had {bytes} when it was recorded")
            }
            Some(FileNow::OtherContent) => {
                "has the same size as when it was recorded, but a different SHA-256".to_owned()
            }
            Some(FileNow::OtherInside) => "does not hold what its record says".to_owned(),
            Some(FileNow::Unreadable(why)) => format!("cannot be read again: {why}"),
        };
        out.push(
            RULE.at(Location::key("/backup"), format!("`{name}`, the backup of the {}, {what}", backup_of(demand.of)))
                .label("not the recorded file")
                .help("bring the recorded file back, or make a new backup and record it with `plan record backup FILE --plan PLAN --who WHO`"),
        );
    }
    Some(())
}
