//! Objects of each kind, with what is known of each field, and whether their list is whole.

mod needs;
mod put;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::ground::Placed;
use super::rule::{At, Holds};
use super::spot::{Elements, Spot};
use super::{Known, NOT_COVERED, View, index};
use crate::adapter::pointer::star;
use crate::adapter::set::{Bound, is_only};
use crate::capture::Value;
use crate::model::How;
use crate::model::adapter::{Place, Rule};
use crate::model::keyed::{key_with_id, name_key, webhook_key};
use crate::model::snapshot::{Capture, Sources};
use crate::model::state::{Kind, ObjectRef, State};
use crate::text::addresses;

/// What a capture says of the site's own settings.
#[derive(Debug, Default)]
pub struct Objects {
    /// The objects.
    pub state: State,
    /// How each kind was captured, or why not.
    pub sections: BTreeMap<String, Capture>,
    /// The same of objects and fields, where that differs.
    pub sources: BTreeMap<ObjectRef, Sources>,
}

/// The objects of one entry.
pub(super) struct Listed<'v> {
    pub(super) objects: Vec<One<'v>>,
    /// Why there may be others.
    pub(super) incomplete: Option<String>,
}

/// One of them.
pub(super) struct One<'v> {
    pub(super) key: String,
    pub(super) at: At<'v>,
}

/// Why an entry does not count for a site.
enum NotHere {
    /// This plugin is not active.
    Inactive(String),
    /// For another reason.
    For(String),
}

fn none_active(files: &[String]) -> String {
    match files {
        [file] => format!("`{file}` is not active, and no other adapter says where it is kept"),
        several => format!("none of `{}` is active, and no other adapter says where it is kept", several.join("`, `")),
    }
}

/// An object as it is put together, by its fields.
type Fields = BTreeMap<String, Known>;

