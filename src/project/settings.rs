//! `plan.toml`: what an agency demands of all its plans. A plan cannot lift it.

mod lifted;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use minisign_verify::PublicKey;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::failure::{Failure, exit};
use crate::fs::Folder;
use crate::model::pattern::is_age;
use crate::model::text::{Seconds, quoted};
use crate::rules::{self, Raised};

use super::limits::Limits;
use super::nearest::{Found, NAME, Nearest, nearest};
use super::raise::OfRules;
use super::site::OfSite;

use lifted::lifted;

/// What `plan.toml` says; nothing where there is none.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// How old a reading of a site may be.
    pub(crate) max_age: MaxAge,
    #[serde(alias = "words")]
    pub(crate) attestations: Attestations,
    pub(crate) limits: Limits,
    pub(crate) seal: Seals,
    pub(crate) backup: Backup,
    pub(crate) site: OfSite,
    rules: OfRules,
    /// The rules whose warnings are errors.
    #[serde(skip)]
    pub(crate) raised: Raised,
    /// What files further up demand and this one does not: a sentence a file.
    #[serde(skip)]
    pub(crate) lifted: Vec<String>,
    /// The file that says it; none where there is none.
    #[serde(skip)]
    pub(crate) file: Option<PathBuf>,
}

/// How old a reading may be, as it is written: from a minute to seven days.
#[derive(Debug)]
pub(crate) struct MaxAge {
    text: String,
    /// Whether the file says so.
    is_said: bool,
}

impl MaxAge {
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is said, and shorter than another.
    pub(super) fn is_shorter_than(&self, other: &Self) -> bool {
        let length = |age: &Self| Seconds::parse(&age.text).map(|seconds| seconds.0);
        self.is_said && length(self) < length(other)
    }
}

impl Default for MaxAge {
    fn default() -> Self {
        Self { text: "24h".to_owned(), is_said: false }
    }
}

impl<'de> Deserialize<'de> for MaxAge {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if is_age(&text) {
            return Ok(Self { text, is_said: true });
        }
        Err(D::Error::custom(
            "the age of a reading must be from one minute to seven days, such as `90m`, `24h` or `2d`",
        ))
    }
}

/// The table `[backup]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Backup {
    /// The folder in which backups lie, as seen from the file's own and in it.
    folder: Option<PathBuf>,
    /// The settings' own file.
    #[serde(skip)]
    file: PathBuf,
}

/// The environment's name for the folder of backups.
const BACKUP_DIR: &str = "PLAN_BACKUP_DIR";

impl Backup {
    /// The folder in which backups lie: as the command line says with `named`, else the environment, else the settings, which name none
    /// outside of their own folder.
    ///
    /// # Errors
    /// Where the settings name one outside, or a link leads there.
    pub(crate) fn folder(&self, named: Option<&Path>) -> Result<Option<PathBuf>, Failure> {
        let environment = || std::env::var_os(BACKUP_DIR).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        if let Some(named) = named.map(Path::to_owned).or_else(environment) {
            return Ok(Some(named));
        }
        let Some(folder) = &self.folder else { return Ok(None) };
        Folder::of(&self.file).below(folder).map(Some).map_err(|error| {
            let message = format!(
                "`{}` names `{}` as the folder of backups: {error}",
                self.file.display(),
                folder.display()
            );
            Failure::new(exit::COULD_NOT_RUN, message).help(format!(
                "that file can come with a repository, so only you can name a folder elsewhere: `--backup-dir {}`, or the environment \
                 variable {BACKUP_DIR}",
                quoted(&self.file.with_file_name(folder).display().to_string())
            ))
        })
    }
}

/// The table `[attestations]`; an earlier version called it `[words]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Attestations {
    /// The rules for which no attestation is valid.
    pub(crate) refuse: BTreeSet<String>,
}

/// The table `[seal]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Seals {
    /// Whether nothing is applied without one that a reviewer signed.
    required: Option<Spanned<bool>>,
    /// The reviewers' public keys, by name.
    pub(crate) keys: BTreeMap<String, Key>,
}

impl Seals {
    pub(crate) fn demands(&self) -> Demands {
        let required = self.required.as_ref().is_some_and(|required| *required.get_ref());
        Demands { required, signed: !self.keys.is_empty() }
    }
}

/// A reviewer's public key, as minisign prints it: `RW…`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Key(pub(crate) PublicKey);

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        PublicKey::from_base64(&text)
            .map(Self)
            .map_err(|_| "this is not a minisign public key; one begins with `RW` and has 56 characters".to_owned())
    }
}

/// What the project's settings demand of a seal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// Nothing is applied without a seal.
    pub required: bool,
    /// A seal counts only if a known reviewer signed it.
    pub signed: bool,
}

