//! Files: opened so that none makes the program wait, and none that lies beside a plan leads out of its folder.
//!
//! A folder that a person named on the command line is theirs to choose, link or not, unless a repository's link leads out of it. A
//! file, named or found by its name beside a plan, may have come with somebody's repository: none is read through a link. A site in a
//! file that a person named is read through one, as it has a form of its own, and of no other file anything would be shown; what lies
//! beside it, as far as a link stays in its repository. Nothing is ever written through a link.

mod locked;
mod named;
mod watched;
mod whole;

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

use crate::text::{CONFLICT, RESOLVE, conflict};

pub(crate) use locked::open_alone;
pub(crate) use named::ensure_way;
pub use named::{ensure_there, is_link, make_ignored, make_private, open_beside_site, open_linked};
pub(crate) use watched::watched;
pub use watched::{Seen, Watched, Watcher, watch};
pub use whole::Readers;
pub(crate) use whole::{
    folder_of, name_unnamed, put, remove, replace, replace_by, sweep, sweep_all, sync_folder, temporary, temporary_in,
};

/// Opens a file that a person named, for reading. A link, a pipe, a device or a folder is refused, not waited for.
///
/// # Errors
/// Whatever the system says; what is no regular file, a link among it, and a way out of a repository by its links, are refused.
pub fn open(path: &Path) -> io::Result<File> {
    named::ensure_way(path)?;
    open_here(path, OpenOptions::new().read(true))
}

/// Reads a file that a person named, of at most so many bytes.
///
/// # Errors
/// As [`open`]; a longer file is refused.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    bounded(&open(path)?, most)
}

/// Reads the beginning of a file that a person named, of so many bytes.
///
/// # Errors
/// As [`open`].
pub fn begin(path: &Path, bytes: u64) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    open(path)?.take(bytes).read_to_end(&mut start)?;
    Ok(start)
}

/// Opens a file in its folder: what lies there, and no link to something else.
///
/// # Errors
/// Whatever the system says; what is no regular file, a link among it, is refused.
pub fn open_here(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    match fs::symlink_metadata(path) {
        Ok(seen) => opened(&regular(seen)?, open_now(options, path)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let file = open_now(options, path)?;
            regular(file.metadata()?).map(|_| file)
        }
        Err(error) => Err(error),
    }
}

/// A folder, and what lies in it and below: nothing of it is followed out of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder that a file lies in, the working one for a bare name. How a person came to it is theirs to choose.
    pub fn of(file: &Path) -> Self {
        Self(folder_of(file).to_owned())
    }

    /// This folder.
    pub fn at(folder: &Path) -> Self {
        Self::of(&folder.join("-"))
    }

    /// The path of a file in it or below.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }

    /// Opens a file in it or below.
    ///
    /// # Errors
    /// Whatever the system says; a name that leaves the folder, a link on the way, and what is no regular file are refused.
    pub fn open(&self, name: impl AsRef<Path>, options: &mut OpenOptions) -> io::Result<File> {
        open_here(&self.inside(name.as_ref())?, options)
    }

    /// Reads a file in it or below, of at most so many bytes.
    ///
    /// # Errors
    /// As [`Folder::open`]; a longer file is refused.
    pub fn read(&self, name: impl AsRef<Path>, most: u64) -> io::Result<Vec<u8>> {
        bounded(&self.open(name, OpenOptions::new().read(true))?, most)
    }

    /// Reads a text in it or below, of at most so many bytes; none where there is no such file.
    ///
    /// # Errors
    /// As [`Folder::read`]; what is not UTF-8 is refused.
    pub fn text(&self, name: impl AsRef<Path>, most: u64) -> io::Result<Option<String>> {
        match self.read(name, most) {
            Ok(bytes) => text(bytes).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts a text in place of a file in it or below, whole or not at all.
    ///
    /// # Errors
    /// Whatever the system says; a name that leaves the folder, a link on the way or in its place, and what is no regular file
    /// are refused.
    pub fn write(&self, name: impl AsRef<Path>, text: &str, readers: Readers) -> io::Result<()> {
        replace(&self.inside(name.as_ref())?, text.as_bytes(), readers)
    }

    /// Writes a new file in it or below, for its owner alone, whole or not at all.
    ///
    /// # Errors
    /// As [`Folder::open`]; whatever is there already is left as it is, and refused.
    pub fn write_new(&self, name: impl AsRef<Path>, text: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = self.open(&name, &mut options)?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        if written.is_err() {
            // It is ours alone; what is left of it would be in the way of the next.
            drop(remove(&self.path(name)));
        }
        written
    }

    /// Makes a folder in it that only this user can enter, where there is none yet; one that is there keeps its mode.
    ///
    /// # Errors
    /// Whatever the system says; a link in its place is refused.
    pub fn make(&self, name: impl AsRef<Path>) -> io::Result<()> {
        let path = self.inside(name.as_ref())?;
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => ensure_folder(&path),
            made => made,
        }
    }

    /// The path of a folder in it or below.
    ///
    /// # Errors
    /// A name that leaves the folder, and a link on the way or in its place, are refused.
    pub fn below(&self, name: impl AsRef<Path>) -> io::Result<PathBuf> {
        let path = self.inside(name.as_ref())?;
        match ensure_folder(&path) {
            // Whoever looks for something in it says that it is not there.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(path),
            found => found.map(|()| path),
        }
    }

    /// The path of a name, once no part of it leads elsewhere.
    fn inside(&self, name: &Path) -> io::Result<PathBuf> {
        named::ensure_way(&self.path("-"))?;
        let stays = name.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !stays || name.file_name().is_none() {
            return Err(refused("it leaves its folder, and nothing outside that is read or written"));
        }
        let path = self.path(name);
        let between = name.ancestors().skip(1).filter(|part| !part.as_os_str().is_empty());
        for folder in between.map(|part| self.path(part)) {
            ensure_folder(&folder)?;
        }
        Ok(path)
    }
}

