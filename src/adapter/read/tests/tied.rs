//! What is tied to its object: an option, rows, the keys of a map.

use super::*;

#[test]
fn an_option_for_each_row_is_read_for_its_own_row_alone() {
    let set = only(adapter(
        "
objects:
  offering:
    evidence: inferred
    source: a test
    from: {table: levels}
    fields:
      name: {at: /name}
      system: {from: {option: shop_crm_*, join: {star: /id}}, at: /crm, absent: nothing}
",
    ));
    // What ties it is read of the row, although no field has it.
    assert_eq!(compile::request(&set)["tables"][0]["columns"], json!(["id", "name"]));
    let rows = table("levels", &["id", "name"], &[json!(["1", "Gold"]), json!(["2", "Silver"]), json!(["12", "Both"])]);
    let crm = |of: &str, crm: &str| option(of, json!({"picked": {"": {"php": 1}, "/crm": crm}}));
    let asked = |expected| source("option", &["shop_crm_*"], expected);
    let one = taken(&set, &[&[asked(1), crm("shop_crm_2", "ontraport")][..], &rows].concat());
    let system = |taken: &Taken, key: &str| taken.snapshot.state.offerings[key].system.clone();
    assert_eq!(system(&one, "silver"), Field::Set("ontraport".to_owned()));
    assert_eq!([system(&one, "gold"), system(&one, "both")], [Field::Nothing, Field::Nothing]);
    let two = [&[asked(2), crm("shop_crm_2", "ontraport"), crm("shop_crm_12", "keap")][..], &rows].concat();
    let two = taken(&set, &two);
    assert_eq!(system(&two, "both"), Field::Set("keap".to_owned()));
    assert_eq!(system(&two, "gold"), Field::Nothing);
}

