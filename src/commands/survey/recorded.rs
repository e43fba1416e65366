//! What is put on record of a screen or a sheet.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::commands::record::said::{append_here, ensure_sound};
use crate::failure::Failure;
use crate::model::facts::day;
use crate::model::record::Evidence;
use crate::model::saw::FACT_DAYS;
use crate::model::{Identity, Kind, Plan, State};
use crate::project::record::path_of;
use crate::survey::{Answers, evidence};

/// Whoever looks at a site, and the plan beside which it is recorded.
#[derive(Clone, Copy)]
pub(in crate::commands) struct Looking<'a> {
    /// Where the plan lies.
    pub(in crate::commands) path: &'a Path,
    /// The plan.
    pub(in crate::commands) plan: &'a Plan,
    /// The site.
    pub(in crate::commands) site: &'a Identity,
    /// The site as it was read.
    pub(in crate::commands) state: &'a State,
    /// Who looks.
    pub(in crate::commands) who: &'a str,
}

impl Looking<'_> {
    /// The lines that a record gets.
    pub(super) fn lines(&self, kind: Kind, answers: &Answers, now: Timestamp) -> Vec<Evidence> {
        let until = day(now.saturating_add(SignedDuration::from_hours(24 * FACT_DAYS)).unwrap_or(now));
        evidence(kind, answers, self.plan, (self.site, self.state), until)
    }

    /// Records what was seen: how many facts. All of it or nothing, where something of it cannot stand in a record.
    pub(in crate::commands) fn record(&self, kind: Kind, answers: &Answers, now: Timestamp) -> Result<usize, Failure> {
        let lines = self.lines(kind, answers, now);
        lines.iter().try_for_each(|evidence| ensure_sound(evidence, now))?;
        let path = path_of(self.path);
        for evidence in &lines {
            append_here(&path, self.who, now, evidence)?;
        }
        Ok(usize::from(answers.list.is_some()) + answers.fields.values().map(|of| of.len()).sum::<usize>())
    }
}
