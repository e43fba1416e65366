//! Test purchases on record, looked for in the site as it was and as it is.

use std::collections::BTreeSet;

use crate::failure::Failure;
use crate::guide::MigrationSignals;
use crate::model::Graded;
use crate::model::population::{Census, Questions};
use crate::model::purchase::Purchased;
use crate::model::record::{Purchase, Record};
use crate::model::status::transaction;
use crate::population::take_census;
use crate::project::Opened;
use crate::reconcile::{Bought, Shown, purchased};
use crate::site::Population;

use super::side::SideReading;

/// Where contacts and orders were not captured on both sides: what the record attests.
pub(super) fn attested(opened: &Opened, record: &Record, after: &SideReading) -> Vec<Purchased> {
    purchased(&opened.plan, after.snapshot().map(|after| &after.state), (record, after.site()), None)
}

/// What both sides show of them.
pub(super) fn shown(
    opened: &Opened,
    record: &Record,
    (before, after): (&SideReading, &SideReading),
    (left, right): (&dyn Population, &dyn Population),
    bought: &[Bought],
) -> Result<Vec<Purchased>, Failure> {
    let named = record.purchases(after.site()).filter_map(Purchase::payment);
    let transactions: BTreeSet<String> =
        bought.iter().filter_map(|order| transaction(&order.transaction)).chain(named).collect();
    let ask = |side: &dyn Population, contacts: BTreeSet<String>| {
        if bought.is_empty() {
            return Ok(Census::default());
        }
        let questions = Questions { contacts, transactions: transactions.clone(), ..Questions::default() };
        let (census, digest) = take_census(side.open()?, &questions).map_err(|damage| side.damaged(damage))?;
        side.belongs(&digest)?;
        Ok::<_, Failure>(census)
    };
    let were = ask(left, bought.iter().flat_map(|order| order.buyer_before.iter().cloned()).collect())?;
    let are = ask(right, bought.iter().map(|order| order.buyer.clone()).collect())?;
    let grade =
        |place: &SideReading, kind| place.snapshot().map_or(Graded::Unknown, |snapshot| snapshot.grade(kind).word());
    let grades = ["contact", "order"].into_iter().flat_map(|kind| [grade(before, kind), grade(after, kind)]);
    let trapped = |place: &SideReading| MigrationSignals::of(place.snapshot()?).trapped;
    let simulated =
        after.snapshot().and_then(|after| after.state.mail.as_ref()).is_some_and(|mail| mail.simulated.is_on());
    let shown = Shown {
        as_of: after.snapshot().map_or("", |after| &after.header.taken_at),
        grade: grades.max().unwrap_or(Graded::Unknown),
        bought,
        before: &were,
        after: &are,
        trapped: trapped(before).zip(trapped(after)).map(Into::into).filter(|_| simulated),
    };
    let state = after.snapshot().map(|after| &after.state);
    Ok(purchased(&opened.plan, state, (record, after.site()), Some(shown)))
}
