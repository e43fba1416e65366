//! Why something is unknown, in words that name what is the matter and can be acted on.

use super::*;

#[test]
fn two_of_one_key_say_what_could_tell_them_apart() {
    let set = only(adapter(TIMERS));
    let [first, rows] = table("labels", &["id", "label"], &[json!(["7", "Gold"]), json!(["8", "Gold"])]);
    let tags = taken(&set, &[source("option", &["course_*"], 0), first, rows]);
    // Both have an ID, which is no part of a tag's key.
    assert_eq!(section(&tags, "tag"), "two of them have the key `Gold`, and nothing else can be part of it");
    let offerings = |id: &str| {
        let set = only(adapter(&format!(
            "objects:\n  offering: {{evidence: inferred, source: a test, from: {{table: levels}}{id}, fields: {{name: {{at: /name}}}}}}\n"
        )));
        let columns: &[&str] = if id.is_empty() { &["name"] } else { &["code", "name"] };
        let row = |code: &str| if id.is_empty() { json!(["Gold"]) } else { json!([code, "Gold"]) };
        section(&taken(&set, &table("levels", columns, &[row("a"), row("b")])), "offering")
    };
    assert!(offerings("").ends_with("no ID distinguishes them (`id` of the adapter's entry)"));
    assert!(offerings(", id: {at: /code}").ends_with("only an ID that is a number can distinguish them"));
}

#[test]
fn adapters_that_contradict_each_other_are_named() {
    let one = adapter(
        "objects:\n  mail: {evidence: inferred, source: a test, from: {option: shop_mail}, fields: {transport: {at: /by}, simulated: {is: true}}}\n",
    );
    let mut other = adapter(
        "objects:\n  mail: {evidence: inferred, source: a test, from: {option: post_mail}, fields: {transport: {at: /by}}}\n",
    );
    other.adapter.name = "post".to_owned();
    let set = Set::new([one, other]);
    let mail = |name: &str, by: &str| option(name, json!({"picked": {"": {"php": 1}, "/by": by}}));
    let lines = [source("option", &["post_mail", "shop_mail"], 2), mail("shop_mail", "a"), mail("post_mail", "b")];
    let said = why(&taken(&set, &lines), Kind::Mail, "mail", "transport");
    assert_eq!(said, "the adapters `test`, `post` say different things of it");
}

#[test]
fn what_counts_says_more_than_a_plugin_that_is_not_active() {
    let plugins = |active: &[&str]| {
        let lines = active.iter().map(|file| json!({"plugin": {"file": file, "version": "1", "status": "active"}}));
        let lines: Vec<Json> = std::iter::once(
            json!({"source": {"kind": "plugin", "of": [], "engine": "none", "expected": active.len()}}),
        )
        .chain(lines)
        .collect();
        lines
    };
    let entry = |name: &str, field: &str| {
        let mut loaded = adapter(&format!(
            "objects:\n  mail: {{evidence: inferred, source: a test, when: {{plugin: {name}/{name}.php}}, fields: {{transport: {field}}}}}\n"
        ));
        loaded.adapter.name = name.to_owned();
        loaded
    };
    let set = Set::new([entry("one", "{is: one}"), entry("two", "{from: {option: two_mail}, at: /by}")]);
    let asked = source("option", &["two_mail"], 0);
    let of = |active: &[&str]| section(&taken(&set, &[&[asked.clone()][..], &plugins(active)].concat()), "mail");
    assert_eq!(
        of(&["two/two.php"]),
        "nothing is stored there, and the adapter does not say what that means (`absent` or `default`)"
    );
    assert_eq!(of(&[]), "none of `one/one.php`, `two/two.php` is active, and no other adapter says where it is kept");
}

#[test]
fn a_table_without_a_column_says_which_were_asked_for() {
    let set = only(adapter(TIMERS));
    let unread = |columns: &[&str]| {
        let lines = [
            source("option", &["course_*"], 0),
            json!({"source": {"kind": "table", "of": ["labels"], "columns": columns, "unread": "no-such-column"}}),
        ];
        section(&taken(&set, &lines), "tag")
    };
    assert_eq!(unread(&["id", "label"]), "the table lacks one of the columns that it was asked for: `id`, `label`");
    assert_eq!(unread(&["label"]), "the table has no column `label`");
}
