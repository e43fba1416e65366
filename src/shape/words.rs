//! What the shape check says, in words.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value as Json;

use crate::model::{PRICE, money};
use crate::text::{Node, Value, nearest, without_addresses};

/// A value that is not there.
pub(super) const NOTHING: &str = "nothing";

/// Characters of a value that are shown.
const SHOWN: usize = 60;

/// Characters of a place that are shown.
const PLACE_SHOWN: usize = 240;

/// Text of a document, safe to show: control characters escaped, cut.
pub(super) fn clean(text: &str) -> String {
    cut(text, SHOWN)
}

/// The name of a place, which is of no use without its end: cut much later.
pub(super) fn clean_place(text: &str) -> String {
    cut(text, PLACE_SHOWN)
}

fn cut(text: &str, most: usize) -> String {
    let escaped: String =
        text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect();
    if escaped.chars().count() <= most {
        return escaped;
    }
    // An address that is cut is none any more.
    without_addresses(&escaped).chars().take(most).chain(['…']).collect()
}

/// A value in a few words.
pub(super) fn value(node: &Node, personal: bool) -> String {
    match &node.value {
        Value::Null => NOTHING.to_owned(),
        Value::Seq(_) => "a list".to_owned(),
        Value::Map(_) => "a mapping".to_owned(),
        Value::Bool(_) if personal => "`true` or `false`".to_owned(),
        Value::Int(_) | Value::UInt(_) | Value::Float(_) if personal => "a number".to_owned(),
        Value::Str(_) if personal => "text".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Int(value) => format!("the number `{value}`"),
        Value::UInt(value) => format!("the number `{value}`"),
        Value::Float(value) => format!("the number `{value}`"),
        Value::Str(text) => format!("`{}`", clean(text)),
    }
}

/// Names as `a`, `b` or `c`; nothing where there is none.
pub(crate) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
    }
}

/// The first sentence of a schema's description, without its period.
pub(super) fn first_sentence(schema: &Json) -> Option<String> {
    let text = schema.get("description")?.as_str()?;
    let sentence = text.split_once(". ").map_or(text, |(first, _)| first);
    let sentence = sentence.split('\n').next().unwrap_or(sentence).trim_end_matches('.');
    let mut letters = sentence.chars();
    let first = letters.next()?;
    Some(first.to_lowercase().chain(letters).collect())
}

/// What a value is for, as its schema says.
#[derive(Default)]
pub(super) struct About {
    described: Option<String>,
    examples: Vec<String>,
}

impl About {
    /// From the description and the examples of a schema.
    pub(super) fn of(schema: &Json) -> Self {
        let examples = schema.get("examples").and_then(Json::as_array).into_iter().flatten();
        let examples = examples.map(|example| example.as_str().map_or_else(|| example.to_string(), str::to_owned));
        Self { described: first_sentence(schema), examples: examples.collect() }
    }

    /// An imperative with what the value is for after it.
    fn explained(&self, imperative: &str) -> String {
        match &self.described {
            Some(what) => format!("{imperative}: {what}"),
            None => imperative.to_owned(),
        }
    }

    /// How to write it, by example where there is one.
    fn by_example(&self, otherwise: &str) -> String {
        let like = |some: &[String]| format!("write it like {}", list(some.iter().map(String::as_str)));
        match self.examples.as_slice() {
            [] => self.explained(otherwise),
            // An example shows no bound.
            some if self.described.as_ref().is_some_and(|what| what.contains(" at most")) => {
                self.explained(&like(some))
            }
            some => like(some),
        }
    }
}

/// The keys that can stand somewhere, as a clause.
pub(super) fn keys(known: &[&str]) -> String {
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [only] => format!("the key here is {only}"),
        [before @ .., last] => format!("the keys here are {} and {last}", before.join(", ")),
        [] => "there are no keys here".to_owned(),
    }
}

/// A value that is none of the words that can stand there.
fn not_one_of(name: &str, found: &str, options: &[&str], about: &About) -> (&'static str, String, String) {
    let options_text = list(options.iter().copied());
    let near = nearest(found.trim_matches('`'), options.iter().copied());
    let help = match near {
        Some(near) => format!("did you mean `{near}`? it can be {options_text}"),
        None if options.is_empty() => about.explained("write another value"),
        None => format!("write {options_text}"),
    };
    let message =
        if found == NOTHING { wrong_type(name, "a word", found) } else { format!("{name} cannot be {found}") };
    ("wrong-value", message, help)
}

