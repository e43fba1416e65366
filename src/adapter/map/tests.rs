#![allow(clippy::unwrap_used, reason = "a test may end so")]

use serde_json::{Value, json};

use super::{Draft, Inventory, draft};
use crate::adapter::{Set, built_in, open};
use crate::capture::inventory::InventoryReader;
use crate::model::digest::of_bytes;

/// An inventory of these lines.
pub(super) fn inventory(lines: &[Value]) -> Inventory {
    let head = json!({"inventory": {"format": 1, "plugin": {"name": "plan-bridge", "version": "0.1.0", "sha256": "5f"},
        "request": {"sha256": "77", "adapters": []}, "taken_at": "2026-11-29T07:00:00Z",
        "versions": {"wordpress": "6.8.7", "php": "8.2.31", "database": "10.11.14-MariaDB"}, "multisite": false, "object_cache": false}});
    let mut counts = std::collections::BTreeMap::new();
    let mut text = format!("{head}\n");
    for line in lines {
        *counts.entry(line.as_object().unwrap().keys().next().unwrap().clone()).or_insert(0_u64) += 1;
        text.push_str(&format!("{line}\n"));
    }
    let digest = of_bytes(text.as_bytes());
    text.push_str(&format!("{}\n", json!({"end": {"counts": counts, "sha256": digest}})));
    let mut reader = InventoryReader::open(text.as_bytes()).unwrap_or_else(|damage| panic!("{damage}"));
    let (header, mut entries) = (reader.header().clone(), Vec::new());
    while let Some(entry) = reader.next().unwrap_or_else(|damage| panic!("{damage}")) {
        entries.push(entry);
    }
    Inventory { header, entries }
}

fn option(name: &str, shape: Value) -> Value {
    json!({"option": {"name": name, "count": 1, "bytes": [1, 9], "shape": shape}})
}

fn shape(kind: &str, length: [u64; 2]) -> Value {
    json!({"types": {kind: 1}, "length": length})
}

fn made(lines: &[Value]) -> Draft {
    draft(&inventory(lines), &Set::new(built_in().iter().cloned()))
}

/// A draft is an adapter: it is read, and nothing is wrong with it.
#[track_caller]
fn is_right(draft: &Draft) {
    let others = Set::new(built_in().iter().cloned());
    let opened = open("draft.yaml", draft.text.clone().into_bytes(), &others);
    assert_eq!(opened.findings, [], "{}", draft.text);
}

#[test]
fn a_setting_is_guessed_by_its_name_and_its_type_with_what_it_would_read_and_what_else_could_be_meant() {
    let draft = made(&[
        option(
            "_accessally_setting_migration",
            json!({"": {"types": {"php": 1}, "elements": [1, 1]}, "/checked-maintenance": shape("yes-no", [2, 2])}),
        ),
        option("other_maintenance_page", json!({"": shape("digits", [1, 1])})),
        option("maintenance_text", json!({"": shape("text", [5, 90])})),
        option("maintenance_key_on", json!({"": shape("yes-no", [2, 2])})),
        json!({"plugin": {"name": "accessally/accessally.php", "count": 1, "version": "4.3.1", "status": "active"}}),
    ]);
    is_right(&draft);
    let wanted = "  maintenance:
    evidence: observed
    source: \"the site's inventory of 2026-11-29\"
    seen: {day: \"2026-11-29\", version: \"4.3.1\"}
    fields:
      # decide: option `_accessally_setting_migration`, `/checked-maintenance`: it would read 1 of the type yes-no, 2 bytes. Or: option `other_maintenance_page`.
      on: {from: {option: \"_accessally_setting_migration\"}, at: \"/checked-maintenance\", as: yes-no}
";
    assert!(draft.text.contains(wanted), "{}", draft.text);
    assert_eq!(draft.guesses.len(), 1);
    assert!(draft.without.contains(&"order-form") && !draft.without.contains(&"maintenance"), "{:?}", draft.without);
}

#[test]
fn nothing_is_guessed_where_no_name_fits_and_names_of_secrets_never_are() {
    let draft = made(&[
        option("woo_settings", json!({"": shape("yes-no", [2, 2])})),
        option("accessally_webhook_token", json!({"": shape("secret", [2, 2])})),
        json!({"table": {"name": "{prefix}webhook_keys", "count": 1, "rows": 2, "engine": "InnoDB", "columns": [{"name": "command", "type": "text", "key": ""}]}}),
    ]);
    is_right(&draft);
    assert!(draft.guesses.is_empty(), "{}", draft.text);
}

#[test]
fn whatever_an_inventory_calls_things_the_draft_stays_an_adapter() {
    for name in [
        "x\" maintenance: {",
        "#maintenance",
        "maintenance\\",
        "maintenance: yes",
        "- maintenance",
        "maintenance'''",
        "{{maintenance}}",
    ] {
        let draft = made(&[
            option(name, json!({"": shape("yes-no", [2, 2])})),
            json!({"table": {"name": format!("{{prefix}}webhook {name}"), "count": 1, "rows": 2, "engine": "InnoDB", "columns": [{"name": name, "type": name, "key": ""}, {"name": "command", "type": "varchar(9)\n#", "key": ""}]}}),
        ]);
        is_right(&draft);
    }
}
