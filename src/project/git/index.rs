//! Git's index, read entry by entry: of each name eight bytes are kept, so that what it takes is no more than an eighth of the file.
//!
//! Of the extensions only their names are looked at. What they hold is not needed, and most of what an index made to harm a
//! reader could do lies in them.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek as _};

/// The longest name that is read.
const LONGEST: usize = 1 << 16;

const SPLIT: &str = "has its entries in another file (split)";

/// What an index says of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// It is there.
    Named,
    /// It is not.
    NotNamed,
    /// What is there lies partly elsewhere, and how.
    Elsewhere(&'static str),
}

/// What an index names.
#[derive(Debug, Default)]
pub(super) struct Names {
    hasher: RandomState,
    /// A digest of each name, by this process's own hasher.
    files: HashSet<u64>,
    /// The folders whose files it leaves out.
    left_out: Vec<Vec<u8>>,
    /// How what is there lies partly elsewhere.
    elsewhere: Option<&'static str>,
}

impl Names {
    /// What is said of a name.
    pub(super) fn hold(&self, name: &[u8]) -> Holds {
        if self.files.contains(&self.hasher.hash_one(name)) {
            return Holds::Named;
        }
        let left_out = self.left_out.iter().any(|folder| name.starts_with(folder));
        let sparse = left_out.then_some("leaves the files of this folder out (sparse)");
        self.elsewhere.or(sparse).map_or(Holds::NotNamed, Holds::Elsewhere)
    }
}

/// Reads the index of a repository whose objects have names of 20 bytes, or else of 32: only one of the two reads to its end.
///
/// # Errors
/// Whatever the system says; an index that is not whole, or not in a format that this build reads.
pub(super) fn read(mut file: File) -> io::Result<Names> {
    let length = file.metadata()?.len();
    let short = Index::new(&file, length, 20).names();
    if !short.as_ref().is_err_and(|error| error.kind() == ErrorKind::InvalidData) {
        return short;
    }
    file.rewind()?;
    Index::new(&file, length, 32).names().or(short)
}

/// An index that is being read.
struct Index<R> {
    reader: BufReader<R>,
    /// Bytes before the checksum that ends it.
    left: u64,
    /// Bytes of an object's name.
    hash: usize,
    /// The version of its format.
    version: u32,
    /// The name of the entry that was read last, without its end.
    name: Vec<u8>,
}

impl<R: Read> Index<R> {
    fn new(reader: R, length: u64, hash: usize) -> Self {
        let left = length.saturating_sub(hash as u64);
        Self { reader: BufReader::new(reader), left, hash, version: 0, name: Vec::new() }
    }

    fn names(mut self) -> io::Result<Names> {
        if &self.array()? != b"DIRC" {
            return Err(broken());
        }
        self.version = u32::from_be_bytes(self.array()?);
        if !(2..=4).contains(&self.version) {
            return Err(broken());
        }
        let entries = u32::from_be_bytes(self.array()?);
        let mut names = Names::default();
        for _ in 0..entries {
            let is_folder = self.entry()?;
            if self.name.is_empty() {
                return Ok(Names { elsewhere: Some(SPLIT), ..Names::default() });
            }
            if is_folder {
                names.left_out.push(self.name.clone());
            }
            names.files.insert(names.hasher.hash_one(&self.name[..]));
        }
        names.elsewhere = self.extensions()?;
        Ok(names)
    }

    /// Reads an entry; whether it stands for a whole folder.
    fn entry(&mut self) -> io::Result<bool> {
        let before = self.left;
        let _times_device_and_inode: [u8; 24] = self.array()?;
        let mode = u32::from_be_bytes(self.array()?);
        self.skip(12 + self.hash as u64)?;
        let flags = u16::from_be_bytes(self.array()?);
        if flags & 0x4000 != 0 {
            if self.version == 2 {
                return Err(broken());
            }
            let _more: [u8; 2] = self.array()?;
        }
        let previous = std::mem::take(&mut self.name);
        if self.version == 4 {
            let shared = previous.len().checked_sub(self.number()?).ok_or_else(broken)?;
            self.name.extend_from_slice(&previous[..shared]);
        }
        self.text()?;
        let length = usize::from(flags & 0xfff);
        // An entry without a name stands for one of another file.
        if length != self.name.len().min(0xfff) || !self.name.is_empty() && self.name < previous {
            return Err(broken());
        }
        if self.version < 4 {
            // One to eight zeros, so that the next entry begins at a multiple of eight; the first was read with the name.
            let read = before - self.left;
            self.skip(read.next_multiple_of(8) - read)?;
        }
        Ok(mode == 0o40000)
    }

    /// Reads the rest of a name and the zero that ends it.
    fn text(&mut self) -> io::Result<()> {
        let most = self.left.min((LONGEST - self.name.len().min(LONGEST)) as u64);
        let read = self.reader.by_ref().take(most).read_until(0, &mut self.name)? as u64;
        self.left -= read;
        self.name.pop_if(|last| *last == 0).map(drop).ok_or_else(broken)
    }

    /// Reads a number of variable width.
    fn number(&mut self) -> io::Result<usize> {
        let [mut byte] = self.array()?;
        let mut number = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            [byte] = self.array()?;
            number = number.checked_add(1).filter(|number| *number < LONGEST).ok_or_else(broken)?;
            number = number << 7 | usize::from(byte & 0x7f);
        }
        Ok(number)
    }

    /// Walks over the extensions; what one of them means for the whole.
    fn extensions(&mut self) -> io::Result<Option<&'static str>> {
        let mut what = None;
        while self.left > 0 {
            let name: [u8; 4] = self.array()?;
            let length = u32::from_be_bytes(self.array()?);
            self.skip(length.into())?;
            match &name {
                // That folders may be left out; each such folder is an entry.
                b"sdir" => {}
                b"link" => what = Some(SPLIT),
                // What a reader may pass over begins with a capital.
                [b'A'..=b'Z', ..] => {}
                _ => what = what.or(Some("says something that this build does not understand")),
            }
        }
        Ok(what)
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        self.left = self.left.checked_sub(N as u64).ok_or_else(broken)?;
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn skip(&mut self, length: u64) -> io::Result<()> {
        self.left = self.left.checked_sub(length).ok_or_else(broken)?;
        let read = io::copy(&mut self.reader.by_ref().take(length), &mut io::sink())?;
        if read == length { Ok(()) } else { Err(broken()) }
    }
}

fn broken() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "it is not a git index, or it is incomplete")
}
