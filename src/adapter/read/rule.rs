//! One rule applied to one object.

mod condition;
mod placed;

pub(super) use condition::Holds;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::ground::Placed;
use super::spot::{Elements, Row, Spot, together};
use super::{Found, Known, View};
use crate::adapter::raw::Raw;
use crate::capture::Value;
use crate::capture::pointer::{PointerKey, key};
use crate::model::adapter::{Absent, Codec, Does, Name, Place, Rule};

/// The object that a rule is applied to.
#[derive(Clone, Debug)]
pub(super) struct At<'v> {
    /// Where it lies.
    pub(super) spot: Option<Spot<'v>>,
    /// The option's name, and what `*` stands for in its pattern.
    pub(super) name: Option<(String, String)>,
    /// The key of the element, as it stands in pointers.
    pub(super) key: Option<String>,
    /// The user's or post's number, whose meta is its own.
    pub(super) owner: Option<u64>,
    /// A user's meta, and the rows of their own in tables.
    pub(super) own: Option<&'v Own>,
    /// Whether the capture was asked for all that the adapters name.
    pub(super) is_asked: bool,
    /// The place of the object itself.
    pub(super) home: Option<&'v Place>,
    /// The kind and the field that are read.
    pub(super) of: Option<(&'static str, &'v str)>,
    /// The pointer inside of that field, where it is traced what is read.
    pub(super) inside: String,
}

/// What belongs to one user.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    pub(super) meta: Vec<(String, Value)>,
    pub(super) rows: Vec<(String, Row)>,
}

