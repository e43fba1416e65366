//! What is put on record of a screen or a sheet.

use jiff::{SignedDuration, Timestamp};

use crate::commands::record::append_here;
use crate::commands::record::said::ensure_sound;
use crate::failure::Failure;
use crate::model::Kind;
use crate::model::facts::day;
use crate::model::record::Evidence;
use crate::model::saw::FACT_DAYS;
use crate::project::record::path_of;
use crate::survey::{Answers, evidence};

use super::look::Look;

/// The lines that a record gets.
pub(super) fn lines(look: &Look, kind: Kind, answers: &Answers, now: Timestamp) -> Vec<Evidence> {
    let Some(read) = &look.checked.site else { return Vec::new() };
    let until = day(now.saturating_add(SignedDuration::from_hours(24 * FACT_DAYS)).unwrap_or(now));
    evidence(kind, answers, &look.checked.opened.plan, (&look.site, &read.reading.snapshot.state), until)
}

/// Records what was seen: how many facts. All of it or nothing, where something of it cannot stand in a record.
pub(super) fn record(look: &Look, who: &str, kind: Kind, answers: &Answers, now: Timestamp) -> Result<usize, Failure> {
    let lines = lines(look, kind, answers, now);
    lines.iter().try_for_each(|evidence| ensure_sound(evidence, now))?;
    let path = path_of(&look.checked.opened.path);
    for evidence in &lines {
        append_here(&path, who, now, evidence)?;
    }
    Ok(usize::from(answers.list.is_some()) + answers.fields.values().map(|of| of.len()).sum::<usize>())
}
