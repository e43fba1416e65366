//! Who attested what of a reading, and where the reading shows otherwise.

use std::collections::BTreeMap;

use super::ObjectRef;
use super::state::Kind;

/// The facts that persons attested, laid over a reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attested {
    pub(super) fields: BTreeMap<ObjectRef, BTreeMap<String, String>>,
    pub(super) lists: BTreeMap<Kind, String>,
    pub(super) contradictions: Vec<Contradiction>,
}

/// A value that a person attested, and a reading that shows another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The object, or for a list the kind under its own name.
    pub on: ObjectRef,
    /// The field; none where it is the list of objects.
    pub field: Option<String>,
    /// Who attested it.
    pub who: String,
    /// When.
    pub at: String,
}

impl Attested {
    /// Whether anything of this kind is attested.
    pub fn speaks_of(&self, kind: Kind) -> bool {
        self.lists.contains_key(&kind) || self.fields.keys().any(|on| on.kind == kind)
    }

    /// What a reading shows otherwise than somebody attested.
    pub fn contradictions(&self) -> &[Contradiction] {
        &self.contradictions
    }
}
