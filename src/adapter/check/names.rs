//! The fields that each kind of object has, and whether a rule can give one.

use serde_json::{Map, Value, json};

use crate::model::Kind;
use crate::model::adapter::{Does, Name, Rule};
use crate::model::extra::BY_MACHINES;
use crate::model::population::{Contact, Order, Subscription};
use crate::model::state::Object;
use crate::population::{Names, reason, takes};

/// The kinds of object, those of the population among them.
pub(super) const KINDS: [&str; 16] = [
    "administrator",
    "charging-guard",
    "contact",
    "crm",
    "emails",
    "environment",
    "mail",
    "maintenance",
    "offering",
    "opt-in-form",
    "order",
    "order-form",
    "plugin",
    "subscription",
    "tag",
    "webhook",
];

/// Whether a name is that of a kind.
pub(super) fn is_kind(name: &str) -> bool {
    KINDS.contains(&name)
}

/// The fields of a kind.
pub(super) struct Fields {
    kind: &'static str,
    names: Names,
}

impl Fields {
    pub(super) fn of(kind: &'static str) -> Self {
        let names = match (kind, Kind::from_name(kind)) {
            (_, Some(kind)) => Names::by(|generator| kind.schema(generator)),
            ("order", _) => Names::of::<Order>(),
            ("subscription", _) => Names::of::<Subscription>(),
            _ => Names::of::<Contact>(),
        };
        Self { kind, names }
    }

    /// What is to be said of a field that the kind does not have.
    pub(super) fn stranger(&self, name: &String) -> Option<(String, String)> {
        let is_sent = BY_MACHINES.iter().any(|(kind, field)| kind.name() == self.kind && field == name);
        if is_sent {
            return None;
        }
        let own = match name.as_str() {
            "id" => Some("`id` of the object itself says it"),
            "key" | "kind" => Some("`key` of the object itself says it"),
            _ => None,
        };
        if let Some(help) = own {
            return Some((format!("`{name}` is no field of `{}`", self.kind), help.to_owned()));
        }
        self.names.strangers([name].into_iter()).pop()
    }

    /// What gives a value of the field.
    pub(super) fn help(&self, name: &str) -> &'static str {
        match (self.kind, name) {
            (_, "operations") => {
                "it is a list: use `each` with `item`, for example `each: /courses, item: {grant: {at: /id, ref: offering}}`; the object's own row \
                 is `from: {table: levels, join: {id: /id}}, each: \"\"`"
            }
            (_, "modules") => {
                "it is a list: use `each` with `item`, for example `each: /parts, item: {number: {of: key, as: count}, name: {at: /title}}`"
            }
            ("offering", "tags") => {
                "it is a map: use `each: /tags, map: true, ref: tag`, or `keys: {base: {at: /tag_id, ref: tag}}` where each lies by itself"
            }
            (_, "tags") => "it is a list: use `each`, for example `each: \"\", ref: tag`",
            _ => "choose another `as`, or give the site's words with `words`",
        }
    }

    /// Why what a rule gives is no value of the field; nothing where it can be one.
    pub(super) fn misfit<'l>(&self, name: &str, rule: &'l Rule, lookups: Gives<'_, 'l>) -> Option<String> {
        if BY_MACHINES.iter().any(|(kind, field)| kind.name() == self.kind && field == &name) {
            return None;
        }
        let fits = |value: Value| -> Result<(), serde_json::Error> {
            let mut fields = Map::from_iter([("key", json!("x"))].map(|(name, value)| (name.to_owned(), value)));
            let required: &[&str] = match self.kind {
                "environment" => &["url"],
                "webhook" => &["command"],
                "order" | "subscription" => &["contact"],
                "offering" | "order-form" | "opt-in-form" => &["name"],
                _ => &[],
            };
            fields.extend(required.iter().map(|name| ((*name).to_owned(), json!("x"))));
            fields.insert(name.to_owned(), value);
            let fields = Value::Object(fields);
            match (self.kind, Kind::from_name(self.kind)) {
                (_, Some(kind)) => Object::from_fields(kind, fields).map(drop),
                ("order", _) => takes::<Order>(fields),
                ("subscription", _) => takes::<Subscription>(fields),
                _ => takes::<Contact>(fields),
            }
        };
        examples(rule, lookups, 4).into_iter().find_map(|value| fits(value).err()).map(|error| reason(&error))
    }
}

