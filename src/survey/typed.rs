//! A value of a field as a person types it, and as it is shown to them: the one is the other's inverse.

use serde_json::{Map, Value, json};

use crate::model::keyed::implied_name;
use crate::model::state::Object;
use crate::model::{Kind, ObjectRef, Plan, Release, saw};

/// What a person types where nothing is set.
pub const NOTHING: &str = "-";

/// How a value of a field is written.
pub fn how_to_write(name: &str) -> &'static str {
    match name {
        "operations" => "write `release KEY, grant KEY, add-tags A|B`, or `-` if the form runs no custom operation",
        "runs" => "write `release KEY`, `grant KEY` or `add-tags A|B`, or `other WORD` for anything else",
        "modules" => {
            "write `0 Welcome; 1 Goals: 7 days after previous; 2 Bonus [TAG]: by-hand`: each module but the base with `: ` and when it \
             opens (`immediately`, `7 days after previous`, or `by-hand` for whatever has no timer, as a module that a webhook or a \
             person opens), and, if the screen shows it, with its tag in brackets, `[]` for none"
        }
        "tags" => "write `base: TAG; instant: TAG; revoke: TAG`, or `-` if no tag is set",
        "after_final_retry" => "write `revoke`, `cancel`, `stop` or `keep`",
        "welcome" => "write `none`, `purchases` or `purchases-and-opt-ins`",
        _ => {
            "write `yes` or `no` for what is on or off, otherwise the text as the screen shows it, or `-` if nothing is set"
        }
    }
}

/// What a person typed, as the snapshot's field has it; none where it is no value of the field.
pub fn typed(on: &ObjectRef, name: &str, text: &str) -> Option<Value> {
    let text = text.trim();
    // In words only where no word can be a value.
    let is_list = matches!(name, "operations" | "modules" | "tags");
    if text.is_empty() || text == NOTHING || is_list && matches!(text, "none" | "nothing") {
        return (!is_switch(on, name)).then_some(Value::Null);
    }
    let switch = match text.to_lowercase().as_str() {
        "yes" | "y" | "on" | "true" => Some(json!(true)),
        "no" | "n" | "off" | "false" => Some(json!(false)),
        _ => None,
    };
    let listed = match name {
        "operations" => operations(text),
        "runs" => operation(text),
        "modules" => modules(text),
        "tags" => parts(text),
        // The screen has blanks where the value has dashes.
        "welcome" | "after_final_retry" => Some(json!(text.to_lowercase().replace(' ', "-"))),
        _ => None,
    };
    let as_json = serde_json::from_str(text).ok().filter(|value: &Value| value.is_array() || value.is_object());
    let candidates = [as_json, listed, switch, Some(json!(text))];
    candidates.into_iter().flatten().find(|value| fits(on, name, value))
}

/// Whether a field says that something is on or off: that nothing is set is no answer to it.
pub fn is_switch(on: &ObjectRef, name: &str) -> bool {
    fits(on, name, &json!(true))
}

/// Whether such a field can have this value, and it reads back as the same.
fn fits(on: &ObjectRef, name: &str, value: &Value) -> bool {
    let mut fields = Map::from_iter([(name.to_owned(), value.clone())]);
    for (needed, text) in [("name", on.key.as_str()), ("command", on.key.as_str())] {
        fields.entry(needed.to_owned()).or_insert_with(|| json!(text));
    }
    let object = Object::from_fields(on.kind, Value::Object(fields));
    object.is_ok_and(|object| object.fields().get(name).is_some_and(|read| read == value))
}

/// `release a, grant b, add-tags A|B`.
fn operations(text: &str) -> Option<Value> {
    text.split(',').filter(|word| !word.trim().is_empty()).map(operation).collect::<Option<Vec<_>>>().map(Value::Array)
}

/// One operation, as `grant course`.
fn operation(text: &str) -> Option<Value> {
    let (verb, of) = text.trim().split_once([' ', ':'])?;
    let of = of.trim();
    let of = if verb == "add-tags" { json!(of.split('|').map(str::trim).collect::<Vec<_>>()) } else { json!(of) };
    Some(json!({verb: of}))
}

