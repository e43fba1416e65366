//! The example in a folder of its own, and the real binary run in it.

#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Once, OnceLock};

use amc_plan::example;
use amc_plan::site::file::seal;
use amc_plan::trust::{Key, Purpose, marked};
use tempfile::TempDir;

use crate::hints::hold;
use crate::published;

/// The finished plan.
pub(crate) const PLAN: &str = "bloom-coaching.yaml";
/// The site.
pub(crate) const SITE: &str = "bloom-coaching.site.ndjson";

/// The example in a folder of its own.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    /// A machine of its own, by its key's folder: what one test records grows no other's ledgers.
    pub(crate) home: TempDir,
}

/// What a place and its machine hold.
pub(crate) struct Left {
    folder: Vec<Lies>,
    home: Vec<Lies>,
}

/// A file with its bytes, or a folder, by its path below; with its permissions.
struct Lies(PathBuf, fs::Permissions, Option<Vec<u8>>);

fn lies_in(folder: &Path) -> Vec<Lies> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let kind = fs::symlink_metadata(&path).unwrap();
            assert!(kind.is_dir() || kind.is_file(), "{} is neither a file nor a folder", path.display());
            let bytes = kind.is_file().then(|| fs::read(&path).unwrap());
            found.push(Lies(path.strip_prefix(folder).unwrap().to_owned(), kind.permissions(), bytes));
            if kind.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

fn lay_out(all: &[Lies], folder: &Path) {
    for Lies(path, permissions, bytes) in all {
        let path = folder.join(path);
        match bytes {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::create_dir(&path).unwrap(),
        }
        fs::set_permissions(&path, permissions.clone()).unwrap();
    }
}

fn home_beside(folder: &TempDir) -> TempDir {
    let home = tempfile::tempdir_in(folder.path().parent().expect("a folder lies in one")).unwrap();
    own(home.path(), 0o700);
    home
}

/// The program, as this machine runs it: the tests share a key of their own, and never touch that of who runs them, nor their keyring.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plan"));
    command.env("PLAN_STATE_HOME", state_home()).env("DBUS_SESSION_BUS_ADDRESS", "").env("XDG_RUNTIME_DIR", "");
    command
}

/// Copies the program to where another user can run it.
pub(crate) fn copy_program(to: &Path) {
    // By another process: a handle of ours, open for writing while a sibling test forks, would keep the copy busy.
    assert!(Command::new("cp").arg(env!("CARGO_BIN_EXE_plan")).arg(to).status().unwrap().success());
}

/// Where the tests' key lies for what runs without a place of its own.
pub(crate) fn state_home() -> PathBuf {
    static MADE: Once = Once::new();
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("machine");
    MADE.call_once(|| {
        fs::create_dir_all(&home).unwrap();
        has_the_key(&home);
    });
    home
}

/// Gives a machine the tests' key; another process that does so at the same time gives it the same one.
fn has_the_key(home: &Path) {
    own(home, 0o700);
    let key = tempfile::NamedTempFile::new_in(home).unwrap();
    fs::write(key.path(), format!("{}\n", amc_plan::model::digest::hex(&KEY))).unwrap();
    key.persist(home.join("machine.key")).unwrap();
}

/// The bytes of the tests' key.
const KEY: [u8; 32] = *b"a key that all of the tests have";

/// The tests' key.
pub(crate) fn key() -> Key {
    Key::new(KEY)
}

/// The key of the machine whose state is kept in this folder.
pub(crate) fn key_in(home: &Path) -> Key {
    let hex = fs::read_to_string(home.join("machine.key")).expect("a key");
    let bytes: Vec<u8> = (0..64).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    Key::new(bytes.try_into().unwrap())
}

/// Gives a file or folder this mode, where there are modes.
pub(crate) fn own(path: &Path, mode: u32) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

/// Text with something else in the place of what must be there: a test whose edit finds nothing would try nothing.
pub(crate) trait Edited {
    /// With this in the place of every such passage.
    fn edited(&self, old: &str, new: &str) -> String;
    /// With this in the place of the first such passage.
    fn edited_once(&self, old: &str, new: &str) -> String;
}

impl Edited for str {
    #[track_caller]
    fn edited(&self, old: &str, new: &str) -> String {
        assert!(self.contains(old), "`{old}` is not in the text");
        self.replace(old, new)
    }

    #[track_caller]
    fn edited_once(&self, old: &str, new: &str) -> String {
        assert!(self.contains(old), "`{old}` is not in the text");
        self.replacen(old, new, 1)
    }
}

