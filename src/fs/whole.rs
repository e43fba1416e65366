//! Files that are there whole or not at all.

#[cfg(target_os = "linux")]
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use super::{refused, regular};

/// Who may read a new file. One that was there keeps its permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone.
    Owner,
    /// Whom the system lets by default.
    All,
}

/// Replaces a file by these bytes, whole or not at all.
pub(crate) fn replace(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    replace_by(path, readers, |file| file.write_all(bytes))
}

/// Replaces a file by what is written into it, whole or not at all.
pub(crate) fn replace_by(
    path: &Path,
    readers: Readers,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let permissions = permissions_of(path)?;
    let folder = folder_of(path);
    let mut new = new_in(folder, readers)?;
    fill(new.as_file_mut())?;
    if let Some(permissions) = permissions {
        new.as_file().set_permissions(permissions)?;
    }
    new.as_file().sync_all()?;
    new.persist(path).map_err(|unplaced| unplaced.error)?;
    sync_folder(folder)
}

/// The same, where a process that is killed leaves nothing beside it: what is written has no name until it is whole. Where something is in its
/// place it has another name for the moment in which it takes that, always the same one, which whoever writes there next takes away.
///
/// # Errors
/// As [`replace`]; where this system has no way to, it is that.
pub(crate) fn put(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    match put_unseen(path, bytes, readers)? {
        true => sync_folder(folder_of(path)),
        false => replace(path, bytes, readers),
    }
}

/// Whether a file was put in its place so; false where this system, or the one that keeps the files, has no way to.
#[cfg(target_os = "linux")]
fn put_unseen(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<bool> {
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    use rustix::fs::{AtFlags, CWD, OFlags, linkat};
    /// How often somebody else may be at the same file in the same moment.
    const TRIES: usize = 16;
    let permissions = permissions_of(path)?;
    let mode = if readers == Readers::Owner { 0o600 } else { 0o666 };
    let mut options = OpenOptions::new();
    options.write(true).mode(mode).custom_flags(OFlags::TMPFILE.bits().cast_signed());
    let Ok(mut file) = options.open(folder_of(path)) else { return Ok(false) };
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()?;
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    // The whole name: two files that share one for a moment would take each other's place.
    let mut for_a_moment = OsString::from(".plan-");
    for_a_moment.push(path.file_name().unwrap_or_default());
    for_a_moment.push(UNFINISHED);
    let for_a_moment = path.with_file_name(for_a_moment);
    for _ in 0..TRIES {
        match linkat(CWD, &open, CWD, path, AtFlags::SYMLINK_FOLLOW) {
            Ok(()) => return Ok(true),
            Err(rustix::io::Errno::EXIST) => {}
            Err(_) => return Ok(false),
        }
        // A link that was laid there since is taken for no file of ours.
        permissions_of(path)?;
        match linkat(CWD, &open, CWD, &for_a_moment, AtFlags::SYMLINK_FOLLOW) {
            Ok(()) => {}
            // Whoever died in that moment, or is in it now, finds nothing, and tries again.
            Err(rustix::io::Errno::EXIST) => {
                remove(&for_a_moment)?;
                continue;
            }
            Err(_) => return Ok(false),
        }
        match fs::rename(&for_a_moment, path) {
            Ok(()) => return Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                drop(remove(&for_a_moment));
                return Err(error);
            }
        }
    }
    Ok(false)
}

#[cfg(not(target_os = "linux"))]
fn put_unseen(_: &Path, _: &[u8], _: Readers) -> io::Result<bool> {
    Ok(false)
}

