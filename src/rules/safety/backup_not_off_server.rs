use crate::diag::{Place, Severity::Warning};
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, Target::Both, declare_rule};

use super::{backup_of, kept_backups};

declare_rule! {
    /// The backup lies only on the server that it is a backup of.
    ///
    /// ## What it does
    /// Reports a recorded backup of which nobody says that a copy is off the server.
    ///
    /// ## Why it matters
    /// The vendor's checklist asks to download the backup and to keep a copy off the server. What takes the server away
    /// takes such a backup with it.
    ///
    /// ## Bad
    /// ```yaml
    /// record:
    ///   - version: 1
    ///     at: 2026-11-21T05:40:00Z
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files, database], taken_at: 2026-11-21T05:10:00Z, source: {restore-point: RP-4471}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {backup: {stored_off_server: true}}
    /// ```
    ///
    /// ## Fix
    /// Download the backup, then record it again with the word that a copy is off the server.
    {
        id: "backup-not-off-server",
        severity: Warning,
        phase: Configure,
        target: Both,
        waivable: true,
        attestable: true,
        guide: "P11",
        evidence: Documented,
        since: "0.1.0",
        anchor: "/backup/stored_off_server",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(demand) = &facts.plan().backup else { return Some(()) };
    if kept_backups(facts, demand)?.iter().any(|(_, backup)| !backup.stored_off_server) {
        let message = format!("nobody says that a copy of the {}'s backup is off the server", backup_of(demand.of));
        out.push(
            RULE.at(Place::value("/backup/stored_off_server"), message)
                .label(if demand.stored_off_server { "not on record" } else { "not asked for" })
                .help("download the backup to another place, then record it again with `plan record backup`"),
        );
    }
    Some(())
}
