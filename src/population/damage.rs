//! What can be wrong with a stream of records.

use std::io;

/// A stream of records that cannot be used. Its words hold no value from the stream.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// The stream itself could not be read.
    #[error("{0}")]
    Read(#[from] io::Error),
    /// What was read is not a whole stream in the format.
    #[error("{what}")]
    Broken {
        /// The line, from 1, where one is to blame.
        line: Option<u64>,
        /// What is wrong, by name.
        what: String,
        /// What to do.
        help: String,
    },
}

/// What to do about a stream that was cut or changed on its way.
pub(crate) const TAKE_AGAIN: &str =
    "take the snapshot again; if it was written by hand, run `plan snapshot finalize FILE`";

impl Damage {
    /// Damage at one line, to be cured by taking the stream again.
    pub fn at(line: u64, what: impl Into<String>) -> Self {
        Self::Broken { line: Some(line), what: what.into(), help: TAKE_AGAIN.to_owned() }
    }

    /// Damage of the stream as a whole, to be cured by taking it again.
    pub fn whole(what: impl Into<String>) -> Self {
        Self::Broken { line: None, what: what.into(), help: TAKE_AGAIN.to_owned() }
    }

    /// The same damage with other advice.
    #[must_use]
    pub fn help(self, advice: impl Into<String>) -> Self {
        match self {
            Self::Broken { line, what, .. } => Self::Broken { line, what, help: advice.into() },
            read @ Self::Read(_) => read,
        }
    }

    /// The same damage with this advice where it has none of its own.
    #[must_use]
    pub(crate) fn instead_of_again(self, advice: &str) -> Self {
        match self {
            Self::Broken { line, what, help } if help == TAKE_AGAIN => {
                Self::Broken { line, what, help: advice.to_owned() }
            }
            other => other,
        }
    }
}
