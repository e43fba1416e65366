//! The certificate of a rehearsal on another machine: it opens live where a reviewer whose key the settings name signed it.

use std::fs;

use amc_plan::apply::certificate::mark;
use serde_json::Value;

use crate::guided::{CERTIFICATE, LIVE, copied, rehearsed};
use crate::place::{Edited, PLAN, Place, Ran};
use crate::seal::Reviewer;

const SIGNATURE: &str = "bloom-coaching.rehearsal.json.minisig";

/// The plan replayed by another user of another machine: with a key of their own.
struct Elsewhere<'a> {
    place: &'a Place,
    home: tempfile::TempDir,
}

impl Elsewhere<'_> {
    fn run(&self, words: &[&str]) -> Ran {
        self.place.command(words).env("PLAN_STATE_HOME", self.home.path()).output().unwrap().into()
    }

    /// Begins on this site, which goes no further than what nobody confirmed where the certificate is proven.
    fn apply(&self, site: &str) -> Ran {
        self.run(&["apply", PLAN, "--site", site, "--on", "live", "--host", "bloom.example", "--no-input"])
    }

    #[track_caller]
    fn refused(&self, words: &[&str]) {
        let before = self.place.read(LIVE);
        self.apply(LIVE).ends(13, words);
        assert_eq!(self.place.read(LIVE), before);
        assert!(self.place.state_files("journal.ndjson").iter().all(|path| !path.to_string_lossy().contains("live")));
    }
}

#[test]
fn a_certificate_of_another_machine_opens_live_only_with_a_known_reviewers_signature() {
    let place = rehearsed();
    copied(&place);
    // The rehearsing machine's state stays there.
    fs::remove_dir_all(place.path(".plan")).unwrap();
    let there = Elsewhere { place: &place, home: tempfile::tempdir().unwrap() };
    let (sam, eve) = (Reviewer::new(&place, "sam"), Reviewer::new(&place, "eve"));
    let unsigned = [
        "does not have the mark of this machine's key",
        "no reviewer's signature is beside it",
        "minisign -S -m bloom-coaching.rehearsal.json",
    ];
    there.refused(&unsigned);
    let stands = there.run(&["status", PLAN, "--site", LIVE]);
    for words in ["a rehearsal on staging.bloom.example ended ", "next: ", unsigned[0], unsigned[2]] {
        assert!(stands.out.contains(words), "{words}: {}", stands.out);
    }
    let settings = |text: &str| fs::write(place.path("plan.toml"), text).unwrap();
    settings(&format!("[seal]\nkeys = {{sam = \"{}\"}}\n", sam.key(&place)));
    there.refused(&unsigned);
    eve.signs_file(&place, CERTIFICATE, &[]);
    there.refused(&["is not valid", "by none of the reviewers"]);
    for form in [&["-l"][..], &["-H"]] {
        sam.signs_file(&place, CERTIFICATE, form);
        // Proven: nothing but what is confirmed is missing.
        there.apply(LIVE).ends(12, &["no digest was confirmed"]);
    }
    let (kept, signature) = (place.read(CERTIFICATE), place.read(SIGNATURE));
    // One byte more, one digit less, another mark: the text is not the one that was signed.
    let mut marked: Value = serde_json::from_str(&kept).unwrap();
    marked["mark"] = "0".repeat(64).into();
    for changed in [format!("{kept} "), kept.edited_once(r#""seconds": "#, r#""seconds": 1"#), marked.to_string()] {
        fs::write(place.path(CERTIFICATE), changed).unwrap();
        there.refused(&["the signature next to it is not valid"]);
    }
    fs::write(place.path(CERTIFICATE), &kept).unwrap();
    fs::write(place.path(SIGNATURE), "untrusted comment: x\nRWQ=\n").unwrap();
    there.refused(&["the signature next to it is not valid"]);
    fs::write(place.path(SIGNATURE), &signature).unwrap();
    // A key that the settings do not name any more signs nothing.
    settings(&format!("[seal]\nkeys = {{eve = \"{}\"}}\n", eve.key(&place)));
    there.refused(&["by none of the reviewers"]);
    settings("");
    there.refused(&["names no reviewer's key"]);
    settings(&format!("[seal]\nkeys = {{sam = \"{}\"}}\n", sam.key(&place)));
    there.apply(LIVE).ends(12, &["no digest was confirmed"]);
    // What a reviewer signed and is of something else is no rehearsal of this plan, here and now.
    for (field, value, said) in [
        ("host", "other.example", "which is not the plan's staging site"),
        ("ended_at", "2025-01-01T00:00:00Z", "a rehearsal is valid for 90 days"),
        ("ended_at", "2099-01-01T00:00:00Z", "which is in the future"),
        (
            "intent",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "is not what the plan intends now",
        ),
    ] {
        let mut other: Value = serde_json::from_str(&kept).unwrap();
        other[field] = value.into();
        fs::write(place.path(CERTIFICATE), other.to_string()).unwrap();
        there.refused(&["the signature next to it is not valid"]);
        sam.signs_file(&place, CERTIFICATE, &[]);
        there.refused(&[said]);
        // And under this machine's own mark.
        other["mark"] = mark(&other, &crate::place::key()).into();
        fs::write(place.path(CERTIFICATE), other.to_string()).unwrap();
        let here = place.run(&["apply", PLAN, "--site", LIVE, "--on", "live", "--host", "bloom.example", "--no-input"]);
        here.ends(13, &[said]);
    }
}
