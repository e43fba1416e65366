use crate::diag::{Location, Severity::Error};
use crate::model::Step;
use crate::model::plan::BackupDemand;
use crate::rules::{Facts, Findings, Known, Phase::Configure, Source::Documented, declare_rule};

use super::{BACKUP_STUB, backup_of};

declare_rule! {
    /// No backup is on record.
    ///
    /// ## What it does
    /// Asks for a `backup` section in the plan, and for a recorded backup of that site for each part that it names.
    ///
    /// ## Why it matters
    /// The vendor's guide asks for a full backup of the live site before the switch. Nothing else takes you back once
    /// the migration has run.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {backup: null}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// record: []
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
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {backup: {of: live, parts: [files, database]}}
    /// ```
    ///
    /// ## Fix
    /// Make the backup, then record it with `plan record backup FILE --plan PLAN --who WHO`; a restore point of the host
    /// with `--restore-point ID` in the place of `FILE`.
    {
        id: "backup-missing",
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
    if facts.plan().was_left_out(&["backup"]) {
        return Some(());
    }
    let Some(demand) = &facts.plan().backup else {
        let message = "the plan asks for no backup of the live site";
        out.push(
            RULE.at(Location::key("/backup"), message)
                .label("no `backup` section")
                .help(format!("add `backup`, make the backup, then {RECORD_IT}"))
                .fix("add the section", BACKUP_STUB),
        );
        return Some(());
    };
    let missing = missing(facts, demand)?;
    if !missing.is_empty() {
        let of = backup_of(demand.of);
        let message = format!("no backup of the {of} that holds its {} is recorded", missing.join(" and its "));
        out.push(
            RULE.at(Location::key("/backup"), message)
                .label("not on record")
                .help(format!("make a backup of the {of}, then {RECORD_IT}")),
        );
    }
    Some(())
}

/// How a backup gets on record.
const RECORD_IT: &str = "record it with `plan record backup FILE --plan PLAN --who WHO`, or a restore point of the host with \
    `plan record backup --restore-point ID --parts files,database --taken-at TIME --plan PLAN --who WHO`";

fn missing(facts: &Facts<'_>, demand: &BackupDemand) -> Known<Vec<&'static str>> {
    let mut parts = demand.parts.clone();
    parts.sort_unstable();
    parts.dedup();
    let mut missing = Vec::new();
    for part in parts {
        if facts.backup(demand.of, part)?.is_none() {
            missing.push(part.name());
        }
    }
    Some(missing)
}
