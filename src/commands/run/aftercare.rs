//! The dates after the switch: from which run they count, and what a kept reading shows of renewals.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::apply::journal::{Begin, Event};
use crate::failure::Failure;
use crate::model::plan::{SiteRole, Strategy};
use crate::model::population::Questions;
use crate::model::text::many;
use crate::population::take_census;
use crate::project::Opened;
use crate::rules::{self, Aftercare, Renewals};
use crate::site::Site as _;
use crate::site::file::FileSite;

use super::kept;
use super::run_files::RunFiles;
use super::state::Unfinished;

/// Whether a run takes live through the switch: on live itself, or by a push.
fn reaches_live(begin: &Begin) -> bool {
    begin.on == SiteRole::Live || begin.strategy.is_some_and(|strategy| strategy != Strategy::RehearseAndReplay)
}

/// What begins where a run ends; none where it was a rehearsal.
pub(super) fn begins(begin: &Begin, opened: &Opened, files: &RunFiles, end: Timestamp) -> Option<String> {
    let end = reaches_live(begin).then_some(end);
    let all = rules::aftercare(&opened.plan, &opened.record, Some(end?), &Renewals::new(), end?)?;
    let next = all.next()?;
    let (dates, day) = (many(all.dates.len(), "date"), next.day.as_deref().unwrap_or_default());
    Some(format!(
        "aftercare begins: {dates}, the first is `{}` on {day}; `{}` lists them",
        next.name,
        files.command("status")
    ))
}

/// When a run ended that took live through the switch; none of a rehearsal, and of one that did not come to its end.
pub(super) fn end_of(run: &Unfinished) -> Option<Timestamp> {
    let ends = run.events.iter().rev().find(|entry| matches!(entry.event, Event::End));
    ends.filter(|_| reaches_live(&run.begin) && run.progress.is_finished()).map(|entry| entry.at)
}

/// The aftercare of a plan on a site, by the run that ended there last.
pub(super) fn of(ended: Option<&Unfinished>, opened: &Opened, files: &RunFiles) -> Option<Aftercare> {
    let ended = ended.and_then(|run| Some((run, end_of(run)?)));
    let renewals = ended.map_or_else(Renewals::new, |(run, end)| renewals(run, end, files));
    rules::aftercare(&opened.plan, &opened.record, ended.map(|(_, end)| end), &renewals, Timestamp::now())
}

/// The first next payment of each form since the switch, as the reading shows it that was kept at the barrier; nothing where it is gone.
fn renewals(run: &Unfinished, end: Timestamp, files: &RunFiles) -> Renewals {
    let before = files.before();
    let census = || {
        let kept = kept::reading(&before, &run.events)?;
        let site = FileSite::open(&before).ok()?;
        let everybody = site.population(&kept).ok()?;
        let from = end.to_zoned_datetime(TimeZone::UTC).date().to_string();
        let questions = Questions { payments_from: Some(from), ..Questions::default() };
        take_census(everybody.open().ok()?, &questions).ok()
    };
    let paid = census().map(|(census, _)| census.first_payments).unwrap_or_default();
    paid.into_iter().filter_map(|(form, day)| Some((form, day.parse().ok()?))).collect()
}

/// The run that took live through the switch on this site; none where another is under way there, whose the kept reading is.
pub(super) fn switched(files: &RunFiles, open: Option<&Unfinished>) -> Result<Option<Unfinished>, Failure> {
    if open.is_some_and(|run| !run.progress.is_over()) {
        return Ok(None);
    }
    let last = files.archived().next().transpose()?.map(|(_, run)| run);
    Ok(last.filter(|run| end_of(run).is_some()))
}
