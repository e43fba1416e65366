//! The committed schemas: fresh, schemas themselves, and of one mind with the example.

use std::path::Path;

use crate::common::{copy_of_plans, plan, plans, validator};
use jsonschema::Validator;
use serde_json::{Value, json};

const NAMES: [&str; 4] = ["plan", "snapshot", "report", "seal"];

fn committed(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.schema.json"));
    std::fs::read_to_string(path).unwrap()
}

/// YAML by another parser than ours.
fn yaml(name: &str) -> Value {
    serde_yaml::from_str(&std::fs::read_to_string(plans().join(name)).unwrap()).unwrap()
}

#[track_caller]
fn accepts(schema: &Validator, value: &Value) {
    let errors: Vec<String> = schema.iter_errors(value).map(|e| format!("{} at {}", e, e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}: {value}");
}

#[test]
fn they_are_fresh() {
    for name in NAMES {
        let ran = plan(&plans(), &["schema", name]);
        assert_eq!(ran.code, 0);
        assert!(ran.out == committed(name), "schemas/{name}.schema.json is stale: run `plan schema --write schemas`");
    }
}

#[test]
fn they_are_schemas_and_say_what_each_thing_is() {
    for name in NAMES {
        let schema: Value = serde_json::from_str(&committed(name)).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{name}");
        undescribed(&schema, &format!("{name}#"));
    }
}

/// Every property has a description, its own or that of what it refers to, and no pattern needs more than plain RE.
fn undescribed(schema: &Value, at: &str) {
    match schema {
        Value::Object(map) => {
            let properties = map.get("properties").and_then(Value::as_object).into_iter().flatten();
            for (name, property) in properties.filter(|(name, _)| *name != "kind" && *name != "key") {
                let told = ["description", "$ref", "allOf"].iter().any(|key| property.get(key).is_some());
                // The branches of a tagged form are described as a whole.
                assert!(told || map.contains_key("description"), "{at}/{name} has no description: {property}");
            }
            if let Some(pattern) = map.get("pattern").and_then(Value::as_str) {
                assert!(
                    pattern.starts_with('^') && !pattern.contains("(?") && !pattern.contains(r"\d"),
                    "{at}: {pattern}"
                );
            }
            map.iter().for_each(|(key, value)| undescribed(value, &format!("{at}/{key}")));
        }
        Value::Array(items) => items.iter().for_each(|item| undescribed(item, at)),
        _ => {}
    }
}

#[test]
fn a_plan_fits_and_what_check_refuses_does_not() {
    let schema = validator("plan");
    accepts(&schema, &yaml("bloom-coaching.yaml"));
    assert!(!schema.is_valid(&yaml("bloom-coaching-first-draft.yaml")), "the first draft has slips on purpose");
    let breaks: [fn(&mut Value); 10] = [
        |plan| plan["version"] = json!(2),
        |plan| plan["sites"] = json!(null),
        |plan| plan["offrings"] = json!({}),
        |plan| plan["strategy"] = json!("hope"),
        |plan| plan["crm"]["paid_until"] = json!("31.12.2026"),
        |plan| plan["offerings"]["foundations"]["modules"][0] = json!({"base": "a", "module": "b"}),
        |plan| plan["offerings"]["foundations"]["modules"][1]["release"] = json!("7 days"),
        |plan| plan["webhooks"]["aal_updateuser"]["after_switch"] = json!({"retired": "a", "kept": "b"}),
        |plan| plan["order_forms"]["foundations-membership"]["expect"]["price"] = json!(-1),
        |plan| drop(plan.as_object_mut().unwrap().remove("webhooks")),
    ];
    for (index, break_it) in breaks.into_iter().enumerate() {
        let mut broken = yaml("bloom-coaching.yaml");
        break_it(&mut broken);
        assert!(!schema.is_valid(&broken), "break {index}");
        let folder = copy_of_plans();
        std::fs::write(folder.path().join("p.yaml"), broken.to_string()).unwrap();
        let ran = plan(folder.path(), &["check", "p.yaml", "--no-site", "--format", "json"]);
        let shape = ["unknown-key", "missing-key", "wrong-type", "wrong-value", "too-many-keys"];
        let told =
            ran.json()["findings"].as_array().unwrap().iter().any(|f| shape.iter().any(|code| f["rule"] == *code));
        assert!(told, "break {index}: {}", ran.out);
    }
}

#[test]
fn every_record_fits() {
    let schema = validator("snapshot");
    for name in ["site", "population"] {
        let text = std::fs::read_to_string(plans().join(format!("bloom-coaching.{name}.ndjson"))).unwrap();
        assert!(text.lines().count() > 50);
        text.lines().for_each(|line| accepts(&schema, &serde_json::from_str(line).unwrap()));
    }
    for broken in [json!({}), json!({"kind": 1}), json!({"kind": "offering"}), json!({"kind": "offering", "key": 5})] {
        assert!(!schema.is_valid(&broken), "{broken}");
    }
    accepts(&schema, &json!({"kind": "gadget", "key": "of another version"}));
}

#[test]
fn every_report_fits() {
    let (schema, folder) = (validator("report"), copy_of_plans());
    let site = ["--site", "bloom-coaching.site.ndjson"];
    for (name, reading) in [
        ("bloom-coaching.yaml", &site[..]),
        ("bloom-coaching.yaml", &["--no-site"]),
        ("bloom-coaching-first-draft.yaml", &site),
    ] {
        let report = plan(folder.path(), &[&["check", name, "--format", "json"], reading].concat()).json();
        accepts(&schema, &report);
        let mut broken = report.clone();
        broken["verdict"] = json!("perhaps");
        assert!(!schema.is_valid(&broken));
    }
}