/// The permissions of the file that is to be replaced; none where there is none yet.
///
/// # Errors
/// A link, and what is no regular file, are refused.
fn permissions_of(path: &Path) -> io::Result<Option<fs::Permissions>> {
    match fs::symlink_metadata(path) {
        Ok(old) if old.is_symlink() => Err(refused("it is a link, and nothing is written through one")),
        Ok(old) => Ok(Some(regular(old)?.permissions())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file without a name, which nobody else finds and which is gone with this process, however that ends.
pub(crate) fn temporary() -> io::Result<File> {
    tempfile::tempfile()
}

/// The same in a folder, where what is to lie there has room.
pub(crate) fn temporary_in(folder: &Path) -> io::Result<File> {
    tempfile::tempfile_in(folder)
}

/// Gives a file without a name this one, for its owner alone, where nothing has it: at no moment is there a half-placed file that somebody
/// who is killed leaves behind. False where this system has no way to.
///
/// # Errors
/// Where it cannot be made to last, or something has that name.
#[cfg(target_os = "linux")]
pub(crate) fn name_unnamed(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::PermissionsExt as _;

    use rustix::fs::{AtFlags, CWD, linkat};
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.sync_all()?;
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    match linkat(CWD, open, CWD, path, AtFlags::SYMLINK_FOLLOW) {
        Ok(()) => sync_folder(folder_of(path)).map(|()| true),
        Err(rustix::io::Errno::EXIST) => Err(ErrorKind::AlreadyExists.into()),
        Err(_) => Ok(false),
    }
}

/// The same elsewhere.
#[cfg(not(target_os = "linux"))]
pub(crate) fn name_unnamed(_: &File, _: &Path) -> io::Result<bool> {
    Ok(false)
}

/// The folder that a file lies in, the working one for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file that is taken away again unless it finds its place.
fn new_in(folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let by_us = unfinished(std::process::id());
    Builder::new().prefix(&by_us).suffix(UNFINISHED).make_in(folder, |path| options.open(path))
}

/// How the name of a file ends before it finds its place.
const UNFINISHED: &str = ".tmp";

/// How the name of a file begins that a process has not put in its place.
fn unfinished(process: u32) -> String {
    format!(".plan-{process}-")
}

/// Takes away what a dead process left unfinished beside this file.
pub(crate) fn sweep(path: &Path, process: u32) {
    // What cannot be taken away harms nothing.
    drop(sweep_named(folder_of(path), &unfinished(process)));
}

/// Takes away what processes left unfinished in this folder, whichever they were.
pub(crate) fn sweep_all(folder: &Path) -> io::Result<()> {
    sweep_named(folder, ".plan-")
}

fn sweep_named(folder: &Path, begins: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(begins) && name.ends_with(UNFINISHED) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes a file that may be gone already.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes a new name in a folder last.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.site.ndjson");
        fs::write(&path, "old").unwrap();
        let full = replace_by(&path, Readers::All, |file| {
            file.write_all(b"half")?;
            Err(ErrorKind::StorageFull.into())
        });
        assert_eq!(full.unwrap_err().kind(), ErrorKind::StorageFull);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_takes_its_place_unseen_as_it_does_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        for (bytes, readers) in [(&b"one"[..], Readers::Owner), (b"two", Readers::All), (b"", Readers::All)] {
            put(&path, bytes, readers).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes);
            #[cfg(unix)]
            {
                // As the first one made it: a file that is there keeps its permissions.
                let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
                assert_eq!(mode & 0o777, 0o600);
            }
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
        // What somebody left who died in the one moment is taken away, and many at one file never leave any.
        fs::write(folder.path().join(".plan-x.json.tmp"), "half").unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..50).for_each(|_| put(&path, b"many", Readers::All).unwrap()));
            }
        });
        assert_eq!(fs::read(&path).unwrap(), b"many");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("x.json", folder.path().join("link")).unwrap();
            let refused = put(&folder.path().join("link"), b"x", Readers::All).unwrap_err();
            assert!(refused.to_string().contains("it is a link"), "{refused}");
        }
        assert!(put(folder.path(), b"x", Readers::All).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_without_a_name_gets_one_for_its_owner_alone_and_takes_nobody_s() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ndjson");
        let mut file = temporary_in(folder.path()).unwrap();
        file.write_all(b"whole").unwrap();
        if !name_unnamed(&file, &path).unwrap() {
            return;
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        let other = temporary_in(folder.path()).unwrap();
        assert_eq!(name_unnamed(&other, &path).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
