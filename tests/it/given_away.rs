//! A free offering comes through an opt-in form, or through an order form at which nobody pays.

use amc_plan::rules::{Phase, Verdict};
use serde_json::{Value, json};

use crate::rules::{StepContext, patched};

/// The base, its free offering given away by an order form with this price in the plan and on the site.
fn given_by(expect: &Value, more: &Value) -> StepContext {
    let mut form = json!({"custom_operation": {"release": ["mini-course"]}, "expect": expect});
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    patched(&json!({
        "plan": {"opt_in_forms": null, "order_forms": {"free-checkout": form}, "emails": {"welcome": "purchases"}},
        "site": {
            "emails": {"welcome": "purchases"},
            "opt-in-form/mini-course-signup": null,
            "order-form/free-checkout": {
                "id": "6", "name": "Free Checkout", "operations": [{"release": "mini-course"}], "price": "0.00 USD",
                "gateway": "stripe", "recurring": false,
            },
        },
    }))
}

fn said(world: &StepContext) -> (Verdict, Vec<String>) {
    let judged = world.judged(false, Phase::GoLive);
    (judged.verdict, judged.findings.iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect())
}

#[test]
fn an_order_form_with_a_price_of_nothing_gives_a_free_offering_away() {
    for price in ["0.00 USD", "0"] {
        assert_eq!(said(&given_by(&json!({"price": price}), &json!({}))), (Verdict::Green, vec![]), "{price}");
    }
}

#[test]
fn an_order_form_that_takes_money_or_does_not_say_that_it_takes_none_gives_nothing_away() {
    let lacks = "opt-in-form-missing: `Mini Course` is free, but no opt-in form releases it";
    let failed = json!({"failed_payment": {"after_final_retry": "keep"}});
    for (expect, more) in [
        (json!({"price": "1.00 USD"}), json!({})),
        (json!({"gateway": "stripe"}), json!({})),
        (json!({"price": "0.00 USD"}), failed),
    ] {
        let (verdict, said) = said(&given_by(&expect, &more));
        assert_eq!(verdict, Verdict::Red);
        assert!(said.iter().any(|said| said == lacks), "{said:?}");
    }
}

#[test]
fn whoever_comes_in_so_is_sent_what_a_buyer_is_and_the_form_has_to_be_there() {
    let mut world = given_by(&json!({"price": "0.00 USD"}), &json!({}));
    world.plan.emails = serde_json::from_value(json!({"enabled": true, "welcome": "none"})).unwrap();
    let (_, found) = said(&world);
    assert!(found.iter().any(|said| said.starts_with("welcome-does-not-cover: whoever buys ")), "{found:?}");
    let mut world = given_by(&json!({"price": "0.00 USD"}), &json!({}));
    world.before.state.order_forms.remove("free-checkout");
    let (_, found) = said(&world);
    let lacks = "order-form-without-release: no order form of the site releases `Mini Course`, so nobody can get it after the switch";
    assert!(found.iter().any(|said| said == lacks), "{found:?}");
}
