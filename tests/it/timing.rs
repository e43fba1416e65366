//! The time of a run: how long its steps took, when live may be begun, and by when somebody decides.

use std::fs;
use std::sync::OnceLock;

use serde_json::Value;

use crate::guided::{LIVE, backs_up, closes, copied, on_live, record, rehearsed};
use crate::place::{Edited, Left, PLAN, Place, Ran, SITE};

/// The lines of a journal.
fn events(place: &Place) -> Vec<Value> {
    let text = fs::read_to_string(place.journal()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_run_that_is_gone_on_with_says_until_when_it_was_alive_before() {
    let place = Place::new();
    place.confirm(&place.digest()).ends(0, &[]);
    let on = || place.apply(&["--resume", "--no-input"]);
    on().ends(20, &["no verification"]);
    let reached = events(&place).last().unwrap().clone();
    on().ends(20, &["no verification"]);
    let last = events(&place).last().unwrap().clone();
    let time = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let alive = time(&last["event"]["resume"]["alive_until"]);
    assert!(time(&reached["at"]) <= alive && alive <= time(&last["at"]), "{reached} {last}");
    // Somebody else was at the lock meanwhile: then nobody knows.
    let word = ["record", "not-pressed", "nobody was there", "--plan", PLAN, "--site", SITE, "--who", "jo"];
    place.run(&word).ends(2, &[]);
    on().ends(20, &[]);
    let last = events(&place).last().unwrap().clone();
    assert_eq!(last["event"]["resume"].get("alive_until"), None, "{last}");
}

/// A rehearsed plan whose live site was read at this time of 21 November, in UTC. The window is from 06:00 to 08:00, and jo
/// decides by 07:30.
pub(crate) fn rehearsed_at(clock: &str) -> Place {
    let place = rehearsed();
    copied(&place);
    backs_up(&place);
    at(&place, clock);
    place
}

/// The live site, read again at this time.
pub(crate) fn at(place: &Place, clock: &str) {
    read_at(place, &format!("2026-11-21T{clock}:00Z"));
}

pub(crate) fn read_at(place: &Place, taken_at: &str) {
    let text = place.read(LIVE);
    let (head, rest) = text.split_once('\n').unwrap();
    let mut head: Value = serde_json::from_str(head).unwrap();
    head["taken_at"] = taken_at.into();
    fs::write(place.path(LIVE), format!("{head}\n{rest}")).unwrap();
    place.run(&["snapshot", "finalize", LIVE]).ends(0, &[]);
}

fn begin(place: &Place) -> Ran {
    let words = ["apply", PLAN, "--site", LIVE, "--no-input", "--on", "live", "--host", "bloom.example", "--confirm"];
    place.run(&[&words[..], &[&place_digest(place)]].concat())
}

pub(crate) fn place_digest(place: &Place) -> String {
    let ran = place.run(&["diff", PLAN, "--site", LIVE, "--on", "live", "--format", "json"]);
    let diff: Value = serde_json::from_str(&ran.out).unwrap();
    diff["digests"]["changes"].as_str().unwrap().to_owned()
}

fn status(place: &Place) -> Value {
    let ran = place.run(&["status", PLAN, "--site", LIVE, "--format", "json"]);
    serde_json::from_str(&ran.out).unwrap()
}

/// A run on live whose changes are in place, and that waits for the verification.
pub(crate) fn configured_on_live() -> Place {
    static MADE: OnceLock<Left> = OnceLock::new();
    Place::once(&MADE, || {
        let place = rehearsed_at("06:12");
        begin(&place).ends(20, &["waits at `enter-maintenance`"]);
        closes(&place, true);
        on_live(&place).ends(20, &["waits at `backup`"]);
        backs_up(&place);
        on_live(&place).ends(0, &[]);
        place
    })
}

pub(crate) fn verified_on_live(place: &Place) {
    fs::write(place.path("live.txt"), "41 tags\n").unwrap();
    record(place, &["verification", "live.txt", "--host", "bloom.example"]);
    record(place, &["sign-in", "in another browser", "--on", "live"]);
}

const PHRASE: &str = "run migration on bloom.example";

/// Goes on to the barrier and, if it opens, past it.
fn pass_barrier(place: &Place, more: &[&str]) -> Ran {
    let words = ["apply", PLAN, "--site", LIVE, "--resume", "--no-input", "--on", "live", "--host", "bloom.example"];
    place.run(&[&words[..], &["--acknowledge", PHRASE], more].concat())
}

#[test]
fn on_live_nothing_begins_outside_the_window_unless_a_recorded_reason_says_so() {
    for clock in ["05:59", "08:00"] {
        let place = rehearsed_at(clock);
        let before = place.read(LIVE);
        begin(&place)
            .ends(15, &["the window on live is 2026-11-21 07:00 to 09:00", "plan record outside-window", "--who WHO"]);
        assert_eq!(place.read(LIVE), before);
        assert_eq!(place.run(&["status", PLAN, "--site", LIVE]).out.matches("no run is under way").count(), 1);
        record(&place, &["outside-window", "the owner asked for it"]);
        begin(&place).ends(20, &["waits at `enter-maintenance`"]);
        // Undo is never refused for the time.
        let digest = status(&place)["digest"].as_str().unwrap().to_owned();
        let words = ["undo", PLAN, "--site", LIVE, "--host", "bloom.example", "--no-input", "--confirm", &digest];
        // Whether somebody switched maintenance mode on meanwhile only a new reading shows.
        place.run(&words).ends(20, &["waits at `leave-maintenance`", "read it again"]);
        read_at(&place, &jiff::Timestamp::now().to_string());
        place.run(&words).ends(0, &[]);
    }
}

#[test]
fn a_run_that_began_in_the_window_begins_no_step_after_it() {
    let place = configured_on_live();
    at(&place, "08:00");
    let on = || on_live(&place);
    on().ends(20, &["`start-verification` is not begun on live", "plan record outside-window"]);
    // Reading is never refused for the time.
    place.run(&["status", PLAN, "--site", LIVE]).ends(0, &[]);
    place.run(&["diff", PLAN, "--site", LIVE, "--on", "live"]).ends(0, &[]);
    record(&place, &["outside-window", "nearly done"]);
    on().ends(20, &["no verification"]);
    // The barrier stays shut, whatever is on record.
    verified_on_live(&place);
    pass_barrier(&place, &["--accept-unknown", "restore-time,migration-time"])
        .ends(20, &["the window on live is", "only in the window, whatever is on record"]);
    at(&place, "07:59");
    pass_barrier(&place, &[]).ends(20, &["the decision whether to go back was due by 08:30"]);
    at(&place, "07:20");
    pass_barrier(&place, &["--accept-unknown", "restore-time"]).ends(20, &["press it now, once"]);
}

#[test]
fn the_barrier_asks_where_nobody_measured_a_restore() {
    let place = configured_on_live();
    verified_on_live(&place);
    let ran = pass_barrier(&place, &[]);
    ran.ends(
        20,
        &["it is unknown how long the way back takes", "plan record restore-drill", "--accept-unknown restore-time"],
    );
    let drill_of = |backup: &str| {
        place.run(&["record", "restore-drill", backup, "--took", "1s", "--onto", "x", "--plan", PLAN, "--who", "jo"])
    };
    drill_of("RP-7").ends(2, &["no backup of live is on record as `RP-7`", "RP-9"]);
    // Half an hour of window is left after the time to decide.
    let record_text = place.read("bloom-coaching.record.ndjson");
    let with = |seconds: &str| {
        fs::write(place.path("bloom-coaching.record.ndjson"), &record_text).unwrap();
        record(
            &place,
            &[
                "backup",
                "--restore-point",
                "RP-1",
                "--of",
                "live",
                "--parts",
                "files,database",
                "--taken-at",
                "2026-11-01T00:00:00Z",
                "--stored-off-server",
            ],
        );
        record(&place, &["restore-drill", "RP-1", "--took", seconds, "--onto", "a second staging copy"]);
        backs_up(&place);
    };
    with("31m");
    pass_barrier(&place, &["--accept-unknown", "restore-time"])
        .ends(20, &["a restore took 31 min", "the restore is over at 09:01", "after the end of the window (09:00)"]);
    with("30m");
    pass_barrier(&place, &[]).ends(20, &["press it now, once"]);
}

#[test]
fn what_is_unknown_is_accepted_by_name_and_written_down() {
    let place = configured_on_live();
    verified_on_live(&place);
    // What was given already stays in the command.
    let both = "--accept-unknown migration-time,restore-time --acknowledge 'run migration on bloom.example'";
    pass_barrier(&place, &["--accept-unknown", "migration-time"]).ends(20, &[both]);
    pass_barrier(&place, &["--accept-unknown", "restore-time"]).ends(20, &["press it now, once"]);
    let log = place.run(&["log", PLAN, "--site", LIVE]).out;
    assert!(log.contains("accepted as unknown: restore-time"), "{log}");
}

/// Past the barrier on live.
pub(crate) fn past_the_barrier_on_live() -> Place {
    static MADE: OnceLock<Left> = OnceLock::new();
    Place::once(&MADE, || {
        let place = configured_on_live();
        verified_on_live(&place);
        pass_barrier(&place, &["--accept-unknown", "restore-time"]).ends(20, &["press it now, once"]);
        place
    })
}

#[test]
fn live_that_was_open_after_its_backup_needs_a_new_one_or_says_so_at_the_barrier() {
    let unknown = ["--accept-unknown", "restore-time"];
    let place = configured_on_live();
    verified_on_live(&place);
    closes(&place, false);
    pass_barrier(&place, &unknown).ends(20, &["`maintenance` is off, and has to be on"]);
    closes(&place, true);
    pass_barrier(&place, &unknown).ends(20, &["a restore would lose the payments in between"]);
    backs_up(&place);
    let passed = pass_barrier(&place, &unknown);
    passed.ends(20, &["press it now, once"]);
    assert!(!passed.out.contains("is OFF on live"), "{passed:#?}");

    let place = configured_on_live();
    verified_on_live(&place);
    closes(&place, false);
    let stopped = pass_barrier(&place, &unknown);
    let said = format!("{}{}", stopped.out, stopped.err);
    let digits =
        said.split("--now ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_else(|| panic!("{said}"));
    record(&place, &["moved", "maintenance", "nobody buys at this hour", "--now", digits, "--on", "live"]);
    let passed = pass_barrier(&place, &unknown);
    passed.ends(20, &["press it now, once"]);
    assert!(passed.out.contains("maintenance mode is OFF on live: whoever buys from now on"), "{passed:#?}");
}

#[test]
fn at_the_time_to_decide_it_is_asked_and_the_answer_is_respected() {
    let place = past_the_barrier_on_live();
    let decide =
        |how: &str, who: &str| place.run(&["record", "decision", how, "as agreed", "--plan", PLAN, "--who", who]);
    decide("go-on", "sam").ends(2, &["the plan says that `jo` decides"]);
    // An answer that was given before it was asked is none.
    decide("go-on", "jo").ends(0, &[]);
    at(&place, "07:29");
    let ran = on_live(&place);
    ran.ends(20, &["not on Managed Contacts yet"]);
    assert!(!ran.err.contains("decided"), "{ran:#?}");
    at(&place, "07:30");
    for _ in 0..2 {
        on_live(&place)
            .ends(20, &["it is past 08:30, and `jo` has not decided", "plan record decision go-on", "--who jo"]);
    }
    decide("go-back", "jo").ends(0, &[]);
    on_live(&place).ends(20, &["`jo` decided to go back", "plan record restored"]);
    on_live(&place).ends(20, &["`jo` decided to go back"]);
    decide("go-on", "jo").ends(0, &[]);
    let ran = on_live(&place);
    ran.ends(20, &["not on Managed Contacts yet"]);
    assert!(!ran.err.contains("decided"), "{ran:#?}");
    let log = place.run(&["log", PLAN, "--site", LIVE]).out;
    let at = |words: &str| log.find(words).unwrap_or_else(|| panic!("{words}: {log}"));
    assert!(
        at("jo decides whether") < at("decided: go-back") && at("decided: go-back") < at("decided: go-on"),
        "{log}"
    );
}

#[test]
fn what_lies_past_the_barrier_is_finished_at_any_time() {
    let place = past_the_barrier_on_live();
    let text = place.read(LIVE).edited_once(r#""managed":false"#, r#""managed":true"#);
    fs::write(place.path(LIVE), text.edited_once(r#""system":"ontraport""#, r#""system":"accessally-managed""#))
        .unwrap();
    read_at(&place, &jiff::Timestamp::now().to_string());
    record(&place, &["sign-in", "still signed in", "--on", "live"]);
    let ran = on_live(&place);
    // The migration is proven; the review waits, and whoever decides is asked before it is told.
    assert!(ran.out.contains("done: Run Migration"), "{ran:#?}");
    ran.ends(20, &["it is past 08:30, and `jo` has not decided", "waits at `review-contacts`"]);
    record(&place, &["decision", "go-on", "everybody is there"]);
    let ran = on_live(&place);
    ran.ends(20, &["waits at `review-contacts`"]);
    assert!(!ran.err.contains("window"), "{ran:#?}");
}
