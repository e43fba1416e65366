//! Schemas as editors show them: a choice with its explanation beside each word, and text that is read as Markdown.
//!
//! An editor's language server shows of `oneOf` only the branch that fits, and escapes the Markdown of a `description`. Both keywords
//! that cure it are VS Code's own: a strict validator has to be given their names (`docs/plan-file.md`).

use schemars::Schema;
use serde_json::{Map, Value, json};

/// Makes one level of a schema fit to be shown.
pub(super) fn prepare(schema: &mut Schema) {
    choice(schema);
    if let Some(text) = schema.get("description").and_then(Value::as_str).map(in_whole_lines) {
        schema.insert("description".to_owned(), text.clone().into());
        schema.insert("markdownDescription".to_owned(), text.into());
    }
}

/// Words to choose from, each explained, are one list of words and one of explanations.
fn choice(schema: &mut Schema) {
    let branches = schema.get("oneOf").and_then(Value::as_array);
    let Some(words) = branches.and_then(|branches| branches.iter().map(words).collect::<Option<Vec<_>>>()) else {
        return;
    };
    let (words, explained): (Vec<Value>, Vec<Value>) = words.into_iter().flatten().unzip();
    schema.remove("oneOf");
    schema.insert("type".to_owned(), "string".into());
    schema.insert("enum".to_owned(), words.into());
    schema.insert("markdownEnumDescriptions".to_owned(), explained.into());
}

/// The words of a branch, each with what explains it; none where it is a branch of another kind.
fn words(branch: &Value) -> Option<Vec<(Value, Value)>> {
    let explained = branch.get("description").and_then(Value::as_str).map(in_whole_lines).unwrap_or_default();
    let words = match (branch.get("const"), branch.get("enum").and_then(Value::as_array)) {
        (Some(word), _) => std::slice::from_ref(word),
        (None, several) => several?,
    };
    words.iter().map(|word| word.is_string().then(|| (word.clone(), json!(explained)))).collect()
}

/// Forms that are each known by their only key are one mapping with exactly one of these keys, each explained as its form was: an
/// editor then offers and explains keys, where it would offer forms by their type.
pub(super) fn keyed(schema: &mut Schema) {
    let branches = schema.get("oneOf").and_then(Value::as_array);
    let Some(keys) = branches.and_then(|branches| branches.iter().map(only_key).collect::<Option<Map<_, _>>>()) else {
        return;
    };
    // Strict validators want a key that is required to be named beside it.
    let forms: Value = keys.keys().map(|key| json!({"properties": {key: true}, "required": [key]})).collect();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("additionalProperties".to_owned(), false.into());
    schema.insert("properties".to_owned(), keys.into());
    schema.insert("oneOf".to_owned(), forms);
}

/// The key that a form must have, where it can have no other one, with what explains the form.
fn only_key(form: &Value) -> Option<(String, Value)> {
    let keys = form.get("properties")?.as_object().filter(|keys| keys.len() == 1)?;
    let (key, value) = keys.iter().next()?;
    let mut value = value.as_object()?.clone();
    value.insert("description".to_owned(), form.get("description")?.clone());
    (form.get("required") == Some(&json!([key])) && form.get("additionalProperties") == Some(&false.into()))
        .then(|| (key.clone(), value.into()))
}

/// Text without the line breaks that it has for the sake of the source; paragraphs stay.
fn in_whole_lines(text: &str) -> String {
    text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n")
}
