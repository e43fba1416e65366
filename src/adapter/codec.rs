//! How stored values are written: for each codec what is read of one, and the same written back.
//!
//! Two laws hold for every codec but `flag`, `is-true`, `filled` and `day`, which are only read: what is read and written back in the form that it had is what was
//! stored, and what is written is read as itself.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::raw::Raw;
use crate::model::Release;
use crate::model::adapter::Codec;

impl Codec {
    /// What a stored value says; none where it is no value of this form.
    pub fn decode(self, raw: &Raw) -> Option<Value> {
        match self {
            Self::Text => match raw {
                Raw::Text(text) => Some(json!(text)),
                Raw::Int(number) => Some(json!(number.to_string())),
                _ => None,
            },
            Self::YesNo | Self::OnOff | Self::OneZero | Self::TrueFalse => {
                let word = raw.word()?;
                let [on, off] = self.pair()?;
                (word == on || word == off).then(|| json!(word == on))
            }
            Self::Flag => flag(raw).map(Value::from),
            Self::Day => day(raw).map(Value::from),
            Self::IsTrue => Some(json!(*raw == Raw::Flag(true))),
            Self::Filled => Some(json!(flag(raw).unwrap_or(true) && !is_zero(raw))),
            Self::Count => count(raw).map(Value::from),
            Self::Days => release(count(raw)?),
            Self::Weeks => release(count(raw)?.checked_mul(7)?),
            Self::Amount => hundredths(&raw.word()?).map(|(amount, _)| json!(amount)),
            Self::Cents => {
                let cents = count(raw)?;
                Some(json!(format!("{}.{:02}", cents / 100, cents % 100)))
            }
            Self::Commas => {
                let Raw::Text(text) = raw else { return None };
                items(text).map(|(items, _)| json!(items))
            }
        }
    }

    /// The stored value that says this, in the form of the one that it replaces; none where there is none.
    pub fn encode(self, value: &Value, like: &Raw) -> Option<Raw> {
        let word = match self {
            Self::Text => value.as_str()?.to_owned(),
            Self::YesNo | Self::OnOff | Self::OneZero | Self::TrueFalse => {
                let [on, off] = self.pair()?;
                if value.as_bool()? { on } else { off }.to_owned()
            }
            Self::Flag | Self::IsTrue | Self::Filled | Self::Day => return None,
            Self::Count => value.as_u64()?.to_string(),
            Self::Days => days(value)?.to_string(),
            Self::Weeks => {
                let days = days(value)?;
                (days % 7 == 0).then(|| (days / 7).to_string())?
            }
            Self::Amount => {
                let (amount, _) = hundredths(value.as_str()?)?;
                let kept = hundredths(&like.word().unwrap_or_default()).map_or(2, |(_, decimals)| decimals);
                in_decimals(&amount, kept)
            }
            Self::Cents => {
                let (amount, _) = hundredths(value.as_str()?)?;
                amount.replace('.', "").parse::<u64>().ok()?.to_string()
            }
            Self::Commas => {
                let items: Option<Vec<&str>> = value.as_array()?.iter().map(Value::as_str).collect();
                let separator = match like {
                    Raw::Text(text) => super::codec::items(text).map_or(",", |(_, separator)| separator),
                    _ => ",",
                };
                let text = items?.join(separator);
                (super::codec::items(&text)?.0.len() == value.as_array()?.len()).then_some(text)?
            }
        };
        let raw = Raw::like(&word, like);
        (self.decode(&raw).as_ref() == Some(value)).then_some(raw)
    }

    /// Whether what it reads can be written back.
    pub fn has_inverse(self) -> bool {
        !matches!(self, Self::Flag | Self::IsTrue | Self::Filled | Self::Day)
    }

    /// Its name in an adapter.
    pub fn name(self) -> String {
        json!(self).as_str().unwrap_or_default().to_owned()
    }

    /// Something that it may give, to try a field with.
    pub(super) fn example(self) -> Value {
        match self {
            Self::Text => json!("x"),
            Self::YesNo | Self::OnOff | Self::OneZero | Self::TrueFalse | Self::Flag | Self::IsTrue | Self::Filled => {
                json!(true)
            }
            Self::Count => json!(1),
            Self::Days | Self::Weeks => json!("7 days after previous"),
            Self::Amount | Self::Cents => json!("1.00"),
            Self::Day => json!("2026-11-21"),
            Self::Commas => json!(["x"]),
        }
    }

    /// The words of a switch: on, off.
    fn pair(self) -> Option<[&'static str; 2]> {
        Some(match self {
            Self::YesNo => ["yes", "no"],
            Self::OnOff => ["on", "off"],
            Self::OneZero => ["1", "0"],
            Self::TrueFalse => ["true", "false"],
            _ => return None,
        })
    }
}

