//! What is said once a run has ended, and before it is taken back.

use serde_json::Value;

use crate::guided::{CERTIFICATE, configured, rehearsed, status};
use crate::place::{PLAN, Place, Ran, SITE};

fn said(place: &Place) -> String {
    let ran = place.run(&["status", PLAN, "--site", SITE]);
    ran.ends(0, &[]);
    ran.out
}

#[test]
fn after_a_finished_rehearsal_status_shows_it_with_its_certificate_and_what_is_next() {
    let place = rehearsed();
    let shown = status(&place);
    assert!(shown["steps"].as_array().unwrap().iter().all(|step| step["stand"] == "done"), "{shown:#}");
    assert_eq!((&shown["ended"]["certificate"], &shown["digest"]), (&Value::from(CERTIFICATE), &Value::Null));
    let text = said(&place);
    // The rehearsal was on a site in a file, which opens no site at an address.
    let next = format!("`plan diff {PLAN} --site LIVE.site.ndjson --on live`");
    assert!(text.contains("next: replay it on live, in its window, on a site file of the live site"), "{text}");
    assert!(text.contains(&format!("; its certificate is {CERTIFICATE}")) && text.contains(&next), "{text}");
    assert!(!text.contains('▶') && !text.contains("no run is under way"), "{text}");
    // Each purchase that `verify` finds is one that the run found.
    assert!(
        text.contains("6 order forms, each with everything that the plan expects; 6 of the orders found on the site"),
        "{text}"
    );
    // A plan that wants something else has not been rehearsed.
    place.edit(PLAN, "import_all_contacts: false", "import_all_contacts: true");
    let text = said(&place);
    let next = format!("is no longer the one that was rehearsed; rehearse again: `plan diff {PLAN} --site {SITE}`");
    assert!(text.contains(&next), "{text}");
    std::fs::remove_file(place.path(CERTIFICATE)).unwrap();
    assert!(said(&place).contains("next: it left no certificate here; rehearse again: "));
}

#[test]
fn a_run_that_was_taken_back_is_no_finished_one() {
    let place = configured();
    let digest = status(&place)["digest"].as_str().unwrap().to_owned();
    place.run(&["undo", PLAN, "--site", SITE, "--confirm", &digest]).ends(0, &[]);
    let text = said(&place);
    assert!(text.contains("no run is under way") && !text.contains('▶'), "{text}");
}

#[test]
fn before_the_shields_are_taken_back_it_is_said_what_the_copy_can_do_again() {
    let place = configured();
    let digest = status(&place)["digest"].as_str().unwrap().to_owned();
    let undo = |more: &[&str]| place.run(&[&["undo", PLAN, "--site", SITE, "--no-input"], more].concat());
    let again = "once this is taken back the copy can charge members and mail members again";
    let before = place.read(SITE);
    let said = |ran: Ran, code: i32| {
        ran.ends(code, &[]);
        assert!(ran.out.contains(again), "{ran:#?}");
    };
    said(undo(&[]), 12);
    assert_eq!(place.read(SITE), before, "it is said before anything is written");
    said(undo(&["--confirm", &digest]), 0);
}
