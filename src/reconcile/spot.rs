//! The spot check: the plan's contacts field by field, as the guide's table has them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::not_read::NotRead;
use crate::model::plan::ContactRecord;
use crate::model::population::Contact;
use crate::model::spelling::{are_same, is_only_spelling, is_same};
use crate::population::{same_address, set, tags};

use super::Asked;
use super::field::{Field, Fields, affiliate, listed, value};

/// The guide's seven fields.
pub const SPOT_FIELDS: [Field; 7] =
    [Field::ContactId, Field::FirstName, Field::LastName, Field::Email, Field::Tags, Field::Affiliate, Field::Orders];

/// What the spot-check contacts are held against.
#[derive(Clone, Copy, Debug)]
pub struct Spotted<'a> {
    /// What was written down before the switch; it goes before what the population says.
    pub recorded: Option<&'a BTreeMap<String, ContactRecord>>,
    /// The contacts as they were before; none where that population was not captured.
    pub before: Option<&'a Asked>,
    /// The contacts as they are after.
    pub after: &'a Asked,
    /// Contacts that have another ID after.
    pub renamed: &'a BTreeMap<String, String>,
    /// Whether orders were captured before, and after.
    pub orders: [bool; 2],
    /// What nobody read of the contacts before, and after.
    pub unknown: [Fields; 2],
}

/// A field of a spot-check contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Both sides are the same.
    Equal,
    /// Both sides are the same but for spelling.
    Respelt {
        /// Before, personal.
        before: Value,
        /// After, personal.
        after: Value,
    },
    /// They are not.
    Differs {
        /// Before, personal.
        before: Value,
        /// After, personal.
        after: Value,
    },
    /// One side is not known.
    Unknown,
}

/// A spot-check contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The contact ID in the plan.
    pub id: String,
    /// The contact ID after, where it is another.
    pub now: Option<String>,
    /// Whether a contact with the plan's ID is there after.
    pub is_there: bool,
    /// Each of [`SPOT_FIELDS`].
    pub cells: Vec<(Field, Cell)>,
}

impl Spot {
    /// Whether a field differs.
    pub fn differs(&self) -> bool {
        self.cells.iter().any(|(_, cell)| matches!(cell, Cell::Differs { .. }))
    }

    /// Whether a field is the same but for spelling.
    pub fn is_respelt(&self) -> bool {
        self.cells.iter().any(|(_, cell)| matches!(cell, Cell::Respelt { .. }))
    }

    /// Whether every field was compared and none differs.
    pub fn is_equal(&self) -> bool {
        self.cells.iter().all(|(_, cell)| matches!(cell, Cell::Equal | Cell::Respelt { .. }))
    }
}

/// Compares each contact field by field.
pub fn spot_check<'i>(ids: impl IntoIterator<Item = &'i String>, spotted: &Spotted<'_>) -> Vec<Spot> {
    ids.into_iter().map(|id| spot(id, spotted)).collect()
}

fn spot(id: &str, spotted: &Spotted<'_>) -> Spot {
    let recorded = spotted.recorded.and_then(|values| values.get(id));
    let before = spotted.before.and_then(|contacts| contacts.get(id));
    let after = spotted.after.get(id);
    let now = spotted.renamed.get(id).filter(|_| after.is_none()).cloned();
    let cell = |field| match after {
        None if field == Field::ContactId => {
            Cell::Differs { before: id.into(), after: now.clone().unwrap_or_default().into() }
        }
        Some(_) if field == Field::ContactId => Cell::Equal,
        None => Cell::Unknown,
        Some(after) if field == Field::Orders => orders(recorded, before, &after.1, spotted.orders),
        Some(_) if spotted.unknown[1].has(field) => Cell::Unknown,
        Some((after, _)) => {
            let before = before.filter(|_| !spotted.unknown[0].has(field));
            person(field, recorded, before.map(|(contact, _)| contact), after)
        }
    };
    let cells = SPOT_FIELDS.into_iter().map(|field| (field, cell(field))).collect();
    Spot { id: id.to_owned(), is_there: after.is_some(), now, cells }
}

