//! What a reading in a file is worth: by what stands behind it here, and not by what it says of itself.

use std::fs;

use amc_plan::site::file::seal;
use amc_plan::trust::{Key, Purpose, marked};
use serde_json::Value;
use tempfile::TempDir;

use crate::place::{Edited, PLAN, Place, Ran, SITE};

/// The example, with a state folder of its own.
struct Desk {
    place: Place,
    home: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { place: Place::new(), home: tempfile::tempdir().unwrap() }
    }

    fn run(&self, words: &[&str]) -> Ran {
        self.place.command(words).env("PLAN_STATE_HOME", self.home.path()).output().unwrap().into()
    }

    fn import(&self, file: &str) -> Ran {
        self.run(&["snapshot", "import", file, "--plan", PLAN, "--yes"])
    }

    fn document(&self, words: &[&str]) -> Value {
        let ran = self.run(words);
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:#?}"))
    }

    fn check(&self, flag: &str, file: &str) -> Value {
        self.document(&["check", PLAN, flag, file, "--format", "json"])
    }

    /// What a recording is worth, by the check.
    fn worth(&self, file: &str) -> String {
        let report = self.check("--snapshot", file);
        report["site"]["worth"].as_str().unwrap().to_owned()
    }

    fn vouched(&self, file: &str) -> String {
        self.check("--snapshot", file)["site"]["vouched"].as_str().unwrap().to_owned()
    }

    fn ledger(&self) -> String {
        fs::read_to_string(self.home.path().join("readings.ndjson")).unwrap_or_default()
    }
}

fn count(report: &Value, grade: &str) -> u64 {
    report["evidence"][grade].as_u64().unwrap()
}

