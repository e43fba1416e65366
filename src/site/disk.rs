//! Files: opened only if regular, unpacked and packed by name, replaced whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek as _, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::SiteError;
use crate::fs::{Readers, ensure_way, folder_of, name_unnamed, replace_by, temporary_in, watched};
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

/// Opens a regular file for reading, unpacked, through links to it. Anything else (a pipe, a device, a folder) is refused.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead + Send>, SiteError> {
    crate::fs::open_linked(path)
        .and_then(|file| unpack(path, watched(path, file)))
        .map_err(|source| failed("read", path, source))
}

/// As [`open`], of a population that was found beside a configuration.
pub(crate) fn open_beside(path: &Path) -> Result<Box<dyn BufRead + Send>, SiteError> {
    crate::fs::open_beside_site(path)
        .and_then(|file| unpack(path, watched(path, file)))
        .map_err(|source| failed("read", path, source))
}

/// Whether a regular file lies there, or where a link leads, without opening it.
pub(super) fn ensure_there(path: &Path) -> Result<(), SiteError> {
    crate::fs::ensure_there(path).map_err(|source| failed("read", path, source))
}

/// Opens a regular file as it lies there. Anything else (a link, a pipe, a device, a folder) is refused.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    crate::fs::open(path)
}

/// Reads what is packed as this file's name says.
pub(crate) fn unpack<'a, R: Read + Send + 'a>(path: &Path, file: R) -> io::Result<Box<dyn BufRead + Send + 'a>> {
    fn lines<'a, R: Read + Send + 'a>(reader: R) -> Box<dyn BufRead + Send + 'a> {
        Box::new(BufReader::with_capacity(BLOCK, reader))
    }
    Ok(match Packing::of(path) {
        Packing::Plain => lines(file),
        Packing::Zstd => lines(zstd::Decoder::new(file)?),
        Packing::Gzip => lines(MultiGzDecoder::new(BufReader::new(file))),
    })
}

/// Replaces a file by this text, packed by its name, whole or not at all. A new file is its owner's alone, and has no name until it is
/// whole; one that was there keeps its permissions.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), SiteError> {
    if fs::symlink_metadata(path).is_err() {
        let unwritten = |error: io::Error| failed("write", path, error);
        return replace_by_stream(path, |out| out.write_all(text.as_bytes()).map_err(unwritten));
    }
    ensure_way(path)
        .and_then(|()| replace_by(path, Readers::Owner, |file| pack(path, file, |out| out.write_all(text.as_bytes()))))
        .map_err(|source| failed("write", path, source))
}

/// Replaces a file by what is streamed into it, packed by its name, whole or not at all; the new file is its owner's alone. While it
/// comes it has no name: what takes minutes is interrupted, and must leave nothing of anybody behind. Once it is whole it is copied to its place.
pub(crate) fn replace_by_stream<T>(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<T, SiteError>,
) -> Result<T, SiteError> {
    let mut filled = None;
    let is_new = fs::symlink_metadata(path).is_err();
    let placed = ensure_way(path).and_then(|()| {
        let mut unnamed = temporary_in(folder_of(path))?;
        pack(path, &mut unnamed, |out| {
            let outcome = filled.insert(fill(out));
            if outcome.is_ok() { Ok(()) } else { Err(io::ErrorKind::Other.into()) }
        })?;
        unnamed.rewind()?;
        // Whose it is, and who may read it, nobody has looked at.
        let is_taken = || {
            let why = "something took its place meanwhile, and was left as it is";
            io::Error::new(io::ErrorKind::AlreadyExists, why)
        };
        if is_new && fs::symlink_metadata(path).is_ok() {
            return Err(is_taken());
        }
        let taken = |error: io::Error| if error.kind() == io::ErrorKind::AlreadyExists { is_taken() } else { error };
        if is_new && name_unnamed(&unnamed, path).map_err(taken)? {
            return Ok(());
        }
        replace_by(path, Readers::Owner, |file| io::copy(&mut unnamed, file).map(drop))
    });
    match (filled, placed) {
        (Some(Err(why)), _) => Err(why),
        (_, Err(source)) => Err(failed("write", path, source)),
        (Some(filled), Ok(())) => filled,
        (None, Ok(())) => Err(failed("write", path, io::ErrorKind::WriteZero.into())),
    }
}

