//! Arguments of `plan rules`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Try a plan's own rules (`rules.yaml`) by their examples.
#[derive(Debug, Args)]
#[command(before_help = example!("plan rules test rules.yaml"))]
pub struct Rules {
    /// What to do with them.
    #[command(subcommand)]
    pub verb: RulesVerb,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub enum RulesVerb {
    /// Say what is wrong with a file of rules: each mistake with its place, each good example in which a rule finds something, and each bad
    /// one in which it finds nothing.
    #[command(before_help = example!("plan rules test rules.yaml"))]
    Test {
        /// The file of rules.
        #[arg(value_name = "FILE", default_value = "rules.yaml")]
        file: PathBuf,
    },
}
