//! The run on live: closed to buyers before its backup and its changes, and never left closed silently.

use serde_json::Value;

use crate::guided::{LIVE, backs_up, closes, copied, objects, on_live, record, rehearsed, reopens};
use crate::place::{Edited, PLAN, Place, Ran};

/// A rehearsed plan whose run on live has just begun: it waits for maintenance mode.
fn begun() -> Place {
    let place = rehearsed();
    copied(&place);
    begin(&place).ends(20, &["waits at `enter-maintenance`", "so it still sells"]);
    place
}

fn begin(place: &Place) -> Ran {
    let diff = place.run(&["diff", PLAN, "--site", LIVE, "--on", "live", "--format", "json"]);
    let diff: Value = serde_json::from_str(&diff.out).unwrap();
    let digest = diff["digests"]["changes"].as_str().unwrap().to_owned();
    let words = ["apply", PLAN, "--site", LIVE, "--no-input", "--on", "live", "--host", "bloom.example", "--confirm"];
    place.run(&[&words[..], &[&digest]].concat())
}

fn status(place: &Place) -> Value {
    let ran = place.run(&["status", PLAN, "--site", LIVE, "--format", "json"]);
    serde_json::from_str(&ran.out).unwrap()
}

fn next(place: &Place) -> String {
    let status = status(place);
    let next = status["steps"].as_array().unwrap().iter().find(|step| step["stand"] == "next").cloned();
    next.map_or_else(String::new, |step| step["step"].as_str().unwrap().to_owned())
}

fn undo(place: &Place) -> Ran {
    let digest = status(place)["digest"].as_str().unwrap().to_owned();
    place.run(&["undo", PLAN, "--site", LIVE, "--host", "bloom.example", "--no-input", "--confirm", &digest])
}

#[test]
fn live_is_closed_before_its_backup_and_only_a_backup_made_after_that_counts() {
    let place = begun();
    // One that was made while live still sold.
    backs_up(&place);
    let ran = on_live(&place);
    ran.ends(20, &["waits at `enter-maintenance`"]);
    let typed: Vec<&str> = ran.out.lines().filter(|line| line.contains("  type  ")).collect();
    assert!(typed.len() == 1 && typed[0].contains("--resume --on live"), "the run is there, and goes on: {ran:#?}");
    assert_eq!(next(&place), "enter-maintenance");
    closes(&place, true);
    let closed = place.read(LIVE);
    let ran = on_live(&place);
    ran.ends(
        20,
        &[
            "waits at `backup`",
            "a restore would lose the payments in between",
            "--resume --on live --host bloom.example`",
        ],
    );
    assert!(ran.out.contains("type       plan record backup FILE --of live"), "{ran:#?}");
    assert_eq!((next(&place).as_str(), place.read(LIVE)), ("backup", closed.clone()));
    assert!(status(&place)["way_back"].as_str().unwrap().contains("maintenance mode is switched off"));
    backs_up(&place);
    // Opened again by somebody, so that a restore would lose what was paid since.
    closes(&place, false);
    let live = place.read(LIVE);
    on_live(&place).ends(20, &["`maintenance` is off, and has to be on", "live may have processed payments since"]);
    assert_eq!(place.read(LIVE), live);
    // That it is closed again brings back no payment.
    closes(&place, true);
    on_live(&place).ends(20, &["waits at `backup`", "a restore would lose the payments in between"]);
    backs_up(&place);
    on_live(&place).ends(0, &[]);
    assert_ne!(place.read(LIVE), closed);
    assert_eq!(next(&place), "start-verification");
    let log = place.run(&["log", PLAN, "--site", LIVE]).out;
    let at = |words: &str| log.find(words).unwrap_or_else(|| panic!("{words}: {log}"));
    assert!(at("was found off") < at("was found on again") && at("was found on again") < at("done: backup"));
    assert!(at("done: enter-maintenance") < at("done: backup") && at("done: backup") < at("about to make change 1"));
}

#[test]
fn the_backups_rules_are_due_where_the_changes_are_made() {
    let place = begun();
    closes(&place, true);
    on_live(&place).ends(20, &["waits at `backup`"]);
    // A dump that breaks off, made in time.
    std::fs::write(place.path("cut.sql"), "CREATE TABLE `wp_users` (`ID` int);\nINSERT INTO `wp_users` VALUES (1,'a")
        .unwrap();
    backs_up(&place);
    record(&place, &["backup", "cut.sql", "--of", "live", "--stored-off-server"]);
    let live = place.read(LIVE);
    on_live(&place).ends(10, &["backup-truncated", "the plan's changes are not made", "plan undo"]);
    assert_eq!((place.read(LIVE), next(&place).as_str()), (live, "configure"));
    backs_up(&place);
    on_live(&place).ends(0, &[]);
}

#[test]
fn every_end_before_the_barrier_leads_to_maintenance_mode_off() {
    for stage in ["enter-maintenance", "backup", "start-verification"] {
        let place = begun();
        let as_it_was = objects(&place);
        closes(&place, true);
        if stage != "enter-maintenance" {
            on_live(&place).ends(20, &["waits at `backup`"]);
        }
        if stage == "start-verification" {
            backs_up(&place);
            on_live(&place).ends(0, &[]);
        }
        for _ in 0..2 {
            undo(&place).ends(20, &["waits at `leave-maintenance`", "takes no payment until then", "plan undo"]);
            assert_eq!(next(&place), "leave-maintenance");
        }
        on_live(&place).ends(20, &["is being undone"]);
        begin(&place).ends(20, &["is being undone"]);
        // Off as it was read before it was asked for shows nothing of what was done then.
        closes(&place, false);
        undo(&place).ends(20, &["read it again"]);
        closes(&place, true);
        reopens(&place);
        let ran = undo(&place);
        ran.ends(0, &[]);
        assert!(ran.out.contains("done: Leave maintenance mode"), "{ran:#?}");
        assert_eq!(objects(&place), as_it_was);
    }
}

#[test]
fn maintenance_mode_that_is_not_captured_is_attested() {
    let place = rehearsed();
    copied(&place);
    let (how, missing) = (r#""maintenance":{"how":"bridge"}"#, r#""maintenance":{"missing":"no way to read it"}"#);
    let key = r#""kind":"maintenance""#;
    let without: String =
        place.read(LIVE).lines().filter(|line| !line.contains(key)).map(|line| format!("{line}\n")).collect();
    std::fs::write(place.path(LIVE), without.edited(how, missing)).unwrap();
    place.run(&["snapshot", "finalize", LIVE]).ends(0, &[]);
    begin(&place)
        .ends(20, &["no reading shows whether maintenance mode is on", "plan record saw maintenance on=VALUE"]);
    record(&place, &["saw", "maintenance", "on=yes", "--on", "live"]);
    on_live(&place).ends(20, &["waits at `backup`"]);
    undo(&place).ends(20, &["no reading shows whether maintenance mode is on", "plan record saw maintenance on=VALUE"]);
    // What was seen before it was reached is no proof of it, nor is that somebody did it.
    let step = ["record", "step", "leave-maintenance", "unticked", "--on", "live", "--plan", PLAN, "--who", "jo"];
    place.run(&step).ends(2, &["plan record saw maintenance on=no"]);
    record(&place, &["saw", "maintenance", "on=yes", "--on", "live"]);
    undo(&place).ends(20, &["`jo` saw that maintenance mode is on"]);
    record(&place, &["saw", "maintenance", "on=no", "--on", "live"]);
    undo(&place).ends(0, &[]);
}
