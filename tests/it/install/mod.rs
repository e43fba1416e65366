//! The files of a release, made by `release/build` from the program of these tests, looked into, and installed each way without a network.

mod files;
mod places;
mod shells;
mod static_program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::place::Ran;

const TARGET: &str = "x86_64-unknown-linux-gnu";
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Standard output of a command that has to succeed.
#[track_caller]
fn said(command: &mut Command) -> String {
    let ran = Ran::from(command.output().unwrap_or_else(|error| panic!("{command:?}: {error}")));
    assert_eq!(ran.code, Some(0), "{command:?}: {ran:#?}");
    ran.out
}

fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).envs(["AUTHOR", "COMMITTER"].into_iter().flat_map(|who| {
        [(format!("GIT_{who}_NAME"), "jo"), (format!("GIT_{who}_EMAIL"), "jo@example.com")]
            .into_iter()
            .chain([(format!("GIT_{who}_DATE"), "2026-11-30T12:00:00Z")])
    }));
    git
}

/// The files of this folder, those that are not committed too, as a repository of their own.
fn committed(into: &Path) {
    let listed = said(git(root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]));
    for name in listed.split_terminator('\0').filter(|name| root().join(name).exists()) {
        fs::create_dir_all(into.join(name).parent().unwrap()).unwrap();
        fs::copy(root().join(name), into.join(name)).unwrap();
    }
    said(git(into).args(["init", "--quiet"]));
    said(git(into).args(["add", "--all"]));
    said(git(into).args(["commit", "--quiet", "--message", "what is released"]));
}

/// A repository, the program that is packed, and what was made of the two.
struct Release {
    repository: PathBuf,
    program: PathBuf,
    files: PathBuf,
    /// The archive, unpacked.
    unpacked: PathBuf,
}

impl Release {
    /// Made once, for all tests.
    fn made() -> &'static Self {
        static MADE: OnceLock<Release> = OnceLock::new();
        MADE.get_or_init(|| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("install");
            let _ = fs::remove_dir_all(&folder);
            let [repository, program, files] = ["repository", "plan", "files"].map(|name| folder.join(name));
            fs::create_dir_all(&repository).unwrap();
            committed(&repository);
            said(Command::new("strip").arg("-o").arg(&program).arg(env!("CARGO_BIN_EXE_plan")));
            said(build(&repository, &program, &files).env("TZ", "UTC"));
            said(Command::new("tar").arg("-xzf").arg(files.join(archive())).arg("-C").arg(&folder));
            let unpacked = folder.join(format!("plan-{VERSION}-{TARGET}"));
            Self { repository, program, files, unpacked }
        })
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.files.join(name)).unwrap()).unwrap()
    }

    fn try_script(&self) -> Command {
        let mut command = Command::new(self.repository.join("release/try"));
        command.env_remove("PLAN_STATE_HOME");
        command
    }
}

/// `release/build` of a program that is there, and is stored as it is: packing it takes most of the time.
fn build(repository: &Path, program: &Path, files: &Path) -> Command {
    let mut command = Command::new(repository.join("release/build"));
    command.args(["--level", "0", "--target", TARGET, "--binary"]).arg(program).arg("--out").arg(files);
    command.env_remove("SOURCE_DATE_EPOCH");
    command
}

fn archive() -> String {
    format!("plan-{VERSION}-{TARGET}.tar.gz")
}

fn sha256(path: &Path) -> String {
    said(Command::new("sha256sum").arg(path))[..64].to_owned()
}

/// Installs what the shells and linters need; the folder of the linters.
fn linters() -> &'static Path {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        Path::new(said(&mut Command::new(root().join("tests/release/install"))).trim()).join("venv/bin")
    })
}

/// The names of a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
