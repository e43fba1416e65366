//! Kinds of which a site has many: by what they are called, and tables by what columns they have.

use serde_json::json;

use super::super::leaf::{has, is_list, is_meta, is_plain, reads, words};
use super::super::wanted::{Many, Take, Wanted};
use super::{About, CENTS, CORE, Kind, Leaf, Line, Names, WORDS, bare, best, column, plain, word, worded};
use crate::capture::inventory::{Entry, EntryKind};

const OWNER: &str = "It has to be what the key of `contact` is: a user's number is no contact ID";
const CURRENCY: &str = "No place of its currency is named: write it (`{at: …}`, or `{is: …}` with the currency's three letters), and remove the `#`";
const TAGS: &str = "The keys are taken for the tags' IDs";

impl<'a> Names<'a> {
    /// A kind of which a site has many.
    pub(super) fn many(&self, many: &Many) -> Option<Kind> {
        let is_core = |entry: &Entry| CORE.contains(&bare(&entry.name));
        let options = self.of_kind(EntryKind::Option).filter(|entry| entry.name.find('*').is_some_and(|at| at >= 4));
        let options =
            options.filter(|entry| entry.about.shape.0.iter().any(|(at, shape)| at.is_empty() && is_list(shape)));
        let tables = self.of_kind(EntryKind::Table).filter(|entry| !is_core(entry) && !entry.name.contains('*'));
        let tables = tables.filter(|entry| !is_meta(&entry.name));
        let posts = self.of_kind(EntryKind::PostType).filter(|entry| !entry.name.contains('*'));
        let all = options.chain(tables).chain(posts);
        let scored = all.filter_map(|entry| {
            let words = words(&entry.name);
            if many.not.iter().any(|not| words.contains(*not)) {
                return None;
            }
            let is_named = has(&words, many.words);
            let is_shaped = entry.kind == EntryKind::Table
                && !many.columns.is_empty()
                && many
                    .columns
                    .iter()
                    .all(|group| column(entry, &[group]).is_some() || (group.len() > 4 && has(&words, &[group])));
            let speaks = many.also.iter().any(|word| words.contains(*word));
            let score = 4 * usize::from(is_named) + 2 * usize::from(is_shaped) + usize::from(speaks);
            (is_named || is_shaped).then(|| (score + self.weight(entry) + usize::from(entry.count > 0), entry))
        });
        let (entry, others) = best(scored.collect(), |entry| {
            format!("{} `{}`{}", word(entry.kind), bare(&entry.name), self.mark(entry))
        })?;
        let place = format!("{} `{}`", word(entry.kind), bare(&entry.name));
        let reads = format!("the objects lie in {place}: {}", reads(entry, None));
        let from = match entry.kind {
            EntryKind::Option => format!("from: {{option: {}}}", json!(entry.name)),
            EntryKind::Table => format!("from: {{table: {}}}", json!(bare(&entry.name))),
            _ => format!("from: {{posts: {}}}", json!(entry.name)),
        };
        let about = About { of: entry.about.of.clone(), place, reads, others, hint: None };
        let mut before = vec![Line { yaml: from, decide: Some(about) }];
        before.extend(self.ids(many, entry));
        let fields = many.fields.iter().filter_map(|wanted| self.field(many, entry, wanted)).collect();
        Some(Kind { name: many.kind, before, fields })
    }

