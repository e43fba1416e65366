//! Arguments, and nothing else.

/// How the help of a verb begins: with a command line that works where the example lies (`plan example DIR`), or that says in
/// capitals what to fill in.
macro_rules! example {
    ($line:literal) => {
        concat!("Example:\n  ", $line)
    };
}

mod adapter;
mod bridge;
mod check;
mod contacts;
mod fmt;
mod help;
mod journey;
mod owed;
mod parity;
mod record;
mod renamed;
mod report;
mod rules;
mod run;
mod runbook;
mod site;
mod snapshot;
mod support;
mod survey;
mod time;
mod variables;
mod written;

use std::convert::Infallible;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use jiff::{SignedDuration, Span, SpanRelativeTo};

use crate::model::digest::as_typed;
use crate::model::plan::SiteRole;
use crate::model::{Step, Unmeasured};
use crate::rules::Phase;

pub use adapter::{Adapter, AdapterVerb};
pub use bridge::{Bridge, BridgeVerb};
pub use check::{Check, CheckFormat, FailOn};
pub use contacts::{Contacts, ContactsVerb, ExportContacts, ImportContacts, OfContacts};
pub use fmt::Fmt;
pub use help::{command, parse};
pub use journey::{Journey, PlanAndSite};
pub use owed::{Member, Owed};
pub use parity::Parity;
pub use record::{By, PastBarrier, Record, RecordBackup, RecordSaw, RecordVerb};
pub use renamed::renamed;
pub use report::{Reader, Report, Tongue};
pub use rules::{Rules, RulesVerb};
pub use run::{Adopt, Lock, LockVerb, Log, Of, Purge, Status, StatusFormat, Undo};
pub use runbook::Runbook;
pub use site::{AskWay, Site, SiteVerb};
pub use snapshot::{Snapshot, SnapshotVerb};
pub use support::{Helper, SupportBundle};
pub use survey::Survey;
pub use time::{RecordDecision, RecordOutsideWindow, RecordRestoreDrill};
pub use variables::{Variables, all as variables};
pub use written::Written;

/// A membership site's switch to AccessAlly Managed Contacts, as a reviewed file.
///
/// A plan is a YAML file in git. `check` judges it against the staging site, `diff` shows before and after for the
/// reviewer, `apply` carries out exactly what was shown, and only when everything is green.
#[derive(Debug, Parser)]
#[command(name = "plan", version, propagate_version = true, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// When to use colours; with `auto`, `NO_COLOR` and `CLICOLOR_FORCE` are respected.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", help_heading = RARE)]
    pub color: Color,
    /// Show contacts' values, and what looks like a person's address, instead of masking them.
    #[arg(long, global = true, help_heading = RARE)]
    pub show_personal: bool,
    /// Say what was found and what failed, and no more: no notes, no next commands, no progress. `check` writes a line per finding, and one
    /// with the verdict. What warns of a danger (`attention`) is still said.
    #[arg(long, short, global = true, conflicts_with = "verbose", help_heading = RARE)]
    pub quiet: bool,
    /// Say on standard error what is read from where and how long each part takes; with `-vv` also each request to a site. No value, no
    /// login and no person is in it. Where neither is given, `PLAN_LOG` says it: quiet, verbose or http.
    #[arg(long, short, global = true, action = ArgAction::Count, conflicts_with = "quiet", help_heading = RARE)]
    pub verbose: u8,
    /// What of the environment counts for it.
    #[arg(skip)]
    pub variables: Variables,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The heading of options that hardly anybody needs: they come last.
const RARE: &str = "Rarely needed";

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do. Each verb is described at its arguments, and those only when it is run or asked about.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
#[allow(missing_docs, reason = "said above")]
pub enum Verb {
    Check(Check),
    Diff(Diff),
    Seal(Seal),
    Apply(Apply),
    Status(Status),
    Undo(Undo),
    Adopt(Adopt),
    Log(Log),
    Lock(Lock),
    Runbook(Runbook),
    Report(Report),
    Journey(Journey),
    Owed(Owed),
    Member(Member),
    Purge(Purge),
    Verify(Verify),
    Parity(Parity),
    MergeList(MergeList),
    SupportBundle(SupportBundle),
    Bridge(Bridge),
    Adapter(Adapter),
    Site(Site),
    Snapshot(Snapshot),
    Init(Init),
    Contacts(Contacts),
    Survey(Survey),
    Record(Record),
    Upgrade(Upgrade),
    Fmt(Fmt),
    Rules(Rules),
    Explain(Explain),
    Schema(Schema),
    Tour(Tour),
    Example(Example),
    Completions(Completions),
    Man(Man),
}

