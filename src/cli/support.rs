//! Arguments of `plan support-bundle`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Limits, run::Of};

/// One text for whoever helps, without contacts and secrets.
///
/// It holds versions, the verdict in short and the journal of the run. It is listed part by part, and written only after a yes. It is a text and no archive, so that you can read all of it before you send it, and whoever gets
/// it needs no tool: without `--out` it is shown. With `--for vendor` it is a page for AccessAlly's support: the step, the screens,
/// the lines with a "!", each setting that was touched with its old and its new value.
#[derive(Debug, Args)]
#[command(before_help = example!("plan support-bundle bloom-coaching.yaml --site bloom-coaching.site.ndjson --out support.txt"))]
pub struct SupportBundle {
    #[command(flatten)]
    /// The run.
    pub of: Of,
    /// For whom it is.
    #[arg(long = "for", value_enum, default_value_t = Helper::Support, value_name = "WHOM")]
    pub for_whom: Helper,
    /// An inventory of the site in a file, which is put into the bundle (`plan site inventory`).
    #[arg(long, value_name = "FILE")]
    pub inventory: Option<PathBuf>,
    /// What `plan site doctor` printed, in a file; what it quotes is left out.
    #[arg(long, value_name = "FILE")]
    pub doctor: Option<PathBuf>,
    /// Put the addresses of the plan's two sites in.
    #[arg(long)]
    pub site_names: bool,
    /// The new file; without it, it is shown.
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write it without asking.
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}

/// Who gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Helper {
    /// Who supports this program.
    Support,
    /// AccessAlly's support.
    Vendor,
}
