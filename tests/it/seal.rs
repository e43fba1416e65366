//! `plan seal` and `apply --seal`: a reviewed file stands for the digest, and is held to everything a digest is held to.

use crate::common;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use crate::place::{Edited, PLAN, Place, Ran, SITE};
use amc_plan::apply::confirmation::Confirmation;
use amc_plan::apply::gate::{Before, Refusal, ensure_may_begin};
use amc_plan::apply::limits::{Limits, Tally};
use amc_plan::apply::seal::{Demands, Presented, Seal, Sealed};
use amc_plan::change::{Digests, Marks};
use amc_plan::model::digest;
use amc_plan::rules;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

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

#[test]
fn a_seal_stands_for_the_digest() {
    let reviewed = Reviewed::new();
    let ran = reviewed.applied();
    ran.ends(0, &[]);
    assert!(ran.out.contains("7 changes in place"), "{ran:?}");
    let after = reviewed.place.read(SITE);
    let again = reviewed.applied();
    again.ends(0, &[]);
    assert!(again.out.contains("no change"), "{again:?}");
    assert_eq!(reviewed.place.read(SITE), after);
    // What is nobody's seal is refused even where nothing is to be done, and a digest that was sealed was not shown.
    reviewed.write(&reviewed.seal.edited("bloom.example", "bl00m.example"));
    reviewed.applied().ends(12, &["edited"]);
    reviewed.place.confirm(reviewed.value()["digests"]["changes"].as_str().unwrap()).ends(12, &["never showed"]);
}

#[test]
fn a_seal_is_small_fits_its_schema_and_holds_no_login() {
    let reviewed = Reviewed::new();
    assert!(reviewed.seal.len() < 8192 && reviewed.seal.ends_with("}\n"), "{}", reviewed.seal.len());
    assert!(common::validator("seal").is_valid(&reviewed.value()));
    assert!(reviewed.site.contains("spare-admin") && !reviewed.seal.contains("spare-admin"), "{}", reviewed.seal);
    let value = reviewed.value();
    let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert_eq!(keys[..3], ["format_version", "plan", "host"]);
    assert_eq!(value["changes"]["order-form"], 2);
    let digests = reviewed.place.digest();
    assert_eq!(value["digests"]["changes"], json!(digests));
    // The same anew, but for its times.
    reviewed.place.run(&["seal", PLAN, "--snapshot", SITE, "--expires", "14d"]).ends(0, &[]);
    let mut other: Value = serde_json::from_str(&reviewed.place.read(SEAL)).unwrap();
    for key in ["created", "expires", "seal"] {
        other[key] = reviewed.value()[key].clone();
    }
    assert_eq!(other, reviewed.value());
}

#[test]
fn a_seal_of_a_recording_is_applied_to_the_site_as_it_is_then() {
    let reviewed = Reviewed::new();
    reviewed.place.run(&["seal", PLAN, "--snapshot", SITE]).ends(0, &[]);
    reviewed.applied().ends(0, &[]);
}

#[test]
fn only_what_apply_would_begin_is_sealed() {
    let place = Place::new();
    place.run(&["seal", "bloom-coaching-first-draft.yaml", "--site", SITE]).ends(10, &["backup-missing", "not green"]);
    fs::write(place.path("broken.yaml"), "version: [1").unwrap();
    place.run(&["seal", "broken.yaml", "--site", SITE]).ends(10, &[]);
    fs::write(place.path("plan.toml"), "[limits]\nchanges = 6\n").unwrap();
    place.run(&["seal", PLAN, "--site", SITE]).ends(15, &["limits.changes"]);
    fs::remove_file(place.path("plan.toml")).unwrap();
    for (more, code) in [
        (&["--no-site"][..], 2),
        (&[], 2),
        (&["--site", SITE, "--snapshot", SITE], 2),
        (&["--site", SITE, "--expires", "0h"], 2),
        (&["--site", SITE, "--expires", "-3h"], 2),
        (&["--site", SITE, "--expires", "15d"], 2),
        (&["--site", SITE, "--expires", "1000000000000h"], 2),
        (&["--site", SITE, "--expires", "soon"], 2),
        (&["--site", "none.site.ndjson"], 3),
    ] {
        assert_eq!(place.run(&[&["seal", PLAN], more].concat()).code, Some(code), "{more:?}");
    }
    let names = fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().contains(".seal.json")).count(), 0);
}