/// Against what a plan is judged: how its site is read, and what is due.
#[derive(Debug, Args)]
pub struct Judging {
    #[command(flatten)]
    /// How the site is read.
    pub reading: Reading,
    /// The live site, with which its staging copy is compared: its address, or a recording of it. Where it is not named `plan.toml` can
    /// name it (`[site]`, `live`). It is only read.
    #[arg(long, value_name = "URL|FILE", conflicts_with = "no_site")]
    pub live: Option<String>,
    #[command(flatten)]
    /// Through what its members are read.
    pub adapters: SiteAdapters,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
    /// Which of the plan's two sites is judged.
    #[arg(long, value_enum, default_value_t = SiteRole::Staging, value_name = "PLACE")]
    pub on: SiteRole,
    /// Run the rules of this phase and all earlier ones.
    #[arg(long, value_enum, default_value_t = Phase::Configure)]
    pub gate: Phase,
    /// The folder of the backups: the recorded file is read there again and compared. `PLAN_BACKUP_DIR` can name it
    /// too, and `plan.toml` can name one below its own folder.
    #[arg(long, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,
    /// Whether `--show-personal` is given.
    #[arg(from_global)]
    pub show_personal: bool,
}

/// Where a site at an address keeps its members.
#[derive(Debug, Default, Args)]
pub struct SiteAdapters {
    /// The adapters of a site at an address, through which its members are read where the plugin `plan-bridge` is there. They take the
    /// place of those that `plan.toml` names (`[site]`, `adapter`).
    #[arg(id = "adapter", long = "adapter", value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// How the site is read: one of the three, or as `plan.toml` names the staging copy.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct Reading {
    /// The site itself: an address that the plan names, or a site in a file. Where nothing is named `plan.toml` can name the staging
    /// copy (`[site]`, `staging`).
    #[arg(long, value_name = "URL|FILE")]
    pub site: Option<String>,
    /// A recording of a site: it is judged, and is never enough for `apply`.
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Judge the plan without a site, by its form and the rules that need no site. Never green.
    #[arg(long)]
    pub no_site: bool,
}

/// How much of a plan is taken in.
#[derive(Clone, Copy, Debug, Args)]
pub struct Limits {
    /// The largest plan that is read, in bytes.
    #[arg(long, default_value_t = 32 << 20, value_name = "BYTES", hide_short_help = true, help_heading = RARE)]
    pub max_bytes: usize,
    /// The deepest nesting that is read.
    #[arg(long, default_value_t = 64, value_name = "LEVELS", hide_short_help = true, help_heading = RARE)]
    pub max_depth: usize,
    /// The most keys, values and collections that are read.
    #[arg(long, default_value_t = 4_000_000, value_name = "NODES", hide_short_help = true, help_heading = RARE)]
    pub max_nodes: usize,
}

/// Before and after of every change, with the digest to confirm.
#[derive(Debug, Args)]
#[command(before_help = example!("plan diff bloom-coaching.yaml --site bloom-coaching.site.ndjson"))]
pub struct Diff {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    #[command(flatten)]
    /// Its site.
    pub judging: Judging,
    /// The form of the diff.
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub format: DiffFormat,
    /// Write the diff into a file too, in this form, in place of an earlier one; may be given several times. No other file is overwritten.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = written::written::<DiffFormat>)]
    pub output: Vec<Written<DiffFormat>>,
    /// Exit with 1 where there are changes.
    #[arg(long)]
    pub exit_code: bool,
    /// Say what changed since this review, in the plan and on the site: the file of a seal, or a revision of git at which the plan was
    /// reviewed (`main`, `HEAD~1`, a commit).
    #[arg(long, value_name = "SEAL|REV")]
    pub since: Option<String>,
}

