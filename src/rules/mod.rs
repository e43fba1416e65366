//! Opinions about a plan, the site before and the site after: one file a rule, in a folder a family.
//!
//! A rule reads the site only through [`Facts`]; what is *unproven* and what is proof comes from what it read.

mod facts;
mod hosts;
mod judge;
mod registry;

// One folder a family.
mod contacts;
mod forms;
mod offerings;
mod plan;
mod safety;
mod waivers;
mod webhooks;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diag::{Finding, Severity};

pub use facts::{ContactsFile, Facts, Grade, Inputs, Known, Read, Side};
pub use judge::{Evidence, Judgement, Proof, Verdict, judge};
pub use registry::{ALL, by_id};

/// When a rule is due. A gate runs its own phase and all earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Is Managed right for this site at all?
    Fit,
    /// Before the first write.
    Configure,
    /// Before Run Migration.
    Migrate,
    /// Before replay, push, reopening.
    GoLive,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: &[Self] = &[Self::Fit, Self::Configure, Self::Migrate, Self::GoLive];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::Configure => "configure",
            Self::Migrate => "migrate",
            Self::GoLive => "go-live",
        }
    }
}

/// For which place a rule speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The staging copy only.
    Staging,
    /// The live site only.
    Live,
    /// Either.
    Both,
}

/// How well the fact behind a rule is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The vendor or the platform's owner says so.
    Documented,
    /// Seen in public code.
    SeenInCode,
    /// Concluded from the two others.
    Inferred,
}

impl Source {
    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::SeenInCode => "seen in code",
            Self::Inferred => "inferred",
        }
    }
}

/// A rule: what it is, what it says of itself, and its check.
#[derive(Debug)]
pub struct Rule {
    /// Its name, as after "waive"; the name of its file in kebab-case.
    pub id: &'static str,
    /// How much its findings weigh.
    pub severity: Severity,
    /// When it is due.
    pub phase: Phase,
    /// For which place it speaks.
    pub target: Target,
    /// Whether somebody may answer for a finding of it.
    pub waivable: bool,
    /// The item of the vendor's guide that it protects (P1 to P15 preconditions, S1 to S6 steps), or `–`.
    pub guide: &'static str,
    /// How well the fact behind it is known.
    pub evidence: Source,
    /// The version that brought it.
    pub since: &'static str,
    /// The part of the plan that stands for it where nothing nearer does, as a JSON pointer.
    pub anchor: &'static str,
    /// Its documentation: a title line, then fixed sections.
    pub docs: &'static str,
    /// The check. `None`: it stopped at a fact that is unknown.
    pub check: fn(&Facts<'_>, &mut Findings) -> Option<()>,
}

impl Rule {
    /// The first line of the documentation.
    pub fn title(&self) -> &'static str {
        self.docs.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(self.id)
    }

    /// A finding of this rule at a place of the plan.
    pub fn at(&self, place: crate::diag::Place, message: impl Into<String>) -> Finding {
        Finding::new(self.id, self.severity, place, message)
    }
}

/// What rules write their findings into.
pub type Findings = Vec<Finding>;

/// Declares a file's rule: the doc comment is its published page.
macro_rules! declare_rule {
    ($(#[doc = $doc:literal])* { $($field:ident: $value:expr),+ $(,)? }) => {
        /// The rule of this file.
        pub(in crate::rules) static RULE: $crate::rules::Rule = $crate::rules::Rule {
            docs: concat!($($doc, "\n"),*),
            check,
            $($field: $value),+
        };
    };
}
pub(crate) use declare_rule;
