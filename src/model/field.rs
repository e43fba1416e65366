//! One field of an object as a reading has it: unknown, known to hold nothing, or a value.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field of an object. In a snapshot a missing key is unknown, and `null` is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field<T> {
    /// Nobody read it, or nobody could.
    #[default]
    Unknown,
    /// It was read, and nothing is set.
    Nothing,
    /// It was read, and this is set.
    Set(T),
}

impl<T> Field<T> {
    /// A field that was read, with what is set, if anything is.
    pub fn known(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Self::Set)
    }

    /// A field that is known only where a value came.
    pub fn read(value: Option<T>) -> Self {
        value.map_or(Self::Unknown, Self::Set)
    }

    /// Whether nobody knows it.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The same of what is set.
    pub fn map<U>(self, of: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Unknown => Field::Unknown,
            Self::Nothing => Field::Nothing,
            Self::Set(value) => Field::Set(of(value)),
        }
    }

    /// What is set; none where nothing is, or where it is unknown.
    pub fn set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Unknown | Self::Nothing => None,
        }
    }

    /// What is known of it: what is set, if anything is. None where it is unknown.
    pub fn as_known(&self) -> Option<Option<&T>> {
        match self {
            Self::Unknown => None,
            Self::Nothing => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }
}

impl Field<bool> {
    /// Whether a switch is known to be on, rather than off or unknown.
    pub fn is_on(self) -> bool {
        self == Self::Set(true)
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.set().serialize(to)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Option::deserialize(from).map(Self::known)
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        Option::<T>::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Form {
        #[serde(default, skip_serializing_if = "Field::is_unknown")]
        price: Field<String>,
    }

    #[test]
    fn unknown_nothing_and_a_value_are_three_and_survive_being_written() {
        let all = [
            (json!({}), Field::Unknown),
            (json!({"price": null}), Field::Nothing),
            (json!({"price": "1"}), Field::Set("1".to_owned())),
        ];
        for (written, price) in all {
            let form = Form { price };
            assert_eq!(serde_json::from_value::<Form>(written.clone()).unwrap(), form);
            assert_eq!(serde_json::to_value(&form).unwrap(), written);
        }
    }
}
