//! A copy's object beside the live site's: what the two have otherwise, and what only one of the two readings shows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::judged::judged;
use crate::model::money::Money;
use crate::model::state::Object;

/// A field of an object that is not known to be alike on a copy and on its live site.
#[derive(Clone, Debug, PartialEq)]
pub struct Apart {
    /// The field, as a snapshot names it; of a module as `release of module 2`.
    pub field: String,
    /// What the copy has: `null` where nothing is set; none where its reading does not show it.
    pub copy: Option<Value>,
    /// What live has, in the same way.
    pub live: Option<Value>,
}

/// What two objects of one key have otherwise, or only one of the two readings shows, in the order of the fields' names. What neither
/// shows cannot be compared; the server's own ids, how a name is spelt, and whether a gateway is in test mode, mean nothing.
pub fn drift(copy: &Object, live: &Object) -> Vec<Apart> {
    let [mut copy, mut live] = [copy, live].map(|object| judged(object.clone()).fields());
    let both = copy.get("modules").and_then(by_number).zip(live.get("modules").and_then(by_number));
    let of_modules = both.map_or_else(Vec::new, |(of_copy, of_live)| {
        copy.remove("modules");
        live.remove("modules");
        modules_apart(&of_copy, &of_live)
    });
    let mut all = fields_apart(&copy, &live);
    all.extend(of_modules);
    all
}

/// The fields that are not alike.
fn fields_apart(copy: &Map<String, Value>, live: &Map<String, Value>) -> Vec<Apart> {
    let names: BTreeSet<&String> =
        copy.keys().chain(live.keys()).filter(|name| !matches!(name.as_str(), "id" | "test_mode")).collect();
    let apart = names.into_iter().filter(|name| !is_alike(name, [copy.get(*name), live.get(*name)]));
    apart
        .map(|name| Apart { field: name.clone(), copy: copy.get(name).cloned(), live: live.get(name).cloned() })
        .collect()
}

/// Whether both sides have the same. A price without its currency is the same as one with it, where the figures are.
fn is_alike(name: &str, [copy, live]: [Option<&Value>; 2]) -> bool {
    let price = |side: Option<&Value>| side.and_then(Value::as_str).filter(|_| name == "price").and_then(Money::parse);
    copy == live || price(copy).zip(price(live)).is_some_and(|(copy, live)| copy.agrees_with(&live))
}

type Modules = BTreeMap<u64, Map<String, Value>>;

fn by_number(modules: &Value) -> Option<Modules> {
    let numbered = |module: &Value| Some((module.get("number")?.as_u64()?, module.as_object()?.clone()));
    Some(modules.as_array()?.iter().filter_map(numbered).collect())
}

/// Modules by their numbers; one that a site lacks is nothing there, and the other's by its name.
fn modules_apart(copy: &Modules, live: &Modules) -> Vec<Apart> {
    let numbers: BTreeSet<&u64> = copy.keys().chain(live.keys()).collect();
    let name = |module: Option<&Map<String, Value>>| {
        Some(module.and_then(|module| module.get("name")).cloned().unwrap_or(Value::Null))
    };
    let of_one = |number: &u64| match (copy.get(number), live.get(number)) {
        (Some(copy), Some(live)) => {
            let named = |apart: Apart| Apart { field: format!("{} of module {number}", apart.field), ..apart };
            fields_apart(copy, live).into_iter().map(named).collect()
        }
        (copy, live) => vec![Apart { field: format!("module {number}"), copy: name(copy), live: name(live) }],
    };
    numbers.into_iter().flat_map(of_one).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Kind;

    fn apart(kind: Kind, copy: Value, live: Value) -> Vec<(String, Option<Value>, Option<Value>)> {
        let object = |fields| Object::from_fields(kind, fields).unwrap();
        drift(&object(copy), &object(live)).into_iter().map(|apart| (apart.field, apart.copy, apart.live)).collect()
    }

    #[test]
    fn what_a_form_has_otherwise_is_named_with_both_values_and_what_means_the_same_is_not() {
        let copy = json!({"id": "5", "name": "Course Checkout", "price": "497.00 USD", "gateway": "stripe", "recurring": null,
            "operations": [{"release": "course"}, {"add-tags": ["b", "a"]}], "seen_by_us": 1});
        let live = json!({"id": "9", "name": "Course  Checkout", "price": "597 USD", "gateway": "stripe", "recurring": true,
            "operations": [{"add-tags": ["a", "b"]}, {"release": "course"}]});
        let wanted = [("price", json!("497.00 USD"), json!("597.00 USD")), ("recurring", json!(null), json!(true))];
        let wanted = wanted.map(|(field, copy, live)| (field.to_owned(), Some(copy), Some(live)));
        assert_eq!(apart(Kind::OrderForm, copy, live), wanted);
    }

    #[test]
    fn what_one_reading_alone_shows_is_not_taken_for_nothing_and_what_neither_shows_is_not_named() {
        let priced = |price: &str| json!({"name": "A", "price": price});
        assert_eq!(apart(Kind::OrderForm, priced("1 USD"), priced("1.00")), []);
        assert_eq!(apart(Kind::OrderForm, priced("1 USD"), priced("1 EUR")).len(), 1);
        let (copy, live) = (json!({"name": "A", "price": "1 USD"}), json!({"name": "A", "gateway": null}));
        assert_eq!(
            apart(Kind::OrderForm, copy, live),
            [("gateway".to_owned(), None, Some(json!(null))), ("price".to_owned(), Some(json!("1.00 USD")), None)]
        );
    }

    #[test]
    fn modules_are_compared_one_by_one_by_their_numbers() {
        let module =
            |number: u64, release: Value| json!({"number": number, "name": format!("m{number}"), "release": release});
        let copy = json!({"name": "A", "modules": [module(0, json!(null)), module(1, json!("7 days after previous"))]});
        let live = json!({"name": "A", "modules": [module(0, json!(null)), module(1, json!("9 days after previous")), module(2, json!(null))]});
        assert_eq!(
            apart(Kind::Offering, copy.clone(), live),
            [
                (
                    "release of module 1".to_owned(),
                    Some(json!("7 days after previous")),
                    Some(json!("9 days after previous"))
                ),
                ("module 2".to_owned(), Some(json!(null)), Some(json!("m2"))),
            ]
        );
        let without = json!({"name": "A", "modules": [{"number": 0, "name": "m0"}, {"number": 1, "name": "m1"}]});
        let unread: Vec<_> =
            apart(Kind::Offering, copy.clone(), without).into_iter().map(|(field, _, live)| (field, live)).collect();
        assert_eq!(unread, [("release of module 0".to_owned(), None), ("release of module 1".to_owned(), None)]);
        let nothing = apart(Kind::Offering, copy, json!({"name": "A", "modules": null}));
        assert_eq!(nothing.iter().map(|(field, ..)| field.as_str()).collect::<Vec<_>>(), ["modules"]);
    }
}
