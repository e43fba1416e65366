use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::own_rules::OwnExample;

fn example(value: serde_json::Value) -> Facts {
    Facts::of_example(&serde_json::from_value::<OwnExample>(value).unwrap())
}

fn once(require: &str) -> Asked {
    Asked { each: None, when: None, require: require.to_owned() }
}

/// What comes of an expression: `holds`, `fails`, which facts it lacks, or why it cannot be evaluated.
fn came(require: &str, facts: &Facts) -> String {
    let answer = match answer(&once(require), facts) {
        Ok(answer) => answer,
        Err(why) => return format!("unreadable: {}", why.0),
    };
    match &answer {
        Answer { lacks: true, reads, .. } => {
            let lacks = reads.iter().filter(|(_, known)| !**known).map(|(fact, _)| fact.as_str());
            format!("lacks {}", lacks.collect::<Vec<_>>().join(", "))
        }
        Answer { fails, .. } if !fails.is_empty() => "fails".to_owned(),
        Answer { broken, .. } => broken.first().map_or("holds".to_owned(), |(_, why)| format!("broken: {why}")),
    }
}

fn shop() -> Facts {
    example(json!({
        "plan": {
            "crm": {"name": "ontraport"},
            "offerings": {"course": {"name": "Course", "modules": [{"base": "Welcome"}, {"module": "Two", "release": "by-hand"}]}},
            "order_forms": {"checkout": {"name": "Checkout", "expect": {"price": "97.00 USD", "gateway": "stripe"}}},
        },
        "site": {
            "crm": {"connected": true},
            "order_forms": {
                "checkout": {"name": "Checkout", "price": "97.00 USD", "gateway": null},
                "other": {"name": "Other", "price": "1.00 EUR", "recurring": false},
            },
            "offerings": {"course": {"name": "Course", "modules": [
                {"number": 0, "name": "Welcome"}, {"number": 1, "name": "Two", "tag": "two"}
            ]}},
            "tags": {"a": {}, "b": {}},
        },
        "census": {"members": 12, "tags": {"a": 3}},
    }))
}

#[test]
fn what_is_known_is_compared() {
    for (require, wanted) in [
        ("true", "holds"),
        ("plan.crm.name == 'ontraport'", "holds"),
        ("plan.crm.name != 'ontraport'", "fails"),
        ("plan.window == null", "holds"),
        ("has(plan.window)", "fails"),
        ("!has(plan.window) && has(plan.crm.name)", "holds"),
        ("size(plan.order_forms) == 1", "holds"),
        ("plan.order_forms.all(key, plan.order_forms[key].expect.gateway == 'stripe')", "holds"),
        ("plan.offerings.course.modules.exists(m, m.release == 'by-hand')", "holds"),
        ("plan.offerings.course.modules.filter(m, has(m.release)).map(m, m.module) == ['Two']", "holds"),
        ("site.crm.connected", "holds"),
        ("'checkout' in site.order_forms", "holds"),
        ("'gone' in site.order_forms", "fails"),
        ("site.order_forms['gone'] == null", "holds"),
        ("has(site.order_forms.gone)", "fails"),
        ("site.order_forms.checkout.gateway == null", "holds"),
        ("has(site.order_forms.checkout.gateway)", "fails"),
        ("site.order_forms.checkout.price.endsWith(' USD')", "holds"),
        ("site.order_forms.checkout.price.matches('^[0-9.]+ [A-Z]{3}$')", "holds"),
        ("after.order_forms.exists_one(k, after.order_forms[k].price.endsWith('EUR'))", "holds"),
        ("site.tags.all(name, name in ['a', 'b'])", "holds"),
        ("census.members > 10 && census.members < 20u && census.tags['a'] == 3 && census.tags['none'] == 0", "holds"),
        ("site.offerings.course.modules[1].tag == 'two'", "holds"),
        ("site.offerings.course.modules[0].release == null", "holds"),
        ("plan.crm == null", "fails"),
        ("null == null", "holds"),
    ] {
        assert_eq!(came(require, &shop()), wanted, "{require}");
    }
}

