//! Everybody of a capture, one after the other: administrators, contacts; and what they bought.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::tables::Layouts;
use super::{OF_POPULATION, failed, order};
use crate::adapter::read::ground::Placed;
use crate::adapter::read::object::{Objects, merge};
use crate::adapter::read::rule::{At, Holds, Own};
use crate::adapter::read::spot::{Row, Spot};
use crate::adapter::read::{Known, NOT_COVERED, View};
use crate::adapter::set::Bound;
use crate::capture::{Member, Sorter};
use crate::model::Kind;
use crate::population::Damage;
use crate::text::inert_json;

/// Everybody, and what they bought.
pub(super) struct People<'v, 'r> {
    pub(super) view: &'v View<'v>,
    pub(super) records: &'r mut Sorter,
    pub(super) administrators: Objects,
    /// Why a kind is not captured, or not all of it.
    pub(super) lacks: BTreeMap<&'static str, String>,
    pub(super) layouts: &'v Layouts,
}

impl<'v> People<'v, '_> {
    fn bound(&self, kind: &str) -> Vec<&'v Bound<'v>> {
        self.view.bound.iter().filter(|bound| bound.kind == kind).collect()
    }

    /// What is not known before anybody is looked at.
    pub(super) fn begin(&mut self) {
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
        for bound in self.bound("contact") {
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
            for (name, rule) in &bound.entry.fields {
                merge(&mut fields, name, self.view.known(rule, &at));
            }
        }
        match key {
            Known::Value(Json::String(key)) if !key.is_empty() => self.record(0, &key, fields),
            Known::Value(_) => self.lack("contact", "of a user the contact ID is no text", "it is empty or a list"),
            // Who has no contact ID is no contact.
            Known::Nothing => Ok(()),
            Known::Unknown(why) => self.lack("contact", "of a user the contact ID is unknown", &why),
        }
    }

    fn lack(&mut self, kind: &'static str, what: &str, why: &str) -> Result<(), Damage> {
        self.lacks.entry(kind).or_insert_with(|| format!("{what}: {why}"));
        Ok(())
    }

    fn administrator<'m>(&mut self, at: &dyn Fn(bool) -> At<'m>, id: u64) {
        let (mut fields, mut login, mut is_one) = (BTreeMap::new(), None, false);
        for bound in self.bound("administrator") {
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
                merge(&mut fields, name, self.view.known(rule, &at));
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
        for (number, kind) in OF_POPULATION.into_iter().enumerate().skip(1) {
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
                    let fields =
                        bound.entry.fields.iter().map(|(name, rule)| (name.clone(), self.view.known(rule, &one.at)));
                    let fields: BTreeMap<String, Known> = fields.collect();
                    self.record(number, &one.key, fields)?;
                }
            }
        }
        Ok(())
    }

    /// Keeps a record, or says why its kind is not known.
    fn record(&mut self, kind: usize, key: &str, fields: BTreeMap<String, Known>) -> Result<(), Damage> {
        let name = OF_POPULATION[kind];
        let mut record = Map::from_iter([("kind".to_owned(), json!(name)), ("key".to_owned(), json!(key))]);
        for (field, known) in fields {
            match known {
                Known::Value(value) => drop(record.insert(field, value)),
                Known::Nothing => {}
                // Only of these does a record say by leaving them out that they are unknown.
                Known::Unknown(_)
                    if matches!(field.as_str(), "tags" | "affiliate" | "transaction" | "next_payment") => {}
                Known::Unknown(why) => {
                    return self.lack(name, &format!("of one of them the `{field}` is unknown"), &why);
                }
            }
        }
        if kind > 0 && record.get("contact").and_then(Json::as_str).is_none_or(str::is_empty) {
            return self.lack(name, "one of them names no contact", "nothing is stored there");
        }
        let line = inert_json(&Json::Object(record).to_string());
        let write = |out: &mut Vec<u8>| serde_json::to_writer(out, &(key, line)).map_err(std::io::Error::from);
        self.records.push(order(kind, key), write).map_err(|error| failed(&error))
    }
}
