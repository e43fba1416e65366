use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::diag::{Location, Severity::Error};
use crate::model::schedule::{NoInstant, is_abbreviation};
use crate::model::text::{Seconds, many};
use crate::rules::{Facts, Findings, Phase::GoLive, Source::Inferred, declare_rule};
use crate::text::nearest;

declare_rule! {
    /// The window's time does not exist, or the decision to go back falls outside the window.
    ///
    /// ## What it does
    /// Reads the window's day, time and zone. It reports a time that does not exist (as in the hour that is left out when
    /// clocks are put forward) or comes twice (as when they are put back), an unknown time zone, a window that is longer than a
    /// day, and a `decide_by` that is not inside the window, or that comes twice in it.
    ///
    /// ## Why it matters
    /// People, members and the host's support are given this time. A decision to go back that comes after the window
    /// comes too late.
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
    /// plan: {window: {start: 2027-03-28 02:30 Europe/Amsterdam}, crm: {paid_until: "2027-04-30"}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {window: {start: 2027-10-31 02:30 Europe/Amsterdam}, crm: {paid_until: "2027-12-31"}, rollback: {decide_by: "03:30"}}
    /// ```
    ///
    /// ## Bad
    /// ```yaml
    /// plan: {window: {start: 2027-10-31 01:30 Europe/Amsterdam}, crm: {paid_until: "2027-12-31"}, rollback: {decide_by: "02:30"}}
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
        acceptable: false,
        precondition: true,
        guide: "–",
        evidence: Inferred,
        anchor: "/window",
    }
}

fn check(facts: &Facts<'_>, out: &mut Findings) -> Option<()> {
    let plan = facts.plan();
    let Some(window) = &plan.window else { return Some(()) };
    let at = |place: &str, (message, help): (String, String)| RULE.at(Location::value(place), message).help(help);
    let start = window.begins().map_err(|why| out.push(at("/window/start", start(&window.start, &why)))).is_ok();
    if let Err(NoInstant::Length) = window.lasts() {
        let is = if Seconds::parse(&window.length).is_some_and(|length| length.0 > 0) {
            "longer than a day"
        } else {
            "not a valid length of time"
        };
        let message = format!("the window's length `{}` is {is}", window.length);
        out.push(at(
            "/window/length",
            (message, "choose a length from a minute to a day, for example `90m` or `2h`".to_owned()),
        ));
    } else if start
        && let Some(rollback) = &plan.rollback
        && let Err(why) = window.at(&rollback.decide_by)
    {
        let finding = at("/rollback/decide_by", decision(&rollback.decide_by, &why));
        out.push(finding.related(Location::value("/window/start"), "the window"));
    }
    Some(())
}

/// What is the matter with a start, and what to do.
fn start(written: &str, why: &NoInstant) -> (String, String) {
    let form = "%Y-%m-%d %H:%M";
    match why {
        NoInstant::Zone(zone) => (format!("the time zone `{zone}` of the window's start is not known"), meant(zone)),
        NoInstant::LeftOut(next) => {
            let zone = written.trim().rsplit(' ').next().unwrap_or_default();
            let message = format!("the window's start `{written}` does not exist: clocks are put forward past it");
            (message, format!("choose another time, for example `{} {zone}`", next.strftime(form)))
        }
        NoInstant::Twice(first, _) => {
            let message = format!("the window's start `{written}` comes twice: clocks are put back over it");
            let utc = first.timestamp().to_zoned_datetime(TimeZone::UTC);
            (message, format!("say which one is meant: the first is `{} UTC`", utc.strftime(form)))
        }
        NoInstant::NoTime | NoInstant::Outside | NoInstant::Length => (
            format!("the window's start `{written}` is not a valid time"),
            "write day, time and time zone, for example `2026-12-02 06:00 Europe/Berlin`".to_owned(),
        ),
    }
}

/// What is the matter with a time to decide by, and what to do.
fn decision(written: &str, why: &NoInstant) -> (String, String) {
    let (is, help) = match why {
        NoInstant::LeftOut(_) => {
            ("which does not exist in the window: clocks are put forward past it", "choose another time")
        }
        NoInstant::Twice(..) => ("which comes twice in the window", "choose a time that comes once"),
        _ => ("which is not in the window", "choose a time in the window, early enough to restore the backup"),
    };
    (format!("whether to go back is decided by `{written}`, {is}"), help.to_owned())
}