/// Nothing makes an answer of what nobody knows, and it is named.
#[test]
fn unknown_is_neither_true_nor_false_nor_nothing() {
    for (require, fact) in [
        ("site.crm.managed", "crm: managed"),
        ("!site.crm.managed", "crm: managed"),
        ("has(site.crm.managed)", "crm: managed"),
        ("!has(site.crm.managed)", "crm: managed"),
        ("site.crm.managed == null", "crm: managed"),
        ("site.crm.managed != null", "crm: managed"),
        ("site.crm['managed'] == false", "crm: managed"),
        ("site.crm.managed == site.crm.managed", "crm: managed"),
        ("site.crm.managed in [true, false]", "crm: managed"),
        ("[site.crm.managed].size() == 1", "crm: managed"),
        ("site.crm.managed ? true : true", "crm: managed"),
        ("site.crm.connected && site.crm.managed", "crm: managed"),
        ("!site.crm.connected || site.crm.managed", "crm: managed"),
        ("{'a': site.crm.managed}.a == true", "crm: managed"),
        ("string(site.order_forms.checkout.recurring) != ''", "order-form/checkout: recurring"),
        ("site.order_forms.all(k, !site.order_forms[k].recurring)", "order-form/checkout: recurring"),
        ("site.order_forms.filter(k, site.order_forms[k].recurring).size() == 0", "order-form/checkout: recurring"),
        ("site.order_forms.map(k, site.order_forms[k].recurring).size() > 0", "order-form/checkout: recurring"),
        ("site.order_forms.exists_one(k, site.order_forms[k].recurring)", "order-form/checkout: recurring"),
        ("has(site.order_forms.checkout.recurring)", "order-form/checkout: recurring"),
        ("site.offerings.course.modules[1].release == null", "offering/course: release of module 1"),
        ("site.offerings.course.modules.all(m, !has(m.release))", "offering/course: release of module 1"),
        ("site.mail.simulated", "mail"),
        ("has(site.mail)", "mail"),
        ("site.mail == null", "mail"),
        ("site.webhooks.size() == 0", "webhook"),
        ("size(site.webhooks) == 0", "webhook"),
        ("site.webhooks.all(k, false)", "webhook"),
        ("!site.webhooks.exists(k, true)", "webhook"),
        ("'x' in site.webhooks", "webhook"),
        ("!('x' in site.webhooks)", "webhook"),
        ("site.webhooks['x'] == null", "webhook"),
        ("has(site.webhooks.x)", "webhook"),
        ("census.orders == 0", "order"),
        ("census.referred == 0 && census.members == 12", "contact affiliate"),
        ("census.subscribed['checkout'] == 0", "subscription"),
    ] {
        assert_eq!(came(require, &shop()), format!("lacks {fact}"), "{require}");
    }
}

/// As in a logic of three values: what is known decides, where it does whatever the rest is.
#[test]
fn an_answer_that_does_not_hang_on_what_is_unknown_is_one() {
    for (require, wanted) in [
        ("site.crm.connected || site.crm.managed", "holds"),
        ("site.crm.managed || site.crm.connected", "holds"),
        ("!site.crm.connected && site.crm.managed", "fails"),
        ("site.crm.managed && !site.crm.connected", "fails"),
        ("site.order_forms.exists(k, site.order_forms[k].recurring == false)", "holds"),
        ("site.order_forms.all(k, site.order_forms[k].recurring == true)", "fails"),
        ("true ? true : site.crm.managed", "holds"),
    ] {
        assert_eq!(came(require, &shop()), wanted, "{require}");
        let reads = answer(&once(require), &shop()).unwrap().reads;
        assert!(reads.values().all(|known| *known) && reads.keys().all(|fact| !fact.ends_with("managed")), "{reads:?}");
    }
}

#[test]
fn what_was_read_is_noted_as_facts() {
    let reads = |require: &str| {
        let reads = answer(&once(require), &shop()).unwrap().reads;
        reads.into_iter().map(|(fact, known)| if known { fact } else { format!("{fact}?") }).collect::<Vec<_>>()
    };
    assert_eq!(reads("plan.crm.name == ''"), Vec::<String>::new());
    assert_eq!(reads("site.crm.connected"), ["crm", "crm: connected"]);
    assert_eq!(reads("site.crm.managed"), ["crm", "crm: managed?"]);
    assert_eq!(reads("site.order_forms.checkout.price == ''"), ["order-form/checkout", "order-form/checkout: price"]);
    assert_eq!(reads("size(site.order_forms) == 0"), ["order-form"]);
    assert_eq!(reads("'gone' in site.order_forms"), ["order-form"]);
    assert_eq!(reads("census.tags['a'] == 3"), ["contact tags"]);
}

