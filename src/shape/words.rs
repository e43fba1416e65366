//! What the shape check says, in words.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value as Json;

use crate::text::{Node, Value};

/// Characters of a value that are shown.
const SHOWN: usize = 60;

/// Text of a document, safe to show: control characters escaped, cut.
pub(super) fn clean(text: &str) -> String {
    let escaped: String =
        text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect();
    if escaped.chars().count() <= SHOWN { escaped } else { escaped.chars().take(SHOWN).chain(['…']).collect() }
}

/// A value in a few words.
pub(super) fn value(node: &Node, personal: bool) -> String {
    match &node.value {
        Value::Null => "nothing".to_owned(),
        Value::Seq(_) => "a list".to_owned(),
        Value::Map(_) => "a mapping".to_owned(),
        Value::Bool(_) if personal => "yes or no".to_owned(),
        Value::Int(_) | Value::UInt(_) | Value::Float(_) if personal => "a number".to_owned(),
        Value::Str(_) if personal => "text".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Int(value) => format!("the number `{value}`"),
        Value::UInt(value) => format!("the number `{value}`"),
        Value::Float(value) => format!("the number `{value}`"),
        Value::Str(text) => format!("`{}`", clean(text)),
    }
}

/// Names as `a`, `b` or `c`.
pub(super) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
    }
}

/// The name that was probably meant.
pub(super) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |candidate: &&str| strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase());
    candidates
        .map(|candidate| (likeness(&candidate), candidate))
        .filter(|(like, _)| *like > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
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

/// A value that is none of the words that can stand there.
pub(super) fn not_one_of(name: &str, found: &str, options: &[&str]) -> (&'static str, String, String) {
    let options_text = list(options.iter().copied());
    let near = nearest(found.trim_matches('`'), options.iter().copied());
    let help = match near {
        Some(near) => format!("did you mean `{near}`? it can be {options_text}"),
        None => format!("write {options_text}"),
    };
    ("wrong-value", format!("{name} cannot be {found}"), help)
}

/// Code, message and help of any other misfit.
pub(super) fn of(
    kind: &Kind,
    name: &str,
    found: &str,
    described: Option<String>,
) -> (&'static str, String, Option<String>) {
    let described = described.map(|what| format!("it says: {what}"));
    match kind {
        Kind::Type { kind } => {
            let wanted = types(kind);
            ("wrong-type", format!("{name} must be {wanted}, not {found}"), Some(help_for(&wanted, described)))
        }
        Kind::Enum { options } => {
            let options: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            let (code, message, help) = not_one_of(name, found, &options);
            (code, message, Some(help))
        }
        Kind::Constant { expected_value } => (
            "wrong-value",
            format!("{name} must be `{expected_value}`, not {found}"),
            Some(format!("write `{expected_value}`")),
        ),
        Kind::Pattern { .. } => ("wrong-value", format!("{name} cannot be {found}"), described),
        Kind::Format { format } if format == "date" => (
            "wrong-value",
            format!("{name} must be a day, not {found}"),
            Some("write it as year-month-day, for example `2026-12-31`".to_owned()),
        ),
        Kind::MinItems { .. } | Kind::MinProperties { .. } | Kind::MinLength { .. } => {
            ("wrong-value", format!("{name} must not be empty"), described)
        }
        Kind::Minimum { limit } => ("wrong-value", format!("{name} must be at least {limit}, not {found}"), described),
        Kind::Maximum { limit } => ("wrong-value", format!("{name} must be at most {limit}, not {found}"), described),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            ("wrong-type", format!("{name} cannot be {found}"), described)
        }
        other => ("wrong-value", format!("{name} does not fit (`{}`)", other.keyword()), described),
    }
}

fn types(kind: &TypeKind) -> String {
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

fn help_for(wanted: &str, described: Option<String>) -> String {
    match (wanted, described) {
        ("text", _) => "put it in quotes".to_owned(),
        (_, Some(described)) => described,
        (wanted, None) => format!("write {wanted} here"),
    }
}