/// The forms of a diff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For a terminal.
    Human,
    /// For machines.
    Json,
    /// For a pull request.
    Markdown,
    /// A page for a browser and for paper: findings, changes side by side, timelines, members, the run. One file, nothing from elsewhere.
    Html,
}

/// Carry out exactly what `diff` showed, only when green.
#[derive(Debug, Args)]
#[command(before_help = example!("plan apply bloom-coaching.yaml --site bloom-coaching.site.ndjson"))]
pub struct Apply {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// The site: an address that the plan names, or a site in a file.
    #[arg(long, value_name = "URL|FILE")]
    pub site: String,
    /// The digest of the changes that `plan diff` showed.
    #[arg(long, value_name = "DIGEST", value_parser = digits)]
    pub confirm: Option<String>,
    /// A reviewed seal, in place of the digest; where both are given, both must fit. `FILE.minisig` is its signature.
    #[arg(long, value_name = "FILE")]
    pub seal: Option<PathBuf>,
    /// Never ask: without `--confirm` or `--seal` nothing is written.
    #[arg(long)]
    pub no_input: bool,
    /// Who begins the run, and attests what it asks for on a terminal: a short name from the plan's `people`.
    #[arg(long, value_name = "NAME")]
    pub who: Option<String>,
    /// Continue a run: first what stopped part-way, then the guide's steps up to the last one.
    #[arg(long, conflicts_with_all = ["confirm", "seal"])]
    pub resume: bool,
    /// Go no further than this step; without it a new run ends when the plan's changes are in place.
    #[arg(long, value_name = "STEP", value_parser = step)]
    pub through: Option<Step>,
    /// The phrase that passes the barrier, `run migration on HOST`, for runs in which nobody can be asked to type it.
    #[arg(long, value_name = "PHRASE")]
    pub acknowledge: Option<String>,
    /// Go on although this is unknown: how long a restore or the migration takes (at the barrier on live), or who the members
    /// are (on a site where no reading shows them).
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub accept_unknown: Vec<Unmeasured>,
    /// Write what happens as JSON lines, to a new file or at the end of an earlier log; `-` for standard error.
    #[arg(long, value_name = "FILE|-")]
    pub log_json: Option<PathBuf>,
    /// Which of the plan's two sites is written to; live requires a finished rehearsal and `--host`.
    #[arg(long, value_enum, default_value_t = SiteRole::Staging, value_name = "PLACE")]
    pub on: SiteRole,
    /// The live site's host, typed out.
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// The folder of the backups: the recorded file is read there again and compared. `PLAN_BACKUP_DIR` can name it
    /// too, and `plan.toml` can name one below its own folder.
    #[arg(long, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}

/// Write what is to be confirmed into a file, for a pull request.
///
/// `apply --seal` takes it in place of a digest.
///
/// Writes `NAME.seal.json` beside the plan `NAME.yaml`, and only when it is green.
#[derive(Debug, Args)]
#[command(before_help = example!("plan seal bloom-coaching.yaml --site bloom-coaching.site.ndjson --expires 72h"))]
pub struct Seal {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    #[command(flatten)]
    /// How the site is read.
    pub reading: SealReading,
    /// For how long the seal is valid, for example `72h` or `3d`; at most 14 days.
    #[arg(long, default_value = "72h", value_name = "TIME", value_parser = lasts)]
    pub expires: SignedDuration,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}

/// How the site is read for a seal: exactly one of the two.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SealReading {
    /// The site itself: an address that the plan names, or a site in a file.
    #[arg(long, value_name = "URL|FILE")]
    pub site: Option<String>,
    /// A recording of a site: `apply` compares what was sealed with the site as it is then.
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
}

fn step(name: &str) -> Result<Step, String> {
    let known = Step::ALL.iter().map(|step| step.name());
    let unknown = || format!("the steps are {}", known.collect::<Vec<_>>().join(", "));
    Step::ALL.iter().copied().find(|step| step.name() == name).ok_or_else(unknown)
}

