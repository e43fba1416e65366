//! Short digests of every field of a site's objects, a collector's own among them: shows which fields moved, never what is in them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::judged::judged;
use super::managed::named_plainly;
use crate::model::state::Kind;
use crate::model::{State, digest};

/// The marks of an object's fields, by `kind/key`: `field=mark`, one blank between two. Where many objects of a kind go together,
/// by the kind's name.
pub type FieldMarks = BTreeMap<String, String>;

/// Most objects of a kind that are marked one by one.
const MOST: usize = 256;

/// The marks of everything that a site is. Administrators, whose names are logins, go together.
pub(super) fn field_marks(state: &State) -> FieldMarks {
    let mut marks = FieldMarks::new();
    for kind in Kind::ALL.iter().copied() {
        let keys = state.keys(kind);
        let mut of_kind = FieldMarks::new();
        let together = kind == Kind::Administrator || keys.len() > MOST;
        for on in keys.into_iter().map(|key| crate::model::ObjectRef { kind, key }) {
            let Some(object) = state.get(&on) else { continue };
            let mut fields = object.fields();
            if let Some(modules) = fields.get_mut("modules") {
                named_plainly(modules);
            }
            // What means the same has not moved; what nobody judges has, letter by letter.
            let judged = judged(object).fields().into_iter().filter(|(name, _)| name != "modules");
            fields.extend(judged);
            let one: Vec<String> =
                fields.iter().map(|(name, value)| format!("{}={}", plain(name), mark(value))).collect();
            of_kind.insert(on.to_string(), one.join(" "));
        }
        match together && !of_kind.is_empty() {
            true => drop(marks.insert(kind.name().to_owned(), folded(of_kind.iter().map(|(on, of)| (&**on, &**of))))),
            false => marks.extend(of_kind),
        }
    }
    marks
}

/// The marks of several objects as those of one.
pub fn folded<'m>(all: impl Iterator<Item = (&'m str, &'m str)>) -> String {
    let mut fields: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (on, marks) in all {
        for (field, mark) in each(marks) {
            fields.entry(field).or_default().push((on, mark));
        }
    }
    let one = fields.iter().map(|(field, marks)| format!("{field}={}", &digest::of(marks)[..8]));
    one.collect::<Vec<_>>().join(" ")
}

/// The objects that are not the same, each with the fields that moved; with none where it came or went.
pub fn moved_fields(then: &FieldMarks, now: &FieldMarks) -> BTreeMap<String, Vec<String>> {
    let all: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let moved = all.into_iter().filter(|object| then.get(*object) != now.get(*object));
    let one = |object: &String| match (then.get(object), now.get(object)) {
        (Some(then), Some(now)) => {
            let [then, now]: [BTreeMap<&str, &str>; 2] = [then, now].map(|marks| each(marks).collect());
            let fields: BTreeSet<&str> = then.keys().chain(now.keys()).copied().collect();
            fields.into_iter().filter(|field| then.get(field) != now.get(field)).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    moved.map(|object| (object.clone(), one(object))).collect()
}

fn each(marks: &str) -> impl Iterator<Item = (&str, &str)> {
    marks.split(' ').filter_map(|one| one.rsplit_once('='))
}

fn mark(value: &Value) -> String {
    digest::of(value)[..8].to_owned()
}

/// A field's name without the two characters that part marks.
fn plain(name: &str) -> String {
    name.replace([' ', '='], "_")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::state::Object;

    fn site(sender: &str, calls: u64, key: &str) -> State {
        let mut state = State::default();
        let emails = json!({"enabled": true, "sender_name": sender, "options": {"option_key": key}});
        state.insert("", Object::from_fields(Kind::Emails, emails).unwrap());
        let webhook = json!({"command": "aal_x", "target": "", "calls": calls});
        state.insert("aal_x", Object::from_fields(Kind::Webhook, webhook).unwrap());
        let guard = json!({"enabled": true, "production_url": "//x.example/"});
        state.insert("", Object::from_fields(Kind::ChargingGuard, guard).unwrap());
        state
    }

    #[test]
    fn every_field_that_moved_is_named_and_nothing_else() {
        let now = field_marks(&site("a", 1, "k"));
        let moved = |other: &State| moved_fields(&now, &field_marks(other));
        assert_eq!(moved(&site("a", 1, "k")), BTreeMap::new());
        let named = [("emails", vec!["options", "sender_name"]), ("webhook/aal_x", vec!["calls"])];
        let named = named.map(|(on, fields)| (on.to_owned(), fields.into_iter().map(str::to_owned).collect()));
        assert_eq!(moved(&site("b", 2, "l")), BTreeMap::from(named));
        let mut other = site("a", 1, "k");
        other.charging_guard.as_mut().unwrap().production_url = "//X.example".to_owned().into();
        assert_eq!(moved(&other), BTreeMap::new(), "it means the same");
        other.webhooks.clear();
        assert_eq!(moved(&other), BTreeMap::from([("webhook/aal_x".to_owned(), Vec::new())]));
    }

    #[test]
    fn of_many_objects_the_field_is_named() {
        let many = |price: &str| {
            let mut state = State::default();
            for n in 0..=MOST {
                let price = if n == 7 { price } else { "1" };
                let form = json!({"name": format!("f{n}"), "price": price});
                state.insert(&format!("f{n}"), Object::from_fields(Kind::OrderForm, form).unwrap());
            }
            field_marks(&state)
        };
        assert_eq!(many("1").len(), 1);
        assert_eq!(
            moved_fields(&many("1"), &many("2")),
            BTreeMap::from([("order-form".to_owned(), vec!["price".to_owned()])])
        );
    }
}
