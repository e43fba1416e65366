//! Opinions about a plan, the site before and the site after: one file a rule, in a folder a family.
//!
//! A rule reads the site only through [`Facts`]; what is *unproven* and what is proof comes from what it read.

mod about;
mod aftercare;
mod candidates;
mod coverage;
mod due;
mod facts;
mod few;
mod fields;
mod files;
mod folded;
mod hosts;
mod judge;
mod lacking;
mod lead_time;
mod members;
mod objects;
mod original;
mod own;
mod own_findings;
mod raised;
mod read;
mod reading;
mod registry;
mod rekey;

// One folder a family.
mod accepted_risks;
mod access;
mod contacts;
mod forms;
mod mail;
mod money;
mod offerings;
mod plan;
mod safety;
mod webhooks;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diag::{Finding, Severity};
use crate::model::text::pointer;
use crate::model::{Plan, Step};
use crate::text::apart;

pub use crate::model::Grade;

pub use about::About;
pub use aftercare::{Aftercare, Care, CountedFrom, LAST, Renewals, Ticked, aftercare, is_aftercare};
pub use candidates::{CANDIDATES, OF_THE_PLAN};
pub use coverage::{Candidate, CoveredBy, group};
pub use due::Moment;
pub use facts::{Facts, Inputs, Known, NO_SITE, Side};
pub(crate) use files::TAKE_OUT;
pub use files::{BackupFiles, ContactsFile, FileNow, Members, MembersFile, Tracking};
pub use judge::{Evidence, Judgement, Proof, Verdict, judge, meets};
pub use lacking::{BY_HAND, OF_LIVE, PRIVATE, how_to_find};
pub use lead_time::{Ahead, Done, LEAD_TIMES, LeadTime, Work};
pub use money::is_elsewhere as charges_elsewhere;
pub use objects::{Objects, Of, OfKind, kind_of};
pub use original::{COMPARING, Drift, LiveReading, Original};
pub use own::{Came, Own, OwnRules};
pub use raised::{NotRaised, Raised};
pub use read::Read;
pub use reading::{Freshness, READING_OLD, Stale, stale};
pub use registry::{ALL, by_id, renamed, version};

/// When a rule is due. A gate runs its own phase and all earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ValueEnum)]
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

/// How well the fact that a rule rests on is known.
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
    /// Its name, as `accepted_risks` and `plan explain` take it; the name of its file in kebab-case.
    pub id: &'static str,
    /// How much its findings weigh.
    pub severity: Severity,
    /// When it is due.
    pub phase: Phase,
    /// For which place it speaks.
    pub target: Target,
    /// Whether somebody may answer for a finding of it.
    pub acceptable: bool,
    /// The step of a run that brings about what it asks for: a run is not asked before that step is done.
    pub settled_by: Option<Step>,
    /// The last step of a run at which it is asked: what it asks for a later step ends.
    pub until: Option<Step>,
    /// Whether it asks for what has to be right when *Run Migration* is pressed, and for nothing that has to stay so.
    pub precondition: bool,
    /// The item of the vendor's guide that it protects (P1 to P15 preconditions, S1 to S6 steps), or `–`.
    pub guide: &'static str,
    /// How well the fact that it rests on is known.
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
    /// A rule of which nothing is said: what a file leaves out is as here. That no risk of it may be accepted, every file says all the same.
    const PLAIN: Self = Self {
        id: "",
        severity: Severity::Error,
        phase: Phase::Fit,
        target: Target::Both,
        acceptable: false,
        settled_by: None,
        until: None,
        precondition: false,
        guide: "–",
        evidence: Source::Inferred,
        since: "0.1.0",
        anchor: "",
        docs: "",
        check: |_, _| Some(()),
    };

    /// The first line of the documentation.
    pub fn title(&self) -> &'static str {
        self.docs.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(self.id)
    }

    /// The documentation, in Markdown, without the blank that a doc comment puts before each line.
    pub fn page(&self) -> String {
        self.docs.lines().map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
    }

    /// A finding of this rule at a place of the plan.
    pub fn at(&self, place: crate::diag::Location, message: impl Into<String>) -> Finding {
        Finding::new(self.id, self.severity, place, message)
    }

    /// Where the plan and the site mean the same and spell it otherwise: worth knowing, and nothing to do.
    fn respelt(&self, place: crate::diag::Location, what: &str, [plan, site]: [&str; 2]) -> Finding {
        let [plan, site] = apart(plan, site);
        let message = format!("{what} is the same but for spelling: `{plan}` in the plan, `{site}` on the site");
        let mut finding = self.at(place, message).label("spelled otherwise").help(NOTHING_TO_DO);
        finding.severity = Severity::Info;
        finding
    }
}

/// What to do about another spelling.
const NOTHING_TO_DO: &str = "nothing has to be done; write it as the site does where it should look alike";

/// What rules write their findings into.
pub type Findings = Vec<Finding>;

/// How many findings of a rule may ask for the nearest name: more wrong names than this are no slips of the pen, and
/// comparing each of them with every name of a large site would take long.
pub(crate) const SLIPS: usize = 10;

/// Whether the place, or anything inside it, did not fit the schema and is missing from the plan's value.
pub(crate) fn left_out_inside(plan: &Plan, place: &[&str]) -> bool {
    if plan.left_out.is_empty() {
        return false;
    }
    let inside = pointer(place) + "/";
    let first = plan.left_out.range(inside.clone()..).next();
    let enclosing = (1..=place.len()).any(|depth| plan.was_left_out(&place[..depth]));
    enclosing || first.is_some_and(|found| found.starts_with(&inside))
}

/// What day it is for a rule, in words: a site in a file has the day on which it was read.
pub(crate) fn day_in_words(facts: &Facts<'_>) -> String {
    let said = if facts.has_site() { "the site was read on" } else { "today is" };
    format!("{said} {}", facts.today())
}

/// Declares a file's rule: the doc comment is its published page.
macro_rules! declare_rule {
    ($(#[doc = $doc:literal])* { $($field:ident: $value:expr),+ $(,)? }) => {
        /// The rule of this file.
        #[allow(clippy::needless_update, reason = "a rule may say all there is to say")]
        pub(in crate::rules) static RULE: $crate::rules::Rule = $crate::rules::Rule {
            docs: concat!($($doc, "\n"),*),
            check,
            $($field: $value,)+
            ..$crate::rules::Rule::PLAIN
        };
    };
}
pub(crate) use declare_rule;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_found_above_and_inside_a_place() {
        let left_out = ["/offerings/a-b/name", "/offerings/a/modules/1", "/people"].map(str::to_owned).into();
        let plan = Plan { left_out, ..Plan::default() };
        assert!(left_out_inside(&plan, &["offerings", "a"]));
        assert!(left_out_inside(&plan, &["people", "jo"]));
        assert!(!left_out_inside(&plan, &["offerings", "b"]));
        assert!(!left_out_inside(&plan, &["offerings", "a", "modules", "10"]));
    }
}
