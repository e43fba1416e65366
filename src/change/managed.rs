//! The fields that a plan may change, read from and written to the objects: those that are known, each by itself.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::spelling::{is_same, plain};
use crate::model::state::{Kind, Module, Object, Operation, OptInForm};
use crate::model::{Field, ObjectRef, Snapshot, State};

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

/// A list of modules, each name in one spelling.
pub(super) fn named_plainly(modules: &mut Value) {
    for name in modules.as_array_mut().into_iter().flatten().filter_map(|module| module.get_mut("name")) {
        if let Value::String(name) = name {
            *name = plain(name).into_owned();
        }
    }
}

/// Managed fields without what means nothing: what two sides are compared by, and digested from.
pub(super) fn canonical(fields: &Value) -> Value {
    let mut fields = fields.clone();
    if let Some(operations) = fields.get_mut("operations")
        && let Ok(list) = Vec::<Operation>::deserialize(&*operations)
    {
        *operations = value(&as_set(&list));
    }
    if let Some(modules) = fields.get_mut("modules") {
        named_plainly(modules);
    }
    if let Some(Value::String(name)) = fields.get_mut("name") {
        *name = plain(name).into_owned();
    }
    fields
}

/// Whether managed fields mean the same. A site keeps its own order of operations and its spelling of names; nothing else may differ.
pub fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    a == b || a.zip(b).is_some_and(|(a, b)| canonical(a) == canonical(b))
}

/// What a reading shows of the object at a place: its managed fields that are known, none of them where nobody knows whether there is
/// such an object; and none at all where there is none, or where its kind has no managed fields.
pub fn observed(snapshot: &Snapshot, on: &ObjectRef) -> Option<Value> {
    let nothing = || (!snapshot.object_grade(on).is_known()).then(|| Value::Object(Map::new()));
    read(&snapshot.believed(), on).or_else(nothing)
}

/// The managed fields of the object at a place as the site has them, those that are known; none where there is no such
/// object, or where its kind has no managed fields.
pub fn read(state: &State, on: &ObjectRef) -> Option<Value> {
    let key = on.key.as_str();
    let mut known = Map::new();
    match on.kind {
        Kind::ChargingGuard => {
            let o = state.charging_guard.as_ref()?;
            put(&mut known, "enabled", &o.enabled);
            put(&mut known, "production_url", &o.production_url);
        }
        Kind::Emails => {
            let o = state.emails.as_ref()?;
            put(&mut known, "enabled", &o.enabled);
            put(&mut known, "welcome", &o.welcome);
        }
        Kind::Mail => put(&mut known, "simulated", &state.mail.as_ref()?.simulated),
        Kind::Offering => {
            if let Some(modules) = state.offerings.get(key)?.modules.set() {
                known.insert("modules".to_owned(), Value::Array(modules.iter().map(timer).collect()));
            }
        }
        Kind::OptInForm => {
            let o = state.opt_in_forms.get(key)?;
            known.insert("name".to_owned(), Value::String(o.name.clone()));
            put(&mut known, "operations", &o.operations);
        }
        Kind::OrderForm => {
            let o = state.order_forms.get(key)?;
            put(&mut known, "operations", &o.operations);
            put(&mut known, "after_final_retry", &o.after_final_retry);
        }
        _ => return None,
    }
    Some(Value::Object(known))
}

fn put<T: Serialize>(known: &mut Map<String, Value>, name: &str, field: &Field<T>) {
    if !field.is_unknown() {
        known.insert(name.to_owned(), value(field));
    }
}

/// A module as a change has it; where its timer is unknown or not set, `null`.
fn timer(module: &Module) -> Value {
    serde_json::json!({"number": module.number, "name": module.name, "release": module.release})
}

/// The JSON form of a value.
pub(super) fn value<T: Serialize>(fields: &T) -> Value {
    serde_json::to_value(fields).unwrap_or(Value::Null)
}

/// Whether what was found is as a side of a change has it, in every field that the side speaks of.
pub fn shows(found: Option<&Value>, side: Option<&Value>) -> bool {
    match (found.and_then(Value::as_object), side.and_then(Value::as_object)) {
        (Some(found), Some(side)) => {
            let spoken_of = found.iter().filter(|(name, _)| side.contains_key(*name));
            let part = spoken_of.map(|(name, value)| (name.clone(), value.clone())).collect();
            same(Some(&Value::Object(part)), Some(&Value::Object(side.clone())))
        }
        _ => same(found, side),
    }
}

/// Fields that do not fit the object they are meant for.
pub(super) struct Unfit;

