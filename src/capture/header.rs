//! The first line: who read which site, when, and by which request.

use serde::de::{Deserializer, Error};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::value::{Scalar, Value, Withheld};

/// The format that this build reads.
pub(super) const FORMAT: u64 = 1;

/// What the first line of a capture, or of an inventory, says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Header {
    /// The collector.
    pub plugin: Collector,
    /// What it was asked.
    pub request: Asked,
    /// When, as RFC 3339 has it.
    pub taken_at: String,
    /// What runs there.
    pub versions: Versions,
    /// Whether the site is one of several in a network.
    pub multisite: bool,
    /// Whether what WordPress keeps for a time may lie outside the database.
    pub object_cache: bool,
    /// Which site it is; an inventory does not say.
    #[serde(default)]
    pub site: Option<SiteFacts>,
    /// Rows just before the one moment of the capture; an inventory does not say.
    #[serde(default)]
    pub before: Option<Before>,
}

/// The plugin that read the site.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Collector {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its files.
    pub sha256: String,
}

/// The request that the collector answered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Asked {
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// The adapters that it was made from.
    pub adapters: Vec<AdapterDigest>,
}

/// An adapter, by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdapterDigest {
    /// Its name.
    pub name: String,
    /// The SHA-256 of its bytes.
    pub sha256: String,
}

/// What runs on the site.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Versions {
    /// WordPress.
    pub wordpress: String,
    /// PHP.
    pub php: String,
    /// The database, with its maker's name where it says it.
    pub database: String,
}

/// Which site was read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SiteFacts {
    /// The address of its front page.
    pub home: Text,
    /// The address of WordPress's own files.
    pub url: Text,
    /// The host of its home.
    pub host: Text,
    /// What WordPress takes its environment to be.
    pub environment: Text,
    /// Its number in a network of sites.
    pub blog: u64,
    /// Its language.
    pub locale: Text,
    /// Its time zone.
    pub timezone: Text,
}

/// Rows just before the capture: where a later count differs, the site is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Before {
    /// Of the table of users.
    pub users: u64,
    /// Of the table of posts.
    pub posts: u64,
}

/// A text that may not have left the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// The text.
    Known(String),
    /// In its place.
    Withheld(Withheld),
}

impl Text {
    /// The text, where it left the site.
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Withheld(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Whole(Scalar::Text(text)) => Ok(Self::Known(text)),
            Value::Withheld(withheld) => Ok(Self::Withheld(withheld)),
            _ => Err(D::Error::custom("wrong value, expected a text")),
        }
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(text) => serializer.serialize_str(text),
            Self::Withheld(withheld) => withheld.serialize(serializer),
        }
    }
}