#[test]
fn the_same_facts_are_captured_attested_or_recorded_by_what_stands_behind_the_file() {
    let desk = Desk::new();
    // A site in a file is what it says for its own runs.
    let site = desk.check("--site", SITE);
    assert_eq!((count(&site, "recorded"), site["site"]["worth"].as_str()), (0, Some("captured")));
    let others = site["evidence"].clone();
    let recording = desk.check("--snapshot", SITE);
    assert_eq!(recording["verdict"], "green", "a recording is judged");
    assert_eq!(recording["site"]["worth"], "recorded");
    // What the record and the files beside the plan show is as well known as before.
    let moved = count(&recording, "recorded");
    assert!(moved > 50);
    assert_eq!(count(&recording, "captured") + moved, count(&site, "captured"));
    assert_eq!(count(&recording, "attested"), others["attested"].as_u64().unwrap());
    desk.import(SITE).ends(0, &[]);
    assert_eq!(desk.check("--snapshot", SITE)["evidence"], others, "an imported one is captured");
    // Who finalizes a file answers for it, whatever way of reading it claims.
    desk.place.edit(SITE, r#""key":"maintenance","on":false"#, r#""key":"maintenance","on":true"#);
    desk.run(&["snapshot", "finalize", SITE, "--who", "jo", "--plan", PLAN]).ends(0, &["attested by `jo`"]);
    let finalized = desk.check("--snapshot", SITE);
    assert_eq!(finalized["site"]["vouched"], "attested by `jo`");
    assert_eq!(
        (count(&finalized, "recorded"), count(&finalized, "attested")),
        (0, others["attested"].as_u64().unwrap() + moved)
    );
}

#[test]
fn the_sums_add_up_to_the_facts() {
    let desk = Desk::new();
    fs::write(desk.place.path("moved.site.ndjson"), desk.place.read(SITE).edited_once(":false", ":true")).unwrap();
    desk.run(&["snapshot", "finalize", "moved.site.ndjson", "--who", "jo", "--plan", PLAN]).ends(0, &[]);
    let parts = ["captured", "attested", "recorded", "unknown"];
    for (gate, flag, file) in ["configure", "migrate", "go-live"].into_iter().flat_map(|gate| {
        [("--site", SITE), ("--snapshot", SITE), ("--snapshot", "moved.site.ndjson")].map(|(f, s)| (gate, f, s))
    }) {
        let words = ["check", PLAN, flag, file, "--gate", gate];
        let report = desk.document(&[&words[..], &["--format", "json"]].concat());
        let sum: u64 = parts.iter().map(|part| count(&report, part)).sum();
        let said = parts.map(|part| format!("{} {part}", count(&report, part))).join(", ");
        let line = format!("{sum} facts: {said}");
        for format in ["human", "concise"] {
            let ran = desk.run(&[&words[..], &["--format", format]].concat());
            assert!(ran.out.contains(&line), "{line}: {}", ran.out);
        }
        let ran = desk.run(&["diff", PLAN, flag, file, "--gate", gate, "--format", "markdown"]);
        assert!(ran.out.contains(&line), "{line}: {}", ran.out);
    }
}

#[test]
fn a_claim_that_somebody_types_is_recorded() {
    let desk = Desk::new();
    let typed = desk.place.read(SITE).edited(r#"{"how":"bridge"}"#, r#"{"how":"wp-cli"}"#);
    fs::write(desk.place.path("typed.site.ndjson"), seal(&typed).unwrap()).unwrap();
    fs::copy(desk.place.path("bloom-coaching.population.ndjson"), desk.place.path("typed.population.ndjson")).unwrap();
    assert_eq!(desk.vouched("typed.site.ndjson"), "recorded: nothing here shows who took it");
    // Nor does it help to seal it without a name, or by somebody whom the plan does not know.
    desk.run(&["snapshot", "finalize", "typed.site.ndjson"]).ends(0, &["counts as recorded"]);
    assert_eq!(desk.worth("typed.site.ndjson"), "recorded");
    desk.run(&["snapshot", "finalize", "typed.site.ndjson", "--who", "eve", "--plan", PLAN])
        .ends(2, &["not among the plan's"]);
    desk.run(&["snapshot", "finalize", "typed.site.ndjson", "--who", "sam", "--plan", PLAN]).ends(0, &[]);
    assert_eq!(desk.worth("typed.site.ndjson"), "attested");
    desk.place.edit(PLAN, "sam: reviewer", "sid: reviewer");
    assert_eq!(
        desk.vouched("typed.site.ndjson"),
        "recorded: `sam`, who finalized it, is not among the plan's `people`"
    );
}

#[test]
fn a_captured_file_that_was_changed_is_recorded_and_that_is_said() {
    let desk = Desk::new();
    desk.import(SITE).ends(0, &[]);
    assert_eq!(desk.worth(SITE), "captured");
    let taken = desk.place.read(SITE);
    // The records hang together again, as anybody can make them.
    desk.place.edit_site(SITE, r#""key":"maintenance","on":false"#, r#""key":"maintenance","on":true"#);
    let why = "it is not as this machine took or imported it at 2026-11-21T06:12:00Z: it was changed since";
    assert_eq!(desk.vouched(SITE), format!("recorded: {why}"));
    desk.import(SITE).ends(12, &["a different reading of this site from 2026-11-21T06:12:00Z was captured here"]);
    desk.run(&["snapshot", "finalize", SITE]).ends(0, &["counts as recorded"]);
    assert_eq!(desk.worth(SITE), "recorded");
    // Sealed again as it was taken it is what it was, and no person's.
    fs::write(desk.place.path(SITE), taken).unwrap();
    desk.run(&["snapshot", "finalize", SITE, "--who", "jo", "--plan", PLAN]).ends(0, &["so it stays captured"]);
    assert_eq!(desk.worth(SITE), "captured");
    // Packed it is the same reading.
    let packed = zstd::encode_all(fs::read(desk.place.path(SITE)).unwrap().as_slice(), 1).unwrap();
    fs::write(desk.place.path("packed.site.ndjson.zst"), packed).unwrap();
    fs::copy(desk.place.path("bloom-coaching.population.ndjson"), desk.place.path("packed.population.ndjson")).unwrap();
    assert_eq!(desk.worth("packed.site.ndjson.zst"), "captured");
}

#[test]
fn another_population_beside_a_captured_file_is_none_of_it() {
    let desk = Desk::new();
    desk.import(SITE).ends(0, &[]);
    let population = "bloom-coaching.population.ndjson";
    let text = desk.place.read(population);
    let mut fewer: Vec<&str> = text.lines().collect();
    fewer.remove(10);
    fs::write(desk.place.path(population), fewer.join("\n") + "\n").unwrap();
    desk.run(&["snapshot", "finalize", population]).ends(0, &[]);
    desk.run(&["check", PLAN, "--snapshot", SITE])
        .ends(3, &["the configuration next to it was taken with a different population"]);
    // Tied to it again it is another reading.
    desk.run(&["snapshot", "finalize", SITE]).ends(0, &["counts as recorded"]);
    assert_eq!(desk.worth(SITE), "recorded");
}

#[test]
fn a_ledger_counts_under_this_machines_key_alone() {
    let (here, there) = (Desk::new(), Desk::new());
    there.import(SITE).ends(0, &[]);
    here.import("bloom-coaching.site.ndjson").ends(0, &[]);
    let own = here.ledger();
    assert_eq!(here.worth(SITE), "captured");
    let ledger = here.home.path().join("readings.ndjson");
    let forged = own.lines().find(|line| !line.is_empty()).unwrap();
    let (object, _) = amc_plan::trust::unmarked(forged, None, Purpose::Reading);
    let other_purpose = marked(&object, &key_of(&here), Purpose::Journal);
    for line in [&there.ledger(), &object, &other_purpose, &forged.edited_once("captured", "attested")] {
        fs::write(&ledger, format!("{line}\n")).unwrap();
        assert_eq!(here.worth(SITE), "recorded", "{line}");
    }
    fs::write(&ledger, own).unwrap();
    assert_eq!(here.worth(SITE), "captured");
}

fn key_of(desk: &Desk) -> Key {
    let hex = fs::read_to_string(desk.home.path().join("machine.key")).unwrap();
    let bytes: Vec<u8> = (0..64).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    Key::new(bytes.try_into().unwrap())
}

#[test]
fn only_a_reading_of_one_of_the_plans_sites_is_imported_and_only_when_somebody_confirms_it() {
    let desk = Desk::new();
    let shown = desk.run(&["snapshot", "import", SITE, "--plan", PLAN]);
    shown.ends(12, &["that was not confirmed, so it was not imported"]);
    for words in ["staging.bloom.example", "2026-11-21T06:12:00Z", "bridge 0.1.0", "240 contact", "administrator"] {
        assert!(shown.out.contains(words), "{words}: {}", shown.out);
    }
    assert_eq!((desk.worth(SITE).as_str(), desk.ledger().as_str()), ("recorded", ""));
    for (host, code) in [
        ("www.staging.bloom.example", 13),
        ("staging.bloom.example:8443", 13),
        ("staging.bloom.example/wp", 13),
        ("bloom.example", 0),
    ] {
        let of_host = desk.place.read(SITE).edited(r#""host":"staging.bloom.example""#, &format!(r#""host":"{host}""#));
        fs::write(desk.place.path("other.site.ndjson"), seal(&of_host).unwrap()).unwrap();
        let ran = desk.import("other.site.ndjson");
        assert_eq!(ran.code, Some(code), "{host}: {ran:#?}");
        assert!(code == 0 || ran.err.contains("which is not a site of this plan"), "{ran:#?}");
    }
    let early = desk.place.read(SITE).edited("2026-11-21T06:12:00Z", "2999-11-21T06:12:00Z");
    fs::write(desk.place.path("early.site.ndjson"), seal(&early).unwrap()).unwrap();
    desk.import("early.site.ndjson").ends(12, &["in the future"]);
    // What a person wrote down stays theirs.
    let by_hand =
        desk.place.read(SITE).edited(r#"{"how":"bridge"}"#, r#"{"how":"manual"}"#).edited("06:12:00Z", "06:13:00Z");
    fs::write(desk.place.path("hand.site.ndjson"), seal(&by_hand).unwrap()).unwrap();
    fs::copy(desk.place.path("bloom-coaching.population.ndjson"), desk.place.path("hand.population.ndjson")).unwrap();
    desk.import("hand.site.ndjson").ends(0, &[]);
    let report = desk.check("--snapshot", "hand.site.ndjson");
    assert!(count(&report, "attested") > 50, "{}", report["evidence"]);
    let jos = desk.place.read(SITE).edited("06:12:00Z", "06:14:00Z");
    fs::write(desk.place.path("jo.site.ndjson"), jos).unwrap();
    desk.run(&["snapshot", "finalize", "jo.site.ndjson", "--who", "jo", "--plan", PLAN]).ends(0, &[]);
    desk.import("jo.site.ndjson").ends(12, &["`jo` finalized it here"]);
}

#[test]
fn a_comparison_says_what_its_sides_are_worth() {
    let desk = Desk::new();
    desk.place.edit_site(SITE, "2026-11-21T06:12:00Z", "2026-11-21T06:15:00Z");
    desk.import(SITE).ends(0, &[]);
    let other = Place::new();
    for file in [SITE, "bloom-coaching.population.ndjson"] {
        fs::copy(other.path(file), desk.place.path(&file.edited("bloom-coaching", "before"))).unwrap();
    }
    let sides = ["--before", "before.site.ndjson", "--after", SITE];
    let ran = desk.run(&[&["verify", PLAN], &sides[..]].concat());
    assert!(ran.out.contains("(before.site.ndjson; recorded: nothing here shows who took it)"), "{}", ran.out);
    assert!(ran.out.contains(&format!("({SITE}; captured)")), "{}", ran.out);
    let document = desk.document(&[&["verify", PLAN, "--format", "json"], &sides[..]].concat());
    assert_eq!((&document["before"]["worth"], &document["after"]["worth"]), (&"recorded".into(), &"captured".into()));
    let listed = desk.run(&["merge-list", "--cloned", "before.site.ndjson", "--live", SITE]);
    listed.ends(0, &["the readings are recorded: nothing here shows who took it"]);
    desk.run(&["snapshot", "import", "before.site.ndjson", "--plan", PLAN, "--yes"]).ends(0, &[]);
    let both = desk.run(&["merge-list", "--cloned", "before.site.ndjson", "--live", SITE]);
    both.ends(0, &["the readings are captured"]);
    // Whom the plan names is known where the plan is.
    let then = desk.place.read("before.site.ndjson").replace(":00Z", ":01Z");
    fs::write(desk.place.path("before.site.ndjson"), then).unwrap();
    desk.run(&["snapshot", "finalize", "before.site.ndjson", "--who", "jo", "--plan", PLAN]).ends(0, &[]);
    let by =
        |more: &[&str]| desk.run(&[&["merge-list", "--cloned", "before.site.ndjson", "--live", SITE], more].concat());
    by(&["--plan", PLAN]).ends(0, &["the readings are attested by `jo`"]);
    fs::write(desk.place.path("other.yaml"), desk.place.read(PLAN).replace("jo", "ann")).unwrap();
    by(&["--plan", "other.yaml"]).ends(0, &["recorded: `jo`, who finalized it, is not among the plan's `people`"]);
    by(&["--plan", "none.yaml"]).ends(3, &["none.yaml"]);
    // Live compared with itself shows nothing.
    desk.run(&["merge-list", "--cloned", SITE, "--live", SITE]).ends(2, &["is not later than the `--cloned` reading"]);
}

#[test]
fn a_recording_says_that_it_opens_neither_the_barrier_nor_a_replay() {
    let desk = Desk::new();
    let said = "a recording is not enough for the barrier or a replay";
    for import in [false, true] {
        if import {
            desk.import(SITE).ends(0, &[]);
        }
        for (gate, says) in [("configure", false), ("migrate", true), ("go-live", true)] {
            let ran = desk.run(&["check", PLAN, "--snapshot", SITE, "--gate", gate]);
            assert_eq!(ran.out.contains(said), says, "{gate}: {}", ran.out);
        }
    }
    let sealed = desk.run(&["seal", PLAN, "--snapshot", SITE]);
    sealed.ends(0, &["a recording, as of"]);
}
