//! Everybody of a capture, one after the other: administrators, contacts; and what they bought.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Map, Value as Json, json};

use super::tables::Layouts;
use crate::adapter::read::ground::Placed;
use crate::adapter::read::index::{Index, text};
use crate::adapter::read::lacking::{CONTACT_ID, Lacking};
use crate::adapter::read::object::{Objects, merge};
use crate::adapter::read::rule::{At, Holds, Own};
use crate::adapter::read::spot::{Row, Spot};
use crate::adapter::read::{Known, NOT_COVERED, View};
use crate::adapter::set::Bound;
use crate::adapter::uses::references;
use crate::capture::Member;
use crate::model::Kind;
use crate::model::adapter::Rule;
use crate::model::population::{self, ContactField};
use crate::population::{Damage, Unordered};

/// Everybody, and what they bought.
pub(super) struct People<'v, 'r> {
    pub(super) view: &'v View<'v>,
    pub(super) records: &'r mut Unordered,
    pub(super) administrators: Objects,
    /// Why a kind is not captured, or not all of it.
    pub(super) lacks: BTreeMap<&'static str, String>,
    pub(super) layouts: &'v Layouts,
    /// The contacts by the IDs that the adapter gives them; none where nothing refers to a contact.
    pub(super) contacts: Option<Index>,
    /// What of their rows is unknown.
    pub(super) lacking: Lacking,
}

/// Why nothing is known of what a row leaves empty.
const NOBODY: &str = "nobody is named there";

/// Most bytes that the IDs of contacts may take.
const MOST_IDS: usize = 64 << 20;

