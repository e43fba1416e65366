//! Several adapters as one: those that are built in, and those that a site brings, which count before them.

use std::collections::BTreeMap;

use crate::model::adapter::{Adapter, Entry, Evidence, Lookup, Rule};

/// An adapter that was read, with the digest of what it says.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What it says.
    pub adapter: Adapter,
    /// The digest of that as canonical JSON: comments and blanks do not count.
    pub sha256: String,
    /// Whether it belongs to this program.
    pub is_built_in: bool,
}

impl Loaded {
    /// An adapter with the digest of what it says.
    pub fn new(adapter: Adapter, is_built_in: bool) -> Self {
        let sha256 = crate::model::digest::of(&adapter);
        Self { adapter, sha256, is_built_in }
    }
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
    /// What each field is read for, where that is not what the entry is.
    reasons: BTreeMap<String, String>,
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

    /// The adapters.
    pub fn all(&self) -> &[Loaded] {
        &self.all
    }

    /// The lookup of this name, with its adapter.
    pub fn lookup(&self, name: &str) -> Option<(&Lookup, &Loaded)> {
        self.all.iter().find_map(|loaded| Some((loaded.adapter.lookups.get(name)?, loaded)))
    }

    /// The entries, those of one place as one.
    pub fn bound(&self) -> Vec<Bound<'_>> {
        let mut bound: Vec<Bound<'_>> = Vec::new();
        for loaded in &self.all {
            for (kind, entry) in loaded.adapter.objects.iter() {
                let is_same = |other: &&mut Bound<'_>| {
                    other.kind == kind
                        && (&other.entry.from, &other.entry.each, &other.entry.when)
                            == (&entry.from, &entry.each, &entry.when)
                };
                match bound.iter_mut().find(is_same) {
                    Some(first) => first.take(with_own_evidence(entry), loaded),
                    None => bound.push(Bound {
                        kind,
                        entry: with_own_evidence(entry),
                        of: vec![loaded],
                        reasons: BTreeMap::new(),
                    }),
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
            if !self.entry.fields.contains_key(&name) {
                self.reasons.extend(other.reason.clone().map(|reason| (name.clone(), reason)));
                self.entry.fields.insert(name, rule);
            }
        }
        self.entry.key = self.entry.key.take().or(other.key);
        self.entry.id = self.entry.id.take().or(other.id);
        self.of.push(loaded);
    }

    /// What a field is read for.
    pub(super) fn reason(&self, field: &str) -> Option<&str> {
        self.reasons.get(field).or(self.entry.reason.as_ref()).map(String::as_str)
    }
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