/// What the elements of a lookup give, by its name.
pub(super) type Gives<'f, 'l> = &'f dyn Fn(&str) -> Option<&'l Rule>;

/// Values that a rule may give, through so many lookups.
fn examples<'l>(rule: &'l Rule, lookups: Gives<'_, 'l>, left: usize) -> Vec<Value> {
    let below = |rule: &'l Rule| examples(rule, lookups, left);
    let plain: Vec<Value> = if let Some(is) = &rule.is {
        vec![is.to_json()]
    } else if rule.nothing {
        vec![Value::Null]
    } else if !rule.defined.is_empty() {
        vec![json!(["x"])]
    } else if rule.each.is_some() || !rule.together.is_empty() {
        elements(rule, lookups, left)
    } else if !rule.keys.is_empty() {
        let one = |(name, rule): (&String, &'l Rule)| {
            below(rule).into_iter().map(|value| json!({ name: value })).collect::<Vec<_>>()
        };
        rule.keys.iter().flat_map(one).collect()
    } else if rule.variant.is_some() {
        rule.cases.values().flat_map(below).collect()
    } else if !rule.any.is_empty() {
        vec![json!(true)]
    } else if !rule.first.is_empty() {
        rule.first.iter().flat_map(below).collect()
    } else {
        scalars(rule, lookups, left)
    };
    let worded = match rule.words.is_empty() {
        true => plain,
        false => rule.words.values().map(|word| word.to_json()).collect(),
    };
    let defaults = rule.default.iter().map(|value| value.to_json());
    worded.into_iter().map(|value| does(rule, value)).chain(defaults).collect()
}

fn scalars<'l>(rule: &'l Rule, lookups: Gives<'_, 'l>, left: usize) -> Vec<Value> {
    if let Some(list) = &rule.reference {
        let given = lookups(list).zip(left.checked_sub(1));
        let one = given.map_or_else(|| vec![json!("x")], |(gives, left)| examples(gives, lookups, left));
        let has_several = rule.codec == Some(crate::model::adapter::Codec::Commas);
        return if has_several { one.into_iter().map(|one| json!([one])).collect() } else { one };
    }
    vec![match (rule.of, &rule.currency) {
        (Some(Name::Name | Name::Star), _) if rule.codec.is_none() => json!("x"),
        (_, Some(_)) => json!("1.00 USD"),
        _ => rule.codec.unwrap_or_default().example(),
    }]
}

/// Lists of one element, each of whose fields is tried with all that it may be.
fn elements<'l>(rule: &'l Rule, lookups: Gives<'_, 'l>, left: usize) -> Vec<Value> {
    let listed = |element: Value| if rule.map { json!({"x": element}) } else { json!([element]) };
    if rule.item.is_empty() {
        return scalars(rule, lookups, left).into_iter().map(listed).collect();
    }
    let all: Vec<(&String, Vec<Value>)> =
        rule.item.iter().map(|(name, rule)| (name, examples(rule, lookups, left))).collect();
    let first =
        || Map::from_iter(all.iter().filter_map(|(name, values)| Some(((*name).clone(), values.first()?.clone()))));
    let mut found = vec![listed(Value::Object(first()))];
    for (name, values) in &all {
        for value in values.iter().skip(1) {
            let mut element = first();
            element.insert((*name).clone(), value.clone());
            found.push(listed(Value::Object(element)));
        }
    }
    found
}

fn does(rule: &Rule, value: Value) -> Value {
    match rule.operation {
        None => value,
        Some(Does::Release) => json!({"release": value}),
        Some(Does::Grant) => json!({"grant": value}),
        Some(Does::AddTags) => json!({"add-tags": value}),
        Some(Does::Other) => json!({"other": value}),
    }
}
