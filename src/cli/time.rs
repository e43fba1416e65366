//! `plan record` about time.

use clap::Args;
use jiff::{SignedDuration, Span, SpanRelativeTo};

use crate::model::deadline::Decision;

use super::By;

/// `plan record outside-window`
#[derive(Debug, Args)]
pub struct RecordOutsideWindow {
    #[command(flatten)]
    /// The plan, and who attests it.
    pub by: By,
    /// Why.
    #[arg(value_name = "TEXT")]
    pub says: String,
}

/// `plan record restore-drill`
#[derive(Debug, Args)]
pub struct RecordRestoreDrill {
    #[command(flatten)]
    /// The plan, and who attests it.
    pub by: By,
    /// The backup of live that was restored, as it is on record: its file's name, or its restore point's ID.
    #[arg(value_name = "BACKUP")]
    pub backup: String,
    /// How long it took, from its beginning until the site could be used again, for example `25m`.
    #[arg(long, value_name = "LENGTH", value_parser = took)]
    pub took: SignedDuration,
    /// Where it was restored, for example `a second staging copy`.
    #[arg(long, value_name = "TEXT")]
    pub onto: String,
    /// When it was over, RFC 3339; by default now.
    #[arg(long, value_name = "TIME")]
    pub ended_at: Option<String>,
}

/// `plan record decision`
#[derive(Debug, Args)]
pub struct RecordDecision {
    #[command(flatten)]
    /// The plan, and who attests it.
    pub by: By,
    /// What was decided.
    #[arg(value_enum, value_name = "DECISION")]
    pub decision: Decision,
    /// Why.
    #[arg(value_name = "TEXT")]
    pub says: String,
}

fn took(text: &str) -> Result<SignedDuration, String> {
    let span: Span = text.parse().map_err(|_| "write minutes or hours, for example `25m` or `1h 10m`")?;
    let time = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|error| error.to_string())?;
    let allowed = SignedDuration::from_secs(1)..=SignedDuration::from_hours(7 * 24);
    if allowed.contains(&time) { Ok(time) } else { Err("a restore takes a second at least and a week at most".into()) }
}
