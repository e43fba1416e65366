//! `plan.toml` beside the plan: what an agency demands of all its plans. A plan cannot waive it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::rules;

use super::{Failure, exit};

/// What `plan.toml` says; nothing where there is none.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Settings {
    pub(super) words: Words,
    pub(super) backup: Backup,
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

/// Reads the settings beside a plan.
pub(super) fn beside(plan: &Path) -> Result<Settings, Failure> {
    let path = plan.with_file_name("plan.toml");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Settings::default()),
        Err(e) => return Err(Failure::file("read", &path, &e)),
    };
    let mut settings: Settings = toml::from_str(&text)
        .map_err(|e| Failure::new(exit::COULD_NOT_RUN, format!("`{}`: {}", path.display(), e.message())))?;
    settings.backup.folder = settings.backup.folder.map(|folder| path.with_file_name(folder));
    match settings.words.refuse.iter().find(|id| rules::by_id(id).is_none()) {
        None => Ok(settings),
        Some(id) => {
            let message = format!("`{}` refuses words for `{id}`, and there is no such rule", path.display());
            Err(Failure::new(exit::COULD_NOT_RUN, message).help("`plan explain` lists them all"))
        }
    }
}
