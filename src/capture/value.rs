//! One stored value as a capture holds it: whole, withheld, or what was picked of its inside.

use std::fmt;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Number;

/// One stored value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The value itself.
    Whole(Scalar),
    /// It is there and did not leave the site: unknown, never empty.
    Withheld(Withheld),
    /// A value with an inside: what the picks of the request found in it.
    Picked(Picked),
}

/// A value without an inside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// SQL's NULL, or PHP's.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number: whole up to 64 bits, else of floating point.
    Number(Number),
    /// A text; whatever the database stores as text is one, digits too.
    Text(String),
}

/// What stands in the place of a value that did not leave the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// Why.
    pub reason: Reason,
    /// How many bytes it has, where that is known.
    pub length: Option<u64>,
}

/// Why a value did not leave the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A name on the way to it, or its own, is like that of a secret.
    SecretKey,
    /// It is shaped like a secret.
    SecretValue,
    /// It, or what it lies in, is larger than the collector reads.
    TooLarge,
    /// JSON of more levels than the collector reads.
    TooDeep,
    /// Serialized PHP or JSON that does not parse.
    Corrupt,
    /// An object of PHP.
    Object,
    /// Serialized PHP with a reference in it.
    Reference,
    /// Bytes that are no UTF-8.
    #[serde(rename = "not-utf8")]
    NotUtf8,
    /// It has no inside, and only a part of it was asked for.
    NotPicked,
    /// A value that has no form in JSON, or a reason that a later collector gives and this build does not know.
    #[serde(other)]
    Other,
}

/// How a value with an inside is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// An array of PHP inside another value.
    Array,
    /// A text of serialized PHP.
    Php,
    /// A text of JSON.
    Json,
}

/// What lies at one pointer of a picked value.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    /// A scalar.
    Scalar(Scalar),
    /// Something that did not leave the site.
    Withheld(Withheld),
    /// Something with an inside of its own, and how many elements it has in all, picked or not.
    Size(Form, u64),
}

/// What a value holds at a pointer that the request picks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found<'a> {
    /// A scalar.
    Scalar(&'a Scalar),
    /// Something with an inside of its own, stored so and with so many elements.
    Inside(Form, u64),
    /// Something that did not leave the site: unknown.
    Withheld(Withheld),
    /// Nothing: there is no such key. Of a pointer that the request does *not* pick this says nothing.
    Nothing,
}

/// Pointers and what lies there, in the order in which the value is stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picked(Vec<(String, Leaf)>);

/// The most pointers of one picked value: the collector gives fewer.
const MOST_LEAVES: usize = 8192;

impl Reason {
    /// Why the value is unknown, to follow "it is unknown because".
    pub fn words(self) -> &'static str {
        match self {
            Self::SecretKey => "its name is like that of a secret",
            Self::SecretValue => "it is shaped like a secret",
            Self::TooLarge => "it is larger than the collector reads",
            Self::TooDeep => "it is nested more deeply than the collector reads",
            Self::Corrupt => "what is stored there is damaged",
            Self::Object => "it is an object of PHP, which the collector never makes",
            Self::Reference => "what is stored there holds a reference, so its parts cannot be trusted",
            Self::NotUtf8 => "it is not UTF-8",
            Self::NotPicked => "only a part of it was asked for, and it has no parts",
            Self::Other => "the collector could not give it",
        }
    }
}

impl Found<'_> {
    /// The whole number that it is, as the database or PHP has it.
    pub fn as_number(&self) -> Option<u64> {
        match self {
            Self::Scalar(Scalar::Number(number)) => number.as_u64(),
            Self::Scalar(Scalar::Text(text)) => text.parse().ok(),
            _ => None,
        }
    }
}

impl Value {
    /// The whole value, where it is a text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Whole(Scalar::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// What lies at a pointer, the value itself at `""`; of a pointer that the request picks.
    pub fn find(&self, pointer: &str) -> Found<'_> {
        match self {
            Self::Whole(scalar) if pointer.is_empty() => Found::Scalar(scalar),
            Self::Whole(_) => Found::Nothing,
            Self::Withheld(withheld) => Found::Withheld(*withheld),
            Self::Picked(picked) => picked.find(pointer),
        }
    }
}

impl Value {
    /// The same with another scalar where one is; none where none is there.
    pub fn with(&self, pointer: &str, scalar: Scalar) -> Option<Self> {
        match self {
            Self::Whole(_) if pointer.is_empty() => Some(Self::Whole(scalar)),
            Self::Whole(_) | Self::Withheld(_) => None,
            Self::Picked(picked) => {
                let mut picked = picked.clone();
                let is_there = |(at, leaf): &&mut (String, Leaf)| at == pointer && matches!(leaf, Leaf::Scalar(_));
                picked.0.iter_mut().find(is_there)?.1 = Leaf::Scalar(scalar);
                Some(Self::Picked(picked))
            }
        }
    }
}

