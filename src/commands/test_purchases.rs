//! Test purchases on record, looked for in the site as it was and as it is.

use std::collections::BTreeSet;

use crate::guide::Movement;
use crate::model::Graded;
use crate::model::population::Questions;
use crate::model::purchase::Purchased;
use crate::model::record::Record;
use crate::population::take_census;
use crate::reconcile::{Asked, Bought, Shown, purchased};
use crate::site::file::Beside;

use super::Failure;
use super::inputs::Opened;
use super::verify::Place;

/// Where contacts and orders were not captured on both sides: what the record attests.
pub(super) fn attested(opened: &Opened, record: &Record, after: &Place) -> Vec<Purchased> {
    purchased(&opened.plan, after.snapshot().map(|after| &after.state), (record, after.site()), None)
}

/// What both sides show of them.
pub(super) fn shown(
    opened: &Opened,
    record: &Record,
    (before, after): (&Place, &Place),
    population: &Beside,
    bought: &[Bought],
) -> Result<Vec<Purchased>, Failure> {
    let ids: BTreeSet<String> = bought.iter().map(|order| order.buyer.clone()).collect();
    let buyers = if ids.is_empty() {
        Asked::new()
    } else {
        let (census, digest) = take_census(population.open()?, &Questions { contacts: ids, ..Questions::default() })
            .map_err(|damage| population.damaged(damage))?;
        population.belongs(&digest)?;
        census.contacts
    };
    let grade = |place: &Place, kind| place.snapshot().map_or(Graded::Unknown, |snapshot| snapshot.grade(kind).word());
    let grades = ["contact", "order"].into_iter().flat_map(|kind| [grade(before, kind), grade(after, kind)]);
    let trapped = |place: &Place| Movement::of(place.snapshot()?).trapped;
    let simulated = after.snapshot().and_then(|after| after.state.mail.as_ref()?.simulated) == Some(true);
    let shown = Shown {
        as_of: after.snapshot().map_or("", |after| &after.header.taken_at),
        grade: grades.max().unwrap_or(Graded::Unknown),
        bought,
        buyers: &buyers,
        trapped: trapped(before).zip(trapped(after)).map(Into::into).filter(|_| simulated),
    };
    let state = after.snapshot().map(|after| &after.state);
    Ok(purchased(&opened.plan, state, (record, after.site()), Some(shown)))
}
