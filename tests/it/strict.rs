//! The committed schemas as editors and strict validators read them.
//!
//! The rules of the second half are those of `ajv` with `strict: true`, `strictTypes`, `strictRequired` and `strictTuples`, as far as
//! our schemas can break them. Tried by hand with ajv 8.20 (`ajv/dist/2020` with `ajv-formats`, the keywords of [`OURS`] declared).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

/// What VS Code's language servers know, and validators have to be told of.
const OURS: [&str; 2] = ["markdownDescription", "markdownEnumDescriptions"];

/// Keywords that hold schemas, each by a name or in a list.
const NAMED: [&str; 2] = ["properties", "$defs"];
const LISTED: [&str; 3] = ["oneOf", "anyOf", "allOf"];
const SINGLE: [&str; 4] = ["items", "additionalProperties", "if", "then"];

/// Keywords without a schema inside.
const PLAIN: [&str; 20] = [
    "$schema",
    "$id",
    "$ref",
    "title",
    "description",
    "type",
    "required",
    "const",
    "enum",
    "pattern",
    "examples",
    "format",
    "minimum",
    "maximum",
    "minLength",
    "minItems",
    "maxItems",
    "minProperties",
    "uniqueItems",
    "maxLength",
];

/// Every committed schema with its file's name.
fn all() -> Vec<(String, Value)> {
    let folder = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")).unwrap();
    let read = |path: &Path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut all: Vec<(String, Value)> =
        folder.map(|entry| entry.unwrap().path()).map(|path| (path.display().to_string(), read(&path))).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    assert!(all.len() >= 4);
    all
}

/// The schemas right inside of one; whether they are about the same value.
fn inside(schema: &Map<String, Value>) -> Vec<(String, &Value, bool)> {
    let named = NAMED.into_iter().filter_map(|key| Some((key, schema.get(key)?.as_object()?)));
    let named = named.flat_map(|(key, of)| of.iter().map(move |(name, one)| (format!("{key}/{name}"), one, false)));
    let listed = LISTED.into_iter().filter_map(|key| Some((key, schema.get(key)?.as_array()?)));
    let listed =
        listed.flat_map(|(key, of)| of.iter().enumerate().map(move |(at, one)| (format!("{key}/{at}"), one, true)));
    let single =
        SINGLE.into_iter().filter_map(|key| Some((key.to_owned(), schema.get(key)?, matches!(key, "if" | "then"))));
    named.chain(listed).chain(single).collect()
}

/// What is done with a schema: its place, itself, and the types that the value is known to have.
type Look<'l> = dyn FnMut(&str, &Map<String, Value>, &[&str]) + 'l;

/// Looks at every schema in all files, with the types that the value is known to have.
fn each(look: &mut Look<'_>) {
    fn walk(at: &str, schema: &Value, known: &[&str], look: &mut Look<'_>) {
        let Some(schema) = schema.as_object() else {
            return assert!(schema.is_boolean(), "{at}: {schema}");
        };
        let own = types(schema);
        let types = if own.is_empty() { known } else { &own };
        look(at, schema, known);
        for (name, one, same) in inside(schema) {
            walk(&format!("{at}/{name}"), one, if same { types } else { &[] }, look);
        }
    }
    for (name, schema) in all() {
        walk(&format!("{name}#"), &schema, &[], look);
    }
}

fn types(schema: &Map<String, Value>) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(only)) => vec![only],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_choice_is_a_list_of_words_each_with_its_explanation() {
    let mut choices = 0;
    each(&mut |at, schema, _| {
        let words = schema.get("enum").and_then(Value::as_array);
        let explained = schema.get("markdownEnumDescriptions").and_then(Value::as_array);
        assert_eq!(words.map(Vec::len), explained.map(Vec::len), "{at}");
        let is_told =
            |text: &Value| text.as_str().is_some_and(|text| text.ends_with(['.', '?']) && !text.contains('\n'));
        assert!(explained.into_iter().flatten().all(is_told), "{at}: {explained:?}");
        choices += usize::from(words.is_some());
        let branches = schema.get("oneOf").and_then(Value::as_array);
        let is_word = |branch: &Value| branch.get("const").is_some() || branch.get("enum").is_some();
        assert!(!branches.is_some_and(|all| all.iter().all(is_word)), "{at}: words of a choice in branches");
    });
    assert!(choices > 15, "{choices}");
}