/// A value of the wrong type.
pub(super) fn wrong_type(name: &str, wanted: &str, found: &str) -> String {
    match found {
        NOTHING => format!("{name} has no value, and must be {wanted}"),
        found => format!("{name} must be {wanted}, not {found}"),
    }
}

/// Code, message and help of any other misfit.
pub(super) fn of(kind: &Kind, name: &str, found: &str, about: &About) -> (&'static str, String, Option<String>) {
    let (code, message, help) = match kind {
        Kind::Type { kind } => {
            let wanted = types(kind);
            ("wrong-type", wrong_type(name, &wanted, found), help_for(&wanted, found, about))
        }
        Kind::Enum { options } => {
            let options: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            not_one_of(name, found, &options, about)
        }
        Kind::Constant { expected_value } => {
            let message = format!("{name} must be `{expected_value}`, not {found}");
            ("wrong-value", message, format!("write `{expected_value}`"))
        }
        Kind::Pattern { .. } if found.contains("://") && found.contains('@') => (
            "wrong-value",
            format!("{name} holds a login, and a plan holds no secrets"),
            "write the address without what stands before the `@`".to_owned(),
        ),
        Kind::Pattern { .. } if found.replace("\\t", "").replace("\\n", "").trim_matches([' ', '`']).is_empty() => {
            ("wrong-value", format!("{name} must not be empty"), about.explained("fill it in"))
        }
        Kind::Pattern { pattern } if pattern == PRICE => {
            let form = money::as_written(found.trim_matches('`'));
            let form = form.map_or_else(
                || about.by_example(""),
                |form| format!("write `{form}`: a point, and the currency's three letters"),
            );
            ("wrong-value", format!("{name} cannot be {found}"), form)
        }
        Kind::Pattern { .. } => {
            ("wrong-value", format!("{name} cannot be {found}"), about.by_example("write it differently"))
        }
        Kind::Format { format } if format == "date" => (
            "wrong-value",
            format!("{name} must be a day, not {found}"),
            if found.len() == "`2026-12-31`".len() && found.bytes().all(|byte| b"`-0123456789".contains(&byte)) {
                "name a day that exists".to_owned()
            } else {
                "write it as year-month-day, for example `2026-12-31`".to_owned()
            },
        ),
        Kind::MinItems { .. } | Kind::MinProperties { .. } => {
            ("wrong-value", format!("{name} must not be empty"), about.explained("name at least one"))
        }
        Kind::MinLength { .. } => ("wrong-value", format!("{name} must not be empty"), about.explained("fill it in")),
        Kind::MaxLength { limit } => {
            ("wrong-value", format!("{name} is longer than {limit} characters"), "make it shorter".to_owned())
        }
        Kind::MaxItems { limit } => {
            ("wrong-value", format!("{name} has more than {limit} entries"), "remove some".to_owned())
        }
        Kind::Minimum { limit } => (
            "wrong-value",
            format!("{name} must be at least {limit}, not {found}"),
            about.by_example("write a larger number"),
        ),
        Kind::Maximum { limit } => (
            "wrong-value",
            format!("{name} must be at most {limit}, not {found}"),
            about.by_example("write a smaller number"),
        ),
        _ => ("wrong-value", format!("{name} cannot be {found}"), about.by_example("write it differently")),
    };
    (code, message, Some(help))
}

/// The types that can stand somewhere, in words.
pub(super) fn types(kind: &TypeKind) -> String {
    let word = |name: &str| match name {
        "object" => "a mapping",
        "array" => "a list",
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "`true` or `false`",
        _ => "nothing",
    };
    match kind {
        TypeKind::Single(only) => word(&only.to_string()).to_owned(),
        TypeKind::Multiple(several) => {
            several.iter().map(|one| word(&one.to_string())).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn help_for(wanted: &str, found: &str, about: &About) -> String {
    let scalar = !matches!(found, NOTHING | "a list" | "a mapping");
    let word = found.trim_matches('`').to_lowercase();
    match (wanted, word.as_str()) {
        ("text", _) if scalar && about.examples.is_empty() => "put it in quotes".to_owned(),
        ("`true` or `false`", "yes" | "y" | "on" | "the number `1") => "write `true`".to_owned(),
        ("`true` or `false`", "no" | "n" | "off" | "the number `0") => "write `false`".to_owned(),
        (wanted, _) => about.by_example(&format!("write {wanted}")),
    }
}
