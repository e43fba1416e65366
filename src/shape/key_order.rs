//! In which order a plan's keys stand: that of its schema, which is the order in which their types have them.

use serde_json::Value;

use super::schema;
use crate::model::Plan;

/// The order of the keys at each place of a plan.
#[derive(Debug)]
pub(crate) struct KeyOrder {
    schema: Value,
}

/// That of a plan.
pub(crate) fn key_order() -> KeyOrder {
    KeyOrder { schema: schema::of::<Plan>() }
}

impl KeyOrder {
    /// The keys of the mapping at a path of keys (`-` for an item of a list), in their order; none where its keys are the author's.
    pub(crate) fn of(&self, path: &[String]) -> Option<Vec<String>> {
        let mut here = &self.schema;
        for key in path {
            here = self.forms(here).find_map(|form| below(form, key))?;
        }
        let with_keys = |form: &Value| Some(form.get("properties")?.as_object()?.keys().cloned().collect());
        self.forms(here).find_map(with_keys)
    }

    /// What may stand at a place: what a reference leads to, or each of several forms.
    fn forms<'s>(&'s self, at: &'s Value) -> impl Iterator<Item = &'s Value> {
        let whole = self.followed(at);
        let several = ["anyOf", "oneOf"].into_iter().filter_map(|key| whole.get(key)?.as_array()).flatten();
        std::iter::once(whole).chain(several.map(|form| self.followed(form)))
    }

    fn followed<'s>(&'s self, mut at: &'s Value) -> &'s Value {
        // A chain of references is short; one that leads to itself ends here too.
        for _ in 0..8 {
            let Some(name) = at.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) else {
                break;
            };
            at = &self.schema["$defs"][name];
        }
        at
    }
}

fn below<'s>(form: &'s Value, key: &str) -> Option<&'s Value> {
    if key == "-" {
        return form.get("items");
    }
    let named = form.get("properties").and_then(|keys| keys.get(key)).filter(|of| of.is_object());
    named.or_else(|| form.get("additionalProperties").filter(|of| of.is_object()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::every_key;

    /// Every place of a plan that has each key has its order.
    #[test]
    fn every_mapping_of_a_plan_has_the_order_of_its_type_or_is_its_authors() {
        let order = key_order();
        let of = |path: &[&str]| order.of(&path.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>());
        let known = |path: &[&str], first: &[&str]| {
            let all = of(path).unwrap_or_else(|| panic!("{path:?}"));
            assert_eq!(all[..first.len()], *first, "{path:?}");
        };
        known(&[], &["version", "name", "sites", "crm"]);
        known(&["sites"], &["staging", "live"]);
        known(&["offerings", "x"], &["name", "access_through", "modules"]);
        known(&["offerings", "x", "modules", "-"], &["base", "module"]);
        known(&["webhooks", "x", "after_switch", "replaced_by"], &["order_form"]);
        known(&["spot_check", "values", "10019"], &["first_name"]);
        for of_its_author in [&["offerings"][..], &["people"], &["leave_alone", "offerings"], &["spot_check", "list"]] {
            assert_eq!(of(of_its_author), None, "{of_its_author:?}");
        }
        let plan = every_key::plan();
        let keys = plan.as_object().unwrap().keys();
        assert!(
            keys.cloned().collect::<std::collections::BTreeSet<_>>().is_subset(&of(&[]).unwrap().into_iter().collect())
        );
    }
}
