//! What of a contact is compared, and when two values are the same.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::population::{Contact, ContactField};
use crate::model::spelling::{is_only_spelling, is_same};
use crate::population::{Record, same_address, same_tags, tags, tags_spelt_otherwise};

/// A field of a contact: the guide's seven, and the subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// The contact ID.
    ContactId,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// E-mail address.
    Email,
    /// The tags, as a set.
    Tags,
    /// Who referred them.
    Affiliate,
    /// Their orders. In a spot check their IDs as a set, else each with its form, total, date and status too.
    Orders,
    /// Their subscriptions, each with its form, status and next payment.
    Subscriptions,
}

impl Field {
    /// Every field, in the order of the guide's table.
    pub const ALL: [Self; 8] = [
        Self::ContactId,
        Self::FirstName,
        Self::LastName,
        Self::Email,
        Self::Tags,
        Self::Affiliate,
        Self::Orders,
        Self::Subscriptions,
    ];

    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::ContactId => "contact ID",
            Self::FirstName => "first name",
            Self::LastName => "last name",
            Self::Email => "e-mail",
            Self::Tags => "tags",
            Self::Affiliate => "affiliate",
            Self::Orders => "orders",
            Self::Subscriptions => "subscriptions",
        }
    }
}

/// A set of fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fields(u8);

impl Fields {
    /// The set of one field.
    pub fn of(field: Field) -> Self {
        Self(1 << field as u8)
    }

    /// The fields of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The fields of this set that are not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a field is in it.
    pub fn has(self, field: Field) -> bool {
        self.0 & Self::of(field).0 != 0
    }

    /// The fields, in the order of the guide's table.
    pub fn iter(self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(move |field| self.has(*field))
    }
}

impl From<ContactField> for Field {
    fn from(field: ContactField) -> Self {
        match field {
            ContactField::FirstName => Self::FirstName,
            ContactField::LastName => Self::LastName,
            ContactField::Tags => Self::Tags,
            ContactField::Affiliate => Self::Affiliate,
        }
    }
}

impl From<&BTreeSet<ContactField>> for Fields {
    fn from(fields: &BTreeSet<ContactField>) -> Self {
        fields.iter().map(|field| Field::from(*field)).collect()
    }
}

impl FromIterator<Field> for Fields {
    fn from_iter<T: IntoIterator<Item = Field>>(fields: T) -> Self {
        fields.into_iter().fold(Self::default(), |all, field| all.and(Self::of(field)))
    }
}

/// Both values of a field that differs, each none where that side has no such contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values {
    /// The field.
    pub field: Field,
    /// Before.
    pub before: Option<Value>,
    /// After.
    pub after: Option<Value>,
}

/// Whether two contacts are the same to the letter, but for their ID.
pub(super) fn is_same_text(before: &Record<'_>, after: &Record<'_>) -> bool {
    before.tags == after.tags
        && before.email == after.email
        && before.first_name == after.first_name
        && before.last_name == after.last_name
        && before.affiliate() == after.affiliate()
}

/// What differs between two contacts. Orders and subscriptions are records of their own.
pub(super) fn differing(before: &Contact, after: &Contact) -> Fields {
    let same = [
        (Field::ContactId, before.key == after.key),
        (Field::FirstName, is_same(&before.first_name, &after.first_name)),
        (Field::LastName, is_same(&before.last_name, &after.last_name)),
        (Field::Email, same_address(&before.email, &after.email)),
        (Field::Tags, same_tags(&before.tags, &after.tags)),
        (Field::Affiliate, is_same(affiliate(before), affiliate(after))),
    ];
    same.into_iter().filter(|(_, same)| !same).map(|(field, _)| field).collect()
}

/// What of two contacts is the same but for spelling.
pub(super) fn spelt_otherwise(before: &Contact, after: &Contact) -> Fields {
    let spelt = [
        (Field::FirstName, is_only_spelling(&before.first_name, &after.first_name)),
        (Field::LastName, is_only_spelling(&before.last_name, &after.last_name)),
        (Field::Tags, tags_spelt_otherwise(&before.tags, &after.tags)),
        (Field::Affiliate, is_only_spelling(affiliate(before), affiliate(after))),
    ];
    spelt.into_iter().filter(|(_, spelt)| *spelt).map(|(field, _)| field).collect()
}

/// What of a contact without a user was captured and is not so of the contact that it became; and what was not captured.
pub(super) fn imported(before: &Record<'_>, after: &Contact, unknown: Fields) -> (Fields, Fields) {
    let captured = [
        (Field::FirstName, !before.first_name.is_empty()),
        (Field::LastName, !before.last_name.is_empty()),
        (Field::Email, !before.email.is_empty()),
        (Field::Tags, before.tags.are_known()),
        (Field::Affiliate, !before.affiliate().is_empty()),
    ];
    let all =
        |wanted: bool| -> Fields { captured.iter().filter(|(_, is)| *is == wanted).map(|(field, _)| *field).collect() };
    let (known, unknown) = (all(true).without(unknown), all(false).and(unknown));
    (differing(&before.to_contact(), after).iter().filter(|field| known.has(*field)).collect(), unknown)
}

/// Who referred a contact; empty where nobody did.
pub(super) fn affiliate(contact: &Contact) -> &str {
    contact.affiliate.as_deref().unwrap_or_default()
}

/// The values of these fields on both sides.
pub(super) fn values(fields: Fields, before: Option<&Contact>, after: Option<&Contact>) -> Vec<Values> {
    let of = |contact: Option<&Contact>, field| contact.map(|contact| value(contact, field));
    let shown = fields.iter().filter(|field| !matches!(field, Field::Orders | Field::Subscriptions));
    shown.map(|field| Values { field, before: of(before, field), after: of(after, field) }).collect()
}

/// A field of a contact: a text, or a list of texts.
pub(super) fn value(contact: &Contact, field: Field) -> Value {
    let text = match field {
        Field::ContactId => &contact.key,
        Field::FirstName => &contact.first_name,
        Field::LastName => &contact.last_name,
        Field::Email => &contact.email,
        Field::Tags => return listed(&tags(&contact.tags)),
        Field::Affiliate => affiliate(contact),
        Field::Orders | Field::Subscriptions => "",
    };
    Value::from(text)
}

/// A set as a list.
pub(super) fn listed(values: &BTreeSet<&str>) -> Value {
    values.iter().copied().collect()
}
