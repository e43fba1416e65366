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
        json!({"option": {"name": "_accessally_setting_migration", "of": "accessally", "count": 1, "bytes": [1, 9],
            "shape": {"": {"types": {"php": 1}, "elements": [1, 1]}, "/checked-maintenance": shape("yes-no", [2, 2])}}}),
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

fn table(name: &str, of: &str, columns: &[(&str, &str)]) -> Value {
    let columns: Vec<Value> =
        columns.iter().map(|(name, stored)| json!({"name": name, "type": stored, "key": ""})).collect();
    json!({"table": {"name": format!("{{prefix}}{name}"), "of": of, "count": 1, "rows": 60, "engine": "InnoDB", "columns": columns}})
}

fn plugin(folder: &str, version: &str, status: &str) -> Value {
    json!({"plugin": {"name": format!("{folder}/{folder}.php"), "count": 1, "version": version, "status": status}})
}

/// What a club's plugin has: whoever is a member of which level, what they paid, and what a level costs.
fn club() -> Vec<Value> {
    vec![
        table(
            "club_levels",
            "club-desk",
            &[("id", "int"), ("name", "varchar(200)"), ("price", "tinytext"), ("level", "int")],
        ),
        table("club_discounts", "club-desk", &[("id", "int"), ("name", "tinytext"), ("amount", "tinytext")]),
        table(
            "club_payments",
            "club-desk",
            &[
                ("id", "int"),
                ("date", "datetime"),
                ("amount", "decimal(18,8)"),
                ("user_id", "int"),
                ("customer_id", "int"),
                ("membership_id", "int"),
                ("status", "varchar(9)"),
            ],
        ),
        table(
            "club_memberships",
            "club-desk",
            &[
                ("id", "int"),
                ("customer_id", "int"),
                ("object_id", "int"),
                ("created_date", "datetime"),
                ("initial_amount", "text"),
                ("status", "varchar(9)"),
            ],
        ),
        table(
            "club_subscription_level_meta",
            "club-desk",
            &[("meta_id", "int"), ("level_id", "int"), ("meta_key", "text")],
        ),
        json!({"option": {"name": "club_settings", "of": "club-desk", "count": 1, "bytes": [1, 9], "shape": {
            "": {"types": {"php": 1}, "elements": [2, 2]}, "/currency": shape("text", [3, 3]), "/disable_active_email": shape("digits", [1, 1])}}}),
        json!({"option": {"name": "other_currency", "of": "other", "count": 1, "bytes": [3, 3], "shape": {"": shape("text", [3, 3])}}}),
        plugin("club-desk", "3.2.1", "active"),
    ]
}

#[track_caller]
fn holds(draft: &Draft, wanted: &str) {
    assert!(draft.text.contains(wanted), "{wanted}\n\n{}", draft.text);
}

#[test]
fn tables_are_guessed_by_their_columns_where_their_names_say_nothing() {
    let draft = made(&club());
    is_right(&draft);
    holds(&draft, "    from: {table: \"club_payments\"}\n    key: {at: \"/id\"}\n");
    holds(&draft, "    from: {table: \"club_memberships\"}\n");
    holds(&draft, "    from: {table: \"club_levels\"}\n");
    holds(&draft, "      date: {at: \"/date\", as: day}\n");
    holds(&draft, "contact: {at: \"/user_id\"}\n");
    // What belongs to a level is no subscription, a discount is nothing to be bought, and a switch that is turned round is none.
    for not in ["level_meta", "club_discounts", "disable_active_email"] {
        assert!(!draft.text.contains(not), "{not}: {}", draft.text);
    }
}

