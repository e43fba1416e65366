use jiff::civil::{DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};

use crate::diag::{Place, Severity::Error};
use crate::model::plan::Window;
use crate::model::text::Seconds;
use crate::rules::{Facts, Findings, Phase::GoLive, Source::Inferred, Target::Both, declare_rule, nearest};

declare_rule! {
    /// The window is no time that can come, or the decision to go back falls outside it.
    ///
    /// ## What it does
    /// Reads the window's day, time and zone; reports one that does not exist (as in the hour that is left out when clocks are put
    /// forward), an unknown time zone, a window that lies in the past or is longer than a day, and a `decide_by` that does
    /// not fall inside it.
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
    /// plan: {window: {start: 2027-03-28 02:30 Europe/Amsterdam}, crm: {paid_until: 2027-04-30}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {window: {length: 2d}}
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
    let start = start(window).map_err(|(message, help)| out.push(at("/window/start", message, &help))).ok();
    if start.as_ref().is_some_and(|start| start.timestamp() < facts.now()) {
        let is = if facts.has_site() { "the site was read at" } else { "it is" };
        let message = format!("the window began at `{}`, and {is} `{}`", window.start, short(facts.now()));
        out.push(at("/window/start", message, "agree on a new window"));
    }
    let Some(length) = Seconds::parse(&window.length) else { return Some(()) };
    if length.0 == 0 || length.0 > DAY {
        let is = if length.0 == 0 { "no time at all" } else { "longer than a day" };
        let message = format!("the window's length `{}` is {is}", window.length);
        out.push(at("/window/length", message, "choose a length from a minute to a day, for example `90m` or `2h`"));
    } else if let Some(start) = start
        && let Some(rollback) = &plan.rollback
        && !inside(&start, length, &rollback.decide_by)
    {
        let message = format!("the way back is decided on by `{}`, which is not in the window", rollback.decide_by);
        let finding =
            at("/rollback/decide_by", message, "choose a time in the window, early enough to restore the backup");
        out.push(finding.related(Place::value("/window/start"), "the window"));
    }
    Some(())
}

/// When the window begins; else what is the matter with it, and what to do.
fn start(window: &Window) -> Result<Zoned, (String, String)> {
    let written = &window.start;
    let no_time = || {
        let help = "write day, time and time zone, for example `2026-12-02 06:00 Europe/Berlin`";
        (format!("the window's start `{written}` is no time of any calendar"), help.to_owned())
    };
    let (when, zone) = written.trim().rsplit_once(' ').ok_or_else(no_time)?;
    let when: DateTime = when.trim().replacen(' ', "T", 1).parse().map_err(|_| no_time())?;
    // The zones that travel in the binary: the answer is the same on every machine.
    let known = TimeZoneDatabase::bundled();
    let Ok(found) = known.get(zone) else {
        return Err((format!("the time zone `{zone}` of the window's start is not known"), meant(&known, zone)));
    };
    let start = found.to_ambiguous_zoned(when);
    let left_out = matches!(start.offset(), AmbiguousOffset::Gap { .. });
    let start = start.compatible().map_err(|_| no_time())?;
    if left_out {
        let message = format!("the window's start `{written}` does not exist: clocks are put forward past it");
        return Err((
            message,
            format!("choose another time, for example `{} {zone}`", start.strftime("%Y-%m-%d %H:%M")),
        ));
    }
    Ok(start)
}

/// What to write in place of an unknown time zone: a city alone is one that lacks its continent.
fn meant(known: &TimeZoneDatabase, zone: &str) -> String {
    let names: Vec<String> = known.available().map(|name| name.to_string()).collect();
    let city = names.iter().find(|name| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(zone)));
    match city.map(String::as_str).or_else(|| nearest(zone, &names)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name it by continent and city, for example `Europe/Berlin`, or say `UTC`".to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_that_is_none_is_told_from_an_unknown_zone() {
        let said =
            |start: &str| super::start(&Window { start: start.to_owned(), length: "2h".to_owned() }).unwrap_err();
        for (start, message, help) in [
            ("2026-02-30 06:00 Europe/Berlin", "no time of any calendar", "2026-12-02 06:00 Europe/Berlin"),
            ("2026-12-02 06:00 Europe/Belin", "time zone `Europe/Belin`", "did you mean `Europe/Berlin`?"),
            ("2026-12-02 06:00 amsterdam", "time zone `amsterdam`", "did you mean `Europe/Amsterdam`?"),
            ("2026-12-02 06:00 Middle-Earth", "is not known", "continent and city"),
            ("2027-03-28 02:30 Europe/Amsterdam", "does not exist", "`2027-03-28 03:30 Europe/Amsterdam`"),
        ] {
            let (said, helped) = said(start);
            assert!(said.contains(message) && helped.contains(help), "{start}: {said}; {helped}");
        }
    }
}
