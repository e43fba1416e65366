//! How well each part of a reading is known: a list of objects, an object, a field; and what is not to be believed.

use std::borrow::Cow;

use jiff::Timestamp;

use super::attested::Contradiction;
use super::snapshot::Snapshot;
use super::state::{Kind, State};
use super::{Capture, Grade, ObjectRef};

impl Snapshot {
    /// How well the list of a kind's objects is known: which there are, and that there are no others.
    pub fn list_grade(&self, kind: Kind) -> Grade {
        match (self.grade(kind.name()), self.attested.lists.get(&kind)) {
            (Grade::Unknown(_), Some(who)) => Grade::Attested(who.clone()),
            (grade, _) => grade,
        }
    }

    /// How well it is known that an object is there, or that it is not.
    pub fn object_grade(&self, on: &ObjectRef) -> Grade {
        let by_itself = self.sources.get(on).and_then(|sources| sources.whole.clone());
        let by_itself = by_itself.filter(|_| self.state.get(on).is_some()).map(|capture| self.worth.grade(capture));
        if let Some(grade) = by_itself.filter(Grade::is_known) {
            return grade;
        }
        let section = match self.list_grade(on.kind) {
            // Every site has the one object of such a kind: a section without its record does not say that there is none.
            known if known.is_known() && on.kind.is_only() && self.state.get(on).is_none() => {
                Grade::Unknown("the snapshot has no such record".to_owned())
            }
            grade => grade,
        };
        match (section, self.attested.fields.get(on).and_then(|of| of.values().next())) {
            (Grade::Unknown(_), Some(who)) => Grade::Attested(who.clone()),
            (Grade::Unknown(why), None) => Grade::Unknown(self.attested.why_void(on, None).unwrap_or(why)),
            (grade, _) => grade,
        }
    }

    /// How well a field of an object that is there is known; `is_known` says whether the reading, or a person, has a value.
    pub fn field_grade(&self, on: &ObjectRef, field: &str, is_known: bool) -> Grade {
        // Of modules that somebody saw without their timers the timers are as unknown as before.
        if let Some(who) = self.attested.fields.get(on).and_then(|of| of.get(field)).filter(|_| is_known) {
            return Grade::Attested(who.clone());
        }
        let capture = self.sources.get(on).and_then(|sources| sources.of(field));
        let capture = capture.cloned().unwrap_or_else(|| self.header.capture(on.kind.name()));
        let is_by_hand = !capture.is_by_a_machine();
        let grade = self.worth.grade(capture);
        let grade = match (grade, self.attested.lists.get(&on.kind)) {
            // A change makes the object: that it is not there yet is as well known as the list.
            (Grade::Unknown(_), Some(who)) if is_known => Grade::Attested(who.clone()),
            (known, _) if is_known || !known.is_known() => known,
            (_, _) if is_by_hand => Grade::Unknown(format!("the site file does not say it of this `{}`", on.kind)),
            (_, _) => Grade::Unknown(format!("the collector of `{}` could not read it", on.kind)),
        };
        match grade {
            Grade::Unknown(why) => Grade::Unknown(self.attested.why_void(on, Some(field)).unwrap_or(why)),
            known => known,
        }
    }

    /// Whether anything of an object is known by a person's sight alone.
    pub fn is_attested(&self, on: &ObjectRef) -> bool {
        self.attested.fields.contains_key(on)
    }

    /// Whether a machine wrote an object into the reading, or that there is none: neither a person's survey nor their own hand.
    pub fn is_by_a_machine(&self, on: &ObjectRef) -> bool {
        let by_itself = self.sources.get(on).and_then(|sources| sources.whole.clone());
        by_itself.unwrap_or_else(|| self.header.capture(on.kind.name())).is_by_a_machine()
    }

    /// Who attested a field, of which the reading itself has nothing or less.
    pub fn attested_by(&self, on: &ObjectRef, field: &str) -> Option<&str> {
        self.attested.fields.get(on)?.get(field).map(String::as_str)
    }

    /// Whether what the state holds of this kind is known at all: it was captured, or a person attested it.
    pub fn is_believed(&self, on: &ObjectRef) -> bool {
        self.header.is_captured(on.kind.name()) || !self.is_of_its_section(on) || self.attested.fields.contains_key(on)
    }

    /// Whether nothing but its section says how an object was captured.
    pub(super) fn is_of_its_section(&self, on: &ObjectRef) -> bool {
        self.sources.get(on).is_none_or(|sources| !matches!(sources.whole, Some(Capture::How(_))))
    }

    /// What it shows otherwise than somebody attested before it was taken: what was read before somebody looked voids nothing.
    pub fn contradicted_since(&self) -> impl Iterator<Item = &Contradiction> {
        let taken_at = self.header.taken_at.parse::<Timestamp>().ok();
        let said_at = |one: &Contradiction| one.at.parse::<Timestamp>().ok();
        let all = self.attested.contradictions.iter();
        all.filter(|one| one.by_a_reading)
            .filter(move |one| taken_at.zip(said_at(one)).is_some_and(|(taken_at, said_at)| taken_at > said_at))
    }

    /// What is known of the site: without what stands in a section that the reading itself calls missing.
    pub fn believed(&self) -> Cow<'_, State> {
        let places = Kind::ALL.iter().filter(|kind| !self.header.is_captured(kind.name()));
        let doubted: Vec<ObjectRef> = places
            .flat_map(|&kind| self.state.keys(kind).into_iter().map(move |key| ObjectRef { kind, key }))
            .filter(|on| !self.is_believed(on))
            .collect();
        if doubted.is_empty() {
            return Cow::Borrowed(&self.state);
        }
        let mut state = self.state.clone();
        doubted.iter().for_each(|on| state.remove(on));
        Cow::Owned(state)
    }
}
