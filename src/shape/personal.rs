//! What of a document is about a person: the values of the spot-check contacts, wherever they were written.
//!
//! A text that was not read to its end, or that gives a key twice, holds values that no tree knows: those are found by
//! their key in the text, and everything up to the next key at the same depth counts. A contact's fields in a wrong place are
//! found the same way, and an address is personal wherever it stands.

use std::borrow::Cow;
use std::ops::Range;

use crate::diag::{Document, Finding};
use crate::model::population::{BY_CHANCE, REASONS};
use crate::text::{Entry, MASK, Node, Source, Tree, Value, addresses, without_addresses};

/// The keys that say nothing about anybody.
const FIELDS: &[&str] =
    &["spot_check", "contacts", "values", "list", "first_name", "last_name", "email", "tags", "affiliate", "orders"];

/// Whether a key is one of ours, a slip of one, or an ID: what else may be a value that slipped into a key's place.
pub(super) fn is_harmless(key: &str) -> bool {
    let plain = key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let is_id = key.len() <= 24 && key.bytes().any(|byte| byte.is_ascii_digit());
    plain && (is_id || FIELDS.iter().any(|field| strsim::jaro_winkler(key, field) > 0.8))
}

/// Whether a place is about a person.
pub(super) fn is_place(document: Document, pointer: &str) -> bool {
    // `contacts` is what `spot_check` was called once: an old plan's values are no less personal.
    let section = pointer.split('/').nth(1);
    let is_of_people = || section.is_some_and(|section| matches!(section, "spot_check" | "contacts"));
    match document {
        Document::Contacts => true,
        Document::Plan => is_of_people(),
        // They name places and columns, and nobody.
        Document::Adapter | Document::Mapping | Document::Rules => false,
    }
}

/// A pointer without the personal words in it.
pub fn pointer(document: Document, pointer: &str) -> Cow<'_, str> {
    if !is_place(document, pointer) {
        return without_addresses(pointer);
    }
    if pointer.split('/').skip(1).all(is_harmless) {
        return Cow::Borrowed(pointer);
    }
    let clean = |segment: &str| format!("/{}", if is_harmless(segment) { segment } else { MASK });
    Cow::Owned(pointer.split('/').skip(1).map(clean).collect())
}

/// Takes the words of the text out of a finding about it; they are shown to whoever asks for personal values.
pub(super) fn mask(finding: &mut Finding) {
    let mut words = Vec::new();
    finding.message = without_quoted(&finding.message, &mut words);
    finding.help = finding.help.take().map(|help| without_quoted(&help, &mut Vec::new()));
    finding.personal.extend(words);
}

/// A sentence whose quoted words are masked, from the first to the last, where they may come from the text.
fn without_quoted(sentence: &str, words: &mut Vec<String>) -> String {
    let sign = |word: &str| word.len() < 3 && word.chars().all(|c| c.is_ascii_punctuation());
    let keeps = |word: &str| word.starts_with("--max-") || sign(word) || is_harmless(word);
    let ends = sentence.find('`').zip(sentence.rfind('`'));
    match ends {
        Some((first, last)) if !sentence.split('`').skip(1).step_by(2).all(keeps) => {
            words.push(sentence[first..=last].trim_matches('`').to_owned());
            format!("{}`{MASK}`{}", &sentence[..first], &sentence[last + 1..])
        }
        _ => sentence.to_owned(),
    }
}

/// The bytes of a document that may not be shown.
pub fn hidden(source: &Source, tree: Option<&Tree>, document: Document) -> Vec<Range<usize>> {
    let whole = 0..source.text().len();
    match (document, tree.filter(|tree| tree.complete)) {
        (Document::Contacts, None) => Vec::from([whole]),
        (Document::Contacts, Some(tree)) => inside(source, &tree.root, whole),
        (Document::Plan | Document::Adapter | Document::Mapping | Document::Rules, None) => {
            written(source.text(), |_| false).into_iter().chain(addresses(source.text())).collect()
        }
        (Document::Plan | Document::Adapter | Document::Mapping | Document::Rules, Some(tree)) => {
            of_plan(source, tree).into_iter().chain(addresses(source.text())).collect()
        }
    }
}

