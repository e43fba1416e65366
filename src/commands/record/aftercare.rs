//! `plan record done` of a date of the aftercare: on its day or later, the last one after all others.

use jiff::Timestamp;

use crate::cli::By;
use crate::commands::run::ended_here::end_of_the_switch;
use crate::failure::{Failure, exit};
use crate::model::record::{Done, Evidence};
use crate::project::Opened;
use crate::project::git::Books;
use crate::rules::{Care, CountedFrom, LAST, Renewals, aftercare};
use crate::shape;

use super::said::Said;

/// What was looked at after the switch.
pub(super) fn done(
    by: By,
    (opened, git): (&Opened, &Books),
    (at, says): (String, String),
    now: Timestamp,
) -> Result<Said, Failure> {
    let end = end_of_the_switch(&by.plan, git);
    let refused = |message: String, help: &str| Err(Failure::new(exit::USAGE, message).help(help.to_owned()));
    let Some(all) = aftercare(&opened.plan, &opened.record, end, &Renewals::new(), now) else {
        let message = format!(
            "it is unknown from when `{at}` counts: no run on live has ended here, and the plan names no window"
        );
        return refused(message, "put it on record where the run took place, or add the `window` to the plan");
    };
    let Some(care) = all.named(&at) else {
        return refused(
            format!("the plan has no date `{at}` after the switch"),
            "the status of the run lists these dates",
        );
    };
    let from = match all.counted_from {
        CountedFrom::Run => "the end of the run",
        CountedFrom::Window => "the end of the plan's window, as no run on live has ended here",
    };
    let is_before_the_end = all.end.parse::<Timestamp>().is_ok_and(|end| now < end);
    let day = care.day.clone().unwrap_or_else(|| all.end.get(..10).unwrap_or_default().to_owned());
    if is_before_the_end
        || care.date().is_some_and(|day| all.today.parse().is_ok_and(|today: jiff::civil::Date| today < day))
    {
        let message = format!("`{at}` is due on {day}, counted from {from}, and today is {}", all.today);
        return refused(message, "look on that day or later: what is seen before it shows nothing of it");
    }
    let others: Vec<&Care> = all.open().filter(|care| care.name != LAST).collect();
    if at == LAST && !others.is_empty() {
        let names = shape::list(others.iter().map(|care| care.name.as_str()));
        return refused(
            format!("the CRM goes last, and these dates are open: {names}"),
            "put each of them on record first: the CRM is where people look up how a member was before",
        );
    }
    let said = format!("done by `{}`: {}", by.who(), care.what);
    Ok((by, Evidence::Done(Done { now: care.now(), at, says }), said))
}
