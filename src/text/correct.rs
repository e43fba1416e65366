//! Corrections of a text by place: each becomes byte edits, and what they make is read again and compared before it counts.

use serde_json::{Map as Object, Value as Json};

use super::edit::{add_all, replace_scalar};
use super::{Edit, Limits, Map, Node, Source, Tree, Value, apply_edits, compose, compose_bytes, pointer, quote};

/// One change of what a text says, by place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Correction {
    /// A key is called otherwise; its value stays.
    Key {
        /// JSON pointer of the entry.
        at: String,
        /// The key to write.
        to: String,
    },
    /// A scalar becomes this text; one that is not there is added to its mapping.
    Value {
        /// JSON pointer of the scalar.
        at: String,
        /// The text, as it is to be read.
        to: String,
    },
    /// A yes or no becomes this one.
    Flag {
        /// JSON pointer of the scalar.
        at: String,
        /// What it says then.
        to: bool,
    },
    /// Entries are added to a mapping, after those that it has; a mapping that is not there is made, in one that is.
    Add {
        /// JSON pointer of the mapping.
        into: String,
        /// The entries as a mapping in YAML.
        entries: String,
    },
}

/// A text with corrections made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrected {
    /// What was edited in the text before.
    pub edits: Vec<Edit>,
    /// The text after it.
    pub text: String,
}

/// Why a text stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Uncorrected {
    /// The text has problems of its own.
    #[error("it cannot be read completely")]
    Unread,
    /// A place is gone, or is no longer what was to be corrected.
    #[error("what is to be corrected is not there any more")]
    Gone,
    /// What is to be written stands there.
    #[error("what is to be written is there already")]
    Taken,
    /// The edits would say more, or something else, than was meant.
    #[error("the text after it would not say what is meant, and nothing else")]
    Differs,
}

/// Makes corrections in a text, all or none: what comes of them reads as the text did, with these corrections and nothing else.
///
/// # Errors
/// Why the text stays as it is.
pub fn corrected(source: &Source, corrections: &[Correction], limits: &Limits) -> Result<Corrected, Uncorrected> {
    let tree = read(source.text(), limits).ok_or(Uncorrected::Unread)?;
    let (mut edits, mut meant) = (Vec::new(), tree.root.to_json());
    for correction in corrections {
        edits.push(correction.edit(source, &tree)?);
        correction.apply(&mut meant)?;
    }
    let text = apply_edits(source.text(), &edits).map_err(|_| Uncorrected::Differs)?;
    match read(&text, limits) {
        Some(after) if after.root.to_json() == meant => Ok(Corrected { edits, text }),
        _ => Err(Uncorrected::Differs),
    }
}

/// Makes of several groups of corrections each that can be made in the text which those before it leave, all of it or nothing. The text,
/// and of each group whether it was made.
pub fn corrected_each(text: &str, groups: &[&[Correction]], limits: &Limits) -> (String, Vec<Result<(), Uncorrected>>) {
    if groups.is_empty() {
        return (text.to_owned(), Vec::new());
    }
    let all: Vec<Correction> = groups.iter().flat_map(|group| group.iter().cloned()).collect();
    match (corrected(&Source::new(String::new(), text), &all, limits), groups) {
        // At once is quicker by far, where none depends on another.
        (Ok(made), _) => (made.text, vec![Ok(()); groups.len()]),
        (Err(why), [_]) => (text.to_owned(), Vec::from([Err(why)])),
        (Err(_), _) => {
            let (first, second) = groups.split_at(groups.len() / 2);
            let (text, mut made) = corrected_each(text, first, limits);
            let (text, rest) = corrected_each(&text, second, limits);
            made.extend(rest);
            (text, made)
        }
    }
}

/// The tree of a text that has no problem.
fn read(text: &str, limits: &Limits) -> Option<Tree> {
    let (_, tree, problems) = compose_bytes(String::new(), text.as_bytes().to_vec(), limits);
    tree.filter(|tree| tree.complete && problems.is_empty())
}

