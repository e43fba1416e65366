use crate::diag::{Location, Severity::Warning};
use crate::model::Step;
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

use super::backup_of;

declare_rule! {
    /// The backup is only on the server that it is a backup of.
    ///
    /// ## What it does
    /// Reports a recorded backup, with its parts (files, database or both), for which nobody has said that a copy is
    /// stored off the server.
    ///
    /// ## Why it matters
    /// The vendor's checklist asks to download the backup and to keep a copy off the server. If the server is lost,
    /// such a backup is lost with it.
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files, database], taken_at: "2026-11-21T05:10:00Z", source: {restore-point: RP-4471}}
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
    ///       backup: {of: live, parts: [files], taken_at: "2026-11-21T05:10:00Z", source: {restore-point: RP-4471}}
    ///   - version: 1
    ///     at: "2026-11-21T05:50:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup:
    ///         of: live
    ///         parts: [database]
    ///         taken_at: "2026-11-21T05:10:00Z"
    ///         stored_off_server: true
    ///         source: {restore-point: RP-4471}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {backup: {stored_off_server: true}}
    /// ```
    ///
    /// ## Fix
    /// Download the backup, then record it again with `--stored-off-server`.
    {
        id: "backup-not-off-server",
        severity: Warning,
        phase: Configure,
        acceptable: false,
        settled_by: Some(Step::Backup),
        precondition: true,
        guide: "P11",
        evidence: Documented,
        anchor: "/backup/stored_off_server",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(demand) = &facts.plan().backup else { return Some(()) };
    let mut only_there = Vec::new();
    for part in &demand.parts {
        if facts.backup(demand.of, *part)?.is_some_and(|(_, backup)| !backup.stored_off_server) {
            only_there.push(part.name());
        }
    }
    only_there.dedup();
    if !only_there.is_empty() {
        let (parts, site) = (only_there.join(" and "), backup_of(demand.of));
        let message = format!(
            "nobody has said that a copy of the backup of the {site}'s {parts} is stored off the \
        server"
        );
        out.push(
            RULE.at(Location::value("/backup/stored_off_server"), message)
                .label(if demand.stored_off_server { "not on record" } else { "not asked for" })
                .help(
                    "download the backup to another place, then record it again: `plan record backup FILE --stored-off-server --plan PLAN --who WHO`",
                ),
        );
    }
    Some(())
}
