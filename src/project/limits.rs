//! The table `[limits]` of `plan.toml`: how much one run may change. `apply` judges by it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::model::Kind;

/// Most changes of a run where nobody says otherwise: a configure step touches three switches, the offerings that get
/// timers and the forms that get operations, and a site with two hundred of these is no longer an ordinary one.
pub(crate) const CHANGES: u64 = 200;

/// Most objects of one kind that a run alters where nobody says otherwise, in per cent. A normal switch touches most
/// offerings and forms, but leaves some as they are: free ones, archived ones, ones that are right already. A plan
/// that rewrites more than nine in ten was rather written for another site.
pub(crate) const PERCENT: u64 = 90;

/// The table `[limits]` of `plan.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Most changes of one run.
    pub changes: Option<Whole>,
    /// Most objects of a kind that a run alters, in per cent of those that the site has.
    pub percent: BTreeMap<Kind, Percent>,
}

/// A whole number, none below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole(pub u64);

/// A whole number of per cent, from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent(pub u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(UpTo { most: u64::MAX, called: "a whole number, such as 50" }).map(Self)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(UpTo { most: 100, called: "a whole number of per cent from 0 to 100, such as 30" })
            .map(Self)
    }
}

struct UpTo {
    most: u64,
    called: &'static str,
}

impl Visitor<'_> for UpTo {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.called)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u64, E> {
        let fits = u64::try_from(number).ok().filter(|number| *number <= self.most);
        fits.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u64, E> {
        let fits = Some(number).filter(|number| *number <= self.most);
        fits.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Unsigned(number), &self))
    }
}
