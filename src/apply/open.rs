//! Whether a step is proven, and where it is not, what a person can put on record to prove it.

use std::fmt;

use crate::model::{Executor, ObjectRef, Step};

/// What a step has to show for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It is done.
    Behind {
        /// What proves it.
        by: Executor,
        /// What was seen.
        seen: String,
    },
    /// It is not, as far as can be seen.
    Open(Open),
}

impl Proof {
    /// It is not proven, and nothing that a person says alone proves it.
    pub fn open(why: impl Into<String>) -> Self {
        Self::Open(why.into().into())
    }

    /// It is not proven, and a person can say what proves it: asked for on a terminal, else by this command line.
    pub fn asks(ask: Ask, why: impl Into<String>, command: String) -> Self {
        Self::Open(Open::asks(ask, why, command))
    }

    /// The same, where the command line is typed at a moment, or more than once: `when` says so in front of it, and on a terminal the
    /// question says it.
    pub fn asks_when(ask: Ask, why: impl Into<String>, when: &'static str, command: String) -> Self {
        Self::Open(Open { when, ..Open::asks(ask, why, command) })
    }
}

/// What is not proven yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Why.
    pub why: String,
    /// What a person can put on record, and the command line for it; none where only a reading shows it.
    pub asks: Option<(Ask, String)>,
    /// When the command line is typed: what stands in front of it.
    pub when: &'static str,
}

impl Open {
    /// What a person can put on record.
    pub fn asks(ask: Ask, why: impl Into<String>, command: String) -> Self {
        Self { why: why.into(), asks: Some((ask, command)), when: "" }
    }
}

impl From<String> for Open {
    fn from(why: String) -> Self {
        Self { why, ..Self::default() }
    }
}

impl fmt::Display for Open {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.why)?;
        match &self.asks {
            Some((_, command)) if self.when.is_empty() => write!(out, ": {command}"),
            Some((_, command)) => write!(out, "; {}: {command}", self.when),
            None => Ok(()),
        }
    }
}

/// What a person is asked for on a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The lines of the vendor's verification.
    Verification,
    /// Why a line of it may stand, by its number.
    Acknowledgement(usize),
    /// How the spare administrator signed in.
    SignIn,
    /// What stands in one field of an object: whether a switch is on.
    Switch(ObjectRef, &'static str),
    /// What stands on the screen of an object that a person makes.
    Made(ObjectRef),
    /// What stands there once it is set back as it was before the run.
    SetBack(ObjectRef),
    /// A backup.
    Backup,
    /// What was seen of a step that nothing can observe.
    Step(Step),
    /// What was seen after a test purchase on this form.
    Purchase(String),
    /// Two readings of live, between which it went on.
    MergeList,
}
