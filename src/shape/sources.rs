//! Symbolic places become bytes, lines and columns here, and nowhere else; what is personal is masked here.

use std::ops::Range;
use std::sync::OnceLock;

use crate::diag::{Document, Location, Part};
use crate::text::{Node, Position, Source, Tree, Value, same_length};

use super::personal;

/// A text with the tree that was read from it.
#[derive(Debug)]
pub struct Text {
    /// The text.
    pub source: Source,
    /// Its tree; none where reading failed at once.
    pub tree: Option<Tree>,
    /// The text as it may be shown; made when a picture is first drawn from it.
    shown: OnceLock<Source>,
}

/// The texts that the places of a report are in.
#[derive(Debug)]
pub struct Sources {
    plan: Text,
    contacts: Option<Text>,
    rules: Option<Text>,
    show_personal: bool,
}

/// A place in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Which text.
    pub document: Document,
    /// Its bytes.
    pub span: Range<usize>,
    /// Where it begins.
    pub start: Position,
    /// Where it ends, exclusive.
    pub end: Position,
}

impl Sources {
    /// The plan's text, and that of the file of contact values.
    pub fn new(plan: (Source, Option<Tree>), contacts: Option<(Source, Option<Tree>)>, show_personal: bool) -> Self {
        let text = |(source, tree): (Source, Option<Tree>)| Text { source, tree, shown: OnceLock::new() };
        Self { plan: text(plan), contacts: contacts.map(text), rules: None, show_personal }
    }

    /// The same with the text of the plan's own rules.
    #[must_use]
    pub fn with_rules(self, rules: Option<(Source, Option<Tree>)>) -> Self {
        let text = |(source, tree): (Source, Option<Tree>)| Text { source, tree, shown: OnceLock::new() };
        Self { rules: rules.map(text), ..self }
    }

    /// The text of a document; the plan's where there is no such document.
    pub fn text(&self, document: Document) -> &Text {
        match document {
            Document::Plan | Document::Adapter | Document::Mapping => &self.plan,
            Document::Contacts => self.contacts.as_ref().unwrap_or(&self.plan),
            Document::Rules => self.rules.as_ref().unwrap_or(&self.plan),
        }
    }

    /// A document as it may be shown, byte for byte as long as it is: what steers a terminal is replaced, what is
    /// personal is masked.
    pub fn shown(&self, document: Document) -> &Source {
        let text = self.text(document);
        text.shown.get_or_init(|| shown(&text.source, text.tree.as_ref(), document, self.show_personal))
    }

    /// Where a place is. What does not exist is shown at the key of the nearest thing that does.
    pub fn spot(&self, place: &Location) -> Spot {
        let document = place.document();
        let text = self.text(document);
        let span = match place {
            Location::Bytes { span, .. } => span.clone(),
            Location::At { pointer, part, .. } => text.tree.as_ref().map_or(0..0, |tree| in_tree(tree, pointer, *part)),
        };
        let length = text.source.text().len();
        let span = span.start.min(length)..span.end.min(length);
        let (start, end) = (text.source.position(span.start), text.source.position(span.end));
        Spot { document, span, start, end }
    }
}

fn in_tree(tree: &Tree, pointer: &str, part: Part) -> Range<usize> {
    let found = tree.nearest(pointer);
    let scalar = !matches!(found.at.node.value, Value::Map(_) | Value::Seq(_));
    let value = found.at.node.span;
    if found.exact && part == Part::Value && scalar && !value.is_empty() {
        return value.range();
    }
    // An item of a list has no key: its first key, or the item itself where it is a scalar, stands for it.
    match (found.at.key.or_else(|| first_key(found.at.node)), found.exact || !scalar) {
        (Some(key), _) if found.at.key.is_some() || found.depth > 0 => key.range(),
        _ if scalar && !value.is_empty() => value.range(),
        (Some(key), _) if found.depth > 0 => key.range(),
        _ => found.key.map_or(0..0, crate::text::Span::range),
    }
}

fn first_key(node: &Node) -> Option<crate::text::Span> {
    match &node.value {
        Value::Map(map) => map.first().map(|entry| entry.key.span),
        Value::Seq(items) => items.first().and_then(|item| first_key(item).or(Some(item.span))),
        _ => None,
    }
}

fn shown(source: &Source, tree: Option<&Tree>, document: Document, show_personal: bool) -> Source {
    // A byte order mark stays, as the first line begins after it.
    let mark = source.text().chars().next().filter(|&first| first == '\u{feff}');
    let rest = &source.text()[mark.map_or(0, char::len_utf8)..];
    let mut text = mark.into_iter().collect::<String>().into_bytes();
    text.extend(same_length(rest).into_bytes());
    if !show_personal {
        for range in personal::hidden(source, tree, document) {
            for byte in &mut text[range] {
                if !matches!(byte, b'\n' | b'\r') {
                    *byte = b'*';
                }
            }
        }
    }
    Source::new(source.name(), String::from_utf8(text).unwrap_or_default())
}
