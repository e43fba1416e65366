//! A state folder that others own or can change, taken over: what lies in it is copied into files of this user's own, and the
//! folder as it was is set aside.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::fs::{Folder, sync_folder};

use super::{is_shared, open_private};

/// Most files that are taken over.
const MOST_FILES: usize = 10_000;

/// Most bytes that are taken over: some hundred times what the populations of a large site take.
const MOST_BYTES: u64 = 8 << 30;

/// Makes the state folder this user's own, whoever's it was. The lock and the notes beside a site in a file stay what they are,
/// so that whoever holds the lock still holds it. Returns where the folder is kept as it was.
///
/// # Errors
/// Whatever the file system says; more than a state folder holds is refused.
pub fn take_over(folder: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    let aside = folder.with_extension(format!("before-{stamp}"));
    let new = folder.with_extension(format!("new-{}", std::process::id()));
    if fs::symlink_metadata(&aside).is_ok() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&new)?;
    let taken = fill(folder, &new).and_then(|()| exchange(folder, &new, &aside));
    if taken.is_err() {
        // The failure that brought us here is reported; that copies stay too adds nothing to it.
        drop(fs::remove_dir_all(&new));
    }
    taken.map(|()| aside)
}

/// The folders that were set aside beside this one.
pub fn set_aside(folder: &Path) -> Vec<PathBuf> {
    let beside = folder.parent().filter(|beside| !beside.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let begins = format!("{}.before-", folder.file_name().unwrap_or_default().to_string_lossy());
    let entries = fs::read_dir(beside).into_iter().flatten().flatten();
    // A link is none: nothing is looked for through it.
    let aside = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut found: Vec<PathBuf> = aside
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&begins))
        .map(|entry| folder.with_file_name(entry.file_name()))
        .collect();
    found.sort();
    found
}

fn fill(from: &Path, to: &Path) -> io::Result<()> {
    open_private(&to.join(".gitignore"), OpenOptions::new().create_new(true).write(true))?.write_all(b"*\n")?;
    let (mut files, mut bytes) = (0_usize, 0_u64);
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        let path = from.join(&name);
        if name == ".gitignore" || !fs::symlink_metadata(&path)?.is_file() {
            continue;
        }
        files += 1;
        if is_shared(&path) {
            // Another name of the same file: a lock that is held stays held. Where neither can be had whoever holds it stops
            // before their next act, as their lock is not in its place any more; a note is written again.
            drop(fs::hard_link(&path, to.join(&name)).or_else(|_| fs::rename(&path, to.join(&name))));
        } else {
            bytes += copy(from, &name, &to.join(&name), MOST_BYTES.saturating_sub(bytes))?;
        }
        if files > MOST_FILES || bytes > MOST_BYTES {
            let what = format!("it holds more than {MOST_FILES} files or {} GiB", MOST_BYTES >> 30);
            return Err(io::Error::new(ErrorKind::FileTooLarge, what));
        }
    }
    sync_folder(to)
}

/// Copies a file that is one, and no link, into one of this user's alone.
fn copy(from: &Path, name: &std::ffi::OsStr, to: &Path, most: u64) -> io::Result<u64> {
    let read = Folder::at(from).open(name, OpenOptions::new().read(true))?;
    let mut own = open_private(to, OpenOptions::new().create_new(true).write(true))?;
    let copied = io::copy(&mut read.take(most.saturating_add(1)), &mut own)?;
    own.sync_all().map(|()| copied)
}

/// Puts the new folder in the place of the old one, which is then aside.
fn exchange(folder: &Path, new: &Path, aside: &Path) -> io::Result<()> {
    // At once where the system can do that: a crash in between leaves a state folder in its place.
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, folder, CWD, new, RenameFlags::EXCHANGE).is_ok() {
            fs::rename(new, aside)?;
            return sync_folder(folder.parent().unwrap_or(Path::new("")));
        }
    }
    fs::rename(folder, aside)?;
    fs::rename(new, folder)?;
    sync_folder(folder.parent().unwrap_or(Path::new("")))
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a test may end so")]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn what_is_taken_over_is_copied_and_no_link_is_followed() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join(".plan");
        fs::create_dir(&folder).unwrap();
        fs::write(place.path().join("outside"), "secret").unwrap();
        for (name, text) in [("x.journal.ndjson", "line\n"), ("x.lock", "held"), ("x.run.json", "note")] {
            fs::write(folder.join(name), text).unwrap();
        }
        symlink("../outside", folder.join("x.before.site.ndjson")).unwrap();
        fs::create_dir(folder.join("inner")).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        fs::set_permissions(folder.join("x.journal.ndjson"), fs::Permissions::from_mode(0o666)).unwrap();
        let lock = fs::metadata(folder.join("x.lock")).unwrap().ino();
        let aside = take_over(&folder, "2026-11-28T10:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(aside, place.path().join(".plan.before-20261128T100000Z"));
        let mode = |path: &Path| fs::symlink_metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("x.journal.ndjson"))), (0o700, 0o600));
        assert_eq!(fs::metadata(folder.join("x.lock")).unwrap().ino(), lock);
        assert_eq!(fs::read_to_string(folder.join("x.journal.ndjson")).unwrap(), "line\n");
        let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, [".gitignore", "x.journal.ndjson", "x.lock", "x.run.json"]);
        assert!(fs::symlink_metadata(aside.join("x.before.site.ndjson")).unwrap().is_symlink());
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 3, "nothing else is left");
    }
}
