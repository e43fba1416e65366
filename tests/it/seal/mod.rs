//! `plan seal` and `apply --seal`: a reviewed file stands for the digest, and is held to everything a digest is held to.

mod refused;
mod signed;
mod written;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use amc_plan::apply::confirmation::Confirmation;
use amc_plan::apply::gate::{Before, Refusal, ensure_may_begin};
use amc_plan::apply::limits::Tally;
use amc_plan::apply::seal::{Presented, Seal, Signature};
use amc_plan::change::{Digests, Marks};
use amc_plan::model::digest;
use amc_plan::project::limits::Limits;
use amc_plan::project::settings::Demands;
use amc_plan::project::signed::Sealed;
use amc_plan::rules;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::place::{Edited, PLAN, Place, Ran, SITE};

const SEAL: &str = "bloom-coaching.seal.json";

const SIGNATURE: &str = "bloom-coaching.seal.json.minisig";

const BOGUS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The example, sealed; and the site as it was.
struct Reviewed {
    place: Place,
    site: String,
    seal: String,
}

impl Reviewed {
    fn new() -> Self {
        let place = Place::new();
        place.run(&["seal", PLAN, "--site", SITE]).ends(0, &[]);
        let (site, seal) = (place.read(SITE), place.read(SEAL));
        Self { place, site, seal }
    }

    fn value(&self) -> Value {
        serde_json::from_str(&self.seal).unwrap()
    }

    fn write(&self, text: &str) {
        fs::write(self.place.path(SEAL), text).unwrap();
    }

    /// Refused with this code and these words, and nothing is touched.
    #[track_caller]
    fn refused(&self, code: i32, words: &[&str]) {
        self.refused_with(&["--seal", SEAL], code, words);
    }

    #[track_caller]
    fn refused_with(&self, more: &[&str], code: i32, words: &[&str]) {
        self.place.apply(more).ends(code, words);
        assert_eq!(self.place.read(SITE), self.site);
        assert!(!self.place.journal().exists() && self.place.archived().is_empty());
        assert!(!self.place.path(".plan/seals.ndjson").exists(), "what was refused is not kept as accepted");
    }

    fn applied(&self) -> Ran {
        self.place.apply(&["--seal", SEAL])
    }
}

/// A seal with this value, its own digest made to fit: what a forger would write.
fn forged(mut seal: Value) -> String {
    seal.as_object_mut().unwrap().remove("seal");
    let own = digest::of(&seal);
    seal["seal"] = json!(own);
    seal.to_string()
}

/// What a diff of so many objects shows.
fn shown(objects: usize) -> Confirmation {
    let digests = Digests { intent: "i".into(), changes: "c".into(), facts: "f".into() };
    let marks = |kind: &str| -> BTreeMap<String, String> {
        (0..objects).map(|n| (format!("{kind}/{n}"), format!("{n:012}"))).collect()
    };
    let facts = marks("offering").into_iter().chain(marks("administrator")).collect();
    let marks = Marks { changes: marks("offering"), facts, ..Marks::default() };
    Confirmation {
        plan: PLAN.into(),
        host: "staging.bloom.example".parse().unwrap(),
        at: "2026-11-22T06:00:00Z".parse().unwrap(),
        digests,
        marks,
    }
}

fn of(seal: &Seal) -> Presented {
    Presented::new(&Sealed { text: seal.text(), signature: None }, &BTreeMap::new())
}

/// A reviewer with a pair of keys, made by the real minisign.
pub(crate) struct Reviewer {
    name: &'static str,
}

impl Reviewer {
    pub(crate) fn new(place: &Place, name: &'static str) -> Self {
        let (public, secret) = (format!("{name}.pub"), format!("{name}.key"));
        minisign(place, &["-G", "-W", "-p", &public, "-s", &secret]);
        Self { name }
    }

    pub(crate) fn key(&self, place: &Place) -> String {
        place.read(&format!("{}.pub", self.name)).lines().nth(1).unwrap().to_owned()
    }

    fn signs(&self, place: &Place, more: &[&str]) {
        self.signs_file(place, SEAL, more);
    }

    pub(crate) fn signs_file(&self, place: &Place, file: &str, more: &[&str]) {
        let secret = format!("{}.key", self.name);
        minisign(place, &[&["-S", "-s", &secret, "-m", file], more].concat());
    }
}

fn minisign(place: &Place, words: &[&str]) {
    let ran = Command::new("minisign").args(words).current_dir(place.folder.path()).output();
    let ran = ran.expect("minisign is installed: tests/run does it");
    assert!(ran.status.success(), "{ran:?}");
}