/// Where clocks show what an abbreviation stands for; letters alone would be a guess.
const PLACES: [(&[&str], &str); 9] = [
    (&["EST", "EDT", "ET"], "America/New_York"),
    (&["CST", "CDT", "CT"], "America/Chicago"),
    (&["MST", "MDT", "MT"], "America/Denver"),
    (&["PST", "PDT", "PT"], "America/Los_Angeles"),
    (&["WET", "WEST"], "Europe/Lisbon"),
    (&["BST"], "Europe/London"),
    (&["CET", "CEST", "MEZ", "MESZ"], "Europe/Berlin"),
    (&["EET", "EEST"], "Europe/Helsinki"),
    (&["AEST", "AEDT"], "Australia/Sydney"),
];

/// What to write in place of an unknown time zone: a city alone is one that lacks its continent.
fn meant(zone: &str) -> String {
    let by_city = "name it by continent and city";
    let letters = zone.to_ascii_uppercase();
    if let Some((_, place)) = PLACES.iter().find(|(all, _)| all.contains(&letters.as_str())) {
        return format!("an abbreviation stands for more than one zone: {by_city}, for example `{place}`");
    }
    if is_abbreviation(&letters) {
        return format!("{by_city}, for example `Europe/Berlin`, or say `UTC`");
    }
    if let Some(hours) = ahead_of_utc(zone) {
        let (sign, way) = if hours < 0 { ('+', "behind") } else { ('-', "ahead of") };
        let fixed =
            format!("`Etc/GMT{sign}{}` is always {} {way} UTC", hours.abs(), many(hours.unsigned_abs(), "hour"));
        return format!("{by_city}, for example `Europe/Berlin`, as its clocks may change; {fixed}");
    }
    let known = TimeZoneDatabase::bundled();
    let names: Vec<String> = known.available().map(|name| name.to_string()).collect();
    let city = names.iter().find(|name| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(zone)));
    match city.map(String::as_str).or_else(|| nearest(zone, &names)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{by_city}, for example `Europe/Berlin`, or say `UTC`"),
    }
}

/// The hours that `UTC+2`, `GMT-5` or `+02` is ahead of UTC; none where it is none of these, or no zone is so far from it.
fn ahead_of_utc(zone: &str) -> Option<i8> {
    let hours = zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT")).unwrap_or(zone);
    let hours: i8 = hours.starts_with(['+', '-']).then(|| hours.parse().ok())??;
    (-12..=14).contains(&hours).then_some(hours).filter(|hours| *hours != 0)
}

#[cfg(test)]
mod tests {
    use crate::model::plan::Window;

    #[test]
    fn a_start_that_is_none_is_told_from_an_unknown_zone() {
        let said = |start: &str| {
            let window = Window { start: start.to_owned(), length: "2h".to_owned() };
            super::start(start, &window.begins().unwrap_err())
        };
        for (start, message, help) in [
            ("2026-02-30 06:00 Europe/Berlin", "is not a valid time", "2026-12-02 06:00 Europe/Berlin"),
            ("2026-12-02 06:00 Europe/Belin", "time zone `Europe/Belin`", "did you mean `Europe/Berlin`?"),
            ("2026-12-02 06:00 amsterdam", "time zone `amsterdam`", "did you mean `Europe/Amsterdam`?"),
            ("2026-12-02 06:00 PST", "time zone `PST`", "`America/Los_Angeles`"),
            ("2026-12-02 06:00 EST", "time zone `EST`", "`America/New_York`"),
            ("2026-12-02 06:00 cest", "time zone `cest`", "`Europe/Berlin`"),
            ("2026-12-02 06:00 IST", "is not known", "continent and city"),
            ("2026-12-02 06:00 Z", "is not known", "say `UTC`"),
            ("2026-12-02 06:00 UTC+2", "is not known", "`Etc/GMT-2` is always 2 hours ahead of UTC"),
            ("2026-12-02 06:00 GMT-5", "is not known", "`Etc/GMT+5` is always 5 hours behind UTC"),
            ("2026-12-02 06:00 UTC-1", "is not known", "`Etc/GMT+1` is always 1 hour behind UTC"),
            ("2026-12-02 06:00 Middle-Earth", "is not known", "continent and city"),
            ("2027-03-28 02:30 Europe/Amsterdam", "does not exist", "`2027-03-28 03:30 Europe/Amsterdam`"),
            ("2026-10-25 02:30 Europe/Amsterdam", "comes twice", "`2026-10-25 00:30 UTC`"),
        ] {
            let (said, helped) = said(start);
            assert!(said.contains(message) && helped.contains(help), "{start}: {said}; {helped}");
        }
    }
}
