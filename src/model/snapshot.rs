//! A site at one moment: its configuration and what was captured how.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attested::Attested;
use super::state::State;
use super::{Grade, Identity, Kind, Misfits, ObjectRef, Worth};

/// The snapshot format that this build writes. A newer minor version may be read, a newer major one never.
pub const FORMAT: &str = "1.1";

/// The host of the invented site, which `plan example` makes.
pub const INVENTED_HOST: &str = "staging.bloom.example";

/// When the invented site was read.
pub const INVENTED_AT: &str = "2026-11-21T06:12:00Z";

/// A site at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Where and when, and what was captured how.
    pub header: Header,
    /// The configuration.
    pub state: State,
    /// The population that belongs to it; none where none was captured.
    pub population: Option<PopulationDigest>,
    /// What supports it, whatever it says of itself.
    pub worth: Worth,
    /// The digest by which a reading in a file is known, as its end record has it and its reader found it; empty where it was
    /// read from no file.
    pub sha256: String,
    /// How an object or a field was captured, where that is not as its section was.
    pub sources: BTreeMap<ObjectRef, Sources>,
    /// What persons attested, laid over what was not captured.
    pub attested: Attested,
    /// What stands in its file and fits no format.
    pub misfits: Misfits,
}

/// How an object was captured, where that is not as its section was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// All of it.
    pub whole: Option<Capture>,
    /// One field by itself.
    pub fields: BTreeMap<String, Capture>,
}

impl Sources {
    /// Whether the record itself says of a field that nobody read it, whatever stands there.
    pub fn is_missing(&self, field: &str) -> bool {
        matches!(self.of(field), Some(Capture::Missing(_)))
    }

    /// How a field was captured; none: as its section was.
    pub fn of(&self, field: &str) -> Option<&Capture> {
        self.fields.get(field).or(self.whole.as_ref())
    }
}

/// Two are the same where they say the same, whoever vouches for them.
impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        (&self.header, &self.state, &self.population, &self.sources)
            == (&other.header, &other.state, &other.population, &other.sources)
    }
}

impl Snapshot {
    /// Whether the collector is among the plugins that were read.
    pub fn has_collector(&self) -> bool {
        self.state.plugins.contains_key(COLLECTOR)
    }

    /// Whether the site lists its plugins, and the collector is none of them.
    pub fn lists_no_collector(&self) -> bool {
        self.header.is_captured(Kind::Plugin.name()) && !self.has_collector()
    }

    /// What a site is said to be, with nobody to vouch for it.
    pub fn new(header: Header, state: State, population: Option<PopulationDigest>) -> Self {
        let (worth, sha256) = (Worth::default(), String::new());
        let (sources, attested, misfits) = Default::default();
        Self { header, state, population, worth, sha256, sources, attested, misfits }
    }

    /// The same, supported by this.
    pub fn with_worth(self, worth: Worth) -> Self {
        Self { worth, ..self }
    }

    /// How well a section is known: what it says of itself, weighed by what supports it.
    pub fn grade(&self, section: &str) -> Grade {
        self.worth.grade(self.header.capture(section))
    }
}

/// The first record of a snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// The format's version, for example `1.0`.
    pub format: String,
    /// Which site it is.
    #[serde(flatten, with = "super::home")]
    #[schemars(with = "super::home::Home")]
    pub site: Identity,
    /// The site's address as a person named it, with its scheme, where nothing else in the file says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What read the site, for example `bridge`.
    pub collector: String,
    /// The collector's version.
    pub collector_version: String,
    /// When reading began, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub taken_at: String,
    /// What was captured how, or why not, by kind of object; `contact`, `order` and `subscription` are the population's.
    #[serde(default)]
    pub sections: BTreeMap<String, Capture>,
}

impl Header {
    /// Whether a reading is that of the invented site: it is of no moment, and never gets old.
    pub fn is_invented(&self) -> bool {
        self.taken_at == INVENTED_AT && Identity::parse(INVENTED_HOST).is_some_and(|site| site == self.site)
    }

    /// How a kind was captured; a kind that the header does not name was not.
    pub fn capture(&self, kind: &str) -> Capture {
        self.sections.get(kind).cloned().unwrap_or(Capture::Missing("the snapshot does not hold it".to_owned()))
    }

    /// Whether its records tell what is not set from what nobody read: from format 1.1 on.
    pub fn tells_fields(&self) -> bool {
        minor(&self.format) > Some(0)
    }

    /// Whether its format is newer than the one of this build: it may hold what this build does not know.
    pub fn is_newer(&self) -> bool {
        is_newer(&self.format)
    }

    /// Whether a kind was captured, in whichever way.
    pub fn is_captured(&self, kind: &str) -> bool {
        matches!(self.sections.get(kind), Some(Capture::How(_)))
    }
}

/// Whether a format is newer than the one of this build.
pub fn is_newer(format: &str) -> bool {
    minor(format) > minor(FORMAT)
}

fn minor(format: &str) -> Option<u32> {
    format.split_once('.')?.1.parse().ok()
}

/// How a section was captured, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Capture {
    /// It was captured.
    How(
        /// By which collector.
        How,
    ),
    /// It was not.
    Missing(
        /// Why, in words.
        String,
    ),
}

impl Capture {
    /// Whether a machine read it.
    pub fn is_by_a_machine(&self) -> bool {
        matches!(self, Self::How(how) if how.is_captured())
    }
}

/// The collector (`bridge/`), as WordPress's list of plugins names it.
pub const COLLECTOR: &str = "plan-bridge/plan-bridge.php";

/// How a section was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// The collector on the site (`bridge/`), through an adapter.
    Bridge,
    /// WordPress's own REST.
    CoreRest,
    /// A script of somebody's own over WP-CLI; what `plan bridge script` gives counts as `bridge`.
    WpCli,
    /// A person answered questions in the order of the admin screens.
    Survey,
    /// A person wrote it down.
    Manual,
}

impl How {
    /// Whether a machine read it; what a person wrote down is attested.
    pub fn is_captured(self) -> bool {
        matches!(self, Self::Bridge | Self::CoreRest | Self::WpCli)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bridge => "bridge",
            Self::CoreRest => "core-rest",
            Self::WpCli => "wp-cli",
            Self::Survey => "survey",
            Self::Manual => "manual",
        }
    }
}

/// The population that belongs to a configuration: how many records of each kind, and the digest of its stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PopulationDigest {
    /// How many records of each kind.
    pub counts: BTreeMap<String, u64>,
    /// SHA-256 of the population's bytes before its `end` record.
    pub sha256: String,
}

impl PopulationDigest {
    /// Whether both are of one stream. A kind that is counted as none is as good as one that is not named.
    pub fn is_same(&self, other: &Self) -> bool {
        let some = |digest: &Self| -> Vec<(String, u64)> {
            digest.counts.iter().filter(|(_, count)| **count > 0).map(|(kind, count)| (kind.clone(), *count)).collect()
        };
        self.sha256 == other.sha256 && some(self) == some(other)
    }
}

/// The last record: a cut stream can never pass for a whole one. It shows damage, not forgery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct End {
    /// How many records of each kind came before.
    pub counts: BTreeMap<String, u64>,
    /// SHA-256 of all bytes before this line.
    pub sha256: String,
}
