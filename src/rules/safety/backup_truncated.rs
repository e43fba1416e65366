use crate::diag::{Location, Severity::Error};
use crate::model::Step;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

use super::{backup_of, dump_asked_for};

declare_rule! {
    /// The database dump is cut or damaged.
    ///
    /// ## What it does
    /// Reports a recorded dump that ends in the middle of a statement, whose compressed data is cut or damaged, or that
    /// begins like a dump of mysqldump or mariadb-dump but lacks the last line that they write, `-- Dump completed`. A
    /// dump that has no such line for another reason (made with `--skip-comments`, or by another tool) is not proven
    /// whole: unproven.
    ///
    /// ## Why it matters
    /// A full disk or a lost connection cuts a dump short, and the file still looks like a dump. It loads without its
    /// last tables, the users among them, and nobody notices until it is needed.
    ///
    /// ## Bad
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
    ///             dump: {ending: {broken: its packing is cut off}, tables: 20, prefix: wp_, users: 3, accessally_tables: 2}
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
    /// Make the dump again, then record it with `plan record backup FILE --plan PLAN --who WHO`.
    {
        id: "backup-truncated",
        severity: Error,
        phase: Configure,
        acceptable: false,
        settled_by: Some(Step::Backup),
        precondition: true,
        guide: "P11",
        evidence: Documented,
        anchor: "/backup",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some((name, dump, of)) = dump_asked_for(facts)? else { return Some(()) };
    if let Some(how) = facts.broken(dump)? {
        let message = format!("`{name}`, the backup of the {}'s database, is broken: {how}", backup_of(of));
        out.push(
            RULE.at(Location::key("/backup"), message)
                .label("its recorded backup is broken")
                .help("make the dump again, see that the disk has room, then record it with `plan record backup FILE --plan PLAN --who WHO`"),
        );
    }
    Some(())
}
