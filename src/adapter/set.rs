//! Several adapters as one: those that are built in, and those that a site brings, which count before them.

use schemars::JsonSchema;
use serde::Serialize;

use super::place::shown;
use crate::model::adapter::{Adapter, Entry, Evidence, Lookup, Rule};
use crate::model::digest;

/// An adapter that was read, with the digest of what it says.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What it says.
    pub adapter: Adapter,
    /// The digest of what it lets a collector read: how that is understood may change afterwards.
    pub sha256: String,
    /// Whether it belongs to this program.
    pub is_built_in: bool,
}

/// Objects of one kind from one place, as all adapters together have them.
#[derive(Clone, Debug)]
pub struct Bound<'a> {
    /// The kind's name.
    pub kind: &'static str,
    /// Where they lie, and where each field is.
    pub entry: Entry,
    /// The adapters of the entry and of its fields.
    pub of: Vec<&'a Loaded>,
}

/// Adapters in the order in which they count: those of the site first.
#[derive(Clone, Debug, Default)]
pub struct Set {
    all: Vec<Loaded>,
}

impl Set {
    /// Adapters together. What one of the site's own says of a field counts before what is built in.
    pub fn new(all: impl IntoIterator<Item = Loaded>) -> Self {
        let mut all: Vec<Loaded> = all.into_iter().collect();
        all.sort_by_key(|loaded| loaded.is_built_in);
        Self { all }
    }

    /// The digest of all that a site's own adapters say: where the one is another, the site is read otherwise. Comments and the order of keys
    /// are not in it.
    pub fn own_digest(&self) -> String {
        let own: Vec<&Adapter> =
            self.all.iter().filter(|loaded| !loaded.is_built_in).map(|loaded| &loaded.adapter).collect();
        digest::of(&own)
    }

    /// The adapters.
    pub fn all(&self) -> &[Loaded] {
        &self.all
    }

    /// The lookup of this name, with its adapter.
    pub fn lookup(&self, name: &str) -> Option<(&Lookup, &Loaded)> {
        self.all.iter().find_map(|loaded| Some((loaded.adapter.lookups.get(name)?, loaded)))
    }

    /// The lists that a site's own adapter names in place of built-in ones.
    pub fn replaced(&self) -> Vec<Replaced> {
        let all = self.joined();
        let lists = own_lists(&all);
        let of = |one: &Bound<'_>| Replaced {
            kind: one.kind,
            adapter: one.of.first().map(|loaded| loaded.adapter.name.clone()).unwrap_or_default(),
            place: shown(&one.entry.from.clone().unwrap_or_default()),
            by: all
                .iter()
                .filter(|other| other.kind == one.kind && is_own_list(other))
                .flat_map(|other| &other.of)
                .map(|loaded| loaded.adapter.name.clone())
                .collect(),
        };
        all.iter().filter(|one| is_given_up(one, &lists)).map(of).collect()
    }

    /// The entries that count, those of one place as one.
    pub fn bound(&self) -> Vec<Bound<'_>> {
        let mut bound = self.joined();
        let lists = own_lists(&bound);
        bound.retain(|one| !is_given_up(one, &lists));
        bound
    }

    /// The entries of all adapters, those of one place as one.
    fn joined(&self) -> Vec<Bound<'_>> {
        let mut bound: Vec<Bound<'_>> = Vec::new();
        for loaded in &self.all {
            for (kind, entry) in loaded.adapter.objects.iter() {
                let is_same = |other: &&mut Bound<'_>| {
                    other.kind == kind
                        && (&other.entry.from, &other.entry.each, &other.entry.when, &other.entry.needs)
                            == (&entry.from, &entry.each, &entry.when, &entry.needs)
                };
                match bound.iter_mut().find(is_same) {
                    Some(first) => first.take(with_own_evidence(entry), loaded),
                    None => bound.push(Bound { kind, entry: with_own_evidence(entry), of: vec![loaded] }),
                }
            }
        }
        // Of a kind of which a site has one, a field that the site's own adapter reads is read nowhere else.
        let own: Vec<(&str, String)> = bound
            .iter()
            .filter(|one| is_only(one.kind) && one.of.iter().any(|loaded| !loaded.is_built_in))
            .flat_map(|one| one.entry.fields.keys().map(|field| (one.kind, field.clone())))
            .collect();
        for one in bound.iter_mut().filter(|one| one.of.iter().all(|loaded| loaded.is_built_in)) {
            one.entry.fields.retain(|field, _| !own.contains(&(one.kind, field.clone())));
        }
        bound
    }
}

impl<'a> Bound<'a> {
    /// Takes what another adapter says of the same objects and this one does not.
    fn take(&mut self, other: Entry, loaded: &'a Loaded) {
        for (name, rule) in other.fields {
            self.entry.fields.entry(name).or_insert(rule);
        }
        self.entry.key = self.entry.key.take().or(other.key);
        self.entry.id = self.entry.id.take().or(other.id);
        self.of.push(loaded);
    }
}

/// A built-in list that no longer counts, as a site's own adapter names another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Replaced {
    /// The kind.
    pub kind: &'static str,
    /// The built-in adapter.
    pub adapter: String,
    /// Where it looks.
    pub place: String,
    /// The site's own adapters that look elsewhere.
    pub by: Vec<String>,
}

impl Replaced {
    /// The same as a sentence.
    pub fn sentence(&self) -> String {
        format!(
            "`{}` is read as `{}` says: what `{}` says of it ({}) does not count",
            self.kind,
            self.by.join("`, `"),
            self.adapter,
            self.place
        )
    }
}

/// Whether objects of a kind of which a site has many come from here.
fn is_list(one: &Bound<'_>) -> bool {
    !is_only(one.kind) && one.entry.key.as_ref().is_none_or(|key| key.is.is_none())
}

/// Whether a site's own adapter alone names them, with what makes them objects.
fn is_own_list(one: &Bound<'_>) -> bool {
    let is_whole =
        one.entry.key.is_some() || ["name", "command"].iter().any(|field| one.entry.fields.contains_key(*field));
    one.of.iter().all(|loaded| !loaded.is_built_in) && is_list(one) && is_whole
}

/// Of a kind of which a site has many, a list that its own adapter names stands in place of the built-in one.
fn own_lists(bound: &[Bound<'_>]) -> Vec<&'static str> {
    bound.iter().filter(|one| is_own_list(one)).map(|one| one.kind).collect()
}

fn is_given_up(one: &Bound<'_>, lists: &[&str]) -> bool {
    is_list(one) && one.of.iter().all(|loaded| loaded.is_built_in) && lists.contains(&one.kind)
}

/// Whether a site has one object of a kind at the most.
pub(super) fn is_only(kind: &str) -> bool {
    crate::model::Kind::from_name(kind).is_some_and(crate::model::Kind::is_only)
}

/// An entry each field of which says by itself how well it is known.
fn with_own_evidence(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    for rule in entry.fields.values_mut() {
        let (evidence, source) = (rule.evidence.unwrap_or(entry.evidence), rule.source.take());
        rule.evidence = Some(evidence);
        rule.source = source.or_else(|| Some(entry.source.clone()));
    }
    entry
}

/// How well a rule is known, and from where, if it does not say so itself.
pub fn evidence<'r>(rule: &'r Rule, entry: &'r Entry) -> (Evidence, &'r str) {
    (rule.evidence.unwrap_or(entry.evidence), rule.source.as_deref().unwrap_or(&entry.source))
}
