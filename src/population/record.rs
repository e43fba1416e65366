//! The records of a population, borrowed from their line.

use std::borrow::Cow;
use std::io::BufRead;

use serde::Deserialize;

use super::json::{misfit, opening};
use super::{Damage, Ledger, Line, Lines};
use crate::model::population::{Contact, Opening};
use crate::model::snapshot::PopulationDigest;

/// Text that borrows from the line wherever it has no escapes, inside a list or an option too.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// A record of any kind of the population: the fields of all of them.
#[derive(Debug, Deserialize)]
pub(super) struct Record<'a> {
    #[serde(borrow)]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) key: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) first_name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) last_name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) email: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) tags: Vec<Text<'a>>,
    #[serde(borrow, default)]
    affiliate: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) contact: Cow<'a, str>,
    #[serde(borrow, default, rename = "form")]
    _form: Cow<'a, str>,
    #[serde(borrow, default, rename = "total")]
    _total: Cow<'a, str>,
    #[serde(borrow, default, rename = "date")]
    _date: Cow<'a, str>,
    #[serde(borrow, default, rename = "status")]
    _status: Cow<'a, str>,
    #[serde(borrow, default, rename = "next_payment")]
    _next_payment: Option<Text<'a>>,
}

/// A record of a kind that this build does not know: only its name counts.
#[derive(Deserialize)]
struct Stranger<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    key: Cow<'a, str>,
}

impl<'a> Record<'a> {
    /// Reads a line; the end record too, of which only the kind is looked at.
    fn read(line: Line<'a>) -> Result<Self, Damage> {
        let read = serde_json::from_str(line.text).or_else(|error| match serde_json::from_str(line.text) {
            Ok(Stranger { kind, key }) if !is_known(&kind) => Ok(Self::stranger(kind, key)),
            _ => Err(misfit(line.number, &error)),
        });
        let record: Self = read?;
        if record.kind != "end" && record.key.is_empty() {
            return Err(Damage::at(line.number, "the record has no key"));
        }
        if matches!(&*record.kind, "order" | "subscription") && record.contact.is_empty() {
            return Err(Damage::at(line.number, format!("the `{}` record names no contact", record.kind)));
        }
        Ok(record)
    }

    fn stranger(kind: Cow<'a, str>, key: Cow<'a, str>) -> Self {
        let none = || Cow::Borrowed("");
        Self {
            kind,
            key,
            first_name: none(),
            last_name: none(),
            email: none(),
            tags: Vec::new(),
            affiliate: None,
            contact: none(),
            _form: none(),
            _total: none(),
            _date: none(),
            _status: none(),
            _next_payment: None,
        }
    }

    /// Whether somebody referred this contact.
    pub(super) fn is_referred(&self) -> bool {
        self.affiliate.as_ref().is_some_and(|affiliate| !affiliate.0.is_empty())
    }

    /// The contact that the record is.
    pub(super) fn to_contact(&self) -> Contact {
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

/// The kinds of a population that this build knows.
fn is_known(kind: &str) -> bool {
    matches!(kind, "contact" | "order" | "subscription" | "end")
}

/// Reads a whole population and shows every record, with whether it repeats the one before it.
pub(super) fn each<R: BufRead>(reader: R, mut see: impl FnMut(&Record<'_>, bool)) -> Result<PopulationDigest, Damage> {
    let mut lines = Lines::new(reader);
    let mut ledger = Ledger::with_repeats_of("contact");
    let first = lines.next_line()?;
    let fields = opening(first, "population")?;
    serde_json::from_value::<Opening>(fields.into()).map_err(|error| misfit(1, &error))?;
    ledger.first(first.map_or("", |line| line.text));
    while let Some(line) = lines.next_line()? {
        let record = Record::read(line)?;
        if record.kind == "end" {
            let digest = ledger.close(line)?;
            return match lines.next_line()? {
                None => Ok(digest),
                Some(line) => Err(Damage::at(line.number, "there is more after the end record")),
            };
        }
        let repeats = ledger.record(line, &record.kind, &record.key)?;
        see(&record, repeats);
    }
    Err(Damage::whole("it has no end record: the file is cut"))
}

/// Whether a line is a record of a population; its kind and key.
pub(crate) fn check(line: Line<'_>) -> Result<(String, String), Damage> {
    Record::read(line).map(|record| (record.kind.into_owned(), record.key.into_owned()))
}
