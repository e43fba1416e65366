//! A place in captured values, and what lies below it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Found;
use crate::adapter::raw::Raw;
use crate::capture::pointer::{PointerKey, key};
use crate::capture::{self, Scalar, Value};
use crate::model::adapter::Only;

/// Rows as they were captured: their columns, and a cell for each.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) columns: Rc<[String]>,
    pub(super) cells: Vec<Value>,
}

impl Row {
    /// A row of texts that are known.
    pub(super) fn of(cells: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let (columns, cells): (Vec<String>, Vec<Value>) =
            cells.into_iter().map(|(name, cell)| (name.to_owned(), cell)).unzip();
        Self { columns: columns.into(), cells }
    }

    /// Whether these columns equal what they have to.
    pub(super) fn fits(&self, only: &BTreeMap<String, Only>) -> bool {
        let is_one = |(column, only): (&String, &Only)| {
            self.cell(column).and_then(Value::text).is_some_and(|text| only.words().iter().any(|word| word == text))
        };
        only.iter().all(is_one)
    }

    /// Whether these columns hold just these words.
    pub(super) fn has(&self, only: &BTreeMap<String, String>) -> bool {
        only.iter().all(|(column, word)| self.cell(column).and_then(Value::text) == Some(word.as_str()))
    }

    pub(super) fn cell(&self, column: &str) -> Option<&Value> {
        self.columns.iter().position(|name| name == column).and_then(|at| self.cells.get(at))
    }
}

