//! Guesses: for each thing that is looked for, the places whose names and shapes fit.

mod many;
mod product;

use std::collections::BTreeSet;

use serde_json::json;

use super::Inventory;
use super::leaf::{has, is_list, is_number, is_plain, is_products, is_turned, reads, switch, words};
use super::wanted::{MANY, Many, ONES, Take, Wanted};
use crate::adapter::secret::word_in;
use crate::capture::inventory::{Entry, EntryKind, Shape};

/// What is said of a guess.
#[derive(Debug)]
pub(super) struct About {
    /// The folder of the plugin whose it is.
    pub(super) of: Option<String>,
    pub(super) place: String,
    pub(super) reads: String,
    pub(super) others: Vec<String>,
    pub(super) hint: Option<&'static str>,
}

/// A line of the draft.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) yaml: String,
    pub(super) decide: Option<About>,
}

/// What is guessed of a kind, or of a lookup.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) before: Vec<Line>,
    pub(super) fields: Vec<Line>,
}

#[derive(Debug)]
pub(super) struct Guesses {
    pub(super) kinds: Vec<Kind>,
    pub(super) lookups: Vec<Kind>,
}

/// Tables of WordPress itself, which hold none of this.
const CORE: [&str; 11] = [
    "commentmeta",
    "comments",
    "links",
    "options",
    "postmeta",
    "posts",
    "term_relationships",
    "term_taxonomy",
    "termmeta",
    "terms",
    "usermeta",
];

const WORDS: &str = "Write the site's own words on the left: `from-capture` shows each that is not known";
const CENTS: &str = "`cents` is 49700 for 497.00, `amount` is 497.00";

impl Guesses {
    pub(super) fn of(inventory: &Inventory, covered: &BTreeSet<String>) -> Self {
        let names = Names { entries: &inventory.entries, covered };
        let lists = |many: &Many| match many.kind {
            "tag" => names.many(many).or_else(|| names.tag_list()),
            _ => names.many(many),
        };
        let mut kinds: Vec<Kind> = ONES.iter().filter_map(|(kind, wanted)| names.one(kind, wanted)).collect();
        let many: Vec<Kind> = MANY.iter().filter(|many| !covered.contains(many.kind)).filter_map(lists).collect();
        kinds.extend(many);
        kinds.extend(names.offering());
        kinds.extend(names.members());
        let lookups = names.operations().into_iter().collect();
        kinds.sort_by_key(|kind| kind.name);
        Self { kinds, lookups }
    }
}

struct Names<'a> {
    entries: &'a [Entry],
    covered: &'a BTreeSet<String>,
}

/// A place in an option.
struct Leaf<'a> {
    entry: &'a Entry,
    pointer: &'a str,
    shape: &'a Shape,
}

impl Leaf<'_> {
    fn place(&self) -> String {
        match self.pointer {
            "" => format!("{} `{}`", word(self.entry.kind), self.entry.name),
            pointer => format!("{} `{}`, `{pointer}`", word(self.entry.kind), self.entry.name),
        }
    }
}

fn word(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Option => "option",
        EntryKind::UserMeta => "user meta",
        EntryKind::PostMeta => "post meta",
        EntryKind::Table => "table",
        EntryKind::PostType => "post type",
        _ => "",
    }
}

fn plain(yaml: impl Into<String>) -> Line {
    Line { yaml: yaml.into(), decide: None }
}

/// The best of some candidates, by how much speaks for each, and the next three as phrases.
fn best<T>(mut all: Vec<(usize, T)>, place: impl Fn(&T) -> String) -> Option<(T, Vec<String>)> {
    all.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let mut all = all.into_iter();
    let (_, first) = all.next()?;
    Some((first, all.take(3).map(|(_, other)| place(&other)).collect()))
}