#[test]
fn a_seal_that_is_not_whole_or_not_its_own_is_refused() {
    let reviewed = Reviewed::new();
    let whole = reviewed.value();
    // Of pgschema's fingerprint the key can be deleted. Here deleting one skips no gate, nor does a value of another kind, whether or not the seal's own digest is made to fit.
    for key in whole.as_object().unwrap().keys() {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(key);
        reviewed.write(&less.to_string());
        reviewed.refused(12, &["the seal is not valid here"]);
        for value in [Value::Null, json!([1])] {
            less[key] = value;
            reviewed.write(&if key == "seal" { less.to_string() } else { forged(less.clone()) });
            reviewed.refused(12, &["the seal is not valid here"]);
        }
        if key != "seal" {
            less.as_object_mut().unwrap().remove(key);
            reviewed.write(&forged(less));
            reviewed.refused(12, &["it is not a seal", key]);
        }
    }
    for key in ["intent", "changes", "facts"] {
        let mut less = whole.clone();
        less["digests"].as_object_mut().unwrap().remove(key);
        reviewed.write(&forged(less));
        reviewed.refused(12, &["it is not a seal", key]);
    }
    let twice = reviewed.seal.edited_once("\"plan\":", "\"plan\": \"x\", \"plan\":");
    let more = reviewed.seal.edited_once("\"plan\":", "\"force\": true, \"plan\":");
    let inside = reviewed.seal.edited_once("\"intent\":", "\"force\": true, \"intent\":");
    let mut newer = whole.clone();
    newer["format_version"] = json!(2);
    for text in ["", "{}", "null", "[]", "seal", "\u{feff}{}", &twice, &more, &inside, &forged(newer)] {
        reviewed.write(text);
        reviewed.refused(12, &["nothing was written"]);
    }
}

#[test]
fn a_seal_cut_anywhere_is_none() {
    let reviewed = Reviewed::new();
    let whole = reviewed.seal.trim_end();
    assert!(Seal::read(whole).is_ok());
    for cut in 0..whole.len() {
        assert!(Seal::read(&whole[..cut]).is_err(), "{cut}");
    }
    // Any one digit more or less.
    for (at, _) in whole.match_indices(|c: char| c.is_ascii_digit()) {
        let other = if whole[at..].starts_with('1') { "2" } else { "1" };
        let edited = format!("{}{other}{}", &whole[..at], &whole[at + 1..]);
        assert!(Seal::read(&edited).is_err(), "{at}");
    }
}

#[test]
fn a_seal_of_another_plan_host_or_rule_set_or_time_is_refused() {
    let reviewed = Reviewed::new();
    let place = &reviewed.place;
    fs::copy(place.path(PLAN), place.path("other.yaml")).unwrap();
    fs::copy(place.path("bloom-coaching.record.ndjson"), place.path("other.record.ndjson")).unwrap();
    place.run(&["seal", "other.yaml", "--site", SITE]).ends(0, &[]);
    reviewed.refused_with(&["--seal", "other.seal.json"], 12, &["of the plan `other.yaml`"]);
    let with = |key: &str, value: Value| {
        let mut seal = reviewed.value();
        seal[key] = value;
        reviewed.write(&forged(seal));
    };
    with("host", json!("staging2.bloom.example"));
    reviewed.refused(12, &["for `staging2.bloom.example`"]);
    with("rules", json!(BOGUS));
    reviewed.refused(11, &["the rules differ"]);
    let times = |created: &str, expires: &str| {
        let mut seal = reviewed.value();
        (seal["created"], seal["expires"]) = (json!(created), json!(expires));
        reviewed.write(&forged(seal));
    };
    times("2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z");
    reviewed.refused(11, &["valid from 2026-01-01T00:00:00Z until 2026-01-04T00:00:00Z only"]);
    times("2999-01-01T00:00:00Z", "2999-01-04T00:00:00Z");
    reviewed.refused(11, &["only, so nothing was written"]);
    times("2026-01-01T00:00:00Z", "2999-01-04T00:00:00Z");
    reviewed.refused(12, &["more than 14 days"]);
    times("2999-01-01T00:00:00Z", "2026-01-04T00:00:00Z");
    reviewed.refused(11, &[]);
    reviewed.write(&reviewed.seal);
    reviewed.applied().ends(0, &[]);
}

