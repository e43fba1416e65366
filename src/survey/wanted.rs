//! What the plan has beside a field.

use serde_json::{Map, Value, json};

use crate::change::Lowered;
use crate::model::keyed::implied_name;
use crate::model::plan::ModuleIntent;
use crate::model::{Kind, ObjectRef, Plan};

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

/// What the plan wants of a field of which this was captured; none where it says nothing of it.
pub(super) fn wanted(
    (plan, lowered): (&Plan, &Lowered),
    on: &ObjectRef,
    field: &str,
    captured: Option<&Value>,
) -> Option<Value> {
    let known = |text: &String| Some(json!(text)).filter(|_| !text.is_empty());
    let form = plan.order_forms.get(&on.key);
    match (on.kind, field) {
        (Kind::Offering, "modules") => modules(plan, &on.key, captured),
        (Kind::Crm, "system" | "label") | (Kind::Offering, "system") => known(&plan.crm.name),
        (Kind::Mail, "transport") => known(plan.mail.as_ref()?.transport.as_ref()?),
        (Kind::OrderForm, "price") => Some(json!(form?.expect.as_ref()?.price.as_ref()?)),
        (Kind::OrderForm, "gateway") => known(form?.expect.as_ref()?.gateway.as_ref()?),
        // A form of which the plan says what follows failed payments is one that charges again.
        (Kind::OrderForm, "recurring") => {
            let form = form?;
            Some(json!(form.failed_payment.is_some() || form.access_after.is_some()))
        }
        _ => {
            let compared = lowered.not_compared.iter().filter(|one| one.on == *on);
            compared.filter_map(|one| one.wanted.get(field)).next_back().cloned()
        }
    }
}

/// An offering's modules as the plan has them; of those that were captured in part what is missing.
fn modules(plan: &Plan, key: &str, captured: Option<&Value>) -> Option<Value> {
    if let Some(captured) = captured {
        let intent = plan.offerings.get(key);
        let all = captured.as_array()?.iter().map(|module| {
            let mut one = module.as_object()?.clone();
            let planned = intent.and_then(|intent| {
                let release = |(_, number, of): (usize, u32, &ModuleIntent)| Some((number, of.release.clone()?));
                let number = one.get("number")?.as_u64()?;
                intent.numbered().filter_map(release).find(|(planned, _)| u64::from(*planned) == number)
            });
            if let Some((_, release)) = planned {
                one.entry("release").or_insert_with(|| json!(release));
            }
            Some(Value::Object(one))
        });
        return all.collect::<Option<Vec<_>>>().map(Value::Array);
    }
    let all = plan.offerings.get(key)?.numbered().map(|(_, number, module)| {
        let release = module.release.as_ref().map(|release| json!(release)).or((number == 0).then_some(Value::Null));
        let mut one = Map::from_iter([("number".to_owned(), json!(number)), ("name".to_owned(), json!(module.name()))]);
        one.extend(release.map(|release| ("release".to_owned(), release)));
        Value::Object(one)
    });
    Some(all.collect())
}

/// What a field is taken to hold while it is found out what else is asked: as the plan wants it, else as it is on most sites.
pub(super) fn likely(wanted: Option<&Value>, on: &ObjectRef, field: &str) -> Value {
    wanted.cloned().unwrap_or_else(|| {
        let usual = [json!(!matches!(field, "managed" | "crm_contact")), Value::Null];
        let fits = |value: &&Value| super::typed(on, field, &super::shown(on, field, value)).as_ref() == Some(*value);
        usual.iter().find(fits).cloned().unwrap_or_default()
    })
}
