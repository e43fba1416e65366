//! The schemas, from the model's types.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::editors;
use crate::model::adapter::Adapter;
use crate::model::mapping::Mapping;
use crate::model::own_rules::RulesFile;
use crate::model::plan::ContactValuesFile;
use crate::model::snapshot::End;
use crate::model::{Header, Kind, Plan, population};

/// The schema of a plan.
pub fn plan() -> Value {
    of::<Plan>()
}

/// The schema of a file of contact values.
pub fn contact_values() -> Value {
    of::<ContactValuesFile>()
}

/// The schema of an adapter.
pub fn adapter() -> Value {
    of::<Adapter>()
}

/// The schema of a mapping of an export's columns.
pub fn mapping() -> Value {
    of::<Mapping>()
}

/// The schema of a plan's own rules.
pub fn rules() -> Value {
    of::<RulesFile>()
}

/// The schema (JSON Schema 2020-12) of a type, as `plan schema` writes it.
///
/// An optional field may be absent, never null: `key:` with nothing after it is a slip. Width formats of numbers and
/// defaults are left out, since other validators do not know the first and read the second as a promise.
pub fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(by_people));
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// The schema of a type that this program writes: what is not known is null there.
pub fn written<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(by_programs)).for_serialize();
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

fn by_programs(schema: &mut Schema) {
    bare(schema);
    editors::prepare(schema);
}

fn bare(schema: &mut Schema) {
    schema.remove("default");
    let width = |format: &Value| format.as_str().is_some_and(|format| !format.starts_with("date"));
    if schema.get("format").is_some_and(width) {
        schema.remove("format");
    }
}

fn by_people(schema: &mut Schema) {
    plain(schema);
    editors::keyed(schema);
    editors::prepare(schema);
}

fn plain(schema: &mut Schema) {
    bare(schema);
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    let null = json!({"type": "null"});
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

/// The schema of one record (one line) of a snapshot or of its population. Records of other kinds are allowed; of an object's
/// field `null` says that nothing is set, and a field that is missing is unknown.
pub fn snapshot() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(by_programs));
    let mut generator = settings.into_generator();
    let mut branches = Vec::new();
    let mut add = |kind: &str, schema: Schema, keyed: bool| branches.push(record(kind, &schema, keyed));
    add("snapshot", generator.subschema_for::<Header>(), false);
    for kind in Kind::ALL {
        add(kind.name(), kind.schema(&mut generator), true);
    }
    add("contact", generator.subschema_for::<population::Contact>(), true);
    add("order", generator.subschema_for::<population::Order>(), true);
    add("subscription", generator.subschema_for::<population::Subscription>(), true);
    add("end", generator.subschema_for::<End>(), false);
    let mut schema = Schema::try_from(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://amc-plan.example/schemas/snapshot.schema.json",
        "title": "snapshot record",
        "description": "One line of a snapshot, or of the population beside it: newline-delimited JSON, ordered by kind and key, from a `snapshot` or `population` record to an `end` record.",
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}, "key": {"type": "string"}},
        "allOf": branches,
        "$defs": generator.take_definitions(true),
    }))
    .unwrap_or_default();
    RecursiveTransform(by_programs).transform(&mut schema);
    schema.to_value()
}

fn record(kind: &str, schema: &Schema, keyed: bool) -> Value {
    let of_kind = json!({"properties": {"kind": {"const": kind}}, "required": ["kind"]});
    let then = if keyed {
        // Strict validators take a key that is required for a slip where it is not named beside.
        json!({"allOf": [schema], "properties": {"key": true}, "required": ["key"]})
    } else {
        json!({"allOf": [schema]})
    };
    json!({"if": of_kind, "then": then})
}
