//! `plan record`: evidence beside the plan, one hash-chained line each.

mod aftercare;
pub(super) mod backup;
pub(super) mod backup_file;
mod merge;
mod run_migration;
pub(super) mod said;
mod saw;
pub(super) mod steps;
mod time;
pub(super) mod verification;

use jiff::Timestamp;

use crate::cli::{self, By, RecordVerb};
use crate::commands::run::begun_by::begun_by;
use crate::commands::{Terminal, merge_list};
use crate::failure::{Failure, exit};
use crate::model::Step;
use crate::model::plan::SiteRole;
use crate::model::record::{Evidence, MovedObject};
use crate::output::escape;
use crate::project::Project;
use crate::rules::is_aftercare;
use crate::text::Limits;

use said::host_of;

pub(super) fn run(mut args: cli::Record, terminal: &mut Terminal<'_>) -> Result<u8, Failure> {
    let now = Timestamp::now();
    let project = Project::new(&args.verb.by_mut().plan, Limits::default());
    if let RecordVerb::Merge { by } = &mut args.verb {
        name(by)?;
        return merge::merge(by, &project, now, terminal);
    }
    let opened = project.open()?;
    let plan = &opened.plan;
    name(args.verb.by_mut())?;
    let said = match args.verb {
        RecordVerb::Backup(args) => backup::backup(args, &opened, now, terminal)?,
        RecordVerb::Verification { by, host, file } => steps::verification(by, host, verification::read(&file)?),
        RecordVerb::Ack { by, line, reason } => steps::acknowledgement(by, &opened.record, line, reason)?,
        RecordVerb::Saw(args) => saw::saw(args, plan, now)?,
        RecordVerb::Step { step, by, on, .. } if fact_of(step).is_some() => {
            let saw = fact_of(step).unwrap_or_default();
            let plan = escape::shell(&by.plan.display().to_string());
            let (place, who) = (if on == SiteRole::Live { " --on live" } else { "" }, escape::shell(by.who()));
            let message = format!(
                "`{}` is proven by what the screen shows, not by an attestation that somebody did it",
                step.name()
            );
            return Err(Failure::new(exit::USAGE, message)
                .help(format!("say what you see: `plan record saw {saw} --plan {plan} --who {who}{place}`")));
        }
        RecordVerb::Step { by, step, says, on } => steps::step(by, plan, (step, says), on)?,
        RecordVerb::SignIn { by, says, on } => steps::sign_in(by, plan, says, on)?,
        RecordVerb::Merge { by } => return merge::merge(&by, &project, now, terminal),
        RecordVerb::MergeList { by, files } => {
            merge_list::attend_to(&files, &opened.git, terminal)?;
            steps::merge_list(by, &opened, &files)?
        }
        RecordVerb::Purchase { by, form, saw, order, transaction, on } => {
            steps::purchase(by, &opened, form, (saw, order, transaction), on)?
        }
        RecordVerb::Copied { by, at } => time::copied((by, &at), plan, now)?,
        RecordVerb::OutsideWindow(args) => time::outside_window(args, plan)?,
        RecordVerb::RestoreDrill(args) => time::restore_drill(args, &opened.record, now)?,
        RecordVerb::Decision(args) => time::decision(args, plan)?,
        RecordVerb::Moved { by, object, now, says, on } => {
            let host = host_of(plan, on)?;
            let said = format!("`{object}` may stay as it is on {host} ({now}), attested by `{}`", by.who());
            (by, Evidence::Moved(MovedObject { host, on: object, now, says }), said)
        }
        RecordVerb::Done { by, at, says } if is_aftercare(plan, &at) => {
            aftercare::done(by, (&opened, project.git()), (at, says), now)?
        }
        RecordVerb::Done { by, at, says } => steps::done(by, &opened, (at, says))?,
        RecordVerb::NotPressed(word) => return run_migration::not_pressed(word, (project, &opened), terminal),
        RecordVerb::Restored(word) => return run_migration::restored(word, (project, &opened), terminal),
    };
    said::put(said, plan, now, terminal)?;
    Ok(exit::OK)
}

/// What a person says that they see of a step which a fact proves; none of the others.
fn fact_of(step: Step) -> Option<&'static str> {
    match step {
        Step::FreezeLive | Step::EnterMaintenance => Some("maintenance on=yes"),
        Step::LeaveMaintenance | Step::ReopenLive => Some("maintenance on=no"),
        Step::RunMigration => Some("crm managed=yes"),
        _ => None,
    }
}

/// Where nobody is named, whoever began the run that is under way says it.
fn name(by: &mut By) -> Result<(), Failure> {
    if by.who.is_none() {
        by.who = begun_by(&by.plan);
    }
    let nobody = || {
        Failure::new(
            exit::USAGE,
            "it is not known who attests this: nobody was named, and no run is under way for which it is \
            known who began it",
        )
        .help("name one of the plan's people with `--who`")
    };
    by.who.is_some().then_some(()).ok_or_else(nobody)
}