/// Where something is looked for.
#[derive(Clone, Debug)]
pub(super) enum Spot<'a> {
    /// In a stored value, below a pointer. Whether every pointer of the adapter was picked of it.
    In { value: &'a Value, at: String, is_asked: bool },
    /// In a row.
    Row(&'a Row, bool),
    /// In rows, each an element.
    Rows(Vec<&'a Row>, bool),
    /// Nowhere: nothing is stored there.
    Nothing,
    /// Somewhere that is unknown, and why.
    Unknown(String),
    /// In an element of parallel lists, by their names.
    Together(Vec<(String, Spot<'a>)>),
}

/// Why nothing can be said of what was not asked for.
const ANOTHER: &str = "the capture was made with another version of the adapter, so it may not have been asked for";

/// Whether a reason why something is unknown is that a capture was not asked for it, or may not have been.
pub fn is_not_asked(why: &str) -> bool {
    why.contains("the capture was not asked ") || why.contains(ANOTHER)
}

/// What lies at a pointer, or its elements.
pub(super) enum Elements<'a> {
    All(Vec<(String, Spot<'a>)>),
    Absent,
    Unknown(String),
}

impl<'a> Spot<'a> {
    /// The scalar at a pointer.
    pub(super) fn scalar(&self, pointer: &str) -> Result<Raw, Found> {
        match self {
            Self::In { value, at, is_asked } => scalar(value.find(&format!("{at}{pointer}")), *is_asked),
            Self::Row(row, is_asked) => {
                let (value, rest) = column(row, pointer).ok_or_else(|| not_asked(*is_asked))?;
                scalar(value.find(rest), *is_asked)
            }
            Self::Rows(rows, is_asked) => match rows.as_slice() {
                [] => Err(Found::Absent),
                [row] => Spot::Row(row, *is_asked).scalar(pointer),
                several => {
                    let all: Vec<_> = several.iter().map(|row| Spot::Row(row, *is_asked).scalar(pointer)).collect();
                    match all.windows(2).all(|pair| pair[0] == pair[1]) {
                        true => all.into_iter().next().unwrap_or(Err(Found::Absent)),
                        false => Err(Found::Unknown("several rows are there that differ".to_owned())),
                    }
                }
            },
            Self::Nothing => Err(Found::Absent),
            Self::Unknown(why) => Err(Found::Unknown(why.clone())),
            Self::Together(lists) => {
                let (name, rest) = split(pointer);
                let list = lists.iter().find(|(of, _)| *of == name).map(|(_, spot)| spot);
                list.map_or(Err(Found::Absent), |spot| spot.scalar(rest))
            }
        }
    }

    /// The elements of the list or map at a pointer.
    pub(super) fn elements(&self, pointer: &str) -> Elements<'a> {
        match self {
            Self::In { value, at, is_asked } => elements(value, &format!("{at}{pointer}"), *is_asked),
            Self::Row(row, is_asked) => match column(row, pointer) {
                Some((value, rest)) => elements(value, rest, *is_asked),
                None => absent(not_asked(*is_asked)),
            },
            Self::Rows(rows, is_asked) if pointer.is_empty() => {
                let all = rows.iter().enumerate().map(|(at, row)| (at.to_string(), Spot::Row(row, *is_asked)));
                Elements::All(all.collect())
            }
            Self::Rows(rows, is_asked) => match rows.as_slice() {
                [] => Elements::Absent,
                [row] => Spot::Row(row, *is_asked).elements(pointer),
                _ => Elements::Unknown("several rows are there".to_owned()),
            },
            Self::Nothing => Elements::Absent,
            Self::Unknown(why) => Elements::Unknown(why.clone()),
            Self::Together(lists) => {
                let (name, rest) = split(pointer);
                let list = lists.iter().find(|(of, _)| *of == name).map(|(_, spot)| spot);
                list.map_or(Elements::Absent, |spot| spot.elements(rest))
            }
        }
    }
}

/// The first key of a pointer, and the rest.
fn split(pointer: &str) -> (&str, &str) {
    let inside = pointer.strip_prefix('/').unwrap_or_default();
    inside.find('/').map_or((inside, ""), |at| (&inside[..at], &inside[at..]))
}

/// The cell that a pointer into a row begins with, and the rest of the pointer.
fn column<'r, 'p>(row: &'r Row, pointer: &'p str) -> Option<(&'r Value, &'p str)> {
    let (name, rest) = split(pointer);
    let PointerKey::Named(name) = key(name) else { return None };
    row.cell(&name).map(|value| (value, rest))
}

fn not_asked(is_asked: bool) -> Found {
    if is_asked { Found::Absent } else { Found::Unknown(ANOTHER.to_owned()) }
}

fn absent<'a>(found: Found) -> Elements<'a> {
    match found {
        Found::Unknown(why) => Elements::Unknown(why),
        _ => Elements::Absent,
    }
}

fn scalar(found: capture::Found<'_>, is_asked: bool) -> Result<Raw, Found> {
    match found {
        capture::Found::Scalar(scalar) => Ok(raw(scalar)),
        capture::Found::Inside(..) => {
            Err(Found::Unknown("a list is stored there, where the adapter has one value".to_owned()))
        }
        capture::Found::Withheld(withheld) => Err(Found::Unknown(withheld.reason.words().to_owned())),
        capture::Found::Nothing => Err(not_asked(is_asked)),
    }
}

fn elements<'a>(value: &'a Value, at: &str, is_asked: bool) -> Elements<'a> {
    let count = match value.find(at) {
        capture::Found::Inside(_, count) => count,
        capture::Found::Withheld(withheld) => return Elements::Unknown(withheld.reason.words().to_owned()),
        capture::Found::Nothing => return absent(not_asked(is_asked)),
        capture::Found::Scalar(_) => {
            return Elements::Unknown("one value is stored there, where the adapter has a list".to_owned());
        }
    };
    let Value::Picked(picked) = value else { return Elements::Absent };
    let all: Vec<(String, Spot<'_>)> = picked
        .below(at)
        .map(|(key, _)| (key.to_owned(), Spot::In { value, at: format!("{at}/{key}"), is_asked }))
        .collect();
    match all.len() as u64 == count {
        true => Elements::All(all),
        false => Elements::Unknown("not all of its elements were captured".to_owned()),
    }
}

/// The elements of parallel lists: those of one key in each.
pub(super) fn together<'v>(spot: &Spot<'v>, parallel: &BTreeMap<String, String>) -> Elements<'v> {
    let mut lists: Vec<(String, Vec<(String, Spot<'v>)>)> = Vec::new();
    for (name, pointer) in parallel {
        match spot.elements(pointer) {
            Elements::All(all) => lists.push((name.clone(), all)),
            Elements::Absent => return Elements::Absent,
            unknown @ Elements::Unknown(_) => return unknown,
        }
    }
    let keys: Vec<Vec<&String>> = lists.iter().map(|(_, all)| all.iter().map(|(key, _)| key).collect()).collect();
    let sorted = |keys: &Vec<&String>| {
        let mut keys: Vec<String> = keys.iter().map(|key| (*key).clone()).collect();
        keys.sort();
        keys
    };
    if keys.windows(2).any(|pair| sorted(&pair[0]) != sorted(&pair[1])) {
        return Elements::Unknown("the lists that belong together have different elements".to_owned());
    }
    let first: Vec<String> =
        keys.first().map(|keys| keys.iter().map(|key| (*key).clone()).collect()).unwrap_or_default();
    let of = |key: &String| {
        let parts = lists
            .iter()
            .filter_map(|(name, all)| Some((name.clone(), all.iter().find(|(of, _)| of == key)?.1.clone())));
        (key.clone(), Spot::Together(parts.collect()))
    };
    Elements::All(first.iter().map(of).collect())
}

/// A captured scalar as it is stored.
pub(super) fn raw(scalar: &Scalar) -> Raw {
    match scalar {
        Scalar::Null => Raw::Null,
        Scalar::Boolean(flag) => Raw::Flag(*flag),
        Scalar::Text(text) => Raw::Text(text.clone()),
        Scalar::Number(number) => match number.as_i64() {
            Some(number) => Raw::Int(number),
            None => number.as_f64().map_or(Raw::Null, Raw::Float),
        },
    }
}