impl View<'_> {
    /// The objects of every kind but of those that users are.
    pub fn objects(&self) -> Objects {
        let mut all = Objects::default();
        for kind in Kind::ALL.iter().copied().filter(|kind| *kind != Kind::Administrator) {
            let bound: Vec<&Bound<'_>> = self.bound.iter().filter(|bound| bound.kind == kind.name()).collect();
            match (bound.is_empty(), is_only(kind.name())) {
                (true, _) => all.lacks(kind, NOT_COVERED),
                (false, true) => self.only(kind, &bound, &mut all),
                (false, false) => self.many(kind, &bound, &mut all),
            }
        }
        all
    }

    /// The one object of a kind of which a site has one.
    fn only(&self, kind: Kind, all_bound: &[&Bound<'_>], all: &mut Objects) {
        let (mut fields, mut why, mut inactive) = (Fields::new(), None, Vec::new());
        for bound in all_bound {
            let at = match self.site(bound) {
                Ok(at) => at,
                Err(NotHere::Inactive(file)) => {
                    inactive.push(file);
                    continue;
                }
                Err(NotHere::For(found)) => {
                    why.get_or_insert(found);
                    continue;
                }
            };
            self.traces(bound.kind);
            for (name, rule) in &bound.entry.fields {
                merge(&mut fields, name, self.known(rule, &at.field(bound.kind, name)), all_bound);
            }
        }
        let nothing = fields.values().all(|known| matches!(known, Known::Unknown(_)));
        if nothing {
            // What an entry that counts says of it says more than that another one does not count.
            let first = fields.into_values().find_map(Known::unknown);
            let inactive = (!inactive.is_empty()).then(|| none_active(&inactive));
            return all.lacks(kind, &first.or(why).or(inactive).unwrap_or_else(|| NOT_COVERED.to_owned()));
        }
        match all.put(kind, kind.name(), fields, None) {
            Ok(()) => drop(all.sections.insert(kind.name().to_owned(), Capture::How(How::Bridge))),
            Err(why) => all.lacks(kind, &why),
        }
    }

    /// The place of an entry of which there is one object; why it does not count.
    fn site<'v>(&'v self, bound: &'v Bound<'_>) -> Result<At<'v>, NotHere> {
        let mut at = At::site(self.is_asked(bound.of.iter().copied()));
        if let Some(from) = &bound.entry.from {
            let mut all = self.ats(Some(from), None, at.is_asked).map_err(NotHere::For)?;
            at.home = Some(from);
            at = match (all.pop(), all.is_empty()) {
                (Some(one), true) => one,
                (None, _) => At { spot: Some(Spot::Nothing), ..at },
                (Some(_), false) => return Err(NotHere::For("several places have names that fit".to_owned())),
            };
        }
        match bound.entry.when.as_ref().map(|when| self.holds(when, &at)) {
            Some(Holds::No) => Err(match bound.entry.when.as_ref().and_then(|when| when.plugin.clone()) {
                Some(file) => NotHere::Inactive(file),
                None => NotHere::For("the condition of the adapter's entry does not hold".to_owned()),
            }),
            Some(Holds::Unknown(why)) => Err(NotHere::For(why)),
            Some(Holds::Yes) | None => match bound.entry.needs.as_ref().and_then(|needs| self.unmet(needs)) {
                Some(why) => Err(NotHere::For(why)),
                None => Ok(at),
            },
        }
    }

    fn many(&self, kind: Kind, all_bound: &[&Bound<'_>], all: &mut Objects) {
        let mut incomplete = None;
        let mut objects: Vec<(String, Option<String>, Fields)> = Vec::new();
        // What is said of one thing by its key comes after the lists in which it may be.
        let is_partial = |bound: &&Bound<'_>| bound.entry.key.as_ref().is_some_and(|key| key.is.is_some());
        let (partial, lists): (Vec<&Bound<'_>>, Vec<&Bound<'_>>) = all_bound.iter().copied().partition(is_partial);
        for bound in lists.into_iter().chain(partial) {
            let listed = self.listed(bound);
            incomplete = incomplete.or(listed.incomplete);
            let is_partial = is_partial(&bound);
            let mut of_entry: Vec<(String, Option<String>, Fields)> = Vec::new();
            for one in listed.objects {
                self.traces(&one.key);
                let id = match bound.entry.id.as_ref().map(|rule| self.known(rule, &one.at)) {
                    Some(Known::Value(id)) => Some(id.as_str().map_or_else(|| id.to_string(), str::to_owned)),
                    _ => None,
                };
                let known = |(name, rule): (&'_ String, &Rule)| {
                    (name.clone(), self.known(rule, &one.at.field(bound.kind, name)))
                };
                let mut fields: Fields = bound.entry.fields.iter().map(known).collect();
                if kind == Kind::Webhook {
                    called(&one.key, &mut fields);
                }
                match distinct(&one.key, id.as_deref(), &fields, &of_entry) {
                    Some(key) => of_entry.push((key, id, fields)),
                    None => drop(incomplete.get_or_insert_with(|| twice(&one.key, id.as_deref(), &fields))),
                }
            }
            for (key, id, fields) in of_entry {
                match objects.iter_mut().find(|(of, ..)| *of == key) {
                    Some((_, known_id, known)) => {
                        *known_id = known_id.take().or(id);
                        fields.into_iter().for_each(|(name, value)| merge(known, &name, value, all_bound));
                    }
                    // That says nothing of whether it is there.
                    None if is_partial && bound.of.iter().all(|loaded| loaded.is_built_in) => {}
                    None => objects.push((key, id, fields)),
                }
            }
        }
        let section = match &incomplete {
            None => Capture::How(How::Bridge),
            Some(why) => Capture::Missing(why.clone()),
        };
        all.sections.insert(kind.name().to_owned(), section);
        let by_itself = incomplete.is_some().then_some(Capture::How(How::Bridge));
        for (key, id, mut fields) in objects {
            if let Some(id) = id {
                fields.insert("id".to_owned(), Known::Value(json!(id)));
            }
            if let Err(why) = all.put(kind, &key, fields, by_itself.clone()) {
                all.lacks(kind, &why);
            }
        }
    }

    /// The objects of an entry, with their keys.
    pub(super) fn listed<'v>(&'v self, bound: &'v Bound<'_>) -> Listed<'v> {
        let mut listed = Listed { objects: Vec::new(), incomplete: None };
        let entry = &bound.entry;
        let is_asked = self.is_asked(bound.of.iter().copied());
        // An entry that does not count for this site has no objects.
        if let Some(when) = entry.when.as_ref().filter(|when| when.plugin.is_some()) {
            match self.holds(when, &At::site(is_asked)) {
                Holds::Yes => {}
                Holds::No => return listed,
                Holds::Unknown(why) => {
                    listed.incomplete = Some(why);
                    return listed;
                }
            }
        }
        if let Some(why) = entry.needs.as_ref().and_then(|needs| self.unmet(needs)) {
            listed.incomplete = Some(why);
            return listed;
        }
        let ats = match self.ats(entry.from.as_ref(), entry.each.as_deref(), is_asked) {
            Ok(ats) => ats,
            Err(why) => {
                listed.incomplete = Some(why);
                return listed;
            }
        };
        for at in ats {
            match entry.when.as_ref().filter(|when| when.plugin.is_none()).map(|when| self.holds(when, &at)) {
                Some(Holds::No) => continue,
                Some(Holds::Unknown(why)) => {
                    listed.incomplete = Some(format!("of one it is unknown whether it is such an object: {why}"));
                    continue;
                }
                Some(Holds::Yes) | None => {}
            }
            match self.key(bound, &at) {
                Ok(key) => listed.objects.push(One { key, at }),
                Err(why) => listed.incomplete = Some(why),
            }
        }
        listed
    }

    /// The natural key of an object, or why it has none that is known.
    pub(super) fn key(&self, bound: &Bound<'_>, at: &At<'_>) -> Result<String, String> {
        let text = |known: Known, what: &str| match known {
            Known::Value(value) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                if text.is_empty() { Err(format!("of one of them the {what} is empty")) } else { Ok(text) }
            }
            Known::Nothing => Err(format!("one of them has no {what}")),
            Known::Unknown(why) => Err(format!("of one of them the {what} is unknown: {why}")),
        };
        let field = |name: &str| bound.entry.fields.get(name).map(|rule| self.known(rule, at));
        let key = match (&bound.entry.key, bound.kind) {
            (Some(rule), _) => text(self.known(rule, at), "key")?,
            (None, "webhook") => {
                let command = text(field("command").unwrap_or(Known::Nothing), "command")?;
                match field("target") {
                    Some(Known::Value(Json::String(target))) if !target.is_empty() => {
                        webhook_key(&format!("{command}?{target}"))
                    }
                    Some(Known::Unknown(why)) => return Err(format!("of one of them the target is unknown: {why}")),
                    _ => webhook_key(&command),
                }
            }
            (None, _) => match field("name") {
                Some(name) => {
                    let name = text(name, "name")?;
                    let id = bound.entry.id.as_ref().map(|rule| self.known(rule, at));
                    let id = if let Some(Known::Value(id)) = id { Some(index::text(&id)) } else { None };
                    // Where nothing of the name can be in a key, the ID is the key.
                    key_with_id(&name, id.as_deref())
                        .filter(|key| Some(key) == id.as_ref())
                        .unwrap_or_else(|| name_key(&name))
                }
                None => return Err("the adapter gives them neither a `name` nor a `key`".to_owned()),
            },
        };
        if addresses(&key).next().is_some() {
            return Err("the key of one of them holds a person's address".to_owned());
        }
        Ok(key)
    }

    /// Everything that a place holds, or the elements of all of it.
    pub(super) fn ats<'v>(
        &'v self,
        from: Option<&'v Place>,
        each: Option<&str>,
        is_asked: bool,
    ) -> Result<Vec<At<'v>>, String> {
        let base = At { home: from, ..At::site(is_asked) };
        let Some(place) = from else { return Ok(vec![base]) };
        let whole =
            |value: &'v Value| At { spot: Some(Spot::In { value, at: String::new(), is_asked }), ..base.clone() };
        let found: Vec<At<'v>> = if let Some(pattern) = &place.option {
            let all = there(self.ground.options(pattern, place.scope.unwrap_or_default()))?.unwrap_or_default();
            let named = |(name, option)| {
                let spot = match self.option(option, place, is_asked) {
                    Placed::There(spot) => spot,
                    Placed::Absent => Spot::Nothing,
                    Placed::Unknown(why) => Spot::Unknown(why),
                };
                let name: &str = name;
                let star = star(pattern, name).unwrap_or_default().to_owned();
                At { spot: Some(spot), name: Some((name.to_owned(), star)), ..base.clone() }
            };
            all.into_iter().map(named).collect()
        } else if let Some(call) = &place.call {
            there(self.ground.call(call))?.map(whole).into_iter().collect()
        } else if let Some(constant) = &place.constant {
            there(self.ground.constant(constant))?.map(whole).into_iter().collect()
        } else if let Some(part) = place.capture {
            vec![At { spot: Some(Spot::Row(self.ground.part(part), true)), ..base.clone() }]
        } else if place.plugins.is_some() {
            let rows = there(self.ground.plugins())?.unwrap_or_default();
            rows.into_iter().map(|row| At { spot: Some(Spot::Row(row, true)), ..base.clone() }).collect()
        } else {
            let rows = there(self.ground.rows(place))?.unwrap_or_default();
            let of = |row| {
                let spot = Spot::Row(row, is_asked);
                let owner = place.posts.as_ref().and_then(|_| spot.scalar("/ID").ok()?.word()?.parse().ok());
                At { spot: Some(spot), owner, ..base.clone() }
            };
            rows.into_iter().map(of).collect()
        };
        let has_rows = place.table.is_some() || place.posts.is_some();
        let Some(each) = each.filter(|each| !(each.is_empty() && has_rows)) else { return Ok(found) };
        let mut all = Vec::new();
        for at in found {
            match at.spot.as_ref().map(|spot| spot.elements(each)) {
                Some(Elements::All(elements)) => {
                    all.extend(elements.into_iter().map(|(key, spot)| At {
                        spot: Some(spot),
                        key: Some(key),
                        ..at.clone()
                    }));
                }
                Some(Elements::Unknown(why)) => return Err(why),
                Some(Elements::Absent) | None => {
                    return Err("the list is not there as the adapter has it".to_owned());
                }
            }
        }
        Ok(all)
    }
}