#[test]
fn a_currency_is_a_place_and_never_a_guessed_value() {
    holds(
        &made(&club()),
        "total: {at: \"/amount\", as: amount, currency: {from: {option: \"club_settings\"}, at: \"/currency\"}}\n",
    );
    let without: Vec<Value> = club().into_iter().filter(|line| line.get("option").is_none()).collect();
    let draft = made(&without);
    is_right(&draft);
    holds(&draft, "No place of its currency is named: write it");
    holds(&draft, "      # total: {at: \"/amount\", as: amount, currency: }\n");
    assert!(!draft.text.contains("USD"), "{}", draft.text);
    assert!(draft.guesses.iter().any(|guess| guess.of == "order: total"), "{:?}", draft.guesses);
}

#[test]
fn what_was_seen_has_the_version_of_the_plugin_whose_it_is_or_none() {
    let mut lines = club();
    lines.push(
        json!({"plugin": {"name": "accessally/accessally.php", "count": 1, "version": "4.3.1", "status": "active"}}),
    );
    lines.push(json!({"usermeta": {"name": "contact_id", "count": 60, "bytes": [5, 5], "shape": {"": {"types": {"digits": 50}, "length": [5, 5]}}}}));
    let draft = made(&lines);
    is_right(&draft);
    let of =
        |kind: &str| draft.text.split(&format!("\n  {kind}:\n")).nth(1).unwrap().lines().nth(2).unwrap().to_owned();
    assert_eq!(of("order"), "    seen: {day: \"2026-11-29\", version: \"3.2.1\"}");
    assert_eq!(of("contact"), "    seen: {day: \"2026-11-29\"}");
    // And how much of what is there was looked at.
    holds(&draft, "it would read 50 of the type digits, 5 bytes, of 50 that were looked at (60 are there)");
}

#[test]
fn what_an_inactive_plugin_left_is_marked_and_comes_after_what_is_in_use() {
    let mut lines = club();
    lines.push(table("old_orders", "old-shop", &[("id", "int"), ("contact_id", "int"), ("total", "int")]));
    lines.push(plugin("old-shop", "1.0", "inactive"));
    let draft = made(&lines);
    is_right(&draft);
    holds(&draft, "it has about 60 rows. Or: table `club_memberships`, table `old_orders` (its plugin is not active).");
    let draft = made(&lines[lines.len() - 2..]);
    is_right(&draft);
    holds(
        &draft,
        "it has about 60 rows; it may be left over: the plugin `old-shop` is not active.\n    from: {table: \"old_orders\"}",
    );
}

#[test]
fn a_crm_s_list_of_tags_is_guessed_and_what_an_adapter_covers_is_not_guessed_again() {
    let mut lines = club();
    lines.push(json!({"option": {"name": "crm_available_tags", "of": "crm-link", "count": 1, "bytes": [9, 9],
        "shape": {"": {"types": {"php": 1}, "elements": [4, 4]}, "/*": {"types": {"text": 4}, "length": [9, 20]}}}}));
    lines.push(json!({"usermeta": {"name": "contact_id", "count": 1, "bytes": [5, 5], "shape": {"": shape("digits", [5, 5])}}}));
    let draft = made(&lines);
    is_right(&draft);
    holds(
        &draft,
        "    from: {option: \"crm_available_tags\"}\n    each: \"\"\n    id: {of: key}\n    key: {at: \"\"}\n",
    );
    let own = "version: 1\nname: own\nabout: A test's.\nobjects:\n  contact: {evidence: inferred, source: a test, from: {users: all}, key: {at: /ID}}\n  \
               order: {evidence: inferred, source: a test, from: {table: club_payments}, key: {at: /id}, fields: {contact: {at: /user_id}}}\n";
    let opened = open("own.yaml", own.as_bytes().to_vec(), &Set::default());
    assert_eq!(opened.findings, []);
    let set = Set::new(built_in().iter().cloned().chain(opened.adapter));
    let again = draft_of(&lines, &set);
    assert!(!again.text.contains("  contact:\n") && !again.text.contains("  order:\n"), "{}", again.text);
    assert!(!again.without.contains(&"contact") && !again.without.contains(&"order"));
}

fn draft_of(lines: &[Value], set: &Set) -> Draft {
    super::draft(&inventory(lines), set)
}
