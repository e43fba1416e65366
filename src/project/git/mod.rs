//! Whether git tracks a file, and whether it ignores one, read from git's own books: no program is run, and no setting of a repository is
//! looked at. Each index is read once, however many files are asked for. What a file was at a revision git itself is asked (`revision`).

mod ignored;
mod index;
pub(crate) mod revision;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::fs::open_here;

use index::{Holds, Names};

/// Most bytes of a file that names a folder of git.
const POINTER: u64 = 1 << 13;

/// The indexes of the repositories that were asked, as each was when it was asked first.
#[derive(Clone, Debug, Default)]
pub struct Books(Rc<RefCell<HashMap<PathBuf, Read>>>);

/// What an index names; none where nothing was ever added.
type Read = Result<Option<Rc<Names>>, String>;

impl Books {
    /// Whether git tracks a file: whether the index of a repository that it lies in names it.
    ///
    /// Repositories are found by the `.git` of the folders above the file, and by nothing else: not by the environment, whose
    /// variables may be those of another repository, nor by the parts of a bare one, which a commit can bring.
    ///
    /// # Errors
    /// Why it is unknown, in words.
    pub fn tracks(&self, file: &Path) -> Result<bool, String> {
        let real = file.canonicalize().map_err(|error| error.to_string())?;
        let mut unknown = None;
        for top in real.ancestors().skip(1) {
            let name = real.strip_prefix(top).map_err(|error| error.to_string())?;
            match repository(top).and_then(|found| found.map_or(Ok(false), |repository| self.names(&repository, name)))
            {
                Ok(false) => {}
                Ok(true) => return Ok(true),
                Err(why) => unknown = unknown.or(Some(why)),
            }
        }
        unknown.map_or(Ok(false), Err)
    }

    /// Whether the next `git add` of everything takes a file in: it lies in a repository that does not ignore it. What cannot be said is
    /// no reason to warn.
    ///
    /// Of repositories within each other the innermost counts, as for git.
    pub fn leaves_open(&self, file: &Path) -> bool {
        let Ok(real) = file.canonicalize() else { return false };
        let innermost = real.ancestors().skip(1).find_map(|top| Some((top, repository(top).ok()??)));
        innermost.is_some_and(|(top, own)| ignored::is_ignored(top, &own.shared(), &real) == Some(false))
    }

    /// Whether the index of a repository names a file.
    fn names(&self, repository: &Repository, name: &Path) -> Result<bool, String> {
        let index = repository.0.join("index");
        let read = self.0.borrow().get(&index).cloned();
        let read = read.unwrap_or_else(|| {
            let read = repository.read(&index);
            self.0.borrow_mut().insert(index.clone(), read.clone());
            read
        });
        let Some(names) = read? else { return Ok(false) };
        let name = bytes(name).ok_or("its name is not text")?;
        match names.hold(&name) {
            Holds::Named => Ok(true),
            Holds::NotNamed => Ok(false),
            Holds::Elsewhere(what) => Err(format!("`{}` {what}", index.display())),
        }
    }
}

/// A folder of git.
struct Repository(PathBuf);

/// The repository whose files begin in this folder, if one does.
fn repository(top: &Path) -> Result<Option<Repository>, String> {
    let entry = top.join(".git");
    let found = match entry.metadata() {
        Ok(found) => found,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(unread(&entry, &error)),
    };
    if found.is_dir() {
        // What is no repository to git itself is none here.
        return if is_whole(&entry) { ours(&entry).map(|()| Some(Repository(entry))) } else { Ok(None) };
    }
    ours(&entry)?;
    let folder = pointed(&entry, "gitdir: ").map_err(|error| unread(&entry, &error))?;
    let folder = top.join(folder.ok_or_else(|| format!("`{}` does not point to a git folder", entry.display()))?);
    ours(&folder)?;
    if !is_whole(&folder) {
        return Err(format!("`{}` does not point to a git folder", entry.display()));
    }
    Ok(Some(Repository(folder)))
}

/// The path that a file of git's holds after its label.
fn pointed(file: &Path, label: &str) -> io::Result<Option<PathBuf>> {
    let text = crate::fs::text(crate::fs::read(file, POINTER)?)?;
    let path = text.strip_prefix(label).map(|path| path.trim_end_matches(['\n', '\r']));
    Ok(path.filter(|path| !path.is_empty()).map(PathBuf::from))
}

/// Whether a folder has what makes it one of git's.
fn is_whole(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).symlink_metadata().is_ok();
    has("HEAD") && (has("commondir") || has("objects") && has("refs"))
}

impl Repository {
    /// The folder that it shares with every other tree of its: its own, where it is none of a linked one.
    fn shared(&self) -> PathBuf {
        let common = pointed(&self.0.join("commondir"), "").ok().flatten();
        common.map_or_else(|| self.0.clone(), |common| self.0.join(common))
    }

    /// Reads its index.
    fn read(&self, index: &Path) -> Read {
        match open_here(index, OpenOptions::new().read(true)) {
            Ok(file) => index::read(file).map(|names| Some(Rc::new(names))).map_err(|error| unread(index, &error)),
            // Nothing was ever added.
            Err(error) if error.kind() == ErrorKind::NotFound && self.0.is_dir() => Ok(None),
            Err(error) => Err(unread(index, &error)),
        }
    }
}

fn unread(path: &Path, error: &io::Error) -> String {
    format!("`{}` cannot be read: {error}", path.display())
}

/// A path below a repository as its index writes it.
#[cfg(unix)]
fn bytes(name: &Path) -> Option<Vec<u8>> {
    Some(std::os::unix::ffi::OsStrExt::as_bytes(name.as_os_str()).to_owned())
}

#[cfg(not(unix))]
fn bytes(name: &Path) -> Option<Vec<u8>> {
    Some(name.to_str()?.replace('\\', "/").into_bytes())
}

/// Refuses what is somebody else's: as git itself does, whose books they could have written.
#[cfg(unix)]
fn ours(path: &Path) -> Result<(), String> {
    let found = path.metadata().map_err(|error| unread(path, &error))?;
    if std::os::unix::fs::MetadataExt::uid(&found) == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    Err(format!("`{}` belongs to another user of this machine", path.display()))
}

#[cfg(not(unix))]
fn ours(_: &Path) -> Result<(), String> {
    Ok(())
}
