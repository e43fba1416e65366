//! What adapters name, as the list of a collector.
#![allow(clippy::unwrap_used, reason = "a test may end so")]

use serde_json::{Value, json};

use crate::adapter::{Set, built_in, open};

/// The tables of the list that an adapter makes which reads an offering, an order form and a tag from these places.
fn tables(places: [&str; 3]) -> Value {
    let entry = |(kind, place): (&str, &str)| {
        format!("  {kind}: {{evidence: inferred, source: a test, from: {place}, fields: {{name: {{at: /name}}}}}}\n")
    };
    let [offering, form, list] = places;
    let objects: String = [("offering", offering), ("order-form", form), ("opt-in-form", list)].map(entry).concat();
    let text = format!("version: 1\nname: test\nabout: A test's own.\nobjects:\n{objects}");
    let opened = open("test.yaml", text.into_bytes(), &Set::default());
    assert_eq!(opened.findings, []);
    super::request(&Set::new(opened.adapter))["tables"].clone()
}

#[test]
fn rows_that_are_read_whole_are_not_read_a_second_time_in_part() {
    let without_reasons = |places| {
        let mut tables = tables(places);
        tables.as_array_mut().unwrap().iter_mut().for_each(|table| drop(table.as_object_mut().unwrap().remove("for")));
        tables
    };
    let tables = without_reasons;
    let whole = json!({"name": "levels", "columns": ["name", "status"]});
    let other = |name: &str| json!({"name": name, "columns": ["name"]});
    // In whichever order, and with other tables before and after.
    for places in [
        ["{table: levels, where: {status: active}}", "{table: levels}", "{table: zones}"],
        ["{table: levels}", "{table: zones}", "{table: levels, where: {status: active}}"],
    ] {
        assert_eq!(tables(places), json!([whole, other("zones")]));
    }
    let before = ["{table: areas}", "{table: levels}", "{table: levels, where: {status: active}}"];
    assert_eq!(tables(before), json!([other("areas"), whole]));
    // Of three the widest is read, with the columns by which the others choose.
    let three = [
        "{table: levels, where: {status: active}}",
        "{table: levels, where: {kind: paid, status: active}}",
        "{table: levels}",
    ];
    assert_eq!(tables(three), json!([{"name": "levels", "columns": ["kind", "name", "status"]}]));
}

#[test]
fn rows_under_conditions_of_which_none_holds_the_other_are_read_each() {
    let apart = [
        "{table: levels, where: {status: active}}",
        "{table: levels, where: {status: closed}}",
        "{table: levels, where: {status: active}, scope: network}",
    ];
    let tables = tables(apart);
    let conditions: Vec<&Value> = tables.as_array().unwrap().iter().map(|table| &table["where"]["status"]).collect();
    assert_eq!(conditions, ["active", "closed", "active"]);
}

/// The entry of a table in the list of the built-in adapters, with this one beside them where there is one.
fn table(own: Option<&str>) -> Value {
    let opened = own.map(|text| open("test.yaml", text.as_bytes().to_vec(), &Set::new(built_in().iter().cloned())));
    let own = opened.map(|opened| opened.adapter.unwrap());
    let request = super::request(&Set::new(built_in().iter().cloned().chain(own)));
    let entry = request["tables"].as_array().unwrap().iter().find(|entry| entry["name"] == "aal_user_tags");
    entry.unwrap().clone()
}

#[test]
fn what_values_are_read_for_stands_in_place_of_what_is_only_counted() {
    let counted = table(None);
    assert_eq!((&counted["columns"], &counted["for"]), (&json!([]), &json!("how many tags AccessAlly's members have")));
    let own = |reason: &str| {
        format!(
            "version: 1\nname: test\nabout: A test's own.\nobjects:\n  contact:\n    {reason}evidence: inferred\n    source: a test\n    \
             from: {{users: all}}\n    key: {{from: {{usermeta: own_id}}, absent: nothing}}\n    fields:\n      \
             tags: {{from: {{table: aal_user_tags, join: {{user_id: /ID}}}}, each: \"\", at: /tag_id}}\n"
        )
    };
    for (reason, shown) in
        [("", "each member, with their tags"), ("for: who is in the club\n    ", "who is in the club")]
    {
        let read = table(Some(&own(reason)));
        assert_eq!((&read["columns"], &read["for"]), (&json!(["tag_id", "user_id"]), &json!(shown)));
    }
}