impl View<'_> {
    /// What a rule gives, with what it means that nothing is there.
    pub(super) fn known(&self, rule: &Rule, at: &At<'_>) -> Known {
        match self.found(rule, at) {
            Found::Value(value) => Known::Value(value),
            Found::Nothing => Known::Nothing,
            Found::Absent => Known::Unknown(
                "nothing is stored there, and the adapter does not say what that means (`absent` or `default`)"
                    .to_owned(),
            ),
            Found::Skipped => {
                Known::Unknown("the condition of the adapter's rule (`when`) does not hold here".to_owned())
            }
            Found::Unknown(why) => Known::Unknown(why),
        }
    }

    pub(super) fn found(&self, rule: &Rule, at: &At<'_>) -> Found {
        match rule.when.as_ref().map(|when| self.holds(when, at)) {
            Some(Holds::No) => return Found::Skipped,
            Some(Holds::Unknown(why)) => return Found::Unknown(why),
            Some(Holds::Yes) | None => {}
        }
        let found = self.given(rule, at);
        let found = match (found, &rule.default) {
            (Found::Absent, Some(default)) => {
                self.took(default, rule, at);
                Found::Value(default.to_json())
            }
            (Found::Absent, None) if rule.absent == Some(Absent::Nothing) => Found::Nothing,
            (Found::Value(Json::String(text)), None) if text.is_empty() && rule.absent == Some(Absent::Nothing) => {
                Found::Nothing
            }
            (found, _) => found,
        };
        match (found, rule.operation) {
            (Found::Value(value), Some(does)) => operation(does, value),
            (found, _) => found,
        }
    }

    fn given(&self, rule: &Rule, at: &At<'_>) -> Found {
        if let Some(is) = &rule.is {
            return Found::Value(is.to_json());
        }
        if rule.nothing {
            return Found::Nothing;
        }
        if !rule.defined.is_empty() {
            return self.defined(&rule.defined);
        }
        if let Some(name) = rule.of {
            return self.of_name(rule, name, at);
        }
        if !rule.any.is_empty() || !rule.first.is_empty() || !rule.keys.is_empty() {
            let spot = match rule.from.as_ref().map(|from| self.placed(from, at)) {
                Some(Placed::There(spot)) => Some(spot),
                Some(Placed::Absent) => Some(Spot::Nothing),
                Some(Placed::Unknown(why)) => Some(Spot::Unknown(why)),
                None => at.spot.clone(),
            };
            let at = &At { spot, ..at.clone() };
            if !rule.any.is_empty() {
                return self.any(&rule.any, at);
            }
            if !rule.keys.is_empty() {
                return self.keyed(&rule.keys, at);
            }
            let found = rule.first.iter().map(|one| self.found(one, at));
            return found
                .into_iter()
                .find(|found| !matches!(found, Found::Absent | Found::Skipped))
                .unwrap_or(Found::Absent);
        }
        let spot = match &rule.from {
            Some(from) => match self.placed(from, at) {
                Placed::There(spot) => spot,
                Placed::Absent => return Found::Absent,
                Placed::Unknown(why) => return Found::Unknown(why),
            },
            None => match &at.spot {
                Some(spot) => spot.clone(),
                None => return Found::Unknown(super::NOT_COVERED.to_owned()),
            },
        };
        if rule.each.is_some() || !rule.together.is_empty() {
            return self.elements(rule, &spot, at);
        }
        if let Some(variant) = &rule.variant {
            return match spot.scalar(variant) {
                Ok(raw) => match raw.word().and_then(|word| rule.cases.get(&word)) {
                    Some(case) => self.found(case, &At { spot: Some(spot), ..at.clone() }),
                    None => Found::Unknown(self.strange(&raw, at)),
                },
                Err(found) => found,
            };
        }
        match spot.scalar(rule.at.as_deref().unwrap_or_default()) {
            Ok(raw) => self.taken(rule, &raw, &At { spot: Some(spot), ..at.clone() }),
            Err(found) => found,
        }
    }

    /// What a stored scalar says.
    fn taken(&self, rule: &Rule, raw: &Raw, at: &At<'_>) -> Found {
        self.trace(rule, raw, at);
        let is_empty = matches!(raw, Raw::Text(text) if text.is_empty()) && !rule.words.contains_key("");
        let has_empty = matches!(rule.codec, Some(Codec::Flag | Codec::IsTrue | Codec::Filled | Codec::Commas));
        if rule.absent == Some(Absent::Nothing) && is_empty && !has_empty {
            return Found::Absent;
        }
        if !rule.words.is_empty() {
            let word = raw.word().and_then(|word| rule.words.get(&word).cloned());
            return word.map_or_else(|| Found::Unknown(self.strange(raw, at)), |word| Found::Value(word.to_json()));
        }
        let codec = rule.codec.unwrap_or_default();
        // The database's own word for nothing.
        if *raw == Raw::Null && !matches!(codec, Codec::Flag | Codec::IsTrue | Codec::Filled) {
            return Found::Absent;
        }
        // And its day for none.
        if codec == Codec::Day && matches!(raw, Raw::Text(text) if text.starts_with("0000-00-00")) {
            return Found::Absent;
        }
        let Some(value) = codec.decode(raw) else {
            return Found::Unknown(format!("what is stored there is not of the form `{}`", codec.name()));
        };
        let value = match &rule.currency {
            None => value,
            Some(currency) => match self.found(currency, at) {
                Found::Value(Json::String(currency)) => {
                    json!(format!("{} {}", value.as_str().unwrap_or_default(), currency.to_uppercase()))
                }
                Found::Unknown(why) => return Found::Unknown(format!("of its currency it is unknown: {why}")),
                _ => return Found::Unknown("its currency is unknown".to_owned()),
            },
        };
        match &rule.reference {
            None => Found::Value(value),
            Some(list) => match &value {
                Json::String(id) => self.looked_up(list, id),
                // Several IDs in one text.
                Json::Array(ids) => {
                    let mut all = Vec::new();
                    for id in ids.iter().filter_map(Json::as_str) {
                        match self.looked_up(list, id) {
                            Found::Value(value) => all.push(value),
                            other => return other,
                        }
                    }
                    Found::Value(all.into())
                }
                _ => Found::Unknown("an ID was expected there".to_owned()),
            },
        }
    }

    fn looked_up(&self, list: &str, id: &str) -> Found {
        match self.list(list).get(id) {
            Known::Value(value) => Found::Value(value),
            Known::Nothing => Found::Unknown(format!("it names something that is not among `{list}`")),
            Known::Unknown(why) => Found::Unknown(why),
        }
    }

    fn of_name(&self, rule: &Rule, name: Name, at: &At<'_>) -> Found {
        let text = match (name, &at.name, &at.key) {
            (Name::Name, Some((whole, _)), _) => whole.clone(),
            (Name::Star, Some((_, star)), _) => star.clone(),
            (Name::Key, _, Some(escaped)) => match key(escaped) {
                PointerKey::Named(key) => key,
                PointerKey::Hidden => {
                    return Found::Unknown("its key looks like a secret, and did not leave the site".to_owned());
                }
            },
            _ => return Found::Unknown("it lies under no name".to_owned()),
        };
        self.taken(rule, &Raw::Text(text), at)
    }

    /// The names of those constants that are set to something.
    fn defined(&self, names: &[String]) -> Found {
        let mut set = Vec::new();
        for name in names {
            match self.ground.constant(name) {
                Placed::There(value) => match value.find("") {
                    crate::capture::Found::Scalar(scalar) => {
                        // A constant of any other text than PHP's words for false is set.
                        let is_off = Codec::Flag.decode(&super::spot::raw(scalar)) == Some(json!(false));
                        if !is_off {
                            set.push(json!(name));
                        }
                    }
                    // It is there and withheld: it is set to something.
                    _ => set.push(json!(name)),
                },
                Placed::Absent => {}
                Placed::Unknown(why) => return Found::Unknown(why),
            }
        }
        Found::Value(set.into())
    }

    fn any(&self, rules: &[Rule], at: &At<'_>) -> Found {
        let found: Vec<Found> = rules.iter().map(|rule| self.found(rule, at)).collect();
        let is = |flag: bool| move |found: &Found| *found == Found::Value(json!(flag));
        if found.iter().any(is(true)) {
            return Found::Value(json!(true));
        }
        if let Some(unknown) =
            found.iter().find(|found| matches!(found, Found::Unknown(_) | Found::Absent | Found::Nothing))
        {
            return unknown.clone();
        }
        if found.iter().any(is(false)) {
            return Found::Value(json!(false));
        }
        Found::Skipped
    }

    /// A map whose keys the adapter names; one of which nothing is set is left out.
    fn keyed(&self, keys: &BTreeMap<String, Rule>, at: &At<'_>) -> Found {
        let mut map = Map::new();
        for (key, rule) in keys {
            let at = &self.inside(at, key);
            match self.found(rule, at) {
                Found::Value(value) => drop(map.insert(key.clone(), value)),
                Found::Nothing | Found::Skipped => {}
                Found::Absent | Found::Unknown(_) => {
                    let Known::Unknown(why) = self.known(rule, at) else { continue };
                    return Found::Unknown(format!("of its `{key}` it is unknown: {why}"));
                }
            }
        }
        Found::Value(map.into())
    }

    fn elements(&self, rule: &Rule, spot: &Spot<'_>, at: &At<'_>) -> Found {
        let elements = match &rule.each {
            Some(each) => spot.elements(each),
            None => together(spot, &rule.together),
        };
        let all = match elements {
            Elements::All(all) => all,
            Elements::Absent => return Found::Absent,
            Elements::Unknown(why) => return Found::Unknown(why),
        };
        let mut named = Map::new();
        let mut listed = Vec::new();
        for (number, (escaped, spot)) in all.into_iter().enumerate() {
            let inside = self.inside(at, &number.to_string());
            let below = At { spot: Some(spot), key: Some(escaped.clone()), ..inside };
            let value = match rule.item.is_empty() {
                true => {
                    let one = Rule {
                        from: None,
                        each: None,
                        together: Default::default(),
                        when: None,
                        default: None,
                        operation: None,
                        writable: false,
                        at: Some(rule.at.clone().unwrap_or_default()),
                        ..rule.clone()
                    };
                    match self.found(&one, &below) {
                        Found::Value(value) => value,
                        Found::Nothing | Found::Absent | Found::Skipped => {
                            return Found::Unknown("an element is not there as the adapter has it".to_owned());
                        }
                        unknown @ Found::Unknown(_) => return unknown,
                    }
                }
                false => match self.item(rule, &below) {
                    Ok(fields) => Json::Object(fields),
                    Err(why) => return Found::Unknown(why),
                },
            };
            match (rule.map, key(&escaped)) {
                (true, PointerKey::Named(key)) => drop(named.insert(key, value)),
                (true, PointerKey::Hidden) => {
                    return Found::Unknown("a key looks like a secret, and did not leave the site".to_owned());
                }
                (false, _) => listed.push(value),
            }
        }
        Found::Value(if rule.map { named.into() } else { listed.into() })
    }

    /// The fields of an element: one that is unknown is left out, unless the element is nothing without it.
    fn item(&self, rule: &Rule, at: &At<'_>) -> Result<Map<String, Json>, String> {
        let mut fields = Map::new();
        for (name, rule) in &rule.item {
            match self.known(rule, &self.inside(at, name)) {
                Known::Value(value) => drop(fields.insert(name.clone(), value)),
                Known::Nothing => drop(fields.insert(name.clone(), Json::Null)),
                Known::Unknown(why) if matches!(name.as_str(), "number" | "name") => {
                    return Err(format!("of an element it is unknown what its `{name}` is: {why}"));
                }
                Known::Unknown(why) => self.note(name, why),
            }
        }
        Ok(fields)
    }

    /// Keeps why a part of a field is unknown, where there are few such reasons.
    fn note(&self, name: &str, why: String) {
        let mut notes = self.notes.borrow_mut();
        if notes.len() < 50 {
            notes.insert(format!("`{name}` of an element: {why}"));
        }
    }
}

fn operation(does: Does, value: Json) -> Found {
    let name = match does {
        Does::Release => "release",
        Does::Grant => "grant",
        Does::AddTags => "add-tags",
        Does::Other => "other",
    };
    Found::Value(json!({ name: value }))
}

impl<'v> At<'v> {
    /// The same, for a field of a kind.
    pub(super) fn field(&self, kind: &'static str, field: &'v str) -> Self {
        Self { of: Some((kind, field)), ..self.clone() }
    }

    /// Nothing in particular: of a site as a whole.
    pub(super) fn site(is_asked: bool) -> Self {
        Self {
            spot: None,
            name: None,
            key: None,
            owner: None,
            own: None,
            is_asked,
            home: None,
            of: None,
            inside: String::new(),
        }
    }
}
