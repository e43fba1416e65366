//! What an expression may see, as values of the language.
//!
//! Whatever is looked at is noted. What is unknown is an error of the evaluation, so that no operator takes it for nothing; of two values
//! that hold others no operator says whether they are equal, as the answer may hang on what is unknown in them.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use cel::ExecutionError;
use cel::common::traits::{Indexer, Iterable, Iterator as Steps, Sizer};
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelNull, CelString, MAP_TYPE, Type};
use cel::common::value::{CowVal, StaticVal, Val};

use super::node::{Absent, Fields, Map, Node, Shared};
use crate::text::nearest;

/// What an evaluation looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes(Arc<Mutex<BTreeMap<String, bool>>>);

impl Notes {
    fn read(&self, fact: &str, is_known: bool) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = notes.entry(fact.to_owned()).or_insert(is_known);
        *known &= is_known;
    }

    /// What was looked at since the last call: each fact, and whether it is known.
    pub(super) fn take(&self) -> BTreeMap<String, bool> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The function by which errors are known as ours.
pub(super) const SAID: &str = "said";

/// An error whose words are our own.
pub(super) fn said(message: impl Into<String>) -> ExecutionError {
    ExecutionError::FunctionError { function: SAID.to_owned(), message: message.into() }
}

fn unknown(fact: &str, notes: &Notes) -> ExecutionError {
    notes.read(fact, false);
    said(format!("`{fact}` is unknown"))
}

/// A thing with fields, or things by their names.
#[derive(Clone)]
pub(super) struct View {
    node: Arc<Node>,
    notes: Notes,
    /// The names, made where somebody goes through them.
    names: OnceLock<Vec<Box<dyn Val>>>,
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Errors of the library hold their operands: nothing of a plan or a site gets into a message this way.
        f.write_str("a thing")
    }
}

/// A value of what an expression may see.
pub(super) fn value(node: &Shared, notes: &Notes) -> Result<Box<dyn Val>, ExecutionError> {
    Ok(match &*node.0 {
        Node::Nothing => Box::new(CelNull),
        Node::Unknown(fact) => return Err(unknown(fact, notes)),
        Node::Bool(value) => Box::new(CelBool::from(*value)),
        Node::Int(value) => Box::new(CelInt::from(*value)),
        Node::Number(value) => Box::new(CelDouble::from(*value)),
        Node::Text(text) => Box::new(CelString::from(text.clone())),
        Node::List(items) => {
            let items = items.iter().map(|item| value(item, notes)).collect::<Result<Vec<_>, _>>()?;
            Box::new(CelList::from(items))
        }
        Node::Fields(_) | Node::Map(_) => {
            Box::new(View { node: Arc::clone(&node.0), notes: notes.clone(), names: OnceLock::new() })
        }
    })
}

impl View {
    /// What stands under a name.
    fn under(&self, name: &str) -> Result<Box<dyn Val>, ExecutionError> {
        match &*self.node {
            Node::Fields(fields) => self.field(fields, name),
            Node::Map(map) => match self.is_there(map, name)? {
                true => value(&map.entries[name].node, &self.notes),
                false if map.absent == Absent::Zero => Ok(Box::new(CelInt::from(0))),
                false => Ok(Box::new(CelNull)),
            },
            _ => Ok(Box::new(CelNull)),
        }
    }

