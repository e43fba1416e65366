//! What the plan has beside a field, and which fields are asked without it.

use serde_json::{Map, Value, json};

use crate::change::Lowered;
use crate::model::keyed::implied_name;
use crate::model::{Kind, ObjectRef, Plan};

/// What money and mail hang on: a person types what they see, and is shown nothing to agree with.
pub fn is_blind(kind: Kind, field: &str) -> bool {
    matches!(
        (kind, field),
        (Kind::ChargingGuard, "production_url")
            | (Kind::Mail, "simulated")
            | (Kind::Crm, "connected" | "managed")
            | (Kind::OrderForm, "after_final_retry")
    )
}

/// The names of a kind's objects that the plan speaks of: its own and what it leaves alone. None where it speaks of no such kind.
pub fn own_names(plan: &Plan, kind: Kind) -> Option<Vec<String>> {
    let left = &plan.leave_alone;
    let named = |own: Vec<&String>, left: Vec<String>| own.into_iter().cloned().chain(left).collect();
    let implied = |keys: Vec<&String>| keys.into_iter().map(|key| implied_name(key)).collect();
    match kind {
        Kind::Offering => Some(named(
            plan.offerings.values().map(|one| &one.name).collect(),
            implied(left.offerings.keys().collect()),
        )),
        Kind::OrderForm => Some(named(
            plan.order_forms.values().map(|one| &one.name).collect(),
            implied(left.order_forms.keys().collect()),
        )),
        Kind::OptInForm => Some(named(
            plan.opt_in_forms.values().map(|one| &one.name).collect(),
            implied(left.opt_in_forms.keys().collect()),
        )),
        Kind::Webhook => {
            Some(named(plan.webhooks.values().map(|one| &one.calls).collect(), left.webhooks.keys().cloned().collect()))
        }
        _ => None,
    }
}

/// What the plan wants of a field; none where it says nothing of it.
pub(super) fn wanted(plan: &Plan, lowered: &Lowered, on: &ObjectRef, field: &str) -> Option<Value> {
    let known = |text: &String| Some(json!(text)).filter(|_| !text.is_empty());
    let form = plan.order_forms.get(&on.key);
    match (on.kind, field) {
        (Kind::Offering, "modules") => modules(plan, &on.key),
        (Kind::Crm, "system" | "label") | (Kind::Offering, "system") => known(&plan.crm.name),
        (Kind::Mail, "transport") => known(plan.mail.as_ref()?.transport.as_ref()?),
        (Kind::OrderForm, "price") => Some(json!(form?.expect.as_ref()?.price.as_ref()?)),
        (Kind::OrderForm, "gateway") => known(form?.expect.as_ref()?.gateway.as_ref()?),
        // A form of which the plan says what follows failed payments is one that charges again.
        (Kind::OrderForm, "recurring") => Some(json!(form?.failed_payment.is_some())),
        _ => {
            let compared = lowered.not_compared.iter().filter(|one| one.on == *on);
            compared.filter_map(|one| one.wanted.get(field)).next_back().cloned()
        }
    }
}

/// An offering's modules as the plan has them.
fn modules(plan: &Plan, key: &str) -> Option<Value> {
    let all = plan.offerings.get(key)?.numbered().map(|(_, number, module)| {
        let release = module.release.as_ref().map(|release| json!(release)).or((number == 0).then_some(Value::Null));
        let mut one = Map::from_iter([("number".to_owned(), json!(number)), ("name".to_owned(), json!(module.name()))]);
        one.extend(release.map(|release| ("release".to_owned(), release)));
        Value::Object(one)
    });
    Some(all.collect())
}

/// What a field is taken to hold while it is found out what else is asked: as the plan wants it, else as it is on most sites.
pub(super) fn likely(plan: &Plan, lowered: &Lowered, on: &ObjectRef, field: &str) -> Value {
    wanted(plan, lowered, on, field).unwrap_or_else(|| {
        let usual = [json!(!matches!(field, "managed" | "crm_contact")), Value::Null];
        let fits = |value: &&Value| super::typed(on, field, &super::shown(on, field, value)).as_ref() == Some(*value);
        usual.iter().find(fits).cloned().unwrap_or_default()
    })
}
