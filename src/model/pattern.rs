//! What a plan demands of its texts, numbers and lists beyond their type, read together with them.
//!
//! Each demand stands here twice: as the pattern that the published schema shows, and as the reading that refuses what the
//! pattern does not match. So what was read fits its schema, and no validator has to be made ready to know it, which takes
//! longer than reading a small plan. That the two agree is a law (`shape/laws.rs`).

use std::borrow::Cow;

use jiff::civil;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::text::{Seconds, is_readable};

/// An address of a site: no login in it, as a plan holds no secrets, and neither query nor fragment, which name no site.
pub(super) const ADDRESS: &str = r"^https?://[^ /?#@]+(/[^ ?#]*)?$";
/// An address of a person's or a team's mailbox.
const MAILBOX: &str = r"^[^ @,;<>]+@[^ @,;<>]+$";
/// Words in which something can be read, as [`is_readable`] has it.
pub(super) const REASON: &str = r"^[\s\S]*([^\P{Alphabetic}\u115F\u1160\u3164\uFFA0]|\p{N})";
/// A length of time.
pub(super) const LENGTH: &str = r"^[0-9]{1,5}[mhd]$";
/// The age of a backup: a minute at least, and seven days at most, since a restore loses all that came after it.
pub(super) const AGE: &str = r"^([1-7]d|([1-9][0-9]?|1[0-5][0-9]|16[0-8])h|([1-9][0-9]{0,3}|100[0-7][0-9]|10080)m)$";
/// A time of day.
pub(super) const CLOCK: &str = r"^[0-9]{2}:[0-9]{2}$";
/// Day, time and time zone.
pub(super) const START: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} [A-Za-z0-9_/+-]+$";
/// Hours of a day and their time zone.
pub(super) const HOURS: &str = r"^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2} [A-Za-z0-9_/+-]+$";
/// When a module opens.
pub(super) const RELEASE: &str = r"^(immediately|by-hand|[0-9]{1,4} (day|days|week|weeks) after previous)$";
/// The schema of a reason.
pub(super) struct Reason;

impl JsonSchema for Reason {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Reason".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "description": "Why.", "pattern": REASON})
    }
}

/// The schema of an e-mail address.
pub(super) struct Mailbox;

impl JsonSchema for Mailbox {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Mailbox".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": MAILBOX, "examples": ["qa@bloom.example"]})
    }
}

/// The schema of a day.
pub(super) struct Day;

impl JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date", "examples": ["2026-12-15"]})
    }
}

/// The highest number of a module.
pub(super) const LAST_MODULE: u32 = 9999;

pub(super) fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("http").map(|rest| rest.strip_prefix('s').unwrap_or(rest));
    let rest = rest.and_then(|rest| rest.strip_prefix("://")).filter(|rest| !rest.contains([' ', '?', '#']));
    let host = rest.and_then(|rest| rest.split('/').next());
    host.is_some_and(|host| !host.is_empty() && !host.contains('@'))
}

pub(super) fn is_mailbox(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.contains([' ', '@', ',', ';', '<', '>']);
    text.split_once('@').is_some_and(|(name, host)| is_part(name) && is_part(host))
}

pub(super) fn is_reason(text: &str) -> bool {
    is_readable(text)
}

pub(super) fn is_length(text: &str) -> bool {
    text.strip_suffix(['m', 'h', 'd']).is_some_and(|count| digits(count, 1, 5))
}

/// Seconds of the oldest age that any plan or setting may allow.
const OLDEST: i64 = 7 * 86_400;

/// A length of time from a minute to seven days.
pub(crate) fn is_age(text: &str) -> bool {
    let length = Seconds::parse(text).is_some_and(|length| (60..=OLDEST).contains(&length.0));
    length && is_length(text) && !text.starts_with('0')
}

pub(super) fn is_clock(text: &str) -> bool {
    text.split_once(':').is_some_and(|(hour, minute)| digits(hour, 2, 2) && digits(minute, 2, 2))
}

fn is_zone(zone: &str) -> bool {
    let in_zone = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '+' | '-');
    !zone.is_empty() && zone.chars().all(in_zone)
}

pub(super) fn is_start(text: &str) -> bool {
    let Some((day, (clock, zone))) = text.split_once(' ').and_then(|(day, rest)| Some((day, rest.split_once(' ')?)))
    else {
        return false;
    };
    is_day(day) && is_clock(clock) && is_zone(zone)
}

pub(super) fn is_hours(text: &str) -> bool {
    let Some((hours, zone)) = text.split_once(' ') else { return false };
    hours.split_once('-').is_some_and(|(from, to)| is_clock(from) && is_clock(to)) && is_zone(zone)
}

/// A day of the calendar, as the schema's format `date` names it (RFC 3339).
pub(crate) fn is_date(text: &str) -> bool {
    is_day(text) && text.parse::<civil::Date>().is_ok()
}

pub(super) fn is_release(text: &str) -> bool {
    let Some(timer) = text.strip_suffix(" after previous") else { return matches!(text, "immediately" | "by-hand") };
    let unit = |unit: &str| matches!(unit, "day" | "days" | "week" | "weeks");
    timer.split_once(' ').is_some_and(|(count, of)| digits(count, 1, 4) && unit(of))
}

/// Year, month and day, which need not be a day of any calendar.
pub(super) fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts[..], [year, month, day] if digits(year, 4, 4) && digits(month, 2, 2) && digits(day, 2, 2))
}

pub(super) fn digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
