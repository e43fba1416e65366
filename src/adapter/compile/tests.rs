//! What adapters name, as the list of a collector.
#![allow(clippy::unwrap_used, reason = "a test may end so")]

use serde_json::{Value, json};

use crate::adapter::{Set, open};

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
