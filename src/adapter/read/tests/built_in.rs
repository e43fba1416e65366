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