/// Atlantis #1508: what was approved is A, what would be applied is B.
#[test]
fn a_plan_edited_or_a_site_moved_since_it_was_sealed_is_refused_and_named() {
    let mut reviewed = Reviewed::new();
    reviewed.place.edit(PLAN, "Money, release: 7 days", "Money, release: 8 days");
    reviewed.refused(11, &["the plan was edited since it was sealed", "(`offering/group-coaching`)", "plan seal"]);
    reviewed.place.edit(PLAN, "Money, release: 8 days", "Money, release: 7 days");
    for (old, new, named) in [
        (r#""welcome":"none""#, r#""welcome":"purchases""#, "(`emails`)"),
        (r#""key":"spare-admin","#, r#""key":"spare-admin-2","#, "(`administrator`)"),
        (
            r#""key":"hello-dolly/hello.php","version":"1.7.3","active":false"#,
            r#""key":"hello-dolly/hello.php","version":"1.7.3","active":true"#,
            "(`plugin/hello-dolly/hello.php`)",
        ),
    ] {
        let before = reviewed.site.clone();
        reviewed.place.edit_site(SITE, old, new);
        reviewed.site = reviewed.place.read(SITE);
        reviewed.refused(11, &["the site changed since it was sealed", named]);
        reviewed.site = before;
        fs::write(reviewed.place.path(SITE), &reviewed.site).unwrap();
    }
    // What nobody reads may move.
    reviewed.place.edit_site(SITE, r#""calls":212"#, r#""calls":213"#);
    reviewed.applied().ends(0, &[]);
}

/// octoDNS ignores a checksum where none is asked for; here a value that is given is enforced.
#[test]
fn with_a_digest_both_must_hold() {
    let reviewed = Reviewed::new();
    let digest = reviewed.value()["digests"]["changes"].as_str().unwrap().to_owned();
    // Nobody was shown it here.
    for wrong in [BOGUS, "", &digest] {
        reviewed.refused_with(&["--seal", SEAL, "--confirm", wrong], 12, &["never showed"]);
    }
    assert_eq!(reviewed.place.digest(), digest);
    reviewed.write(&reviewed.seal.edited_once("bloom", "gloom"));
    reviewed.refused_with(&["--seal", SEAL, "--confirm", &digest], 12, &["the seal is not valid here"]);
    reviewed.write(&reviewed.seal);
    reviewed.refused_with(&["--seal", "none.json", "--confirm", &digest], 3, &["none.json"]);
    reviewed.place.apply(&["--seal", SEAL, "--confirm", &digest]).ends(0, &[]);
}

#[test]
fn a_red_plan_is_refused_before_the_seal_is_judged() {
    let reviewed = Reviewed::new();
    reviewed.place.edit(PLAN, "crm: {name: ontraport", "crm: {name: keap");
    reviewed.refused(10, &["crm-differs"]);
    reviewed.write("no seal");
    reviewed.refused(10, &["crm-differs"]);
}

#[test]
fn a_run_begun_by_a_seal_is_resumed_on_it() {
    let reviewed = Reviewed::new();
    let place = &reviewed.place;
    reviewed.applied().ends(0, &[]);
    let (after, journal) = (place.read(SITE), fs::read_to_string(place.journal()).unwrap());
    let begun = format!("{}\n", journal.lines().next().unwrap());
    let again = || {
        fs::write(place.path(SITE), &reviewed.site).unwrap();
        fs::write(place.journal(), &begun).unwrap();
    };
    let kept = place.read(".plan/seals.ndjson");
    again();
    place.apply(&["--resume", "--seal", SEAL]).ends(2, &["--seal"]);
    // It is resumed although the seal itself is gone and would have expired.
    fs::remove_file(place.path(SEAL)).unwrap();
    place.apply(&["--resume"]).ends(0, &[]);
    assert_eq!(place.read(SITE), after);
    let torn = &kept[..kept.len() / 2];
    let other = kept.edited(reviewed.value()["digests"]["facts"].as_str().unwrap(), BOGUS);
    for text in [None, Some(""), Some(torn), Some(&other)] {
        match text {
            None => fs::remove_file(place.path(".plan/seals.ndjson")).unwrap(),
            Some(text) => fs::write(place.path(".plan/seals.ndjson"), text).unwrap(),
        }
        again();
        place.apply(&["--resume"]).ends(12, &["nobody confirmed"]);
        assert_eq!(place.read(SITE), reviewed.site);
    }
}

#[test]
fn what_is_no_file_is_no_seal() {
    let reviewed = Reviewed::new();
    let place = &reviewed.place;
    fs::create_dir(place.path("folder")).unwrap();
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    for name in ["none.json", "folder", "pipe", "/dev/zero"] {
        reviewed.refused_with(&["--seal", name], 3, &["cannot read", name]);
    }
    fs::write(place.path("large"), " ".repeat(1 << 20)).unwrap();
    fs::write(place.path("bytes"), [0xff; 40]).unwrap();
    reviewed.refused_with(&["--seal", "large"], 12, &["no seal"]);
    reviewed.refused_with(&["--seal", "bytes"], 12, &["not text"]);
    fs::create_dir(place.path(SIGNATURE)).unwrap();
    reviewed.refused(3, &["minisig"]);
}

#[cfg(unix)]
#[test]
fn a_seal_is_not_written_through_a_link() {
    let place = Place::new();
    fs::write(place.path("precious"), "precious").unwrap();
    std::os::unix::fs::symlink(place.path("precious"), place.path(SEAL)).unwrap();
    place.run(&["seal", PLAN, "--site", SITE]).ends(3, &[SEAL, "it is a link"]);
    assert_eq!(place.read("precious"), "precious");
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

#[test]
fn a_seal_of_ten_thousand_objects_stays_small_and_names_the_kind() {
    let then = shown(10_000);
    let seal = Seal::new(&then, BTreeMap::new(), "r".into(), SignedDuration::from_hours(1));
    assert!(seal.text().len() < 2048, "{}", seal.text());
    let (limits, tally, presented) = (Limits::default(), Tally::default(), of(&seal));
    let mut now = then.clone();
    now.at = "2026-11-22T06:59:59Z".parse().unwrap();
    let ask = |now: &Confirmation| {
        let (given, known, demands) = (None, None, Demands::default());
        let (limits, tally, seal) = (&limits, &tally, Some(&presented));
        ensure_may_begin(Before {
            green: true,
            live: false,
            limits,
            tally,
            demands,
            seal,
            rules: "r",
            given,
            known,
            now,
        })
    };
    assert_eq!(ask(&now), Ok(()));
    now.digests.facts = "g".into();
    now.marks.facts.insert("offering/77".into(), "other".into());
    now.marks.facts.insert("plugin/a.php".into(), "new".into());
    let Err(Refusal::SealMoved(how)) = ask(&now) else { panic!("it moved") };
    assert_eq!(*how, Refusal::FactsMoved { objects: vec!["offering".into(), "plugin/a.php".into()] });
    let mut late = then.clone();
    late.at = "2026-11-22T07:00:00Z".parse::<Timestamp>().unwrap();
    assert!(matches!(ask(&late), Err(Refusal::SealExpired { .. })));
}

#[test]
fn few_objects_of_a_kind_are_named_and_administrators_never() {
    let named = |objects| Seal::new(&shown(objects), BTreeMap::new(), "r".into(), SignedDuration::from_hours(1)).marks;
    let few = named(24);
    assert_eq!((few.changes.len(), few.facts.len()), (24, 25));
    assert!(few.facts.contains_key("offering/23") && few.facts.contains_key("administrator"));
    let many = named(25);
    assert_eq!((many.changes.len(), many.facts.len()), (1, 2));
    assert!(many.facts.contains_key("offering"));
}

#[test]
fn the_order_of_refusals() {
    let now = shown(3);
    let stale = Confirmation { digests: Digests { facts: "g".into(), ..now.digests.clone() }, ..now.clone() };
    let limits: Limits = toml::from_str("changes = 1").unwrap();
    let tally = Tally { changes: [(amc_plan::model::Kind::Offering, 2)].into(), ..Tally::default() };
    let moved = of(&Seal::new(&stale, BTreeMap::new(), "r".into(), SignedDuration::from_hours(1)));
    let none = Presented::new(&Sealed { text: String::new(), signature: None }, &BTreeMap::new());
    let worst = Before {
        green: false,
        live: true,
        limits: &limits,
        tally: &tally,
        demands: Demands { required: true, signed: false },
        seal: None,
        rules: "r",
        given: Some("x"),
        known: None,
        now: &now,
    };
    assert_eq!(ensure_may_begin(worst), Err(Refusal::NotGreen));
    let green = Before { green: true, ..worst };
    assert_eq!(ensure_may_begin(green), Err(Refusal::Live));
    let staging = Before { live: false, ..green };
    assert!(matches!(ensure_may_begin(staging), Err(Refusal::Limit(_))));
    let few = Before { tally: &Tally::default(), ..staging };
    assert_eq!(ensure_may_begin(few), Err(Refusal::SealMissing));
    assert!(matches!(ensure_may_begin(Before { seal: Some(&none), ..few }), Err(Refusal::SealUnknown(_))));
    // What is unknown is told before what is stale.
    let both = Before { seal: Some(&moved), ..few };
    assert_eq!(ensure_may_begin(both), Err(Refusal::Unconfirmed { given: Some("x".into()) }));
    let known = Before { known: Some(&stale), ..both };
    assert_eq!(ensure_may_begin(Before { rules: "other", ..known }), Err(Refusal::RulesMoved));
    assert!(matches!(ensure_may_begin(known), Err(Refusal::SealMoved(_))));
    let sealed = of(&Seal::new(&now, BTreeMap::new(), "r".into(), SignedDuration::from_hours(1)));
    assert!(matches!(ensure_may_begin(Before { seal: Some(&sealed), ..known }), Err(Refusal::FactsMoved { .. })));
    let confirmed = Before { seal: Some(&sealed), known: Some(&now), ..known };
    assert_eq!(ensure_may_begin(confirmed), Ok(()));
    assert_eq!(ensure_may_begin(Before { seal: Some(&sealed), given: None, known: None, ..few }), Ok(()));
    let free = Before { demands: Demands::default(), seal: None, given: None, known: None, ..few };
    assert_eq!(ensure_may_begin(free), Err(Refusal::Unconfirmed { given: None }));
}

#[test]
fn the_version_of_the_rules_is_over_what_decides() {
    let parts = |rule: &&rules::Rule| {
        let due = (rule.phase, rule.target, rule.acceptable, rule.settled_by, rule.precondition);
        json!([rule.id, rule.severity, due.0, due.1, due.2, due.3, due.4])
    };
    let mut all: Vec<Value> = rules::ALL.iter().map(parts).collect();
    assert_eq!(rules::version(), digest::of(&all));
    for part in 0..7 {
        let mut other = all.clone();
        other[7][part] = json!("other");
        assert_ne!(rules::version(), digest::of(&other));
    }
    all.pop();
    assert_ne!(rules::version(), digest::of(&all));
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

#[test]
fn a_signature_counts_only_if_a_known_reviewer_made_it_over_this_seal() {
    let reviewed = Reviewed::new();
    let place = &reviewed.place;
    let (sam, eve) = (Reviewer::new(place, "sam"), Reviewer::new(place, "eve"));
    let settings = |text: &str| fs::write(place.path("plan.toml"), text).unwrap();
    let keys = format!("keys = {{sam = \"{}\"}}\n", sam.key(place));
    // A signature that nobody can prove is refused even where none is demanded.
    sam.signs(place, &[]);
    reviewed.refused(12, &["names no reviewer's key"]);
    settings(&format!("[seal]\n{keys}"));
    let good = place.read(SIGNATURE);
    let flip = |line: usize| {
        let lines = good.lines().enumerate().map(|(at, text)| {
            let other = if text.as_bytes()[40] == b'A' { "B" } else { "A" };
            if at == line { format!("{}{other}{}\n", &text[..40], &text[41..]) } else { format!("{text}\n") }
        });
        lines.collect::<String>()
    };
    for (signature, words) in [
        (String::new(), "not a minisign signature"),
        ("untrusted comment: x\nRWQ=\n".into(), "not a minisign signature"),
        (good.lines().take(2).collect::<Vec<_>>().join("\n"), "not a minisign signature"),
        (flip(1), "does not match"),
        (flip(3), "does not match"),
        (good.edited("timestamp:", "timestamp:9"), "does not match"),
        (good.edited("trusted comment: ", "trusted comment:"), "not a minisign signature"),
    ] {
        fs::write(place.path(SIGNATURE), signature).unwrap();
        reviewed.refused(12, &[words, "nothing was written"]);
    }
    eve.signs(place, &[]);
    reviewed.refused(12, &["by none of the reviewers"]);
    // Eve's signature under Sam's key number.
    let numbered = |text: &str| base64_of(text.lines().nth(1).unwrap());
    let mut forged = numbered(&place.read(SIGNATURE));
    forged[2..10].copy_from_slice(&numbered(&good)[2..10]);
    use base64::Engine as _;
    let line = base64::engine::general_purpose::STANDARD.encode(&forged);
    let text = place.read(SIGNATURE);
    let own = text.lines().nth(1).unwrap().to_owned();
    fs::write(place.path(SIGNATURE), text.edited(&own, &line)).unwrap();
    reviewed.refused(12, &["does not match"]);
    fs::remove_file(place.path(SIGNATURE)).unwrap();
    reviewed.refused(12, &["no reviewer's signature"]);
    // A byte that means nothing was still not signed.
    fs::write(place.path(SIGNATURE), &good).unwrap();
    reviewed.write(&format!("{} ", reviewed.seal));
    reviewed.refused(12, &["does not match"]);
    reviewed.write(&reviewed.seal);
    reviewed.applied().ends(0, &["the seal is signed by `sam`"]);
}

fn base64_of(line: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(line).unwrap()
}

#[test]
fn both_forms_of_signature_count() {
    for form in [&["-l"][..], &["-H"]] {
        let reviewed = Reviewed::new();
        let sam = Reviewer::new(&reviewed.place, "sam");
        let settings = format!("[seal]\nrequired = true\n[seal.keys]\nsam = \"{}\"\n", sam.key(&reviewed.place));
        fs::write(reviewed.place.path("plan.toml"), settings).unwrap();
        sam.signs(&reviewed.place, form);
        let begins = &base64_of(reviewed.place.read(SIGNATURE).lines().nth(1).unwrap())[..2];
        assert_eq!(begins, if form == ["-l"] { b"Ed" } else { b"ED" });
        reviewed.applied().ends(0, &[]);
    }
}

#[test]
fn where_a_seal_is_demanded_nothing_else_will_do() {
    let reviewed = Reviewed::new();
    let place = &reviewed.place;
    let sam = Reviewer::new(place, "sam");
    let digest = place.digest();
    let settings = format!("[seal]\nrequired = true\nkeys = {{sam = \"{}\"}}\n", sam.key(place));
    fs::write(place.path("plan.toml"), &settings).unwrap();
    for more in [&[][..], &["--no-input"], &["--confirm", &digest]] {
        reviewed.refused_with(more, 12, &["requires a seal"]);
    }
    reviewed.refused(12, &["no reviewer's signature"]);
    sam.signs(place, &[]);
    reviewed.applied().ends(0, &["signed by `sam`"]);
    let journal = fs::read_to_string(place.journal()).unwrap();
    let begun = format!("{}\n", journal.lines().next().unwrap());
    let again = || {
        fs::write(place.path(SITE), &reviewed.site).unwrap();
        fs::write(place.journal(), &begun).unwrap();
    };
    let kept = place.read(".plan/seals.ndjson");
    // A run that only a digest confirmed, and one whose kept seal is signed by nobody.
    let unsigned = {
        let mut line: Value = serde_json::from_str(kept.trim()).unwrap();
        line["signature"] = Value::Null;
        line.to_string()
    };
    for text in [String::new(), unsigned] {
        fs::write(place.path(".plan/seals.ndjson"), text).unwrap();
        again();
        place.apply(&["--resume"]).ends(12, &["nobody confirmed"]);
        assert_eq!(place.read(SITE), reviewed.site);
    }
    fs::write(place.path(".plan/seals.ndjson"), &kept).unwrap();
    place.apply(&["--resume"]).ends(0, &[]);
    place.apply(&["--no-input"]).ends(0, &[]);
    // Without the demand a run is not stranded by a key that is gone.
    fs::remove_file(place.path("plan.toml")).unwrap();
    again();
    place.apply(&["--resume"]).ends(0, &[]);
}
