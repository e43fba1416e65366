//! Setting scalars inside a stored value by replacing their bytes, and no others but the lengths that count them.
//!
//! The value is never made again from what it says: serialized PHP and JSON, one inside the other too, are looked through for the
//! places of what is set. No object of PHP is gone through, a value that holds a reference is refused, and so is whatever is not
//! understood to its last byte.

mod json;
mod php;

use std::ops::Range;

use super::raw::Raw;
use crate::adapter::pointer::segments;

/// How deep a value may be, each text that holds another value counted.
const LEVELS: usize = 64;

/// How many bytes a stored value may have.
const BYTES: usize = 1 << 20;

/// How many elements it may have.
const ELEMENTS: usize = 20_000;

/// Why a value is not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such place: nothing is added.
    Missing,
    /// There is a list or a map, or a scalar is gone through.
    NotScalar,
    /// An object of PHP is on the way.
    Object,
    /// The value holds a reference of PHP, so that a part may be another one too.
    Reference,
    /// It is no whole value of its form.
    Corrupt,
    /// It is longer, deeper or has more elements than is read.
    TooLarge,
    /// The place is named twice, or below another one that is.
    Twice,
    /// The new text would be taken for a serialized value.
    LooksSerialized,
    /// The text that the place is in is spelt in a way that cannot be kept.
    Spelling,
}

/// A value with its place.
#[derive(Debug)]
struct Node {
    range: Range<usize>,
    what: What,
}

#[derive(Debug)]
enum What {
    /// A scalar that is no text.
    Scalar(Raw),
    /// A text, unescaped.
    Text(Vec<u8>),
    /// A list or a map; of a key that comes twice the last counts, as for whoever reads it.
    Elements(Vec<(String, Node)>),
    /// An object of PHP.
    Object,
}

impl Node {
    fn child(&self, key: &str) -> Result<&Self, Refused> {
        match &self.what {
            What::Elements(all) => {
                all.iter().rev().find(|(name, _)| name == key).map(|(_, node)| node).ok_or(Refused::Missing)
            }
            What::Object => Err(Refused::Object),
            What::Scalar(_) | What::Text(_) => Err(Refused::NotScalar),
        }
    }
}

/// How a text holds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Php,
    Json,
}

/// The form of a text that has an inside; none of a plain one.
fn form_of(bytes: &[u8]) -> Option<Form> {
    if php::is_serialized(bytes) {
        return Some(Form::Php);
    }
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace())?;
    matches!(first, b'{' | b'[').then_some(Form::Json)
}

fn parse(bytes: &[u8], form: Form) -> Result<Node, Refused> {
    if bytes.len() > BYTES {
        return Err(Refused::TooLarge);
    }
    match form {
        Form::Php => php::parse(bytes),
        Form::Json => json::parse(bytes),
    }
}

/// The scalar at a pointer.
///
/// # Errors
/// Why there is none that could be set.
pub fn read(stored: &[u8], pointer: &str) -> Result<Raw, Refused> {
    let keys = segments(pointer).ok_or(Refused::Missing)?;
    read_in(stored, &keys, LEVELS)
}

fn read_in(stored: &[u8], keys: &[String], levels: usize) -> Result<Raw, Refused> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map(Raw::Text).map_err(|_| Refused::Corrupt);
    let levels = levels.checked_sub(1).ok_or(Refused::TooLarge)?;
    if keys.is_empty() {
        return if form_of(stored).is_some() { Err(Refused::NotScalar) } else { text(stored) };
    }
    let root = parse(stored, form_of(stored).ok_or(Refused::NotScalar)?)?;
    let mut node = &root;
    for (at, key) in keys.iter().enumerate() {
        if let What::Text(inner) = &node.what {
            return read_in(inner, &keys[at..], levels);
        }
        node = node.child(key)?;
    }
    match &node.what {
        What::Scalar(raw) => Ok(raw.clone()),
        What::Text(inner) => read_in(inner, &[], levels),
        What::Elements(_) => Err(Refused::NotScalar),
        What::Object => Err(Refused::Object),
    }
}

