//! Files: opened only if regular, unpacked and packed by name, replaced whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::SiteError;
use crate::population::Damage;

/// How much is read at a time.
const BLOCK: usize = 1 << 18;

/// How a file is packed, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Plain,
    Zstd,
    Gzip,
}

impl Packing {
    fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("zst") => Self::Zstd,
            Some("gz") => Self::Gzip,
            _ => Self::Plain,
        }
    }
}

/// Opens a regular file for reading, unpacked. Anything else (a link, a pipe, a device, a folder) is refused.
pub(super) fn open(path: &Path) -> Result<Box<dyn BufRead>, SiteError> {
    open_regular(path).and_then(|file| unpack(path, file)).map_err(|source| failed("read", path, source))
}

/// Opens a regular file as it lies there. Anything else (a link, a pipe, a device, a folder) is refused.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let regular = |found: &fs::Metadata| found.is_file();
    let seen = fs::symlink_metadata(path)?;
    if !regular(&seen) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let file = File::open(path)?;
    let opened = file.metadata()?;
    if !regular(&opened) || !is_same(&seen, &opened) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it was replaced while it was opened"));
    }
    Ok(file)
}

#[cfg(unix)]
fn is_same(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

/// Reads what is packed as this file's name says.
pub(crate) fn unpack<'a, R: Read + 'a>(path: &Path, file: R) -> io::Result<Box<dyn BufRead + 'a>> {
    fn lines<'a, R: Read + 'a>(reader: R) -> Box<dyn BufRead + 'a> {
        Box::new(BufReader::with_capacity(BLOCK, reader))
    }
    Ok(match Packing::of(path) {
        Packing::Plain => lines(file),
        Packing::Zstd => lines(zstd::Decoder::new(file)?),
        Packing::Gzip => lines(MultiGzDecoder::new(BufReader::new(file))),
    })
}

/// Replaces a file by this text, packed by its name, whole or not at all. A new file is its owner's alone; one that
/// was there keeps its permissions.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), SiteError> {
    replace_by(path, |file| pack(path, text, file)).map_err(|source| failed("write", path, source))
}

fn pack(path: &Path, text: &str, file: &mut File) -> io::Result<()> {
    match Packing::of(path) {
        Packing::Plain => file.write_all(text.as_bytes()),
        Packing::Zstd => {
            let mut packed = zstd::Encoder::new(file, zstd::DEFAULT_COMPRESSION_LEVEL)?;
            packed.include_checksum(true)?;
            packed.write_all(text.as_bytes())?;
            packed.finish().map(drop)
        }
        Packing::Gzip => {
            let mut packed = GzEncoder::new(file, Compression::default());
            packed.write_all(text.as_bytes())?;
            packed.finish().map(drop)
        }
    }
}

fn replace_by(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let permissions = match fs::symlink_metadata(path) {
        Ok(old) if old.is_file() => Some(old.permissions()),
        Ok(_) => return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file")),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (new, mut file) = new_in(folder)?;
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
        // The failure that brought us here is told; that a file stays behind too adds nothing to it.
        drop(fs::remove_file(&self.0));
    }
}

fn new_in(folder: &Path) -> io::Result<(Unfinished, File)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
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
pub(super) fn sweep(path: &Path, process: u32) {
    let beside = path.parent().unwrap_or(Path::new(""));
    // What cannot be taken away harms nothing.
    let _swept = (0..).take_while(|attempt| fs::remove_file(unfinished(beside, process, *attempt)).is_ok()).count();
}

/// Takes away what processes left unfinished beside this file, whichever they were.
pub(super) fn sweep_all(path: &Path) -> Result<(), SiteError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).map_err(|source| failed("read", folder, source))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(".plan-") && name.ends_with(".tmp") {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Makes a new name in a folder last.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The population beside a configuration, by name: packed the same way, plain, or packed another way.
pub(super) fn population(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let (name, packing) = [".zst", ".gz"]
        .into_iter()
        .find_map(|packing| Some((name.strip_suffix(packing)?, packing)))
        .unwrap_or((name, ""));
    let stem = name.strip_suffix(".site.ndjson").or_else(|| name.rsplit_once('.').map(|(stem, _)| stem));
    let stem = stem.filter(|stem| !stem.is_empty()).unwrap_or(name);
    let beside =
        [packing, "", ".zst", ".gz"].map(|packing| path.with_file_name(format!("{stem}.population.ndjson{packing}")));
    beside.into_iter().find(|beside| beside != path && fs::symlink_metadata(beside).is_ok())
}

/// The name of a copy of this population beside another configuration, packed the same way.
pub(super) fn beside(path: &Path, population: &Path) -> PathBuf {
    let packing = match Packing::of(population) {
        Packing::Plain => "",
        Packing::Zstd => ".zst",
        Packing::Gzip => ".gz",
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{}.population.ndjson{packing}", name.trim_end_matches(".site.ndjson")))
}

/// Copies a file as it is, packed or not; the copy is its owner's alone, and there whole or not at all.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), SiteError> {
    let mut source = open_regular(from).map_err(|source| failed("read", from, source))?;
    replace_by(to, |file| io::copy(&mut source, file).map(drop)).map_err(|source| failed("write", to, source))
}

/// Removes a file that may be gone already.
pub(super) fn remove(path: &Path) -> Result<(), SiteError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", path, error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What the system said of a file.
pub(super) fn failed(act: &'static str, path: &Path, source: io::Error) -> SiteError {
    SiteError::File { act, path: path.to_owned(), source }
}

/// Damage, with the file's name on it.
pub(super) fn damaged(path: &Path, damage: Damage) -> SiteError {
    match damage {
        Damage::Broken { line, what, help } => SiteError::Damaged { path: path.to_owned(), line, what, help },
        // A packed file that the system read well, and that could not be unpacked.
        Damage::Read(error) if error.raw_os_error().is_none() && Packing::of(path) != Packing::Plain => {
            SiteError::Damaged {
                path: path.to_owned(),
                line: None,
                what: "it cannot be unpacked: the file is cut, damaged, or not packed as its name says".to_owned(),
                help: "take the snapshot again, or copy it again".to_owned(),
            }
        }
        Damage::Read(source) => failed("read", path, source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.site.ndjson");
        fs::write(&path, "old").unwrap();
        let full = replace_by(&path, |file| {
            file.write_all(b"half")?;
            Err(ErrorKind::StorageFull.into())
        });
        assert_eq!(full.unwrap_err().kind(), ErrorKind::StorageFull);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_population_lies_beside() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert_eq!(population(&at("x.site.ndjson")), None);
        fs::write(at("x.population.ndjson.gz"), "").unwrap();
        assert_eq!(population(&at("x.site.ndjson")), Some(at("x.population.ndjson.gz")));
        fs::write(at("x.population.ndjson"), "").unwrap();
        assert_eq!(population(&at("x.site.ndjson.zst")), Some(at("x.population.ndjson")));
        assert_eq!(population(&at("x.json")), Some(at("x.population.ndjson")));
        fs::write(at("x.population.ndjson.zst"), "").unwrap();
        assert_eq!(population(&at("x.site.ndjson.zst")), Some(at("x.population.ndjson.zst")));
    }
}
