//! `plan rules test`: each rule by its own examples.

use std::fs;

use crate::own_rules::says;
use crate::place::Place;

fn tested(good: &str, bad: &str) -> crate::place::Ran {
    let place = Place::new();
    let text = format!(
        "version: 1\nrules:\n  tested:\n    for: order-forms\n    when: object.plan.name != 'Skipped'\n    \
         require: object.after.test_mode\n    message: m\n    good: [{good}]\n    bad: [{bad}]\n"
    );
    fs::write(place.path("rules.yaml"), text).unwrap();
    place.run(&["rules", "test"])
}

const GOOD: &str = "{plan: {order_forms: {a: {}}}, site: {order_forms: {a: {test_mode: true}}}}";
const BAD: &str = "{plan: {order_forms: {a: {}}}, site: {order_forms: {a: {test_mode: false}}}}";

#[test]
fn examples_that_are_as_they_should_be_are_counted() {
    says(&tested(GOOD, BAD), 0, &["rules.yaml: 1 rule, 2 examples: each finds what it should, and nothing else"]);
    // Only one side is said: both are alike. Where both are, each is its own.
    let after = "{plan: {order_forms: {a: {}}}, site: {order_forms: {a: {test_mode: false}}}, after: {order_forms: {a: {test_mode: true}}}}";
    says(&tested(after, BAD), 0, &[]);
}

#[test]
fn an_example_that_shows_something_else_or_nothing_is_a_mistake_at_its_place() {
    let unknown = "{plan: {order_forms: {a: {}}}, site: {order_forms: {a: {name: A}}}}";
    let no_site = "{plan: {order_forms: {a: {}}}}";
    let skipped = "{plan: {order_forms: {a: {name: Skipped}}}, site: {order_forms: {a: {test_mode: true}}}}";
    for (good, bad, words) in [
        (BAD, BAD, &["rules.yaml:8:", "good example 1 of `own/tested`: it finds something here"][..]),
        (GOOD, GOOD, &["rules.yaml:9:", "bad example 1 of `own/tested`: it finds nothing here"]),
        (unknown, BAD, &["`order-form/a: test_mode` is unknown here", "say it in the example"]),
        (GOOD, no_site, &["bad example 1", "`order-form` is unknown here"]),
        (skipped, BAD, &["it asks nothing here, so this shows nothing"]),
        ("{plan: {}}", BAD, &["it asks nothing here"]),
        (GOOD, "{plan: {order_forms: {a: {}}}, site: {order_forms: {}}}", &["for `a` it cannot be evaluated"]),
        ("{plans: {}}", BAD, &["rules.yaml:8:", "(unknown-key)", "did you mean `plan`?"]),
        ("1", BAD, &["(wrong-type)"]),
    ] {
        says(&tested(good, bad), 1, &[words, &["1 mistake"]].concat());
    }
}

#[test]
fn a_rule_that_cannot_be_read_is_said_with_why() {
    let place = Place::new();
    let text = "version: 1\nrules:\n  a:\n    require: 'plan.'\n    message: m\n    good: [{plan: {}}]\n    bad: [{plan: {}}]\n";
    fs::write(place.path("my.yaml"), text).unwrap();
    says(&place.run(&["rules", "test", "my.yaml"]), 1, &["my.yaml:6:", "`require` cannot be read", "2 mistakes"]);
    says(&place.run(&["rules", "test"]), 3, &["rules.yaml"]);
    fs::write(place.path("my.yaml"), "version: 1\nrules: {}\n").unwrap();
    says(&place.run(&["rules", "test", "my.yaml"]), 0, &["0 rules, 0 examples"]);
}