impl<'v> People<'v, '_> {
    fn bound(&self, kind: &str) -> Vec<&'v Bound<'v>> {
        self.view.bound.iter().filter(|bound| bound.kind == kind).collect()
    }

    /// What is not known before anybody is looked at.
    pub(super) fn begin(&mut self) {
        let bought = self.bound("order").into_iter().chain(self.bound("subscription"));
        let mut rules = bought.flat_map(|bound| bound.entry.fields.values());
        if rules.any(|rule| references(rule).contains(&"contact")) {
            self.contacts = Some(Index::default());
        }
        for kind in ["administrator", "contact"] {
            let bound = self.bound(kind);
            let why = match self.view.ground.users() {
                _ if bound.is_empty() => Some(NOT_COVERED.to_owned()),
                Placed::Unknown(why) => Some(why),
                _ if kind == "contact" && bound.iter().all(|bound| bound.entry.key.is_none()) => {
                    Some("no adapter says where a member's contact ID is kept".to_owned())
                }
                _ => None,
            };
            self.lacks.extend(why.map(|why| (kind, why)));
        }
    }

    pub(super) fn take(&mut self, member: Member) -> Result<(), Damage> {
        // Meta of somebody who was deleted.
        let Some(cells) = member.cells else { return Ok(()) };
        let columns = self.view.ground.user_columns();
        let id = crate::capture::Value::Whole(crate::capture::Scalar::Number(member.id.into()));
        let row = Row { columns, cells: std::iter::once(id).chain(cells).collect() };
        let meta = member.meta.into_iter().filter_map(|(key, value)| Some((key.known()?.to_owned(), value)));
        let of = |(number, cells): (u8, Vec<crate::capture::Value>)| {
            let (table, columns) = self.layouts.get(usize::from(number))?;
            Some((table.clone(), Row { columns: columns.clone(), cells }))
        };
        let own = Own { meta: meta.collect(), rows: member.rows.into_iter().filter_map(of).collect() };
        let at = |is_asked| At {
            spot: Some(Spot::Row(&row, is_asked)),
            owner: Some(member.id),
            own: Some(&own),
            ..At::site(is_asked)
        };
        self.administrator(&at, member.id);
        if self.lacks.contains_key("contact") {
            return Ok(());
        }
        let mut fields = BTreeMap::new();
        let mut key = Known::Nothing;
        let mut id = None;
        let all = self.bound("contact");
        for bound in &all {
            let at = at(self.view.is_asked(bound.of.iter().copied()));
            match bound.entry.when.as_ref().map(|when| self.view.holds(when, &at)) {
                Some(Holds::No) => continue,
                Some(Holds::Unknown(why)) => {
                    return self.lack("contact", "of a user it is unknown whether they are a contact", &why);
                }
                Some(Holds::Yes) | None => {}
            }
            if let Some(rule) = &bound.entry.key {
                key = self.view.known(rule, &at);
            }
            id = id.or(bound.entry.id.as_ref().map(|rule| self.view.known(rule, &at)));
            for (name, rule) in &bound.entry.fields {
                merge(&mut fields, name, self.view.known(rule, &at.field("contact", name)), &all);
            }
        }
        let why = match key {
            Known::Value(Json::String(key)) if !key.is_empty() => {
                self.list(&key, id);
                self.lacking.row("contact");
                return self.record(0, &key, fields);
            }
            // Who has no contact ID is no contact.
            Known::Nothing => return Ok(()),
            Known::Value(_) => "it is an empty text or a list".to_owned(),
            Known::Unknown(why) => why,
        };
        self.lacking.row("contact");
        self.lacking.field("contact", CONTACT_ID, &why, "");
        Ok(())
    }

    /// The fields that no adapter names, and those that are unknown of somebody.
    pub(super) fn unknown_of_contacts(&self) -> BTreeSet<ContactField> {
        let all = self.bound("contact");
        let is_named = |field: ContactField| all.iter().any(|bound| bound.entry.fields.contains_key(field.key()));
        let is_unknown = |field: &ContactField| !is_named(*field) || self.lacking.has("contact", field.key());
        ContactField::ALL.into_iter().filter(is_unknown).collect()
    }

    /// Keeps by which ID orders and subscriptions name a contact.
    fn list(&mut self, key: &str, id: Option<Known>) {
        let Some(index) = &mut self.contacts else { return };
        match id {
            _ if index.size() > MOST_IDS => index.lacks("contact", "there are more of them than are kept in memory"),
            Some(Known::Value(id)) => index.put(text(&id), json!(key)),
            Some(Known::Unknown(why)) => index.lacks("contact", &why),
            Some(Known::Nothing) => {}
            None => index.lacks("contact", "the adapter does not say what ID they have (`id`)"),
        }
    }

    fn lack(&mut self, kind: &'static str, what: &str, why: &str) -> Result<(), Damage> {
        self.lacks.entry(kind).or_insert_with(|| format!("{what}: {why}"));
        Ok(())
    }

    fn administrator<'m>(&mut self, at: &dyn Fn(bool) -> At<'m>, id: u64) {
        let (mut fields, mut login, mut is_one) = (BTreeMap::new(), None, false);
        let all = self.bound("administrator");
        for bound in &all {
            let at = at(self.view.is_asked(bound.of.iter().copied()));
            match bound.entry.when.as_ref().map(|when| self.view.holds(when, &at)) {
                Some(Holds::Yes) => {}
                Some(Holds::Unknown(why)) => {
                    return drop(self.lack("administrator", "of a user it is unknown whether they are one", &why));
                }
                Some(Holds::No) | None => continue,
            }
            is_one = true;
            login = login.or(bound.entry.key.as_ref().map(|rule| self.view.known(rule, &at)));
            for (name, rule) in &bound.entry.fields {
                merge(&mut fields, name, self.view.known(rule, &at.field("administrator", name)), &all);
            }
        }
        if !is_one {
            return;
        }
        // Configuration may be shared, and a login that is an address may not.
        let key = match login {
            Some(Known::Value(Json::String(login))) if !login.contains('@') && !login.is_empty() => login,
            _ => format!("user-{id}"),
        };
        if let Err(why) = self.administrators.put(Kind::Administrator, &key, fields, None) {
            drop(self.lack("administrator", "one of them could not be read", &why));
        }
    }

    /// Orders and subscriptions.
    pub(super) fn rows(&mut self) -> Result<(), Damage> {
        if let Some(mut index) = self.contacts.take() {
            if let Some(why) = self.lacks.get("contact") {
                index.lacks("contact", why);
            }
            self.view.lists.borrow_mut().insert("contact".to_owned(), Rc::new(index));
        }
        for (number, kind) in population::KINDS.into_iter().enumerate().skip(1) {
            let all = self.bound(kind);
            if all.is_empty() {
                self.lacks.insert(kind, NOT_COVERED.to_owned());
            }
            for bound in all {
                let listed = self.view.listed(bound);
                if let Some(why) = listed.incomplete {
                    drop(self.lack(kind, "not all of them are known", &why));
                }
                for one in listed.objects {
                    self.lacking.row(kind);
                    let known = |(name, rule): (&String, &Rule)| {
                        (name.clone(), self.view.known(rule, &one.at.field(kind, name)))
                    };
                    let fields: BTreeMap<String, Known> = bound.entry.fields.iter().map(known).collect();
                    self.record(number, &one.key, fields)?;
                }
            }
        }
        Ok(())
    }

    /// Keeps a record, or notes what of it is unknown.
    fn record(&mut self, kind: usize, key: &str, fields: BTreeMap<String, Known>) -> Result<(), Damage> {
        let name = population::KINDS[kind];
        let mut record = Map::new();
        let mut is_whole = true;
        if kind > 0 && !fields.contains_key("contact") {
            is_whole &= self.lacking.field(name, "contact", NOT_COVERED, key);
        }
        for (field, known) in fields {
            match known {
                Known::Value(Json::String(contact)) if field == "contact" && contact.is_empty() => {
                    is_whole &= self.lacking.field(name, &field, NOBODY, key);
                }
                Known::Nothing if field == "contact" => is_whole &= self.lacking.field(name, &field, NOBODY, key),
                // Whoever has a tag twice has it.
                Known::Value(Json::Array(mut tags)) if field == "tags" => {
                    let mut seen = BTreeSet::new();
                    tags.retain(|tag| seen.insert(tag.to_string()));
                    record.insert(field, tags.into());
                }
                Known::Value(value) => drop(record.insert(field, value)),
                Known::Nothing => {}
                Known::Unknown(why) => is_whole &= self.lacking.field(name, &field, &why, key),
            }
        }
        if !is_whole {
            return Ok(());
        }
        self.records.push(name, key, 0, record)
    }
}
