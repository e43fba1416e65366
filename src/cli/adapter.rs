//! Arguments of `plan adapter`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::StatusFormat;

/// Check, explain and compile adapters.
#[derive(Debug, Args)]
#[command(before_help = example!("plan adapter explain accessally"))]
pub struct Adapter {
    /// What to do with them.
    #[command(subcommand)]
    pub verb: AdapterVerb,
}

/// What to do with adapters.
#[derive(Debug, Subcommand)]
pub enum AdapterVerb {
    /// Say what is wrong with an adapter, each mistake with its place.
    #[command(before_help = example!("plan adapter check bloom.adapter.yaml"))]
    Check {
        /// The adapters; one may refer to what another one has.
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// List what adapters know: each fact with its place and its evidence, and which open questions about AccessAlly that settles.
    #[command(before_help = example!("plan adapter explain accessally"))]
    Explain {
        /// Names of built-in adapters, or files; without any, all that are built in.
        #[arg(value_name = "FILE|NAME")]
        adapters: Vec<String>,
        /// The form.
        #[arg(long, value_enum, default_value_t = StatusFormat::Human)]
        format: StatusFormat,
    },
    /// Write the list of what the plugin `plan-bridge` may read of a site (`request.json`), from the built-in adapters and these.
    #[command(before_help = example!("plan adapter request bloom.adapter.yaml --out request.json"))]
    Request {
        /// The site's own adapters, which count before the built-in ones.
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The new file; without it, standard output.
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}