/// What a command line came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The exit code must be this, and every word must be on standard error.
    #[track_caller]
    pub(crate) fn ends(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not said: {self:#?}");
        }
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap())
    }

    /// In memory, where that can be had: for tests that sync thousands of times.
    pub(crate) fn in_memory() -> Self {
        Self::within(tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap())
    }

    fn within(folder: TempDir) -> Self {
        example::write(folder.path(), example::SEED).unwrap();
        let home = home_beside(&folder);
        has_the_key(home.path());
        Self { folder, home }
    }

    /// A place as it is once it was made: what takes dozens of commands is walked once, for all tests that begin there.
    pub(crate) fn once(made: &OnceLock<Left>, make: impl FnOnce() -> Self) -> Self {
        let left = made.get_or_init(|| {
            let place = make();
            Left { folder: lies_in(place.folder.path()), home: lies_in(place.home.path()) }
        });
        let folder = tempfile::tempdir().unwrap();
        let home = home_beside(&folder);
        lay_out(&left.folder, folder.path());
        lay_out(&left.home, home.path());
        Self { folder, home }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Puts one text in place of another, which must be there.
    #[track_caller]
    pub(crate) fn edit(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        fs::write(self.path(name), text.edited_once(old, new)).unwrap();
    }

    /// The same in a site, which is sealed again.
    #[track_caller]
    pub(crate) fn edit_site(&self, name: &str, old: &str, new: &str) {
        self.edit(name, old, new);
        fs::write(self.path(name), seal(&self.read(name)).unwrap()).unwrap();
    }

    /// Makes the example's site and population files of this name those of another host.
    #[track_caller]
    pub(crate) fn move_to(&self, name: &str, host: &str) {
        for end in ["population", "site"] {
            let file = format!("{name}.{end}.ndjson");
            self.edit(&file, r#""host":"staging.bloom.example""#, &format!(r#""host":"{host}""#));
            self.run(&["snapshot", "finalize", &file]).ends(0, &[]);
        }
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = crate::place::program();
        command.args(words).current_dir(self.folder.path()).env("NO_COLOR", "1");
        command.env("PLAN_STATE_HOME", self.home.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    #[track_caller]
    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        let ran = Ran::from(self.command(words).output().unwrap());
        hold(words, &format!("{}\n{}", ran.out, ran.err));
        published::hold(words, self.folder.path(), &ran.out);
        ran
    }

    /// `diff` of a plan on a site: the digest of its changes.
    #[track_caller]
    pub(crate) fn digest_of(&self, plan: &str, site: &str) -> String {
        let ran = self.run(&["diff", plan, "--site", site, "--format", "json"]);
        ran.ends(0, &[]);
        let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        document["digests"]["changes"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn digest(&self) -> String {
        self.digest_of(PLAN, SITE)
    }

    pub(crate) fn apply(&self, more: &[&str]) -> Ran {
        self.run(&[&["apply", PLAN, "--site", SITE], more].concat())
    }

    pub(crate) fn confirm(&self, digest: &str) -> Ran {
        self.apply(&["--confirm", digest])
    }

    /// The files of the state folder with this end.
    pub(crate) fn state_files(&self, end: &str) -> Vec<PathBuf> {
        let Ok(folder) = fs::read_dir(self.path(".plan")) else { return Vec::new() };
        let mut found: Vec<PathBuf> =
            folder.map(|entry| entry.unwrap().path()).filter(|path| ends(path, end)).collect();
        found.sort();
        found
    }

    /// Where the journal of an unfinished run on the example's site is.
    pub(crate) fn journal(&self) -> PathBuf {
        amc_plan::apply::state_file(&self.path(".plan"), SITE, "journal.ndjson")
    }

    /// Journals of runs on the example's site that ended, the oldest first.
    pub(crate) fn archived(&self) -> Vec<PathBuf> {
        amc_plan::apply::archive::archived(&self.journal()).unwrap()
    }

    /// Puts this line of JSON in place of all confirmations, under our mark.
    pub(crate) fn is_confirmed(&self, line: &str) {
        let line = marked(line.trim(), &key(), Purpose::Confirmation);
        fs::write(self.confirmations(), format!("{line}\n")).unwrap();
    }

    pub(crate) fn confirmations(&self) -> PathBuf {
        self.path(".plan").join("confirmations.ndjson")
    }
}

fn ends(path: &Path, end: &str) -> bool {
    path.file_name().unwrap().to_string_lossy().ends_with(end)
}
