//! Members, and what they bought.

use super::*;

fn everybody(set: &Set, members: &[Json]) -> Taken {
    taken(set, members)
}

/// The records of the population.
fn records(taken: Taken) -> Vec<Json> {
    let mut written = Vec::new();
    taken.write_population(&mut written).unwrap();
    String::from_utf8(written).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
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
    assert_eq!(section(&taken, "contact"), "of 1 of 1 the contact ID is unknown: it is shaped like a secret");
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

#[test]
fn orders_name_their_contact_by_the_id_that_the_adapter_gives_it() {
    let text = "
objects:
  contact:
    evidence: inferred
    source: a test
    from: {users: all}
    key: {from: {usermeta: contact_id}, absent: nothing}
    id: {at: /ID}
  order:
    evidence: inferred
    source: a test
    from: {table: orders}
    key: {at: /id}
    fields:
      contact: {at: /user_id, ref: contact}
";
    let lines = |buyer: &str| {
        [
            &[
                source("users", &["user_email"], 2),
                json!({"users": {"rows": [[2, "ada@bloom.example"], [30, "bo@bloom.example"]]}}),
                source("usermeta", &["contact_id"], 1),
                json!({"usermeta": {"rows": [[9, 30, "contact_id", "10231"]]}}),
            ][..],
            &table("orders", &["id", "user_id"], &[json!(["5", buyer])]),
        ]
        .concat()
    };
    let set = only(adapter(text));
    let records = records(everybody(&set, &lines("30")));
    assert_eq!(records[2], json!({"kind": "order", "key": "5", "contact": "10231"}));
    // Whoever has no contact ID is no contact, and an order of theirs is nobody's.
    let of_another = section(&everybody(&set, &lines("2")), "order");
    assert!(of_another.contains("it names something that is not among `contact`"), "{of_another}");
    // Without an `id` nothing says by what an order would name one.
    let without = only(adapter(&text.replace("    id: {at: /ID}\n", "")));
    let said = section(&everybody(&without, &lines("30")), "order");
    assert!(said.contains("does not say what ID they have (`id`)"), "{said}");
}

const SHOP: &str = "
objects:
  contact:
    evidence: inferred
    source: a test
    from: {users: all}
    key: {at: /ID}
    fields:
      tags: {from: {usermeta: labels}, each: \"\", ref: tag}
  tag:
    evidence: inferred
    source: a test
    from: {table: labels}
    id: {at: /id}
    key: {at: /label}
  order-form:
    evidence: inferred
    source: a test
    from: {table: forms}
    id: {at: /id}
    fields: {name: {at: /name}}
  order:
    evidence: inferred
    source: a test
    from: {table: orders}
    key: {at: /id}
    fields:
      contact: {at: /user_id}
      form: {at: /form, ref: order-form}
      total: {at: /total, as: amount, currency: {is: EUR}}
      status: {at: /status, words: {done: Success}}
      transaction: {at: /payment, words: {none: null-transaction}}
";

/// A shop with two contacts, of whom one has a tag that is gone, and these orders: ID, form, payment, status, total.
fn shop(orders: &[[&str; 5]]) -> Vec<Json> {
    let rows: Vec<Json> = orders
        .iter()
        .map(|[id, form, payment, status, total]| json!([form, id, payment, status, total, "2"]))
        .collect();
    [
        &[
            source("users", &[], 2),
            json!({"users": {"rows": [[2], [30]]}}),
            source("usermeta", &["labels"], 2),
            json!({"usermeta": {"rows": [
                [1, 2, "labels", {"picked": {"": {"php": 3}, "/0": "7", "/1": "8", "/2": "7"}}],
                [2, 30, "labels", {"picked": {"": {"php": 1}, "/0": "99"}}]]}}),
        ][..],
        &labels(),
        &table("forms", &["id", "name"], &[json!(["1", "Checkout"])]),
        &table("orders", &["form", "id", "payment", "status", "total", "user_id"], &rows),
    ]
    .concat()
}

#[test]
fn rows_that_cannot_be_read_are_counted_and_all_that_is_wrong_with_them_is_said_at_once() {
    let set = only(adapter(SHOP));
    let all = shop(&[
        ["11", "1", "none", "done", "10.00"],
        ["12", "4", "none", "pending", "10.00"],
        ["13", "4", "none", "on-hold", "33.333"],
        ["14", "4", "none", "pending", "10.00"],
        ["15", "4", "none", "done", "10.00"],
    ]);
    let taken = everybody(&set, &all);
    assert_eq!(
        section(&taken, "order"),
        "of 4 of 5 the `form` is unknown: it names something that is not among `order-form`; \
         of 3 of 5 the `status` is unknown: the site has a word there that the adapter does not know; \
         of 1 of 5 the `total` is unknown: what is stored there is not of the form `amount`"
    );
    assert_eq!(
        taken.notes,
        [
            // The contact's tags are unknown, which a record can say; whose they are is nobody's business.
            "contact: `tags` unknown of 1 of 2: it names something that is not among `tag`",
            "order: `form` unknown of 4 of 5: it names something that is not among `order-form` (`12`, `13`, `14`, and 1 more)",
            "order: `status` unknown of 3 of 5: the site has a word there that the adapter does not know (`12`, `13`, `14`)",
            "order: `total` unknown of 1 of 5: what is stored there is not of the form `amount` (`13`)",
            "order `status`: the adapter does not know `on-hold` (1 row), `pending` (2 rows)",
        ]
    );
    // What a record has room for leaves its kind as it is.
    let paid = everybody(&set, &shop(&[["11", "1", "card", "done", "10.00"], ["12", "1", "none", "done", "10.00"]]));
    assert_eq!(section(&paid, "order"), "bridge");
    assert!(
        paid.notes.contains(
            &"order: `transaction` unknown of 1 of 2: the site has a word there that the adapter does not know (`11`)"
                .to_owned()
        )
    );
    let records = records(paid);
    // A tag that somebody has twice is one.
    assert_eq!(records[1], json!({"kind": "contact", "key": "2", "tags": ["Coaching Base", "Revoked"]}));
    assert_eq!(records[2], json!({"kind": "contact", "key": "30"}));
    let bought = json!({"kind": "order", "key": "11", "contact": "2", "form": "checkout", "total": "10.00 EUR", "status": "Success"});
    assert_eq!(records[3], bought);
}

#[test]
fn no_value_of_a_row_of_people_is_quoted_unless_it_is_a_word_of_a_vocabulary() {
    let set = only(adapter(SHOP));
    let of = |payments: &[&str]| {
        let ids: Vec<String> = (0..payments.len()).map(|at| (100 + at).to_string()).collect();
        let orders: Vec<[&str; 5]> =
            ids.iter().zip(payments).map(|(id, payment)| [id, "1", payment, payment, "10.00"]).collect();
        let taken = everybody(&set, &shop(&orders));
        (section(&taken, "order"), taken.notes.join("\n"))
    };
    for hidden in ["cus_9960x0", "ada@bloom.example", "4111111111111111", "Ada Lovelace of Ockham Park"] {
        let (file, terminal) = of(&[hidden]);
        assert!(!file.contains(hidden) && !terminal.contains(hidden), "{hidden}: {file} {terminal}");
    }
    assert!(
        of(&["cus_9960x0"]).1.contains("order `status`: the adapter does not know a text of 10 characters (1 row)")
    );
    assert!(of(&["", "2"]).1.contains("does not know `2` (1 row), an empty text (1 row)"));
    // Of the word too nothing stands in the file that is shared.
    assert!(!of(&["pending"]).0.contains("pending"));
    // More than a dozen different ones are no vocabulary, such as names.
    let names = ["Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal", "Ida", "Jo", "Kim", "Lea", "Mo"];
    assert!(of(&names[..12]).1.contains("`Lea` (1 row)"));
    let (_, many) = of(&names);
    assert!(
        !many.contains("Ada") && many.contains("a text of 2 characters (6 rows), a text of 3 characters (7 rows)"),
        "{many}"
    );
}

#[test]
fn a_word_of_a_setting_is_quoted_where_it_is_one() {
    let set = only(adapter(
        "
objects:
  maintenance:
    evidence: inferred
    source: a test
    from: {option: shop_state}
    fields: {on: {at: \"\", words: {open: false}}}
",
    ));
    let said = |state: &str| {
        section(
            &taken(&set, &[source("option", &["shop_state"], 1), option("shop_state", json!(state))]),
            "maintenance",
        )
    };
    assert_eq!(said("closed"), "the site has `closed` there, a word that the adapter does not know");
    assert_eq!(said("cus_9960x0"), "the site has a text of 10 characters there, which the adapter does not know");
    assert_eq!(said(""), "the site has an empty text there, which the adapter does not know");
}
