//! Adapters as the list of what a collector may read: `request.json`, as `bridge/FORMAT.md` has it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::place::{conditions, rows_of};
use super::set::{Loaded, Set};
use super::uses::{self, Takes, Use, Writable};
use crate::model::adapter::{Adapter, Effects, Scope, Trap};
use crate::text::inert_json;

/// The list, in one canonical form.
pub fn request(set: &Set) -> Value {
    let mut list = List::default();
    uses::all(set).iter().for_each(|used| list.take(used));
    let all = set.all();
    let named = |loaded: &Loaded| json!({"name": loaded.adapter.name, "sha256": loaded.sha256});
    let mut adapters: Vec<&Loaded> = all.iter().collect();
    adapters.sort_by_key(|loaded| &loaded.adapter.name);
    let words = |of: fn(&Loaded) -> &Vec<String>| -> BTreeSet<String> {
        all.iter().flat_map(|loaded| of(loaded).iter().cloned()).collect()
    };
    let mut request = Map::from_iter([
        ("format".to_owned(), json!(1)),
        ("adapters".to_owned(), adapters.into_iter().map(named).collect()),
        ("vendors".to_owned(), json!(words(|loaded| &loaded.adapter.vendors))),
    ]);
    request.extend(list.sections());
    request.insert("classes".to_owned(), json!(words(|loaded| &loaded.adapter.classes)));
    Value::Object(request)
}

/// The digest of what an adapter lets a collector read: places and pointers, without what for.
pub fn asked(adapter: &Adapter) -> String {
    let mut list = List::default();
    for mut used in uses::of(adapter) {
        (used.reason, used.source) = (None, String::new());
        list.take(&used);
    }
    crate::model::digest::of(&Map::from_iter(list.sections()))
}

/// The same as a file's text: a line for each entry, so that it can be read and compared.
pub fn text(set: &Set) -> String {
    let Value::Object(request) = request(set) else { return String::new() };
    let sections: Vec<String> =
        request.iter().map(|(name, section)| format!("  {}: {}", json!(name), lines(section))).collect();
    format!("{{\n{}\n}}\n", sections.join(",\n"))
}

/// The list of what a writer may set on one site, known by its home address without the scheme: `writes.json`.
pub fn writes(set: &Set, site: &str) -> String {
    let entry = |one: &Writable| {
        let takes = match &one.takes {
            Takes::Words(words) => json!(words),
            Takes::Form(form) => json!(form),
        };
        json!({"name": one.option, "at": one.at, "takes": takes, "for": one.reason})
    };
    let options: Value = uses::writable(set).iter().map(entry).collect();
    let traps: Value = set.all().iter().flat_map(traps).collect();
    format!(
        "{{\n  \"format\": 1,\n  \"site\": {},\n  \"options\": {},\n  \"traps\": {}\n}}\n",
        inert_json(&json!(site).to_string()),
        lines(&options),
        lines(&traps)
    )
}

/// What shows that a mail was held back, by who knows it.
fn traps(loaded: &Loaded) -> Vec<Value> {
    let own = loaded.adapter.objects.iter().filter_map(|(_, entry)| entry.trap.as_ref());
    let of = |trap: &Trap| match (&trap.log, &trap.action) {
        (Some(log), _) => {
            json!({"name": loaded.adapter.name, "table": log.table, "to": log.to, "column": log.column, "holds": log.holds})
        }
        (None, action) => json!({"name": loaded.adapter.name, "action": action}),
    };
    own.map(of).collect()
}

fn lines(section: &Value) -> String {
    match section {
        Value::Array(entries) if entries.iter().any(Value::is_object) => {
            let entries: Vec<String> =
                entries.iter().map(|entry| format!("    {}", inert_json(&entry.to_string()))).collect();
            format!("[\n{}\n  ]", entries.join(",\n"))
        }
        other => inert_json(&other.to_string()),
    }
}

/// What is picked of one name, and what for.
#[derive(Default)]
struct Picked {
    picks: BTreeSet<String>,
    /// What something of it is picked for.
    reasons: BTreeSet<String>,
    /// What only its presence, or the number of its rows, is looked at for.
    counting: BTreeSet<String>,
}

