//! The price of an order form, as a plan says it.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::pattern::digits;

/// An amount, with its currency before or after it. Which currencies there are, and how fine each is, says a rule.
pub(crate) const PRICE: &str = r"^([A-Za-z]{3} [0-9]{1,12}(\.[0-9]{1,4})?|[0-9]{1,12}(\.[0-9]{1,4})?( [A-Za-z]{3})?)$";

/// A price as written: text, or a bare number.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Price(
    /// The price's text.
    pub String,
);

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl Visitor<'_> for Words {
            type Value = Price;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a price such as `497.00 USD`")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Price, E> {
                if is_price(text) {
                    Ok(Price(text.to_owned()))
                } else {
                    Err(E::invalid_value(Unexpected::Str(text), &self))
                }
            }
            fn visit_i64<E: Error>(self, n: i64) -> Result<Price, E> {
                if n < 0 { Err(E::invalid_value(Unexpected::Signed(n), &self)) } else { Ok(Price(n.to_string())) }
            }
            fn visit_u64<E>(self, n: u64) -> Result<Price, E> {
                Ok(Price(n.to_string()))
            }
            fn visit_f64<E: Error>(self, n: f64) -> Result<Price, E> {
                if n < 0.0 { Err(E::invalid_value(Unexpected::Float(n), &self)) } else { Ok(Price(n.to_string())) }
            }
        }
        deserializer.deserialize_any(Words)
    }
}

impl JsonSchema for Price {
    fn schema_name() -> Cow<'static, str> {
        "Price".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The price with its currency: text, or a bare number.",
            "anyOf": [
                {
                    "type": "string",
                    "pattern": PRICE,
                    "examples": ["497.00 USD", "497"],
                },
                {"type": "number", "minimum": 0},
            ],
        })
    }
}

fn is_price(text: &str) -> bool {
    let currency = |word: &str| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    match text.split(' ').collect::<Vec<_>>()[..] {
        [price] => is_amount(price),
        [a, b] => currency(a) && is_amount(b) || is_amount(a) && currency(b),
        _ => false,
    }
}

fn is_amount(text: &str) -> bool {
    let (whole, part) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    digits(whole, 1, 12) && part.is_none_or(|part| digits(part, 1, 4))
}