    fn field(&self, all: &Fields, name: &str) -> Result<Box<dyn Val>, ExecutionError> {
        let Some(field) = all.fields.get(name) else {
            let near = nearest(name, all.fields.keys().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(said(format!("{} has no field `{name}`{near}", all.of)));
        };
        if let Some(fact) = field.fact.as_ref().filter(|_| !matches!(&*field.node.0, Node::Unknown(_))) {
            self.notes.read(fact, true);
        }
        value(&field.node, &self.notes)
    }

    /// Whether a thing of this name is there: noted, and an error where nobody knows.
    fn is_there(&self, map: &Map, name: &str) -> Result<bool, ExecutionError> {
        let fact = map.fact.as_deref().unwrap_or_default();
        match (map.entries.get(name), map.absent) {
            (Some(field), _) => {
                if let Some(fact) = field.fact.as_ref().filter(|_| !matches!(&*field.node.0, Node::Unknown(_))) {
                    self.notes.read(fact, true);
                }
                Ok(true)
            }
            (None, Absent::Unknown) => Err(unknown(fact, &self.notes)),
            (None, Absent::Nothing | Absent::Zero) => {
                if map.fact.is_some() {
                    self.notes.read(fact, true);
                }
                Ok(false)
            }
        }
    }

    /// All of them, where it is known which there are: noted.
    fn whole(&self) -> Option<&Map> {
        let Node::Map(map) = &*self.node else { return None };
        let is_known = map.absent != Absent::Unknown;
        if let Some(fact) = &map.fact {
            self.notes.read(fact, is_known);
        }
        is_known.then_some(map)
    }

    fn names(&self, map: &Map) -> &[Box<dyn Val>] {
        self.names.get_or_init(|| {
            map.entries.keys().map(|name| Box::new(CelString::from(name.clone())) as Box<dyn Val>).collect()
        })
    }
}

static TYPE: Type = MAP_TYPE;

impl Val for View {
    fn get_type(&self) -> &Type {
        &TYPE
    }

    fn cel_type() -> &'static Type {
        &TYPE
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        self.whole().is_some().then_some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        self.whole().is_some().then_some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(Self { names: OnceLock::new(), ..self.clone() })
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for View {}

impl Indexer for View {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let name = index.downcast_ref::<CelString<'_>>().ok_or_else(|| said("a name has to be text"))?;
        self.under(name.inner()).map(CowVal::Owned)
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

impl Sizer for View {
    fn size(&self) -> CelInt {
        let count = if let Node::Map(map) = &*self.node { map.entries.len() } else { 0 };
        CelInt::from(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl Iterable for View {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Steps<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        let names = if let Node::Map(map) = &*self.node { self.names(map) } else { &[] };
        Box::new(Names(names.iter()))
    }
}

struct Names<'b>(std::slice::Iter<'b, Box<dyn Val>>);

impl<'b, 'v> Steps<'b, 'v> for Names<'b> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        self.0.next().map(|name| &**name as &(dyn Val + 'v))
    }
}

/// Whether a value holds a thing that only its fields can be asked of.
fn holds_a_thing(value: &dyn Val) -> bool {
    if value.downcast_ref::<View>().is_some() {
        return true;
    }
    if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        return list.inner().iter().any(|item| holds_a_thing(item.as_ref()));
    }
    let map = value.downcast_ref::<CelMap<'_>>();
    map.is_some_and(|map| map.inner().values().any(|value| holds_a_thing(value.as_ref())))
}

/// Whether two values are equal.
pub(super) fn equal(one: &dyn Val, other: &dyn Val) -> Result<bool, ExecutionError> {
    let is_null = |value: &dyn Val| value.downcast_ref::<CelNull>().is_some();
    match (is_null(one), is_null(other)) {
        (true, true) => Ok(true),
        (true, false) | (false, true) => Ok(false),
        _ if holds_a_thing(one) || holds_a_thing(other) => Err(said(
            "only text, numbers, `true` and `false`, `null` and lists of these are compared: compare the fields",
        )),
        _ => Ok(one.equals(other)),
    }
}

/// Whether something holds a value: a list as an item, things by their names as a name.
pub(super) fn contains(value: &dyn Val, all: &dyn Val) -> Result<bool, ExecutionError> {
    if let Some(view) = all.downcast_ref::<View>() {
        let name = value.downcast_ref::<CelString<'_>>().ok_or_else(|| said("a name has to be text"))?;
        return match &*view.node {
            Node::Map(map) => view.is_there(map, name.inner()),
            _ => Err(said("whether a field is there is asked with `has(…)`")),
        };
    }
    if let Some(list) = all.downcast_ref::<CelList<'_>>() {
        let mut found = false;
        for item in list.inner() {
            found |= equal(value, item.as_ref())?;
        }
        return Ok(found);
    }
    match all.as_container() {
        Some(container) if !holds_a_thing(value) && !holds_a_thing(all) => container.contains(value),
        _ => Err(said("what stands after `in` has to be a list, or things by their names")),
    }
}
