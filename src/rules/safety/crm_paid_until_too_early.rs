use jiff::civil::Date;

use crate::diag::{Location, Severity::Warning};
use crate::rules::{Facts, Findings, Phase::Fit, Source::Documented, day_in_words, declare_rule};

declare_rule! {
    /// The CRM is not paid until the switch.
    ///
    /// ## What it does
    /// Compares `paid_until` under `crm` with the day of the window, and with today; for a site in a file, with the day on which
    /// it was read.
    ///
    /// ## Why it matters
    /// The CRM must still be active and connected while the migration runs, on staging and again on live.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {crm: {paid_until: "2026-11-30"}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {crm: {paid_until: "2026-11-20"}, window: null}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {crm: {paid_until: "2026-12-02"}}
    /// ```
    ///
    /// ## Fix
    /// Pay the CRM for longer, or move the window to an earlier day.
    {
        id: "crm-paid-until-too-early",
        severity: Warning,
        phase: Fit,
        acceptable: true,
        precondition: true,
        guide: "P3",
        evidence: Documented,
        anchor: "/crm/paid_until",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let day = |text: &str| text.get(..10)?.parse::<Date>().ok();
    let plan = facts.plan();
    let Some(paid) = plan.crm.paid_until() else { return Some(()) };
    let window = plan.window.as_ref().and_then(|window| day(&window.start));
    let place = Location::value("/crm/paid_until");
    let help = "pay the CRM for longer, or move the window to an earlier day";
    if paid < facts.today() {
        let message = format!("the CRM was paid until {paid}, and {}", day_in_words(facts));
        out.push(RULE.at(place, message).label("has passed").help(help));
    } else if let Some(window) = window.filter(|window| paid < *window) {
        let message = format!("the CRM is paid until {paid}, and the window is on {window}");
        let finding = RULE.at(place, message).label("before the window").help(help);
        out.push(finding.related(Location::value("/window/start"), "needs the CRM"));
    }
    Some(())
}