impl Picked {
    /// What lies at a pointer that the request picks. What lies below something withheld is withheld too.
    pub fn find(&self, pointer: &str) -> Found<'_> {
        let mut at = pointer;
        loop {
            match (self.get(at), at.rfind('/')) {
                (Some(Leaf::Withheld(withheld)), _) => return Found::Withheld(*withheld),
                (Some(Leaf::Scalar(scalar)), _) if at == pointer => return Found::Scalar(scalar),
                (Some(Leaf::Size(form, elements)), _) if at == pointer => return Found::Inside(*form, *elements),
                (Some(_), _) | (None, None) => return Found::Nothing,
                (None, Some(end)) => at = &at[..end],
            }
        }
    }

    fn get(&self, pointer: &str) -> Option<&Leaf> {
        self.iter().find(|(at, _)| *at == pointer).map(|(_, leaf)| leaf)
    }

    /// Every pointer with what lies there, in the order in which the value is stored.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Leaf)> {
        self.0.iter().map(|(pointer, leaf)| (pointer.as_str(), leaf))
    }

    /// What lies directly below a pointer: each key as it stands in the pointer, and what lies there; in the order in which the
    /// value is stored.
    pub fn below<'a>(&'a self, pointer: &str) -> impl Iterator<Item = (&'a str, &'a Leaf)> {
        self.iter().filter_map(move |(at, leaf)| {
            let key = at.strip_prefix(pointer)?.strip_prefix('/')?;
            (!key.contains('/')).then_some((key, leaf))
        })
    }
}

impl<'de> Deserialize<'de> for Withheld {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Any::deserialize(deserializer)? {
            Any::Withheld(withheld) => Ok(withheld),
            _ => Err(D::Error::custom("wrong value, expected a withheld value")),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Any::deserialize(deserializer)? {
            Any::Scalar(scalar) => Ok(Self::Whole(scalar)),
            Any::Withheld(withheld) => Ok(Self::Withheld(withheld)),
            Any::Picked(picked) => Ok(Self::Picked(picked)),
            Any::Size(..) => Err(D::Error::custom("wrong value, expected a stored value")),
        }
    }
}

impl<'de> Deserialize<'de> for Leaf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Any::deserialize(deserializer)? {
            Any::Scalar(scalar) => Ok(Self::Scalar(scalar)),
            Any::Withheld(withheld) => Ok(Self::Withheld(withheld)),
            Any::Size(form, elements) => Ok(Self::Size(form, elements)),
            Any::Picked(_) => Err(D::Error::custom("wrong value, expected a part of a stored value")),
        }
    }
}

impl<'de> Deserialize<'de> for Picked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pointers;

        impl<'de> Visitor<'de> for Pointers {
            type Value = Picked;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("pointers with their values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Picked, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = entries.next_entry()? {
                    if all.len() == MOST_LEAVES {
                        return Err(A::Error::custom("too many pointers, expected at most 8192 of one value"));
                    }
                    all.push(entry);
                }
                Ok(Picked(all))
            }
        }

        deserializer.deserialize_map(Pointers)
    }
}

