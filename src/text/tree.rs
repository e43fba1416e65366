//! The tree: what the text says, and where it says it.
//!
//! Compact, because a plan may have a million nodes: spans are eight bytes, a node is 32, collections hold exactly
//! what they need, and a key's text is kept once however often it is written. A number's own spelling is reachable
//! through its span.

use std::ops::Deref;
use std::sync::Arc;

use super::{Span, pointer};

/// Maps with more keys than this are looked up through an order of their keys; smaller ones are walked.
const WALKED: usize = 16;

/// A whole document.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// The outermost value.
    pub root: Node,
    /// Whether the text was read to its end; else something may be missing only because reading stopped.
    pub complete: bool,
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The bytes as written: with quotes, brackets, a block scalar's `|` line; a block mapping or sequence ends where
    /// its last child ends; an empty value has an empty span after its colon or dash.
    pub span: Span,
    /// What is written there.
    pub value: Value,
}

/// What a node says, by the core schema of YAML 1.2; a plain number with a leading zero stays text, as ids have them.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits 64 bits with a sign.
    Int(i64),
    /// A larger whole number that fits 64 bits without one.
    UInt(u64),
    /// A number with a fraction or an exponent; always finite.
    Float(f64),
    /// Everything else, and all that is quoted.
    Str(Box<str>),
    /// A sequence.
    Seq(Box<[Node]>),
    /// A mapping.
    Map(Map),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// A key: text always; what looks like a number is kept as it is spelt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The text, unquoted.
    pub text: Arc<str>,
    /// The bytes as written, with quotes.
    pub span: Span,
}

/// The entries of a mapping, in the order of the text, each key once.
#[derive(Debug, Clone, PartialEq)]
pub struct Map(Entries);

#[derive(Debug, Clone, PartialEq)]
enum Entries {
    Small(Box<[Entry]>),
    Large(Box<Large>),
}

#[derive(Debug, Clone, PartialEq)]
struct Large {
    entries: Box<[Entry]>,
    /// Indices of `entries` in the order of their keys.
    order: Box<[u32]>,
}

impl Map {
    /// Takes entries in the order of the text; of equal keys the first stays, and `repeated` gets each pair
    /// (first, again).
    pub(super) fn new(mut entries: Vec<Entry>, mut repeated: impl FnMut(&Key, &Key)) -> Self {
        if entries.len() <= WALKED {
            let mut at = 1;
            while at < entries.len() {
                let (before, rest) = entries.split_at(at);
                match before.iter().find(|entry| entry.key.text == rest[0].key.text) {
                    Some(first) => {
                        repeated(&first.key, &rest[0].key);
                        entries.remove(at);
                    }
                    None => at += 1,
                }
            }
            return Self(Entries::Small(entries.into()));
        }
        let mut order = order_of(&entries);
        let mut again = vec![false; entries.len()];
        for equal in order.chunk_by(|&a, &b| entries[a as usize].key.text == entries[b as usize].key.text) {
            for &later in &equal[1..] {
                again[later as usize] = true;
                repeated(&entries[equal[0] as usize].key, &entries[later as usize].key);
            }
        }
        if again.contains(&true) {
            let mut flags = again.into_iter();
            entries.retain(|_| flags.next() == Some(false));
            order = order_of(&entries);
        }
        Self(Entries::Large(Box::new(Large { entries: entries.into(), order: order.into() })))
    }

    /// The entry of a key; a binary search in a large mapping.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.0 {
            Entries::Small(entries) => entries.iter().find(|entry| &*entry.key.text == key),
            Entries::Large(large) => {
                let at = |index: &u32| &large.entries[*index as usize];
                large.order.binary_search_by(|index| (*at(index).key.text).cmp(key)).ok().map(|n| at(&large.order[n]))
            }
        }
    }
}

fn order_of(entries: &[Entry]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..).take(entries.len()).collect();
    order.sort_by(|&a, &b| entries[a as usize].key.text.cmp(&entries[b as usize].key.text));
    order
}

impl Deref for Map {
    type Target = [Entry];

    fn deref(&self) -> &[Entry] {
        match &self.0 {
            Entries::Small(entries) => entries,
            Entries::Large(large) => &large.entries,
        }
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Node {
    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.entry(key).map(|entry| &entry.value)
    }

    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::Str(text) = &self.value { Some(text) } else { None }
    }

    /// The entries, if this is a mapping.
    pub fn as_map(&self) -> Option<&Map> {
        if let Value::Map(map) = &self.value { Some(map) } else { None }
    }

    /// The items, if this is a sequence.
    pub fn as_seq(&self) -> Option<&[Node]> {
        if let Value::Seq(items) = &self.value { Some(items) } else { None }
    }

    /// The same value as JSON, keys in the order of the text.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::from(*value),
            Value::Int(value) => Json::from(*value),
            Value::UInt(value) => Json::from(*value),
            Value::Float(value) => Json::from(*value),
            Value::Str(text) => Json::from(&**text),
            Value::Seq(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(map) => map.iter().map(|entry| (entry.key.text.to_string(), entry.value.to_json())).collect(),
        }
    }

    fn step(&self, segment: &str) -> Option<Located<'_>> {
        match &self.value {
            Value::Map(map) => {
                map.entry(segment).map(|entry| Located { key: Some(entry.key.span), node: &entry.value })
            }
            Value::Seq(items) => items.get(pointer::index(segment)?).map(|node| Located { key: None, node }),
            _ => None,
        }
    }
}

/// A place that exists.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Located<'a> {
    /// The key's bytes; none for the root and for items of a sequence.
    pub key: Option<Span>,
    /// The node.
    pub node: &'a Node,
}

/// The deepest place of a pointer that exists.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest<'a> {
    /// The place.
    pub at: Located<'a>,
    /// The key's bytes of the place or, if it has none, of the closest one above it that has.
    pub key: Option<Span>,
    /// How many segments of the pointer lead there.
    pub depth: usize,
    /// Whether that is the whole pointer.
    pub exact: bool,
}

impl Tree {
    /// The place of a JSON pointer, if it exists.
    pub fn locate(&self, pointer: &str) -> Option<Located<'_>> {
        let mut at = Located { key: None, node: &self.root };
        for segment in pointer::segments(pointer)? {
            at = at.node.step(&segment)?;
        }
        Some(at)
    }

    /// The deepest place on the way to a pointer, the root at least: where to point at something missing.
    pub fn nearest(&self, pointer: &str) -> Nearest<'_> {
        let mut found =
            Nearest { at: Located { key: None, node: &self.root }, key: None, depth: 0, exact: pointer.is_empty() };
        let Some(segments) = pointer::segments(pointer) else { return found };
        for segment in segments {
            let Some(at) = found.at.node.step(&segment) else { return Nearest { exact: false, ..found } };
            found = Nearest { at, key: at.key.or(found.key), depth: found.depth + 1, exact: true };
        }
        found
    }
}