/// Digits of a digest, as they were copied.
fn digits(text: &str) -> Result<String, Infallible> {
    Ok(as_typed(text))
}

fn lasts(text: &str) -> Result<SignedDuration, String> {
    let span: Span = text.parse().map_err(|_| "write hours or days, for example `72h` or `3d`")?;
    let time = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|error| error.to_string())?;
    let allowed = SignedDuration::from_mins(1)..=SignedDuration::from_hours(14 * 24);
    if allowed.contains(&time) {
        Ok(time)
    } else {
        Err("a seal is valid for at least a minute and at most 14 days".into())
    }
}

/// Write today's names into a plan of an earlier version.
///
/// Keys and rule names are rewritten; comments stay.
#[derive(Debug, Args)]
#[command(before_help = example!("plan upgrade bloom-coaching.yaml --dry-run"))]
pub struct Upgrade {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// Only show what would change.
    #[arg(long)]
    pub dry_run: bool,
}

/// After the switch: does everybody still have what they had?
///
/// It compares the plan's contacts field by field, then everybody.
///
/// With `--since` it compares two readings of one site after the switch, a day or more apart: new members, renewals and timers are expected,
/// and anything else is a finding. What can be so and no reading shows is unproven.
///
/// Exits with 0 where everything is equal, with 21 where something differs, and with 1 where something could not be compared.
#[derive(Debug, Args)]
#[command(before_help = example!("plan verify bloom-coaching.yaml --before BEFORE.site.ndjson --after AFTER.site.ndjson"))]
pub struct Verify {
    /// The plan.
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// The site after the switch: an address, or a site in a file with its population beside it.
    #[arg(long, value_name = "SITE|FILE")]
    pub after: String,
    /// The site before the switch: mostly a site in a file, with its population beside it.
    #[arg(long, value_name = "SITE|FILE")]
    pub before: Option<String>,
    /// The earlier reading of the same site: `run` for the one that the run on live kept, or a site in a file with its population beside it.
    #[arg(long, value_name = "run|FILE", conflicts_with = "before")]
    pub since: Option<String>,
    /// When members were released, as a CRM's export has it: a CSV with the columns `contact_id`, `offering` and `released` (YYYY-MM-DD).
    #[arg(long, value_name = "FILE", requires = "since")]
    pub released: Option<PathBuf>,
    /// Put the result on record, by one of the plan's people: `plan status` shows it.
    #[arg(long, value_name = "WHO", requires = "since")]
    pub who: Option<String>,
    #[command(flatten)]
    /// Through what its members are read.
    pub adapters: SiteAdapters,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = StatusFormat::Human)]
    pub format: StatusFormat,
    /// Whether `--show-personal` is given.
    #[arg(from_global)]
    pub show_personal: bool,
    #[command(flatten)]
    /// How much of a plan is taken in.
    pub limits: Limits,
}

/// What happened on live since the copy, to carry over after a push.
///
/// It lists contacts, orders and subscriptions that are new, changed or gone.
#[derive(Debug, Args)]
#[command(before_help = example!("plan merge-list --cloned THEN.site.ndjson --live NOW.site.ndjson"))]
pub struct MergeList {
    #[command(flatten)]
    /// The live site, then and now.
    pub files: TwoReadings,
    /// The plan whose site it is: an address must be one that it names, its `plan.toml` says by which adapters a site is read, and
    /// its `people` are known. Without it the `plan.toml` of the folder where the command runs counts, or of one above it.
    #[arg(long, value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    /// The form.
    #[arg(long, value_enum, default_value_t = StatusFormat::Human)]
    pub format: StatusFormat,
}

/// Two readings of the live site.
#[derive(Debug, Args)]
pub struct TwoReadings {
    /// The live site as it was when the copy was made: a site in a file, with its population beside it.
    #[arg(long, value_name = "SITE|FILE")]
    pub cloned: String,
    /// The live site as it is now: an address, or a site in a file.
    #[arg(long, value_name = "SITE|FILE")]
    pub live: String,
    #[command(flatten)]
    /// Through what its members are read.
    pub adapters: SiteAdapters,
}

