//! Values that mean the same and are written differently: money, moments, and text from a screen.

use amc_plan::model::record::{Evidence, Saw};
use amc_plan::model::{Kind, ObjectRef};
use amc_plan::rules::{Phase, Verdict};
use serde_json::{Value, json};

use crate::common::{copy_of_plans, plan};
use crate::facts::with;
use crate::reconcile::{differing, joined, order, subscription};
use crate::rules::{StepContext, patched};

const FORM: &str = "course-checkout";

fn priced(expected: &str, on_site: &str) -> StepContext {
    patched(&json!({
        "plan": {"order_forms": {FORM: {"expect": {"price": expected}}}},
        "site": {format!("order-form/{FORM}"): {"price": on_site}},
    }))
}

/// The verdict at the last gate, and what the rules of prices say.
fn judged(world: &StepContext) -> (Verdict, Vec<String>) {
    let judged = world.judged(false, Phase::GoLive);
    let of_prices = judged.findings.iter().filter(|finding| finding.rule.starts_with("price-"));
    (judged.verdict, of_prices.map(|finding| finding.message.clone()).collect())
}

#[test]
fn prices_are_compared_as_values_with_the_decimals_of_their_currency() {
    for (expected, on_site) in [
        ("497.00 USD", "USD 497"),
        ("497", "497.00 EUR"),
        ("497", "497.00"),
        ("1.500 KWD", "KWD 1.5"),
        ("497 JPY", "497.00 JPY"),
    ] {
        assert_eq!(judged(&priced(expected, on_site)), (Verdict::Green, vec![]), "{expected}, {on_site}");
    }
    for (expected, on_site, says) in [
        ("497.00 XYZ", "497.00 USD", "`XYZ` is no currency, so nobody can charge `497.00 XYZ`"),
        ("497.00 JPY", "497 JPY", "the expected price is `497.00 JPY`, but JPY has no decimals"),
        ("1.500 EUR", "1500 EUR", "the expected price is `1.500 EUR`, but EUR has at most 2 decimals"),
        ("497.00 EUR", "497.00 USD", "`Course Checkout` costs 497.00 USD on the site, and the plan expects 497.00 EUR"),
        ("497.00 EUR", "1.500 EUR", "the site's price of `Course Checkout`, `1.500 EUR`, cannot be read as an amount"),
    ] {
        assert_eq!(judged(&priced(expected, on_site)), (Verdict::Red, vec![says.to_owned()]), "{expected}, {on_site}");
    }
}

#[test]
fn an_amount_without_the_currency_that_the_plan_names_is_unproven_until_somebody_looked() {
    let world = priced("497.00 EUR", "497");
    let lacks =
        "cannot evaluate: `order-form/course-checkout: price` is unknown (the site's price `497` names no currency)";
    assert_eq!(judged(&world), (Verdict::Unproven, vec![lacks.to_owned()]));
    // Another amount is wrong in any currency.
    assert_eq!(judged(&priced("497.00 EUR", "49.70")).0, Verdict::Red);
    let saw = |price: &str| {
        Evidence::Saw(Saw {
            host: world.before.header.site.clone(),
            on: ObjectRef::new(Kind::OrderForm, FORM),
            fields: json!({"price": price}).as_object().unwrap().clone(),
            screen: None,
            until: "2026-11-24".to_owned(),
        })
    };
    let seen = |price: &str| with(&world, world.before.clone(), vec![saw(price)]);
    assert_eq!(judged(&seen("497.00 EUR")), (Verdict::Green, vec![]));
    assert_eq!(judged(&seen("497.00 USD")).0, Verdict::Red);
    // What was read stays what was read: only the currency is somebody's word.
    let read = seen("497.00 EUR").reading();
    let price = |reading: &amc_plan::model::Snapshot| reading.state.order_forms[FORM].price.clone();
    assert_eq!(price(&read), "497.00 EUR".to_owned().into());
    assert_eq!(price(&read.without_attested()), "497".to_owned().into());
    let contradicted = seen("498.00 EUR").reading();
    assert_eq!((price(&contradicted), contradicted.attested.contradictions().len()), ("497".to_owned().into(), 1));
}

#[test]
fn a_price_in_another_spelling_gets_the_form_to_write() {
    let folder = copy_of_plans();
    let text = std::fs::read_to_string(folder.path().join("bloom-coaching.yaml")).unwrap();
    assert!(text.contains("497.00 USD"));
    for (written, form) in [("497,00 USD", "497.00 USD"), ("$497", "497.00 USD"), ("1.497,50 €", "1497.50 EUR")] {
        std::fs::write(folder.path().join("p.yaml"), text.replace("497.00 USD", &format!("\"{written}\""))).unwrap();
        let ran = plan(folder.path(), &["check", "p.yaml", "--no-site"]);
        assert_eq!(ran.code, 1);
        assert!(ran.out.contains(&format!("cannot be `{written}`")), "{}", ran.out);
        assert!(ran.out.contains(&format!("write `{form}`: a point, and the currency's three letters")), "{}", ran.out);
    }
}

fn with_fields(mut of: Value, fields: &Value) -> Value {
    of.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    of
}

#[test]
fn money_and_moments_of_orders_are_compared_as_values() {
    let orders = |fields: &Value| vec![with_fields(order("1", "7"), fields)];
    let joined = |before: Value, after: Value| {
        let ledger = joined(&orders(&before), &orders(&after)).orders.unwrap();
        (ledger.same, ledger.changed.total)
    };
    for (before, after) in [
        (json!({"total": "497.00 USD"}), json!({"total": "497 USD"})),
        (json!({"total": "USD 497"}), json!({"total": "497.0000 usd"})),
        (json!({"date": "2026-11-21T10:00:00Z"}), json!({"date": "2026-11-21T11:00:00+01:00"})),
    ] {
        assert_eq!(joined(before.clone(), after.clone()), (1, 0), "{before} {after}");
    }
    for (before, after) in [
        (json!({"total": "497.00 USD"}), json!({"total": "497"})),
        (json!({"total": "497.00 USD"}), json!({"total": "497.00 CAD"})),
        (json!({"total": "free"}), json!({"total": "0"})),
        (json!({"date": "2026-11-21T10:00:00Z"}), json!({"date": "2026-11-21T10:00:00+01:00"})),
        (json!({"date": "2026-11-21"}), json!({"date": "2026-11-21T00:00:00Z"})),
    ] {
        assert_eq!(joined(before.clone(), after.clone()), (0, 1), "{before} {after}");
    }
    // The sums count one moment as one, too.
    let next = |at: &str| vec![subscription("1", "7", at)];
    let all = crate::reconcile::joined(&next("2026-12-01T10:00:00Z"), &next("2026-12-01T11:00:00+01:00"));
    assert_eq!(differing(&all), vec![]);
}
