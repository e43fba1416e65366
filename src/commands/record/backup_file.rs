//! A backup's file: read once for its size and digest, looked into where it is a database dump, and compared later.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::dump::{self, Contents};
use crate::failure::{Failure, exit};
use crate::fs::{Watched, watched};
use crate::model::record::{BackupSource, Dump, Record};
use crate::model::{Plan, digest};
use crate::rules::{BackupFiles, FileNow};
use crate::site::disk;

/// What a reading of a backup's file showed.
pub(super) struct Seen {
    pub(super) bytes: u64,
    pub(super) sha256: String,
    /// The file's own time.
    pub(super) made: Option<Timestamp>,
    /// What is inside, where its name is a database dump's.
    pub(super) contents: Option<Contents>,
}

/// Where a backup's file is looked for: a bare name in the folder of backups, anything else where it says.
pub(in crate::commands) fn find(file: &Path, folder: Option<&Path>) -> PathBuf {
    match folder {
        Some(folder) if is_bare(file) => folder.join(file),
        _ => file.to_owned(),
    }
}

fn is_bare(file: &Path) -> bool {
    let mut parts = file.components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(name)), None) if name == file.as_os_str())
}

/// Whether a file is a database dump, by its name: `.sql`, packed or not.
fn is_dump(path: &Path) -> bool {
    let packed = path.extension().is_some_and(|extension| extension == "gz" || extension == "zst");
    let name = if packed { path.file_stem().map(Path::new) } else { Some(path) };
    name.and_then(Path::extension).is_some_and(|extension| extension == "sql")
}