#[test]
fn what_is_wrong_with_a_rule_is_said_without_any_value() {
    for (require, why) in [
        ("site.crm.conected", "broken: crm has no field `conected`; did you mean `connected`?"),
        ("plan.windwo == null", "broken: the plan has no field `windwo`; did you mean `window`?"),
        ("plan.people.jo == 'operator'", "broken: the plan has no field `people`"),
        ("plan.spot_check == null", "broken: the plan has no field `spot_check`"),
        ("site.administrators == null", "broken: the site has no field `administrators`"),
        ("plan.crm.name", "broken: it comes to a value of the type `string`, and not to `true` or `false`"),
        ("plan.crm.name < 3", "broken: `<` is not for `string` and `int`"),
        ("plan.crm.name + 3 == ''", "broken: `add` is not for values of these types"),
        ("plan.crm == plan.crm", "broken: only text, numbers,"),
        ("[plan.crm] == []", "broken: only text, numbers,"),
        ("plan.crm in [1]", "broken: only text, numbers,"),
        ("'name' in plan.crm", "broken: whether a field is there is asked with `has(…)`"),
        ("1 / 0 == 1", "broken: it divides by zero"),
        ("9223372036854775807 + 1 == 0", "broken: a number gets too large"),
        ("[1][3] == 1", "broken: a list has no such item"),
        ("int('x') == 1", "broken: "),
        ("nothing == 1", "broken: there is nothing called `nothing`"),
        ("object.key == ''", "broken: there is nothing called `object`"),
        ("1", "broken: it comes to a value of the type `int`"),
        ("plan.crm.name.matches('(')", "broken: "),
        ("", "unreadable: `require` cannot be read: at line 1"),
        ("a b", "unreadable: `require` cannot be read: at line 1"),
        ("plan.?crm == null", "unreadable: "),
        ("plan[?'crm'] == null", "unreadable: "),
        ("[?plan.crm].size() == 0", "unreadable: "),
        (
            "optional.of(site.crm).managed.hasValue()",
            "unreadable: `require` cannot be read: `of(…)` is not of the language",
        ),
        ("optional.none().orValue(true)", "unreadable: "),
        ("type(plan) == map", "unreadable: `require` cannot be read: `type(…)` is not of the language"),
        ("dyn(1) == 1", "unreadable: "),
        ("Plan{}.x", "unreadable: `require` cannot be read: a value of a named type"),
        ("plan.crm.name.lowerAscii() == ''", "unreadable: "),
        ("timestamp('2026-11-30T00:00:00Z') == null", "unreadable: "),
    ] {
        let came = came(require, &shop());
        assert!(came.starts_with(why), "{require}: {came}");
        assert!(!came.contains("ontraport"), "{came}");
    }
}

#[test]
fn a_rule_for_each_object_sees_the_plans_entry_and_both_sides() {
    let asked = |when: Option<&str>, require: &str| {
        let asked = Asked { each: Some(Each::OrderForms), when: when.map(str::to_owned), require: require.to_owned() };
        answer(&asked, &shop()).unwrap()
    };
    let fails = asked(None, "object.after.price == '1.00 EUR'");
    assert_eq!((fails.asked, fails.fails), (1, vec!["checkout".to_owned()]));
    assert_eq!(
        asked(None, "object.key == 'checkout' && object.plan.expect.price == object.after.price").fails,
        [""; 0]
    );
    let skipped = asked(Some("object.plan.expect.gateway == 'paypal'"), "false");
    assert_eq!((skipped.asked, skipped.fails.len()), (0, 0));
    let lacks = asked(Some("object.site.recurring"), "false");
    assert!(
        lacks.lacks
            && lacks.reads
                == [("order-form/checkout".to_owned(), true), ("order-form/checkout: recurring".to_owned(), false)]
                    .into()
    );
    // Of a site that was not read nothing is known, and of a plan that has none of them nothing is asked.
    let nowhere = example(json!({"plan": {"order_forms": {"x": {"name": "X"}}}}));
    let asked = Asked { each: Some(Each::OrderForms), when: None, require: "object.after == null".to_owned() };
    assert!(answer(&asked, &nowhere).unwrap().lacks);
    assert_eq!(answer(&asked, &example(json!({"plan": {}, "site": {"order_forms": {}}}))).unwrap().asked, 0);
    let gone = example(json!({"plan": {"order_forms": {"x": {"name": "X"}}}, "site": {"order_forms": {}}}));
    let gone = answer(&asked, &gone).unwrap();
    assert!(
        (gone.asked, gone.lacks, gone.fails.len()) == (1, false, 0)
            && gone.reads == [("order-form".to_owned(), true)].into()
    );
}

