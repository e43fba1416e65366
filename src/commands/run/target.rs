//! Is a staging run's site still the staging copy, and the gate green? Judged again before a resumed run writes.

use crate::apply::machine::Progress;
use crate::change;
use crate::commands::{Terminal, inputs};
use crate::failure::{Failure, exit};
use crate::model::plan::SiteRole;
use crate::model::{Kind, ObjectRef, Snapshot, Step};
use crate::output::{concise, escape};
use crate::project::{Opened, Project};
use crate::rules::{Freshness, Inputs, LiveReading, Moment, Phase, judge};
use crate::site::Site;

use super::kept;
use super::run_files::RunFiles;
use super::state::Unfinished;

/// The rules that say which site it is.
const RULES: [&str; 2] = ["site-not-in-plan", "target-not-staging"];

/// Refuses where changes are still to be made and the site is no longer proven to be the staging copy, or the charging guard
/// or the mail trap that this run put in place is gone. The changes are the journal's; only `sites` counts of the plan.
pub(super) fn ensure_still_staging(
    project: &Project,
    run: &Unfinished,
    (site, files): (&Snapshot, &RunFiles),
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let Unfinished { begin, progress, events, .. } = run;
    if begin.on != SiteRole::Staging || progress.is_configured() {
        return Ok(());
    }
    let kept = kept::reading(&files.before(), events);
    let is_gone = |on: &ObjectRef| {
        // What a person sets is not this run's, and is waited for until it is in place.
        if begin.by_hand.tasks().iter().any(|task| task.on == on) {
            return false;
        }
        let at = begin.changes.iter().position(|change| change.on == *on);
        let due = match at {
            Some(at) if at >= progress.in_place() => return false,
            Some(at) => begin.changes[at].after.clone(),
            None => kept.as_ref().and_then(|kept| change::read(&kept.state, on)),
        };
        due.is_some() && !change::shows(change::read(&site.state, on).as_ref(), due.as_ref())
    };
    if let Some(gone) = [Kind::ChargingGuard, Kind::Mail].map(ObjectRef::only).into_iter().find(is_gone) {
        let message = format!("`{gone}` is no longer as this run left it, so nothing more was written");
        return Err(Failure::new(exit::TARGET, message).help(format!(
            "without that the copy can charge or mail members: set it again on the site, then continue with `{}`; where the site was copied again \
             instead, begin again with `{}`",
            files.resume(),
            files.diff()
        )));
    }
    let host = site.header.site.to_string();
    match project.open() {
        Ok(opened) if opened.plan.live_site().is_some() => judged(&opened, site),
        unread => {
            let why = unread.err().map_or_else(|| "the plan names no live site".to_owned(), |failure| failure.message);
            let (host, why) = (escape::line(&host), escape::line(&why));
            writeln!(
                terminal.err,
                "attention: whether `{host}` is still the staging copy was not checked again: {why}"
            )?;
            Ok(())
        }
    }
}

/// Refuses where the gate of what a run is on is not green at the moment of writing, of the plan and of the site as they are.
pub(super) fn ensure_gate_green(
    (project, site): (&Project, &mut dyn Site),
    (on, progress, without_members): (SiteRole, &Progress, bool),
    files: &RunFiles,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let opened = project.open()?;
    let checked = inputs::judged_at(opened, site, Moment::Step(Step::Configure), on == SiteRole::Live)?;
    if checked.may_go_on(without_members) {
        return Ok(());
    }
    concise::render(&checked.report(&project.path().display().to_string()), terminal.err)?;
    let code = if progress.in_place() > 0 { exit::PART_WAY } else { exit::GATE };
    Err(Failure::new(code, "the gate `configure` is not green, so the plan's changes are not made").help(format!(
        "{}, then continue with `{}`; or take the run back with `{}`",
        files.fix(&checked),
        files.resume(),
        files.undo()
    )))
}

fn judged(opened: &Opened, site: &Snapshot) -> Result<(), Failure> {
    let clock = jiff::Timestamp::now();
    let freshness = Freshness::without_site(clock);
    let inputs = Inputs {
        plan: &opened.plan,
        before: Some(site),
        after: Some(&site.state),
        changes: &[],
        census: None,
        contacts: &opened.contacts,
        record: &opened.record,
        backup_files: None,
        members_files: &[],
        refused_attestations: &opened.settings.attestations.refuse,
        raised: &opened.settings.raised,
        own: &[],
        rehearsed: None,
        now: clock,
        freshness: &freshness,
        live: false,
        live_reading: &LiveReading::NotNamed,
    };
    let found = judge(inputs, Phase::Configure, Vec::new()).findings;
    let Some(first) = found.into_iter().find(|finding| RULES.contains(&finding.rule.as_str())) else { return Ok(()) };
    let message = format!(
        "the run to resume is on the staging copy, and this site is no longer proven to be that copy, so nothing more was \
         written: {} ({})",
        first.message, first.rule
    );
    Err(Failure::new(exit::TARGET, message).help(first.help.unwrap_or_default()))
}