/// `0 Welcome; 1 Goals: 7 days after previous; 2 Bonus [TAG]: by-hand`; `[]` is a module without a tag. A name may hold a colon: what
/// stands after the last one is the release only if it is one, and a module after the first whose name holds one needs a release.
fn modules(text: &str) -> Option<Value> {
    let one = |word: &str| {
        let (number, rest) = word.trim().split_once(' ')?;
        let number: u32 = number.parse().ok()?;
        let (name, release) = match rest.rsplit_once(": ") {
            Some((name, release)) if is_release(release) => (name, Some(release)),
            Some(_) if number > 0 => return None,
            _ => (rest, None),
        };
        let release =
            if number == 0 && release.is_none() { Some(Value::Null) } else { release.map(|text| json!(text.trim())) };
        let tagged = name.trim().strip_suffix(']').and_then(|name| name.rsplit_once(" ["));
        let (name, tag) = tagged.map_or((name, None), |(name, tag)| (name, Some(tag.trim())));
        let mut module =
            Map::from_iter([("number".to_owned(), json!(number)), ("name".to_owned(), json!(name.trim()))]);
        module.extend(release.map(|release| ("release".to_owned(), release)));
        let nothing = |tag: &str| tag.is_empty() || tag == NOTHING;
        module.extend(tag.map(|tag| ("tag".to_owned(), if nothing(tag) { Value::Null } else { json!(tag) })));
        Some(Value::Object(module))
    };
    text.split(';').filter(|word| !word.trim().is_empty()).map(one).collect::<Option<Vec<_>>>().map(Value::Array)
}

/// Whether a text says when a module opens.
fn is_release(text: &str) -> bool {
    text.parse::<Release>().is_ok_and(|release| release.is_known())
}

/// `base: A; revoke: B`.
fn parts(text: &str) -> Option<Value> {
    let one = |word: &str| {
        let (part, tag) = word.split_once(':')?;
        Some((part.trim().to_owned(), json!(tag.trim())))
    };
    text.split(';').map(one).collect::<Option<Map<_, _>>>().map(Value::Object)
}

/// A value as a person would type it: what is shown can be typed again, and means the same. Nothing set is nothing.
pub fn shown(on: &ObjectRef, name: &str, value: &Value) -> String {
    let text = saw::typed(name, value);
    // What the short form cannot say, as a tag with a comma in it, stands as a snapshot has it.
    if typed(on, name, &text).as_ref() == Some(value) { text } else { value.to_string() }
}

