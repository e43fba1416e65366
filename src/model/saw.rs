//! What a person says that they saw on an admin screen: a line of a record, and what is wrong with it by itself.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::keyed::{is_key_of, name_key, webhook_key};
use super::state::{Kind, Object};
use super::{Identity, ObjectRef, Release};

/// Days for which an attested fact counts at most, and where nobody says for how long.
pub const FACT_DAYS: i64 = 14;

/// The kinds on which money, mail and the migration itself hang: in front of the barrier somebody looks at them again.
pub const ASKED_AGAIN: [Kind; 5] = [Kind::ChargingGuard, Kind::Crm, Kind::Emails, Kind::Mail, Kind::Maintenance];

/// What a named person saw of one object on an admin screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Saw {
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// The object.
    pub on: ObjectRef,
    /// Its fields as a snapshot has them; `null` is "nothing is set".
    pub fields: Map<String, Value>,
    /// The screen on which it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<String>,
    /// The last day on which it counts.
    #[schemars(extend("format" = "date"))]
    pub until: String,
}

/// What a named person saw to be all objects of a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SawAll {
    /// The site: its home address without the scheme.
    pub host: Identity,
    /// The kind.
    pub kind: Kind,
    /// The objects as the screen names them: by name, file, login, or by what a webhook calls.
    pub names: Vec<String>,
    /// The screen on which they were seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<String>,
    /// The last day on which it counts.
    #[schemars(extend("format" = "date"))]
    pub until: String,
}

/// Whether money or mail hang on a field, so that whoever attests it types what they see, and is not shown what is wanted.
pub fn is_blind(kind: Kind, field: &str) -> bool {
    matches!(
        (kind, field),
        (Kind::ChargingGuard, "production_url")
            | (Kind::Mail, "simulated")
            | (Kind::Crm, "connected" | "managed" | "sells")
            | (Kind::OrderForm, "after_final_retry" | "test_mode")
    )
}

/// A value of a field as a person types it after `FIELD=`.
pub fn typed(field: &str, value: &Value) -> String {
    let words = match (field, value) {
        (_, Value::Null) => Some(String::new()),
        (_, Value::Bool(is)) => Some(if *is { "yes" } else { "no" }.to_owned()),
        (_, Value::String(text)) => Some(text.clone()),
        ("operations", Value::Array(all)) => all
            .iter()
            .map(|operation| typed_operation(operation).filter(|one| !one.contains(',')))
            .collect::<Option<Vec<_>>>()
            .map(|all| all.join(", ")),
        ("runs", Value::Object(_)) => typed_operation(value),
        ("modules", Value::Array(all)) => all
            .iter()
            .map(|module| {
                let (number, name) = (module.get("number")?, module.get("name")?.as_str()?);
                let release = module.get("release").and_then(Value::as_str);
                let is_release = |text: &str| text.parse::<Release>().is_ok_and(|release| release.is_known());
                // A name may hold a colon, as long as what stands after the last one is read back as it was.
                let reads_back = match (release, name.rsplit_once(": ")) {
                    (Some(release), _) => is_release(release),
                    (None, Some((_, last))) => number == 0 && !is_release(last),
                    (None, None) => true,
                };
                let release = release.map_or_else(String::new, |release| format!(": {release}"));
                let tag = module
                    .get("tag")
                    .map_or_else(String::new, |tag| format!(" [{}]", tag.as_str().unwrap_or_default()));
                (reads_back && !name.contains([';', '[']) && !tag.contains(';'))
                    .then(|| format!("{number} {name}{tag}{release}"))
            })
            .collect::<Option<Vec<_>>>()
            .map(|all| all.join("; ")),
        ("tags", Value::Object(parts)) => {
            Some(parts.iter().map(|(part, tag)| format!("{part}: {}", text(tag))).collect::<Vec<_>>().join("; "))
        }
        _ => None,
    };
    words.unwrap_or_else(|| value.to_string())
}

/// A value in a short form: a text without its quotes.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// One operation as a person types it.
fn typed_operation(operation: &Value) -> Option<String> {
    let (verb, of) = operation.as_object()?.iter().next()?;
    let of = of.as_array().map_or_else(|| text(of), |tags| tags.iter().map(text).collect::<Vec<_>>().join("|"));
    Some(format!("{verb} {of}"))
}

impl Kind {
    /// Whether a person's word can stand for a reading of it: never for what says which site it is.
    pub fn is_attestable(self) -> bool {
        self != Self::Environment
    }

