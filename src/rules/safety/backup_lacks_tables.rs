use crate::diag::{Location, Severity::Error};
use crate::model::Step;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

use super::{backup_of, dump_not_cut};

declare_rule! {
    /// The database dump lacks the site's people or its settings.
    ///
    /// ## What it does
    /// Reports a recorded dump that does not create the tables `users`, `usermeta` and `options` with one table prefix,
    /// for example `wp_`.
    ///
    /// ## Why it matters
    /// These are WordPress's own tables, and without them no site can be restored: a dump of another database, of some
    /// tables only, or of rows without tables is no way back from the migration.
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
    ///             dump: {ending: whole, tables: 12, prefix: wp_, lacks: [usermeta], users: 3, accessally_tables: 0}
    /// ```
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
    ///             dump: {ending: whole, tables: 1, lacks: [users, usermeta, options], users: 0, accessally_tables: 0}
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
    /// Dump the whole database of the site, then record it with `plan record backup FILE --plan PLAN --who WHO`.
    {
        id: "backup-lacks-tables",
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
    let Some((name, dump, of)) = dump_not_cut(facts)? else { return Some(()) };
    if dump.lacks.is_empty() {
        return Some(());
    }
    let tables: Vec<String> =
        dump.lacks.iter().map(|table| format!("`{}{table}`", dump.prefix.as_deref().unwrap_or_default())).collect();
    let lacks = match &dump.prefix {
        Some(_) => format!("lacks {}", tables.join(" and ")),
        None => format!("holds no table called {}", tables.join(", ")),
    };
    let message = format!("`{name}`, the backup of the {}'s database, {lacks}", backup_of(of));
    out.push(
        RULE.at(Location::key("/backup"), message)
            .label("its recorded backup is not of a whole site")
            .help("dump the site's whole database, without a list of tables, then record it with `plan record backup FILE --plan PLAN --who WHO`"),
    );
    Some(())
}
