//! The window on live as instants: when it begins and ends, and by when somebody decides.
//!
//! Zones are those that travel in the binary, so that the answer is the same on every machine. A wall-clock time that does not
//! exist, or comes twice, where clocks change, is no instant: nobody has to guess which one was meant.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};

use super::plan::{Plan, Window};
use super::text::Seconds;

/// Seconds of the longest window that is one.
pub const LONGEST: i64 = 24 * 3_600;

/// The window on live, and the last moment to go back in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// When it begins.
    pub start: ZonedDateTime,
    /// When it is over.
    pub end: ZonedDateTime,
    /// By when it is decided whether to go back; none where the plan names no `rollback`.
    pub decide_by: Option<ZonedDateTime>,
}

/// Why a time of a plan is no instant.
#[derive(Clone, Debug, PartialEq)]
pub enum NoInstant {
    /// It is no time of any calendar or clock.
    NoTime,
    /// Its zone is not known.
    Zone(String),
    /// Clocks are put forward past it; the next one that exists.
    LeftOut(ZonedDateTime),
    /// Clocks are put back, and it comes twice: the first and the second time.
    Twice(ZonedDateTime, ZonedDateTime),
    /// It does not come in the window.
    Outside,
    /// The window is no time at all, or longer than a day.
    Length,
}

impl Window {
    /// When it begins.
    ///
    /// # Errors
    /// Why that is no instant.
    pub fn begins(&self) -> Result<ZonedDateTime, NoInstant> {
        let (when, zone) = self.start.trim().rsplit_once(' ').ok_or(NoInstant::NoTime)?;
        let when: DateTime = when.trim().replacen(' ', "T", 1).parse().map_err(|_| NoInstant::NoTime)?;
        let zone = known_zone(zone)?;
        match instants(&zone, when)? {
            (first, None) => Ok(first),
            (first, Some(second)) => Err(NoInstant::Twice(first, second)),
        }
    }

    /// When it is over: its length after its beginning, whatever clocks show.
    ///
    /// # Errors
    /// Why it has no end.
    pub fn ends(&self) -> Result<ZonedDateTime, NoInstant> {
        let start = self.begins()?;
        let length = self.lasts()?;
        start.checked_add(SignedDuration::from_secs(length.0)).map_err(|_| NoInstant::Length)
    }

    /// How long it is.
    ///
    /// # Errors
    /// Where it is no time at all, or longer than a day.
    pub fn lasts(&self) -> Result<Seconds, NoInstant> {
        let length = Seconds::parse(&self.length).ok_or(NoInstant::Length)?;
        if (1..=LONGEST).contains(&length.0) { Ok(length) } else { Err(NoInstant::Length) }
    }

    /// When it is this time of day in it: after its beginning, and at its end at the latest.
    ///
    /// # Errors
    /// Why that is no instant.
    pub fn at(&self, clock: &str) -> Result<ZonedDateTime, NoInstant> {
        let time: Time = clock.parse().map_err(|_| NoInstant::NoTime)?;
        let (start, end) = (self.begins()?, self.ends()?);
        let inside = |at: &ZonedDateTime| *at > start && *at <= end;
        let (mut found, mut left_out) = (Vec::new(), None);
        for day in days(start.date(), end.date()) {
            match instants(start.time_zone(), day.to_datetime(time)) {
                Ok((first, second)) => found.extend([Some(first), second].into_iter().flatten().filter(inside)),
                Err(NoInstant::LeftOut(next)) if inside(&next) => left_out = Some(next),
                Err(_) => {}
            }
        }
        let mut found = found.into_iter();
        match (found.next(), found.next(), left_out) {
            (Some(at), None, _) => Ok(at),
            (Some(first), Some(second), _) => Err(NoInstant::Twice(first, second)),
            (None, _, Some(next)) => Err(NoInstant::LeftOut(next)),
            (None, _, None) => Err(NoInstant::Outside),
        }
    }
}

