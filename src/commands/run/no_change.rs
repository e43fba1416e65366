//! Nothing to change: the run that waits is named, or the guide's steps begin.

use crate::cli::Apply;
use crate::commands::Terminal;
use crate::commands::inputs::Checked;
use crate::failure::{Failure, exit};
use crate::model::Step;
use crate::model::plan::SiteRole;
use crate::output::escape;

use super::state::Unfinished;
use super::typed::Typed;

/// Ends a command that has nothing to change, with its exit code; none where a run begins all the same: of a site that is as the plan
/// wants it the guide's steps are still to be taken. `cloned` says that the site was copied again since an earlier run.
pub(super) fn ends_here(
    args: &Apply,
    checked: &Checked,
    (earlier, cloned): (Option<&Unfinished>, bool),
    terminal: &mut Terminal<'_>,
) -> Result<Option<u8>, Failure> {
    let waits = !cloned && earlier.is_some_and(|run| run.is_of(&checked.opened.plan));
    let confirmed = args.confirm.is_some() || args.seal.is_some();
    if waits || !confirmed {
        return nothing_to_do(args, checked, earlier, terminal).map(Some);
    }
    Ok(None)
}

fn nothing_to_do(
    args: &Apply,
    checked: &Checked,
    earlier: Option<&Unfinished>,
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    let waits = earlier.and_then(|run| run.waits().map(|step| (step, run.is_of(&checked.opened.plan))));
    let (plan, site) = (escape::shell(&args.plan.display().to_string()), escape::shell(&args.site));
    let live = if args.on == SiteRole::Live { " --on live" } else { "" };
    if args.acknowledge.is_some() || args.through > Some(Step::Configure) {
        let what = "there is nothing to change, so no run begins, and `--through` and `--acknowledge` have no effect";
        return Err(Failure::new(exit::USAGE, what).help(match waits {
            Some((_, true)) => {
                format!("continue with the run that waits: `{}`", Typed::of(args).named().resume())
            }
            _ => format!(
                "leave them out, or begin a run without changes: `plan diff {plan} --site {site}{live}`, then the same with `--confirm`"
            ),
        }));
    }
    let host = checked.site.as_ref().map_or("the site", |site| &site.line.host);
    writeln!(terminal.out, "no change: {} is as the plan wants it", escape::line(host))?;
    match waits {
        Some((step, true)) => writeln!(
            terminal.out,
            "the run waits at `{}`; continue with `{}`, or see where it stands: `plan status {plan} --site {site}`",
            step.name(),
            Typed::of(args).named().resume()
        )?,
        Some((step, false)) => writeln!(
            terminal.out,
            "the plan was edited since the run that waits at `{}` began; `plan diff {plan} --site {site}{live}` shows the command that \
             closes that run and begins one of this plan",
            step.name()
        )?,
        None => {}
    }
    Ok(exit::OK)
}
