use crate::diag::{Location, Severity::Warning};
use crate::model::schedule::Schedule;
use crate::model::text::many;
use crate::rules::few::named;
use crate::rules::{Facts, Findings, Phase::GoLive, Source::Inferred, declare_rule};

declare_rule! {
    /// Subscriptions renew on the day of the window.
    ///
    /// ## What it does
    /// Counts the subscriptions that still charge and of which the next payment is due on a day of the plan's window, and names the first few
    /// subscribers. A subscription has a day and no time, so the whole day counts. A subscription whose next payment was not captured counts as
    /// none.
    ///
    /// ## Why it matters
    /// Maintenance mode processes no payment (documented), so what is due in the window is charged later, by the site as it is then. Whether each of
    /// them was charged once has to be looked at, and two copies of a site that both charge are the accident that the vendor warns of most
    /// (documented).
    ///
    /// ## Bad
    /// ```yaml
    /// renewals: {count: 2, first: ["101", "102"]}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// renewals: {count: 0}
    /// ```
    ///
    /// ## Fix
    /// Choose a day on which nothing renews, or look at these subscriptions under AccessAlly > Sales > Subscriptions the day after.
    {
        id: "renewal-in-window",
        severity: Warning,
        phase: GoLive,
        acceptable: true,
        precondition: true,
        guide: "S2",
        evidence: Inferred,
        anchor: "/window",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    // A window that is none has a rule of its own.
    let Some(Ok(window)) = Schedule::of(facts.plan()) else { return Some(()) };
    let found = &facts.of_population(&["subscription"])?.renewals;
    if found.count > 0 {
        let renew = if found.count == 1 { "renews" } else { "renew" };
        let what = many(found.count, "subscription");
        let message = format!("{what} {renew} on the day of the window ({}): {}", window.start.date(), named(found));
        let help = "choose a day on which nothing renews, or look at these subscriptions under AccessAlly > Sales > Subscriptions the day after";
        out.push(RULE.at(Location::key("/window"), message).label("payments are due").help(help));
    }
    Some(())
}
