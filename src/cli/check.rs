//! Arguments of `plan check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Judging;
use super::written::{Written, written};

/// Is the plan green against the site?
///
/// Exits with 0 where every plan is green, or has nothing that `--fail-on` counts, and else with 1.
#[derive(Debug, Args)]
#[command(before_help = example!("plan check bloom-coaching.yaml --site bloom-coaching.site.ndjson"))]
pub struct Check {
    /// The plans: files, and folders of which every plan is judged, those in folders below included. `-` is standard input, as if it were a file in
    /// the working folder.
    #[arg(value_name = "PLAN", required = true)]
    pub plans: Vec<PathBuf>,
    #[command(flatten)]
    /// Against what.
    pub judging: Judging,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub format: CheckFormat,
    /// Write the report into a file too, in this form, in place of an earlier report; may be given several times. No other file is overwritten.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = written::<CheckFormat>)]
    pub output: Vec<Written<CheckFormat>>,
    /// What ends with exit code 1. If not said, it is `unproven`, and with `--no-site` it is `error`. The verdict is the same in any case.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub fail_on: Option<FailOn>,
    /// Exit with 0 although the plan is unproven, if nothing is unknown but the members and the contacts' values: they stand in
    /// private files, which CI and a reviewer do not have. The verdict stays `unproven`.
    #[arg(long, value_parser = ["members"], value_name = "WHAT")]
    pub accept_unknown: Option<String>,
    /// Show what each rule that is due rests on: the facts that it read, their values, how each is known and since when. In `human`,
    /// `concise` and the forms of JSON.
    #[arg(long)]
    pub proofs: bool,
    /// The same of one rule.
    #[arg(long, value_name = "RULE", conflicts_with = "proofs")]
    pub why: Option<String>,
    /// Write into the plan what has one right answer: a key or a name that is a slip of a known one, a key's name of today, a name spelt as
    /// the site spells it. Comments and every other byte stay; then the plan is judged as it is now. Nothing is attested, accepted or
    /// decided by it, and no contact is changed.
    #[arg(long)]
    pub fix: bool,
    /// With `--fix`, write choices as well: entries and decisions that a finding proposes, and that somebody has to look at.
    #[arg(long, requires = "fix")]
    pub unsafe_fixes: bool,
    /// With `--fix`, show what would be written, and write nothing: the plan is judged as it is.
    #[arg(long, requires = "fix", conflicts_with = "format")]
    pub diff: bool,
    /// Show the fewest edits of the plan that lead towards green, as a patch, each with what comes back without it; then what remains: what
    /// `apply` does, what is done on the site, screen by screen, and what people decide. In `human` and `json`. Nothing is written.
    #[arg(long, conflicts_with_all = ["fix", "proofs", "why"])]
    pub suggest: bool,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// Each finding, drawn in the plan's text.
    Human,
    /// One line per finding.
    Concise,
    /// For machines, in the newest version of the form; of several plans a list.
    Json,
    /// The same, in version 1 whatever is the newest.
    JsonV1,
    /// For machines, a line per finding.
    JsonLines,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub Actions: workflow commands.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit's XML.
    Junit,
    /// Reviewdog's own format.
    Rdjson,
    /// For the summary of a job.
    Markdown,
    /// A page for a browser and for paper: findings, changes side by side, timelines, members, the run. One file, nothing from elsewhere.
    Html,
}

/// What ends a check with exit code 1; each line includes those above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum FailOn {
    /// Errors alone.
    Error,
    /// Also what could not be evaluated.
    Unproven,
    /// Also warnings. Without a site, what needs one does not count.
    Warning,
}
