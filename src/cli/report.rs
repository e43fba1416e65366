//! Arguments of `plan report`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Judging;

/// A page for people: for a reviewer, or for the site's owner.
///
/// A reviewer's shows findings, changes side by side, timelines, members and the run; the owner's is one sheet without names of rules.
/// Either is one file for any browser and for paper, and loads nothing. Personal values are left out unless `--show-personal` is given.
/// Exits with 0 whatever the verdict, which stands on the page.
#[derive(Debug, Args)]
#[command(before_help = example!("plan report bloom-coaching.yaml --site bloom-coaching.site.ndjson --out report.html"))]
pub struct Report {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    #[command(flatten)]
    /// Against what.
    pub judging: Judging,
    /// A reading of the site from after the switch, to be compared with the one that `--site` names, as `plan verify` does.
    #[arg(long, value_name = "SITE", conflicts_with = "reader")]
    pub compare: Option<String>,
    /// For whom: without it, for a reviewer.
    #[arg(long = "for", value_enum, value_name = "READER")]
    pub reader: Option<Reader>,
    /// The evidence of the switch, from the journal of its run and the record, in place of what the switch means.
    #[arg(long, requires = "reader")]
    pub after: bool,
    /// The language of the owner's page. What a plan, a site or a journal says is quoted as it stands there.
    #[arg(long, value_enum, default_value_t = Tongue::En, requires = "reader", value_name = "LANGUAGE")]
    pub language: Tongue,
    /// The page to write; an earlier page is replaced, any other file is not.
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
}

/// For whom a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Reader {
    /// The site's owner: one page without names of rules, with what members notice, what stops, what waits for a decision.
    Owner,
}

/// The languages of the owner's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tongue {
    /// English.
    En,
    /// German.
    De,
}
