use crate::diag::{Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::Migrate, Source::Documented, declare_rule};
use crate::text::Correction;

declare_rule! {
    /// Maintenance mode ends before anybody has looked.
    ///
    /// ## What it does
    /// Reports `keep_maintenance_mode: false` under `migration`.
    ///
    /// ## Why it matters
    /// With "Do NOT turn off Maintenance mode at the end" no payment is processed while the result is reviewed. Without
    /// it, the site takes payments before the spot-check contacts were compared.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {migration: {keep_maintenance_mode: false}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {migration: {keep_maintenance_mode: true}}
    /// ```
    ///
    /// ## Fix
    /// Set `keep_maintenance_mode: true`, and turn it off by hand under AccessAlly > Settings > Migration Tools.
    {
        id: "maintenance-mode-not-kept",
        severity: Error,
        phase: Migrate,
        acceptable: true,
        precondition: true,
        guide: "S2",
        evidence: Documented,
        anchor: "/migration/keep_maintenance_mode",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    if facts.plan().migration.as_ref().is_some_and(|choices| !choices.keep_maintenance_mode) {
        let message = "the migration turns maintenance mode off at its end, before anybody has reviewed the result";
        out.push(
            RULE.at(Location::value("/migration/keep_maintenance_mode"), message)
                .label("payments start at once")
                .help("set `keep_maintenance_mode: true`; it is turned off later under AccessAlly > Settings > Migration Tools")
                .perhaps_corrected_by(
                    "write `keep_maintenance_mode: true`",
                    [Correction::Flag { at: "/migration/keep_maintenance_mode".to_owned(), to: true }],
                ),
        );
    }
    Some(())
}