impl Correction {
    /// The places at which it writes something, as they are called afterwards: JSON pointers.
    pub fn places(&self) -> Vec<String> {
        match self {
            Self::Key { at, to } => {
                at.rsplit_once('/').map(|(parent, _)| pointer::child(parent, to)).into_iter().collect()
            }
            Self::Value { at, .. } | Self::Flag { at, .. } => Vec::from([at.clone()]),
            Self::Add { into, entries } => {
                let added = mapping(entries);
                let keys = added.iter().flat_map(|tree| tree.root.as_map()).flatten();
                keys.map(|entry| pointer::child(into, &entry.key.text)).collect()
            }
        }
    }

    fn edit(&self, source: &Source, tree: &Tree) -> Result<Edit, Uncorrected> {
        match self {
            Self::Key { at, to } => {
                let key = tree.locate(at).and_then(|at| at.key).ok_or(Uncorrected::Gone)?;
                Ok(Edit { range: key.range(), text: quote(to) })
            }
            Self::Value { at, to } => {
                let Some(found) = tree.locate(at) else {
                    let (parent, _) = at.rsplit_once('/').ok_or(Uncorrected::Gone)?;
                    let pair = format!("{}: {}", last_key(at).ok_or(Uncorrected::Gone)?, quote(to));
                    let map = tree.locate(parent).ok_or(Uncorrected::Gone)?.node;
                    return add_all(source, map, &pair, &pair).ok_or(Uncorrected::Gone);
                };
                let node = found.node;
                let is_text = matches!(node.value, Value::Str(_)) && !source.slice(node.span).contains('\n');
                let edit = replace_scalar(source, node, &quote(to)).filter(|_| is_text);
                edit.ok_or(Uncorrected::Gone)
            }
            Self::Flag { at, to } => {
                let node = tree.locate(at).ok_or(Uncorrected::Gone)?.node;
                let edit = replace_scalar(source, node, &to.to_string());
                edit.filter(|_| matches!(node.value, Value::Bool(_))).ok_or(Uncorrected::Gone)
            }
            Self::Add { into, entries } => add(source, tree, into, entries),
        }
    }

