//! The certificate of a finished rehearsal: what a replay on live must show.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::journal::{Event, Told, begin};
use crate::model::plan::Place;
use crate::model::{Executor, Step};

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
    /// The staging site's host.
    pub host: String,
    /// The tool's version.
    pub tool: String,
    /// When the rehearsal ended, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    pub ended_at: String,
    /// The digest of what the plan intended: a replay must intend the same.
    pub intent: String,
    /// The digest of the journal's last line, which holds those of all before it.
    pub journal: String,
    /// What the comparison of everybody said.
    pub verified: Proven,
    /// Each step with its time.
    pub steps: Vec<Took>,
}

/// What a step was proven by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proven {
    /// A machine's reading, a person's act that was read back, a person's word.
    pub by: Executor,
    /// What was seen.
    pub seen: String,
}

/// How long a step took, from when the one before it was proven: the person's time included, and what lay between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Took {
    /// The step.
    pub step: Step,
    /// What it was proven by.
    pub by: Executor,
    /// Seconds.
    pub seconds: u64,
}

impl Certificate {
    /// The certificate of these events; none where they are no whole rehearsal on staging whose contacts were reviewed.
    pub fn of(events: &[Told], journal: &str) -> Option<Self> {
        let begun = begin(events).filter(|begin| begin.on == Place::Staging && begin.strategy.is_some())?;
        let (mut steps, mut verified, mut since) = (Vec::new(), None, events.first()?.at);
        for told in events {
            if let Event::Passed { step, by, seen } = &told.event {
                steps.push(Took { step: *step, by: *by, seconds: seconds(since, told.at) });
                since = told.at;
                if *step == Step::ReviewContacts {
                    verified = Some(Proven { by: *by, seen: seen.clone() });
                }
            }
        }
        let whole = begun.steps().iter().all(|step| steps.iter().any(|took| took.step == *step));
        Some(Self {
            version: VERSION,
            plan: begun.plan.clone(),
            host: begun.host.clone(),
            tool: begun.tool.clone(),
            ended_at: events.last()?.at.to_string(),
            intent: begun.digests.intent.clone(),
            journal: journal.to_owned(),
            verified: verified.filter(|_| whole)?,
            steps,
        })
    }

    /// How many seconds a replay of the steps in the window will take, if it takes what the rehearsal took.
    pub fn seconds(&self) -> u64 {
        self.steps.iter().fold(0, |sum, took| sum.saturating_add(took.seconds))
    }
}

/// Whole seconds between two times; none where the clock went back.
fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}
