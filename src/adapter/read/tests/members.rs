//! Members, and what they bought.

use super::*;

fn everybody(set: &Set, members: &[Json]) -> Taken {
    taken(set, members)
}

const PEOPLE: &str = "
objects:
  contact:
    evidence: inferred
    source: a test
    from: {users: all}
    key: {from: {usermeta: contact_id}, absent: nothing}
    fields:
      tags: {from: {table: labelled, join: {user_id: /ID}}, each: \"\", at: /label, ref: tag}
  administrator:
    evidence: inferred
    source: a test
    from: {users: all}
    when: {from: {usermeta: \"{prefix}capabilities\"}, at: /administrator, as: flag, equals: true}
    key: {at: /user_login}
    fields:
      crm_contact: {from: {usermeta: is_contact}, as: flag, default: false}
  tag:
    evidence: inferred
    source: a test
    from: {table: labels}
    id: {at: /id}
    key: {at: /label}
  order:
    evidence: inferred
    source: a test
    from: {table: orders}
    key: {at: /id}
    fields:
      contact: {at: /contact}
      status: {at: /status}
";

#[test]
fn members_become_contacts_and_administrators_and_orders_are_theirs() {
    let own = adapter(PEOPLE);
    let wordpress = built_in().iter().find(|one| one.adapter.name == "wordpress").unwrap().clone();
    let set = Set::new([own, wordpress]);
    let lines = [
        &[
            source("users", &["user_email", "user_login"], 3),
            json!({"users": {"rows": [[1, "operator@bloom.example", "operator"], [2, "ada@bloom.example", "ada@bloom.example"], [30, "bo@bloom.example", "bo"]]}}),
            source("usermeta", &["contact_id", "first_name", "is_contact", "last_name", "{prefix}capabilities"], 6),
            json!({"usermeta": {"rows": [
                [9, 30, "contact_id", "10231"], [1, 1, "wp_capabilities", {"picked": {"": {"php": 1}, "/administrator": true}}],
                [2, 2, "contact_id", "9"], [3, 2, "first_name", "Ada"],
                [4, 30, "wp_capabilities", {"picked": {"": {"php": 1}, "/subscriber": true}}],
                [5, 7, "contact_id", "77"]]}}),
        ][..],
        &table("labelled", &["label", "user_id"], &[json!(["8", "2"]), json!(["7", "2"])]),
        &labels(),
        &table("orders", &["contact", "id", "status"], &[json!(["9", "5", "Success"]), json!(["10231", "40", "Failed"])]),
    ]
    .concat();
    let taken = everybody(&set, &lines);
    let administrators: Vec<&String> = taken.snapshot.state.administrators.keys().collect();
    assert_eq!(administrators, ["operator"]);
    assert_eq!(taken.snapshot.state.administrators["operator"].crm_contact, Field::Set(false));
    let mut written = Vec::new();
    let snapshot = taken.write_population(&mut written).unwrap();
    let text = String::from_utf8(written).unwrap();
    let records: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // In order of their keys as text; the user without a contact ID is no contact, and the meta of a deleted user nobody's.
    assert_eq!(records[1], json!({"kind": "contact", "key": "10231", "email": "bo@bloom.example", "tags": []}));
    assert_eq!(
        records[2],
        json!({"kind": "contact", "key": "9", "email": "ada@bloom.example", "first_name": "Ada", "tags": ["Revoked", "Coaching Base"]})
    );
    assert_eq!(records[3]["key"], "40");
    assert_eq!(snapshot.population.as_ref().unwrap().counts["contact"], 2);
    let read = crate::population::take_census(text.as_bytes(), &Default::default()).unwrap();
    assert!(snapshot.population.unwrap().is_same(&read.1), "it is read as what it was written as");
}

#[test]
fn one_member_whose_contact_id_is_unknown_leaves_all_of_them_unknown() {
    let own = adapter(PEOPLE);
    let set = Set::new([own]);
    let lines = [
        &[
            source("users", &["user_login"], 1),
            json!({"users": {"rows": [[1, "operator"]]}}),
            source("usermeta", &["contact_id", "is_contact", "{prefix}capabilities"], 1),
            json!({"usermeta": {"rows": [[1, 1, "contact_id", {"withheld": "secret-value"}]]}}),
        ][..],
        &table("labelled", &["label", "user_id"], &[]),
        &labels(),
    ]
    .concat();
    let taken = everybody(&set, &lines);
    assert_eq!(section(&taken, "contact"), "of a user the contact ID is unknown: it is shaped like a secret");
    let mut written = Vec::new();
    let snapshot = taken.write_population(&mut written).unwrap();
    assert!(!snapshot.population.unwrap().counts.contains_key("contact"));
}

#[test]
fn members_of_another_kind_of_plugin_are_read_by_what_it_has() {
    // No contact IDs: the users' own numbers; tags from active rows; amounts and times as databases have them.
    let set = Set::new([adapter(
        "
objects:
  contact:
    evidence: inferred
    source: a test
    from: {users: all}
    key: {at: /ID}
    fields:
      email: {at: /user_email}
      tags: {from: {table: memberships_users, where: {status: active}, join: {user_id: /ID}}, each: \"\", at: /membership_id, ref: levels}
  order:
    evidence: inferred
    source: a test
    from: {table: membership_orders, where: {gateway_environment: live}}
    key: {at: /code}
    fields:
      contact: {at: /user_id}
      total: {at: /total, as: amount, currency: {from: {option: shop_currency}, at: \"\"}}
      date: {at: /timestamp, as: day, absent: nothing}
      status: {at: /status, words: {success: Success, \"\": \"Started (Not Finished)\"}}
lookups:
  levels:
    evidence: inferred
    source: a test
    from: {table: membership_levels}
    id: {at: /id}
    gives: {at: /name}
",
    )]);
    let lines = [
        &[
            source("option", &["shop_currency"], 1),
            option("shop_currency", json!("eur")),
            source("users", &["user_email"], 2),
            json!({"users": {"rows": [[2, "ada@bloom.example"], [10, "bo@bloom.example"]]}}),
        ][..],
        &table("membership_levels", &["id", "name"], &[json!(["1", "Gold"]), json!(["2", "Silver"])]),
        &table(
            "membership_orders",
            &["code", "gateway_environment", "status", "timestamp", "total", "user_id"],
            &[
                json!(["A1", "live", "success", "2026-11-21 06:12:00", "25.00000000", "2"]),
                json!(["A2", "live", "", "0000-00-00 00:00:00", "0.5", "10"]),
            ],
        ),
        &table(
            "memberships_users",
            &["membership_id", "status", "user_id"],
            &[json!(["1", "active", "2"]), json!(["2", "expired", "2"]), json!(["2", "active", "10"])],
        ),
    ]
    .concat();
    let mut written = Vec::new();
    let snapshot = everybody(&set, &lines).write_population(&mut written).unwrap();
    let records: Vec<Json> =
        String::from_utf8(written).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records[1], json!({"kind": "contact", "key": "10", "email": "bo@bloom.example", "tags": ["Silver"]}));
    assert_eq!(records[2], json!({"kind": "contact", "key": "2", "email": "ada@bloom.example", "tags": ["Gold"]}));
    assert_eq!(
        records[3],
        json!({"kind": "order", "key": "A1", "contact": "2", "date": "2026-11-21", "status": "Success", "total": "25.00 EUR"})
    );
    assert_eq!(
        records[4],
        json!({"kind": "order", "key": "A2", "contact": "10", "status": "Started (Not Finished)", "total": "0.50 EUR"})
    );
    assert_eq!(snapshot.population.unwrap().counts["order"], 2);
}
