//! Files that are there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::regular;

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
    let permissions = match fs::symlink_metadata(path) {
        Ok(old) => Some(regular(old)?.permissions()),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (new, mut file) = new_in(folder, readers)?;
    fill(&mut file)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()?;
    drop(file);
    fs::rename(&new.0, path)?;
    std::mem::forget(new);
    sync_folder(folder)
}

/// A file that is taken away again unless it found its place.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // The failure that brought us here is reported; that a file stays too adds nothing to it.
        drop(fs::remove_file(&self.0));
    }
}

fn new_in(folder: &Path, readers: Readers) -> io::Result<(Unfinished, File)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut last = io::Error::from(ErrorKind::AlreadyExists);
    for attempt in 0..100_u32 {
        let path = unfinished(folder, std::process::id(), attempt);
        match options.open(&path) {
            Ok(file) => return Ok((Unfinished(path), file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// Where a process writes a file before it finds its place.
fn unfinished(folder: &Path, process: u32, attempt: u32) -> PathBuf {
    folder.join(format!(".plan-{process}-{attempt}.tmp"))
}

/// Takes away what a dead process left unfinished beside this file.
pub(crate) fn sweep(path: &Path, process: u32) {
    let beside = path.parent().unwrap_or(Path::new(""));
    // What cannot be taken away harms nothing.
    let _swept = (0..).take_while(|attempt| fs::remove_file(unfinished(beside, process, *attempt)).is_ok()).count();
}

/// Takes away what processes left unfinished in this folder, whichever they were.
pub(crate) fn sweep_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(".plan-") && name.ends_with(".tmp") {
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
}
