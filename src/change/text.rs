//! Objects and changes as lines of YAML, for people: the sides of a diff, and the site's own value under a finding.

use serde_json::{Map, Value};

use crate::model::Release;
use crate::model::state::{Kind, Object, ObjectRef};
use crate::text::is_unseen;

/// An object of a site as YAML, without its natural key.
pub fn object(object: &Object) -> String {
    let mut fields = object.fields();
    if let (Object::Offering(_), Some(modules)) = (object, fields.get_mut("modules")) {
        *modules = timeline(modules);
    }
    yaml(&Value::Object(fields))
}

/// One side of a change as YAML: the managed fields, timers with the day that they come to. Empty for a side that is absent.
pub fn side(on: &ObjectRef, fields: Option<&Value>) -> String {
    let Some(fields) = fields else { return String::new() };
    let mut fields = fields.clone();
    if let (Kind::Offering, Some(modules)) = (on.kind, fields.get_mut("modules")) {
        *modules = timeline(modules);
    }
    yaml(&fields)
}

/// The same with its managed fields alone: without the days, which are computed and nobody sets.
pub fn managed(on: &ObjectRef, fields: Option<&Value>) -> String {
    let Some(fields) = fields else { return String::new() };
    let mut fields = fields.clone();
    if let (Kind::Offering, Some(modules)) = (on.kind, fields.get_mut("modules")) {
        let lines = opened(modules).into_iter().map(|module| (module.name, Value::String(module.release)));
        *modules = Value::Object(lines.collect());
    }
    yaml(&fields)
}

/// Modules by number, as `number name: release (day n)`.
fn timeline(modules: &Value) -> Value {
    let words = |module: &Opens| match module.day.filter(|_| module.is_timed) {
        Some(day) => format!("{} (day {day})", module.release),
        None => module.release.clone(),
    };
    Value::Object(
        opened(modules).into_iter().map(|module| (module.name.clone(), Value::String(words(&module)))).collect(),
    )
}

/// When a module opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opens {
    /// Its number.
    pub number: u64,
    /// Its number and its name.
    pub name: String,
    /// Its release in words.
    pub release: String,
    /// The day on which it opens, counted from the purchase; none where no timer opens it, or a module before it.
    pub day: Option<u32>,
    /// Whether a timer says so.
    is_timed: bool,
}

/// When each module of an offering opens, by number. The days are inferred: each delay counts from the module with the number before it.
pub fn opened(modules: &Value) -> Vec<Opens> {
    let number = |module: &Value| module["number"].as_u64().unwrap_or(0);
    let mut modules: Vec<&Value> = modules.as_array().into_iter().flatten().collect();
    modules.sort_by_key(|module| number(module));
    let mut day = Some(0_u32);
    let each = |module: &Value| {
        let number = number(module);
        let name = format!("{number} {}", module["name"].as_str().unwrap_or_default());
        let release = module["release"].as_str().map(|text| text.parse::<Release>());
        let is_timed = release.is_some();
        let release = match release {
            None if number == 0 => "at once".to_owned(),
            None => {
                day = None;
                // A missing key is unknown, and `null` is nothing (`model/field`).
                let is_known = module.get("release").is_some();
                if is_known { "no timer" } else { "not captured" }.to_owned()
            }
            Some(Ok(release)) => {
                // After a module that no timer opens no later day is known.
                day = release.days().and_then(|days| day?.checked_add(days));
                release.to_string()
            }
        };
        Opens { number, name, release, day, is_timed }
    };
    modules.into_iter().map(each).collect()
}

/// How the line of this key begins in such text, quoted if the key has to be: as far as its colon.
pub fn key(key: &str) -> String {
    let line = yaml(&Value::Object(Map::from_iter([(key.to_owned(), Value::Null)])));
    line.trim_end().trim_end_matches("null").trim_end().to_owned()
}

/// Any value as YAML, which reads back as the same value. A text with what ends a line or cannot be seen stands in one line, in
/// double quotes, with that spelt out.
pub fn yaml(value: &Value) -> String {
    let mut stands_for = String::from("quoted");
    let whole = value.to_string();
    while whole.contains(&stands_for) {
        stands_for.push('0');
    }
    let mut quoted = Vec::new();
    let value = plain(value, &stands_for, &mut quoted);
    let mut text = serde_yaml::to_string(&value).unwrap_or_default();
    // The last first: the name of the first begins that of the eleventh.
    for (at, words) in quoted.iter().enumerate().rev() {
        text = text.replace(&format!("{stands_for}-{at}-"), words);
    }
    text
}

