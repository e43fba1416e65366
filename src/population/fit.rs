//! How the fields of a record fit its type: each that does not is named, with what was expected; no value is repeated.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::json::{reason, word};
use crate::text::nearest;

/// The names that the records of a type have.
#[derive(Debug)]
pub(crate) struct Names {
    all: Vec<String>,
    /// Those that each record has to have, with something that could stand there.
    required: Map<String, Value>,
}

impl Names {
    /// Those of a type.
    pub(crate) fn of<T: JsonSchema>() -> Self {
        Self::by(|generator| T::json_schema(generator))
    }

    /// Those of the type with this schema.
    pub(crate) fn by(schema: impl FnOnce(&mut schemars::SchemaGenerator) -> Schema) -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        let schema = schema(&mut settings.into_generator());
        let properties = schema.get("properties").and_then(Value::as_object);
        let required = schema.get("required").and_then(Value::as_array);
        let something = |name: &str| match schema.pointer(&format!("/properties/{name}/type")).and_then(Value::as_str) {
            Some("integer") => json!(0),
            _ => json!("x"),
        };
        let required = required.into_iter().flatten().filter_map(Value::as_str);
        Self {
            all: properties.into_iter().flat_map(Map::keys).cloned().collect(),
            required: required.map(|name| (name.to_owned(), something(name))).collect(),
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[String] {
        &self.all
    }

    /// Whether a record has a field of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        name == "kind" || name == "key" || self.all.iter().any(|known| known == name)
    }

    /// Whether a name is almost one of these.
    pub(crate) fn is_slip(&self, name: &str) -> bool {
        nearest(name, &self.all).is_some()
    }

    /// What is to be said of a field that is none of these: the one that was probably meant, or else all of them.
    fn stranger(&self, name: &str) -> (String, String) {
        let help = match nearest(name, &self.all) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the fields here are `{}`", self.all.join("`, `")),
        };
        (format!("there is no field `{}`", word(name)), help)
    }

    /// What is to be said of the fields that are none of these.
    pub(crate) fn strangers<'a>(&self, fields: impl Iterator<Item = &'a String>) -> Vec<(String, String)> {
        fields.filter(|name| !self.has(name)).map(|name| self.stranger(name)).collect()
    }

    /// What is to be said of the fields that a type cannot take, each tried by itself, and of those that it lacks.
    pub(crate) fn faults(
        &self,
        fields: &Map<String, Value>,
        takes: impl Fn(Value) -> Result<(), serde_json::Error>,
    ) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        for (name, value) in fields.iter().filter(|(name, _)| self.has(name)) {
            let mut one = self.required.clone();
            one.insert(name.clone(), value.clone());
            if let Err(error) = takes(Value::Object(one)) {
                let reason = reason(&error);
                let help = match value {
                    Value::Number(_) if reason.ends_with("string") => "put it in quotes",
                    Value::String(_) => "write it without quotes, or as `schemas/snapshot.schema.json` has it",
                    _ => "write it as `schemas/snapshot.schema.json` has it",
                };
                found.push((format!("`{name}` does not fit: {reason}"), help.to_owned()));
            }
        }
        let lacks = self.required.keys().filter(|name| !fields.contains_key(*name));
        found.extend(
            lacks.map(|name| (format!("`{name}` is missing"), format!("write what the site shows as `{name}`"))),
        );
        found
    }
}

/// Whether a type takes these fields.
pub(crate) fn takes<T: DeserializeOwned>(fields: Value) -> Result<(), serde_json::Error> {
    serde_json::from_value::<T>(fields).map(drop)
}
