use jiff::civil::Weekday;

use crate::diag::{Finding, Location, Severity::Warning};
use crate::model::schedule::{NoInstant, Schedule, SupportHours};
use crate::rules::{Facts, Findings, Phase::Fit, Source::Inferred, declare_rule};

declare_rule! {
    /// Nobody at the vendor answers during the window.
    ///
    /// ## What it does
    /// Where the plan says under `vendor_support` when the vendor's support answers, compares the window with that: on Mondays to Fridays, by the
    /// clock of the vendor's own zone. Where it does not, the hours are not known, so no time of day is judged, and a window that begins on a
    /// Saturday or a Sunday, where its own clock stands, is reported. Holidays are not known.
    ///
    /// ## Why it matters
    /// The vendor's guides ask to write to support where something is not as expected, and to migrate while it answers (inferred from
    /// the per-CRM guides; no page says the hours). Where nobody answers you wait with closed sales, or go back.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {window: {start: 2026-12-05 06:00 Europe/Berlin}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {vendor_support: "09:00-17:00 America/New_York"}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {vendor_support: "09:00-17:00 America/New_York", window: {start: 2026-12-02 16:00 Europe/Berlin}, rollback: {decide_by: "17:30"}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {window: {start: 2026-12-08 06:00 Europe/Berlin}}
    /// ```
    ///
    /// ## Fix
    /// Ask support when it answers, write it down as `vendor_support`, and choose a window that begins in these hours, early in the week; or accept this
    /// risk where fewer members use the site at another time.
    {
        id: "support-closed-in-window",
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
    let window = Schedule::of(facts.plan()).and_then(Result::ok);
    let found = match (SupportHours::of(facts.plan()), window) {
        (Some(Err(why)), _) => Some(no_hours(&why)),
        (Some(Ok(hours)), Some(window)) if !hours.meets(&window) => Some(closed(&hours, &window, facts)),
        (None, Some(window)) => on_a_weekend(&window),
        (Some(Ok(_)) | None, _) => None,
    };
    out.extend(found);
    Some(())
}

fn closed(hours: &SupportHours, window: &Schedule, facts: &Facts<'_>) -> Finding {
    let said = facts.plan().vendor_support.as_deref().unwrap_or_default();
    let here = hours.in_the_zone_of(window).map(|here| format!(", here {here}")).unwrap_or_default();
    let message = format!(
        "the window is on a {} from {}, and the vendor's support answers Monday to Friday {said}{here}",
        window.start.strftime("%A"),
        window.message()
    );
    let finding = RULE.at(Location::value("/window/start"), message).label("nobody at the vendor answers");
    finding
        .related(Location::value("/vendor_support"), "when it does")
        .help("choose a window that begins in these hours")
}

fn on_a_weekend(window: &Schedule) -> Option<Finding> {
    let is_free = matches!(window.start.date().weekday(), Weekday::Saturday | Weekday::Sunday);
    let message =
        format!("the window begins on a {}, when nobody at the vendor may answer", window.start.strftime("%A"));
    is_free.then(|| {
        RULE.at(Location::value("/window/start"), message)
            .label("on a weekend")
            .help("choose a working day, early in the week; or write down under `vendor_support` when support answers, as it said")
    })
}

fn no_hours(why: &NoInstant) -> Finding {
    let (message, help) = match why {
        NoInstant::Zone(zone) => (
            format!("`vendor_support` names the time zone `{zone}`, which is not known"),
            "write a zone by its place, such as `America/New_York`",
        ),
        NoInstant::Length => (
            "`vendor_support` ends before it begins".to_owned(),
            "write the hours of one day, the earlier time first: `09:00-17:00 America/New_York`",
        ),
        _ => (
            "`vendor_support` names a time that no clock shows".to_owned(),
            "write the hours of a day: `09:00-17:00 America/New_York`",
        ),
    };
    RULE.at(Location::value("/vendor_support"), message).label("no hours").help(help)
}
