//! What was asked of the site in one go, and whether it was read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// What was asked of the site in one go, and whether it was read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Source {
    /// Its kind.
    pub kind: SourceKind,
    /// What was asked: names and patterns, or the one table, or columns of users.
    pub of: Vec<String>,
    /// Whose it is, of options and tables.
    #[serde(default)]
    pub scope: Scope,
    /// The columns that were asked of a table; none where its rows were only counted.
    #[serde(default)]
    pub columns: Vec<String>,
    /// What columns had to equal, in the database's own comparison, for a row of a table to come.
    #[serde(default, rename = "where")]
    pub only: BTreeMap<String, String>,
    /// Whether it was read.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The kinds of source, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each is a variant of `Line`")]
pub enum SourceKind {
    Option,
    Users,
    UserMeta,
    PostMeta,
    Table,
    Content,
    Cron,
    Plugin,
    Constant,
    Function,
    Call,
    /// One that this build does not know.
    #[serde(other)]
    Unknown,
}

/// Whose options or tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The site's own.
    #[default]
    Site,
    /// The network's that the site belongs to.
    Network,
}

/// Whether a source was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was, with so many rows in the database's one moment.
    Read {
        /// How many rows there were: of content the posts that were looked at. None where the database counts them as it sends them,
        /// and a line after them says it.
        expected: Option<u64>,
        /// The table's engine, of a table: only InnoDB gives one moment.
        engine: Option<String>,
    },
    /// It was not: whether there is any of it is unknown.
    Unread(Unread),
}

/// How many rows of a source the database sent, by its own count; comes after them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Counted {
    /// The kind of the source.
    pub(super) kind: SourceKind,
    /// How many.
    pub(super) expected: u64,
}

/// Why a source was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unread {
    /// There is no such table.
    NoSuchTable,
    /// The table lacks one of the columns.
    NoSuchColumn,
    /// Nothing of this name can be called.
    NoSuchCall,
    /// It is no plugin's.
    NotAPluginsCall,
    /// The call may write a cache.
    EffectsCache,
    /// The call may use the network.
    EffectsNetwork,
    /// What the call does beside answering is unknown.
    EffectsUnknown,
    /// The call ended in an error.
    Failed,
    /// The collector never reads it as a table.
    Refused,
    /// Whoever read the site may not read the network.
    NotAllowed,
    /// A reason that this build does not know.
    #[serde(other)]
    Unknown,
}

impl Source {
    /// Whether the last line says how many rows the database counted.
    pub(super) fn is_of_rows(&self) -> bool {
        match self.kind {
            SourceKind::Option | SourceKind::Users | SourceKind::UserMeta | SourceKind::PostMeta => true,
            SourceKind::Table => !self.columns.is_empty(),
            _ => false,
        }
    }

    /// Whether each row that was counted is in the file: of posts only those with something to say are, and of a table that is only
    /// counted none.
    pub(super) fn has_all_rows(&self) -> bool {
        let is_known = !matches!(self.kind, SourceKind::Content | SourceKind::Unknown);
        is_known && (self.kind != SourceKind::Table || !self.columns.is_empty())
    }
}

impl SourceKind {
    /// Every kind that this build knows.
    pub const ALL: [Self; 11] = [
        Self::Option,
        Self::Users,
        Self::UserMeta,
        Self::PostMeta,
        Self::Table,
        Self::Content,
        Self::Cron,
        Self::Plugin,
        Self::Constant,
        Self::Function,
        Self::Call,
    ];

    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Option => "option",
            Self::Users => "users",
            Self::UserMeta => "usermeta",
            Self::PostMeta => "postmeta",
            Self::Table => "table",
            Self::Content => "content",
            Self::Cron => "cron",
            Self::Plugin => "plugin",
            Self::Constant => "constant",
            Self::Call => "call",
            Self::Function => "function",
            Self::Unknown => "…",
        }
    }
}

impl Unread {
    /// Why it was not read, to follow "it is unknown because".
    pub fn words(self) -> &'static str {
        match self {
            Self::NoSuchTable => "the site has no such table",
            Self::NoSuchColumn => "the table lacks a column that the request names",
            Self::NoSuchCall => "the site has no function of this name",
            Self::NotAPluginsCall => "the function is not a plugin's, and no other one is called",
            Self::EffectsCache => "the function may write a cache, so it is not called",
            Self::EffectsNetwork => "the function may use the network, so it is not called",
            Self::EffectsUnknown => "what else the function does is unknown, so it is not called",
            Self::Failed => "the function ended in an error",
            Self::Refused => "the collector does not read this as a table",
            Self::NotAllowed => "the user who read the site may not read the network's settings",
            Self::Unknown => "the collector did not read it, for a reason that this version of `plan` does not know",
        }
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Members {
            expected: Option<u64>,
            engine: Option<String>,
            unread: Option<Unread>,
        }
        let Members { expected, engine, unread } = Members::deserialize(deserializer)?;
        match (expected, unread) {
            (expected, None) => Ok(Self::Read { expected, engine }),
            (None, Some(why)) => Ok(Self::Unread(why)),
            (Some(_), Some(_)) => Err(D::Error::custom("wrong members, expected either `expected` or `unread`")),
        }
    }
}
