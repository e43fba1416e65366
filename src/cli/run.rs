//! Arguments of the verbs that look at a run, or take it back.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Limits, digits};

/// A plan and the site that a run is on.
#[derive(Debug, Args)]
pub struct Of {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// The site of the run, as it was given to `apply`.
    #[arg(long, value_name = "URL|FILE")]
    pub site: String,
}

/// Where a run stands: done, next, who does it, and the way back.
///
/// Of a folder a row a plan and site: phase, for whom it waits, the window, the next date. No site is read then.
///
/// Exits with 0, and of a folder with 3 where a row could not be filled.
#[derive(Debug, Args)]
#[command(before_help = example!("plan status bloom-coaching.yaml --site bloom-coaching.site.ndjson"))]
pub struct Status {
    /// The plan; or a folder, of which every plan is a row, those in folders below included.
    #[arg(value_name = "PLAN|FOLDER")]
    pub plan: PathBuf,
    /// The site of the run, as it was given to `apply`. Of a folder, with it only the rows of that site.
    #[arg(long, value_name = "URL|FILE")]
    pub site: Option<String>,
    /// The form.
    #[arg(long, value_enum, default_value_t = StatusFormat::Human)]
    pub format: StatusFormat,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}

/// The two forms of what is only shown: a status, a log, a lock, a verification, a merge list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatusFormat {
    /// For a terminal.
    Human,
    /// For machines.
    Json,
}

/// Take a run's changes back, until the barrier is passed.
#[derive(Debug, Args)]
#[command(before_help = example!("plan undo bloom-coaching.yaml --site bloom-coaching.site.ndjson"))]
pub struct Undo {
    #[command(flatten)]
    /// The run.
    pub of: Of,
    /// Never ask: without `--confirm` nothing is written.
    #[arg(long)]
    pub no_input: bool,
    /// The digest of the changes to take back, as `plan status` shows it.
    #[arg(long, value_name = "DIGEST", value_parser = digits)]
    pub confirm: Option<String>,
    /// Leave this object as somebody else changed it, or as it was made by hand, and take the rest back; may be given several times.
    #[arg(long, value_name = "KIND/KEY")]
    pub leave: Vec<String>,
    /// The live site's host, typed out, where the run is on live.
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// Write what happens as JSON lines, to a new file or at the end of an earlier log; `-` for standard error.
    #[arg(long, value_name = "FILE|-")]
    pub log_json: Option<PathBuf>,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}

/// What a run did, line by line.
#[derive(Debug, Args)]
#[command(before_help = example!("plan log bloom-coaching.yaml --site bloom-coaching.site.ndjson"))]
pub struct Log {
    #[command(flatten)]
    /// The run.
    pub of: Of,
    /// The form.
    #[arg(long, value_enum, default_value_t = StatusFormat::Human)]
    pub format: StatusFormat,
}

/// Delete the earlier reading that a run kept, contacts included.
///
/// After the switch of live it is refused while dates of the aftercare are open, which `plan status` lists: give a `--reason` then.
#[derive(Debug, Args)]
#[command(before_help = example!("plan purge bloom-coaching.yaml --site bloom-coaching.site.ndjson"))]
pub struct Purge {
    #[command(flatten)]
    /// The run.
    pub of: Of,
    /// Why it goes while dates of the aftercare are open: put on record beside the plan.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who answers for that: a short name from the plan's `people`.
    #[arg(long, value_name = "NAME", requires = "reason")]
    pub who: Option<String>,
}

/// Who holds the lock of a site, and how to take it from somebody.
#[derive(Debug, Args)]
#[command(before_help = example!("plan lock status bloom-coaching.yaml --site bloom-coaching.site.ndjson"))]
pub struct Lock {
    /// What to do with it.
    #[command(subcommand)]
    pub verb: LockVerb,
}

/// What to do with a lock.
#[derive(Debug, Subcommand)]
pub enum LockVerb {
    /// Who holds it, and whether a run is open on the site from another folder. Exits with 14 where somebody holds it.
    #[command(before_help = example!("plan lock status bloom-coaching.yaml --site bloom-coaching.site.ndjson"))]
    Status {
        #[command(flatten)]
        /// The run.
        of: Of,
        /// The form.
        #[arg(long, value_enum, default_value_t = StatusFormat::Human)]
        format: StatusFormat,
    },
    /// Take it from its holder, who stops before the next change; or give up a run whose folder is gone.
    #[command(before_help = example!("plan lock break bloom-coaching.yaml --site bloom-coaching.site.ndjson --id ID"))]
    Break {
        #[command(flatten)]
        /// The run.
        of: Of,
        /// The holder's lock id, or the run's id, as `plan lock status` shows it.
        #[arg(long)]
        id: String,
    },
}

/// Take over a run begun by another person, machine or build.
///
/// It shows what was confirmed, and asks you to confirm it again.
#[derive(Debug, Args)]
#[command(before_help = example!("plan adopt bloom-coaching.yaml --site bloom-coaching.site.ndjson --who jo"))]
pub struct Adopt {
    #[command(flatten)]
    /// The run.
    pub of: Of,
    /// Never ask: without `--confirm` nothing is written.
    #[arg(long)]
    pub no_input: bool,
    /// The digest of the run's changes, as it is shown.
    #[arg(long, value_name = "DIGEST", value_parser = digits)]
    pub confirm: Option<String>,
    /// Who takes it over: a short name from the plan's `people`.
    #[arg(long, value_name = "NAME")]
    pub who: Option<String>,
    /// A reviewed seal of the run's changes, where `plan.toml` requires one.
    #[arg(long, value_name = "FILE")]
    pub seal: Option<PathBuf>,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}