#[test]
fn the_first_of_several_is_looked_for_in_the_place_that_the_rule_names() {
    let set = only(adapter(
        "
objects:
  order-form:
    evidence: inferred
    source: a test
    from: {table: forms}
    fields:
      name: {at: /name}
      gateway:
        from: {table: ways, join: {form: /id}}
        first: [{at: /way, when: {at: /on, equals: \"1\"}}, {is: none}]
      recurring: {from: {table: ways, join: {form: /id}}, any: [{at: /monthly, as: flag}, {at: /yearly, as: flag}]}
",
    ));
    let rows = [
        &table("forms", &["id", "name"], &[json!(["1", "Gold"]), json!(["2", "Silver"])])[..],
        &table(
            "ways",
            &["form", "monthly", "on", "way", "yearly"],
            &[json!(["1", "0", "1", "card", "1"]), json!(["2", "0", "0", "card", "0"])],
        ),
    ]
    .concat();
    let forms = taken(&set, &rows).snapshot.state.order_forms;
    assert_eq!(forms["gold"].gateway, Field::Set("card".to_owned()));
    assert_eq!(forms["silver"].gateway, Field::Set("none".to_owned()));
    assert_eq!([forms["gold"].recurring, forms["silver"].recurring], [Field::Set(true), Field::Set(false)]);
}

const COLUMNS: &str = "
objects:
  offering:
    evidence: inferred
    source: a test
    from: {table: levels, where: {status: [active, paused]}}
    id: {at: /id}
    fields:
      name: {at: /name}
      tags: {keys: {base: {at: /label, ref: tag, absent: nothing}, revoked: {at: /label_off, ref: tag, absent: nothing}}}
  tag:
    evidence: inferred
    source: a test
    from: {table: labels}
    id: {at: /id}
    key: {at: /label}
";

/// Levels as they came under this condition.
fn under(status: &str, rows: &[Json]) -> [Json; 2] {
    let [mut source, rows] = table("levels", &["id", "label", "label_off", "name", "status"], rows);
    source["source"]["where"] = json!({"status": status});
    [source, rows]
}

#[test]
fn rows_that_were_asked_for_under_another_condition_are_no_whole_list() {
    let set = only(adapter(COLUMNS));
    let offerings = |lines: &[&[Json]]| {
        let taken = taken(&set, &[&[&labels()[..]], lines].concat().concat());
        assert!(taken.snapshot.state.offerings.is_empty(), "{lines:?}");
        section(&taken, "offering")
    };
    let active = under("active", &[json!(["1", "7", "", "Gold", "active"])]);
    assert_eq!(offerings(&[&active]), "the capture was asked for other rows of `levels`");
    // For the database `Paused` is `paused`.
    let paused = under("paused", &[json!(["2", "", "8", "Silver", "Paused"])]);
    assert_eq!(offerings(&[&active, &paused]), "rows of `levels` fit what was asked for in other letters only");
}

#[test]
fn rows_of_one_of_several_words_are_asked_for_and_read_and_no_others() {
    let set = only(adapter(COLUMNS));
    let asked = compile::request(&set)["tables"].clone();
    let conditions: Vec<&Json> = asked.as_array().unwrap().iter().map(|table| &table["where"]).collect();
    assert_eq!(conditions, [&Json::Null, &json!({"status": "active"}), &json!({"status": "paused"})]);
    let columns = ["id", "label", "label_off", "name", "status"];
    let lines = [
        &labels()[..],
        &under("active", &[json!(["1", "7", "", "Gold", "active"])]),
        &under("paused", &[json!(["2", "", "8", "Silver", "paused"])]),
    ]
    .concat();
    let offerings = taken(&set, &lines).snapshot.state.offerings;
    assert_eq!(offerings.keys().collect::<Vec<_>>(), ["gold", "silver"]);
    // A map by its keys: of what is empty there is none.
    assert_eq!(json!(offerings["gold"].tags), json!({"base": "Coaching Base"}));
    assert_eq!(json!(offerings["silver"].tags), json!({"revoked": "Revoked"}));
    // A whole table holds them too.
    let gone =
        table("levels", &columns, &[json!(["1", "99", "", "Gold", "active"]), json!(["3", "", "", "Old", "closed"])]);
    let unknown = taken(&set, &[&labels()[..], &gone].concat());
    assert_eq!(
        why(&unknown, Kind::Offering, "gold", "tags"),
        "of its `base` it is unknown: it names something that is not among `tag`"
    );
}

#[test]
fn a_form_leads_to_its_offering_through_a_lookup() {
    let set = only(adapter(&format!(
        "{TIMERS}
  order-form:
    evidence: inferred
    source: a test
    from: {{posts: shop_form}}
    id: {{at: /ID}}
    fields:
      name: {{at: /post_title}}
      price: {{from: {{postmeta: _cost}}, as: cents, currency: {{is: usd}}}}
      operations: {{from: {{postmeta: _actions}}, each: \"\", ref: actions}}
lookups:
  actions:
    evidence: inferred
    source: a test
    from: {{table: actions}}
    id: {{at: /id}}
    gives:
      variant: /does
      cases:
        start: {{at: /course, ref: offering, operation: release}}
        label: {{at: /labels, as: commas, ref: tag, operation: add-tags}}
"
    )));
    let forms = table("posts", &["ID", "post_title", "post_type"], &[json!(["12", "Checkout", "shop_form"])]);
    let actions = table(
        "actions",
        &["course", "does", "id", "labels"],
        &[json!(["3", "start", "1", ""]), json!(["", "label", "2", "7,8"])],
    );
    let meta = [
        source("postmeta", &["_actions", "_cost"], 2),
        json!({"postmeta": {"rows": [[1, 12, "_cost", "49700"], [2, 12, "_actions", {"picked": {"": {"php": 2}, "/0": "1", "/1": 2}}]]}}),
    ];
    let options = [source("option", &["course_*"], 1), option("course_3", course(json!({})))];
    let all = [&options[..], &meta, &actions, &labels(), &forms].concat();
    let taken = taken(&set, &all);
    let form = &taken.snapshot.state.order_forms["checkout"];
    assert_eq!(form.price, Field::Set("497.00 USD".to_owned()));
    let operations = serde_json::to_value(&form.operations).unwrap();
    assert_eq!(operations, json!([{"release": "group-coaching"}, {"add-tags": ["Coaching Base", "Revoked"]}]));
}