    /// The key and the ID of a kind's objects.
    fn ids(&self, many: &Many, entry: &'a Entry) -> Vec<Line> {
        // The number of a row is what an order is known by, rather than that of a payment or of something else in it.
        let is_known_by_id = matches!(many.kind, "order" | "subscription");
        let own = entry.about.columns.iter().map(|column| column.name.as_str()).find(|name| *name == "id");
        let key = own
            .filter(|_| is_known_by_id)
            .or_else(|| many.key.and_then(|words| column(entry, words)))
            .map(|name| plain(format!("key: {{at: {}}}", json!(format!("/{name}")))));
        let has_id = !is_known_by_id && many.kind != "webhook";
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
            EntryKind::Table => self.of_table(entry, wanted),
            _ if wanted.field == "name" => Some(plain("name: {at: /post_title}")),
            _ => self.of_postmeta(many, wanted),
        }
    }

    fn of_table(&self, entry: &'a Entry, wanted: &Wanted) -> Option<Line> {
        let name = column(entry, wanted.words)?;
        let at = json!(format!("/{name}"));
        let stored = entry.about.columns.iter().find(|column| column.name == name);
        let stored = stored.map_or("", |column| column.column_type.as_str());
        let place = format!("column `{name}` of table `{}`", bare(&entry.name));
        let lacking = if wanted.may_lack { ", absent: nothing" } else { "" };
        let (how, hint) = match wanted.take {
            Take::Switch => {
                (if stored.starts_with("tinyint") { ", as: one-zero" } else { ", as: flag" }.to_owned(), None)
            }
            Take::Count => (", as: count".to_owned(), None),
            Take::Ref(list) | Take::Refs(list) => (format!(", ref: {list}"), None),
            Take::Price => (format!(", as: {}", if stored.contains("int") { "cents" } else { "amount" }), Some(CENTS)),
            Take::Words(words) | Take::Cases(words) => (worded(words), Some(WORDS)),
            Take::Owner => (String::new(), Some(OWNER)),
            Take::Day if stored.starts_with("date") || stored.starts_with("timestamp") => {
                (", as: day".to_owned(), None)
            }
            Take::Text | Take::Day => (String::new(), None),
        };
        let reads = format!("{place}, of the type {stored}");
        let about = About { of: entry.about.of.clone(), place, reads, others: Vec::new(), hint };
        let yaml = format!("{}: {{at: {at}{how}{lacking}", wanted.field);
        let currency = column(entry, &[&["currency"]]).map(|name| format!("{{at: {}}}", json!(format!("/{name}"))));
        Some(self.closed(yaml, wanted.take, currency, entry, about))
    }

    /// A field's line: a price with the place of its currency, or as a comment where none is named.
    pub(super) fn closed(&self, yaml: String, take: Take, own: Option<String>, entry: &Entry, about: About) -> Line {
        if take != Take::Price {
            return Line { yaml: format!("{yaml}}}"), decide: Some(about) };
        }
        let (yaml, hint) = match own.or_else(|| self.currency(entry)) {
            Some(currency) => (format!("{yaml}, currency: {currency}}}"), about.hint),
            None => (format!("# {yaml}, currency: }}"), Some(CURRENCY)),
        };
        Line { yaml, decide: Some(About { hint, ..about }) }
    }

    /// The place of the site's currency: an option, or a part of one, whose name ends so; one of the same plugin first.
    fn currency(&self, entry: &Entry) -> Option<String> {
        let is_it = |leaf: &Leaf<'_>| {
            let name = if leaf.pointer.is_empty() { &leaf.entry.name } else { leaf.pointer };
            let is_one = !leaf.entry.name.contains('*') && !leaf.pointer.contains('*');
            is_one && is_plain(leaf.shape) && name.to_ascii_lowercase().ends_with("currency")
        };
        let all = self.leaves(EntryKind::Option).filter(is_it);
        let scored = all.map(|leaf| {
            let is_same = entry.about.of.is_some() && leaf.entry.about.of == entry.about.of;
            (4 * usize::from(is_same) + self.weight(leaf.entry), leaf)
        });
        let (leaf, _) = best(scored.collect(), Leaf::place)?;
        Some(format!("{{from: {{option: {}}}, at: {}}}", json!(leaf.entry.name), json!(leaf.pointer)))
    }

    /// Tags as a CRM's plugin keeps them: a list of what there is.
    pub(super) fn tag_list(&self) -> Option<Kind> {
        let names = |entry: &&Entry| {
            !entry.name.contains('*') && has(&words(&entry.name), &[&["tag", "tags"], &["available", "crm", "all"]])
        };
        let scored = self.of_kind(EntryKind::Option).filter(names).filter_map(|entry| {
            let at = |pointer: &str| entry.about.shape.0.iter().find(|(at, _)| at == pointer).map(|(_, shape)| shape);
            at("").filter(|root| is_list(root))?;
            let name = ["", "/label", "/name", "/title"];
            let name = name.into_iter().find(|name| at(&format!("/*{name}")).is_some_and(is_plain))?;
            Some((self.weight(entry), (entry, name, at("")?)))
        });
        let ((entry, name, root), others) = best(scored.collect(), |(entry, ..)| format!("option `{}`", entry.name))?;
        let place = format!("option `{}`", entry.name);
        let reads = format!("the objects lie in {place}: {}", reads(entry, Some(root)));
        let about = About { of: entry.about.of.clone(), place, reads, others, hint: Some(TAGS) };
        let from = Line { yaml: format!("from: {{option: {}}}", json!(entry.name)), decide: Some(about) };
        let rest = ["each: \"\"".to_owned(), "id: {of: key}".to_owned(), format!("key: {{at: {}}}", json!(name))];
        Some(Kind { name: "tag", before: std::iter::once(from).chain(rest.map(plain)).collect(), fields: Vec::new() })
    }
}
