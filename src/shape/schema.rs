//! The schemas, from the model's types.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::model::Plan;
use crate::model::plan::ContactValuesFile;

/// The schema of a plan.
pub fn plan() -> Value {
    of::<Plan>()
}

/// The schema of a file of contact values.
pub fn contact_values() -> Value {
    of::<ContactValuesFile>()
}

/// The schema (JSON Schema 2020-12) of a type, as `plan schema` writes it.
///
/// An optional field may be absent, never null: `key:` with nothing behind it is a slip. Width formats of numbers and
/// defaults are left out, since other validators do not know the first and read the second as a promise.
pub fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(plain));
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

fn plain(schema: &mut Schema) {
    schema.remove("default");
    let width = |format: &Value| format.as_str().is_some_and(|format| !format.starts_with("date"));
    if schema.get("format").is_some_and(width) {
        schema.remove("format");
    }
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    let null = serde_json::json!({"type": "null"});
    if let Some(Value::Array(branches)) = schema.get_mut("anyOf") {
        branches.retain(|branch| *branch != null);
        if branches.len() == 1
            && let Some(Value::Object(only)) = branches.pop()
        {
            schema.remove("anyOf");
            for (key, value) in only {
                if schema.get(&key).is_none() {
                    schema.insert(key, value);
                }
            }
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
}

/// Applies the same clean-up to a schema made elsewhere.
pub fn clean(schema: &mut Schema) {
    RecursiveTransform(plain).transform(schema);
}
