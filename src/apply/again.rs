//! The members, looked at again: what the review found equal has to be so still before a push, and at the end. Pure but for its context.

use super::journal::{Event, reviewed};
use super::proof::{Proof, attested};
use super::since::{since_then, when};
use super::step_context::{Prompt, Reviewed, StepContext, Turn};
use crate::model::{Executor, Step};

/// Whether the members, once they were compared, are still as they were: what came after the review may have undone it.
pub(super) fn unequal_since<W: StepContext>(context: &mut W) -> Result<Option<Turn>, W::Error> {
    let step = Step::ReviewContacts;
    let events = context.journal().events();
    let first = events.iter().rev().find_map(|entry| match entry.event {
        Event::Passed { step: Step::ReviewContacts, by, .. } => Some(by),
        _ => None,
    });
    let last = when(events, |event| matches!(event, Event::Passed { .. }));
    let began = when(events, |event| matches!(event, Event::BarrierPassed { .. }));
    let (Some(by), Some(begin)) = (first, context.journal().begin().cloned()) else { return Ok(None) };
    let record = since_then(context.record()?, began, context.now());
    let open = match context.reviewed(Some(&record))? {
        Reviewed::Equal(_) => return Ok(None),
        // Who could not be compared then was attested, and is by that.
        Reviewed::Unproven(_) if by == Executor::Attested => return Ok(None),
        Reviewed::Unproven(_) if lost_by_the_push(context)? => return Ok(None),
        Reviewed::NotRead => "the site again shows the contacts from before the migration".to_owned(),
        Reviewed::Unproven(words) => words,
    };
    let names = context.names();
    let record = since_then(record, last, context.now());
    let since = format!("since they were reviewed: {open}");
    Ok(match attested(&record, step, &names.of(&begin.host, begin.on), &since) {
        Proof::Behind { by, seen } => {
            let seen = format!("{since}; {seen}");
            if reviewed(context.journal().events()) != Some((by, &seen)) {
                context.note(Event::ReviewedAgain { by, seen })?;
            }
            None
        }
        Proof::Open(open) => Some(Turn::Waits { step, open, say: Prompt::Act }),
    })
}

/// Whether nobody can be read any more since the collector that gave them was removed for the push: right before it they were compared,
/// and what is on the copy since then goes nowhere.
fn lost_by_the_push<W: StepContext>(context: &mut W) -> Result<bool, W::Error> {
    if !context.journal().progress().passed().contains(&Step::Push) || context.members_read()?.is_some() {
        return Ok(false);
    }
    let had = context.kept().is_some_and(|kept| kept.has_collector());
    Ok(had && context.site().configuration()?.lists_no_collector())
}