/// A value in which a plain word stands for every text that is to be quoted.
fn plain(value: &Value, stands_for: &str, quoted: &mut Vec<String>) -> Value {
    // A blank that looks like a space and is none would make two sides print alike; the wide one of Chinese and Japanese does not.
    let is_told = |c: char| is_unseen(c) || c.is_whitespace() && !matches!(c, ' ' | '\u{3000}');
    let mut word = |text: &str| match text.chars().any(is_told) {
        false => text.to_owned(),
        true => {
            quoted.push(in_quotes(text));
            format!("{stands_for}-{}-", quoted.len() - 1)
        }
    };
    match value {
        Value::String(text) => Value::String(word(text)),
        Value::Array(items) => Value::Array(items.iter().map(|item| plain(item, stands_for, quoted)).collect()),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| {
                let key = word(key);
                (key, value)
            });
            let fields: Vec<_> = fields.collect();
            Value::Object(fields.into_iter().map(|(key, value)| (key, plain(value, stands_for, quoted))).collect())
        }
        other => other.clone(),
    }
}

/// A text in double quotes, as YAML reads it.
fn in_quotes(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if is_unseen(c) && u32::from(c) > 0xffff => quoted.push_str(&format!("\\U{:08x}", u32::from(c))),
            c if is_unseen(c) => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(modules: &Value) -> Vec<String> {
        let side = side(&ObjectRef::new(Kind::Offering, "course"), Some(&json!({"modules": modules})));
        side.lines().skip(1).map(|line| line.trim().to_owned()).collect()
    }

    #[test]
    fn what_ends_a_line_stands_in_one_and_reads_back() {
        let hostile = "x\n::error::a \"b\" \\ \r\u{b}\u{85}\u{2028}\u{202e}\u{e0041}\tü";
        let mut value = json!({"a": hostile, "list": [hostile, "plain", "quoted-0-"]});
        value.as_object_mut().unwrap().insert(hostile.to_owned(), json!(1));
        let text = yaml(&value);
        assert_eq!(text.lines().count(), 6, "{text}");
        assert!(text.chars().all(|c| c == '\n' || !is_unseen(c)), "{text}");
        assert_eq!(serde_yaml::from_str::<Value>(&text).unwrap(), value, "{text}");
    }

    #[test]
    fn the_line_of_a_module_begins_with_its_key_as_it_is_quoted() {
        for name in ["Goals", "Week 1: Rhythm", "\"a\" # b", "a\u{1b}b", "null"] {
            let lines = lines(&json!([{"number": 1, "name": name, "release": "by-hand"}]));
            assert_eq!(lines, [format!("{} by-hand", key(&format!("1 {name}")))]);
        }
    }

    #[test]
    fn days_are_counted_by_number() {
        let week = "7 days after previous";
        let modules = json!([
            {"number": 2, "name": "Habits", "release": week},
            {"number": 0, "name": "Welcome"},
            {"number": 1, "name": "Goals", "release": week},
        ]);
        let days = [
            "0 Welcome: at once",
            "1 Goals: 7 days after previous (day 7)",
            "2 Habits: 7 days after previous (day 14)",
        ];
        assert_eq!(lines(&modules), days);
    }

    #[test]
    fn no_day_is_counted_from_what_was_not_captured() {
        let modules = json!([
            {"number": 0, "name": "Welcome"},
            {"number": 1, "name": "Goals"},
            {"number": 2, "name": "Habits", "release": "7 days after previous"},
        ]);
        let days = ["0 Welcome: at once", "1 Goals: not captured", "2 Habits: 7 days after previous"];
        assert_eq!(lines(&modules), days);
    }

    #[test]
    fn a_module_that_is_known_to_have_no_timer_is_not_told_as_unknown() {
        let modules = json!([{"number": 1, "name": "Goals", "release": null}, {"number": 2, "name": "Habits"}]);
        assert_eq!(lines(&modules), ["1 Goals: no timer", "2 Habits: not captured"]);
    }
}
