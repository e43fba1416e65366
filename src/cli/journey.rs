//! Arguments of `plan journey`.

use std::path::PathBuf;

use clap::Args;

use super::{Limits, Reading, SiteAdapters, StatusFormat};
use crate::model::plan::SiteRole;

/// What a member sees on which day, before the switch and after it.
///
/// Before is the site as it was read, under its CRM; after is what the plan intends. Days are counted by a model of AccessAlly's timers, of
/// which a part is inferred: docs/journey.md says which. What the reading did not capture is unknown, and never reads as access kept.
///
/// `--everybody` exits with 1 where somebody loses access, waits for ever, or is unknown.
#[derive(Debug, Args)]
#[command(before_help = example!("plan journey bloom-coaching.yaml --site bloom-coaching.site.ndjson --offering group-coaching"))]
#[group(id = "of", required = true, multiple = false, args = ["offering", "everybody"])]
pub struct Journey {
    #[command(flatten)]
    /// The plan and its site.
    pub of: PlanAndSite,
    /// The offering, by its key in the plan.
    #[arg(long, value_name = "KEY")]
    pub offering: Option<String>,
    /// Everybody on the site, cohort by cohort: who loses access, gains some or waits for ever, the worst first.
    #[arg(long)]
    pub everybody: bool,
    /// How many days before the switch the member is released; whoever is released after it, where this is not said.
    #[arg(long, value_name = "DAYS", requires = "offering")]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=LONGEST))]
    pub day: Option<u32>,
    /// A tag that the member has, of the offering's; with it, what they hold is said by tags and not by the timers.
    #[arg(long, value_name = "TAG", requires = "offering")]
    pub tag: Vec<String>,
    /// The day, counted from the release, on which access is revoked, as at the end of the period of somebody who cancelled.
    #[arg(long, value_name = "DAYS", requires = "offering")]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=LONGEST))]
    pub revoked_on: Option<u32>,
    /// The number of the module whose opening closes the offering: no reading shows whether one does.
    #[arg(long, value_name = "NUMBER", requires = "offering")]
    pub wrap_up: Option<u32>,
    /// The form.
    #[arg(long, value_enum, default_value_t = StatusFormat::Human)]
    pub format: StatusFormat,
}

/// Most days that are counted: a hundred years.
const LONGEST: i64 = 36_500;

/// A plan and the site that it is for.
#[derive(Debug, Args)]
pub struct PlanAndSite {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    #[command(flatten)]
    /// How the site is read.
    pub reading: Reading,
    #[command(flatten)]
    /// Through what its members are read.
    pub adapters: SiteAdapters,
    /// Which of the plan's two sites that is.
    #[arg(long, value_enum, default_value_t = SiteRole::Staging, value_name = "PLACE")]
    pub on: SiteRole,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}
