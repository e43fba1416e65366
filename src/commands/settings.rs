//! `plan.toml` beside the plan: what an agency demands of all its plans. A plan cannot waive it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::apply::limits::Limits;
use crate::apply::seal::{Demands, Key};
use crate::fs::Folder;
use crate::model::written::is_age;
use crate::rules;

use super::{Failure, exit};

/// Most bytes of `plan.toml`.
const LIMIT: u64 = 1 << 20;

/// What `plan.toml` says; nothing where there is none.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Settings {
    /// How old a reading of a site may be.
    pub(super) max_age: MaxAge,
    pub(super) words: Words,
    pub(super) limits: Limits,
    pub(super) seal: Seals,
    pub(super) backup: Backup,
}

/// How old a reading may be, as it is written: from a minute to seven days.
#[derive(Debug)]
pub(super) struct MaxAge(String);

impl MaxAge {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for MaxAge {
    fn default() -> Self {
        Self("24h".to_owned())
    }
}

impl<'de> Deserialize<'de> for MaxAge {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if is_age(&text) {
            return Ok(Self(text));
        }
        Err(D::Error::custom("the age of a reading is from one minute to seven days, such as `90m`, `24h` or `2d`"))
    }
}

/// The table `[backup]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Backup {
    /// The folder in which backups lie, as seen from the plan's.
    pub(super) folder: Option<PathBuf>,
}

impl Settings {
    /// The same settings with what the command line says of the folder of backups.
    pub(super) fn backup_dir(mut self, said: Option<&Path>) -> Self {
        if let Some(said) = said {
            self.backup.folder = Some(said.to_owned());
        }
        self
    }
}

/// The table `[words]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Words {
    /// The rules for which no person's word counts.
    pub(super) refuse: BTreeSet<String>,
}

/// The table `[seal]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Seals {
    /// Whether nothing is applied without one that a reviewer signed.
    required: Option<Spanned<bool>>,
    /// The reviewers' public keys, by name.
    pub(super) keys: BTreeMap<String, Key>,
}

impl Seals {
    pub(super) fn demands(&self) -> Demands {
        let required = self.required.as_ref().is_some_and(|required| *required.get_ref());
        Demands { required, signed: !self.keys.is_empty() }
    }
}

/// Reads the settings beside a plan.
pub(super) fn beside(plan: &Path) -> Result<Settings, Failure> {
    let path = plan.with_file_name("plan.toml");
    let unread = |e: std::io::Error| Failure::file("read", &path, &e);
    let Some(text) = Folder::of(plan).text("plan.toml", LIMIT).map_err(unread)? else { return Ok(Settings::default()) };
    let wrong = |at: Option<Range<usize>>, what: &str| {
        let before = at.map_or("", |at| text.get(..at.start).unwrap_or_default());
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let (line, column) = (before.matches('\n').count() + 1, before[start..].chars().count() + 1);
        Failure::new(exit::COULD_NOT_RUN, format!("`{}`, line {line}, column {column}: {what}", path.display()))
    };
    let mut settings: Settings = toml::from_str(&text).map_err(|e| wrong(e.span(), e.message()))?;
    let Demands { required, signed } = settings.seal.demands();
    if required && !signed {
        let at = settings.seal.required.as_ref().map(Spanned::span);
        let help = "name them under `[seal.keys]`, for example `sam = \"RW…\"`";
        return Err(wrong(at, "a seal is required, and no reviewer's key is named, so none could be signed").help(help));
    }
    settings.backup.folder = settings.backup.folder.map(|folder| path.with_file_name(folder));
    match settings.words.refuse.iter().find(|id| rules::by_id(id).is_none()) {
        None => Ok(settings),
        Some(id) => {
            let message = format!("`{}` refuses words for `{id}`, and there is no such rule", path.display());
            Err(Failure::new(exit::COULD_NOT_RUN, message).help("`plan explain` lists them all"))
        }
    }
}
