//! Who attested what of a reading, and where the reading shows otherwise.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ObjectRef;
use super::state::Kind;

/// The facts that persons attested, laid over a reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attested {
    pub(super) fields: BTreeMap<ObjectRef, BTreeMap<String, String>>,
    pub(super) lists: BTreeMap<Kind, String>,
    pub(super) contradictions: Vec<Contradiction>,
    /// What a reading shows as somebody attested it, but for spelling.
    pub(super) respelt: Vec<Respelt>,
    /// What is void, by object and field.
    pub(super) void: BTreeMap<ObjectRef, BTreeMap<String, Void>>,
    /// Fields as they were captured, where somebody saw more of them: modules' timers, a price's currency.
    pub(super) captured_parts: BTreeMap<ObjectRef, BTreeMap<String, Value>>,
}

/// An attestation that counts no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Void {
    /// Who gave it.
    pub who: String,
    /// Why it counts no longer.
    pub why: String,
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
    /// The digest of the line of the record.
    pub line: String,
    /// Whether a reading shows it otherwise, rather than what somebody said of another part.
    pub by_a_reading: bool,
    /// Whether this reading makes the attestation void.
    pub is_void: bool,
}

/// A value that a person attested, and a reading that shows the same but for spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Respelt {
    /// The object, or for a list the kind under its own name.
    pub on: ObjectRef,
    /// The field; none where it is the list of objects.
    pub field: Option<String>,
    /// Who attested it.
    pub who: String,
    /// When.
    pub at: String,
    /// The text as it was attested, and as the reading has it.
    pub texts: [String; 2],
}

/// A fact that a person attested: the digest of its line in a record, and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// The line.
    pub line: String,
    /// A field as `kind/key: field`, an object as `kind/key`, a list by its kind.
    pub name: String,
}

impl Contradiction {
    /// The fact that it is about.
    pub fn fact(&self) -> Fact {
        let name = self.field.as_ref().map_or_else(|| self.on.to_string(), |field| format!("{}: {field}", self.on));
        Fact { line: self.line.clone(), name }
    }
}

impl Attested {
    /// Why a field, or an object of which nothing else is known, is unknown although somebody attested it; none where nobody did.
    pub(super) fn why_void(&self, on: &ObjectRef, field: Option<&str>) -> Option<String> {
        let void = self.void.get(on)?;
        let Void { who, why } = field.map_or_else(|| void.values().next(), |field| void.get(field))?;
        Some(format!("`{who}` attested it, and that is void: {why}; look again, and record what you see"))
    }

    /// Notes that the reading makes this attestation void.
    pub fn make_void(&mut self, fact: &Fact) {
        for one in self.contradictions.iter_mut().filter(|one| one.fact() == *fact) {
            one.is_void = true;
        }
    }

    /// What a reading shows otherwise than somebody attested.
    pub fn contradictions(&self) -> &[Contradiction] {
        &self.contradictions
    }

    /// What a reading shows as somebody attested it, but for spelling.
    pub fn respelt(&self) -> &[Respelt] {
        &self.respelt
    }
}
