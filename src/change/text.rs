//! Objects and changes as lines of YAML, for people: the sides of a diff, and the site's own value under a finding.

use serde_json::{Map, Value};

use crate::model::Release;
use crate::model::state::{Kind, Object, On};

/// An object of a site as YAML, without its natural key.
pub fn object(object: &Object) -> String {
    let mut fields = object.fields();
    if let (Object::Offering(_), Some(modules)) = (object, fields.get_mut("modules")) {
        *modules = timeline(modules);
    }
    yaml(&Value::Object(fields))
}

/// One side of a change as YAML: the managed fields, timers with the day that they come to. Empty for a side that is absent.
pub fn side(on: &On, fields: Option<&Value>) -> String {
    let Some(fields) = fields else { return String::new() };
    let mut fields = fields.clone();
    if let (Kind::Offering, Some(modules)) = (on.kind, fields.get_mut("modules")) {
        *modules = timeline(modules);
    }
    yaml(&fields)
}

/// Modules as `number name: release (day n)`. The days are inferred: each delay counts from the module before it.
fn timeline(modules: &Value) -> Value {
    let mut day = Some(0_u32);
    let mut lines = Map::new();
    for module in modules.as_array().into_iter().flatten() {
        let number = module["number"].as_u64().unwrap_or(0);
        let name = format!("{number} {}", module["name"].as_str().unwrap_or_default());
        let release = module["release"].as_str().map(|text| text.parse::<Release>());
        let words = match release {
            None if number == 0 => "at once".to_owned(),
            None => "not captured".to_owned(),
            Some(Ok(release)) => {
                // After a module that is opened by hand no later day is known.
                day = release.days().and_then(|days| day?.checked_add(days));
                match day {
                    Some(day) => format!("{release} (day {day})"),
                    None => release.to_string(),
                }
            }
        };
        lines.insert(name, Value::String(words));
    }
    Value::Object(lines)
}

/// Any value as YAML.
pub fn yaml(value: &Value) -> String {
    serde_yaml::to_string(value).unwrap_or_default()
}