/// Reads a backup's file once, from its first byte to its last.
pub(super) fn look_into(path: &Path) -> Result<Seen, Failure> {
    let failed = |e: io::Error| Failure::file("read", path, &e);
    let file = disk::open_regular(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    let mut file = Hashed::new(watched(path, file));
    let contents = if is_dump(path) {
        let mut text = disk::unpack(path, &mut file).map_err(failed)?;
        Some(dump::look(&mut *text).map_err(failed)?)
    } else {
        None
    };
    // What cut packing leaves unread belongs to the file all the same.
    io::copy(&mut file, &mut io::sink()).map_err(failed)?;
    let what = if file.bytes == 0 {
        "is empty, so it is no backup"
    } else if file.bytes != about.len() {
        "changed while it was read; wait until it is completely written"
    } else {
        let made = about.modified().ok().and_then(|made| Timestamp::try_from(made).ok());
        return Ok(Seen { bytes: file.bytes, sha256: file.sha256(), made, contents });
    };
    Err(Failure::new(exit::COULD_NOT_RUN, format!("`{}` {what}", path.display())))
}

/// A file that is digested while it is read.
struct Hashed {
    file: Watched,
    hash: Sha256,
    bytes: u64,
}

impl Hashed {
    fn new(file: Watched) -> Self {
        Self { file, hash: Sha256::new(), bytes: 0 }
    }

    fn sha256(self) -> String {
        digest::hex(&self.hash.finalize())
    }
}

impl Read for Hashed {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(block)?;
        self.hash.update(&block[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

/// Compares the files of the backups that count with what is on record of them.
pub(crate) fn compare(folder: &Path, plan: &Plan, record: &Record) -> Result<BackupFiles, Failure> {
    if !folder.is_dir() {
        let message = format!("`{}`, the folder of backups, is not a folder", folder.display());
        return Err(Failure::new(exit::COULD_NOT_RUN, message)
            .help("name it with `--backup-dir`, or under `[backup] folder` in `plan.toml`"));
    }
    let mut files = BackupFiles::default();
    for source in sources(plan, record) {
        if let BackupSource::File { name, bytes, sha256, dump } = source {
            files.add(name, || now(folder, name, *bytes, sha256, dump.as_ref()));
        }
    }
    Ok(files)
}

/// The files of the backups that count, in their folder.
pub(crate) fn kept(folder: &Path, plan: &Plan, record: &Record) -> BTreeSet<PathBuf> {
    let names = sources(plan, record).filter_map(|source| match source {
        BackupSource::File { name, .. } => Some(Path::new(name)),
        BackupSource::RestorePoint(_) => None,
    });
    names.filter(|name| is_bare(name)).map(|name| folder.join(name)).filter(|path| path.is_file()).collect()
}

/// What the backups that count are.
fn sources<'a>(plan: &'a Plan, record: &'a Record) -> impl Iterator<Item = &'a BackupSource> {
    let parts = plan.backup.iter().flat_map(|demand| demand.parts.iter().map(|part| (demand.of, *part)));
    parts.filter_map(|(of, part)| record.backup(of, part)).map(|(_, backup)| &backup.source)
}

fn now(folder: &Path, name: &str, bytes: u64, sha256: &str, dump: Option<&Dump>) -> FileNow {
    if !is_bare(Path::new(name)) {
        return FileNow::Unreadable("its recorded name is not the name of a file in the folder".to_owned());
    }
    let path = folder.join(name);
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return FileNow::Missing,
        Err(error) => return FileNow::Unreadable(error.to_string()),
        // Another size needs no reading; what is no file is refused when it is opened.
        Ok(about) if about.is_file() && about.len() != bytes => return FileNow::OtherSize { bytes: about.len() },
        Ok(_) => {}
    }
    let seen = match look_into(&path) {
        Ok(seen) => seen,
        Err(failure) => return FileNow::Unreadable(failure.message),
    };
    // A record can be written by hand: what it says of the inside is read again as well.
    let is_inside = |dump: &Dump| {
        let prefix = dump.prefix.as_deref();
        seen.contents.as_ref().and_then(|contents| contents.dump(prefix).ok()).is_some_and(|now| now == *dump)
    };
    match dump {
        _ if seen.sha256 != sha256 => FileNow::OtherContent,
        Some(dump) if !is_inside(dump) => FileNow::OtherInside,
        _ => FileNow::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_known_by_its_name() {
        for name in ["a.sql", "a.sql.gz", "b/live.2026.sql.zst"] {
            assert!(is_dump(Path::new(name)), "{name}");
        }
        for name in ["a.zip", "a.gz", "a-db.gz", "sql", "a.sql.zip", "a.sql.gz.part", ".gz"] {
            assert!(!is_dump(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn only_a_bare_name_is_looked_for_in_the_folder() {
        let folder = Some(Path::new("/backups"));
        assert_eq!(find(Path::new("a.sql"), folder), Path::new("/backups/a.sql"));
        for other in ["./a.sql", "../a.sql", "x/a.sql", "/a.sql", "..", "a.sql/"] {
            assert_eq!(find(Path::new(other), folder), Path::new(other));
        }
        assert_eq!(find(Path::new("a.sql"), None), Path::new("a.sql"));
    }

    #[test]
    fn a_file_is_compared_with_its_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sql");
        std::fs::write(&path, "CREATE TABLE x (id int);\n").unwrap();
        let seen = look_into(&path).unwrap();
        assert_eq!(seen.bytes, 25);
        assert_eq!(seen.sha256, digest::of_bytes(b"CREATE TABLE x (id int);\n"));
        let is = |name: &str, bytes, sha256: &str| now(folder.path(), name, bytes, sha256, None);
        assert_eq!(is("a.sql", 25, &seen.sha256), FileNow::Same);
        assert_eq!(is("a.sql", 24, &seen.sha256), FileNow::OtherSize { bytes: 25 });
        assert_eq!(is("a.sql", 25, "00"), FileNow::OtherContent);
        let dump = seen.contents.as_ref().unwrap().dump(None).unwrap();
        let inside = |dump: &Dump| now(folder.path(), "a.sql", 25, &seen.sha256, Some(dump));
        assert_eq!(inside(&dump), FileNow::Same);
        assert_eq!(inside(&Dump { users: 9, ..dump }), FileNow::OtherInside);
        assert_eq!(is("b.sql", 25, &seen.sha256), FileNow::Missing);
        for outside in ["../a.sql", "/etc/hostname", "", "."] {
            assert!(matches!(is(outside, 25, &seen.sha256), FileNow::Unreadable(_)), "{outside}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&path, folder.path().join("link.sql")).unwrap();
            assert!(matches!(is("link.sql", 25, &seen.sha256), FileNow::Unreadable(_)));
        }
    }
}