/// Reads the settings that hold for a plan.
///
/// # Errors
/// Where there are some that cannot be read, belong to somebody else, or are not understood.
pub(crate) fn of(plan: &Path) -> Result<Settings, Failure> {
    let Some(Nearest { found, further }) = nearest(plan)? else {
        log::info!("no `{NAME}` holds for `{}`", plan.display());
        return Ok(Settings { site: OfSite::default().in_file(&plan.with_file_name(NAME)), ..Settings::default() });
    };
    let mut settings = understood(&found)?;
    log::info!("`{}` holds for `{}`", found.file.display(), plan.display());
    let file = found.file.display();
    settings.lifted = further
        .into_iter()
        .filter_map(|other| match other.and_then(|other| Ok((understood(&other)?, other))) {
            Ok((above, other)) => lifted(&above, &settings).map(|demands| {
                format!(
                    "`{}` demands what the nearer `{file}` does not, and the nearer one holds alone: {demands}; repeat that in `{file}`, \
                     or remove that file",
                    other.file.display()
                )
            }),
            Err(why) => Some(format!("{}; so what it demands beyond `{file}`, which is nearer, is not known", why.message)),
        })
        .collect();
    Ok(settings)
}

/// What a file says.
fn understood(Found { file, text }: &Found) -> Result<Settings, Failure> {
    let wrong = |at: Option<Range<usize>>, what: &str| {
        let before = at.map_or("", |at| text.get(..at.start).unwrap_or_default());
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let (line, column) = (before.matches('\n').count() + 1, before[start..].chars().count() + 1);
        Failure::new(exit::COULD_NOT_RUN, format!("`{}`, line {line}, column {column}: {what}", file.display()))
    };
    let mut settings: Settings = toml::from_str(text).map_err(|e| wrong(e.span(), e.message()))?;
    let Demands { required, signed } = settings.seal.demands();
    if required && !signed {
        let at = settings.seal.required.as_ref().map(Spanned::span);
        let help = "name them under `[seal.keys]`, for example `sam = \"RW…\"`";
        return Err(wrong(at, "a seal is required, and no reviewer's key is named, so none could be signed").help(help));
    }
    if let Some(id) = settings.attestations.refuse.iter().find(|id| rules::by_id(id).is_none()) {
        let message = format!("`{}` refuses attestations for `{id}`, but there is no such rule", file.display());
        return Err(Failure::new(exit::COULD_NOT_RUN, message).help("`plan explain` lists them all"));
    }
    let raised = settings.rules.raised(file.display().to_string());
    settings.raised = raised.map_err(|(not, at)| wrong(at, &not.message).help(not.help))?;
    settings.backup.file = file.clone();
    settings.site = settings.site.in_file(file);
    settings.file = Some(file.clone());
    Ok(settings)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use std::fs;

    use super::*;

    /// The adapters that settings of this text name, each by the end of its path, with their text; or why there are none.
    fn named(text: &str, folder: &Path) -> Result<Vec<(String, String)>, String> {
        fs::write(folder.join("plan.toml"), text).unwrap();
        let adapters = of(&folder.join("x.yaml")).and_then(|settings| settings.site.adapters(100));
        let shown = |path: PathBuf| path.strip_prefix(folder).unwrap().display().to_string();
        let both = |(path, bytes)| (shown(path), String::from_utf8(bytes).unwrap());
        adapters.map(|all| all.into_iter().map(both).collect()).map_err(|failure| failure.message)
    }

    #[test]
    fn one_adapter_or_several_are_read_from_the_plans_folder_and_below() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path();
        fs::create_dir(folder.join("adapters")).unwrap();
        fs::write(folder.join("a.yaml"), "a").unwrap();
        fs::write(folder.join("adapters/b.yaml"), "b").unwrap();
        let pair = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        assert_eq!(named("", folder), Ok(vec![]));
        assert_eq!(named("[site]\nadapter = \"a.yaml\"", folder), Ok(vec![pair("a.yaml", "a")]));
        let both = "[site]\nadapter = [\"adapters/b.yaml\", \"a.yaml\"]";
        assert_eq!(named(both, folder), Ok(vec![pair("adapters/b.yaml", "b"), pair("a.yaml", "a")]));
    }

    #[test]
    fn what_is_no_adapter_of_the_plans_folder_is_refused_by_its_name() {
        let place = tempfile::tempdir().unwrap();
        let (folder, outside) = (place.path().join("plans"), place.path().join("o.yaml"));
        fs::create_dir(&folder).unwrap();
        fs::write(&outside, "o").unwrap();
        fs::write(folder.join("long.yaml"), "x".repeat(101)).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(&outside, folder.join("link.yaml")).unwrap();
        let absolute = outside.display().to_string();
        let cases = [
            ("../o.yaml", "it leaves its folder"),
            (&*absolute, "it leaves its folder"),
            ("", "it leaves its folder"),
            ("none.yaml", "cannot be read"),
            ("long.yaml", "it is larger than"),
            #[cfg(unix)]
            ("link.yaml", "is a link"),
        ];
        for (name, why) in cases {
            let refused = named(&format!("[site]\nadapter = \"{name}\""), &folder).unwrap_err();
            assert!(refused.contains(&format!("names `{name}` as an adapter")) && refused.contains(why), "{refused}");
        }
        let many = format!("[site]\nadapter = {:?}", ["a.yaml"; 17]);
        for text in ["[site]\nadapter = 1", "[site]\nadapters = \"a.yaml\"", &many] {
            assert!(named(text, &folder).unwrap_err().contains("line 2, column"), "{text}");
        }
    }
}
