use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZoneDatabase;
use jiff::{Timestamp, Zoned};

use crate::diag::{Place, Severity::Error};
use crate::model::plan::Window;
use crate::model::text::Seconds;
use crate::rules::{Facts, Findings, Phase::GoLive, Source::Inferred, Target::Both, declare_rule};

declare_rule! {
    /// The window is no time that can come, or the decision to go back falls outside it.
    ///
    /// ## What it does
    /// Reads the window's day, time and zone; reports one that does not exist, that lies in the past or is longer than a
    /// day, and a `decide_by` that does not fall inside it.
    ///
    /// ## Why it matters
    /// People, members and the host's support are told this time. A way back that is decided on after the window is none.
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {window: {start: 2026-13-45 06:00 Europe/Berlin}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {window: {start: 2026-12-02 06:00 Europe/Belin}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {rollback: {decide_by: "05:30"}}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// plan: {window: {start: 2026-12-02 23:00 Europe/Berlin, length: 3h}, rollback: {decide_by: "01:15"}}
    /// ```
    ///
    /// ## Fix
    /// Write the window as day, time and time zone, and choose `decide_by` inside it.
    {
        id: "window-impossible",
        severity: Error,
        phase: GoLive,
        target: Both,
        waivable: false,
        attestable: false,
        guide: "–",
        evidence: Inferred,
        since: "0.1.0",
        anchor: "/window",
    }
}

/// Seconds of the longest window that is one.
const DAY: i64 = 24 * 3_600;

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let Some(window) = &plan.window else { return Some(()) };
    let at = |place: &str, message: String, help: &str| RULE.at(Place::value(place), message).help(help);
    let Some(start) = start(window) else {
        let message = format!("the window's start `{}` is no time of any calendar", window.start);
        out.push(at(
            "/window/start",
            message,
            "write day, time and time zone, for example `2026-12-02 06:00 Europe/Berlin`",
        ));
        return Some(());
    };
    if start.timestamp() < facts.now() {
        let message = format!("the window began at `{}`, and it is `{}`", window.start, short(facts.now()));
        out.push(at("/window/start", message, "agree on a new window"));
    }
    let Some(length) = Seconds::parse(&window.length) else { return Some(()) };
    if length.0 == 0 || length.0 > DAY {
        let message = format!("a window of `{}` is none", window.length);
        out.push(at("/window/length", message, "choose a length of minutes or hours, for example `2h`"));
    } else if let Some(rollback) = &plan.rollback
        && !inside(&start, length, &rollback.decide_by)
    {
        let message = format!("the way back is decided on by `{}`, which is not in the window", rollback.decide_by);
        let finding =
            at("/rollback/decide_by", message, "choose a time in the window, early enough to restore the backup");
        out.push(finding.related(Place::value("/window/start"), "the window"));
    }
    Some(())
}

fn start(window: &Window) -> Option<Zoned> {
    let (when, zone) = window.start.trim().rsplit_once(' ')?;
    let when: DateTime = when.trim().replacen(' ', "T", 1).parse().ok()?;
    // The zones that travel in the binary: the answer is the same on every machine.
    when.to_zoned(TimeZoneDatabase::bundled().get(zone).ok()?).ok()
}

/// Whether a time of day comes in the window, on its first or its second day.
fn inside(start: &Zoned, length: Seconds, time: &str) -> bool {
    let Ok(time) = time.parse::<Time>() else { return false };
    let since = time.duration_since(start.time()).as_secs().rem_euclid(DAY);
    since > 0 && since <= length.0
}

fn short(now: Timestamp) -> String {
    now.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
