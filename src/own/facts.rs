//! The plan, the site on both sides of its changes, and what was counted of its members, as expressions see them.

use std::collections::{BTreeMap, BTreeSet};

use schemars::SchemaGenerator;
use serde::{Deserialize, Serialize};
use serde_json::{Map as JsonMap, Value};

use super::node::{Absent, Field, Fields, Map, Node, Shared};
use crate::model::own_rules::OwnExample;
use crate::model::population::{Census, ContactField};
use crate::model::text::pointer;
use crate::model::{Kind, ObjectRef, Plan, Snapshot, State};

/// Sections of a plan that say something about persons: no expression sees them.
const OF_PERSONS: [&str; 3] = ["accepted_risks", "people", "spot_check"];

/// What expressions see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub(super) plan: Shared,
    pub(super) site: Shared,
    pub(super) after: Shared,
    pub(super) census: Shared,
}

/// How well what is asked for is known: of an object, or of a field of it, which holds a value or is known to hold none.
type IsKnown<'a> = &'a dyn Fn(&ObjectRef, Option<&str>) -> bool;

impl Facts {
    /// Those of a judgement.
    pub fn new(plan: &Plan, sides: Option<(&Snapshot, &State)>, census: Option<&Census>) -> Self {
        let json = serde_json::to_value(plan).unwrap_or_default();
        let grades = |on: &ObjectRef, field: Option<&str>| {
            sides.is_some_and(|(before, _)| match field {
                Some(field) => before.field_grade(on, field, true).is_known(),
                None => before.object_grade(on).is_known(),
            })
        };
        let lists = |kind: Kind| sides.is_some_and(|(before, _)| before.list_grade(kind).is_known());
        let side = |name: &str, state: Option<&State>| {
            site(
                name,
                |on| state?.get(on).map(fields_of),
                |kind| {
                    let keys = state.map(|state| state.keys(kind)).unwrap_or_default();
                    (keys, lists(kind))
                },
                &grades,
            )
        };
        let section = |section: &str| sides.is_some_and(|(before, _)| before.grade(section).is_known());
        Self {
            plan: plan_of(&json, &plan.left_out),
            site: side("the site", sides.map(|(before, _)| &before.state)),
            after: side("the site afterwards", sides.map(|(_, after)| after)),
            census: counted(census, &section),
        }
    }

    /// Those of an example.
    pub fn of_example(example: &OwnExample) -> Self {
        let side = |name: &str, said: &Value| {
            let objects = |kind: Kind| said.get(name_of(kind)).and_then(Value::as_object);
            let object = |on: &ObjectRef| match on.kind.is_only() {
                true => objects(on.kind).cloned(),
                false => objects(on.kind)?.get(&on.key)?.as_object().cloned(),
            };
            let keys = |kind: Kind| {
                let keys = objects(kind).map(|objects| objects.keys().cloned().collect());
                (keys.clone().unwrap_or_default(), keys.is_some())
            };
            site(name, object, keys, &|_, _| true)
        };
        let (before, after) = match (&example.site, &example.after) {
            (Value::Null, after) => (after, after),
            (before, Value::Null) => (before, before),
            both => both,
        };
        Self {
            plan: plan_of(&example.plan, &BTreeSet::new()),
            site: side("the site", before),
            after: side("the site afterwards", after),
            census: counted_as_said(&example.census),
        }
    }
}

/// The name by which expressions have a kind of object: as a state has it.
fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Administrator => "administrators",
        Kind::ChargingGuard => "charging_guard",
        Kind::Crm => "crm",
        Kind::Emails => "emails",
        Kind::Environment => "environment",
        Kind::Mail => "mail",
        Kind::Maintenance => "maintenance",
        Kind::Offering => "offerings",
        Kind::OptInForm => "opt_in_forms",
        Kind::OrderForm => "order_forms",
        Kind::Plugin => "plugins",
        Kind::Tag => "tags",
        Kind::Webhook => "webhooks",
    }
}

/// The fields of an object, without what was sent beyond the format.
fn fields_of(object: crate::model::state::Object) -> JsonMap<String, Value> {
    let beyond: Vec<String> = object.extra().keys().cloned().collect();
    let mut fields = object.fields();
    beyond.iter().for_each(|name| _ = fields.remove(name));
    fields
}

