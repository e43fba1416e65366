//! The table `[rules]` of `plan.toml`: the rules whose warnings are errors here.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::diag::Severity;
use crate::rules::{NotRaised, Raised};

/// The table `[rules]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OfRules {
    /// What a rule weighs at least, by its name.
    raise: BTreeMap<Spanned<String>, Severity>,
}

impl OfRules {
    /// What it raises, said by this file.
    ///
    /// # Errors
    /// The entry that raises nothing, with its place.
    pub(super) fn raised(&self, file: String) -> Result<Raised, (NotRaised, Option<Range<usize>>)> {
        let entries = self.raise.iter().map(|(id, to)| (id.get_ref().as_str(), *to));
        Raised::new(file, entries).map_err(|wrong| {
            let place = self.raise.keys().find(|id| *id.get_ref() == wrong.id).map(Spanned::span);
            (wrong, place)
        })
    }
}
