//! Why a journal cannot be read or written.

use std::path::{Path, PathBuf};

/// Why a journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system said no.
    #[error("cannot {act} the journal `{}`: {source}", path.display())]
    File {
        /// What was tried.
        act: &'static str,
        /// The journal.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Nothing proves that this user wrote it on this machine.
    #[error("`{}` is not proven to belong to this user and this machine: {why}", path.display())]
    NotOurs {
        /// The journal.
        path: PathBuf,
        /// What is missing.
        why: String,
    },
    /// A line is not what this tool wrote.
    #[error("`{}`, line {line}: {what}", path.display())]
    Foreign {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

pub(in crate::apply) fn failed(act: &'static str, path: &Path, source: std::io::Error) -> JournalError {
    JournalError::File { act, path: path.to_owned(), source }
}
