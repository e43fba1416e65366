//! Arguments of `plan fmt`.

use std::path::PathBuf;

use clap::Args;

use super::Limits;

/// Lay a plan out: keys in their order, two blanks a level.
///
/// What it says is not touched, and neither is a comment: both are compared before anything is written. A file is replaced whole, or stays as
/// it is.
#[derive(Debug, Args)]
#[command(before_help = example!("plan fmt bloom-coaching.yaml --diff"))]
pub struct Fmt {
    /// The plans; `-` reads one from a pipe and prints it.
    #[arg(value_name = "PLAN", required = true)]
    pub plans: Vec<PathBuf>,
    /// Write nothing; name each plan that is laid out otherwise, and exit with 1 where there is one.
    #[arg(long)]
    pub check: bool,
    /// Write nothing; show what would change, and exit with 1 where something would.
    #[arg(long, conflicts_with = "check")]
    pub diff: bool,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}