/// The stored value with these scalars set, each by its pointer.
///
/// # Errors
/// Why nothing is changed: all are set, or none is.
pub fn splice(stored: &[u8], sets: &[(&str, Raw)]) -> Result<Vec<u8>, Refused> {
    let mut all = Vec::new();
    for (pointer, raw) in sets {
        all.push((segments(pointer).ok_or(Refused::Missing)?, raw));
    }
    let is_above = |a: &[String], b: &[String]| b.starts_with(a);
    let is_twice =
        |at: usize| all.iter().enumerate().any(|(other, (keys, _))| other != at && is_above(keys, &all[at].0));
    if (0..all.len()).any(is_twice) {
        return Err(Refused::Twice);
    }
    let new = replaced(stored, &all, LEVELS)?;
    // Whatever was replaced, what is read afterwards is what was set.
    match sets
        .iter()
        .all(|(pointer, raw)| read(&new, pointer).is_ok_and(|found| found == *raw || is_text_of(&found, raw)))
    {
        true => Ok(new),
        false => Err(Refused::Spelling),
    }
}

/// Whether a text that has no inside is the number that was set as it.
fn is_text_of(found: &Raw, set: &Raw) -> bool {
    matches!(found, Raw::Text(_)) && found.word() == set.word()
}

fn replaced(stored: &[u8], sets: &[(Vec<String>, &Raw)], levels: usize) -> Result<Vec<u8>, Refused> {
    let levels = levels.checked_sub(1).ok_or(Refused::TooLarge)?;
    if let [(keys, raw)] = sets
        && keys.is_empty()
    {
        let new = raw.word().ok_or(Refused::NotScalar)?.into_bytes();
        return match (form_of(stored), form_of(&new)) {
            (Some(_), _) => Err(Refused::NotScalar),
            (None, Some(_)) => Err(Refused::LooksSerialized),
            (None, None) => Ok(new),
        };
    }
    let form = form_of(stored).ok_or(Refused::NotScalar)?;
    let root = parse(stored, form)?;
    let mut pieces = Vec::new();
    collect(&root, sets, form, levels, stored, &mut pieces)?;
    pieces.sort_by_key(|(range, _): &(Range<usize>, Vec<u8>)| range.start);
    let (mut new, mut at) = (Vec::with_capacity(stored.len()), 0);
    for (range, piece) in pieces {
        new.extend_from_slice(stored.get(at..range.start).ok_or(Refused::Corrupt)?);
        new.extend_from_slice(&piece);
        at = range.end;
    }
    new.extend_from_slice(&stored[at..]);
    Ok(new)
}

/// The new bytes of whatever changes below a node.
fn collect(
    node: &Node,
    sets: &[(Vec<String>, &Raw)],
    form: Form,
    levels: usize,
    stored: &[u8],
    pieces: &mut Vec<(Range<usize>, Vec<u8>)>,
) -> Result<(), Refused> {
    let is_plain = |inner: &[u8]| form_of(inner).is_none();
    match &node.what {
        What::Text(inner) if !is_plain(inner) || !matches!(sets, [(keys, _)] if keys.is_empty()) => {
            let new = replaced(inner, sets, levels)?;
            pieces.push((node.range.clone(), written_text(&stored[node.range.clone()], inner, &new, form)?));
        }
        What::Scalar(_) | What::Text(_) => match sets {
            [(_, Raw::Text(new))] if !is_plain(new.as_bytes()) => return Err(Refused::LooksSerialized),
            [(keys, raw)] if keys.is_empty() => {
                let new = match form {
                    Form::Php => php::write(raw),
                    Form::Json => json::write(raw),
                };
                pieces.push((node.range.clone(), new.ok_or(Refused::NotScalar)?));
            }
            _ => return Err(Refused::NotScalar),
        },
        What::Object => return Err(Refused::Object),
        What::Elements(_) => {
            let mut firsts: Vec<&String> = Vec::new();
            for (keys, _) in sets {
                let first = keys.first().ok_or(Refused::NotScalar)?;
                if !firsts.contains(&first) {
                    firsts.push(first);
                }
            }
            for first in firsts {
                let below = sets.iter().filter(|(keys, _)| keys.first() == Some(first));
                let below: Vec<(Vec<String>, &Raw)> = below.map(|(keys, raw)| (keys[1..].to_vec(), *raw)).collect();
                collect(node.child(first)?, &below, form, levels, stored, pieces)?;
            }
        }
    }
    Ok(())
}

/// A text in its form; of JSON in the spelling that the old one had.
fn written_text(old: &[u8], inner: &[u8], new: &[u8], form: Form) -> Result<Vec<u8>, Refused> {
    match form {
        Form::Php => Ok(php::text(new)),
        Form::Json => json::text_like(old, inner, new).ok_or(Refused::Spelling),
    }
}

#[cfg(test)]
mod tests;
