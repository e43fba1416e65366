//! What proves that what live did since its copy was made is on record, before a push overwrites it. Pure.

use jiff::Timestamp;

use crate::guide::Named;
use crate::model::record::{Record, Unlisted};
use crate::model::text::Seconds;
use crate::model::{Executor, Graded, Identity};

use super::certificate::Ground;
use super::proof::{Ask, Proof};

/// What live did since its copy was made must be on record before a push overwrites it: where the run is on a site at an address, from
/// readings that something supports. A site in a file is what it says for its own runs.
pub(super) fn listed(
    record: &Record,
    at: &Named<'_>,
    (pushed, window): (Timestamp, Option<Seconds>),
    (begun, now, on): (Timestamp, Timestamp, Ground),
) -> Proof {
    let how = "read live with its population, then";
    let lacks = |why: String| Proof::asks(Ask::MergeList, why, at.merge_list());
    let live = Identity::parse(at.live).ok_or(Unlisted::Missing);
    match live.and_then(|live| record.merge_list(&live, pushed, window)) {
        Ok(list) if list.read_at.parse::<Timestamp>().is_ok_and(|read_at| read_at > now) => {
            lacks(format!("the merge list on record is dated {}, which is in the future: {how}", list.read_at))
        }
        // The copy was there when the run on it began.
        Ok(list) if list.cloned_at.parse::<Timestamp>().is_ok_and(|cloned_at| cloned_at >= begun) => lacks(format!(
            "the merge list on record starts from a reading of live dated {}, after this run began on the copy at \
                {begun}: use a reading from the time when live was copied",
            list.cloned_at
        )),
        Ok(list) if on == Ground::Address && list.worth.is_none_or(|worth| worth >= Graded::Recorded) => {
            lacks(format!(
                "the merge list on record is made from readings that were not captured on this machine: import both: {}; then make it again",
                at.import(),
            ))
        }
        Ok(list) => {
            let sha256 = list.sha256.get(..12).unwrap_or_default();
            let seen = format!("the merge list of {} ({}; sha256 {sha256}…)", list.read_at, list.total());
            Proof::Behind { by: Executor::Guided, seen }
        }
        Err(Unlisted::Missing) => lacks(format!(
            "what happened on live since the copy is not on record, and a push would overwrite all of it: {how}"
        )),
        Err(Unlisted::Lacks(kinds)) => {
            lacks(format!("the merge list on record is incomplete, as not everything was captured ({kinds}): {how}"))
        }
        Err(Unlisted::NothingBetween) => lacks(format!(
            "the merge list on record compares one reading of live with itself, so it shows \
            nothing: {how}"
        )),
        Err(Unlisted::Old(age, window)) => {
            lacks(format!("the merge list on record is {age} old, and the window is {window}: {how}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::plan::SiteRole;
    use crate::model::record::Evidence;

    #[test]
    fn a_merge_list_of_recordings_opens_no_push_at_an_address_and_one_of_the_future_none_at_all() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let here = "staging.example".parse().unwrap();
        let named = Named {
            plan: "p",
            site: "s",
            host: &here,
            live: "https://live.example",
            on: SiteRole::Staging,
            without_members: false,
            quote: str::to_owned,
        };
        let proof = |worth: Option<Graded>, read_at: i64, on: Ground| {
            let list = crate::model::record::MergeList {
                host: "live.example".parse().unwrap(),
                cloned_at: at(1).to_string(),
                read_at: at(read_at).to_string(),
                counts: BTreeMap::new(),
                not_captured: Vec::new(),
                worth,
                readings: None,
                sha256: String::new(),
            };
            let (who, previous) = ("jo".to_owned(), String::new());
            let evidence = Evidence::MergeList(list);
            let entry = crate::model::record::Entry {
                version: 1,
                at: at(5).to_string(),
                who,
                evidence,
                previous,
                sha256: String::new(),
                line: 0,
            };
            listed(&Record { entries: vec![entry] }, &named, (at(10), None), (at(3), at(10), on))
        };
        let is_behind = |proof: &Proof| matches!(proof, Proof::Behind { .. });
        for (worth, opens) in [
            (Some(Graded::Captured), true),
            (Some(Graded::Attested), true),
            (Some(Graded::Recorded), false),
            (Some(Graded::Unknown), false),
            (None, false),
        ] {
            let address = proof(worth, 4, Ground::Address);
            assert_eq!(is_behind(&address), opens, "{worth:?}");
            if let Proof::Open(crate::apply::proof::Open { why, .. }) = address {
                assert!(why.contains("plan snapshot import FILE --plan p"), "{why}");
            }
            // A site in a file is what it says for its own runs.
            assert!(is_behind(&proof(worth, 4, Ground::File)), "{worth:?}");
            assert!(!is_behind(&proof(worth, 11, Ground::File)), "read in the future");
        }
    }
}
