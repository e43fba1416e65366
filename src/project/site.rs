//! The table `[site]` of `plan.toml`: which site it is, and where that keeps its members.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

use crate::failure::{Failure, exit};
use crate::fs::{Folder, folder_of};
use crate::model::text::{quoted, says_something};

/// Most adapters that the settings name.
const MOST: usize = 16;

/// The table `[site]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OfSite {
    /// Through what the members of a site at an address are read: files, as seen from the settings' folder and in it.
    #[serde(deserialize_with = "one_or_more")]
    adapter: Vec<PathBuf>,
    /// The staging copy: its address, or a recording of it in the settings' folder.
    staging: Option<String>,
    /// The live site, with which the copy is compared: in the same way.
    live: Option<String>,
    /// Whether a site at an address is written to: `allowed`, where its owner agreed.
    writes: Option<String>,
    /// Who on the owner's side agreed.
    agreed_by: Option<String>,
    /// The day on which they did.
    agreed_on: Option<String>,
    /// The settings' own file; where there is none, where one would be.
    #[serde(skip)]
    file: PathBuf,
}

impl OfSite {
    /// The same, of settings in this file.
    pub(super) fn in_file(self, file: &Path) -> Self {
        Self { file: file.to_owned(), ..self }
    }

    /// The settings' own file; where there is none, where one would be.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// The staging copy; none where none is named.
    ///
    /// # Errors
    /// Where a file is named that lies outside of the settings' folder, or cannot be opened, or a link leads to it.
    pub(crate) fn staging(&self) -> Result<Option<Named>, Failure> {
        self.named(self.staging.as_ref(), ("the staging copy", "--snapshot FILE"))
    }

    /// The live site with which the copy is compared; none where none is named.
    ///
    /// # Errors
    /// As [`OfSite::staging`].
    pub(crate) fn live(&self) -> Result<Option<Named>, Failure> {
        self.named(self.live.as_ref(), ("the live site", "--live FILE"))
    }

    fn named(&self, named: Option<&String>, (what, option): (&str, &str)) -> Result<Option<Named>, Failure> {
        let Some(named) = named else { return Ok(None) };
        if named.contains("://") {
            return Ok(Some(Named::Address(named.clone())));
        }
        let folder = Folder::of(&self.file);
        if let Err(error) = folder.open(named, OpenOptions::new().read(true)) {
            let message = format!("`{}` names `{named}` as {what}, which cannot be read: {error}", self.file.display());
            return Err(Failure::new(exit::COULD_NOT_RUN, message).help(format!(
                "write its address with `https://`, or the name of a recording in the folder of `plan.toml` or below; one that lies \
                 elsewhere is named on the command line: `{option}`"
            )));
        }
        Ok(Some(Named::Recording(folder_of(&self.file).join(named))))
    }

    /// Whether a site at an address may be written to: only where somebody on its owner's side agreed, who is named with the day.
    ///
    /// # Errors
    /// Where one of the three is missing, is none, or the day is yet to come.
    pub(crate) fn writes(&self, today: Date) -> Result<bool, Failure> {
        let said = [&self.writes, &self.agreed_by, &self.agreed_on];
        if said.iter().all(|said| said.is_none()) {
            return Ok(false);
        }
        let refused = |what: String| {
            Failure::new(exit::USAGE, format!("`{}` {what}, so nothing is written", self.file.display())).help(
                "a site is written to where the table `[site]` holds all of `writes = \"allowed\"`, `agreed_by = \"WHO AGREED\"` (who on the \
                 owner's side agreed) and `agreed_on = \"YEAR-MONTH-DAY\"`; without them a person makes the changes",
            )
        };
        match said.map(|said| said.as_deref().map(str::trim)) {
            [Some("allowed"), Some(by), Some(on)] if says_something(by) => match on.parse::<Date>() {
                Ok(on) if on <= today => Ok(true),
                Ok(_) => {
                    Err(refused("says that its owner agreed on a day that is yet to come (`agreed_on`)".to_owned()))
                }
                Err(_) => Err(refused("names no day on which its owner agreed (`agreed_on`)".to_owned())),
            },
            [Some("allowed"), ..] => Err(refused("does not say who agreed to it, and when".to_owned())),
            [Some(_), ..] => Err(refused("has another word than `allowed` in `writes`".to_owned())),
            [None, ..] => Err(refused("says who agreed, and not to what (`writes`)".to_owned())),
        }
    }

    /// Whether live is not named.
    pub(crate) fn names_no_live(&self) -> bool {
        self.live.is_none()
    }

    /// Whether no adapter is named.
    pub(crate) fn names_no_adapter(&self) -> bool {
        self.adapter.is_empty()
    }

    /// The adapters, each by its path, and their text of at most so many bytes.
    ///
    /// # Errors
    /// Where one cannot be read, or lies outside of the settings' folder, or a link leads there.
    pub(crate) fn adapters(&self, most: u64) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
        let folder = Folder::of(&self.file);
        let read = |name: &PathBuf| {
            let bytes = folder.read(name, most).map_err(|error| self.unread(name, &error))?;
            Ok((folder_of(&self.file).join(name), bytes))
        };
        self.adapter.iter().map(read).collect()
    }

    fn unread(&self, name: &Path, error: &std::io::Error) -> Failure {
        let (file, named) = (self.file.display(), name.display());
        let message = format!("`{file}` names `{named}` as an adapter, which cannot be read: {error}");
        let elsewhere = quoted(&self.file.with_file_name(name).display().to_string());
        Failure::new(exit::COULD_NOT_RUN, message).help(format!(
            "put the adapter into the folder of `plan.toml`, or below it; that file can come with a repository, so only you can name one \
             elsewhere, where a command takes `--adapter {elsewhere}`"
        ))
    }
}

/// A site of the plan, as the settings name it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// At an address. Nothing is sent there but with a login that is bound to it outside of any repository.
    Address(String),
    /// In a file, which nobody named who vouches for it.
    Recording(PathBuf),
}

/// One file, or a list of them.
fn one_or_more<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PathBuf>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a file's name, such as \"club.adapter.yaml\", or a list of names")]
    enum Named {
        One(PathBuf),
        More(Vec<PathBuf>),
    }
    let named = match Named::deserialize(from)? {
        Named::One(one) => vec![one],
        Named::More(more) => more,
    };
    match named.len() {
        0..=MOST => Ok(named),
        count => Err(serde::de::Error::custom(format!("{count} adapters are named, and {MOST} can be"))),
    }
}
