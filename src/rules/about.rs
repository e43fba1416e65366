//! What of a site a fact is about: which objects of a kind there are, one object, or one field of it.

use std::fmt;

use crate::model::{Kind, ObjectRef};

/// What of a site a fact is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// Which objects of a kind there are.
    List(Kind),
    /// Whether an object is there.
    Object(ObjectRef),
    /// A field of an object; of a module of an offering `PART of module NUMBER`.
    Field(ObjectRef, String),
}

impl About {
    /// The kind of object.
    pub fn kind(&self) -> Kind {
        match self {
            Self::List(kind) => *kind,
            Self::Object(on) | Self::Field(on, _) => on.kind,
        }
    }

    /// The field of the snapshot that holds it: a module's timer and tag are parts of `modules`. None where it is about no field.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Field(_, name) => Some(name_of_field(name)),
            Self::List(_) | Self::Object(_) => None,
        }
    }

    /// What a fact of this name is about; none where it is about no object of the site, as the population.
    pub fn named(fact: &str) -> Option<Self> {
        let (object, field) = fact.rsplit_once(": ").map_or((fact, None), |(object, field)| (object, Some(field)));
        let (kind, key) = object.split_once('/').map_or((object, None), |(kind, key)| (kind, Some(key)));
        let kind = Kind::from_name(kind)?;
        let on = match (key, field) {
            (Some(key), _) => ObjectRef::new(kind, key),
            (None, None) if !kind.is_only() => return Some(Self::List(kind)),
            (None, _) => ObjectRef::only(kind),
        };
        Some(field.map_or_else(|| Self::Object(on.clone()), |field| Self::Field(on.clone(), field.to_owned())))
    }

    /// Its name as a fact. A judgement asks for some ten of each object, so this goes without the machinery of a format.
    pub(super) fn fact(&self) -> String {
        match self {
            Self::List(kind) => kind.name().to_owned(),
            Self::Object(on) => parts(on).concat(),
            Self::Field(on, name) => {
                let [kind, slash, key] = parts(on);
                [kind, slash, key, ": ", name].concat()
            }
        }
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fact())
    }
}

/// An object's name as a text shows it, in its parts.
fn parts(on: &ObjectRef) -> [&str; 3] {
    let kind = on.kind.name();
    if on.key == kind { ["", "", &on.key] } else { [kind, "/", &on.key] }
}

/// The field of the snapshot that a fact is about.
pub(super) fn name_of_field(name: &str) -> &str {
    if name.contains(' ') { "modules" } else { name }
}
