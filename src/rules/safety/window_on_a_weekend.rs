use jiff::civil::Weekday;

use crate::diag::{Location, Severity::Warning};
use crate::model::schedule::Schedule;
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, declare_rule};

declare_rule! {
    /// Nobody at the vendor answers during the window.
    ///
    /// ## What it does
    /// Reports a window that begins on a Saturday or a Sunday, where its own clock stands. The hours of the vendor's support are not known, so the
    /// time of day is not judged.
    ///
    /// ## Why it matters
    /// The vendor's guides ask to write to support where something is not as expected, and to migrate while it answers (inferred from
    /// the per-CRM guides). On a weekend you wait with closed sales, or go back.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {window: {start: 2026-12-05 06:00 Europe/Berlin}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {window: {start: 2026-12-08 06:00 Europe/Berlin}}
    /// ```
    ///
    /// ## Fix
    /// Choose a working day, early in the week; or accept this risk where fewer members use the site on a weekend.
    {
        id: "window-on-a-weekend",
        severity: Warning,
        phase: Fit,
        acceptable: true,
        precondition: true,
        guide: "–",
        evidence: Inferred,
        anchor: "/window",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    // A window that is none has a rule of its own.
    let Some(Ok(window)) = Schedule::of(facts.plan()) else { return Some(()) };
    if matches!(window.start.date().weekday(), Weekday::Saturday | Weekday::Sunday) {
        let message =
            format!("the window begins on a {}, when nobody at the vendor may answer", window.start.strftime("%A"));
        out.push(
            RULE.at(Location::value("/window/start"), message)
                .label("on a weekend")
                .help("choose a working day, early in the week"),
        );
    }
    Some(())
}