impl Picked {
    fn take(&mut self, used: &Use) {
        self.picks.extend(used.pick.clone());
        let reasons = if used.pick.is_some() { &mut self.reasons } else { &mut self.counting };
        reasons.extend(used.reason.clone());
    }

    /// An entry of the list with these members before what is picked.
    fn entry(&self, members: Vec<(&str, Value)>) -> Value {
        let mut entry: Map<String, Value> = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let is_whole = self.picks.iter().all(String::is_empty);
        if !is_whole {
            entry.insert("pick".to_owned(), json!(self.picks));
        }
        self.say(&mut entry);
        Value::Object(entry)
    }

    fn say(&self, entry: &mut Map<String, Value>) {
        // Where values leave the site, what is only counted is the lesser half, and would be read as the whole.
        let reasons = if self.reasons.is_empty() { &self.counting } else { &self.reasons };
        if !reasons.is_empty() {
            entry.insert("for".to_owned(), reasons.iter().cloned().collect::<Vec<_>>().join("; ").into());
        }
    }
}

/// Which rows of a table: its name, whose it is, and the columns that equal a constant.
type Rows = (String, Scope, BTreeMap<String, String>);

#[derive(Default)]
struct List {
    options: BTreeMap<(String, Scope), Picked>,
    users: Picked,
    usermeta: BTreeMap<String, Picked>,
    postmeta: BTreeMap<String, Picked>,
    tables: BTreeMap<Rows, Picked>,
    calls: BTreeMap<String, (Effects, String, Picked)>,
    constants: BTreeSet<String>,
    functions: BTreeSet<String>,
    cron: BTreeSet<String>,
    shortcodes: BTreeSet<String>,
    has_users: bool,
    has_plugins: bool,
    has_hosts: bool,
}

impl List {
    fn take(&mut self, used: &Use) {
        let place = &used.place;
        let scope = place.scope.unwrap_or_default();
        if let Some(name) = &place.option {
            self.options.entry((name.clone(), scope)).or_default().take(used);
        }
        if let Some(key) = &place.usermeta {
            self.usermeta.entry(key.clone()).or_default().take(used);
        }
        if let Some(key) = &place.postmeta {
            self.postmeta.entry(key.clone()).or_default().take(used);
        }
        if place.users.is_some() {
            self.has_users = true;
            if used.pick.is_some() {
                self.users.take(used);
            }
        }
        let rows = rows_of(place);
        for (name, only) in
            rows.iter().flat_map(|(name, only)| conditions(only).into_iter().map(move |only| (name, only)))
        {
            let picked = self.tables.entry((name.clone(), scope, only)).or_default();
            picked.take(used);
            // A post is known by its number, and its meta is found by it.
            picked.picks.extend(place.posts.as_ref().map(|_| "/ID".to_owned()));
            let columns = place.join.keys();
            picked.picks.extend(columns.map(|column| format!("/{}", crate::text::escape_pointer(column))));
        }
        if let Some(call) = &place.call {
            let effects = place.effects.unwrap_or(Effects::Unknown);
            let entry =
                self.calls.entry(call.clone()).or_insert_with(|| (effects, used.source.clone(), Picked::default()));
            // Of two claims the more careful one counts.
            entry.0 = entry.0.max(effects);
            entry.2.take(used);
        }
        self.constants.extend(place.constant.clone());
        self.functions.extend(place.function.clone());
        self.cron.extend(place.cron.clone());
        self.shortcodes.extend(place.shortcode.clone());
        self.has_plugins |= place.plugins.is_some();
        self.has_hosts |= place.hosts.is_some();
    }

