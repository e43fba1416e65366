//! How the texts, numbers and lists of a plan are read: what does not fit its pattern is refused, what is left out has its default.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::super::pattern::{
    LAST_MODULE, is_address, is_age, is_clock, is_date, is_hours, is_length, is_mailbox, is_reason, is_release,
    is_start,
};
use super::super::release::Release;
use super::{BackupPart, Confirmation, ContactValues, ModuleIntent, Replacement};

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

pub(super) fn version<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    such(from, |version| *version == 1, "version 1")
}

pub(super) fn address<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    such(from, |text: &String| is_address(text), "an address such as `https://bloom.example`")
}

pub(super) fn mailboxes<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    such(
        from,
        |all: &Vec<String>| all.iter().all(|text| is_mailbox(text)),
        "e-mail addresses such as `qa@bloom.example`",
    )
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

pub(super) fn hours_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    such(
        from,
        |text: &Option<String>| text.as_deref().is_none_or(is_hours),
        "hours such as `09:00-17:00 America/New_York`",
    )
}

pub(super) fn date<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    such(from, |text: &String| is_date(text), "a date such as `2026-12-02`")
}

pub(super) fn date_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    such(from, |text: &Option<String>| text.as_deref().is_none_or(is_date), "a date such as `2026-12-02`")
}

pub(super) fn days<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    such(from, |all: &BTreeMap<String, String>| all.values().all(|text| is_date(text)), "dates such as `2026-12-02`")
}

pub(super) fn reason<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    such(from, |text: &String| is_reason(text), "a reason")
}

pub(super) fn reason_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    such(from, |text: &Option<String>| text.as_deref().is_none_or(is_reason), "a reason")
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
