use crate::diag::{Location, Severity::Error};
use crate::rules::{Facts, Findings, Phase::GoLive, Source::Inferred, Target::Staging, declare_rule};

declare_rule! {
    /// The window is over.
    ///
    /// ## What it does
    /// Compares the window's end with the time; for a site in a file, with the time at which it was read. A window that is under
    /// way is not over.
    ///
    /// ## Why it matters
    /// Live is switched only in its window: outside it, *Run Migration* is not begun there, whoever asks for it. This rule does
    /// not judge live itself: there the run checks the clock (exit 15), so that what comes after the barrier can be finished at
    /// any time.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {window: {start: 2026-11-20 06:00 Europe/Berlin}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {window: {start: 2026-11-21 07:00 Europe/Berlin}}
    /// ```
    ///
    /// ## Fix
    /// Agree on a new window with the site's owner, and write it down as `window`.
    {
        id: "window-over",
        severity: Error,
        phase: GoLive,
        target: Staging,
        acceptable: false,
        precondition: true,
        guide: "S6",
        evidence: Inferred,
        anchor: "/window/start",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let Some(window) = &facts.plan().window else { return Some(()) };
    let Ok(end) = window.ends() else { return Some(()) };
    if end.timestamp() <= facts.now() {
        let is = if facts.has_site() { "the site was read at" } else { "it is" };
        let now = facts.now().strftime("%Y-%m-%d %H:%M UTC");
        let message = format!("the window was over at `{}`, and {is} `{now}`", end.strftime("%Y-%m-%d %H:%M %Q"));
        let finding = RULE.at(Location::value("/window/start"), message).label("over");
        out.push(finding.help("agree on a new window with the site's owner"));
    }
    Some(())
}