impl<'a> Names<'a> {
    fn of_kind(&self, kind: EntryKind) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.kind == kind && word_in(&entry.name).is_none())
    }

    fn leaves(&self, kind: EntryKind) -> impl Iterator<Item = Leaf<'a>> {
        self.of_kind(kind).flat_map(|entry| {
            let shapes = entry.about.shape.0.iter();
            shapes.map(move |(pointer, shape)| Leaf { entry, pointer, shape })
        })
    }

    /// What speaks for an entry, whatever is looked for: that it is the product's own, and that its plugin is active.
    fn weight(&self, entry: &Entry) -> usize {
        3 * usize::from(is_products(&entry.name)) + 2 * usize::from(self.mark(entry).is_empty())
    }

    /// What is to be said of an entry among others that could be meant.
    fn mark(&self, entry: &Entry) -> &'static str {
        let is_left_over = entry.about.of.as_ref().is_some_and(|of| is_inactive(self.entries, of));
        if is_left_over { " (its plugin is not active)" } else { "" }
    }

    /// A setting of which a site has one.
    fn one(&self, kind: &'static str, wanted: &[Wanted]) -> Option<Kind> {
        let open = wanted.iter().filter(|wanted| !self.covered.contains(&format!("{kind}: {}", wanted.field)));
        let fields: Vec<Line> = open.filter_map(|wanted| self.setting(wanted)).collect();
        (!fields.is_empty()).then_some(Kind { name: kind, before: Vec::new(), fields })
    }

    fn setting(&self, wanted: &Wanted) -> Option<Line> {
        let is_one =
            |leaf: &Leaf<'_>| !leaf.entry.name.contains('*') && !leaf.pointer.contains('*') && is_plain(leaf.shape);
        let fits = |leaf: &Leaf<'_>| wanted.take != Take::Switch || switch(leaf.shape).is_some();
        let all = self.leaves(EntryKind::Option).filter(is_one).filter(fits);
        let all = all.filter(|leaf| word_in(leaf.pointer).is_none());
        let scored = all.filter_map(|leaf| {
            let of_pointer = words(leaf.pointer);
            let both: BTreeSet<String> = words(&leaf.entry.name).into_iter().chain(of_pointer.clone()).collect();
            let near = wanted.words.iter().filter(|group| has(&of_pointer, &[group])).count();
            let fits = has(&both, wanted.words) && !is_turned(&both);
            fits.then(|| (2 * near + self.weight(leaf.entry), leaf))
        });
        let (leaf, others) = best(scored.collect(), |leaf| format!("{}{}", leaf.place(), self.mark(leaf.entry)))?;
        let from = format!("from: {{option: {}}}, at: {}", json!(leaf.entry.name), json!(leaf.pointer));
        let (how, hint) = taken(wanted.take, leaf.shape);
        let about = About {
            of: leaf.entry.about.of.clone(),
            place: leaf.place(),
            reads: format!("{}: {}", leaf.place(), reads(leaf.entry, Some(leaf.shape))),
            others,
            hint,
        };
        Some(Line { yaml: format!("{}: {{{from}{how}}}", wanted.field), decide: Some(about) })
    }

    fn of_shape(&self, entry: &'a Entry, wanted: &Wanted) -> Option<Line> {
        let lists = matches!(wanted.take, Take::Refs(_));
        let shapes = entry.about.shape.0.iter().filter(|(pointer, shape)| {
            let is_it = if lists { is_list(shape) && !pointer.is_empty() } else { is_plain(shape) };
            is_it && !pointer.contains('*') && word_in(pointer).is_none() && has(&words(pointer), wanted.words)
        });
        let scored =
            shapes.map(|(pointer, shape)| (100 - pointer.matches('/').count(), Leaf { entry, pointer, shape }));
        let (leaf, others) = best(scored.collect(), Leaf::place)?;
        let about = |hint| About {
            of: leaf.entry.about.of.clone(),
            place: leaf.place(),
            reads: format!("`{}`: {}", leaf.pointer, reads(entry, Some(leaf.shape))),
            others: others.clone(),
            hint,
        };
        if let Take::Refs(list) = wanted.take {
            let yaml = format!("{}: {{each: {}, ref: {list}}}", wanted.field, json!(leaf.pointer));
            return Some(Line { yaml, decide: Some(about(None)) });
        }
        if let Take::Cases(words) = wanted.take {
            let cases: Vec<String> = words.iter().map(|word| format!("{word}: {{is: {word}}}")).collect();
            let yaml = format!(
                "{}: {{variant: {}, cases: {{{}, none: {{nothing: true}}}}}}",
                wanted.field,
                json!(leaf.pointer),
                cases.join(", ")
            );
            return Some(Line { yaml, decide: Some(about(Some(WORDS))) });
        }
        let (how, hint) = taken(wanted.take, leaf.shape);
        let currency =
            shapes_of(entry).find(|(pointer, _)| words(pointer).contains("currency") && !pointer.contains('*'));
        let currency = currency.map(|(pointer, _)| format!("{{at: {}}}", json!(pointer)));
        let yaml = format!("{}: {{at: {}{how}", wanted.field, json!(leaf.pointer));
        Some(self.closed(yaml, wanted.take, currency, entry, about(hint)))
    }

    fn of_postmeta(&self, many: &Many, wanted: &Wanted) -> Option<Line> {
        let fits = |leaf: &Leaf<'_>| {
            leaf.pointer.is_empty()
                && has(&words(&leaf.entry.name), many.words)
                && has(&words(&leaf.entry.name), wanted.words)
        };
        let scored = self.leaves(EntryKind::PostMeta).filter(fits).map(|leaf| (1, leaf));
        let (leaf, others) = best(scored.collect(), Leaf::place)?;
        let about = |hint| About {
            of: leaf.entry.about.of.clone(),
            place: leaf.place(),
            reads: format!("{}: {}", leaf.place(), reads(leaf.entry, Some(leaf.shape))),
            others,
            hint,
        };
        let from = format!("from: {{postmeta: {}}}", json!(leaf.entry.name));
        Some(match wanted.take {
            Take::Refs(list) => Line {
                yaml: format!("{}: {{{from}, each: \"\", ref: {list}}}", wanted.field),
                decide: Some(about(None)),
            },
            take => {
                let (how, hint) = taken(take, leaf.shape);
                self.closed(format!("{}: {{{from}{how}", wanted.field), take, None, leaf.entry, about(hint))
            }
        })
    }
}

