//! Arguments of `plan survey`.

use std::path::PathBuf;

use clap::Args;

use crate::model::plan::SiteRole;
use crate::rules::Phase;

use super::{Limits, StatusFormat};

/// Ask a person for what no reading of the site gives.
///
/// It goes screen by screen, and asks only what a rule that is due or a change needs. Every screen is recorded when it is answered:
/// stop whenever you like, and run it again to go on. Rules judge what was seen; nobody is asked whether a rule holds.
///
/// Exits with 0 where nothing is lacking, and with 1 where something is.
#[derive(Debug, Args)]
#[command(before_help = example!("plan survey bloom-coaching.yaml --site bloom-coaching.site.ndjson --who jo"))]
pub struct Survey {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// The site: an address that the plan names, or a site in a file.
    #[arg(long, value_name = "URL|FILE")]
    pub site: String,
    /// Who looks: a short name from the plan's `people`; by default who began the run that is under way.
    #[arg(long)]
    pub who: Option<String>,
    /// Which of the plan's two sites is looked at; for live, the staging copy's values are shown beside the fields.
    #[arg(long, value_enum, default_value_t = SiteRole::Staging, value_name = "PLACE")]
    pub on: SiteRole,
    /// Ask what the rules of this phase and all earlier ones need.
    #[arg(long, value_enum, default_value_t = Phase::Configure)]
    pub gate: Phase,
    /// Ask again for what was attested and has expired, or expires within this many days; 3 where no number is given.
    #[arg(long, value_name = "DAYS", num_args = 0..=1, require_equals = true, default_missing_value = "3")]
    #[arg(value_parser = clap::value_parser!(i64).range(0..=14))]
    pub renew: Option<i64>,
    /// A recording of the staging copy, whose values are shown beside the fields of live.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Write what would be asked as sheets into this folder, one CSV a kind, to be filled in by any spreadsheet.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["read", "renew"])]
    pub sheets: Option<PathBuf>,
    /// Record what was filled in of the sheets in this folder; each mistake is reported with its file and cell.
    #[arg(long, value_name = "DIR", conflicts_with = "renew")]
    pub read: Option<PathBuf>,
    /// Never ask: list what would be asked.
    #[arg(long)]
    pub no_input: bool,
    /// The form of that list, and of what is wrong with sheets.
    #[arg(long, value_enum, default_value_t = StatusFormat::Human)]
    pub format: StatusFormat,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}
