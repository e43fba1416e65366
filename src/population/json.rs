//! JSON of one line, read strictly; and what is wrong with it, said without any value from it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::{Damage, Line};
use crate::text::{CONFLICT, RESOLVE, marks_conflict};

/// The object that a line holds. An object that names a field twice is refused: it has no one meaning.
pub(crate) fn object(line: Line<'_>) -> Result<Map<String, Value>, Damage> {
    if marks_conflict(line.text) {
        return Err(Damage::at(line.number, CONFLICT).help(RESOLVE));
    }
    let mut deserializer = serde_json::Deserializer::from_str(line.text);
    let value = Strict.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match value.map_err(|error| misfit(line.number, &error))? {
        Value::Object(fields) => Ok(fields),
        _ => Err(Damage::at(line.number, "the record is not a JSON object")),
    }
}

/// The fields of a stream's first line, which must be of this kind and of a format that this build reads.
pub(crate) fn opening(line: Option<Line<'_>>, kind: &str) -> Result<Map<String, Value>, Damage> {
    let not = |why: &str| {
        let help = "give a site file with what lies beside it: `plan snapshot --site SITE --out NAME.site.ndjson` writes one, and so does `plan \
            snapshot from-capture CAPTURE --out NAME.site.ndjson`";
        Damage::Broken { line: Some(1), what: format!("it is not a {kind}: {why}"), help: help.to_owned() }
    };
    let line = line.ok_or_else(|| not("it is empty"))?;
    let fields = object(line).map_err(|damage| match damage {
        read @ Damage::Read(_) => read,
        Damage::Broken { what, .. } => not(&format!("in the first line, {what}")),
    })?;
    match fields.get("kind").and_then(Value::as_str) {
        Some(first) if first == kind => {}
        Some(first @ ("snapshot" | "population")) => return Err(not(&format!("it is a {first}"))),
        Some(_) => return Err(not("its first record is of another kind")),
        None => {
            return Err(collected(&fields)
                .map_or_else(|| not("its first record is of another kind"), |[what, help]| not(what).help(help)));
        }
    }
    let format = fields.get("format").and_then(Value::as_str).ok_or_else(|| not("it names no format"))?;
    let version = format.split_once('.').and_then(|(major, minor)| Some((major.parse::<u32>().ok()?, minor)));
    match version {
        Some((1, minor)) if minor.parse::<u32>().is_ok() => Ok(fields),
        Some((major, _)) if major != 1 => {
            let what = format!("its format is {major}.x, and this build reads 1.x");
            Err(Damage::at(1, what).help("use a version of `plan` that fits the collector"))
        }
        _ => Err(not("its format is no version such as `1.0`")),
    }
}

/// What the collector wrote, known by the one field of its first line, and what makes of it what was asked for.
fn collected(fields: &Map<String, Value>) -> Option<[&'static str; 2]> {
    let (only, _) = fields.iter().next().filter(|_| fields.len() == 1)?;
    match only.as_str() {
        "capture" => Some([
            "it is a capture, of which a site file is made first",
            "make one with `plan snapshot from-capture FILE --out NAME.site.ndjson`, and with `--adapter ADAPTER` where the site has its own; then \
             name that file here",
        ]),
        "inventory" => Some([
            "it is an inventory, which holds names and shapes and no values",
            "look at it with `plan site inventory FILE`, or draft an adapter from it with `plan site map FILE --out NAME.adapter.yaml`; a site file is \
             made from a capture",
        ]),
        "error" => Some([
            "it is what the collector wrote when it failed",
            "read the site again; `plan snapshot from-capture FILE --out NAME.site.ndjson` shows what failed",
        ]),
        _ => None,
    }
}

/// Refuses a first line that says no time of reading: what was read at no time would pass for what was read now.
pub(crate) fn was_read_at(taken_at: &str, what: &str) -> Result<(), Damage> {
    if taken_at.parse::<jiff::Timestamp>().is_ok() {
        return Ok(());
    }
    let damage = Damage::at(1, format!("`taken_at` is not a time, so nobody knows when the {what} read"));
    Err(damage.help("write it as 2026-11-21T06:12:00Z, or take the file from where it was made"))
}

/// What serde says of a line, without the value that it says it of.
pub(crate) fn misfit(line: u64, error: &serde_json::Error) -> Damage {
    let column = error.column();
    let place = if column == 0 { String::new() } else { format!(" (column {column})") };
    match error.classify() {
        Category::Data => Damage::at(line, format!("the record does not fit: {}{place}", reason(error))),
        Category::Io | Category::Syntax | Category::Eof => Damage::at(line, format!("it is not valid JSON{place}")),
    }
}

/// The part of serde's message that comes from our types and not from the text.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    if text == TWICE || text.starts_with("missing field `") || text.starts_with("duplicate field `") {
        return text.to_owned();
    }
    text.rsplit_once(", expected ").map_or("a value has the wrong type".to_owned(), |(_, kind)| match kind {
        "u8" | "u32" | "u64" => "expected a whole number".to_owned(),
        kind => format!("expected {kind}"),
    })
}

/// A kind as a message may show it: a stranger's text is not repeated.
pub(crate) fn word(kind: &str) -> &str {
    let plain =
        kind.len() <= 40 && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b));
    if plain && !kind.is_empty() { kind } else { "…" }
}

/// A record as a message may show it: by its kind and, where it is a name and no stranger's text, its key.
pub(crate) fn shown(kind: &str, key: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./?=".contains(c);
    if key == kind || key.is_empty() || key.len() > 80 || !key.chars().all(plain) {
        format!("`{}`", word(kind))
    } else {
        format!("`{}/{key}`", word(kind))
    }
}

const TWICE: &str = "a field is there twice";

/// Reads any JSON value, and refuses an object that names a field twice.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            if all.insert(name, entries.next_value_seed(Self)?).is_some() {
                return Err(A::Error::custom(TWICE));
            }
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        object(Line { number: 3, text }).unwrap_err().to_string()
    }

    #[test]
    fn objects_have_one_meaning() {
        assert!(object(Line { number: 1, text: r#" {"a":[1,-2,0.5,null,true,{"b":"c"}]} "# }).is_ok());
        assert_eq!(
            said(r#"{"a":{"secret":1,"secret":2}}"#),
            "the record does not fit: a field is there twice (column 28)"
        );
        assert_eq!(said(r#"{"a":1} {"#), "it is not valid JSON (column 9)");
        assert_eq!(said("[]"), "the record is not a JSON object");
        assert_eq!(said(&"[".repeat(1_000)), "it is not valid JSON (column 128)");
    }

    #[test]
    fn a_reason_never_repeats_the_value() {
        let error = serde_json::from_str::<u32>(r#""ada@member.example, expected a secret""#).unwrap_err();
        assert_eq!(reason(&error), "expected a whole number");
        assert_eq!(word("order-form"), "order-form");
        assert_eq!(word("ada@member.example"), "…");
    }
}