/// Takes the addresses of people out of everything that a finding says.
pub fn mask_addresses(finding: &mut Finding) {
    let labels = finding.related.iter_mut().chain([&mut finding.primary]).map(|label| &mut label.text);
    let excerpt = finding.excerpt.iter_mut().flat_map(|excerpt| [&mut excerpt.of, &mut excerpt.text]);
    let fix = finding.fix.iter_mut().flat_map(|fix| [&mut fix.title, &mut fix.paste]);
    let remedy = finding.remedy.iter_mut().map(|remedy| &mut remedy.title);
    for text in labels.chain(excerpt).chain(fix).chain(remedy).chain([&mut finding.message]).chain(&mut finding.help) {
        if let Cow::Owned(masked) = without_addresses(text) {
            *text = masked;
        }
    }
}

/// The stretches of a plan's text that contacts are written in, keys and all.
pub(super) fn stretches(source: &Source, tree: Option<&Tree>) -> Vec<Range<usize>> {
    match tree.filter(|tree| tree.complete) {
        None => written(source.text(), |_| false),
        Some(tree) => {
            let mut all: Vec<Range<usize>> = sections(source, tree).into_iter().map(|(_, range)| range).collect();
            all.extend(elsewhere(source, tree, &all));
            all
        }
    }
}

fn of_plan(source: &Source, tree: &Tree) -> Vec<Range<usize>> {
    let sections = sections(source, tree);
    let known: Vec<Range<usize>> = sections.iter().map(|(_, range)| range.clone()).collect();
    let mut all: Vec<Range<usize>> =
        sections.into_iter().flat_map(|(section, range)| inside(source, section, range)).collect();
    all.extend(elsewhere(source, tree, &known));
    all
}

/// The sections of contacts, each with its stretch: from its value to the next section.
fn sections<'t>(source: &Source, tree: &'t Tree) -> Vec<(&'t Node, Range<usize>)> {
    let Some(map) = tree.root.as_map() else { return Vec::new() };
    let ends = map.iter().skip(1).map(|next| next.key.span.range().start).chain([source.text().len()]);
    let sections = map.iter().zip(ends).filter(|(entry, _)| names_contacts(&entry.key.text));
    sections.map(|(entry, end)| (&entry.value, entry.key.span.range().end..end)).collect()
}

/// Contacts and their fields outside of the sections of contacts: in a wrong place of the tree, or of a key that the tree
/// does not hold, as it was given twice or refused.
fn elsewhere(source: &Source, tree: &Tree, known: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut judged = Judged::default();
    for entry in tree.root.as_map().into_iter().flat_map(|map| map.iter()) {
        judged.keys.push(entry.key.span.range());
        match (&*entry.key.text, names_contacts(&entry.key.text)) {
            (_, true) => {}
            ("offerings" | "order_forms" | "opt_in_forms" | "webhooks" | "people" | "test_purchases", _) => {
                judged.look_into(&entry.value, 1);
            }
            ("leave_alone", _) => judged.look_into(&entry.value, 2),
            _ => judged.look_at(entry, 0),
        }
    }
    let in_tree = |key: usize| before(&judged.keys, key).is_some_and(|known| known.contains(&key));
    let mut found = written(source.text(), in_tree);
    found.retain(|range| before(known, range.start).is_none_or(|known| known.end < range.start));
    if !found.is_empty() {
        let mut values = Vec::new();
        scalars(&tree.root, &mut values);
        values.sort_by_key(|value| value.start);
        found.retain(|range| {
            let value = before(&values, range.start).map_or(0, |value| value.end);
            value <= range.start && !in_comment(source.text(), value..range.start)
        });
    }
    found.extend(judged.personal);
    found
}

/// What the keys of a tree say.
#[derive(Default)]
struct Judged {
    /// The keys, in order.
    keys: Vec<Range<usize>>,
    /// From after a key that names a contact's field to the end of its value.
    personal: Vec<Range<usize>>,
}

