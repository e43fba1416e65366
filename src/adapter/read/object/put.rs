//! An object put together: what is known of it, and why the rest is not.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

use super::{Fields, Objects};
use crate::adapter::read::{Known, NOT_COVERED};
use crate::model::snapshot::{Capture, Sources};
use crate::model::state::{Kind, Object, ObjectRef};
use crate::population::Names;
use crate::text::{addresses, without_secrets};

/// The fields of each kind. A schema costs more to make than an object does, and a site has thousands of those.
static NAMES: LazyLock<BTreeMap<Kind, Names>> =
    LazyLock::new(|| Kind::ALL.iter().map(|kind| (*kind, Names::by(|generator| kind.schema(generator)))).collect());

impl Objects {
    pub(in crate::adapter::read) fn lacks(&mut self, kind: Kind, why: &str) {
        self.sections.insert(kind.name().to_owned(), Capture::Missing(why.to_owned()));
    }

    /// Puts an object together: what is known into the state, and why the rest is not beside it.
    pub(in crate::adapter::read) fn put(
        &mut self,
        kind: Kind,
        key: &str,
        fields: Fields,
        whole: Option<Capture>,
    ) -> Result<(), String> {
        let mut known = Map::new();
        let mut sources = Sources { whole, fields: BTreeMap::new() };
        for (name, value) in fields {
            let value = match value {
                Known::Value(value) => value,
                Known::Nothing => Json::Null,
                Known::Unknown(why) => {
                    sources.fields.insert(name, Capture::Missing(why));
                    continue;
                }
            };
            match why_hidden(&value) {
                Some(why) => drop(sources.fields.insert(name, Capture::Missing(why.to_owned()))),
                None => drop(known.insert(name, value)),
            }
        }
        for name in NAMES.get(&kind).into_iter().flat_map(Names::all) {
            if !known.contains_key(name) && !matches!(name.as_str(), "id" | "key" | "target" | "last_called" | "calls")
            {
                sources.fields.entry(name.clone()).or_insert_with(|| Capture::Missing(NOT_COVERED.to_owned()));
            }
        }
        let object = Object::from_fields(kind, Json::Object(known)).map_err(|_| {
            let missing = sources.fields.iter().map(|(name, why)| match why {
                Capture::Missing(why) => format!("`{name}`: {why}"),
                Capture::How(_) => name.clone(),
            });
            format!("one of them lacks what makes it one ({})", missing.collect::<Vec<_>>().join("; "))
        })?;
        self.state.insert(key, object);
        if sources != Sources::default() {
            self.sources.insert(ObjectRef::new(kind, key), sources);
        }
        Ok(())
    }
}

/// Whether a text holds a secret, be it that its first parameter is one.
fn holds_secret(text: &str) -> bool {
    let after = format!("?{text}");
    without_secrets(text) != *text || without_secrets(&after) != after
}

/// Why a value may not stand in a file that is shared.
fn why_hidden(value: &Json) -> Option<&'static str> {
    match value {
        Json::String(text) if addresses(text).next().is_some() => Some("it holds a person's address"),
        Json::String(text) if holds_secret(text) => Some("it holds a secret"),
        Json::Array(items) => items.iter().find_map(why_hidden),
        Json::Object(members) => members.values().find_map(why_hidden),
        _ => None,
    }
}