/// What PHP takes for true or false, where that is what was meant: of other texts it is not known.
fn flag(raw: &Raw) -> Option<bool> {
    match raw {
        Raw::Flag(flag) => Some(*flag),
        Raw::Int(number) => Some(*number != 0),
        Raw::Null => Some(false),
        Raw::Text(text) => match text.to_ascii_lowercase().as_str() {
            "" | "0" | "no" | "off" | "false" => Some(false),
            "yes" | "on" | "true" => Some(true),
            // PHP takes `00` and `0.0` for true, which hardly anybody means.
            number => (count(&Raw::Text(number.to_owned())).is_some()).then_some(true),
        },
        Raw::Float(number) => Some(*number != 0.0),
    }
}

/// Whether a text is what a database has for none: 0 with decimals, or no day.
fn is_zero(raw: &Raw) -> bool {
    let Raw::Text(text) = raw else { return false };
    let decimals = text.strip_prefix("0.").is_some_and(|rest| rest.bytes().all(|byte| byte == b'0'));
    decimals || text.starts_with("0000-00-00")
}

/// A whole number that is not below nothing, in its one spelling.
fn count(raw: &Raw) -> Option<u32> {
    match raw {
        Raw::Int(number) => u32::try_from(*number).ok(),
        Raw::Text(text) => text.parse::<u32>().ok().filter(|number| number.to_string() == *text),
        _ => None,
    }
}

fn release(days: u32) -> Option<Value> {
    let release = if days == 0 { Release::Immediately } else { Release::After { days } };
    Some(json!(release.to_string()))
}

fn days(value: &Value) -> Option<u32> {
    let release: Release = value.as_str()?.parse().ok()?;
    release.days()
}

/// The day of a time, as databases and PHP write one.
fn day(raw: &Raw) -> Option<String> {
    let text = match raw {
        Raw::Text(text) => text.as_str(),
        Raw::Int(seconds) => return day_of(*seconds),
        _ => return None,
    };
    if let Ok(seconds) = text.parse::<i64>() {
        return day_of(seconds);
    }
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    let is_time = rest.is_empty() || rest.starts_with([' ', 'T']);
    day.parse::<Date>().ok().filter(|_| is_time).map(|day| day.to_string())
}

/// The day of a moment that is later than 1973 and so no small number.
fn day_of(seconds: i64) -> Option<String> {
    let moment = Timestamp::from_second(seconds).ok().filter(|_| seconds > 100_000_000)?;
    Some(moment.strftime("%Y-%m-%d").to_string())
}

/// An amount with two decimals, and how many it was written with.
fn hundredths(text: &str) -> Option<(String, usize)> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = whole == "0" || !whole.starts_with('0');
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_amount = !whole.is_empty() && whole.len() <= 12 && is_plain && digits(whole) && digits(rest);
    if !is_amount {
        return None;
    }
    // A database's decimals may be more, and are nothing then.
    let (cents, further) = rest.split_at(rest.len().min(2));
    let has_end = rest.len() <= 12 && text.contains('.') != rest.is_empty() && further.bytes().all(|byte| byte == b'0');
    has_end.then(|| (format!("{whole}.{cents:0<2}"), rest.len()))
}

/// An amount of two decimals with as few of them as it had, if that says the same, or as many.
fn in_decimals(amount: &str, decimals: usize) -> String {
    let (whole, rest) = amount.split_once('.').unwrap_or((amount, "00"));
    let rest = rest.trim_end_matches('0');
    let length = rest.len().max(decimals);
    if length == 0 { whole.to_owned() } else { format!("{whole}.{rest:0<length$}") }
}

