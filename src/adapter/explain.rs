//! What adapters know: each fact with its evidence, and which open questions it settles.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::place::shown;
use super::questions::QUESTIONS;
use super::set::{Replaced, Set, evidence};
use super::uses::below;
use crate::model::adapter::{Entry, Evidence, Place, Rule};

/// What `plan adapter explain --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "adapter facts", extend("$id" = "https://amc-plan.example/schemas/adapter-facts.schema.json"))]
pub struct Facts {
    /// `1.0`.
    pub format_version: &'static str,
    /// The adapters.
    pub adapters: Vec<About>,
    /// Each fact.
    pub facts: Vec<Fact>,
    /// Each open question.
    pub questions: Vec<Open>,
    /// What is built in and does not count beside these adapters.
    pub replaced: Vec<Replaced>,
}

/// An adapter.
#[derive(Debug, Serialize, JsonSchema)]
pub struct About {
    /// Its name.
    pub name: String,
    /// What it knows.
    pub about: String,
    /// The digest of what it says.
    pub sha256: String,
}

/// One fact: where something lies.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Fact {
    /// Which adapter says so.
    pub adapter: String,
    /// What it is: a kind, with its field where it is of one, a lookup, or what is only read.
    pub of: String,
    /// Where it lies.
    pub place: String,
    /// How well that is known.
    pub evidence: Evidence,
    /// Where it is known from.
    pub source: String,
    /// When it counts, where that is not always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Whether it may be written back.
    pub writable: bool,
}

/// An open question.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Open {
    /// Its name.
    pub id: &'static str,
    /// What is not known.
    pub question: &'static str,
    /// What it means until it is known.
    pub until_then: &'static str,
    /// Whether an entry settles it for this site.
    pub settled: bool,
    /// Which entries are missing for that; none where no stored value can settle it.
    pub missing: Vec<&'static str>,
    /// Whether these adapters say anything that it asks for.
    pub touched: bool,
}

/// Everything that these adapters know, and what of others does not count beside them.
pub fn facts(set: &Set, beside: &Set) -> Facts {
    let mut facts = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for loaded in set.all() {
        let adapter = &loaded.adapter;
        for (kind, entry) in adapter.objects.iter() {
            known.insert(kind.to_owned());
            let place = entry.from.clone().unwrap_or_default();
            let own = entry.key.iter().map(|rule| ("key", rule)).chain(entry.id.iter().map(|rule| ("id", rule)));
            let fields = entry.fields.iter().map(|(name, rule)| (name.as_str(), rule));
            for (name, rule) in own.chain(fields) {
                known.insert(format!("{kind}: {name}"));
                known.extend(rule.item.keys().map(|item| format!("{kind}: {name}/{item}")));
                let (evidence, source) = evidence(rule, entry);
                facts.push(Fact {
                    adapter: adapter.name.clone(),
                    of: format!("{kind}: {name}"),
                    place: of_rule(rule, &place),
                    evidence,
                    source: source.to_owned(),
                    when: counts(entry),
                    writable: is_writable(rule),
                });
            }
        }
        let lookups = adapter.lookups.iter().map(|(name, one)| (name.clone(), &one.from, one.evidence, &one.source));
        let reads = adapter
            .reads
            .iter()
            .map(|one| (format!("only read: {}", one.reason), &one.from, one.evidence, &one.source));
        for (of, place, evidence, source) in lookups.chain(reads) {
            let (adapter, place, source) = (adapter.name.clone(), shown(place), source.clone());
            facts.push(Fact { adapter, of, place, evidence, source, when: None, writable: false });
        }
    }
    let questions = QUESTIONS.iter().map(|question| {
        let missing: Vec<&str> = question.settled_by.iter().filter(|by| !known.contains(**by)).copied().collect();
        let settled = !question.settled_by.is_empty() && missing.is_empty();
        let touched = missing.len() < question.settled_by.len();
        Open { id: question.id, question: question.text, until_then: question.until_then, settled, missing, touched }
    });
    let about = |loaded: &super::set::Loaded| About {
        name: loaded.adapter.name.clone(),
        about: loaded.adapter.about.clone(),
        sha256: loaded.sha256.clone(),
    };
    Facts {
        format_version: "1.0",
        adapters: set.all().iter().map(about).collect(),
        facts,
        questions: questions.collect(),
        replaced: beside.replaced(),
    }
}

/// When an entry counts, where that is not always.
fn counts(entry: &Entry) -> Option<String> {
    let plugin = entry.when.as_ref().and_then(|when| when.plugin.as_ref());
    let active = plugin.map(|file| format!("while `{file}` is active"));
    let needs = entry.needs.as_ref();
    let needs = needs.map(|needs| format!("while `{}` is defined by `{}`", needs.function, needs.defined_by));
    let all: Vec<String> = active.into_iter().chain(needs).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn is_writable(rule: &Rule) -> bool {
    rule.writable || below(rule).any(is_writable)
}

/// Where a rule looks, as a phrase.
pub(super) fn of_rule(rule: &Rule, place: &Place) -> String {
    let place = rule.from.as_ref().unwrap_or(place);
    if !rule.any.is_empty() || !rule.first.is_empty() || !rule.keys.is_empty() {
        let all = rule.any.iter().chain(&rule.first).chain(rule.keys.values());
        let all: Vec<String> = all.map(|one| of_rule(one, place)).collect();
        return all.join(", ");
    }
    if let Some(is) = &rule.is {
        return format!("always `{is}`");
    }
    if !rule.defined.is_empty() {
        return format!("constants `{}`", rule.defined.join("`, `"));
    }
    let pointer =
        rule.each.as_deref().or(rule.variant.as_deref()).or(rule.at.as_deref()).filter(|pointer| !pointer.is_empty());
    match pointer {
        Some(pointer) => format!("{}, `{pointer}`", shown(place)),
        None => shown(place),
    }
}