impl Judged {
    /// Looks into a value whose keys, or those so many levels down, are names of the plan's own choosing.
    fn look_into(&mut self, node: &Node, own_names: usize) {
        match &node.value {
            Value::Map(map) if own_names == 1 => map.iter().for_each(|entry| {
                self.keys.push(entry.key.span.range());
                self.look_into(&entry.value, 0);
            }),
            Value::Map(map) => map.iter().for_each(|entry| self.look_at(entry, own_names.saturating_sub(1))),
            Value::Seq(items) => items.iter().for_each(|item| self.look_into(item, 0)),
            _ => {}
        }
    }

    fn look_at(&mut self, entry: &Entry, own_names: usize) {
        self.keys.push(entry.key.span.range());
        if names_contacts(&entry.key.text) || names_a_field(&entry.key.text) {
            let start = entry.key.span.range().end;
            self.personal.push(start..entry.value.span.range().end.max(start));
        }
        self.look_into(&entry.value, own_names);
    }
}

/// The last of some ranges, which are in order and apart, that begins at a byte or before it.
fn before(ranges: &[Range<usize>], at: usize) -> Option<&Range<usize>> {
    ranges.partition_point(|range| range.start <= at).checked_sub(1).map(|last| &ranges[last])
}

/// Whether a comment begins on the last line of a stretch that holds no value.
fn in_comment(text: &str, stretch: Range<usize>) -> bool {
    let from = stretch.start;
    let stretch = &text[stretch];
    let start = stretch.rfind('\n').map_or(0, |end| end + 1);
    let starts_line = start > 0 || from == 0;
    let line = &stretch[start..];
    line.match_indices('#').any(|(mark, _)| mark == 0 && starts_line || line[..mark].ends_with([' ', '\t']))
}

/// What is personal in a stretch of a text that was read to its end: values whole, and of what is no value every letter.
fn inside(source: &Source, node: &Node, stretch: Range<usize>) -> Vec<Range<usize>> {
    let path = node.get("values").filter(|values| values.as_str().is_some_and(|path| !path.contains('@')));
    let mut shown = Vec::new();
    keys(node, &mut shown);
    shown.extend(path.map(|path| path.span.range()));
    shown.extend(of_a_sort(node));
    shown.sort_by_key(|range| range.start);
    let mut hidden = Vec::new();
    scalars(node, &mut hidden);
    hidden.retain(|range| !shown.contains(range));
    let mut at = stretch.start;
    for keep in shown.into_iter().chain(std::iter::once(stretch.end..stretch.end)) {
        if at < keep.start {
            hidden.extend(letters(source.text(), at..keep.start));
        }
        at = at.max(keep.end);
    }
    hidden
}

/// The reasons for which contacts are listed, where they say of which sort a contact is, and nothing else.
fn of_a_sort(node: &Node) -> Vec<Range<usize>> {
    let list = node.get("list").and_then(Node::as_map).into_iter().flat_map(|list| list.iter());
    let is_sort = |reason: &str| reason == BY_CHANCE || reason.split(',').all(|word| REASONS.contains(&word.trim()));
    let reasons = list.filter(|entry| entry.value.as_str().is_some_and(is_sort));
    reasons.map(|entry| entry.value.span.range()).collect()
}

/// Runs of what is neither blank nor punctuation of YAML.
fn letters(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let start = range.start;
    let apart = |c: char| c.is_ascii_whitespace() || matches!(c, ':' | ',' | '-' | '[' | ']' | '{' | '}' | '#' | '"');
    let piece = text.get(range).unwrap_or_default();
    piece.split(apart).filter(|run| !run.is_empty()).map(move |run| {
        let at = start + (run.as_ptr() as usize - piece.as_ptr() as usize);
        at..at + run.len()
    })
}

fn keys(node: &Node, out: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Map(map) => map.iter().for_each(|entry| {
            if is_harmless(&entry.key.text) {
                out.push(entry.key.span.range());
            }
            keys(&entry.value, out);
        }),
        Value::Seq(items) => items.iter().for_each(|item| keys(item, out)),
        _ => {}
    }
}

fn scalars(node: &Node, out: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Map(map) => map.iter().for_each(|entry| scalars(&entry.value, out)),
        Value::Seq(items) => items.iter().for_each(|item| scalars(item, out)),
        _ => out.push(node.span.range()),
    }
}