/// A site. Administrators are persons, and are left out.
fn site(
    name: &str,
    object: impl Fn(&ObjectRef) -> Option<JsonMap<String, Value>>,
    keys: impl Fn(Kind) -> (Vec<String>, bool),
    is_known: IsKnown<'_>,
) -> Shared {
    let mut generator = SchemaGenerator::default();
    let mut whole = Fields::new(name);
    for &kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Administrator) {
        let schema = kind.schema(&mut generator).to_value();
        let definitions = generator.definitions();
        let schema = Schema { schema: &schema, definitions };
        let of = |on: &ObjectRef| -> Node {
            let known = object(on).filter(|_| is_known(on, None));
            known.map_or_else(|| Node::Unknown(on.to_string()), |fields| object_of(on, &fields, schema, is_known))
        };
        if kind.is_only() {
            let on = ObjectRef::only(kind);
            whole = whole.reading(name_of(kind), on.to_string(), of(&on));
            continue;
        }
        let (keys, is_whole) = keys(kind);
        let entry = |key: String| {
            let on = ObjectRef::new(kind, key.as_str());
            (key, Field { fact: Some(on.to_string()), node: of(&on).into() })
        };
        let absent = if is_whole { Absent::Nothing } else { Absent::Unknown };
        let entries = keys.into_iter().map(entry).collect();
        whole = whole.with(name_of(kind), Node::Map(Map { fact: Some(kind.name().to_owned()), entries, absent }));
    }
    Node::Fields(whole).into()
}

/// An object of a site: a field that nobody read is unknown.
fn object_of(on: &ObjectRef, said: &JsonMap<String, Value>, schema: Schema<'_>, is_known: IsKnown<'_>) -> Node {
    let forms = schema.forms();
    let mut object = Fields::new(on.to_string());
    for (name, of) in forms.iter().flat_map(|form| form.properties()) {
        let fact = format!("{on}: {name}");
        let node = match said.get(name) {
            Some(Value::Array(modules))
                if (on.kind, name) == (Kind::Offering, "modules") && is_known(on, Some(name)) =>
            {
                Node::List(modules.iter().map(|module| module_of(on, module, of.items()).into()).collect())
            }
            Some(value) if is_known(on, Some(name)) => of.node(Some(value), &mut Vec::new(), &BTreeSet::new()),
            _ => Node::Unknown(fact.clone()),
        };
        object = object.reading(name, fact, node);
    }
    Node::Fields(object)
}

/// A module: its timer and its tag are facts of their own, but for the base module's, which has neither.
fn module_of(on: &ObjectRef, said: &Value, schema: Option<Schema<'_>>) -> Node {
    let number = said["number"].as_u64().unwrap_or_default();
    let mut module = Fields::new(format!("module {number} of {on}"));
    let forms = schema.map(|schema| schema.forms()).unwrap_or_default();
    for (name, of) in forms.iter().flat_map(|form| form.properties()) {
        let node = |value| of.node(value, &mut Vec::new(), &BTreeSet::new());
        module = match (name, said.get(name)) {
            ("number" | "name", value) => module.with(name, node(value)),
            (_, None) if number != 0 => {
                let fact = format!("{on}: {name} of module {number}");
                module.reading(name, fact.clone(), Node::Unknown(fact))
            }
            (_, value) => module.reading(name, format!("{on}: {name} of module {number}"), node(value)),
        };
    }
    Node::Fields(module)
}

/// A plan: what its form allows and it does not say is known not to be there, and what did not fit is unknown.
fn plan_of(said: &Value, left_out: &BTreeSet<String>) -> Shared {
    let root = SchemaGenerator::default().into_root_schema_for::<Plan>().to_value();
    let none = JsonMap::new();
    let definitions = root.get("$defs").and_then(Value::as_object).unwrap_or(&none);
    let nothing = Value::Object(JsonMap::new());
    let said = if said.is_null() { &nothing } else { said };
    let schema = Schema { schema: &root, definitions };
    let mut node = schema.node(Some(said), &mut Vec::new(), left_out);
    if let Node::Fields(plan) = &mut node {
        "the plan".clone_into(&mut plan.of);
        plan.fields.retain(|name, _| !OF_PERSONS.contains(&name.as_str()));
    }
    node.into()
}

