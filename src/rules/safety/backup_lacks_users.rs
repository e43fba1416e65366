use crate::diag::{Location, Severity::Error};
use crate::model::Step;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Inferred, declare_rule};

use super::{backup_of, dump_not_cut};

declare_rule! {
    /// The database dump holds fewer users than the site.
    ///
    /// ## What it does
    /// Compares the rows that the recorded dump inserts into the site's `users` with the site's contacts and administrators, as
    /// far as they were captured: every one of them is a user, so the dump must hold at least as many as the larger number.
    ///
    /// ## Why it matters
    /// A dump holds fewer if it was filtered, if it is of another site or an older state, or if its rows are in another
    /// file. Whoever is missing from it cannot be restored.
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
    ///             dump: {ending: whole, tables: 24, prefix: wp_, users: 2, accessally_tables: 2}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// header: {sections: {contact: {how: null, missing: not asked}}}
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
    ///             dump: {ending: whole, tables: 24, prefix: wp_, users: 1, accessally_tables: 2}
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
    /// Dump the live site's whole database with its rows, then record it with `plan record backup FILE --plan PLAN --who WHO`.
    {
        id: "backup-lacks-users",
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
    let Some((name, dump, of)) = dump_not_cut(facts)? else { return Some(()) };
    if dump.lacks.iter().any(|table| table == "users") {
        return Some(());
    }
    let (at_least, who) = facts.users_at_least()?;
    if dump.users < at_least {
        let message = format!(
            "`{name}`, the backup of the {}'s database, holds fewer users ({}) than the site has {who} ({at_least})",
            backup_of(of),
            dump.users
        );
        out.push(RULE.at(Location::key("/backup"), message).label("its recorded backup lacks users").help(
            "dump the site's whole database with its rows, then record it with `plan record backup FILE --plan PLAN --who WHO`; \
                 where people are on the staging copy only, remove them there",
        ));
    }
    Some(())
}
