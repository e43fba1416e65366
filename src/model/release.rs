//! When a module opens: the release timer, as a plan says it and as a site has it.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// When a module opens.
///
/// Documented: the base module opens at once and has no timer; "Do not release this module based on a schedule" leaves
/// the module to the CRM or to a person. Inferred: a delay counts from the release of the module before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Release {
    /// Together with the module before it.
    Immediately,
    /// So many days after the release of the module before it.
    After {
        /// Whole days; weeks are written as seven.
        days: u32,
    },
    /// Never by a timer: in a plan a named person opens it (`by-hand`), on a site the option
    /// "Do not release this module based on a schedule" is set.
    ByHand,
    /// What a site said and nobody here understands, word for word.
    Other(
        /// The site's own words.
        String,
    ),
}

impl Release {
    /// Whether it is understood.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// The days that this release adds to the module before it; none where no timer runs.
    pub fn days(&self) -> Option<u32> {
        match self {
            Self::Immediately => Some(0),
            Self::After { days } => Some(*days),
            Self::ByHand | Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Immediately => f.write_str("immediately"),
            Self::After { days: 1 } => f.write_str("1 day after previous"),
            Self::After { days } => write!(f, "{days} days after previous"),
            Self::ByHand => f.write_str("by-hand"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

impl FromStr for Release {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split_whitespace().collect();
        Ok(match words[..] {
            ["immediately"] => Self::Immediately,
            ["by-hand"] => Self::ByHand,
            [count, unit @ ("day" | "days" | "week" | "weeks"), "after", "previous"] => {
                let length = if unit.starts_with("week") { 7 } else { 1 };
                match count.parse::<u32>().ok().and_then(|n| n.checked_mul(length)) {
                    Some(0) => Self::Immediately,
                    Some(days) => Self::After { days },
                    None => Self::Other(text.to_owned()),
                }
            }
            _ => Self::Other(text.to_owned()),
        })
    }
}

impl Serialize for Release {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Release {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl serde::de::Visitor<'_> for Words {
            type Value = Release;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a release such as `7 days after previous`")
            }
            fn visit_str<E>(self, text: &str) -> Result<Release, E> {
                match text.parse() {
                    Ok(release) => Ok(release),
                }
            }
        }
        deserializer.deserialize_str(Words)
    }
}

impl JsonSchema for Release {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Release".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "When a module opens: `immediately`, `7 days after previous`, `2 weeks after previous`, or `by-hand` (a named person opens it).",
            "pattern": super::pattern::RELEASE,
            "examples": ["7 days after previous", "immediately", "by-hand"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_days_and_zero_is_at_once() {
        let read = |text: &str| text.parse::<Release>().unwrap();
        assert_eq!(read("2 weeks after previous"), Release::After { days: 14 });
        assert_eq!(read("0 days after previous"), Release::Immediately);
        assert_eq!(read("1 day after previous").to_string(), "1 day after previous");
        assert_eq!(read("on 1 May"), Release::Other("on 1 May".into()));
        assert_eq!(read("4294967295 weeks after previous").days(), None);
    }
}