    /// The fields that a person can attest, as a snapshot names them.
    pub fn attestable_fields(self) -> Vec<String> {
        if !self.is_attestable() {
            return Vec::new();
        }
        // The server's own numbers, and what the log counts, nobody judges.
        let beyond = ["id", "last_called", "calls", "command", "target"];
        let of_the_format = self.fields().keys().filter(|name| !beyond.contains(&name.as_str())).cloned();
        // Its screen shows it, and only machines write it into a site file.
        let sent = (self == Self::Plugin).then(|| "select_crm".to_owned());
        of_the_format.chain(sent).collect()
    }

    /// What a field of such an object holds, in a sentence or two; none where there is no such field.
    pub fn about_field(self, name: &str) -> Option<String> {
        let about = self.fields().get(name)?.get("description")?.as_str()?.to_owned();
        Some(about)
    }

    /// The schema of each of its fields.
    fn fields(self) -> &'static Map<String, Value> {
        // Of each kind once: every rule that lacks a fact asks for one.
        static FIELDS: [OnceLock<Map<String, Value>>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];
        FIELDS[self as usize].get_or_init(|| {
            let schema = self.schema(&mut schemars::SchemaGenerator::new(
                schemars::generate::SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true),
            ));
            schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
        })
    }

    /// Whether an object of it is known by the slug of its name.
    fn key_is_by_name(self) -> bool {
        matches!(self, Self::Offering | Self::OptInForm | Self::OrderForm)
    }

    /// The natural key of an object that a screen names so.
    pub fn key_of(self, name: &str) -> String {
        match self {
            Self::Offering | Self::OptInForm | Self::OrderForm => name_key(name),
            Self::Webhook => webhook_key(name),
            _ if self.is_only() => self.name().to_owned(),
            _ => name.trim().to_owned(),
        }
    }

    /// What an object's natural key says of it, where no reading has the object: the fields that make it one.
    pub(super) fn fields_by_name(self, name: &str) -> Map<String, Value> {
        match self {
            Self::Offering | Self::OptInForm | Self::OrderForm => Map::from_iter([("name".to_owned(), json!(name))]),
            Self::Webhook => {
                let key = webhook_key(name);
                let (command, target) = key.split_once('?').map_or((key.as_str(), None), |(c, t)| (c, Some(t)));
                let target = target.map(|target| ("target".to_owned(), json!(target)));
                Map::from_iter([("command".to_owned(), json!(command))].into_iter().chain(target))
            }
            _ => Map::new(),
        }
    }
}

impl Saw {
    /// What is wrong with the fields, in words that follow "it"; none where they are those of such an object.
    pub fn fault(&self) -> Option<String> {
        let ObjectRef { kind, key } = &self.on;
        if !kind.is_attestable() {
            return Some(format!("attests `{}`, which only a reading shows", self.on));
        }
        if kind.is_only() && *key != kind.name() {
            return Some(format!("attests `{}`, but a site has only one {kind}", self.on));
        }
        if self.fields.is_empty() {
            return Some(format!("attests nothing of `{}`", self.on));
        }
        let known = kind.attestable_fields();
        if let Some(name) = self.fields.keys().find(|name| !known.contains(name)) {
            return Some(format!("attests `{name}` of `{}`, but no {kind} has such a field", self.on));
        }
        if let Some(name) = self.fields.get("name").and_then(Value::as_str)
            && kind.key_of(name) != *key
            && !(kind.key_is_by_name() && is_key_of(key, name))
        {
            return Some(format!("attests the name `{name}` for `{}`, but that name gives another key", self.on));
        }
        let unfit = self.fields.iter().find(|(name, value)| fits(*kind, key, name, value).is_none());
        unfit.map(|(name, _)| format!("attests a value of `{}: {name}` that such a field cannot have", self.on))
    }
}

/// An object of a kind with this field alone; none where the value is none of such a field.
pub(super) fn fits(kind: Kind, key: &str, name: &str, value: &Value) -> Option<Object> {
    let mut fields = kind.fields_by_name(key);
    fields.insert(name.to_owned(), value.clone());
    Object::from_fields(kind, Value::Object(fields)).ok()
}

impl SawAll {
    /// What is wrong with the list, in words that follow "it"; none where nothing is.
    pub fn fault(&self) -> Option<String> {
        let kind = self.kind;
        if !kind.is_attestable() || kind.is_only() {
            return Some(format!("attests a list of `{kind}`, a kind that has no list"));
        }
        let mut keys = BTreeSet::new();
        let twice = self.names.iter().find(|name| !keys.insert(kind.key_of(name)));
        if let Some(name) = twice {
            return Some(format!("attests two objects of `{kind}` that have the key of `{name}`"));
        }
        keys.contains("").then(|| format!("attests a `{kind}` without a name"))
    }
}
