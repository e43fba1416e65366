//! The table `[site]` of `plan.toml`: where the site keeps its members.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};

use crate::failure::{Failure, exit};
use crate::fs::{Folder, folder_of};
use crate::model::text::quoted;

/// Most adapters that the settings name.
const MOST: usize = 16;

/// The table `[site]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OfSite {
    /// Through what the members of a site at an address are read: files, as seen from the plan's folder and in it.
    #[serde(deserialize_with = "one_or_more")]
    adapter: Vec<PathBuf>,
    /// The settings' own file.
    #[serde(skip)]
    file: PathBuf,
}

impl OfSite {
    /// The same, beside a plan.
    pub(super) fn beside(self, plan: &Path) -> Self {
        Self { file: plan.with_file_name("plan.toml"), ..self }
    }

    /// Whether no adapter is named.
    pub(crate) fn names_no_adapter(&self) -> bool {
        self.adapter.is_empty()
    }

    /// The adapters, each by its path, and their text of at most so many bytes.
    ///
    /// # Errors
    /// Where one cannot be read, or lies outside of the plan's folder, or a link leads there.
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use std::fs;

    use crate::project::settings::beside;

    /// The adapters that settings of this text name, each by the end of its path, with their text; or why there are none.
    fn named(text: &str, folder: &std::path::Path) -> Result<Vec<(String, String)>, String> {
        fs::write(folder.join("plan.toml"), text).unwrap();
        let adapters = beside(&folder.join("x.yaml")).and_then(|settings| settings.site.adapters(100));
        let shown = |path: std::path::PathBuf| path.strip_prefix(folder).unwrap().display().to_string();
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
            ("../o.yaml", "it leaves the plan's folder"),
            (&*absolute, "it leaves the plan's folder"),
            ("", "it leaves the plan's folder"),
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
