//! What a person named, and the way to it: a repository's links lead nobody out of it.
//!
//! A folder of a person's own may be a link to where they keep their plans. What lies in a repository came with whoever wrote it:
//! a link of its own is followed as far as its own files, and never out of them, nor into git's books, which may hold a login.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use super::{open_here, refused, regular};

/// Refuses a way to a file that leaves a repository by a link in it.
///
/// # Errors
/// Whatever the system says, and what is refused.
pub(crate) fn ensure_way(path: &Path) -> io::Result<()> {
    let folders: Vec<&Path> = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).collect();
    folders.into_iter().rev().try_for_each(|folder| match fs::symlink_metadata(folder) {
        Ok(seen) if seen.is_symlink() => ensure_link(folder, "name the folder itself"),
        // What is not there is said by who opens it.
        _ => Ok(()),
    })
}

/// Refuses a link that leads out of the repository which it lies in, and says what to do.
fn ensure_link(link: &Path, help: &str) -> io::Result<()> {
    let holder = link.parent().filter(|holder| !holder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let holder = fs::canonicalize(holder)?;
    let Some(top) = holder.ancestors().find(|folder| fs::symlink_metadata(folder.join(".git")).is_ok()) else {
        return Ok(());
    };
    let to = fs::canonicalize(link)?;
    let stays = to
        .strip_prefix(top)
        .is_ok_and(|inside| inside.components().all(|part| part != Component::Normal(".git".as_ref())));
    if stays {
        return Ok(());
    }
    let (link, top) = (link.display(), top.display());
    Err(refused(&format!("`{link}` is a link that leads out of the repository `{top}`: {help}")))
}

/// Opens a file that a person named, for reading, wherever links of that name lead.
///
/// # Errors
/// As [`open`](super::open), but for a link to a regular file.
pub fn open_linked(path: &Path) -> io::Result<File> {
    open_here(&followed(path)?, OpenOptions::new().read(true))
}

/// Opens a file that was found by its name beside a site in a file, through links as far as they stay in their repository.
///
/// # Errors
/// As [`open_linked`], and for a link that leads out of its repository.
pub fn open_beside_site(path: &Path) -> io::Result<File> {
    if is_link(path) {
        ensure_link(path, "put the file itself there")?;
    }
    open_linked(path)
}

/// Whether a file that a person named lies there and may be read, wherever links of that name lead, without opening it.
///
/// # Errors
/// As [`open_linked`].
pub fn ensure_there(path: &Path) -> io::Result<()> {
    let path = followed(path)?;
    regular(fs::symlink_metadata(&path)?)?;
    #[cfg(unix)]
    rustix::fs::access(&path, rustix::fs::Access::READ_OK)?;
    Ok(())
}

/// Where links of a name lead; the name itself where it is none.
fn followed(path: &Path) -> io::Result<PathBuf> {
    ensure_way(path)?;
    if !is_link(path) {
        return Ok(path.to_owned());
    }
    let to_nothing = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => io::Error::new(ErrorKind::NotFound, "it is a link whose target does not exist"),
        _ => error,
    };
    fs::canonicalize(path).map_err(to_nothing)
}

/// Whether a link lies there.
pub fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|seen| seen.is_symlink())
}

/// Makes a folder that only this user can enter, with those above it, where there is none yet; one that is there keeps its mode.
///
/// # Errors
/// Whatever the system says.
pub fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes the folder of a file, as [`make_private`], and has git ignore whatever comes into the outermost one that was made: whether one was.
///
/// # Errors
/// Whatever the system says; a way that leaves a repository by a link of its is refused.
pub fn make_ignored(file: &Path) -> io::Result<bool> {
    ensure_way(file)?;
    let folder = super::folder_of(file);
    let is_there = |folder: &Path| fs::symlink_metadata(folder).is_ok();
    let new = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !is_there(folder));
    let Some(outermost) = new.last() else { return Ok(false) };
    make_private(folder)?;
    super::Folder::at(outermost).write_new(".gitignore", "*\n")?;
    Ok(true)
}