/// What was counted: sums, and never who.
fn counted(census: Option<&Census>, is_captured: &dyn Fn(&str) -> bool) -> Shared {
    let sum = |fact: &str, is_known: bool, of: &dyn Fn(&Census) -> Node| {
        census.filter(|_| is_known).map_or_else(|| Node::Unknown(fact.to_owned()), of)
    };
    let number = |count: u64| Node::Int(i64::try_from(count).unwrap_or(i64::MAX));
    let by_name = |fact: &str, all: &BTreeMap<String, u64>| {
        let entry = |(name, count): (&String, &u64)| {
            (name.clone(), Field { fact: Some(fact.to_owned()), node: number(*count).into() })
        };
        let entries = all.iter().map(entry).collect();
        Node::Map(Map { fact: Some(fact.to_owned()), entries, absent: Absent::Zero })
    };
    let [contacts, orders, subscriptions] = ["contact", "order", "subscription"].map(is_captured);
    let read = |field| contacts && census.is_some_and(|census| !census.unknown.contains(&field));
    let (tags, referred) = ("contact tags", "contact affiliate");
    Node::Fields(
        Fields::new("the census")
            .reading("members", "contact", sum("contact", contacts, &|census| number(census.members)))
            .reading("orders", "order", sum("order", orders, &|census| number(census.orders)))
            .reading(
                "subscriptions",
                "subscription",
                sum("subscription", subscriptions, &|census| number(census.subscriptions)),
            )
            .reading(
                "subscribed",
                "subscription",
                sum("subscription", subscriptions, &|census| by_name("subscription", &census.subscribed)),
            )
            .reading("tags", tags, sum(tags, read(ContactField::Tags), &|census| by_name(tags, &census.tags)))
            .reading(
                "referred",
                referred,
                sum(referred, read(ContactField::Affiliate), &|census| number(census.referred)),
            ),
    )
    .into()
}

/// The same of an example: what it does not say is unknown.
fn counted_as_said(said: &Value) -> Shared {
    let sums: BTreeMap<&str, u64> = ["members", "orders", "subscriptions", "referred"]
        .into_iter()
        .filter_map(|name| Some((name, said.get(name)?.as_u64()?)))
        .collect();
    let sum = |name: &str| sums.get(name).copied().unwrap_or_default();
    let by_name = |name: &str| -> BTreeMap<String, u64> {
        let all = said.get(name).and_then(Value::as_object).into_iter().flatten();
        all.filter_map(|(name, count)| Some((name.clone(), count.as_u64()?))).collect()
    };
    let census = Census {
        members: sum("members"),
        orders: sum("orders"),
        subscriptions: sum("subscriptions"),
        referred: sum("referred"),
        subscribed: by_name("subscribed"),
        tags: by_name("tags"),
        ..Census::default()
    };
    let whole = counted(Some(&census), &|_| true);
    let Node::Fields(mut fields) = Node::clone(&whole.0) else { return whole };
    for (name, field) in &mut fields.fields {
        if said.get(name).is_none() {
            field.node = Node::Unknown(field.fact.clone().unwrap_or_default()).into();
        }
    }
    Node::Fields(fields).into()
}

/// A JSON schema, by which what is missing and what is misspelt are kept apart.
#[derive(Clone, Copy)]
struct Schema<'a> {
    schema: &'a Value,
    definitions: &'a JsonMap<String, Value>,
}

impl<'a> Schema<'a> {
    fn of(self, schema: &'a Value) -> Self {
        Self { schema, ..self }
    }