    /// The same of the value that a text stands for.
    fn apply(&self, meant: &mut Json) -> Result<(), Uncorrected> {
        match self {
            Self::Key { at, to } => {
                let (map, key) = entry(meant, at).ok_or(Uncorrected::Gone)?;
                if map.contains_key(to) {
                    return Err(Uncorrected::Taken);
                }
                let value = map.remove(&key).ok_or(Uncorrected::Gone)?;
                map.insert(to.clone(), value);
            }
            Self::Value { at, to } => match meant.pointer_mut(at) {
                Some(value) => *value = Json::from(to.as_str()),
                None => {
                    let (map, key) = entry(meant, at).ok_or(Uncorrected::Gone)?;
                    map.insert(key, Json::from(to.as_str()));
                }
            },
            Self::Flag { at, to } => *meant.pointer_mut(at).ok_or(Uncorrected::Gone)? = Json::from(*to),
            Self::Add { into, entries } => {
                let added = mapping(entries).ok_or(Uncorrected::Gone)?.root.to_json();
                if meant.pointer(into).is_none() {
                    let (map, key) = entry(meant, into).ok_or(Uncorrected::Gone)?;
                    map.insert(key, Json::Object(Object::new()));
                }
                let map = meant.pointer_mut(into).and_then(Json::as_object_mut).ok_or(Uncorrected::Gone)?;
                for (key, value) in added.as_object().into_iter().flatten() {
                    if map.insert(key.clone(), value.clone()).is_some() {
                        return Err(Uncorrected::Taken);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The mapping that an entry is in, and its key.
fn entry<'j>(meant: &'j mut Json, at: &str) -> Option<(&'j mut Object<String, Json>, String)> {
    let (parent, _) = at.rsplit_once('/')?;
    let key = pointer::segments(at)?.last()?.into_owned();
    Some((meant.pointer_mut(parent)?.as_object_mut()?, key))
}

/// The last segment of a pointer as a key in YAML.
fn last_key(at: &str) -> Option<String> {
    pointer::segments(at).and_then(|all| Some(quote(&all.last()?)))
}

/// A text that is a mapping with an entry at least.
fn mapping(text: &str) -> Option<Tree> {
    let tree = compose(&Source::new(String::new(), text), &Limits::default()).0?;
    let is_some = tree.root.as_map().is_some_and(|map| !map.is_empty());
    Some(tree).filter(|_| is_some)
}

fn add(source: &Source, tree: &Tree, into: &str, entries: &str) -> Result<Edit, Uncorrected> {
    let added = mapping(entries).ok_or(Uncorrected::Gone)?;
    let in_flow = inside(&added.root);
    let (map, block, in_flow) = match tree.locate(into) {
        Some(at) => (at.node, entries.trim_end().to_owned(), in_flow),
        None => {
            let (parent, _) = into.rsplit_once('/').ok_or(Uncorrected::Gone)?;
            let key = last_key(into).ok_or(Uncorrected::Gone)?;
            let lines: String = entries.trim_end().lines().map(|line| format!("\n  {line}")).collect();
            let node = tree.locate(parent).ok_or(Uncorrected::Gone)?.node;
            (node, format!("{key}:{lines}"), format!("{key}: {{{in_flow}}}"))
        }
    };
    let taken = |map: &Map| added.root.as_map().into_iter().flatten().any(|entry| map.entry(&entry.key.text).is_some());
    match map.as_map() {
        Some(entries) if tree.locate(into).is_some() && taken(entries) => Err(Uncorrected::Taken),
        Some(_) => add_all(source, map, &block, &in_flow).ok_or(Uncorrected::Gone),
        None => Err(Uncorrected::Gone),
    }
}

/// A value in one line, as it can stand inside brackets.
fn flow(node: &Node) -> String {
    match &node.value {
        Value::Map(_) => format!("{{{}}}", inside(node)),
        Value::Seq(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Str(text) => quote(text),
        _ => node.to_json().to_string(),
    }
}

/// The entries of a mapping in one line.
fn inside(node: &Node) -> String {
    let entries = node.as_map().into_iter().flatten();
    entries.map(|entry| format!("{}: {}", quote(&entry.key.text), flow(&entry.value))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str, correction: Correction) -> Result<String, Uncorrected> {
        corrected(&Source::new("plan.yaml", text), &[correction], &Limits::default()).map(|made| made.text)
    }

    fn key(at: &str, to: &str) -> Correction {
        Correction::Key { at: at.to_owned(), to: to.to_owned() }
    }

    fn value(at: &str, to: &str) -> Correction {
        Correction::Value { at: at.to_owned(), to: to.to_owned() }
    }

    fn add(into: &str, entries: &str) -> Correction {
        Correction::Add { into: into.to_owned(), entries: entries.to_owned() }
    }

    #[test]
    fn a_key_or_a_value_is_written_otherwise_and_every_other_byte_stays() {
        let text = "\u{feff}# top\r\na:\r\n  'bee': {c: \"x\"} # why\r\n";
        assert_eq!(made(text, key("/a/bee", "b")).unwrap(), "\u{feff}# top\r\na:\r\n  b: {c: \"x\"} # why\r\n");
        assert_eq!(
            made(text, value("/a/bee/c", "y: z")).unwrap(),
            "\u{feff}# top\r\na:\r\n  'bee': {c: \"y: z\"} # why\r\n"
        );
        assert_eq!(made("a: {b: 1} # one\n", value("/a/c", "X Y")).unwrap(), "a: {b: 1, c: X Y} # one\n");
        assert_eq!(made("a:\n  b: 1 # one\n", value("/a/c", "X")).unwrap(), "a:\n  b: 1 # one\n  c: X\n");
        // A word that would be read as something else is quoted.
        assert_eq!(made("a: b\n", value("/a", "12")).unwrap(), "a: \"12\"\n");
        assert_eq!(made("a: b\n", value("/a", "no")).unwrap(), "a: \"no\"\n");
    }

    #[test]
    fn entries_are_added_in_the_style_of_the_mapping() {
        let two = "x:\n  y: [1, two]\nz: 'no'\n";
        assert_eq!(
            made("a:\n  b: 1 # one\n# end\n", add("/a", two)).unwrap(),
            "a:\n  b: 1 # one\n  x:\n    y: [1, two]\n  z: 'no'\n# end\n"
        );
        assert_eq!(
            made("a: {b: 1} # one\n", add("/a", two)).unwrap(),
            // What YAML 1.1 reads as a boolean is quoted, as a key too.
            "a: {b: 1, x: {\"y\": [1, two]}, z: \"no\"} # one\n"
        );
        assert_eq!(made("a: {} # none\n", add("/a", "x: 1\n")).unwrap(), "a: {x: 1} # none\n");
        assert_eq!(made("a: 1\r\n# end\r\n", add("/b", "x: 1\n")).unwrap(), "a: 1\r\nb:\r\n  x: 1\r\n# end\r\n");
        assert_eq!(made("{a: 1}\n", add("/b", "x: 1\n")).unwrap(), "{a: 1, b: {x: 1}}\n");
        assert_eq!(made("a: 1", add("", "x: 1\n")).unwrap(), "a: 1\nx: 1");
        assert_eq!(
            made("a:\n  b: |+\n    text\n\nc: 1\n", add("/a", "x: 1\n")).unwrap(),
            "a:\n  b: |+\n    text\n\n  x: 1\nc: 1\n"
        );
    }

    #[test]
    fn what_cannot_be_written_without_a_doubt_is_left_as_it_is() {
        for (text, correction, why) in [
            ("a: 1\nb: 2\n", key("/a", "b"), Uncorrected::Taken),
            ("a: {b: 1}\n", add("/a", "b: 2\n"), Uncorrected::Taken),
            ("a: 1\n", key("/b", "c"), Uncorrected::Gone),
            ("a: |\n  text\n", value("/a", "b"), Uncorrected::Gone),
            ("a: [1]\n", value("/a", "b"), Uncorrected::Gone),
            ("a: 1\n", add("/b/c", "x: 1\n"), Uncorrected::Gone),
            ("a:\n", add("/a", "x: 1\n"), Uncorrected::Gone),
            ("a: &x 1\nb: *x\n", key("/a", "c"), Uncorrected::Unread),
            ("a:\n\tb: 1\n", key("/a", "c"), Uncorrected::Unread),
            ("a: 1\na: 2\n", key("/a", "c"), Uncorrected::Unread),
        ] {
            assert_eq!(made(text, correction), Err(why), "{text}");
        }
    }

    #[test]
    fn groups_are_made_one_after_the_other_and_what_cannot_be_is_said_of_each() {
        let text = "a: {x: 1}\nb: wrong\nold: {c: wrong}\n";
        // Two that add at one place, one that is not there, one below a key that is called otherwise by then.
        let groups = [
            [add("/a", "v: 2\n")],
            [add("/a", "w: 3\n")],
            [value("/b", "right")],
            [key("/gone", "there")],
            [key("/old", "new")],
            [value("/new/c", "right")],
        ];
        let groups: Vec<&[Correction]> = groups.iter().map(|group| &group[..]).collect();
        let (text, made) = corrected_each(text, &groups, &Limits::default());
        assert_eq!(text, "a: {x: 1, v: 2, w: 3}\nb: right\nnew: {c: right}\n");
        assert_eq!(made, [Ok(()), Ok(()), Ok(()), Err(Uncorrected::Gone), Ok(()), Ok(())]);
        assert_eq!(corrected_each("a: 1\n", &[], &Limits::default()), ("a: 1\n".to_owned(), Vec::new()));
    }

    #[test]
    fn a_yes_or_no_is_written_as_one() {
        let flag = |at: &str, to| Correction::Flag { at: at.to_owned(), to };
        assert_eq!(made("a: {b: false} # x\n", flag("/a/b", true)).unwrap(), "a: {b: true} # x\n");
        for text in ["a: {b: \"false\"}\n", "a: {b: 0}\n", "a: {b: }\n", "a: {}\n"] {
            assert_eq!(made(text, flag("/a/b", true)), Err(Uncorrected::Gone), "{text}");
        }
    }

    #[test]
    fn several_corrections_are_all_made_or_none() {
        let source = Source::new("plan.yaml", "a: nothing # 1\nb: 1\n");
        let both = [value("/a", "none"), key("/a", "c")];
        assert_eq!(corrected(&source, &both, &Limits::default()).unwrap().text, "c: none # 1\nb: 1\n");
        let one_wrong = [value("/a", "none"), key("/a", "b")];
        assert_eq!(corrected(&source, &one_wrong, &Limits::default()), Err(Uncorrected::Taken));
    }
}