/// What the plan calls an object that has a name.
pub fn name_in_plan(plan: &Plan, on: &ObjectRef) -> Option<String> {
    let name = match on.kind {
        Kind::Offering => plan.offerings.get(&on.key).map(|offering| &offering.name),
        Kind::OptInForm => plan.opt_in_forms.get(&on.key).map(|form| &form.name),
        Kind::OrderForm => plan.order_forms.get(&on.key).map(|form| &form.name),
        _ => return None,
    };
    // Of what the plan does not speak of the key says the name, spelling aside.
    Some(name.cloned().unwrap_or_else(|| implied_name(&on.key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types_is_what_a_snapshot_has() {
        let form = ObjectRef::new(Kind::OrderForm, "checkout");
        let course = ObjectRef::new(Kind::Offering, "course");
        let guard = ObjectRef::only(Kind::ChargingGuard);
        for (on, name, text, value) in [
            (&guard, "enabled", "on", Some(json!(true))),
            (&guard, "enabled", "perhaps", None),
            (&guard, "enabled", "", None),
            (&guard, "production_url", " //live.example ", Some(json!("//live.example"))),
            (&guard, "production_url", "", Some(json!(null))),
            (&guard, "production_url", "true", Some(json!("true"))),
            (&form, "after_final_retry", "revoke", Some(json!("revoke"))),
            (&form, "after_final_retry", "revok", None),
            (&form, "price", "497.00 USD", Some(json!("497.00 USD"))),
            (
                &form,
                "operations",
                "release course, add-tags A|B C",
                Some(json!([{"release": "course"}, {"add-tags": ["A", "B C"]}])),
            ),
            (&form, "operations", "open course", None),
            (&form, "operations", "none", Some(json!(null))),
            (&form, "operations", " - ", Some(json!(null))),
            (&form, "price", "-", Some(json!(null))),
            (&ObjectRef::only(Kind::Emails), "welcome", "Purchases and opt-ins", Some(json!("purchases-and-opt-ins"))),
            (&form, "recurring", "-", None),
            (&guard, "production_url", "none", Some(json!("none"))),
            (&form, "recurring", "no", Some(json!(false))),
            (
                &course,
                "modules",
                "0 Welcome; 1 Goals: 7 days after previous",
                Some(
                    json!([{"number": 0, "name": "Welcome", "release": null}, {"number": 1, "name": "Goals", "release": "7 days after previous"}]),
                ),
            ),
            (
                &course,
                "modules",
                "1 Goals [Course_Goals]: by-hand; 2 Bonus [-]: immediately",
                Some(json!([
                    {"number": 1, "name": "Goals", "release": "by-hand", "tag": "Course_Goals"},
                    {"number": 2, "name": "Bonus", "release": "immediately", "tag": null},
                ])),
            ),
            (
                &course,
                "modules",
                "0 Week 0: start; 1 Week 1: Rhythm: by-hand; 2 Week 2: Keys [Week: 2]: 14 days after previous",
                Some(json!([
                    {"number": 0, "name": "Week 0: start", "release": null},
                    {"number": 1, "name": "Week 1: Rhythm", "release": "by-hand"},
                    {"number": 2, "name": "Week 2: Keys", "release": "14 days after previous", "tag": "Week: 2"},
                ])),
            ),
            (&course, "modules", "0 Start here; 1 Week 1: Rhythm; 2 Week 2: Intervals: by-hand", None),
            (&course, "modules", "1 Goals: weekly", None),
            (&course, "modules", "Welcome", None),
            (&course, "tags", "base: Course_Base", Some(json!({"base": "Course_Base"}))),
        ] {
            assert_eq!(typed(on, name, text), value, "{on} {name}={text}");
            if let Some(value) = value {
                assert_eq!(typed(on, name, &shown(on, name, &value)), Some(value), "{on} {name}={text}");
            }
        }
    }

    #[test]
    fn a_module_with_a_colon_in_its_name_is_shown_as_it_is_typed() {
        let course = ObjectRef::new(Kind::Offering, "course");
        for (module, text) in [
            (json!({"number": 1, "name": "Week 1: Rhythm", "release": "by-hand"}), Some("1 Week 1: Rhythm: by-hand")),
            (json!({"number": 0, "name": "Week 0: start", "release": null}), Some("0 Week 0: start")),
            (json!({"number": 1, "name": "Week 1: Rhythm"}), None),
            (json!({"number": 1, "name": "Goals", "release": "on 1 May"}), None),
            (json!({"number": 0, "name": "Open: immediately", "release": null}), None),
            (json!({"number": 1, "name": "A; B: C", "release": "by-hand"}), None),
        ] {
            let value = json!([module]);
            let shown = shown(&course, "modules", &value);
            assert_eq!(shown, text.map_or_else(|| value.to_string(), str::to_owned));
            assert_eq!(shown, saw::typed("modules", &value), "a command to paste says the same");
            assert_eq!(typed(&course, "modules", &shown), Some(value));
        }
    }

    #[test]
    fn what_the_short_form_cannot_say_is_shown_as_a_snapshot_has_it() {
        let form = ObjectRef::new(Kind::OptInForm, "signup");
        for value in
            [json!([{"add-tags": ["Webinar, March", "B"]}]), json!([{"add-tags": ["A|B"]}]), json!([{"grant": " a"}])]
        {
            let shown = shown(&form, "operations", &value);
            assert_eq!((typed(&form, "operations", &shown), shown), (Some(value.clone()), value.to_string()));
        }
    }
}
