use crate::diag::{Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::Migrate, Source::Documented, declare_rule};

declare_rule! {
    /// The two choices of the migration screen are not made.
    ///
    /// ## What it does
    /// Asks for a `migration` section before Run Migration.
    ///
    /// ## Why it matters
    /// The vendor's screen offers two boxes. "Import all contacts" also brings in contacts without a WordPress user, and can
    /// lengthen the run drastically. "Do NOT turn off Maintenance mode at the end" keeps payments from being processed
    /// while the result is reviewed. Whoever presses the button should not have to guess.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {migration: null}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {migration: {import_all_contacts: true, keep_maintenance_mode: true}}
    /// ```
    ///
    /// ## Fix
    /// Decide on both boxes and write your choices down as `migration`.
    {
        id: "migration-choices-missing",
        severity: Error,
        phase: Migrate,
        acceptable: true,
        precondition: true,
        guide: "S2",
        evidence: Documented,
        anchor: "/migration",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    if facts.plan().migration.is_none() && !facts.plan().was_left_out(&["migration"]) {
        out.push(
            RULE.at(Location::key("/migration"), "the plan does not say which boxes of the migration screen are ticked")
                .label("no `migration` section")
                .help("add `migration` with both choices; the screen is AccessAlly > Settings > General Setup > CRM Integration")
                .fix("add the section", "migration:\n  import_all_contacts: false\n  keep_maintenance_mode: true\n")
                .to_add_to("")
                .which_a_person_decides(),
        );
    }
    Some(())
}
