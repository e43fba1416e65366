//! Which readings of a site this machine took or imported, and which a person finalized here: their digests, each under the key's
//! mark.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::model::record::{Evidence, Record};
use crate::model::{Graded, Identity, NOBODY, Plan, Snapshot, Worth};

use super::key::Purpose;
use super::ledger::Ledger;

/// The ledger of readings.
const READINGS: Ledger = Ledger { file: "readings.ndjson", purpose: Purpose::Reading };

/// The readings that this machine knows of, the newest last.
#[derive(Debug, Default)]
pub struct Readings {
    entries: Vec<Entry>,
}

/// A reading that this machine knows of.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    /// The digest of the reading's own records.
    sha256: String,
    worth: Noted,
    /// Who finalized it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    who: Option<String>,
    site: Identity,
    taken_at: String,
    at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Noted {
    Captured,
    Attested,
}

impl Readings {
    /// The readings of this user on this machine; none are known where there is no key, or no place for one.
    pub fn of_this_machine() -> Self {
        Self { entries: READINGS.lines() }
    }

    /// What this reading in a file is worth, whatever it says of itself. Of two entries the last one counts.
    pub fn worth(&self, reading: &Snapshot) -> Worth {
        let same = |entry: &&Entry| entry.sha256 == reading.sha256 && !reading.sha256.is_empty();
        match self.entries.iter().rfind(same) {
            Some(Entry { worth: Noted::Captured, .. }) => Worth::Captured,
            Some(Entry { worth: Noted::Attested, who: Some(who), .. }) => Worth::Attested(who.clone()),
            Some(_) => Worth::default(),
            None if self.was_captured_otherwise(reading) => Worth::Recorded(format!(
                "it is not as this machine took or imported it at {}: it was changed since",
                reading.header.taken_at
            )),
            None => Worth::Recorded(NOBODY.to_owned()),
        }
    }

    /// The same for a plan, where there is one, which has to know the person who finalized it.
    pub fn worth_for(&self, reading: &Snapshot, plan: Option<&Plan>) -> Worth {
        match self.worth(reading) {
            Worth::Attested(who) if plan.is_some_and(|plan| !plan.people.contains_key(&who)) => {
                Worth::Recorded(format!("`{who}`, who finalized it, is not among the plan's `people`"))
            }
            worth => worth,
        }
    }

    /// Gives each merge list on record the worth of its two readings, whatever its line says: anybody can type that.
    pub fn weigh(&self, record: &mut Record) {
        let of = |digest: &String| {
            let known = self.entries.iter().rfind(|entry| entry.sha256 == *digest && !digest.is_empty());
            known.map_or(Graded::Recorded, |entry| match entry.worth {
                Noted::Captured => Graded::Captured,
                Noted::Attested => Graded::Attested,
            })
        };
        for entry in &mut record.entries {
            if let Evidence::MergeList(list) = &mut entry.evidence {
                list.worth = list.readings.iter().flatten().map(of).max();
            }
        }
    }

    /// Whether a reading of this site and moment was captured here, and it was another one.
    pub fn was_captured_otherwise(&self, reading: &Snapshot) -> bool {
        let header = &reading.header;
        self.entries.iter().any(|entry| {
            entry.worth == Noted::Captured
                && entry.sha256 != reading.sha256
                && entry.taken_at == header.taken_at
                && entry.site.is_same_site(&header.site)
        })
    }

    /// Notes that this machine took this reading, or that somebody imported it here from where it was taken.
    ///
    /// # Errors
    /// Where there is no key, or the ledger cannot be written.
    pub fn captured(reading: &Snapshot, at: Timestamp) -> Result<(), Failure> {
        READINGS.note(&Entry::new(reading, Noted::Captured, None, at))
    }

    /// Notes that this person finalized this reading here.
    ///
    /// # Errors
    /// As [`Readings::captured`].
    pub fn attested(reading: &Snapshot, who: &str, at: Timestamp) -> Result<(), Failure> {
        READINGS.note(&Entry::new(reading, Noted::Attested, Some(who.to_owned()), at))
    }
}

impl Entry {
    fn new(reading: &Snapshot, worth: Noted, who: Option<String>, at: Timestamp) -> Self {
        let (sha256, header) = (reading.sha256.clone(), &reading.header);
        Self { sha256, worth, who, site: header.site.clone(), taken_at: header.taken_at.clone(), at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_list_is_worth_what_this_machine_knows_of_its_readings_and_never_what_its_line_says() {
        let entry = |sha256: &str, worth, who: Option<&str>| Entry {
            sha256: sha256.to_owned(),
            worth,
            who: who.map(str::to_owned),
            site: "live.example".parse().unwrap(),
            taken_at: String::new(),
            at: Timestamp::UNIX_EPOCH,
        };
        let entries = vec![entry("a", Noted::Captured, None), entry("b", Noted::Attested, Some("jo"))];
        let here = Readings { entries };
        let weighed = |readings: serde_json::Value| {
            let list = serde_json::json!({"version": 1, "at": "2026-11-21T05:40:00Z", "who": "jo", "previous": "", "evidence": {
                "merge-list": {"host": "live.example", "cloned_at": "", "read_at": "", "counts": {}, "worth": "captured",
                    "readings": readings, "sha256": ""}}});
            let mut record = Record { entries: vec![serde_json::from_value(list).unwrap()] };
            here.weigh(&mut record);
            match record.entries.remove(0).evidence {
                Evidence::MergeList(list) => list.worth,
                other => panic!("{other:?}"),
            }
        };
        for (readings, worth) in [
            (serde_json::json!(["a", "a"]), Some(Graded::Captured)),
            (serde_json::json!(["a", "b"]), Some(Graded::Attested)),
            (serde_json::json!(["a", "typed"]), Some(Graded::Recorded)),
            (serde_json::json!(["", ""]), Some(Graded::Recorded)),
            (serde_json::Value::Null, None),
        ] {
            assert_eq!(weighed(readings.clone()), worth, "{readings}");
        }
    }
}