/// The items of a list, and what stands between them all.
fn items(text: &str) -> Option<(Vec<&str>, &'static str)> {
    if text.is_empty() {
        return Some((Vec::new(), ","));
    }
    let separator = if text.contains(", ") { ", " } else { "," };
    let items: Vec<&str> = text.split(separator).collect();
    let is_item = |item: &&str| !item.is_empty() && !item.contains(',') && item.trim() == *item;
    items.iter().all(is_item).then_some((items, separator))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WITH_INVERSE: [Codec; 11] = [
        Codec::Text,
        Codec::YesNo,
        Codec::OnOff,
        Codec::OneZero,
        Codec::TrueFalse,
        Codec::Count,
        Codec::Days,
        Codec::Weeks,
        Codec::Amount,
        Codec::Cents,
        Codec::Commas,
    ];

    fn text(text: &str) -> Raw {
        Raw::Text(text.to_owned())
    }

    #[test]
    fn each_form_is_read_as_what_it_says_and_nothing_else_is() {
        for (codec, raw, says) in [
            (Codec::Text, text("Group Coaching"), Some(json!("Group Coaching"))),
            (Codec::Text, Raw::Int(12), Some(json!("12"))),
            (Codec::Text, Raw::Flag(true), None),
            (Codec::YesNo, text("yes"), Some(json!(true))),
            (Codec::YesNo, text("no"), Some(json!(false))),
            (Codec::YesNo, text("1"), None),
            (Codec::YesNo, text(""), None),
            (Codec::OneZero, Raw::Int(0), Some(json!(false))),
            (Codec::OneZero, text("1"), Some(json!(true))),
            (Codec::TrueFalse, Raw::Flag(false), Some(json!(false))),
            (Codec::Flag, text(""), Some(json!(false))),
            (Codec::Flag, text("maybe"), None),
            (Codec::Flag, Raw::Null, Some(json!(false))),
            (Codec::Filled, text("40007"), Some(json!(true))),
            (Codec::Filled, text("0"), Some(json!(false))),
            (Codec::Filled, text("0.00000000"), Some(json!(false))),
            (Codec::Filled, text("0.01"), Some(json!(true))),
            (Codec::Filled, Raw::Float(0.0), Some(json!(false))),
            (Codec::Filled, text("0000-00-00 00:00:00"), Some(json!(false))),
            (Codec::Flag, Raw::Float(0.5), Some(json!(true))),
            (Codec::Flag, Raw::Int(2), Some(json!(true))),
            (Codec::Flag, text("2"), Some(json!(true))),
            (Codec::Flag, text("00"), None),
            (Codec::IsTrue, Raw::Flag(true), Some(json!(true))),
            (Codec::IsTrue, text("true"), Some(json!(false))),
            (Codec::IsTrue, Raw::Int(1), Some(json!(false))),
            (Codec::IsTrue, Raw::Null, Some(json!(false))),
            (Codec::Count, text("07"), None),
            (Codec::Count, Raw::Int(-1), None),
            (Codec::Count, text("7"), Some(json!(7))),
            (Codec::Days, text("0"), Some(json!("immediately"))),
            (Codec::Days, Raw::Int(7), Some(json!("7 days after previous"))),
            (Codec::Weeks, Raw::Int(2), Some(json!("14 days after previous"))),
            (Codec::Weeks, text("4294967295"), None),
            (Codec::Amount, text("497"), Some(json!("497.00"))),
            (Codec::Amount, text("497.5"), Some(json!("497.50"))),
            (Codec::Amount, text("497.505"), None),
            (Codec::Amount, text("497.50000000"), Some(json!("497.50"))),
            (Codec::Day, text("2026-11-21 06:12:00"), Some(json!("2026-11-21"))),
            (Codec::Day, text("2026-11-21"), Some(json!("2026-11-21"))),
            (Codec::Day, text("1795241520"), Some(json!("2026-11-21"))),
            (Codec::Day, text("12"), None),
            (Codec::Day, text("2026-13-21"), None),
            (Codec::Amount, text("1,497.00"), None),
            (Codec::Amount, text("497."), None),
            (Codec::Cents, text("49700"), Some(json!("497.00"))),
            (Codec::Commas, text("12,13"), Some(json!(["12", "13"]))),
            (Codec::Commas, text(""), Some(json!([]))),
            (Codec::Commas, text("12,,13"), None),
        ] {
            assert_eq!(codec.decode(&raw), says, "{codec:?} {raw:?}");
        }
    }

    fn stored() -> impl Strategy<Value = Raw> {
        let words =
            vec!["yes", "no", "on", "off", "1", "0", "true", "false", "", "00", "a, b", "a,b", "7", "4,", "12.50"];
        prop_oneof![
            prop::sample::select(words).prop_map(text),
            ".{0,12}".prop_map(Raw::Text),
            "[0-9]{1,6}(\\.[0-9]{0,3}0{0,5})?".prop_map(Raw::Text),
            "[a-z0-9 ]{1,4}(, ?[a-z0-9]{1,4}){0,4}".prop_map(Raw::Text),
            any::<i64>().prop_map(Raw::Int),
            (0_i64..3000).prop_map(Raw::Int),
            any::<bool>().prop_map(Raw::Flag),
            Just(Raw::Null),
        ]
    }

    proptest! {
        #[test]
        fn what_is_read_and_written_back_in_its_own_form_is_what_was_stored(raw in stored()) {
            for codec in WITH_INVERSE {
                if let Some(value) = codec.decode(&raw) {
                    prop_assert_eq!(codec.encode(&value, &raw), Some(raw.clone()), "{:?}", codec);
                }
            }
        }

        #[test]
        fn what_is_written_is_read_as_itself(raw in stored(), like in stored()) {
            for codec in WITH_INVERSE {
                if let Some(value) = codec.decode(&raw)
                    && let Some(written) = codec.encode(&value, &like)
                {
                    prop_assert_eq!(codec.decode(&written), Some(value), "{:?}", codec);
                }
            }
        }
    }
}
