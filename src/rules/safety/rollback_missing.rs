use crate::diag::{Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::GoLive, Source::Inferred, declare_rule};

declare_rule! {
    /// The plan names no way back.
    ///
    /// ## What it does
    /// Asks for a `rollback` section before the live site is touched: who decides, until when, and what is done.
    ///
    /// ## Why it matters
    /// Restoring a backup over a live site is a last resort: payments taken since vanish from the history and can be charged
    /// again (documented). The later it is decided, the more is lost, so somebody has to be named beforehand (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {rollback: null}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {rollback: {decide_by: "07:00", who: sam, way: back-to-crm}}
    /// ```
    ///
    /// ## Fix
    /// Write down who decides, by what time of day, and which way is taken.
    {
        id: "rollback-missing",
        severity: Error,
        phase: GoLive,
        acceptable: false,
        precondition: true,
        guide: "S6",
        evidence: Inferred,
        anchor: "/rollback",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    if plan.rollback.is_none() && !plan.was_left_out(&["rollback"]) {
        let who = plan.people.keys().next().map_or("jo", String::as_str);
        let paste = format!("rollback:\n  decide_by: \"07:30\"\n  who: {who}\n  way: restore-live-backup\n");
        out.push(
            RULE.at(Location::key("/rollback"), "the plan does not say who decides whether to go back, and until when")
                .label("no `rollback` section")
                .help("add `rollback` with a person from `people`, a time of day in the window, and the way")
                .fix("add the section", paste),
        );
    }
    Some(())
}
