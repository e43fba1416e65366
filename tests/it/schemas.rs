//! The committed schemas: fresh, schemas themselves, and of one mind with the example.

use std::path::Path;

use crate::common::{copy_of_plans, plan, plans, validator};
use crate::place::{PLAN, Place, SITE};
use jsonschema::Validator;
use serde_json::{Value, json};

const NAMES: [&str; 20] = [
    "plan",
    "snapshot",
    "report",
    "report-line",
    "seal",
    "diff",
    "status",
    "overview",
    "log",
    "lock",
    "verify",
    "since",
    "merge-list",
    "journey",
    "parity",
    "survey",
    "explain",
    "adapter",
    "adapter-facts",
    "mapping",
];

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
        assert_eq!(schema["$id"], format!("https://amc-plan.example/schemas/{name}.schema.json"));
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{name}");
        undescribed(&schema, &format!("{name}#"));
    }
}

/// Every property has a description, its own or that of what it refers to, and no pattern needs more than plain RE.
fn undescribed(schema: &Value, at: &str) {
    match schema {
        Value::Object(map) => {
            let properties = map.get("properties").and_then(Value::as_object).into_iter().flatten();
            // A form may only name the key that it must have: it is described beside the forms.
            let described = properties.filter(|(_, property)| **property != true);
            for (name, property) in described.filter(|(name, _)| *name != "kind" && *name != "key") {
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

#[test]
fn init_leaves_the_schema_that_lies_there_and_says_what_writes_it_again() {
    let place = Place::new();
    let schema = "new/plan.schema.json";
    let init = |out: &str| {
        let ran = place.run(&["init", "--site", SITE, "--out", out]);
        ran.ends(0, &[]);
        ran.err.lines().find(|line| line.starts_with("attention: ")).map(str::to_owned)
    };
    assert_eq!(init("new/a.yaml"), None);
    assert_eq!(place.read(schema), committed("plan"));
    let other_ends = committed("plan").replace('\n', "\r\n");
    std::fs::write(place.path(schema), &other_ends).unwrap();
    assert_eq!(init("new/b.yaml"), None, "of this version, whatever its line ends");
    assert_eq!(place.read(schema), other_ends);
    place.edit(schema, "What this plan is for, in a few words.", "What it is for.");
    let stale = place.read(schema);
    let said = init("new/c.yaml").unwrap();
    assert!(
        said.contains("new/plan.schema.json") && said.contains("is of another version of `plan` and was left"),
        "{said}"
    );
    assert_eq!(place.read(schema), stale);
    // What it says works, and writes that one alone.
    assert!(said.ends_with(" run: plan schema plan --write new"), "{said}");
    place.run(&["schema", "plan", "--write", "new"]).ends(0, &["wrote new/plan.schema.json"]);
    assert_eq!(place.read(schema), committed("plan"));
    assert_eq!(init("new/d.yaml"), None);
    let schemas = std::fs::read_dir(place.path("new")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(schemas.filter(|name| name.to_string_lossy().ends_with(".schema.json")).count(), 1);
}

#[test]
fn what_is_no_schema_of_ours_is_never_written_over() {
    let place = Place::new();
    let schema = "plan.schema.json";
    for foreign in ["", "{}", "<<<<<<< HEAD\n", r#"{"$id":"https://studio.example/plan.schema.json"}"#] {
        std::fs::write(place.path(schema), foreign).unwrap();
        let ran = place.run(&["init", "--site", SITE, "--out", "new.yaml"]);
        ran.ends(
            0,
            &["plan.schema.json", "is no schema of `plan` and was left", "then run: plan schema plan --write .\n"],
        );
        for words in [&["schema", "--write", "."][..], &["schema", "plan", "--write", "."]] {
            place.run(words).ends(2, &["plan.schema.json` exists and is no schema of `plan`, so nothing was written"]);
        }
        assert_eq!(place.read(schema), foreign);
        assert!(!place.path("report.schema.json").exists(), "one that cannot be written keeps all from it");
        place.run(&["schema", "report", "--write", "."]).ends(0, &["wrote ./report.schema.json"]);
        std::fs::remove_file(place.path("report.schema.json")).unwrap();
        std::fs::remove_file(place.path("new.yaml")).unwrap();
        std::fs::remove_dir_all(place.path("private")).unwrap();
    }
}

#[test]
fn an_upgrade_says_that_the_schema_is_another_version_s_too() {
    let place = Place::new();
    std::fs::write(place.path("plan.schema.json"), committed("plan").replace("version", "revision")).unwrap();
    let said = "plan.schema.json, by which an editor explains the plan, is of another version of `plan`";
    place.run(&["upgrade", PLAN]).ends(0, &[said]);
    place.edit(PLAN, "spot_check:", "contacts:");
    place.run(&["upgrade", PLAN]).ends(0, &[said]);
    place.run(&["schema", "plan", "--write", "."]).ends(0, &[]);
    let ran = place.run(&["upgrade", PLAN]);
    assert!(ran.code == Some(0) && ran.err.is_empty(), "{ran:#?}");
}

/// By its address a schema is known as ours, and written again in place of an earlier one.
#[test]
fn each_schema_has_the_address_of_its_file() {
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas")).unwrap() {
        let path = file.unwrap().path();
        let schema: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(schema["$id"], format!("https://amc-plan.example/schemas/{name}"));
    }
}