fn pack(path: &Path, file: &mut File, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(BLOCK, file);
    match Packing::of(path) {
        Packing::Plain => fill(&mut file)?,
        Packing::Zstd => {
            let mut packed = zstd::Encoder::new(&mut file, zstd::DEFAULT_COMPRESSION_LEVEL)?;
            packed.include_checksum(true)?;
            fill(&mut packed)?;
            packed.finish()?;
        }
        Packing::Gzip => {
            // What is streamed waits for this.
            let mut packed = GzEncoder::new(&mut file, Compression::fast());
            fill(&mut packed)?;
            packed.finish()?;
        }
    }
    file.flush()
}

/// Takes away what processes left unfinished beside this file, whichever they were.
pub(super) fn sweep_all(path: &Path) -> Result<(), SiteError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    crate::fs::sweep_all(folder).map_err(|source| failed("read", folder, source))
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

/// The name that a population has beside a configuration, packed the same way.
pub(crate) fn named_population(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (name, packing) = [".zst", ".gz"]
        .into_iter()
        .find_map(|packing| Some((name.strip_suffix(packing)?, packing)))
        .unwrap_or((&name, ""));
    let stem =
        name.strip_suffix(".site.ndjson").or_else(|| name.rsplit_once('.').map(|(stem, _)| stem)).unwrap_or(name);
    path.with_file_name(format!("{stem}.population.ndjson{packing}"))
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
    let mut source = crate::fs::open_beside_site(from).map_err(|source| failed("read", from, source))?;
    ensure_way(to)
        .and_then(|()| replace_by(to, Readers::Owner, |file| io::copy(&mut source, file).map(drop)))
        .map_err(|source| failed("write", to, source))
}

/// Removes a file that may be gone already.
pub(super) fn remove(path: &Path) -> Result<(), SiteError> {
    crate::fs::remove(path).map_err(|source| failed("remove", path, source))
}

/// What the system said of a file.
pub(super) fn failed(act: &'static str, path: &Path, source: io::Error) -> SiteError {
    SiteError::File { act, path: path.to_owned(), source }
}

/// The same of a file that is being written: what the system said of it is said of the writing.
pub(crate) fn unwritten(path: &Path, damage: Damage) -> SiteError {
    match damage {
        Damage::Read(source) => failed("write", path, source),
        damage @ Damage::Broken { .. } => damaged(path, damage),
    }
}

/// Damage, with the file's name on it.
pub(crate) fn damaged(path: &Path, damage: Damage) -> SiteError {
    match damage {
        Damage::Broken { line, what, help } => SiteError::Damaged { path: path.to_owned(), line, what, help },
        // A packed file that the system read well, and that could not be unpacked.
        Damage::Read(error) if error.raw_os_error().is_none() && Packing::of(path) != Packing::Plain => {
            SiteError::Damaged {
                path: path.to_owned(),
                line: None,
                what: "it cannot be unpacked: the file is cut off, damaged, or not compressed as its name \
                says"
                    .to_owned(),
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
    fn what_came_while_a_file_was_made_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.ndjson");
        let made = replace_by_stream(&path, |out| {
            fs::write(&path, "somebody's").unwrap();
            out.write_all(b"members").map_err(|error| failed("write", &path, error))
        });
        assert!(made.unwrap_err().to_string().contains("took its place"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "somebody's");
        let again =
            replace_by_stream(&path, |out| out.write_all(b"members").map_err(|error| failed("write", &path, error)));
        assert!(again.is_ok(), "one that was there is replaced");
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
