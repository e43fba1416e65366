//! One stored value without an inside, as PHP and JSON have them.

use serde_json::Value;

/// A scalar as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// `true` or `false`.
    Flag(bool),
    /// Nothing.
    Null,
}

impl Raw {
    /// The scalar that a JSON value is; none of a list or an object.
    pub fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::String(text) => Self::Text(text.clone()),
            Value::Number(number) => number.as_i64().map(Self::Int).or_else(|| number.as_f64().map(Self::Float))?,
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Null => Self::Null,
            Value::Array(_) | Value::Object(_) => return None,
        })
    }

    /// The same as a word: text, a whole number, `true` or `false`.
    pub fn word(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Int(number) => Some(number.to_string()),
            Self::Flag(flag) => Some(flag.to_string()),
            Self::Float(_) | Self::Null => None,
        }
    }

    /// A word in the form of another scalar, where it has one; else text.
    pub fn like(word: &str, like: &Self) -> Self {
        let number = word.parse::<i64>().ok().filter(|number| number.to_string() == word);
        match (like, number) {
            (Self::Int(_), Some(number)) => Self::Int(number),
            (Self::Flag(_), _) if matches!(word, "true" | "false") => Self::Flag(word == "true"),
            _ => Self::Text(word.to_owned()),
        }
    }
}