/// All that can stand where a value or a part of one does.
enum Any {
    Scalar(Scalar),
    Withheld(Withheld),
    Picked(Picked),
    Size(Form, u64),
}

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Any;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stored value")
    }

    fn visit_unit<E>(self) -> Result<Any, E> {
        Ok(Any::Scalar(Scalar::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Any, E> {
        Ok(Any::Scalar(Scalar::Boolean(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Any, E> {
        Ok(Any::Scalar(Scalar::Number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Any, E> {
        Ok(Any::Scalar(Scalar::Number(value.into())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Any, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("wrong value, expected a finite number"))?;
        Ok(Any::Scalar(Scalar::Number(number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Any, E> {
        Ok(Any::Scalar(Scalar::Text(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Any, E> {
        Ok(Any::Scalar(Scalar::Text(value)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Any, A::Error> {
        let (mut found, mut length) = (None, None);
        while let Some(name) = members.next_key::<std::borrow::Cow<'_, str>>()? {
            let one = match &*name {
                "withheld" => Any::Withheld(Withheld { reason: members.next_value()?, length: None }),
                "picked" => Any::Picked(members.next_value()?),
                "array" => Any::Size(Form::Array, members.next_value()?),
                "php" => Any::Size(Form::Php, members.next_value()?),
                "json" => Any::Size(Form::Json, members.next_value()?),
                "length" => {
                    length = Some(members.next_value()?);
                    continue;
                }
                _ => {
                    members.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            if found.replace(one).is_some() {
                return Err(A::Error::custom("two values, expected one stored value"));
            }
        }
        match found {
            Some(Any::Withheld(withheld)) => Ok(Any::Withheld(Withheld { length, ..withheld })),
            Some(other) => Ok(other),
            None => Err(A::Error::custom("wrong value, expected a stored value")),
        }
    }
}

impl Serialize for Withheld {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("withheld", &self.reason)?;
        if let Some(length) = self.length {
            members.serialize_entry("length", &length)?;
        }
        members.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(scalar) => scalar.serialize(serializer),
            Self::Withheld(withheld) => withheld.serialize(serializer),
            Self::Picked(picked) => serializer.collect_map([("picked", picked)]),
        }
    }
}

impl Serialize for Leaf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Scalar(scalar) => scalar.serialize(serializer),
            Self::Withheld(withheld) => withheld.serialize(serializer),
            Self::Size(form, elements) => serializer.collect_map([(form, elements)]),
        }
    }
}

impl Serialize for Picked {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl FromIterator<(String, Leaf)> for Picked {
    fn from_iter<I: IntoIterator<Item = (String, Leaf)>>(leaves: I) -> Self {
        Self(leaves.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn every_form_of_the_format_is_read_and_written_as_it_was() {
        for text in [
            r#""text""#,
            "12",
            "-3",
            "1.5",
            "18446744073709551615",
            "true",
            "null",
            r#"{"withheld":"secret-key"}"#,
            r#"{"withheld":"not-utf8","length":12}"#,
            r#"{"picked":{"":{"php":4},"/name":"Group Coaching","/modules":{"array":2},"/modules/1/json":{"json":0},"/x":{"withheld":"too-large","length":6000},"/y":null}}"#,
        ] {
            assert_eq!(serde_json::to_string(&value(text)).unwrap(), text);
        }
    }

    #[test]
    fn what_is_withheld_is_never_a_value() {
        let withheld = value(r#"{"length":7,"withheld":"secret-value","since":"2"}"#);
        assert_eq!(withheld, Value::Withheld(Withheld { reason: Reason::SecretValue, length: Some(7) }));
        assert_eq!(withheld.text(), None);
        assert_eq!(withheld.find("/deep"), Found::Withheld(Withheld { reason: Reason::SecretValue, length: Some(7) }));
        let inside = value(r#"{"picked":{"":{"php":1},"/a":{"withheld":"object"}}}"#);
        assert_eq!(inside.find("/a/b/c"), Found::Withheld(Withheld { reason: Reason::Object, length: None }));
        assert_eq!(
            value(r#"{"withheld":"a-reason-of-tomorrow"}"#),
            Value::Withheld(Withheld { reason: Reason::Other, length: None })
        );
    }

    #[test]
    fn a_picked_value_keeps_its_order_and_shows_what_lies_below() {
        let picked = value(
            r#"{"picked":{"":{"php":1},"/modules":{"array":3},"/modules/10":{"array":1},"/modules/10/name":"Ten","/modules/2":{"array":1},"/modules/2/name":"Two"}}"#,
        );
        let Value::Picked(inside) = &picked else { panic!("{picked:?}") };
        assert_eq!(inside.below("/modules").map(|(key, _)| key).collect::<Vec<_>>(), ["10", "2"]);
        assert_eq!(inside.below("").map(|(key, _)| key).collect::<Vec<_>>(), ["modules"]);
        assert_eq!(picked.find("/modules"), Found::Inside(Form::Array, 3));
        assert_eq!(picked.find("/modules/2/name"), Found::Scalar(&Scalar::Text("Two".to_owned())));
        for nothing in ["/modules/3", "/modules/3/name", "/modules/2/name/x", "/tags"] {
            assert_eq!(picked.find(nothing), Found::Nothing, "{nothing}");
        }
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for text in ["[1]", "{}", r#"{"picked":[]}"#, r#"{"array":2}"#, r#"{"withheld":"object","picked":{}}"#] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Leaf>(r#"{"picked":{}}"#).is_err());
        let many: String = (0..9000).map(|n| format!("\"/{n}\":1,")).collect();
        assert!(serde_json::from_str::<Value>(&format!("{{\"picked\":{{{many}\"\":1}}}}")).is_err());
    }
}