impl Schedule {
    /// The window of a plan, as instants; none where the plan names none.
    ///
    /// # Errors
    /// The key whose value is no instant, and why.
    pub fn of(plan: &Plan) -> Option<Result<Self, (&'static str, NoInstant)>> {
        let window = plan.window.as_ref()?;
        Some((|| {
            let start = window.begins().map_err(|why| ("window/start", why))?;
            let end = window.ends().map_err(|why| ("window/length", why))?;
            let decide_by = plan.rollback.as_ref().map(|rollback| window.at(&rollback.decide_by)).transpose();
            Ok(Self { start, end, decide_by: decide_by.map_err(|why| ("rollback/decide_by", why))? })
        })())
    }

    /// Whether it is a time in the window.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.start.timestamp() <= now && now < self.end.timestamp()
    }

    /// The window in words, in its own zone.
    pub fn message(&self) -> String {
        let end = if self.end.date() == self.start.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
        format!("{} to {}", self.start.strftime("%Y-%m-%d %H:%M"), self.end.strftime(&format!("{end} %Q")))
    }

    /// A time in the window's zone: the time of day, and the day where it is another one than the window's first.
    pub fn clock(&self, at: Timestamp) -> String {
        let at = at.to_zoned_datetime(self.start.time_zone().clone());
        let form = if at.date() == self.start.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
        at.strftime(form).to_string()
    }
}

/// When the vendor's support answers: on Mondays to Fridays, by the clock of its own zone.
#[derive(Clone, Debug, PartialEq)]
pub struct SupportHours {
    from: Time,
    to: Time,
    zone: TimeZone,
}

impl SupportHours {
    /// What a plan says of it; none where it says nothing.
    ///
    /// # Errors
    /// Why these are no hours.
    pub fn of(plan: &Plan) -> Option<Result<Self, NoInstant>> {
        let (hours, zone) = plan.vendor_support.as_deref()?.split_once(' ')?;
        Some((|| {
            let (from, to) = hours.split_once('-').ok_or(NoInstant::NoTime)?;
            let [from, to] = [from, to].map(|clock| clock.parse::<Time>().map_err(|_| NoInstant::NoTime));
            let (from, to, zone) = (from?, to?, known_zone(zone)?);
            if from < to { Ok(Self { from, to, zone }) } else { Err(NoInstant::Length) }
        })())
    }

    /// Whether it answers at any moment of a window.
    pub fn meets(&self, window: &Schedule) -> bool {
        let [start, end] = [&window.start, &window.end].map(|at| at.with_time_zone(self.zone.clone()));
        days(start.date(), end.date()).filter(|day| day.weekday().to_monday_zero_offset() < 5).any(|day| {
            let at = |time: Time| self.zone.to_ambiguous_zoned_datetime(day.to_datetime(time)).compatible();
            let (Ok(opens), Ok(closes)) = (at(self.from), at(self.to)) else { return false };
            opens < end && start < closes
        })
    }

    /// The hours of the window's first day, in its own zone, in words; none where clocks cannot show them.
    pub fn in_the_zone_of(&self, window: &Schedule) -> Option<String> {
        let day = window.start.with_time_zone(self.zone.clone()).date();
        let at = |time: Time| {
            let at = self.zone.to_ambiguous_zoned_datetime(day.to_datetime(time)).compatible().ok()?;
            Some(at.with_time_zone(window.start.time_zone().clone()))
        };
        let (opens, closes) = (at(self.from)?, at(self.to)?);
        Some(format!("{} to {}", opens.strftime("%H:%M"), closes.strftime("%H:%M %Q")))
    }
}

/// A zone of the database that travels in the binary.
fn known_zone(zone: &str) -> Result<TimeZone, NoInstant> {
    let known = TimeZoneDatabase::bundled().get(zone).ok().filter(|_| !is_abbreviation(zone));
    known.ok_or_else(|| NoInstant::Zone(zone.to_owned()))
}

/// Whether a zone's name is letters that stand for one, as `EST` does for New York in winter and for Jamaica all year. The database
/// knows a few such names, and means a fixed distance from UTC by some of them.
pub fn is_abbreviation(zone: &str) -> bool {
    let letters = (1..=5).contains(&zone.len()) && zone.bytes().all(|letter| letter.is_ascii_uppercase());
    letters && !matches!(zone, "UTC" | "GMT")
}