    /// Itself, and what it may be instead.
    fn forms(self) -> Vec<Self> {
        let mut all = Vec::from([self]);
        let mut at = 0;
        // Each definition is looked at once: one that holds itself ends there.
        let mut named = BTreeSet::new();
        while let Some(form) = all.get(at).copied() {
            let name = form.schema.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit('/').next());
            if let Some(name) = name.filter(|name| named.insert(*name)) {
                all.extend(self.definitions.get(name).map(|schema| self.of(schema)));
            }
            for several in ["anyOf", "oneOf", "allOf"] {
                let forms = form.schema.get(several).and_then(Value::as_array).into_iter().flatten();
                all.extend(forms.map(|schema| self.of(schema)));
            }
            at += 1;
        }
        all
    }

    fn properties(self) -> impl Iterator<Item = (&'a str, Self)> {
        let all = self.schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        all.map(move |(name, schema)| (name.as_str(), self.of(schema)))
    }

    /// That of an item of a list.
    fn items(self) -> Option<Self> {
        self.forms().into_iter().find_map(|form| form.schema.get("items").map(|items| self.of(items)))
    }

    /// That of a value under a name that nobody but the plan gives.
    fn additional(self) -> Option<Self> {
        let of = |form: &Self| form.schema.get("additionalProperties").filter(|schema| schema.is_object());
        self.forms().iter().find_map(of).map(|schema| self.of(schema))
    }

    /// A value as expressions see it.
    fn node(self, said: Option<&Value>, place: &mut Vec<String>, left_out: &BTreeSet<String>) -> Node {
        let here = pointer(place);
        if !left_out.is_empty() && left_out.contains(&here) {
            return Node::Unknown(format!("plan {here}"));
        }
        match said {
            None | Some(Value::Null) => Node::Nothing,
            Some(Value::Bool(value)) => Node::Bool(*value),
            Some(Value::Number(number)) => {
                number.as_i64().map_or_else(|| Node::Number(number.as_f64().unwrap_or(f64::NAN)), Node::Int)
            }
            Some(Value::String(text)) => Node::Text(text.clone()),
            Some(Value::Array(items)) => {
                let of = self.items().unwrap_or(self);
                let node =
                    |(nth, item): (usize, &Value)| of.inside(&nth.to_string(), Some(item), place, left_out).into();
                Node::List(items.iter().enumerate().map(node).collect())
            }
            Some(Value::Object(entries)) => self.object(entries, place, left_out),
        }
    }

    fn inside(self, name: &str, said: Option<&Value>, place: &mut Vec<String>, left_out: &BTreeSet<String>) -> Node {
        place.push(name.to_owned());
        let node = self.node(said, place, left_out);
        place.pop();
        node
    }

    fn object(self, said: &JsonMap<String, Value>, place: &mut Vec<String>, left_out: &BTreeSet<String>) -> Node {
        let mut properties: BTreeMap<&str, Self> = BTreeMap::new();
        for (name, schema) in self.forms().into_iter().flat_map(Self::properties) {
            properties.entry(name).or_insert(schema);
        }
        let others = self.additional();
        let field = |node: Node| Field { fact: None, node: node.into() };
        if properties.is_empty() {
            let of = others.unwrap_or(self);
            let mut entries: BTreeMap<String, Field> = said
                .iter()
                .map(|(name, value)| (name.clone(), field(of.inside(name, Some(value), place, left_out))))
                .collect();
            let before = pointer(place) + "/";
            for gone in left_out.range(before.clone()..).take_while(|gone| gone.starts_with(&before)) {
                let name = gone[before.len()..].replace("~1", "/").replace("~0", "~");
                if !gone[before.len()..].contains('/') {
                    entries.entry(name).or_insert_with(|| field(Node::Unknown(format!("plan {gone}"))));
                }
            }
            return Node::Map(Map { fact: None, entries, absent: Absent::Nothing });
        }
        let mut fields = Fields::new(format!("`{}` of the plan", place.join("/")));
        for (name, of) in &properties {
            fields = fields.with(name, of.inside(name, said.get(*name), place, left_out));
        }
        let unnamed = said.iter().filter(|(name, _)| !properties.contains_key(name.as_str()));
        // What the form does not know an example cannot make known.
        for (name, value, of) in unnamed.filter_map(|(name, value)| Some((name, value, others?))) {
            fields = fields.with(name, of.inside(name, Some(value), place, left_out));
        }
        Node::Fields(fields)
    }
}