/// Refuses what is no folder of its own.
fn ensure_folder(path: &Path) -> io::Result<()> {
    let seen = fs::symlink_metadata(path)?;
    if seen.is_dir() {
        return Ok(());
    }
    let what = if seen.is_symlink() {
        "is a link, not a folder: links beside a plan are not followed"
    } else {
        "is not a folder"
    };
    Err(refused(&format!("`{}` {what}", path.display())))
}

const LINK: &str = "is a link, not a regular file: links to a plan or beside one are not followed";

fn regular(seen: Metadata) -> io::Result<Metadata> {
    if seen.is_file() {
        return Ok(seen);
    }
    Err(refused(&if seen.is_symlink() { format!("it {LINK}") } else { "it is not a regular file".to_owned() }))
}

/// The file that was opened, if it is the one that was seen.
fn opened(seen: &Metadata, file: io::Result<File>) -> io::Result<File> {
    let file = file?;
    let opened = regular(file.metadata()?)?;
    if !is_same(seen, &opened) {
        return Err(refused("it was replaced while it was opened"));
    }
    Ok(file)
}

/// Opens without waiting for anybody, should a pipe have taken the place of what was seen.
#[cfg(unix)]
fn open_now(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().cast_signed());
    options.open(path)
}

#[cfg(not(unix))]
fn open_now(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.open(path)
}

#[cfg(unix)]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// What is left of an open file, of at most so many bytes.
pub(crate) fn bounded(file: &File, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("it is larger than {}", size(most))));
    }
    Ok(bytes)
}

/// Bytes as text.
///
/// # Errors
/// What is not UTF-8 is refused, and so is a merge conflict that nobody resolved.
pub fn text(bytes: Vec<u8>) -> io::Result<String> {
    let text = utf8(bytes)?;
    match conflict(&text) {
        Some((line, _)) => Err(invalid(format!("{CONFLICT}, in line {line}: {RESOLVE}"))),
        None => Ok(text),
    }
}

/// Bytes as text, whatever git left in it.
///
/// # Errors
/// What is not UTF-8 is refused.
pub(crate) fn utf8(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| invalid("it is not UTF-8".to_owned()))
}