#[test]
fn a_webhook_is_found_on_the_site_by_what_it_calls() {
    let facts = example(json!({
        "plan": {"webhooks": {"dunning": {"calls": "/?aal_revokesubscription?productId=12"}, "aal_genpass": {}}},
        "site": {"webhooks": {"aal_genpass": {"command": "aal_genpass"}, "aal_revokesubscription?productId=12": {"command": "x"}}},
    }));
    let asked = Asked { each: Some(Each::Webhooks), when: None, require: "object.site != null".to_owned() };
    let answer = answer(&asked, &facts).unwrap();
    assert_eq!((answer.asked, answer.fails, answer.broken), (2, vec![], vec![]));
}

/// Parts of expressions, those that are none among them.
const PARTS: [&str; 44] = [
    "plan",
    "site",
    "after",
    "census",
    "object",
    ".crm",
    ".managed",
    ".order_forms",
    ".checkout",
    ".price",
    "['a']",
    "[0]",
    "[-1]",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "?",
    ".",
    "==",
    "!=",
    "<",
    " in ",
    "&&",
    "||",
    "!",
    "-",
    "+",
    "*",
    "/",
    "%",
    "1",
    "1u",
    "1.5",
    "'a'",
    "b'a'",
    "null",
    "true",
    ".all(x, x)",
    "has(",
];

/// Words in any order, as many as a person types.
fn any_text() -> impl Strategy<Value = String> {
    let part = prop_oneof![8 => proptest::sample::select(&PARTS[..]).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    proptest::collection::vec(part, 0..14).prop_map(|parts| parts.concat())
}

/// What comes to true, false, an error, or hangs on a fact that is unknown.
fn any_condition() -> impl Strategy<Value = String> {
    let leaf = proptest::sample::select(vec![
        "true",
        "false",
        "F",
        "has(F)",
        "F == null",
        "F != null",
        "F == true",
        "F in [true, null]",
        "[F].size() == 1",
        "[F, true].exists(x, x)",
        "[1, 2].all(x, F)",
        "['a'].filter(x, F).size() == 1",
        "['a'].map(x, F) == [true]",
        "site.crm.connected",
        "{'a': F}.a == true",
        "1 / 0 == 1",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) && ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) || ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) == ({b})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a}) ? ({b}) : ({c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[({a}), ({b})].all(y, y)")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[({a}), ({b})].exists(y, y)")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) in [({b})]")),
            inner.prop_map(|a| format!("!({a})")),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_ends_the_program(text in any_text()) {
        let _ = answer(&once(&text), &shop());
    }

    /// Whatever a fact turns out to be, an answer that was given while nobody knew it stays the answer.
    #[test]
    fn an_answer_stands_whatever_the_unknown_turns_out_to_be(condition in any_condition()) {
        let with = |managed: Option<serde_json::Value>| {
            let mut crm = json!({"connected": true});
            if let Some(managed) = managed {
                crm["managed"] = managed;
            }
            came(&condition.replace('F', "site.crm.managed"), &example(json!({"site": {"crm": crm}})))
        };
        let unknown = with(None);
        for managed in [json!(true), json!(false), json!(null)] {
            let known = with(Some(managed.clone()));
            prop_assert!(!known.starts_with("lacks"), "{}: {}", condition, known);
            if matches!(unknown.as_str(), "holds" | "fails") {
                prop_assert_eq!(&known, &unknown, "{} of {}", condition, managed);
            }
        }
    }
}
