//! What persons attested, laid over a reading of a site, and what of it the reading makes void.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::model::attested::{Contradiction, Fact};
use crate::model::facts::{Counting, Here};
use crate::model::record::Record;
use crate::model::{Graded, Plan, Snapshot};
use crate::trust::{Readings, note_voided, recorded_here};

/// Which of the facts that persons attested are laid over a reading.
#[derive(Clone, Copy)]
pub(super) enum Attesting {
    /// Every one that is in time.
    InTime,
    /// Those that were recorded on this machine, and of what the migration hangs on those since the barrier was reached.
    AtBarrier(Timestamp),
}

impl Attesting {
    /// Lays them over a reading.
    pub(super) fn over(self, reading: Snapshot, record: &Record, here: &Here) -> Snapshot {
        let reached = match self {
            Self::InTime => None,
            Self::AtBarrier(reached) => Some(reached),
        };
        let (now, only_here) = (Timestamp::now(), reached.is_some());
        reading.with_attested(record, &Counting { now, here, only_here, since: None, again_since: reached })
    }
}

/// Makes void what a reading shows otherwise. What a file says that nothing supports, whatever it is read as, voids nothing.
pub(super) fn make_void(reading: &mut Snapshot, (name, plan): (&str, &Plan), here: &Here) {
    let facts: Vec<Fact> = reading.contradicted_since().map(Contradiction::fact).collect();
    let is_in_a_file = !reading.sha256.is_empty();
    if facts.is_empty()
        || is_in_a_file && Readings::of_this_machine().worth_for(reading, Some(plan)).word() == Graded::Recorded
    {
        return;
    }
    let place = if is_in_a_file {
        let path = std::path::absolute(name).unwrap_or_else(|_| PathBuf::from(name));
        format!("`{}`", path.display())
    } else {
        name.to_owned()
    };
    let why = format!("the reading of {} in {place} shows otherwise", reading.header.taken_at);
    for fact in facts {
        if !here.void.contains_key(&fact) {
            // A machine that keeps no state shows the contradiction all the same.
            drop(note_voided(&fact, &why));
        }
        reading.attested.make_void(&fact);
    }
}

/// A reading with every fact in time laid over it.
pub(super) fn attested(reading: Snapshot, record: &Record) -> Snapshot {
    Attesting::InTime.over(reading, record, &recorded_here())
}
