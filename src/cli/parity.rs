//! Arguments of `plan parity`.

use std::path::PathBuf;

use clap::Args;

use super::{Limits, SiteAdapters};

/// Whether anybody loses access after the switch, as a certificate.
///
/// Two readings are compared, everybody, day by day for half a year.
/// The certificate names both readings, the rules and the model of timers by their digests and words, under its own digest and this machine's
/// mark. What is not proven is counted apart, and never as kept. Exits with 1 where somebody loses access, or it is unproven.
#[derive(Debug, Args)]
#[command(before_help = example!("plan parity bloom-coaching.yaml --before THEN.site.ndjson --after NOW.site.ndjson"))]
pub struct Parity {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// The site before the switch: a site in a file, or an address that the plan names.
    #[arg(long, value_name = "URL|FILE", required_unless_present = "check", conflicts_with = "check")]
    pub before: Option<String>,
    /// The site after the switch.
    #[arg(long, value_name = "URL|FILE", required_unless_present = "check", conflicts_with = "check")]
    pub after: Option<String>,
    /// The new file for the certificate. It holds no personal data, and may be committed.
    #[arg(long, short, value_name = "FILE", conflicts_with = "check")]
    pub out: Option<PathBuf>,
    /// A certificate that was made earlier: whether it is whole, this plan's, of these rules, and this machine's.
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
    #[command(flatten)]
    /// Through what members at an address are read.
    pub adapters: SiteAdapters,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}