#[test]
fn what_explains_is_markdown_in_whole_lines() {
    let mut explained = 0;
    each(&mut |at, schema, _| {
        assert_eq!(schema.get("description"), schema.get("markdownDescription"), "{at}");
        if let Some(text) = schema.get("description").and_then(Value::as_str) {
            assert!(!text.replace("\n\n", "").contains('\n'), "{at}: {text}");
            explained += 1;
        }
    });
    assert!(explained > 300, "{explained}");
}

#[test]
fn an_editor_is_offered_keys_and_never_forms_of_a_plan() {
    let plan = all().into_iter().find(|(name, _)| name.ends_with("/plan.schema.json")).unwrap().1;
    let mut forms = 0;
    for (name, schema) in plan["$defs"].as_object().unwrap() {
        for form in schema["oneOf"].as_array().into_iter().flatten() {
            let keys: Vec<&String> = form.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["properties", "required"], "{name}: a form says only which key it must have");
            assert!(schema["properties"][form["required"][0].as_str().unwrap()].is_object(), "{name}: {form}");
            forms += 1;
        }
    }
    assert_eq!(forms, 2 + 3, "of a module, and of a webhook after the switch");
}

#[test]
fn strict_validators_know_every_keyword_once_they_are_told_of_two() {
    let known: BTreeSet<&str> = [&NAMED[..], &LISTED, &SINGLE, &PLAIN, &OURS].concat().into_iter().collect();
    each(&mut |at, schema, _| {
        let unknown: Vec<&String> = schema.keys().filter(|key| !known.contains(key.as_str())).collect();
        assert!(unknown.is_empty(), "{at}: {unknown:?}");
        let format = schema.get("format").and_then(Value::as_str);
        assert!(format.is_none_or(|format| ["date", "date-time"].contains(&format)), "{at}: {format:?}");
        assert_eq!(schema.contains_key("if"), schema.contains_key("then"), "{at}");
    });
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/plan-file.md")).unwrap();
    assert!(OURS.iter().all(|keyword| page.contains(&format!("`{keyword}`"))), "the page names them");
}

#[test]
fn strict_validators_find_a_key_that_is_required_named_beside() {
    each(&mut |at, schema, _| {
        for key in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            let named = schema.get("properties").and_then(|keys| keys.get(key.as_str()?)).is_some();
            assert!(named, "{at}: `required` has {key}, and `properties` has not");
        }
    });
}

#[test]
fn strict_validators_find_the_type_that_each_keyword_is_for() {
    each(&mut |at, schema, known| {
        let own = types(schema);
        let numbers = |word: &&str| known.contains(word) || *word == "integer" && known.contains(&"number");
        assert!(known.is_empty() || own.iter().all(numbers), "{at}: {own:?} in {known:?}");
        let two = own.len() == 2 && own.contains(&"null");
        assert!(own.len() < 2 || two, "{at}: several types");
        let types = if own.is_empty() { known } else { &own };
        for key in schema.keys() {
            let wants: &[&str] = match key.as_str() {
                "properties" | "required" | "additionalProperties" | "minProperties" => &["object"],
                "items" | "minItems" | "maxItems" | "uniqueItems" => &["array"],
                "pattern" | "minLength" | "maxLength" | "format" => &["string"],
                "minimum" | "maximum" => &["number", "integer"],
                _ => continue,
            };
            assert!(wants.iter().any(|wanted| types.contains(wanted)), "{at}: `{key}` of {types:?}");
        }
    });
}