/// A field of the person: what was recorded, else what the population before says.
fn person(field: Field, recorded: Option<&ContactRecord>, before: Option<&Contact>, after: &Contact) -> Cell {
    let said = recorded.and_then(|record| written(record, field));
    let Some(was) = said.or_else(|| before.map(|contact| Was::of(contact, field))) else { return Cell::Unknown };
    let is_respelt = was.is_respelt(field, after);
    match was.same(field, after) {
        true if !is_respelt => Cell::Equal,
        true => Cell::Respelt { before: was.value(), after: value(after, field) },
        false => Cell::Differs { before: was.value(), after: value(after, field) },
    }
}

/// A value of the side before.
enum Was<'a> {
    Text(&'a str),
    Set(BTreeSet<&'a str>),
}

impl<'a> Was<'a> {
    fn of(contact: &'a Contact, field: Field) -> Self {
        match field {
            Field::FirstName => Self::Text(&contact.first_name),
            Field::LastName => Self::Text(&contact.last_name),
            Field::Email => Self::Text(&contact.email),
            Field::Tags => Self::Set(tags(&contact.tags)),
            _ => Self::Text(affiliate(contact)),
        }
    }

    fn same(&self, field: Field, after: &Contact) -> bool {
        match (self, field) {
            (Self::Set(was), _) => are_same(was, &tags(&after.tags)),
            (Self::Text(name), Field::FirstName) => is_same(name, &after.first_name),
            (Self::Text(name), Field::LastName) => is_same(name, &after.last_name),
            (Self::Text(email), Field::Email) => same_address(email, &after.email),
            (Self::Text(text), _) => is_same(text, affiliate(after)),
        }
    }

    /// Whether both are the same but for spelling. Of an address no other spelling is the same.
    fn is_respelt(&self, field: Field, after: &Contact) -> bool {
        match (self, field) {
            (Self::Set(was), _) => set(was) != set(&after.tags) && are_same(was, &tags(&after.tags)),
            (Self::Text(name), Field::FirstName) => is_only_spelling(name, &after.first_name),
            (Self::Text(name), Field::LastName) => is_only_spelling(name, &after.last_name),
            (Self::Text(_), Field::Email) => false,
            (Self::Text(text), _) => is_only_spelling(text, affiliate(after)),
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Text(text) => (*text).into(),
            Self::Set(values) => listed(values),
        }
    }
}

/// What somebody wrote down. That there is no affiliate is a record too, unless it says that nobody read it.
fn written(record: &ContactRecord, field: Field) -> Option<Was<'_>> {
    match field {
        Field::FirstName => record.first_name.as_deref().map(Was::Text),
        Field::LastName => record.last_name.as_deref().map(Was::Text),
        Field::Email => record.email.as_deref().map(Was::Text),
        Field::Tags => record.tags.as_ref().map(|said| Was::Set(tags(said))),
        _ if record.unknown.contains(&NotRead::Affiliate) => None,
        _ => Some(Was::Text(record.affiliate.as_deref().unwrap_or_default())),
    }
}

/// The IDs of the orders. That there are none is a record too.
fn orders(
    recorded: Option<&ContactRecord>,
    before: Option<&(Contact, BTreeSet<String>)>,
    after: &BTreeSet<String>,
    [captured_before, captured_after]: [bool; 2],
) -> Cell {
    let known = before.filter(|_| captured_before).map(|(_, orders)| set(orders));
    let recorded = recorded.filter(|record| !record.unknown.contains(&NotRead::Orders));
    match recorded.map(|record| set(&record.orders)).or(known) {
        Some(was) if captured_after && was == set(after) => Cell::Equal,
        Some(was) if captured_after => Cell::Differs { before: listed(&was), after: listed(&set(after)) },
        _ => Cell::Unknown,
    }
}
