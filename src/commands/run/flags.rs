//! The flags of `plan apply`: those that say nothing of the run that they are given to.

use crate::cli::Apply;
use crate::failure::{Failure, exit};
use crate::model::Step;
use crate::model::plan::SiteRole;

/// A flag of a gate that is given is enforced or refused, never ignored.
pub(super) fn ensure_none_is_ignored(args: &Apply) -> Result<(), Failure> {
    let goes_through = args.resume && args.through.is_none() || args.through >= Some(Step::RunMigration);
    let refused = |what: &str, help: &str| Err(Failure::new(exit::USAGE, what.to_owned()).help(help));
    let first = if args.on == SiteRole::Live { Step::EnterMaintenance } else { Step::Configure };
    if args.through.is_some_and(|through| through < first) {
        return refused(
            &format!("a run begins with the step `{}`, so it cannot end before it", first.name()),
            &format!("name `{}` or a later step", first.name()),
        );
    }
    match (&args.acknowledge, &args.host) {
        (Some(_), _) if !goes_through => refused(
            "`--acknowledge` is for a run that goes through *Run Migration*, but this one ends before that",
            "leave it out, or add `--through run-migration` or a later step",
        ),
        (_, Some(_)) if args.on != SiteRole::Live => {
            refused("`--host` is for the live site, and `--on live` was not given", "leave it out, or add `--on live`")
        }
        _ => Ok(()),
    }
}