/// Writes managed fields into the object at a place; creates an opt-in form, or takes one away.
pub(super) fn write(state: &mut State, on: &ObjectRef, fields: Option<&Value>) -> Result<(), Unfit> {
    let Some(fields) = fields else {
        return match on.kind {
            Kind::OptInForm => state.opt_in_forms.remove(&on.key).map(drop).ok_or(Unfit),
            _ => Err(Unfit),
        };
    };
    let new = fields.as_object().ok_or(Unfit)?;
    let mut blank = None;
    if on.kind == Kind::OptInForm && !state.opt_in_forms.contains_key(&on.key) {
        blank = Some(Object::OptInForm(OptInForm { operations: Vec::new().into(), ..OptInForm::default() }));
    }
    let known = match &blank {
        Some(_) => Map::from_iter([("name".to_owned(), Value::Null), ("operations".to_owned(), Value::Null)]),
        None => match read(state, on) {
            Some(Value::Object(known)) => known,
            _ => return Err(Unfit),
        },
    };
    // What was not captured is not written over.
    if blank.is_some() && new.len() != known.len() || new.keys().any(|name| !known.contains_key(name)) {
        return Err(Unfit);
    }
    let mut all = blank.or_else(|| state.get(on)).ok_or(Unfit)?.fields();
    for (name, value) in new {
        let value = if name == "modules" { timers(all.get(name), value)? } else { value.clone() };
        all.insert(name.clone(), value);
    }
    let object = Object::from_fields(on.kind, Value::Object(all.clone())).map_err(|_| Unfit)?;
    // Unfit where reading them back would give others.
    if object.fields() != all {
        return Err(Unfit);
    }
    state.insert(&on.key, object);
    Ok(())
}

/// The modules of an object with other timers; unfit where they are not the same modules.
fn timers(now: Option<&Value>, new: &Value) -> Result<Value, Unfit> {
    let (now, new) = (now.and_then(Value::as_array).ok_or(Unfit)?, new.as_array().ok_or(Unfit)?);
    let is_same = |(now, new): (&Value, &Value)| {
        new.as_object().is_some_and(|new| new.len() == 3 && new.contains_key("release"))
            && now["number"] == new["number"]
            && now["name"].as_str().zip(new["name"].as_str()).is_some_and(|(now, new)| is_same(now, new))
    };
    if now.len() != new.len() || !now.iter().zip(new).all(is_same) {
        return Err(Unfit);
    }
    let set = |(now, new): (&Value, &Value)| {
        let mut module = now.clone();
        // Of a module whose timer nobody knows nothing is said; one that is known goes back to none where it had none.
        let is_said = !new["release"].is_null() || now.get("release").is_some();
        if let (Some(module), true) = (module.as_object_mut(), is_said) {
            module.insert("release".to_owned(), new["release"].clone());
        }
        module
    };
    Ok(now.iter().zip(new).map(set).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use serde_json::json;

    use super::super::{Change, apply};
    use super::*;

    #[test]
    fn what_was_not_captured_is_not_written_over() {
        let unread = [
            (Kind::OptInForm, json!({"name": "Signup"}), json!({"name": "Signup", "operations": []})),
            (Kind::OrderForm, json!({"name": "Signup"}), json!({"operations": [], "after_final_retry": "revoke"})),
            (Kind::OrderForm, json!({"name": "Signup", "operations": []}), json!({"after_final_retry": "revoke"})),
            (Kind::Offering, json!({"name": "Signup"}), json!({"modules": []})),
        ];
        for (kind, fields, after) in unread {
            let mut state = State::default();
            state.insert("signup", Object::from_fields(kind, fields).unwrap());
            let (on, as_it_was) = (ObjectRef::new(kind, "signup"), state.clone());
            for before in [None, Some(json!({}))] {
                let change = Change { on: on.clone(), before, after: Some(after.clone()), cause: String::new() };
                assert!(apply(&mut state, &change).is_err(), "{kind}");
                assert_eq!(state, as_it_was, "{kind}");
            }
        }
    }

    #[test]
    fn a_timer_where_none_was_set_is_taken_back_to_none_and_an_unknown_one_stays_unknown() {
        let modules = |bonus: Value| {
            json!([{"number": 0, "name": "Start", "release": null}, {"number": 1, "name": "Goals"},
                {"number": 2, "name": "Bonus", "release": bonus}])
        };
        let side = |bonus: Value| {
            let mut modules = modules(bonus);
            modules[1]["release"] = Value::Null;
            Some(json!({"modules": modules}))
        };
        let on = ObjectRef::new(Kind::Offering, "course");
        let mut state = State::default();
        let fields = json!({"name": "Course", "modules": modules(Value::Null)});
        state.insert("course", Object::from_fields(on.kind, fields).unwrap());
        let before = state.clone();
        let (none, immediately) = (side(Value::Null), side(json!("immediately")));
        let change = Change { on, before: none, after: immediately, cause: String::new() };
        apply(&mut state, &change).unwrap();
        assert_ne!(state, before);
        apply(&mut state, &change.inverse()).unwrap();
        assert_eq!(state, before);
    }

    #[test]
    fn a_change_of_what_is_known_leaves_what_is_not_unknown() {
        let mut state = State::default();
        state.insert(
            "f",
            Object::from_fields(Kind::OrderForm, json!({"name": "F", "after_final_retry": null})).unwrap(),
        );
        let on = ObjectRef::new(Kind::OrderForm, "f");
        let [before, after] = [json!({"after_final_retry": null}), json!({"after_final_retry": "revoke"})];
        let change =
            Change { on: on.clone(), before: Some(before.clone()), after: Some(after.clone()), cause: String::new() };
        apply(&mut state, &change).unwrap();
        assert_eq!(read(&state, &on), Some(after));
        assert!(state.order_forms["f"].operations.is_unknown());
        apply(&mut state, &change.inverse()).unwrap();
        assert_eq!(read(&state, &on), Some(before));
    }
}
