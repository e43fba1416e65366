//! What a plan demands of its texts, numbers and lists beyond their type, read together with them.
//!
//! Each demand stands here twice: as the pattern that the published schema shows, and as the reading that refuses what the
//! pattern does not match. So what was read fits its schema, and no validator has to be made ready to know it, which takes
//! longer than reading a small plan. That the two agree is a law (`shape/laws.rs`).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::civil;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::plan::{BackupPart, Confirmation, ContactValues, ModuleIntent, Replacement};
use super::release::Release;
use super::text::Seconds;

/// An address of a site: no login in it, as a plan holds no secrets, and neither query nor fragment, which name no site.
pub(super) const ADDRESS: &str = r"^https?://[^ /?#@]+(/[^ ?#]*)?$";
/// Words that say something.
pub(super) const REASON: &str = r"^[ \t\r\n]*[^ \t\r\n]";
/// A length of time.
pub(super) const LENGTH: &str = r"^[0-9]{1,5}[mhd]$";
/// The age of a backup: a minute at least, and seven days at most, since a restore loses all that came after it.
pub(super) const AGE: &str = r"^([1-7]d|([1-9][0-9]?|1[0-5][0-9]|16[0-8])h|([1-9][0-9]{0,3}|100[0-7][0-9]|10080)m)$";
/// A time of day.
pub(super) const CLOCK: &str = r"^[0-9]{2}:[0-9]{2}$";
/// Day, time and time zone.
pub(super) const START: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} [A-Za-z0-9_/+-]+$";
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

/// Where only one value can make a plan green, it holds unless the plan says otherwise.
pub(super) fn yes() -> bool {
    true
}

/// Of a backup, see [`yes`].
pub(super) fn both_parts() -> Vec<BackupPart> {
    Vec::from([BackupPart::Files, BackupPart::Database])
}

/// Of a test purchase, see [`yes`].
pub(super) fn all_four() -> Vec<Confirmation> {
    Confirmation::ALL.to_vec()
}

/// The highest number of a module.
pub(super) const LAST_MODULE: u32 = 9999;

pub(super) fn version<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    such(from, |version| *version == 1, "version 1")
}

pub(super) fn address<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    such(from, |text: &String| is_address(text), "an address such as `https://bloom.example`")
}

pub(super) fn length<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    such(from, |text: &String| is_length(text), "a length of time such as `2h`")
}

pub(super) fn age<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    such(from, |text: &String| is_age(text), "a length of time up to `7d`, such as `2h`")
}

pub(super) fn clock<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    such(from, |text: &String| is_clock(text), "a time of day such as `07:30`")
}

pub(super) fn start<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    such(from, |text: &String| is_start(text), "a time such as `2026-12-02 06:00 Europe/Berlin`")
}

pub(super) fn date<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    such(from, |text: &String| is_date(text), "a date such as `2026-12-02`")
}

pub(super) fn date_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    such(from, |text: &Option<String>| text.as_deref().is_none_or(is_date), "a date such as `2026-12-02`")
}

pub(super) fn reason<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    such(from, |text: &String| is_reason(text), "a reason")
}

pub(super) fn reasons<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    such(from, |all: &BTreeMap<String, String>| all.values().all(|text| is_reason(text)), "reasons")
}

/// A text that says something. Where it may be left out, an empty one stands for that inside.
pub(super) fn filled<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    such(from, |text: &String| !text.is_empty(), "a text that is not empty")
}

pub(super) fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    such(from, |items: &Vec<T>| !items.is_empty(), "one at least")
}

pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    such(from, |number: &Option<u32>| number.is_none_or(|n| n <= LAST_MODULE), "a number up to 9999")
}

pub(super) fn modules<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<ModuleIntent>, D::Error> {
    let one_name = |module: &ModuleIntent| module.base.is_some() != module.module.is_some();
    such(from, |modules: &Vec<ModuleIntent>| modules.iter().all(one_name), "modules with either `base` or `module`")
}

pub(super) fn replacement<'de, D: Deserializer<'de>>(from: D) -> Result<Replacement, D::Error> {
    such(from, |by: &Replacement| *by != Replacement::default(), "something that does the webhook's work")
}

pub(super) fn release<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Release>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
    let release = text.parse().ok().filter(|_| is_release(&text));
    release.map(Some).ok_or_else(|| D::Error::custom("a release such as `7 days after previous` was expected"))
}

fn such<'de, D, T>(from: D, fits: impl FnOnce(&T) -> bool, what: &str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let read = T::deserialize(from)?;
    if fits(&read) { Ok(read) } else { Err(D::Error::custom(format_args!("{what} was expected"))) }
}

fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("http").map(|rest| rest.strip_prefix('s').unwrap_or(rest));
    let rest = rest.and_then(|rest| rest.strip_prefix("://")).filter(|rest| !rest.contains([' ', '?', '#']));
    let host = rest.and_then(|rest| rest.split('/').next());
    host.is_some_and(|host| !host.is_empty() && !host.contains('@'))
}

fn is_reason(text: &str) -> bool {
    !text.trim_matches([' ', '\t', '\r', '\n']).is_empty()
}

fn is_length(text: &str) -> bool {
    text.strip_suffix(['m', 'h', 'd']).is_some_and(|count| digits(count, 1, 5))
}

/// Seconds of the oldest age that any plan or setting may allow.
const OLDEST: i64 = 7 * 86_400;

/// A length of time from a minute to seven days.
pub(crate) fn is_age(text: &str) -> bool {
    let length = Seconds::parse(text).is_some_and(|length| (60..=OLDEST).contains(&length.0));
    length && is_length(text) && !text.starts_with('0')
}

fn is_clock(text: &str) -> bool {
    text.split_once(':').is_some_and(|(hour, minute)| digits(hour, 2, 2) && digits(minute, 2, 2))
}

fn is_start(text: &str) -> bool {
    let in_zone = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '+' | '-');
    let Some((day, (clock, zone))) = text.split_once(' ').and_then(|(day, rest)| Some((day, rest.split_once(' ')?)))
    else {
        return false;
    };
    is_day(day) && is_clock(clock) && !zone.is_empty() && zone.chars().all(in_zone)
}

/// A day of the calendar, as the schema's format `date` names it (RFC 3339).
pub(crate) fn is_date(text: &str) -> bool {
    is_day(text) && text.parse::<civil::Date>().is_ok()
}

fn is_release(text: &str) -> bool {
    let Some(timer) = text.strip_suffix(" after previous") else { return matches!(text, "immediately" | "by-hand") };
    let unit = |unit: &str| matches!(unit, "day" | "days" | "week" | "weeks");
    timer.split_once(' ').is_some_and(|(count, of)| digits(count, 1, 4) && unit(of))
}

/// Year, month and day, which need not be a day of any calendar.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts[..], [year, month, day] if digits(year, 4, 4) && digits(month, 2, 2) && digits(day, 2, 2))
}

pub(super) fn digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

// By hand, since what serde reads for it would take an empty value for a field that is absent.
impl<'de> Deserialize<'de> for ContactValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = ContactValues;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a file's name, or values by contact ID")
            }
            fn visit_str<E>(self, name: &str) -> Result<ContactValues, E> {
                Ok(ContactValues::File(name.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, values: A) -> Result<ContactValues, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(values)).map(ContactValues::Inline)
            }
        }
        deserializer.deserialize_any(Either)
    }
}
