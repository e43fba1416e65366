use crate::diag::{Location, Severity::Error};
use crate::model::Step;
use crate::model::verified::Verified;
use crate::rules::{Facts, Findings, Phase::Migrate, Side::Before, Source::Documented, declare_rule};

use super::site_in_plan;

declare_rule! {
    /// The vendor's verification was not run, or what it showed is not on record.
    ///
    /// ## What it does
    /// Looks for a recorded verification of the site that is judged. A run accepts only one that was recorded after its
    /// changes were in place. A site that is already on Managed Contacts needs none.
    ///
    /// ## Why it matters
    /// "Start Verification" is the guide's own dry run: it lists what would be migrated, and what needs a review first
    /// (documented).
    ///
    /// ## Bad
    /// ```yaml
    /// site: {crm: {managed: false}}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence:
    ///       backup: {of: live, parts: [files, database], taken_at: "2026-11-21T05:10:00Z", stored_off_server: true, source: {restore-point: RP-4471}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// site: {crm: {managed: false}}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {verification: {host: other.example, lines: [{text: 41 tags, flagged: false}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {crm: {managed: false}}
    /// record:
    ///   - version: 1
    ///     at: "2026-11-21T05:40:00Z"
    ///     who: jo
    ///     previous: "0"
    ///     evidence: {verification: {host: staging.small.example, lines: [{text: 41 tags, flagged: false}]}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// site: {crm: {managed: true}}
    /// record: []
    /// ```
    ///
    /// ## Fix
    /// Press "Start Verification" on the site, copy every line into a file, then
    /// `plan record verification FILE --host HOST --plan PLAN --who WHO`.
    {
        id: "verification-missing",
        severity: Error,
        phase: Migrate,
        acceptable: false,
        settled_by: Some(Step::StartVerification),
        precondition: true,
        guide: "S1",
        evidence: Documented,
        anchor: "/migration",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    // Of an address that names no site `sites-not-apart` speaks.
    let Some(site) = site_in_plan(facts) else { return Some(()) };
    if facts.record().verified(&site) != Verified::Missing {
        return Some(());
    }
    if facts.crm(Before)?.managed()? {
        return Some(());
    }
    out.push(
        RULE.at(Location::key("/migration"), format!("no verification of `{site}` is on record")).label("not verified").help(
            "press \"Start Verification\" on the site, copy every line into a file, then: `plan record verification FILE \
             --host HOST --plan PLAN --who WHO`",
        ),
    );
    Some(())
}