    fn sections(mut self) -> Vec<(String, Value)> {
        self.join_rows();
        let scoped = |scope: &Scope| (*scope == Scope::Network).then(|| ("scope", json!("network")));
        let options = self.options.iter().map(|((name, scope), picked)| {
            picked.entry([("name", json!(name))].into_iter().chain(scoped(scope)).collect())
        });
        let by_key = |all: &BTreeMap<String, Picked>| -> Value {
            all.iter().map(|(key, picked)| picked.entry(vec![("key", json!(key))])).collect()
        };
        let mut sections = vec![("options".to_owned(), options.collect())];
        if self.has_users {
            let columns: BTreeSet<String> =
                self.users.picks.iter().filter_map(|pick| column(pick)).filter(|name| name != "ID").collect();
            let mut users = Map::from_iter([("columns".to_owned(), json!(columns))]);
            self.users.say(&mut users);
            sections.push(("users".to_owned(), users.into()));
        }
        sections.push(("usermeta".to_owned(), by_key(&self.usermeta)));
        sections.push(("postmeta".to_owned(), by_key(&self.postmeta)));
        sections.push(("tables".to_owned(), self.tables.iter().map(|(rows, picked)| table(rows, picked)).collect()));
        let calls = self.calls.iter().map(|(call, (effects, source, picked))| {
            picked.entry(vec![("call", json!(call)), ("effects", json!(effects)), ("evidence", json!(source))])
        });
        sections.push(("calls".to_owned(), calls.collect()));
        sections.push(("constants".to_owned(), json!(self.constants)));
        sections.push(("functions".to_owned(), json!(self.functions)));
        sections.push(("cron".to_owned(), json!(self.cron)));
        if self.has_hosts || !self.shortcodes.is_empty() {
            let content = json!({"types": ["page", "post"], "shortcodes": self.shortcodes, "hosts": self.has_hosts});
            sections.push(("content".to_owned(), content));
        }
        sections.push(("plugins".to_owned(), json!(self.has_plugins)));
        sections
    }

    /// Rows that are read anyway are not read a second time under a narrower condition.
    fn join_rows(&mut self) {
        let all: Vec<Rows> = self.tables.keys().cloned().collect();
        for narrow in &all {
            let is_wider = |wide: &&Rows| {
                *wide != narrow
                    && self.tables.get(*wide).is_some_and(|picked| !picked.picks.is_empty())
                    && (&wide.0, wide.1) == (&narrow.0, narrow.1)
                    && wide.2.iter().all(|(c, v)| narrow.2.get(c) == Some(v))
            };
            if let Some(wide) = all.iter().filter(is_wider).min_by_key(|wide| wide.2.len())
                && let Some(picked) = self.tables.remove(narrow)
            {
                let into = self.tables.entry(wide.clone()).or_default();
                into.picks.extend(picked.picks);
                into.picks.extend(narrow.2.keys().map(|column| format!("/{}", crate::text::escape_pointer(column))));
                into.reasons.extend(picked.reasons);
                into.counting.extend(picked.counting);
            }
        }
    }
}

/// The column of a pointer into a row.
fn column(pick: &str) -> Option<String> {
    super::pointer::segments(pick)?.into_iter().next()
}

fn table((name, scope, only): &Rows, picked: &Picked) -> Value {
    let mut columns: BTreeSet<String> = picked.picks.iter().filter_map(|pick| column(pick)).collect();
    if !columns.is_empty() {
        columns.extend(only.keys().cloned());
    }
    let mut inside: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for pick in &picked.picks {
        let Some(name) = column(pick) else { continue };
        let rest = pick[1..].find('/').map_or("", |at| &pick[at + 1..]);
        inside.entry(name).or_default().insert(rest.to_owned());
    }
    inside.retain(|_, picks| picks.iter().any(|pick| !pick.is_empty()));
    let mut entry = Map::from_iter([("name".to_owned(), json!(name)), ("columns".to_owned(), json!(columns))]);
    if !only.is_empty() {
        entry.insert("where".to_owned(), json!(only));
    }
    if !inside.is_empty() {
        entry.insert("pick".to_owned(), json!(inside));
    }
    if *scope == Scope::Network {
        entry.insert("scope".to_owned(), json!("network"));
    }
    picked.say(&mut entry);
    Value::Object(entry)
}

#[cfg(test)]
mod tests;
