//! The evidence beside a clean site: a backup, the vendor's verification, the age of the copy, and what each strategy needs.

use std::collections::{BTreeMap, BTreeSet};

use amc_plan::model::deadline::Copied;
use amc_plan::model::plan::{BackupPart, Confirmation, Plan, SiteRole, Strategy};
use amc_plan::model::record::{
    Acknowledgement, Backup, BackupSource, Done, Dump, DumpEnding, Entry, Evidence, MergeList, NONE_BEFORE, Purchase,
    Record, Saw, SawAll, Verification, VerificationLine,
};
use amc_plan::model::{Capture, Identity, Kind, ObjectRef, Snapshot, State};
use amc_plan::rules::LEAD_TIMES;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Map, json};

use super::chance::Chance;
use super::members::People;

/// A line of the record: how many minutes before the reading, and what it says.
pub(super) type Said = (i64, Evidence);

pub(super) fn draw(chance: &mut Chance, plan: &Plan, people: &People, now: Timestamp) -> Vec<Said> {
    let ago = |minutes: i64| (now - SignedDuration::from_mins(minutes)).to_string();
    let [copy, live] = [&plan.sites.staging, &plan.sites.live].map(|site| Identity::parse(site).unwrap());
    let mut all = vec![(60, Evidence::Copied(Copied { host: copy.clone(), at: ago(60 * 26) }))];
    all.push((50, backup(chance, people, ago(60))));
    for of in LEAD_TIMES.iter().filter(|of| of.is_recorded) {
        let says = "seen to, in the words of whoever did it".to_owned();
        all.push((60 * 24 * 3, Evidence::Done(Done { at: of.name.to_owned(), now: of.now(), says })));
    }
    for host in [&copy, &live] {
        verified(chance, host, &mut all);
    }
    match plan.strategy.unwrap() {
        Strategy::RehearseAndReplay => {}
        Strategy::FreezeAndPush => {
            let on = Map::from_iter([("on".to_owned(), json!(true))]);
            all.push((30, saw(&live, ObjectRef::only(Kind::Maintenance), on, now)));
        }
        Strategy::PushThenMerge => {
            let counts = ["contact", "order", "subscription"].map(|kind| (kind.to_owned(), 2));
            all.push((
                20,
                Evidence::MergeList(MergeList {
                    host: live.clone(),
                    cloned_at: ago(60 * 26),
                    read_at: ago(25),
                    counts: BTreeMap::from(counts),
                    not_captured: Vec::new(),
                    worth: None,
                    readings: None,
                    sha256: "a".repeat(64),
                }),
            ));
        }
    }
    if let Some(form) = chance.any(plan.test_purchases.keys()) {
        // Its buyer and its order were removed again.
        all.push((
            15,
            Evidence::Purchase(Purchase {
                host: copy,
                form: form.clone(),
                saw: Confirmation::ALL.to_vec(),
                orders: vec!["99001".to_owned()],
                transaction: None,
            }),
        ));
    }
    all
}

fn backup(chance: &mut Chance, people: &People, taken_at: String) -> Evidence {
    let source = if chance.percent(50) {
        BackupSource::RestorePoint("RP-4471".to_owned())
    } else {
        BackupSource::File {
            name: "live.sql.gz".to_owned(),
            bytes: 900_000,
            sha256: "b".repeat(64),
            dump: Some(Dump {
                ending: DumpEnding::Whole,
                tables: 40,
                prefix: Some("wp_".to_owned()),
                lacks: Vec::new(),
                users: u64::try_from(people.contacts.len() + 3).unwrap(),
                accessally_tables: 2,
            }),
        }
    };
    let parts = vec![BackupPart::Files, BackupPart::Database];
    Evidence::Backup(Backup { of: SiteRole::Live, parts, taken_at, stored_off_server: true, source })
}

fn verified(chance: &mut Chance, host: &Identity, all: &mut Vec<Said>) {
    let flagged = chance.percent(50);
    let lines = [("41 tags", false), ("an order form without a name", flagged)];
    let lines = lines.map(|(text, flagged)| VerificationLine { text: text.to_owned(), flagged }).to_vec();
    all.push((40, Evidence::Verification(Verification { host: host.clone(), lines })));
    if flagged {
        let reason = "a draft that nobody sees".to_owned();
        all.push((39, Evidence::Acknowledgement(Acknowledgement { line: 2, reason })));
    }
}

pub(super) fn saw(host: &Identity, on: ObjectRef, fields: Map<String, serde_json::Value>, now: Timestamp) -> Evidence {
    Evidence::Saw(Saw { host: host.clone(), on, fields, screen: None, until: in_a_week(now) })
}

fn in_a_week(now: Timestamp) -> String {
    (now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date() + 7.days()).to_string()
}

/// The lines as a record beside a plan has them.
pub(super) fn written(all: &[Said], now: Timestamp) -> Record {
    let entry = |(line, (ago, evidence)): (usize, &Said)| Entry {
        version: 1,
        at: (now - SignedDuration::from_mins(*ago)).to_string(),
        who: "jo".to_owned(),
        evidence: evidence.clone(),
        previous: NONE_BEFORE.to_owned(),
        sha256: String::new(),
        line,
    };
    Record { entries: (1..).zip(all).map(entry).collect() }
}

/// What no reading by WordPress's own REST has is taken out, and put on record as a person saw it.
pub(super) fn attest(reading: &mut Snapshot, all: &mut Vec<Said>, now: Timestamp) {
    let host = reading.header.site.clone();
    let kinds = Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::Environment | Kind::Plugin));
    for &kind in kinds {
        let keys = reading.state.keys(kind);
        let mut names = Vec::new();
        for key in keys {
            let on = ObjectRef { kind, key };
            let object = reading.state.get(&on).unwrap();
            let fields = object.fields();
            names.push(fields.get("name").and_then(|name| name.as_str()).unwrap_or(&on.key).to_owned());
            let can_be_seen: BTreeSet<String> = kind.attestable_fields().into_iter().collect();
            let seen: Map<_, _> = fields.into_iter().filter(|(name, _)| can_be_seen.contains(name)).collect();
            if !seen.is_empty() {
                all.push((10, saw(&host, on.clone(), seen, now)));
            }
            reading.state.remove(&on);
        }
        if !kind.is_only() {
            all.push((
                11,
                Evidence::SawAll(SawAll { host: host.clone(), kind, names, screen: None, until: in_a_week(now) }),
            ));
        }
        reading
            .header
            .sections
            .insert(kind.name().to_owned(), Capture::Missing("WordPress's own REST has none".to_owned()));
    }
    debug_assert!(reading.state != State::default());
}
