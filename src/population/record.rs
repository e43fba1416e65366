//! The records of a population, borrowed from their line.

use std::borrow::Cow;

use serde::Deserialize;

use super::json::shown;
use crate::model::population::{Contact, Order, Subscription};

/// Text that borrows from the line wherever it has no escapes, inside a list or an option too.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The tags of a contact; none where the record does not name them.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Tags<'a>(#[serde(borrow)] Option<Vec<Text<'a>>>);

impl<'a> Tags<'a> {
    /// Those that were captured.
    pub(super) fn of(tags: Vec<Text<'a>>) -> Self {
        Self(Some(tags))
    }

    /// Whether they were captured, be it that there are none.
    pub(crate) fn are_known(&self) -> bool {
        self.0.is_some()
    }
}

impl<'a> std::ops::Deref for Tags<'a> {
    type Target = [Text<'a>];

    fn deref(&self) -> &Self::Target {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<'t, 'a> IntoIterator for &'t Tags<'a> {
    type Item = &'t Text<'a>;
    type IntoIter = std::slice::Iter<'t, Text<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A record of any kind of the population: the fields of all of them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record<'a> {
    #[serde(borrow)]
    pub(crate) kind: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) key: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) first_name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) last_name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) email: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) tags: Tags<'a>,
    #[serde(borrow, default)]
    pub(super) affiliate: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) contact: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) form: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) total: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) date: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) status: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) transaction: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) next_payment: Option<Text<'a>>,
    /// Whether it has the kind and key of the record before it.
    #[serde(skip)]
    pub(crate) repeats: bool,
    /// Its line, from 1.
    #[serde(skip)]
    pub(crate) line: u64,
    /// Its text.
    #[serde(skip)]
    pub(super) text: &'a str,
    /// What stands in it and fits no format, where the format is not newer than this build.
    #[serde(skip)]
    pub(crate) misfits: Vec<(String, String)>,
}

impl Record<'_> {
    /// The record as a message may show it, with whose it is.
    pub(crate) fn shown(&self) -> String {
        let whose =
            if self.contact.is_empty() { String::new() } else { format!(" of {}", shown("contact", &self.contact)) };
        format!("{}{whose}", shown(&self.kind, &self.key))
    }

    /// Whether somebody referred this contact.
    pub(super) fn is_referred(&self) -> bool {
        !self.affiliate().is_empty()
    }

    /// Who referred this contact; empty where nobody did.
    pub(crate) fn affiliate(&self) -> &str {
        self.affiliate.as_ref().map_or("", |affiliate| &affiliate.0)
    }

    /// The ID of an order's transaction; empty where it was not captured.
    pub(crate) fn transaction(&self) -> &str {
        self.transaction.as_ref().map_or("", |transaction| &transaction.0)
    }

    /// The day of a subscription's next payment; empty where none is due.
    pub(crate) fn next_payment(&self) -> &str {
        self.next_payment.as_ref().map_or("", |day| &day.0)
    }

    /// The order that the record is.
    pub(crate) fn to_order(&self) -> Order {
        Order {
            key: self.key.to_string(),
            contact: self.contact.to_string(),
            form: self.form.to_string(),
            total: self.total.to_string(),
            date: self.date.to_string(),
            status: self.status.to_string(),
            transaction: self.transaction.as_ref().map(|transaction| transaction.0.to_string()),
        }
    }

    /// The subscription that the record is.
    pub(crate) fn to_subscription(&self) -> Subscription {
        Subscription {
            key: self.key.to_string(),
            contact: self.contact.to_string(),
            form: self.form.to_string(),
            status: self.status.to_string(),
            next_payment: self.next_payment.as_ref().map(|day| day.0.to_string()),
        }
    }

    /// The contact that the record is.
    pub(crate) fn to_contact(&self) -> Contact {
        Contact {
            key: self.key.to_string(),
            first_name: self.first_name.to_string(),
            last_name: self.last_name.to_string(),
            email: self.email.to_string(),
            tags: self.tags.iter().map(|tag| tag.0.to_string()).collect(),
            affiliate: self.affiliate.as_ref().map(|affiliate| affiliate.0.to_string()),
        }
    }
}

/// The kinds of record of a population.
pub(crate) const KINDS: [&str; 4] = ["contact", "contact-without-user", "order", "subscription"];