fn invalid(what: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

fn size(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{} KiB", bytes >> 10) }
}

fn refused(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, what)
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn fifo(path: &Path) {
        rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    }

    fn said<T: std::fmt::Debug>(outcome: io::Result<T>) -> String {
        outcome.unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_regular_file_is_refused_and_not_waited_for() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path());
        fifo(&folder.path("pipe"));
        symlink(folder.path("pipe"), folder.path("to-a-pipe")).unwrap();
        for name in ["pipe", "."] {
            assert_eq!(said(open(&folder.path(name))), "it is not a regular file", "{name}");
        }
        assert!(said(open(&folder.path("to-a-pipe"))).starts_with("it is a link"));
        assert_eq!(said(open(Path::new("/dev/null"))), "it is not a regular file");
        for options in [OpenOptions::new().read(true), OpenOptions::new().append(true), OpenOptions::new().write(true)]
        {
            assert_eq!(said(folder.open("pipe", options)), "it is not a regular file");
        }
        assert_eq!(said(folder.write("pipe", "x", Readers::All)), "it is not a regular file");
    }

    #[test]
    fn neither_a_named_file_nor_one_beside_a_plan_is_read_through_a_link() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(&place.path().join("plans"));
        fs::create_dir_all(folder.path("private")).unwrap();
        fs::write(place.path().join("outside"), "secret").unwrap();
        symlink("../outside", folder.path("link")).unwrap();
        symlink("../nothing", folder.path("dangling")).unwrap();
        symlink("..", folder.path("out")).unwrap();
        symlink("private", folder.path("in")).unwrap();
        let link = format!("it {LINK}");
        for name in ["link", "dangling"] {
            assert_eq!(said(read(&folder.path(name), 9)), link);
            assert_eq!(said(folder.read(name, 9)), link);
            assert_eq!(said(folder.write(name, "x", Readers::All)), "it is a link, and nothing is written through one");
            assert_eq!(said(folder.open(name, OpenOptions::new().create(true).append(true))), link);
        }
        for name in ["out/outside", "in/x"] {
            assert!(said(folder.read(name, 9)).ends_with("links beside a plan are not followed"), "{name}");
            assert!(folder.write(name, "x", Readers::All).is_err(), "{name}");
        }
        for name in ["link", "dangling", "private", "out/new"] {
            assert!(folder.write_new(name, "x").is_err(), "{name}");
        }
        folder.write_new("new", "x").unwrap();
        assert!(folder.write_new("new", "y").is_err());
        assert_eq!(folder.read("new", 9).unwrap(), b"x");
        assert!(folder.make("out").is_err());
        assert!(folder.make("private").is_ok());
        for name in ["../outside", "private/../../outside", "/etc/hostname", "", "."] {
            assert!(said(folder.read(name, 9)).starts_with("it leaves its folder"), "{name}");
        }
        assert_eq!(fs::read(place.path().join("outside")).unwrap(), b"secret");
        assert!(!place.path().join("nothing").exists());
    }

    #[test]
    fn a_folder_may_be_a_link_but_a_repositorys_leads_nobody_out_of_it() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        for folder in ["outside", "own/.git", "own/clients/one"] {
            fs::create_dir_all(at(folder)).unwrap();
            fs::write(at(folder).join("x.yaml"), "text").unwrap();
        }
        symlink("outside", at("mine")).unwrap();
        for (to, link) in
            [("../outside", "out"), ("clients/one", "in"), (".git", "books"), ("out", "twice"), ("..", "up")]
        {
            symlink(to, at("own").join(link)).unwrap();
        }
        symlink("own", at("to-own")).unwrap();
        for name in
            ["mine/x.yaml", "own/in/x.yaml", "own/clients/one/x.yaml", "to-own/in/x.yaml", "own/in/../one/x.yaml"]
        {
            assert_eq!(read(&at(name), 9).unwrap(), b"text", "{name}");
            assert!(Folder::of(&at(name)).write("y", "x", Readers::All).is_ok(), "{name}");
        }
        for name in
            ["own/out/x.yaml", "own/books/x.yaml", "own/twice/x.yaml", "own/up/mine/x.yaml", "to-own/out/x.yaml"]
        {
            let why = said(read(&at(name), 9));
            assert!(why.contains("is a link that leads out of the repository"), "{name}: {why}");
            assert!(said(Folder::of(&at(name)).read("x.yaml", 9)).contains("leads out of the repository"), "{name}");
            assert!(Folder::of(&at(name)).write("z", "x", Readers::All).is_err(), "{name}");
        }
        assert!(!at("outside/z").exists() && !at("own/.git/z").exists());
    }

    #[test]
    fn no_more_is_read_than_was_asked_for() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path());
        fs::write(folder.path("x"), "12345").unwrap();
        assert_eq!(folder.read("x", 5).unwrap(), b"12345");
        assert_eq!(said(folder.read("x", 4)), "it is larger than 0 KiB");
        assert_eq!(folder.text("y", 4).unwrap(), None);
    }
}
