//! What the run's first reading shows, and a later one does not any more: a person who is asked in its place knows why.

use crate::model::{Capture, ObjectRef, Snapshot};

use super::proof::{Ask, Open, Proof};

/// What a person is asked for in the place of a reading.
fn about(open: &Open) -> Option<&ObjectRef> {
    match &open.asks.as_ref()?.0 {
        Ask::Made(on) | Ask::SetBack(on) | Ask::Switch(on, _) => Some(on),
        _ => None,
    }
}

/// A proof that asks a person, with the reason why the site does not show it any more, where the run's first reading (`kept`) did.
pub(super) fn with_why(proof: Proof, kept: impl FnOnce() -> Option<Snapshot>, site: &Snapshot) -> Proof {
    let Proof::Open(open) = proof else { return proof };
    let Some(on) = about(&open) else { return Proof::Open(open) };
    let (section, missing) = (on.kind.name(), site.header.capture(on.kind.name()));
    match missing {
        Capture::Missing(why) if kept().is_some_and(|kept| kept.header.is_captured(section)) => {
            let why = format!("`{on}` is not read any more, as it was when the run began: {why}; {}", open.why);
            Proof::Open(Open { why, ..open })
        }
        _ => Proof::Open(open),
    }
}
