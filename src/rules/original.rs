//! The live site as it was read beside its copy: what the two have otherwise, once the plan's changes are made on both.

use jiff::Timestamp;

use super::about::About;
use super::{Facts, Known, Side};
use crate::change::{Apart, drift};
use crate::model::{Grade, Kind, ObjectRef, Snapshot, State};

/// What is known of the live site while its copy is judged.
#[derive(Clone, Debug, Default)]
pub enum LiveReading {
    /// Nobody named a reading of it.
    #[default]
    NotNamed,
    /// The one that is named could not be read, and why.
    Unread(String),
    /// It was read.
    Read(Box<Original>),
}

/// A reading of the live site, and what live would be with the plan's changes.
#[derive(Clone, Debug)]
pub struct Original {
    /// The reading.
    pub snapshot: Snapshot,
    /// Live with the plan's changes.
    pub after: State,
}

/// How an object is not alike on the copy and on live.
#[derive(Clone, Debug, PartialEq)]
pub enum Drift {
    /// Live alone has it.
    OnLiveAlone,
    /// The copy alone has it.
    OnCopyAlone,
    /// Both have it, and these of its fields otherwise.
    Fields(Vec<Apart>),
}

impl<'a> Facts<'a> {
    /// The live site as it was read, to be compared with the copy. That nobody named a reading of it is no fact; that the one that is
    /// named could not be read, is.
    pub fn original(&self) -> Option<Known<&'a Original>> {
        self.leaves_the_plan();
        match self.inputs.live_reading {
            LiveReading::NotNamed => None,
            LiveReading::Unread(why) => {
                self.note(LIVE, Grade::Unknown(why.clone()));
                Some(None)
            }
            LiveReading::Read(original) => Some(Some(original)),
        }
    }

    /// When the copy was made of live, as a person put on record. Where nobody did it is unknown, and asked for only where live was
    /// named: an age alone says nothing.
    pub fn copied(&self) -> Known<Option<Timestamp>> {
        let copy = self.plan().staging_site();
        match copy.and_then(|copy| self.record().copied(&copy)) {
            Some((at, who)) => {
                self.note(COPIED, Grade::Attested(who.to_owned()));
                Some(Some(at))
            }
            None if matches!(self.inputs.live_reading, LiveReading::NotNamed) => Some(None),
            None => {
                self.note(COPIED, Grade::Unknown("nobody put on record when the copy was made".to_owned()));
                None
            }
        }
    }

    /// The objects of a kind that the copy and live do not have alike once the plan's changes are made on both, as far as both
    /// readings show them. What only one shows is noted as unknown on the other.
    pub fn drifted(&self, original: &'a Original, kind: Kind) -> Known<Vec<(ObjectRef, Drift)>> {
        let grade = |snapshot: &Snapshot| match kind.is_only() {
            true => snapshot.object_grade(&ObjectRef::only(kind)),
            false => snapshot.list_grade(kind),
        };
        let (here, there) = (self.graded(grade), grade(&original.snapshot));
        let are_known = here.is_known() && there.is_known();
        self.note(format!("{LIVE} {kind}"), there);
        self.note_about(if kind.is_only() { About::Object(ObjectRef::only(kind)) } else { About::List(kind) }, here);
        let copy = self.state(Side::After).filter(|_| are_known)?;
        let mut keys = copy.keys(kind);
        keys.extend(original.after.keys(kind));
        keys.sort();
        keys.dedup();
        let drifted = keys.into_iter().filter_map(|key| {
            let on = ObjectRef { kind, key };
            let drift = match (copy.get(&on), original.after.get(&on)) {
                (Some(copy), Some(live)) => Drift::Fields(self.both_show(&on, drift(&copy, &live))),
                (None, _) => Drift::OnLiveAlone,
                (_, None) => Drift::OnCopyAlone,
            };
            (drift != Drift::Fields(Vec::new())).then_some((on, drift))
        });
        Some(drifted.collect())
    }

    /// What both readings show; of what one alone shows it is noted that the other does not.
    fn both_show(&self, on: &ObjectRef, apart: Vec<Apart>) -> Vec<Apart> {
        let (both, one): (Vec<Apart>, Vec<Apart>) =
            apart.into_iter().partition(|apart| apart.copy.is_some() && apart.live.is_some());
        for Apart { field, copy, .. } in one {
            if copy.is_some() {
                let why = "the reading of live does not show it, and that of the copy does".to_owned();
                self.note(format!("{LIVE} {on}: {field}"), Grade::Unknown(why));
            } else {
                let why = "the reading of the copy does not show it, and that of live does".to_owned();
                self.note_about(About::Field(on.clone(), field), Grade::Unknown(why));
            }
        }
        both
    }
}

/// The name of what is known of live.
const LIVE: &str = "live";

/// The rules that compare a copy with live: what they alone read of the copy is no fact that a confirmation binds, as the two may be compared by one
/// command and not by the next.
pub const COMPARING: [&str; 2] = ["copy-drifted", "copy-runs-other-software"];

/// Whether a fact is one of live beside its copy.
pub(super) fn is_of_live(fact: &str) -> bool {
    fact.strip_prefix(LIVE).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// The fact that the copy was made at some time.
pub(super) const COPIED: &str = "age of the copy";
