//! Why a verb ends without doing its job: a message, what to do next, and the exit code. The ground floor, so that every room may
//! refuse.

use std::io;
use std::path::Path;

/// The exit codes, one table for all verbs.
pub mod exit {
    /// Green, no change, applied and verified, equal before and after.
    pub const OK: u8 = 0;
    /// Red or unproven; `diff --exit-code` with changes.
    pub const NOT_GREEN: u8 = 1;
    /// The command line is wrong.
    pub const USAGE: u8 = 2;
    /// Could not run: unreadable input, network, authentication.
    pub const COULD_NOT_RUN: u8 = 3;
    /// Refused, nothing written: the gate is not green.
    pub const GATE: u8 = 10;
    /// Refused, nothing written: confirmed facts moved, or the confirmation expired.
    pub const STALE: u8 = 11;
    /// Refused, nothing written: the digest is missing or unknown.
    pub const UNCONFIRMED: u8 = 12;
    /// Refused, nothing written: the target is not proven.
    pub const TARGET: u8 = 13;
    /// Refused, nothing written: somebody else is at it.
    pub const LOCKED: u8 = 14;
    /// Refused, nothing written: a limit is exceeded, by the changes or by the time of a replay.
    pub const LIMIT: u8 = 15;
    /// Refused, nothing written: the barrier was not acknowledged. After a write it is [`PART_WAY`].
    pub const BARRIER: u8 = 16;
    /// Stopped part-way; the journal is kept and the run can be resumed.
    pub const PART_WAY: u8 = 20;
    /// Applied, but reading it back showed something else; undone, but for what was left to somebody else; `verify` found a
    /// difference.
    pub const NOT_VERIFIED: u8 = 21;
    /// Interrupted; it can be resumed if a run had begun.
    pub const INTERRUPTED: u8 = 130;
}

/// Why a verb ended without doing its job.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What is the matter.
    pub message: String,
    /// More of it, a line each.
    pub details: Vec<String>,
    /// What to do next.
    pub help: Option<String>,
    /// Whether a site refused a login: one that is sent again and again locks its user out.
    pub is_login: bool,
}

impl Failure {
    /// A failure with its exit code.
    pub fn new(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new(), help: None, is_login: false }
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A file that is to be written with `--out` and exists.
    pub fn exists(path: &Path) -> Self {
        Self::new(exit::USAGE, format!("`{}` exists, and is not overwritten", path.display()))
            .help("choose another name with `--out`, or move it away")
    }

    /// A file that could not be read or written.
    pub fn file(act: &str, path: &Path, source: &io::Error) -> Self {
        let failed = |why: &str| Self::new(exit::COULD_NOT_RUN, format!("cannot {act} `{}`: {why}", path.display()));
        let has_no_folder = path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        match act == "write" && source.kind() == io::ErrorKind::NotFound && has_no_folder {
            true => failed("its folder is not there").help("make the folder first, or name a file in another one"),
            false => failed(&source.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(exit::COULD_NOT_RUN, format!("cannot write: {error}"))
    }
}
