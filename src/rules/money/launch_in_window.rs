use crate::diag::{Location, Severity::Warning};
use crate::model::schedule::Schedule;
use crate::model::text::pointer;
use crate::rules::{Facts, Findings, Phase::Fit, Source::Documented, declare_rule};

declare_rule! {
    /// Something is launched on the day of the window.
    ///
    /// ## What it does
    /// Compares the days under `launches` with those of the window: the days on which it is open, the day before and the day after.
    ///
    /// ## Why it matters
    /// In maintenance mode nobody can buy (documented), and the vendor asks to move a site at another time than during a launch (documented for a change of
    /// hosts). What goes wrong in the days around then looks like what the launch brings.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {launches: {Winter sale: "2026-12-01"}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {launches: {Winter sale: "2026-12-15"}}
    /// ```
    ///
    /// ## Fix
    /// Move the window or the launch.
    {
        id: "launch-in-window",
        severity: Warning,
        phase: Fit,
        acceptable: true,
        precondition: true,
        guide: "–",
        evidence: Documented,
        anchor: "/launches",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    // A window that is none has a rule of its own.
    let Some(Ok(window)) = Schedule::of(facts.plan()) else { return Some(()) };
    let days = window.start.date().yesterday().ok()?..=window.end.date().tomorrow().ok()?;
    for (name, day) in &facts.plan().launches {
        if day.parse().is_ok_and(|day| days.contains(&day)) {
            let message = format!("`{name}` begins on {day}, and the window is {}", window.message());
            let at = Location::value(pointer(&["launches", name]));
            out.push(RULE.at(at, message).label("around the window").help("move the window or the launch"));
        }
    }
    Some(())
}
