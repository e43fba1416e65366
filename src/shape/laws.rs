//! The law of this room: what the types take is what the schema takes, however a document is changed.

#![allow(clippy::unwrap_used, reason = "a test may end so")]

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::tree_json::TreeJson;
use super::*;
use crate::model::every_key;
use crate::text::{Limits, child, compose};

/// Documents that hold every key of a plan between them.
fn plans() -> Vec<Value> {
    let all = every_key::plan();
    let needed = |key: &str| match key {
        "version" => json!(1),
        "sites" => json!({"staging": "https://a.example", "live": "https://b.example"}),
        "crm" => json!({"name": "x"}),
        "strategy" => json!("push-then-merge"),
        _ => json!({}),
    };
    let least: Map<String, Value> = REQUIRED.iter().map(|key| ((*key).to_owned(), needed(key))).collect();
    let mut plans: Vec<Value> = all
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| {
            let mut one = least.clone();
            one.insert(key.clone(), value.clone());
            Value::Object(one)
        })
        .collect();
    let mut inline = least;
    inline.insert("contacts".to_owned(), json!({"values": every_key::contacts()}));
    plans.push(Value::Object(inline));
    plans
}

/// What may stand where something else stood.
fn others() -> Vec<Value> {
    let mut all: Vec<Value> = serde_json::from_str(
        r#"[null, true, 0, 1, 2, -1, 1.0, -0.0, 1.5, -0.5, 255, 256, 9999, 10000, 10000.0, 4294967296, 18446744073709551615, 1e300,
            "", "x", " ", "1", "null", [], [null], ["x"], ["x", "x"], [[]], {}, {"x": 1}, {"x": null}, {"base": "x"},
            {"simulate": null}, {"order-form": {}}, {"retired": "x", "kept": "y"}, {"retired": null}, {"order_form": null}]"#,
    )
    .unwrap();
    all.extend(
        [
            "\t \n",
            "\u{3164}",
            "\u{115f}\u{1160}\u{ffa0}",
            "\u{3164}x",
            "\u{200b}",
            "-",
            "?!",
            "n/a",
            " N/a\n",
            "n/a n/a",
            "日本",
            "\u{345}",
            "https://jo:pw@x.example",
            "http://x?y@z",
            "2024-02-29",
            "2023-02-29",
            "2026-13-01",
            "0000-01-01",
            "9999-12-31",
            "20260101",
            "-2026-01-01",
        ]
        .map(Value::from),
    );
    all.extend(
        ["0 days after previous", "9999 weeks after previous", "immediately", "1 day  after previous"].map(Value::from),
    );
    all.extend(
        [
            "497",
            "497 USD",
            "eur 1.5",
            "EUR 1 USD",
            "1.500 KWD",
            "KWD 1.5005",
            "1.50055",
            "497,00 USD",
            "$497",
            "999999999999.99",
            "http://x",
            "https:///x",
            "1m",
            "12345d",
        ]
        .map(Value::from),
    );
    all.extend(
        ["7d", "8d", "02h", "0m", "168h", "169h", "99h", "10080m", "10081m", "9999m", "11000m"].map(Value::from),
    );
    all
}

/// A text with one character gone, in another's place, or more than there was.
fn near(text: &str) -> Vec<Value> {
    let marks = ['0', 'x', 'Z', ' ', '-', '/', ':', '.', 'é', '\n', '٣'];
    let mut all = Vec::new();
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        all.push(format!("{before}{after}"));
        all.extend(
            marks.iter().flat_map(|mark| [format!("{before}{mark}{after}"), format!("{before}{mark}{c}{after}")]),
        );
    }
    all.extend(marks.iter().map(|mark| format!("{text}{mark}")));
    all.into_iter().map(Value::from).collect()
}

/// The places in a document, with the document's root.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| places(value, &child(at, key), out)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, value)| places(value, &child(at, &n.to_string()), out))
        }
        _ => {}
    }
}

/// Every change of one place: another value there, nothing there, one more entry in it.
fn changes(value: &Value) -> Vec<Value> {
    let mut all = others();
    match value {
        Value::Object(map) => {
            for key in map.keys() {
                let mut less = map.clone();
                less.remove(key);
                all.push(Value::Object(less));
            }
            for key in ["x", "left_out", "base", "module", "retired", ""] {
                let mut more = map.clone();
                more.entry(key).or_insert(Value::from("x"));
                all.push(Value::Object(more));
            }
        }
        Value::Array(items) => {
            all.extend(others().into_iter().map(|other| items.iter().cloned().chain([other]).collect()));
            all.push(items.iter().chain(items).cloned().collect());
        }
        Value::String(text) => all.extend(near(text)),
        _ => {}
    }
    all
}

fn holds_of<T: DeserializeOwned>(
    document: Document,
    documents: &[Value],
    schema: &Value,
    required: &[&str],
) -> (usize, usize) {
    let validator: jsonschema::Validator<TreeJson> = misfit::validator(schema);
    let (mut taken, mut refused) = (0, 0);
    let mut holds = |value: &Value| {
        let (tree, problems) = compose(&Source::new("a.yaml", value.to_string()), &Limits::default());
        let Some(tree) = tree.filter(|_| problems.is_empty()) else { return };
        let typed =
            required.iter().all(|key| tree.root.get(key).is_some()) && read::<T>(&tree, &BTreeSet::new()).is_ok();
        let valid = validator.is_valid(&tree.root);
        assert_eq!(typed, valid, "the types say {typed} of {document:?} {value:#}");
        *(if valid { &mut taken } else { &mut refused }) += 1;
    };
    for document in documents {
        let mut all = Vec::new();
        places(document, "", &mut all);
        for place in all {
            for other in changes(document.pointer(&place).unwrap()) {
                let mut changed = document.clone();
                *changed.pointer_mut(&place).unwrap() = other;
                holds(&changed);
            }
        }
    }
    (taken, refused)
}

#[test]
fn the_types_take_of_a_plan_what_its_schema_takes() {
    let (taken, refused) = holds_of::<Plan>(Document::Plan, &plans(), &schema::plan(), REQUIRED);
    assert!(taken > 1_000 && refused > 5_000, "{taken} taken, {refused} refused");
}

#[test]
fn the_types_take_of_contact_values_what_their_schema_takes() {
    let schema = schema::contact_values();
    let (taken, refused) = holds_of::<ContactValuesFile>(Document::Contacts, &[every_key::contacts()], &schema, &[]);
    assert!(taken > 100 && refused > 100, "{taken} taken, {refused} refused");
}

#[test]
fn no_key_of_the_schema_is_left_untried() {
    let mut written = Vec::new();
    plans().iter().for_each(|plan| places(plan, "", &mut written));
    let keys: BTreeSet<&str> = written.iter().filter_map(|place| place.rsplit('/').next()).collect();
    let mut known = BTreeSet::new();
    properties(&schema::plan(), &mut known);
    let untried: Vec<&String> = known.iter().filter(|key| !keys.contains(key.as_str())).collect();
    assert!(known.len() > 60 && untried.is_empty(), "{untried:?} of {}", known.len());
}

fn properties(schema: &Value, out: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            out.extend(
                map.get("properties").and_then(Value::as_object).into_iter().flat_map(|map| map.keys().cloned()),
            );
            map.values().for_each(|value| properties(value, out));
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, out)),
        _ => {}
    }
}