/// The one or two instants at which a zone's clocks show this.
fn instants(zone: &TimeZone, when: DateTime) -> Result<(ZonedDateTime, Option<ZonedDateTime>), NoInstant> {
    let found = zone.to_ambiguous_zoned_datetime(when);
    let offset = found.offset();
    match offset {
        AmbiguousOffset::Unambiguous { .. } => Ok((found.compatible().map_err(|_| NoInstant::NoTime)?, None)),
        AmbiguousOffset::Gap { .. } => Err(found.later().map_or(NoInstant::NoTime, NoInstant::LeftOut)),
        AmbiguousOffset::Fold { .. } => {
            let again = zone.to_ambiguous_zoned_datetime(when);
            let first = found.earlier().map_err(|_| NoInstant::NoTime)?;
            Ok((first, Some(again.later().map_err(|_| NoInstant::NoTime)?)))
        }
    }
}

/// The days from one to another, both included.
fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    first.series(jiff::Span::new().days(1)).take_while(move |day| *day <= last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(start: &str, length: &str) -> Window {
        Window { start: start.to_owned(), length: length.to_owned() }
    }

    fn utc(at: &ZonedDateTime) -> String {
        at.timestamp().to_string()
    }

    #[test]
    fn a_window_is_its_length_after_its_beginning_whatever_clocks_show() {
        for (start, length, from, to) in [
            ("2026-12-02 06:00 Europe/Berlin", "2h", "2026-12-02T05:00:00Z", "2026-12-02T07:00:00Z"),
            ("2027-03-28 01:30 Europe/Amsterdam", "2h", "2027-03-28T00:30:00Z", "2027-03-28T02:30:00Z"),
            ("2026-10-25 01:30 Europe/Amsterdam", "2h", "2026-10-24T23:30:00Z", "2026-10-25T01:30:00Z"),
            ("2026-12-31 23:00 UTC", "1d", "2026-12-31T23:00:00Z", "2027-01-01T23:00:00Z"),
        ] {
            let window = window(start, length);
            assert_eq!(
                (utc(&window.begins().unwrap()), utc(&window.ends().unwrap())),
                (from.into(), to.into()),
                "{start}"
            );
        }
        assert_eq!(window("2026-12-02 06:00 UTC", "0m").ends(), Err(NoInstant::Length));
        assert_eq!(window("2026-12-02 06:00 UTC", "99999d").ends(), Err(NoInstant::Length));
        assert!(window("9999-12-31 23:00 UTC", "2h").ends().is_err());
    }

    #[test]
    fn no_abbreviation_is_a_zone_but_utc() {
        for zone in ["EST", "PST", "MST", "HST", "CET", "EET", "BST", "CEST"] {
            assert_eq!(
                window(&format!("2026-07-02 06:00 {zone}"), "2h").begins(),
                Err(NoInstant::Zone(zone.to_owned()))
            );
        }
        for (zone, at) in [("UTC", "06"), ("GMT", "06"), ("America/New_York", "10"), ("Etc/GMT-2", "04")] {
            let begins = window(&format!("2026-07-02 06:00 {zone}"), "2h").begins();
            assert_eq!(begins.map(|at| utc(&at)), Ok(format!("2026-07-02T{at}:00:00Z")), "{zone}");
        }
    }

    #[test]
    fn support_answers_on_working_days_of_its_own_zone() {
        let schedule = |start: &str, length: &str| {
            let plan = Plan { window: Some(window(start, length)), ..Plan::default() };
            Schedule::of(&plan).unwrap().unwrap()
        };
        let hours =
            |text: &str| SupportHours::of(&Plan { vendor_support: Some(text.to_owned()), ..Plan::default() }).unwrap();
        let new_york = hours("09:00-17:00 America/New_York").unwrap();
        for (start, length, meets) in [
            // 06:00 in Berlin is midnight in New York.
            ("2026-12-02 06:00 Europe/Berlin", "2h", false),
            ("2026-12-02 14:00 Europe/Berlin", "1h", false),
            ("2026-12-02 14:00 Europe/Berlin", "61m", true),
            ("2026-12-02 22:59 Europe/Berlin", "1h", true),
            ("2026-12-02 23:00 Europe/Berlin", "1h", false),
            ("2026-12-05 16:00 Europe/Berlin", "2h", false),
            // On Saturday morning in Auckland it is still Friday there.
            ("2026-12-05 06:00 Pacific/Auckland", "2h", true),
            // From Sunday evening into Monday.
            ("2026-12-06 20:00 UTC", "1d", true),
        ] {
            assert_eq!(new_york.meets(&schedule(start, length)), meets, "{start} {length}");
        }
        let in_berlin = new_york.in_the_zone_of(&schedule("2026-12-02 06:00 Europe/Berlin", "2h"));
        assert_eq!(in_berlin.as_deref(), Some("15:00 to 23:00 Europe/Berlin"));
        assert_eq!(hours("09:00-17:00 EST"), Err(NoInstant::Zone("EST".to_owned())));
        assert_eq!(hours("17:00-09:00 UTC"), Err(NoInstant::Length));
        assert_eq!(hours("09:00-24:00 UTC"), Err(NoInstant::NoTime));
    }

    #[test]
    fn the_time_to_decide_is_an_instant_in_the_window() {
        for (start, length, clock, at) in [
            ("2026-12-02 06:00 Europe/Berlin", "2h", "07:30", "2026-12-02T06:30:00Z"),
            ("2026-12-02 23:00 Europe/Berlin", "3h", "01:15", "2026-12-03T00:15:00Z"),
            ("2026-12-02 06:00 Europe/Berlin", "2h", "08:00", "2026-12-02T07:00:00Z"),
            // Clocks are put forward from 02:00 to 03:00: two hours after 01:30 it is 04:30.
            ("2027-03-28 01:30 Europe/Amsterdam", "2h", "04:15", "2027-03-28T02:15:00Z"),
            // And put back from 03:00 to 02:00: two hours and a half after 00:30 it is 02:00 again.
            ("2026-10-25 01:30 Europe/Amsterdam", "3h", "03:15", "2026-10-25T02:15:00Z"),
            ("2026-10-25 02:45 UTC", "1d", "02:45", "2026-10-26T02:45:00Z"),
        ] {
            assert_eq!(window(start, length).at(clock).map(|at| utc(&at)), Ok(at.into()), "{start} {clock}");
        }
    }

    #[test]
    fn a_time_that_does_not_exist_or_comes_twice_is_no_instant() {
        let night = window("2027-03-28 01:30 Europe/Amsterdam", "2h");
        assert!(matches!(night.at("02:15"), Err(NoInstant::LeftOut(next)) if next.time().hour() == 3));
        // By the wall clock it would be three hours and a half from 01:30 to 05:00.
        assert_eq!(night.at("05:00"), Err(NoInstant::Outside));
        let back = window("2026-10-25 01:30 Europe/Amsterdam", "3h");
        assert!(
            matches!(back.at("02:30"), Err(NoInstant::Twice(first, second)) if second.duration_since(&first) == SignedDuration::from_hours(1))
        );
        // Of a time that comes twice only one may lie in the window.
        assert_eq!(
            window("2026-10-25 01:30 Europe/Amsterdam", "90m").at("02:30").map(|at| utc(&at)),
            Ok("2026-10-25T00:30:00Z".into())
        );
        assert!(matches!(window("2026-10-25 02:30 Europe/Amsterdam", "1h").begins(), Err(NoInstant::Twice(..))));
        // A day without an hour shows half past six twice in its 24 hours.
        assert!(matches!(window("2027-03-27 06:00 Europe/Amsterdam", "1d").at("06:30"), Err(NoInstant::Twice(..))));
        for clock in ["", "7:30", "24:00", "25:00", "07:60", "noon"] {
            assert!(window("2026-12-02 06:00 UTC", "2h").at(clock).is_err(), "{clock}");
        }
    }
}