/// Whether a key is `spot_check` or a slip of it, or `contacts`, as it was called once.
fn names_contacts(key: &str) -> bool {
    // What is so like one has five of its letters at least: that is soon counted, and few keys have them.
    let like = |name: &str| {
        let letter = |byte: &u8| name.as_bytes().contains(&byte.to_ascii_lowercase());
        key.bytes().filter(letter).count() >= 5 && strsim::jaro_winkler(&key.to_lowercase(), name) > 0.9
    };
    key.len() < 24 && (like("spot_check") || like("contacts"))
}

/// Whether a key is one of a contact's own fields, or a slip of one.
fn names_a_field(key: &str) -> bool {
    const OF_A_PERSON: &[&str] = &["first_name", "last_name", "email", "tags", "affiliate", "orders"];
    // What is as long as one of them is soon counted.
    if !(4..=10).contains(&key.chars().count()) {
        return false;
    }
    let key = key.to_lowercase().replace(['-', ' ', '\u{a0}'], "_");
    let likeness = |name: &str| {
        let near = key.len().abs_diff(name.len()) <= 1 && key.len() > 4 && key.chars().next() == name.chars().next();
        if near { strsim::jaro_winkler(&key, name) } else { f64::from(u8::from(key == name)) }
    };
    // The plan's own section of that name is about nobody.
    OF_A_PERSON.iter().any(|field| likeness(field) > 0.9_f64.max(likeness("emails")))
}

/// Contacts by their key in the text alone, or a contact's fields by theirs, each up to the next key that is not deeper; but
/// not those of a key that is already judged.
fn written(text: &str, judged: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for (colon, _) in text.match_indices(':') {
        let before = text[..colon].trim_end_matches([' ', '\t', '"', '\'']);
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        let start = (start..=before.len()).find(|&at| before.is_char_boundary(at)).unwrap_or(before.len());
        let known = all.last().is_some_and(|last| colon < last.end);
        let alone = before[..start].ends_with([' ', '\t', '\n', '\r', '{', '[', ',', '"', '\'']) || start == 0;
        let names = names_contacts(&before[start..]) || alone && names_a_field(&before[start..]);
        if !known && names && !judged(start) {
            all.push(colon + 1..section_end(text, colon));
        }
    }
    all
}

/// Where the next key begins that is not deeper than the line of this byte.
fn section_end(text: &str, at: usize) -> usize {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let own = indent(&text[line..]);
    let mut next = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    while next < text.len() {
        let end = text[next..].find('\n').map_or(text.len(), |end| next + end + 1);
        let line = &text[next..end];
        let key = line.trim_start_matches([' ', '"', '\'']).split(':').next().unwrap_or_default();
        let is_key =
            line.contains(':') && key.trim_end_matches(['"', '\'']).chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_key && !key.is_empty() && indent(line) <= own {
            return next;
        }
        next = end;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_words_go_and_flags_stay() {
        let mut words = Vec::new();
        assert_eq!(
            without_quoted("the alias `*a`b@x.example` is not allowed", &mut words),
            "the alias `…` is not allowed"
        );
        assert_eq!(words, ["*a`b@x.example"]);
        let harmless = "more than 5 (`--max-nodes 5`) in `first_name`, `{` and `10019`";
        assert_eq!(without_quoted(harmless, &mut words), harmless);
    }

    #[test]
    fn a_mark_begins_a_comment_after_a_blank_or_at_the_start_of_a_line() {
        let at = |text: &str, value: usize| in_comment(text, value..text.find("contacts").unwrap());
        assert!(at("a: 1 # contacts: none\n", 4));
        assert!(at("a: 1\n  # contacts: none\n", 4));
        assert!(at("# contacts: none\n", 0));
        assert!(!at("a: '# b'\ncontacts: none\n", 8));
        assert!(!at("a: '# b' contacts: none\n", 8));
        assert!(!at("a#contacts: none\n", 0));
    }

    #[test]
    fn pointers_keep_fields_and_ids() {
        assert_eq!(pointer(Document::Plan, "/spot_check/values/10019/emial"), "/spot_check/values/10019/emial");
        assert_eq!(pointer(Document::Contacts, "/iris@x.example/email"), "/…/email");
        assert_eq!(pointer(Document::Plan, "/offerings/iris@x.example"), "/offerings/…");
    }
}
