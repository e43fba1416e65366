use crate::diag::{Location, Severity::Warning};
use crate::rules::{Facts, Findings, Phase::Configure, Source::Documented, declare_rule};

declare_rule! {
    /// Nobody knows until when the CRM is paid.
    ///
    /// ## What it does
    /// Reports a plan without `paid_until` under `crm`. The gate fit asks for almost nothing of a plan, and lists it as `crm-paid` with the day by which
    /// it has to be known; from the gate configure on it is a warning. It moves no verdict: whether the CRM answers is read in front of the migration itself
    /// (`crm-disconnected`).
    ///
    /// ## Why it matters
    /// The CRM must still be active and connected while the migration runs (documented), on staging and again on live. Where nobody wrote the day down,
    /// an account can end between the rehearsal and the window, or before the time to go back is over (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {crm: {paid_until: null}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {crm: {paid_until: "2026-12-31"}}
    /// ```
    ///
    /// ## Fix
    /// Look it up in the CRM's account, and write it down: `crm: {paid_until: "2026-12-31"}`.
    {
        id: "crm-paid-until-unknown",
        severity: Warning,
        phase: Configure,
        acceptable: true,
        precondition: true,
        guide: "P3",
        evidence: Documented,
        anchor: "/crm",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let is_left_out = plan.was_left_out(&["crm"]) || plan.was_left_out(&["crm", "paid_until"]);
    if plan.crm.paid_until.is_none() && !is_left_out {
        out.push(
            RULE.at(Location::key("/crm"), "until when the CRM is paid is not in the plan")
                .label("no `paid_until`")
                .help("look it up in the CRM's account, and write it down as `paid_until`, year-month-day in quotes"),
        );
    }
    Some(())
}
