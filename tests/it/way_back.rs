//! The way back needs the journal, a confirmation and the site: whatever became of the files beside them.

use std::fs;

use super::guided::configured;
use super::place::{PLAN, Place, SITE};

const RECORD: &str = "bloom-coaching.record.ndjson";

#[cfg(unix)]
fn fifo(place: &Place) {
    let _ = fs::remove_file(place.path(RECORD));
    let made = std::process::Command::new("mkfifo").arg(place.path(RECORD)).status().unwrap();
    assert!(made.success());
}

#[cfg(unix)]
#[test]
fn a_run_is_undone_whatever_became_of_plan_record_and_settings() {
    type Spoils = fn(&Place);
    let cases: [(&str, Spoils, bool); 7] = [
        ("record torn", |place| fs::write(place.path(RECORD), "{").unwrap(), false),
        ("record is a FIFO", fifo, false),
        ("plan.toml broken", |place| fs::write(place.path("plan.toml"), "[[[").unwrap(), false),
        ("seal without keys", |place| fs::write(place.path("plan.toml"), "[seal]\nrequired = true\n").unwrap(), false),
        (
            "seal demanded since",
            |place| {
                let key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
                let demand = format!("[seal]\nrequired = true\n[seal.keys]\nsam = \"{key}\"\n");
                fs::write(place.path("plan.toml"), demand).unwrap();
            },
            false,
        ),
        ("plan gone", |place| fs::remove_file(place.path(PLAN)).unwrap(), true),
        ("plan broken", |place| fs::write(place.path(PLAN), "a: [").unwrap(), true),
    ];
    let before = Place::new().read(SITE);
    for (case, spoil, asks_for_the_host) in cases {
        let place = configured();
        let digest = serde_json::from_str::<serde_json::Value>(
            fs::read_to_string(place.journal()).unwrap().lines().next().unwrap(),
        )
        .unwrap()["event"]["begin"]["digests"]["changes"]
            .as_str()
            .unwrap()
            .to_owned();
        spoil(&place);
        let undo = ["undo", PLAN, "--site", SITE, "--no-input", "--confirm", &digest];
        if asks_for_the_host {
            let ran = place.run(&undo);
            assert!(ran.code != Some(0) && ran.err.contains("give `--host staging.bloom.example`"), "{case}: {ran:#?}");
            assert_ne!(place.read(SITE), before, "{case}");
        }
        let typed = ["--host", "staging.bloom.example"];
        let ran = place.run(&[&undo[..], if asks_for_the_host { &typed } else { &[] }].concat());
        assert_eq!(ran.code, Some(0), "{case}: {ran:#?}");
        assert_eq!(place.read(SITE), before, "{case}");
        let said = case.starts_with("seal demanded") || case == "plan broken" || ran.err.contains("attention: ");
        assert!(said, "{case}: {ran:#?}");
    }
}

#[test]
fn where_the_file_of_a_runs_site_is_gone_the_file_and_the_run_are_named() {
    let place = configured();
    fs::remove_file(place.path(SITE)).unwrap();
    for verb in [&["apply", PLAN, "--site", SITE, "--resume"][..], &["undo", PLAN, "--site", SITE]] {
        let ran = place.run(&[verb, &["--no-input"]].concat());
        assert!(
            ran.err.contains(&format!("there is no file `{SITE}`, and the run on `staging.bloom.example`")),
            "{ran:#?}"
        );
        assert!(!ran.err.contains("https://"), "{ran:#?}");
    }
}
