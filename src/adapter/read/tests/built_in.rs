//! What is built in, alone; and the collector's list that is made from it.

use super::*;

#[test]
fn the_built_in_adapters_alone_say_nothing_of_what_nobody_has_seen() {
    let set = Set::new(built_in().iter().cloned());
    let taken = taken(&set, &[]);
    for kind in ["order-form", "opt-in-form", "maintenance", "charging-guard", "emails", "webhook"] {
        assert_eq!(section(&taken, kind), "no adapter says where it is kept", "{kind}");
    }
    assert_eq!(section(&taken, "environment"), "bridge");
    assert_eq!(taken.snapshot.state.environment.as_ref().unwrap().url, "https://staging.bloom.example");
    assert!(!taken.has_population());
}

#[test]
fn the_list_of_the_collector_is_made_from_the_built_in_adapters() {
    let set = Set::new(built_in().iter().cloned());
    let made = compile::text(&set);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/bridge/request.json"), &made).unwrap();
    }
    let committed = include_str!("../../../../bridge/request.json");
    assert!(
        made == committed || std::env::var_os("UPDATE").is_some(),
        "bridge/request.json is stale: run this test with UPDATE=1"
    );
}

#[test]
fn wp_mail_smtp_sends_unless_its_constants_count_and_they_do_only_for_true_itself() {
    let of = built_in().iter().find(|one| one.adapter.name == "wp-mail-smtp").unwrap().clone();
    let set = only(of);
    let simulated = |on: Json| {
        let lines = [
            source("option", &["wp_mail_smtp"], 0),
            json!({"source": {"kind": "plugin", "of": [], "engine": "none", "expected": 1}}),
            json!({"plugin": {"file": "wp-mail-smtp/wp_mail_smtp.php", "version": "4.1.0", "status": "active"}}),
            json!({"source": {"kind": "constant", "of": ["WPMS_DO_NOT_SEND", "WPMS_ON"], "engine": "none", "expected": 2}}),
            json!({"constant": {"name": "WPMS_DO_NOT_SEND", "value": true}}),
            json!({"constant": {"name": "WPMS_ON", "value": on}}),
            source("function", &["wp_mail"], 1),
            json!({"function": {"name": "wp_mail", "owner": "core", "filters": []}}),
        ];
        taken(&set, &lines).snapshot.state.mail.unwrap().simulated
    };
    assert_eq!(simulated(json!(true)), Field::Set(true));
    // `=== true`: with the word the constants do not count, and mail leaves.
    for on in [json!("true"), json!(1), json!("1"), json!(false)] {
        assert_eq!(simulated(on.clone()), Field::Set(false), "{on}");
    }
}
