//! The tree as a source for serde: typed values straight from the nodes, without what was left out.
//!
//! It takes exactly what the schemas take: nothing is read from an empty value, no mapping from a list, and no word with
//! something after it, all of which serde would allow.

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};

use crate::text::{Node, Value};

/// Which node: its address in the tree.
pub(super) fn identity(node: &Node) -> usize {
    std::ptr::from_ref(node) as usize
}

/// What the types could not take.
#[derive(Debug)]
pub(super) struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self(what.to_string())
    }
}

/// A node to read from.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    node: &'a Node,
    skipped: &'a HashSet<usize>,
}

impl<'a> Reader<'a> {
    /// Reads from a node; nodes of these identities are as if they were not there.
    pub(super) fn new(node: &'a Node, skipped: &'a HashSet<usize>) -> Self {
        Self { node, skipped }
    }

    fn into(self, node: &'a Node) -> Self {
        Self { node, skipped: self.skipped }
    }

    fn keeps(self, node: &Node) -> bool {
        self.skipped.is_empty() || !self.skipped.contains(&identity(node))
    }
}

impl<'de> de::Deserializer<'de> for Reader<'de> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::UInt(value) => visitor.visit_u64(*value),
            // JSON Schema takes 1.0 for a whole number, and so do we.
            Value::Float(value) => match format!("{value:.0}").parse::<i64>() {
                Ok(whole) if value.fract() == 0.0 && value.abs() < 9e15 => visitor.visit_i64(whole),
                _ => visitor.visit_f64(*value),
            },
            Value::Str(text) => visitor.visit_borrowed_str(text),
            Value::Seq(items) => visitor.visit_seq(Items { rest: items.iter(), reader: self }),
            Value::Map(map) => visitor.visit_map(Entries { rest: map.iter(), value: None, reader: self }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        match &self.node.value {
            Value::Map(map) => visitor.visit_map(Entries { rest: map.iter(), value: None, reader: self }),
            _ => Err(de::Error::custom("a mapping was expected")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        match &self.node.value {
            Value::Str(text) => visitor.visit_enum((&**text).into_deserializer()),
            Value::Map(map) => {
                let mut kept = map.iter().filter(|entry| self.keeps(&entry.value));
                let entry = kept.next().ok_or_else(|| de::Error::custom("an empty mapping names no variant"))?;
                if kept.next().is_some() {
                    return Err(de::Error::custom("a mapping of one key was expected"));
                }
                visitor.visit_enum(Variant { name: &entry.key.text, reader: self.into(&entry.value) })
            }
            _ => Err(de::Error::custom("text or a mapping was expected")),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

struct Items<'a> {
    rest: std::slice::Iter<'a, Node>,
    reader: Reader<'a>,
}

impl<'de> de::SeqAccess<'de> for Items<'de> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        let reader = self.reader;
        let next = self.rest.by_ref().find(|node| reader.keeps(node));
        next.map(|node| seed.deserialize(reader.into(node))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

struct Entries<'a> {
    rest: std::slice::Iter<'a, crate::text::Entry>,
    value: Option<&'a Node>,
    reader: Reader<'a>,
}

impl<'de> de::MapAccess<'de> for Entries<'de> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        let reader = self.reader;
        let Some(entry) = self.rest.by_ref().find(|entry| reader.keeps(&entry.value)) else { return Ok(None) };
        self.value = Some(&entry.value);
        seed.deserialize(de::value::BorrowedStrDeserializer::new(&entry.key.text)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        let node = self.value.take().ok_or_else(|| de::Error::custom("a value was asked for before its key"))?;
        seed.deserialize(self.reader.into(node))
    }
}

struct Variant<'a> {
    name: &'a str,
    reader: Reader<'a>,
}

impl<'de> de::EnumAccess<'de> for Variant<'de> {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Unreadable> {
        let name = seed.deserialize(de::value::BorrowedStrDeserializer::new(self.name))?;
        Ok((name, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'de> {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        Err(de::Error::custom("a word without a value was expected"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(self.reader)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Unreadable> {
        de::Deserializer::deserialize_any(self.reader, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        de::Deserializer::deserialize_any(self.reader, visitor)
    }
}
