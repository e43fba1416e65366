use crate::diag::{Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::GoLive, Source::Inferred, declare_rule};

declare_rule! {
    /// The plan names no maintenance window.
    ///
    /// ## What it does
    /// Asks for a `window` section before the live site is touched.
    ///
    /// ## Why it matters
    /// The vendor's migration checklist asks for a downtime plan and a notice to members (documented). While the live site
    /// is switched no payment is taken, and whoever decides on the way back needs to know until when (inferred).
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {window: null}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {window: {start: 2026-12-03 22:00 Europe/Berlin, length: 90m}}
    /// ```
    ///
    /// ## Fix
    /// Agree on day, time and length with the site's owner, and write them down as `window`.
    {
        id: "window-missing",
        severity: Error,
        phase: GoLive,
        acceptable: true,
        precondition: true,
        guide: "S6",
        evidence: Inferred,
        anchor: "/window",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    if facts.plan().window.is_none() && !facts.plan().was_left_out(&["window"]) {
        let day = facts.today().saturating_add(jiff::Span::new().days(7));
        out.push(
            RULE.at(Location::key("/window"), "the plan does not say when the live site is switched")
                .label("no `window` section")
                .help("agree on day, time and length with the site's owner, and add them as `window`")
                .fix("add the section", format!("window:\n  start: {day} 06:00 Europe/Berlin\n  length: 2h\n")),
        );
    }
    Some(())
}
