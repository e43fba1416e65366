//! Guesses: for each thing that is looked for, the places whose names and shapes fit.

mod product;

use std::collections::BTreeSet;

use serde_json::json;

use super::Inventory;
use super::leaf::{has, is_list, is_number, is_plain, is_products, reads, switch, words};
use super::wanted::{MANY, Many, ONES, Take, Wanted};
use crate::adapter::secret::word_in;
use crate::capture::inventory::{Entry, EntryKind, Shape};

/// What is said of a guess.
#[derive(Debug)]
pub(super) struct About {
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
        let mut kinds: Vec<Kind> = ONES.iter().filter_map(|(kind, wanted)| names.one(kind, wanted)).collect();
        let many: Vec<Kind> =
            MANY.iter().filter(|many| !covered.contains(many.kind)).filter_map(|many| names.many(many)).collect();
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
            has(&both, wanted.words).then(|| (2 * near + 3 * usize::from(is_products(&leaf.entry.name)), leaf))
        });
        let (leaf, others) = best(scored.collect(), Leaf::place)?;
        let from = format!("from: {{option: {}}}, at: {}", json!(leaf.entry.name), json!(leaf.pointer));
        let (how, hint) = taken(wanted.take, leaf.shape);
        let about = About {
            place: leaf.place(),
            reads: format!("{}: {}", leaf.place(), reads(leaf.entry, Some(leaf.shape))),
            others,
            hint,
        };
        Some(Line { yaml: format!("{}: {{{from}{how}}}", wanted.field), decide: Some(about) })
    }

    /// A kind of which a site has many.
    fn many(&self, many: &Many) -> Option<Kind> {
        let fits = |entry: &&Entry| {
            let words = words(&entry.name);
            has(&words, many.words) && !many.not.iter().any(|not| words.contains(*not))
        };
        let is_core = |entry: &Entry| CORE.contains(&bare(&entry.name));
        let options = self.of_kind(EntryKind::Option).filter(|entry| entry.name.find('*').is_some_and(|at| at >= 4));
        let options =
            options.filter(|entry| entry.about.shape.0.iter().any(|(at, shape)| at.is_empty() && is_list(shape)));
        let tables = self.of_kind(EntryKind::Table).filter(|entry| !is_core(entry) && !entry.name.contains('*'));
        let posts = self.of_kind(EntryKind::PostType).filter(|entry| !entry.name.contains('*'));
        let all = options.chain(tables).chain(posts).filter(fits);
        let scored = all.map(|entry| (3 * usize::from(is_products(&entry.name)) + usize::from(entry.count > 0), entry));
        let (entry, others) = best(scored.collect(), |entry| format!("{} `{}`", word(entry.kind), bare(&entry.name)))?;
        let place = format!("{} `{}`", word(entry.kind), bare(&entry.name));
        let reads = format!("the objects lie in {place}: {}", reads(entry, None));
        let from = match entry.kind {
            EntryKind::Option => format!("from: {{option: {}}}", json!(entry.name)),
            EntryKind::Table => format!("from: {{table: {}}}", json!(bare(&entry.name))),
            _ => format!("from: {{posts: {}}}", json!(entry.name)),
        };
        let mut before = vec![Line { yaml: from, decide: Some(About { place, reads, others, hint: None }) }];
        before.extend(self.ids(many, entry));
        let fields = many.fields.iter().filter_map(|wanted| self.field(many, entry, wanted)).collect();
        Some(Kind { name: many.kind, before, fields })
    }

    /// The key and the ID of a kind's objects.
    fn ids(&self, many: &Many, entry: &'a Entry) -> Vec<Line> {
        let key = many
            .key
            .and_then(|words| column(entry, words))
            .map(|name| plain(format!("key: {{at: {}}}", json!(format!("/{name}")))));
        let has_id = !matches!(many.kind, "order" | "subscription" | "webhook");
        let id = match entry.kind {
            EntryKind::Option => Some("id: {of: star}".to_owned()),
            EntryKind::PostType => Some("id: {at: /ID}".to_owned()),
            _ => column(entry, &[&["id"]]).map(|name| format!("id: {{at: {}}}", json!(format!("/{name}")))),
        };
        key.into_iter().chain(id.filter(|_| has_id).map(plain)).collect()
    }

    fn field(&self, many: &Many, entry: &'a Entry, wanted: &Wanted) -> Option<Line> {
        match entry.kind {
            EntryKind::Option => self.of_shape(entry, wanted),
            EntryKind::Table => of_table(entry, wanted),
            _ if wanted.field == "name" => Some(plain("name: {at: /post_title}")),
            _ => self.of_postmeta(many, wanted),
        }
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
        let (mut how, hint) = taken(wanted.take, leaf.shape);
        if wanted.take == Take::Price {
            let currency = entry
                .about
                .shape
                .0
                .iter()
                .find(|(pointer, _)| words(pointer).contains("currency") && !pointer.contains('*'));
            how = format!(
                "{how}, currency: {}",
                currency.map_or("{is: USD}".to_owned(), |(pointer, _)| format!("{{at: {}}}", json!(pointer)))
            );
        }
        Some(Line {
            yaml: format!("{}: {{at: {}{how}}}", wanted.field, json!(leaf.pointer)),
            decide: Some(about(hint)),
        })
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
                Line { yaml: format!("{}: {{{from}{how}}}", wanted.field), decide: Some(about(hint)) }
            }
        })
    }
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

fn of_table(entry: &Entry, wanted: &Wanted) -> Option<Line> {
    let name = column(entry, wanted.words)?;
    let at = json!(format!("/{name}"));
    let stored =
        entry.about.columns.iter().find(|column| column.name == name).map_or("", |column| column.column_type.as_str());
    let place = format!("column `{name}` of table `{}`", bare(&entry.name));
    let lacking = if wanted.may_lack { ", absent: nothing" } else { "" };
    let (how, hint) = match wanted.take {
        Take::Switch => (if stored.starts_with("tinyint") { ", as: one-zero" } else { ", as: flag" }.to_owned(), None),
        Take::Count => (", as: count".to_owned(), None),
        Take::Ref(list) | Take::Refs(list) => (format!(", ref: {list}"), None),
        Take::Price => {
            let codec = if stored.starts_with("decimal") { "amount" } else { "cents" };
            let currency = column(entry, &[&["currency"]]);
            let currency =
                currency.map_or("{is: USD}".to_owned(), |name| format!("{{at: {}}}", json!(format!("/{name}"))));
            (format!(", as: {codec}, currency: {currency}"), Some(CENTS))
        }
        Take::Words(words) | Take::Cases(words) => (worded(words), Some(WORDS)),
        Take::Text => (String::new(), None),
    };
    let about =
        About { place: place.clone(), reads: format!("{place}, of the type {stored}"), others: Vec::new(), hint };
    Some(Line { yaml: format!("{}: {{at: {at}{how}{lacking}}}", wanted.field), decide: Some(about) })
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
        Take::Text | Take::Refs(_) => (String::new(), None),
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