/// Write a first plan from a site.
#[derive(Debug, Args)]
#[command(before_help = example!("plan init --site bloom-coaching.site.ndjson --out my-plan.yaml"))]
pub struct Init {
    /// The site: an address, or a site in a file.
    #[arg(long, value_name = "URL|FILE")]
    pub site: String,
    #[command(flatten)]
    /// Through what its members are read.
    pub adapters: SiteAdapters,
    /// The plan to write; it must not exist.
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
    /// The live site's address.
    #[arg(long, value_name = "URL")]
    pub live: Option<String>,
    /// Chooses the ten spot-check contacts: the same number chooses the same ones.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Write the contacts' values into the plan itself.
    #[arg(long)]
    pub inline_contacts: bool,
}

/// What a rule checks, why, and how to fix it; what a word means.
#[derive(Debug, Args)]
#[command(before_help = example!("plan explain unscheduled-module"))]
pub struct Explain {
    /// The rule, or the word; without it, the list of all.
    #[arg(value_name = "NAME")]
    pub rule: Option<String>,
    /// The plan beside which the rules of its own lie (`own/…`); without it, those of the working folder.
    #[arg(long, value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    /// What is known to go wrong at such a switch, each with what looks at it: a rule, the reading of the plan, a change, the run, or nothing,
    /// and why.
    #[arg(long, conflicts_with = "rule")]
    pub coverage: bool,
    /// The form.
    #[arg(long, value_enum, default_value_t = ExplainFormat::Human)]
    pub format: ExplainFormat,
}

/// The forms of an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For a terminal.
    Human,
    /// For machines.
    Json,
    /// The whole rule reference.
    Markdown,
}

/// Print or write the JSON schemas.
#[derive(Debug, Args)]
#[command(before_help = example!("plan schema plan"))]
pub struct Schema {
    /// Which schema; without it, that of a plan is printed, and all are written.
    #[arg(value_enum)]
    pub name: Option<SchemaName>,
    /// Write it into this folder instead, as `NAME.schema.json`, in place of what an earlier version wrote there.
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
}

/// The schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// Of a plan.
    Plan,
    /// Of a snapshot's and a population's records.
    Snapshot,
    /// Of `plan check --format json`.
    Report,
    /// Of a line of `plan check --format json-lines`.
    ReportLine,
    /// Of a seal.
    Seal,
    /// Of `plan diff --format json`.
    Diff,
    /// Of `plan status --format json`.
    Status,
    /// Of `plan status FOLDER --format json`.
    Overview,
    /// Of a line of `plan log --format json`, and of what `--log-json` writes.
    Log,
    /// Of `plan lock status --format json`.
    Lock,
    /// Of `plan verify --format json`.
    Verify,
    /// Of `plan verify --since --format json`.
    Since,
    /// Of the certificate that `plan parity` writes.
    Parity,
    /// Of `plan journey --format json`.
    Journey,
    /// Of `plan merge-list --format json`.
    MergeList,
    /// Of `plan survey --format json`.
    Survey,
    /// Of `plan explain --format json`.
    Explain,
    /// Of an adapter.
    Adapter,
    /// Of `plan adapter explain --format json`.
    AdapterFacts,
    /// Of a mapping for `plan contacts import`.
    Mapping,
    /// Of a plan's own rules, `rules.yaml`.
    Rules,
    /// Of `plan site doctor --format json`.
    Doctor,
}

/// Run check, diff and apply on an example, in a folder of its own.
#[derive(Debug, Args)]
#[command(before_help = example!("plan tour"))]
pub struct Tour {
    /// The folder to create; by default a new one among the system's temporary files.
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// Write an example: a site, its people and its plans.
#[derive(Debug, Args)]
#[command(before_help = example!("plan example my-folder"))]
pub struct Example {
    /// The folder to write into.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Seed for the invented people and numbers: the same number gives the same ones.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
}

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(before_help = example!("plan completions bash"))]
pub struct Completions {
    /// The shell.
    pub shell: clap_complete::Shell,
}

/// Write manual pages.
#[derive(Debug, Args)]
#[command(before_help = example!("plan man my-folder"))]
pub struct Man {
    /// The folder to write into.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}
