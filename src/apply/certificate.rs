//! The certificate of a finished rehearsal: what a replay on live must show.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::{JournalEntry, begin, reviewed};
use super::intended::Intended;
use super::timing::{self, Lasted, Took};
use crate::change::{intent_digest, rehearsed_digest};
use crate::model::deadline::DRILL_DAYS;
use crate::model::fault::CLOCKS_APART;
use crate::model::plan::SiteRole;
use crate::model::text::Seconds;
use crate::model::{Executor, Identity, Plan, Step, digest};
use crate::trust::{Key, Purpose};

/// Days after which a rehearsal opens no replay any more: as long as a restore that was measured counts.
pub const DAYS: i64 = DRILL_DAYS;

/// The version of the format that this build writes.
pub const VERSION: u8 = 1;

/// That an intent was rehearsed to its end on staging. It holds no personal data, and may be committed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The format's version.
    pub version: u8,
    /// The plan's file name.
    pub plan: String,
    /// The staging site: its home address without the scheme.
    pub host: Identity,
    /// The tool's version.
    pub tool: String,
    /// When the rehearsal ended, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub ended_at: String,
    /// The digest of what was rehearsed: a replay must do the same. By an earlier build, of all that the plan intended.
    pub intent: String,
    /// The digest of the journal's last line, which holds those of all before it.
    pub journal: String,
    /// What the comparison of everybody said.
    pub verified: Proven,
    /// Each step with its time.
    pub steps: Vec<Took>,
    /// How long the migration itself took; none where it was not seen to be over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration: Option<Lasted>,
    /// What the rehearsal was on. One on a site in a file opens no live site at an address.
    #[serde(default)]
    pub site: Ground,
    /// The mark of the key of the machine on which the rehearsal was, over all the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
}

/// What a run is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// A site in a file, which is what it says for its own runs.
    #[default]
    File,
    /// A site at an address, which a machine read.
    Address,
}

impl Ground {
    /// What a site of this name is.
    pub fn of(site: &str) -> Self {
        if site.contains("://") { Self::Address } else { Self::File }
    }
}

/// The mark of this key on a certificate, over the text's own value and not over what was understood of it.
pub fn mark(certificate: &Value, key: &Key) -> String {
    key.mark(Purpose::Certificate, unmarked(certificate).as_bytes())
}

/// Whether a certificate's text bears the mark of this key.
pub fn is_marked(text: &str, key: &Key) -> bool {
    let read: Result<Value, _> = serde_json::from_str(text);
    read.is_ok_and(|certificate| {
        let mark = certificate.get("mark").and_then(Value::as_str);
        mark.is_some_and(|mark| key.made(Purpose::Certificate, unmarked(&certificate).as_bytes(), mark))
    })
}

/// The digest of everything but the mark.
fn unmarked(certificate: &Value) -> String {
    let mut rest = certificate.clone();
    if let Value::Object(fields) = &mut rest {
        fields.shift_remove("mark");
    }
    digest::of(&rest)
}

/// What a step was proven by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proven {
    /// A machine's reading, a person's act that was read back, an attestation.
    pub by: Executor,
    /// What was seen.
    pub seen: String,
}

impl Certificate {
    /// The certificate of these events; none where they are no whole rehearsal on staging whose contacts were reviewed.
    pub fn of(events: &[JournalEntry], journal: &str, site: Ground) -> Option<Self> {
        let begun = begin(events).filter(|begin| begin.on == SiteRole::Staging && begin.strategy.is_some())?;
        let steps = timing::steps(events);
        let verified = reviewed(events).map(|(by, seen)| Proven { by, seen: seen.to_owned() });
        let whole = begun.steps().iter().all(|step| steps.iter().any(|took| took.step == *step));
        Some(Self {
            version: VERSION,
            plan: begun.plan.clone(),
            host: begun.host.clone(),
            tool: begun.tool.clone(),
            ended_at: events.last()?.at.to_string(),
            intent: Intended::of(events)?.digest().to_owned(),
            journal: journal.to_owned(),
            verified: verified.filter(|_| whole)?,
            steps,
            migration: timing::migration(events),
            site,
            mark: None,
        })
    }

    /// As it is written, under the mark of this key.
    pub fn text(mut self, key: &Key) -> String {
        self.mark = None;
        self.mark = serde_json::to_value(&self).ok().map(|certificate| mark(&certificate, key));
        serde_json::to_string_pretty(&self).unwrap_or_default() + "\n"
    }

    /// Whether this plan is what was rehearsed.
    pub fn is_of(&self, plan: &Plan) -> bool {
        self.intent == rehearsed_digest(plan) || self.intent == intent_digest(plan)
    }

    /// Why a replay cannot go by a rehearsal that ended when this one did; none where it can.
    pub fn is_out_of_date(&self, now: Timestamp) -> Option<String> {
        let Ok(ended) = self.ended_at.parse::<Timestamp>() else {
            return Some("the rehearsal on record has no valid end time".to_owned());
        };
        let age = now.duration_since(ended);
        if age < -CLOCKS_APART {
            return Some(format!("the rehearsal on record ended at {ended}, which is in the future"));
        }
        (age > SignedDuration::from_hours(24 * DAYS)).then(|| {
            format!("the rehearsal on record ended at {ended}, and a rehearsal is valid for {DAYS} days: sites change")
        })
    }

    /// How many seconds a replay of the steps takes at least, if it takes what the rehearsal took.
    pub fn seconds(&self) -> u64 {
        self.steps.iter().fold(0, |sum, took| sum.saturating_add(self.seconds_of(took)))
    }

    /// How many seconds a replay takes at least until this step is proven.
    pub fn seconds_through(&self, step: Step) -> u64 {
        let until = self.steps.iter().position(|took| took.step == step).map_or(self.steps.len(), |at| at + 1);
        self.steps[..until].iter().fold(0, |sum, took| sum.saturating_add(self.seconds_of(took)))
    }

    /// How many seconds of a replay the step takes at least. The migration goes on while nothing watches it.
    fn seconds_of(&self, took: &Took) -> u64 {
        let migration = self.migration.filter(|_| took.step == Step::RunMigration).unwrap_or_default();
        took.seconds.max(migration.at_least)
    }

    /// How long a step took in the rehearsal, of the time when the run was under way.
    pub fn rehearsed(&self, step: Step) -> Option<Seconds> {
        self.steps.iter().find(|took| took.step == step).map(|took| self.seconds_of(took).into())
    }

    /// The steps that took longest, the longest first, with their times: what a refusal for the time names.
    pub fn longest(&self) -> String {
        const NAMED: usize = 3;
        let mut steps: Vec<&Took> = self.steps.iter().filter(|took| self.seconds_of(took) > 0).collect();
        steps.sort_by_key(|took| std::cmp::Reverse(self.seconds_of(took)));
        let named = |took: &&Took| format!("`{}` {}", took.step.name(), Seconds::from(self.seconds_of(took)));
        let named: Vec<String> = steps.iter().take(NAMED).map(named).collect();
        named.join(", ")
    }
}
