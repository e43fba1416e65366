//! What `apply` is not for.

use amc_plan::apply::gate::{Before, Refusal, ensure_may_begin};
use amc_plan::apply::limits::Tally;
use amc_plan::change::{Digests, Marks};
use amc_plan::project::limits::Limits;
use amc_plan::project::settings::Demands;

use super::*;

#[test]
fn what_is_not_how_apply_is_used() {
    let place = Place::new();
    let digest = place.digest();
    let usages: [&[&str]; 8] = [
        &["apply", PLAN, "--snapshot", SITE, "--confirm", &digest],
        &["apply", PLAN, "--site", SITE, "--snapshot", SITE],
        &["apply", PLAN, "--no-site"],
        &["apply", PLAN],
        &["apply", PLAN, "--site", SITE, "--resume", "--confirm", &digest],
        &["apply", PLAN, "--site", SITE, "--resume"],
        &["apply", PLAN, "--site", SITE, "--confirm"],
        &["apply", PLAN, "--site", "https://elsewhere.example", "--confirm", &digest],
    ];
    for words in usages {
        assert_eq!(place.run(words).code, Some(2), "{words:?}");
    }
    for words in [["apply", "none.yaml", "--site", SITE], ["apply", PLAN, "--site", "none.site.ndjson"]] {
        place.run(&words).ends(3, &["none."]);
    }
    let cut = place.read(SITE);
    fs::write(place.path(SITE), &cut[..cut.len() / 2]).unwrap();
    place.confirm(&digest).ends(3, &[]);
}

#[test]
fn only_a_diff_of_what_apply_judges_can_be_confirmed() {
    let place = Place::new();
    for more in [
        &["--snapshot", SITE][..],
        &["--site", SITE, "--gate", "fit"],
        &["--site", SITE, "--gate", "go-live"],
        &["--site", SITE, "--on", "live"],
    ] {
        let ran = place.run(&[&["diff", PLAN], more].concat());
        ran.ends(0, &[]);
        assert!(!place.confirmations().exists() && !ran.out.contains("--confirm"), "{more:?}: {}", ran.out);
    }
    place.run(&["diff", PLAN, "--no-site"]).ends(2, &[]);
    assert!(!place.path(".plan").exists());
}

#[test]
fn a_reader_that_goes_away_does_not_stop_a_run() {
    let place = Place::new();
    let digest = place.digest();
    let mut child = place.command(&["apply", PLAN, "--site", SITE, "--confirm", &digest]).spawn().unwrap();
    drop(child.stdout.take());
    crate::place::Ran::from(child.wait_with_output().unwrap()).ends(0, &[]);
    assert!(place.journal().exists());
    place.run(&["diff", PLAN, "--site", SITE, "--exit-code"]).ends(0, &[]);
}

#[test]
fn the_live_site_is_out_of_reach() {
    let place = Place::new();
    place.move_to("bloom-coaching", "Bloom.example");
    let (digest, before) = (place.digest(), place.read(SITE));
    place.confirm(&digest).ends(10, &["target-not-staging"]);
    place.apply(&["--no-input"]).ends(10, &["target-not-staging"]);
    assert_eq!(place.read(SITE), before);
    // And if no rule said so.
    let digests = Digests { intent: "i".into(), changes: "c".into(), facts: "f".into() };
    let (at, marks) = (jiff::Timestamp::UNIX_EPOCH, Marks::default());
    let now = Confirmation { plan: PLAN.into(), host: "bloom.example".parse().unwrap(), at, digests, marks };
    let (limits, tally) = (Limits::default(), Tally::default());
    let ready = Before {
        green: true,
        live: false,
        limits: &limits,
        tally: &tally,
        demands: Demands::default(),
        seal: None,
        rules: "",
        given: Some("c"),
        known: Some(&now),
        now: &now,
    };
    assert_eq!(ensure_may_begin(Before { green: false, live: true, ..ready }), Err(Refusal::NotGreen));
    assert_eq!(ensure_may_begin(Before { live: true, ..ready }), Err(Refusal::Live));
    assert_eq!(ensure_may_begin(ready), Ok(()));
    let unknown = Before { live: true, given: None, known: None, ..ready };
    assert_eq!(ensure_may_begin(unknown), Err(Refusal::Live));
}
