//! The fields that a plan may change, read from and written to the typed objects.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::plan::{AfterFinalRetry, Welcome};
use crate::model::state::{Kind, Object, Operation, OptInForm};
use crate::model::{ObjectRef, Release, State};

#[derive(Serialize, Deserialize)]
pub(super) struct Guard {
    pub(super) enabled: bool,
    pub(super) production_url: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Mails {
    pub(super) enabled: bool,
    pub(super) welcome: Option<Welcome>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Transport {
    pub(super) simulated: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Timers {
    pub(super) modules: Vec<Timer>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Timer {
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) release: Option<Release>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct OptIn {
    pub(super) name: String,
    pub(super) operations: Vec<Operation>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Checkout {
    pub(super) operations: Vec<Operation>,
    pub(super) after_final_retry: Option<AfterFinalRetry>,
}

/// The operations of a form as a set: order and repetition mean nothing, of operations and of the tags in one.
pub(super) fn as_set(operations: &[Operation]) -> Vec<Operation> {
    let mut set = operations.to_vec();
    for operation in &mut set {
        if let Operation::AddTags(tags) = operation {
            tags.sort();
            tags.dedup();
        }
    }
    set.sort();
    set.dedup();
    set
}

/// Managed fields without what means nothing: what two sides are compared by, and digested from.
pub(super) fn canonical(fields: &Value) -> Value {
    let mut fields = fields.clone();
    if let Some(operations) = fields.get_mut("operations")
        && let Ok(list) = Vec::<Operation>::deserialize(&*operations)
    {
        *operations = value(&as_set(&list));
    }
    fields
}

/// Whether managed fields mean the same. A site keeps its own order of operations; nothing else may differ.
pub fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    a == b || a.zip(b).is_some_and(|(a, b)| canonical(a) == canonical(b))
}

/// The managed fields of the object at a place, as the site has them; none where there is no such object, where its kind
/// has no managed fields, or where they were not captured.
pub fn read(state: &State, on: &ObjectRef) -> Option<Value> {
    let fields = match state.get(on)? {
        Object::ChargingGuard(o) => value(&Guard { enabled: o.enabled, production_url: o.production_url }),
        Object::Emails(o) => value(&Mails { enabled: o.enabled, welcome: o.welcome }),
        Object::Mail(o) => value(&Transport { simulated: o.simulated? }),
        Object::Offering(o) => {
            let timer = |m: crate::model::state::Module| Timer { number: m.number, name: m.name, release: m.release };
            value(&Timers { modules: o.modules?.into_iter().map(timer).collect() })
        }
        Object::OptInForm(o) => value(&OptIn { name: o.name, operations: o.operations? }),
        Object::OrderForm(o) => value(&Checkout { operations: o.operations?, after_final_retry: o.after_final_retry }),
        _ => return None,
    };
    Some(fields)
}

/// The JSON form of managed fields.
pub(super) fn value<T: Serialize>(fields: &T) -> Value {
    serde_json::to_value(fields).unwrap_or(Value::Null)
}

/// Fields that do not fit the object they are meant for.
pub(super) struct Unfit;

/// Writes managed fields into the object at a place; creates an opt-in form, or takes one away.
pub(super) fn write(state: &mut State, on: &ObjectRef, fields: Option<&Value>) -> Result<(), Unfit> {
    let key = on.key.as_str();
    let Some(fields) = fields else {
        return match on.kind {
            Kind::OptInForm => state.opt_in_forms.remove(key).map(drop).ok_or(Unfit),
            _ => Err(Unfit),
        };
    };
    match on.kind {
        Kind::ChargingGuard => {
            let (guard, new) = (state.charging_guard.as_mut().ok_or(Unfit)?, parse::<Guard>(fields)?);
            (guard.enabled, guard.production_url) = (new.enabled, new.production_url);
        }
        Kind::Emails => {
            let (emails, new) = (state.emails.as_mut().ok_or(Unfit)?, parse::<Mails>(fields)?);
            (emails.enabled, emails.welcome) = (new.enabled, new.welcome);
        }
        Kind::Mail => {
            state.mail.as_mut().ok_or(Unfit)?.simulated = Some(parse::<Transport>(fields)?.simulated);
        }
        Kind::Offering => write_timers(state, key, parse(fields)?)?,
        Kind::OptInForm => {
            let new: OptIn = parse(fields)?;
            let blank = OptInForm { id: None, name: String::new(), operations: Some(Vec::new()), extra: Map::new() };
            let form = state.opt_in_forms.entry(on.key.clone()).or_insert(blank);
            // What was not captured is not written over.
            *form.operations.as_mut().ok_or(Unfit)? = new.operations;
            form.name = new.name;
        }
        Kind::OrderForm => {
            let (form, new) = (state.order_forms.get_mut(key).ok_or(Unfit)?, parse::<Checkout>(fields)?);
            *form.operations.as_mut().ok_or(Unfit)? = new.operations;
            form.after_final_retry = new.after_final_retry;
        }
        _ => return Err(Unfit),
    }
    Ok(())
}

fn write_timers(state: &mut State, key: &str, new: Timers) -> Result<(), Unfit> {
    let offering = state.offerings.get_mut(key).ok_or(Unfit)?;
    let modules = offering.modules.as_mut().ok_or(Unfit)?;
    let same_modules = modules.len() == new.modules.len()
        && modules.iter().zip(&new.modules).all(|(a, b)| a.number == b.number && a.name == b.name);
    if !same_modules {
        return Err(Unfit);
    }
    for (module, timer) in modules.iter_mut().zip(new.modules) {
        module.release = timer.release;
    }
    Ok(())
}

/// Fields as their type; unfit where reading them back would give others.
fn parse<T: DeserializeOwned + Serialize>(fields: &Value) -> Result<T, Unfit> {
    let typed = T::deserialize(fields).map_err(|_| Unfit)?;
    if value(&typed) == *fields { Ok(typed) } else { Err(Unfit) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Change, apply};
    use super::*;

    #[test]
    fn what_was_not_captured_is_not_written_over() {
        let unread = [
            (Kind::OptInForm, json!({"name": "Signup"}), json!({"name": "Signup", "operations": []})),
            (Kind::OrderForm, json!({"name": "Signup"}), json!({"operations": [], "after_final_retry": "revoke"})),
            (Kind::Offering, json!({"name": "Signup"}), json!({"modules": []})),
        ];
        for (kind, fields, after) in unread {
            let mut state = State::default();
            state.insert("signup", Object::from_fields(kind, fields).unwrap());
            let (on, as_it_was) = (ObjectRef::new(kind, "signup"), state.clone());
            let change = Change { on, before: None, after: Some(after), cause: String::new() };
            assert!(apply(&mut state, &change).is_err(), "{kind}");
            assert_eq!(state, as_it_was, "{kind}");
        }
    }
}