/// Whether a plugin is there and not active.
pub(super) fn is_inactive(entries: &[Entry], folder: &str) -> bool {
    let is_it = |entry: &&Entry| entry.kind == EntryKind::Plugin && entry.name.split('/').next() == Some(folder);
    let status = entries.iter().find(is_it).and_then(|plugin| plugin.about.status.as_deref());
    status == Some("inactive")
}

fn shapes_of(entry: &Entry) -> impl Iterator<Item = &(String, Shape)> {
    entry.about.shape.0.iter()
}

/// A table's name without the sign for the prefix.
fn bare(name: &str) -> &str {
    name.trim_start_matches("{prefix}")
}

/// The column whose name has these words: of several the shortest.
fn column<'e>(entry: &'e Entry, groups: &[&[&str]]) -> Option<&'e str> {
    let all = entry
        .about
        .columns
        .iter()
        .filter(|column| has(&words(&column.name), groups) && word_in(&column.name).is_none());
    all.map(|column| column.name.as_str()).filter(|name| !name.contains('*')).min_by_key(|name| name.len())
}

/// How a value of this shape is taken, and what is to be looked at.
fn taken(take: Take, shape: &Shape) -> (String, Option<&'static str>) {
    match take {
        Take::Switch => (format!(", as: {}", switch(shape).unwrap_or("flag")), None),
        Take::Count => (", as: count".to_owned(), None),
        Take::Price => (format!(", as: {}", if is_number(shape) { "cents" } else { "amount" }), Some(CENTS)),
        Take::Words(["true", "false"]) if switch(shape).is_some() => {
            (format!(", as: {}", switch(shape).unwrap_or("flag")), None)
        }
        Take::Words(words) | Take::Cases(words) => (worded(words), Some(WORDS)),
        Take::Ref(list) => (format!(", ref: {list}"), None),
        Take::Text | Take::Day | Take::Owner | Take::Refs(_) => (String::new(), None),
    }
}

fn worded(words: &[&str]) -> String {
    let pairs: Vec<String> = words
        .iter()
        .map(|word| match *word {
            "true" => "\"connected\": true".to_owned(),
            "false" => "\"failed\": false".to_owned(),
            word => format!("{word}: {word}"),
        })
        .collect();
    format!(", words: {{{}}}", pairs.join(", "))
}
