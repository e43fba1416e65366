//! A plan's text in the place of the one that was read: whole, and only where that is still there.

use std::fs::Metadata;
use std::path::Path;

use crate::failure::{Failure, exit};
use crate::fs::{self, Readers};
use crate::text::Limits;

/// Refuses a file that must not be replaced; `see` shows what would be written in the place of that.
pub(super) fn ensure_may_be_written(path: &Path, see: &str) -> Result<(), Failure> {
    let seen = std::fs::symlink_metadata(path).map_err(|error| Failure::file("read", path, &error))?;
    let stays = |why: &str, help: String| {
        Err(Failure::new(exit::COULD_NOT_RUN, format!("`{}` stays as it is: {why}", path.display())).help(help))
    };
    if seen.is_file() && seen.permissions().readonly() {
        return stays("it is read-only", format!("make it writable first, or see what would be written with `{see}`"));
    }
    if seen.is_file() && names_of(&seen) > 1 {
        let why = "it has more than one name (hard links), and would be another file under the others afterwards";
        return stays(why, format!("copy it to a file of its own, or see what would be written with `{see}`"));
    }
    Ok(())
}

#[cfg(unix)]
fn names_of(seen: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(seen)
}

#[cfg(not(unix))]
fn names_of(_: &Metadata) -> u64 {
    1
}

/// Puts a plan's text in the place of the one that was read, if that is still there.
pub(super) fn put(path: &Path, before: &str, after: &str, (limits, see): (&Limits, &str)) -> Result<(), Failure> {
    ensure_may_be_written(path, see)?;
    let now = fs::read(path, limits.bytes as u64 + 1).map_err(|error| Failure::file("read", path, &error))?;
    if now != before.as_bytes() {
        let message = format!("`{}` stays as it is: it was changed since it was read", path.display());
        return Err(Failure::new(exit::COULD_NOT_RUN, message).help("run this again"));
    }
    fs::put(path, after.as_bytes(), Readers::All).map_err(|error| {
        // A disk can fail when the file is in its place already.
        let is_in_place = fs::read(path, limits.bytes as u64 + 1).is_ok_and(|now| now == after.as_bytes());
        match is_in_place {
            true => {
                let message = format!("`{}` was written, but the disk does not confirm it: {error}", path.display());
                Failure::new(exit::COULD_NOT_RUN, message).help("look at the file, and run this again")
            }
            false => Failure::file("write", path, &error),
        }
    })
}