/// The same, or why it is unknown.
fn there<T>(placed: Placed<T>) -> Result<Option<T>, String> {
    match placed {
        Placed::There(there) => Ok(Some(there)),
        Placed::Absent => Ok(None),
        Placed::Unknown(why) => Err(why),
    }
}

/// A webhook's command and target as its key has them: without the secret that it may be called with.
fn called(key: &str, fields: &mut Fields) {
    let (command, target) = key.split_once('?').map_or((key, None), |(command, target)| (command, Some(target)));
    fields.insert("command".to_owned(), Known::Value(json!(command)));
    fields.insert("target".to_owned(), target.map_or(Known::Nothing, |target| Known::Value(json!(target))));
}

/// Why two objects of one key cannot be told apart.
fn twice(key: &str, id: Option<&str>, fields: &Fields) -> String {
    let why = match (fields.contains_key("name"), id) {
        (true, None) => "no ID distinguishes them (`id` of the adapter's entry)",
        (true, Some(_)) => "only an ID that is a number can distinguish them",
        (false, _) => "nothing else can be part of it",
    };
    format!("two of them have the key `{key}`, and {why}")
}

/// What two entries know of one field, of all those of its kind.
pub(super) fn merge(fields: &mut Fields, name: &str, new: Known, all: &[&Bound<'_>]) {
    let merged = match (fields.remove(name), new) {
        (None | Some(Known::Unknown(_)), new) => new,
        (Some(known), Known::Unknown(_)) => known,
        (Some(one), other) if one == other => one,
        (Some(_), _) => {
            let named = all.iter().filter(|bound| bound.entry.fields.contains_key(name)).flat_map(|bound| &bound.of);
            let named: Vec<&str> = named.map(|loaded| loaded.adapter.name.as_str()).collect();
            Known::Unknown(format!("the adapters `{}` say different things of it", named.join("`, `")))
        }
    };
    fields.insert(name.to_owned(), merged);
}

/// A key that no object before has: its own, or with its ID where another one has that. None where there is no such key.
fn distinct(
    key: &str,
    id: Option<&str>,
    fields: &Fields,
    before: &[(String, Option<String>, Fields)],
) -> Option<String> {
    let is_free = |key: &str| before.iter().all(|(other, ..)| other != key);
    if is_free(key) {
        return Some(key.to_owned());
    }
    let Some(Known::Value(Json::String(name))) = fields.get("name") else { return None };
    key_with_id(name, id).filter(|key| is_free(key))
}
