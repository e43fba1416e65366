//! Arguments of `plan snapshot`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Read a site into a file.
#[derive(Debug, Args)]
#[command(before_help = example!("plan snapshot --site https://staging.example.com --out staging.site.ndjson"))]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Snapshot {
    /// The site: an address, or a site in a file.
    #[arg(long, value_name = "URL|FILE", required = true)]
    pub site: Option<String>,
    /// The file to write; without it, standard output.
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Another thing to do with snapshots.
    #[command(subcommand)]
    pub verb: Option<SnapshotVerb>,
}

/// Another thing to do with snapshots.
#[derive(Debug, Subcommand)]
pub enum SnapshotVerb {
    /// Sort a hand-written snapshot or population, and write its counts and digest into it; do the population first.
    ///
    /// With `--who`, what it says counts as attested by that person on this machine. Without it, a recording
    /// (`--snapshot`) of it counts as recorded: its facts are judged and counted apart. A run on the file itself (`--site`)
    /// takes what it says as attested in either case.
    #[command(before_help = example!("plan snapshot finalize bloom-coaching.site.ndjson --plan bloom-coaching.yaml --who jo"))]
    Finalize {
        /// The hand-written records, one per line.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Who answers for what it says: a short name from the plan's `people`.
        #[arg(long, requires = "plan")]
        who: Option<String>,
        /// The plan whose `people` name them.
        #[arg(long, value_name = "PLAN", requires = "who")]
        plan: Option<PathBuf>,
    },
    /// Make a site file, with its population, out of what the plugin `plan-bridge` gave (Tools > Plan on the site).
    ///
    /// What the adapters do not cover, and what did not leave the site, is unknown, with the reason. What `plan site capture` read here
    /// counts as captured. A file that somebody downloaded vouches for nothing by itself: what it says counts as recorded, or with `--who`
    /// as attested by that person.
    #[command(before_help = example!("plan snapshot from-capture bloom.capture.ndjson --out bloom.site.ndjson"))]
    FromCapture {
        /// The capture; a name that ends in `.gz` or `.zst` is unpacked.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The site's own adapters, which count before the built-in ones.
        #[arg(long, value_name = "FILE")]
        adapter: Vec<PathBuf>,
        /// The new site file; its population is written beside it, and is never to be committed.
        #[arg(long, short, value_name = "FILE")]
        out: PathBuf,
        /// Who answers for what it says: a short name from the plan's `people`.
        #[arg(long, requires = "plan")]
        who: Option<String>,
        /// The plan whose `people` name them.
        #[arg(long, value_name = "PLAN", requires = "who")]
        plan: Option<PathBuf>,
    },
    /// Take over a snapshot that was taken elsewhere: shows what it says, and once that is confirmed it counts as captured
    /// here.
    ///
    /// Its digest is kept under this machine's key, so that a later change to the file is noticed.
    #[command(before_help = example!("plan snapshot import bloom-coaching.site.ndjson --plan bloom-coaching.yaml"))]
    Import {
        /// The snapshot, with its population beside it where it has one.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The plan that names its site.
        #[arg(long, value_name = "PLAN")]
        plan: PathBuf,
        /// Take it over without asking.
        #[arg(long)]
        yes: bool,
    },
}
