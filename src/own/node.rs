//! What an expression may see, as a tree in which unknown, known to hold nothing, and a value are three.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One thing that an expression may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Node {
    /// It is known that there is nothing.
    Nothing,
    /// Nobody knows it: the fact's name.
    Unknown(String),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Number(f64),
    /// Text.
    Text(String),
    /// Several in order.
    List(Vec<Shared>),
    /// A thing with these fields, and no others.
    Fields(Fields),
    /// Things by names that a plan or a site gave them.
    Map(Map),
}

/// A thing with fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Fields {
    /// What it is, in a sentence: `the plan`, `order-form/x`.
    pub(super) of: String,
    /// Each field by its name.
    pub(super) fields: BTreeMap<String, Field>,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Field {
    /// The fact of the site that whoever looks at it reads; none of a plan.
    pub(super) fact: Option<String>,
    /// What it holds.
    pub(super) node: Shared,
}

/// Things by their names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Map {
    /// The fact that says which there are; none of a plan.
    pub(super) fact: Option<String>,
    /// Those that are known.
    pub(super) entries: BTreeMap<String, Field>,
    /// What it means that a name is none of these.
    pub(super) absent: Absent,
}

/// What it means that a name is not among those that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Absent {
    /// There is no such thing.
    Nothing,
    /// Nobody knows: not all were read.
    Unknown,
    /// There are none of it, of what is counted.
    Zero,
}

/// A node that several hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shared(pub(super) Arc<Node>);

impl From<Node> for Shared {
    fn from(node: Node) -> Self {
        Self(Arc::new(node))
    }
}

impl Serialize for Shared {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Shared {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Node::deserialize(from).map(Self::from)
    }
}

impl Fields {
    /// A thing that is called so.
    pub(super) fn new(of: impl Into<String>) -> Self {
        Self { of: of.into(), fields: BTreeMap::new() }
    }

    /// The same with a field of which no fact has to be read.
    pub(super) fn with(mut self, name: &str, node: impl Into<Shared>) -> Self {
        self.fields.insert(name.to_owned(), Field { fact: None, node: node.into() });
        self
    }

    /// The same with a field of a fact's.
    pub(super) fn reading(mut self, name: &str, fact: impl Into<String>, node: impl Into<Shared>) -> Self {
        self.fields.insert(name.to_owned(), Field { fact: Some(fact.into()), node: node.into() });
        self
    }
}
