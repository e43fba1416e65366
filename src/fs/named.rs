//! What a person named, and the way to it: a repository's links lead nobody out of it.
//!
//! A folder of a person's own may be a link to where they keep their plans. What lies in a repository came with whoever wrote it:
//! a link of its own is followed as far as its own files, and never out of them, nor into git's books, which may hold a login.

use std::fs;
use std::io;
use std::path::{Component, Path};

use super::refused;

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
pub(super) fn ensure_link(link: &Path, help: &str) -> io::Result<()> {
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
