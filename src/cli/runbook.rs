//! Arguments of `plan runbook`.

use std::path::PathBuf;

use clap::Args;

use crate::model::plan::SiteRole;

use super::Limits;

/// The run as one page to print: steps, people, boxes to tick.
///
/// The page needs nothing else: no network, no script, no file beside it. It holds no contact's values.
#[derive(Debug, Args)]
#[command(before_help = example!("plan runbook bloom-coaching.yaml --out runbook.html"))]
pub struct Runbook {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// A site to judge the plan against, so that the page says how it stands: an address that the plan names, or a file.
    #[arg(long, value_name = "URL|FILE", conflicts_with = "snapshot")]
    pub site: Option<String>,
    /// A recording of a site, for the same purpose.
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Which of the plan's two sites that is.
    #[arg(long, value_enum, default_value_t = SiteRole::Staging, value_name = "PLACE")]
    pub on: SiteRole,
    /// The page to write; a page that this command wrote earlier is replaced, any other file is not.
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}
