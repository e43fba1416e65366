//! Arguments of `plan record`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::model::plan::{BackupPart, Confirmation, SiteRole};
use crate::model::{Identity, Step};

use super::{RecordDecision, RecordOutsideWindow, RecordRestoreDrill, TwoReadings, digits, step};

/// Put evidence on record beside the plan, such as a backup.
#[derive(Debug, Args)]
#[command(before_help = example!("plan record backup live.sql --parts database --plan my-plan.yaml --who jo"))]
pub struct Record {
    /// What is put on record.
    #[command(subcommand)]
    pub verb: RecordVerb,
}

/// What is put on record.
#[derive(Debug, Subcommand)]
pub enum RecordVerb {
    /// A backup: a file that is read, or a host's restore point by its id.
    #[command(before_help = example!("plan record backup live.sql --parts database --plan my-plan.yaml --who jo"))]
    Backup(RecordBackup),
    /// What "Start Verification" printed, word for word; lines that carry a "!" need an acknowledgement.
    #[command(before_help = example!("plan record verification lines.txt --host staging.example.com --plan my-plan.yaml --who jo"))]
    Verification {
        #[command(flatten)]
        /// The plan, and who attests it.
        by: By,
        /// The site: its home address, with or without the scheme.
        #[arg(long)]
        host: Identity,
        /// The lines, as copied; `-` for standard input.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// A flagged line of the verification was looked at.
    #[command(before_help = example!("plan record ack 3 --reason 'that tag is not used' --plan my-plan.yaml --who jo"))]
    Ack {
        #[command(flatten)]
        /// The plan, and who attests it.
        by: By,
        /// The line's number, from 1.
        #[arg(value_name = "LINE")]
        line: usize,
        /// Why it may stay as it is.
        #[arg(long)]
        reason: String,
    },
    /// What a person saw on an admin screen: facts that no reading shows; rules judge them.
    #[command(before_help = example!("plan record saw charging-guard enabled=yes --plan my-plan.yaml --who jo"))]
    Saw(RecordSaw),
    /// A person attests a step of the guide that nothing can observe.
    #[command(before_help = example!("plan record step push 'pushed, by the host' --plan my-plan.yaml --who jo"))]
    Step {
        #[command(flatten)]
        /// The plan, and who attests it.
        by: By,
        /// The step, for example `push`.
        #[arg(value_name = "STEP", value_parser = step)]
        step: Step,
        /// What the person saw.
        #[arg(value_name = "TEXT")]
        says: String,
        /// Which site it was.
        #[arg(long, value_enum, default_value_t = SiteRole::Staging, value_name = "PLACE")]
        on: SiteRole,
    },
    /// The spare administrator signed in; asked for before and after the migration.
    #[command(before_help = example!("plan record sign-in 'in a private window' --plan my-plan.yaml --who jo"))]
    SignIn {
        #[command(flatten)]
        /// The plan, and who attests it.
        by: By,
        /// How it was tried.
        #[arg(value_name = "TEXT")]
        says: String,
        /// Which site it was.
        #[arg(long, value_enum, default_value_t = SiteRole::Staging, value_name = "PLACE")]
        on: SiteRole,
    },
    /// An object changed during a run, and may stay as it is: the run asks for this, and prints the object and the digits to
    /// give here.
    #[command(before_help = example!("plan record moved maintenance 'no order came' --now DIGITS --plan my-plan.yaml --who jo"))]
    Moved {
        #[command(flatten)]
        /// The plan, and who attests it.
        by: By,
        /// The object, as the run named it, for example `maintenance`.
        #[arg(value_name = "OBJECT")]
        object: String,
        /// The digits that the run printed for its present state.
        #[arg(long, value_name = "DIGITS", value_parser = digits)]
        now: String,
        /// Why it may stay as it is.
        #[arg(value_name = "TEXT")]
        says: String,
        /// Which site it was.
        #[arg(long, value_enum, default_value_t = SiteRole::Staging, value_name = "PLACE")]
        on: SiteRole,
    },
    /// *Run Migration* was not pressed although the barrier was passed: the run goes back to before the barrier, if a new reading of
    /// the site agrees.
    #[command(before_help = example!("plan record not-pressed 'the phone rang' --site my.site.ndjson --plan my-plan.yaml --who jo"))]
    NotPressed(PastBarrier),
    /// The site was restored from a backup after the barrier was passed: the run is closed, if a new reading of the site
    /// shows that it is not migrated.
    #[command(before_help = example!("plan record restored 'backup of 05:10' --site my.site.ndjson --plan my-plan.yaml --who jo"))]
    Restored(PastBarrier),
    /// When the staging copy was made of live: no reading shows it, and what live changed since then is in no rehearsal.
    #[command(before_help = example!("plan record copied 2026-11-20T09:00:00Z --plan my-plan.yaml --who jo"))]
    Copied {
        #[command(flatten)]
        /// The plan, and who attests it.
        by: By,
        /// When live was read for it, RFC 3339; of a backup that was restored, when the backup was made.
        #[arg(value_name = "TIME")]
        at: String,
    },
    /// A reason to begin a step on live outside the window. It is valid for 12 hours, and never permits *Run Migration*.
    #[command(before_help = example!("plan record outside-window 'the owner agreed' --plan my-plan.yaml --who jo"))]
    OutsideWindow(RecordOutsideWindow),
    /// How long the restore of a backup took: nothing else shows how long a way back takes.
    #[command(before_help = example!("plan record restore-drill live.sql --took 25m --onto 'a fresh copy' --plan my-plan.yaml --who jo"))]
    RestoreDrill(RecordRestoreDrill),
    /// The decision to go on or to go back, due by the plan's `decide_by`, by the person whom `rollback/who` names.
    #[command(before_help = example!("plan record decision go-on 'half an hour is left' --plan my-plan.yaml --who jo"))]
    Decision(RecordDecision),
    /// Join the evidence of two branches, after git merged them or left a conflict in the record: every line is kept as it is.
    #[command(before_help = example!("plan record merge --plan my-plan.yaml --who jo"))]
    Merge {
        #[command(flatten)]
        /// The plan, and who joins them.
        by: By,
    },
    /// What happened on live since it was copied: how many records of each kind, and the digest of `plan merge-list`.
    #[command(before_help = example!("plan record merge-list --cloned THEN --live NOW --plan my-plan.yaml --who jo"))]
    MergeList {
        #[command(flatten)]
        /// The plan, and who attests it.
        by: By,
        #[command(flatten)]
        /// The live site, then and now.
        files: TwoReadings,
    },
    /// A task that a decision of the plan gives to a person is done (`plan runbook` lists these tasks, each with its place in
    /// the plan), something that has to begin before the window (`plan check --gate fit` lists these by name), or a date of the
    /// aftercare, on its day or later (`plan status` lists these by name).
    #[command(before_help = example!("plan record done /emails/welcome 'written and tried' --plan my-plan.yaml --who jo"))]
    Done {
        #[command(flatten)]
        /// The plan, and who attests it.
        by: By,
        /// Its place in the plan, as `plan runbook` and `plan status --format json` have it; or its name in the list of `plan check --gate fit`, or of the aftercare in `plan status`.
        #[arg(value_name = "PLACE")]
        at: String,
        /// What was done.
        #[arg(value_name = "TEXT")]
        says: String,
    },
    /// A test purchase, with what was seen after it.
    #[command(before_help = example!("plan record purchase course-checkout --saw order --transaction pi_1 --plan my-plan.yaml --who jo"))]
    Purchase {
        #[command(flatten)]
        /// The plan, and who attests it.
        by: By,
        /// The order form, by its key in the plan.
        #[arg(value_name = "FORM")]
        form: String,
        /// What was seen: some of `order`, `content`, `welcome-email`, `new-user`.
        #[arg(long, value_delimiter = ',', required = true, value_parser = saw)]
        saw: Vec<Confirmation>,
        /// The order's ID; needed where the form has other new orders too.
        #[arg(long, value_delimiter = ',', value_name = "ID")]
        order: Vec<String>,
        /// The ID of the payment's transaction, as the order's page shows it; needed for `order` where the site's orders are read
        /// without it. `null-transaction` is no payment.
        #[arg(long, value_name = "ID")]
        transaction: Option<String>,
        /// Which site it was.
        #[arg(long, value_enum, default_value_t = SiteRole::Staging, value_name = "PLACE")]
        on: SiteRole,
    },
}

impl RecordVerb {
    /// The plan, and who says it.
    pub fn by_mut(&mut self) -> &mut By {
        match self {
            Self::Verification { by, .. }
            | Self::Ack { by, .. }
            | Self::Step { by, .. }
            | Self::SignIn { by, .. }
            | Self::Copied { by, .. }
            | Self::Moved { by, .. }
            | Self::Done { by, .. }
            | Self::Merge { by }
            | Self::MergeList { by, .. }
            | Self::Purchase { by, .. } => by,
            Self::Backup(args) => &mut args.by,
            Self::Saw(args) => &mut args.by,
            Self::OutsideWindow(args) => &mut args.by,
            Self::RestoreDrill(args) => &mut args.by,
            Self::Decision(args) => &mut args.by,
            Self::NotPressed(args) | Self::Restored(args) => &mut args.by,
        }
    }
}

/// `plan record saw`
#[derive(Debug, Args)]
pub struct RecordSaw {
    #[command(flatten)]
    /// The plan, and who attests it.
    pub by: By,
    /// The object as `KIND/KEY`, for example `order-form/checkout` or `mail`; with `--all` the kind alone.
    #[arg(value_name = "OBJECT")]
    pub object: String,
    /// What the screen shows, as FIELD=VALUE with the names that a snapshot uses; nothing after `=` where nothing is set. With
    /// `--all`, the names of the objects.
    #[arg(value_name = "FIELD=VALUE")]
    pub values: Vec<String>,
    /// The names are all objects of this kind on the site; without a name, the site has none.
    #[arg(long)]
    pub all: bool,
    /// On which site it was seen.
    #[arg(long, value_enum, default_value_t = SiteRole::Staging, value_name = "PLACE")]
    pub on: SiteRole,
    /// The screen on which it was seen, by its menus.
    #[arg(long, value_name = "TEXT")]
    pub screen: Option<String>,
    /// The last day on which it counts, year-month-day; by default 14 days from now, and no later.
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
}

fn saw(name: &str) -> Result<Confirmation, String> {
    let unknown = || "choose from order, content, welcome-email, new-user".to_owned();
    Confirmation::ALL.iter().copied().find(|seen| seen.name() == name).ok_or_else(unknown)
}

/// What a person attests past the barrier.
#[derive(Debug, Args)]
pub struct PastBarrier {
    /// The plan, and who attests it.
    #[command(flatten)]
    pub by: By,
    /// How the person knows.
    #[arg(value_name = "TEXT")]
    pub says: String,
    /// The site of the run, as it was given to `apply`.
    #[arg(long, value_name = "URL|FILE")]
    pub site: String,
}

/// The plan, and who attests it.
#[derive(Debug, Args)]
pub struct By {
    /// The plan whose record it is.
    #[arg(long, value_name = "PLAN")]
    pub plan: PathBuf,
    /// Who attests it: a short name from the plan's `people`; by default who began the run that is under way.
    #[arg(long)]
    pub who: Option<String>,
}

impl By {
    /// Who attests it; nobody where no name is known.
    pub fn who(&self) -> &str {
        self.who.as_deref().unwrap_or_default()
    }
}

/// `plan record backup`
#[derive(Debug, Args)]
pub struct RecordBackup {
    #[command(flatten)]
    /// The plan, and who attests it.
    pub by: By,
    /// The backup's file. A database dump (`.sql`, `.sql.gz`, `.sql.zst`) is read to its end; of an archive only size
    /// and digest are read.
    #[arg(value_name = "FILE", required_unless_present = "restore_point", conflicts_with = "restore_point")]
    pub file: Option<PathBuf>,
    /// A host's restore point, by its id.
    #[arg(long, value_name = "ID")]
    pub restore_point: Option<String>,
    /// Which site was backed up.
    #[arg(long, value_enum, default_value_t = SiteRole::Live)]
    pub of: SiteRole,
    /// The folder of the backups: a bare file name is looked for there. `PLAN_BACKUP_DIR` can name it too, and
    /// `plan.toml` can name one below its own folder.
    #[arg(long, value_name = "DIR", conflicts_with = "restore_point")]
    pub backup_dir: Option<PathBuf>,
    /// Which parts it holds, for example `files,database`. You attest it; a database dump shows by itself what it is.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub parts: Vec<BackupPart>,
    /// The site's table prefix, where a dump holds more than one site.
    #[arg(long, value_name = "PREFIX", conflicts_with = "restore_point")]
    pub prefix: Option<String>,
    /// The address that the dump itself gives its site, where that is not the plan's: `wp-config.php` may set another one (`WP_HOME`).
    #[arg(long, value_name = "ADDRESS", conflicts_with = "restore_point")]
    pub home: Option<String>,
    /// When it was made, RFC 3339; by default the file's own time.
    #[arg(long, value_name = "TIME")]
    pub taken_at: Option<String>,
    /// A copy is off the server.
    #[arg(long)]
    pub stored_off_server: bool,
}
