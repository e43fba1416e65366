//! What a person made in a run is set back by a person: on live before the site is opened to buyers again, each object by its name; and a
//! status says of each whether it is seen done.

use std::fs;

use serde_json::Value;

use crate::asked::Keyboard;
use crate::guided::{LIVE, backs_up, on_live, record};
use crate::partly::without_records_in;
use crate::place::{PLAN, Place, Ran};
use crate::timing::{place_digest, rehearsed_at};

/// What no reading of live shows.
const UNREAD: [&str; 5] = ["charging-guard", "crm", "emails", "mail", "maintenance"];

fn saw(place: &Place, words: &[&str]) {
    record(place, &[&["saw"], words, &["--on", "live"]].concat());
}

/// A live site whose guard and e-mails a person looks after: both are to be changed by hand.
pub(crate) fn half_read_live() -> Place {
    let place = rehearsed_at("06:12");
    without_records_in(&place, LIVE, &UNREAD, &serde_json::json!({"missing": "no reading shows it"}));
    saw(&place, &["charging-guard", "enabled=no", "production_url=//bloom.example"]);
    saw(&place, &["emails", "enabled=yes", "welcome=none"]);
    saw(&place, &["mail", "transport=fluent-smtp", "simulated=no"]);
    saw(&place, &["crm", "system=ontraport", "label=Ontraport", "connected=yes", "managed=no", "sells=no"]);
    saw(&place, &["maintenance", "on=no"]);
    place
}

/// The same with a run that waits for maintenance mode.
fn begun() -> (Place, String) {
    let place = half_read_live();
    let digest = place_digest(&place);
    let words = ["apply", PLAN, "--site", LIVE, "--no-input", "--on", "live", "--host", "bloom.example", "--confirm"];
    place.run(&[&words[..], &[&digest]].concat()).ends(20, &["waits at `enter-maintenance`"]);
    (place, digest)
}

/// The same, at the plan's changes.
fn at_its_changes() -> (Place, String) {
    let (place, digest) = begun();
    saw(&place, &["maintenance", "on=yes"]);
    on_live(&place).ends(20, &["waits at `backup`"]);
    backs_up(&place);
    on_live(&place).ends(20, &["waits at `configure` (The plan's changes)"]);
    (place, digest)
}

fn makes(place: &Place) {
    saw(place, &["charging-guard", "enabled=yes", "production_url=//bloom.example"]);
    saw(place, &["emails", "enabled=yes", "welcome=purchases-and-opt-ins"]);
}

fn undo(place: &Place, digest: &str, more: &[&str]) -> Ran {
    let words = ["undo", PLAN, "--site", LIVE, "--host", "bloom.example", "--no-input", "--confirm", digest];
    place.run(&[&words[..], more].concat())
}

fn status(place: &Place) -> (Value, String) {
    let json = place.run(&["status", PLAN, "--site", LIVE, "--format", "json"]).out;
    (serde_json::from_str(&json).unwrap(), place.run(&["status", PLAN, "--site", LIVE]).out)
}

/// Where a step stands, and who takes it.
fn step(status: &Value, name: &str) -> (String, String) {
    let all = status["steps"].as_array().unwrap();
    let step = all.iter().find(|step| step["step"] == name).unwrap();
    (step["stand"].as_str().unwrap().to_owned(), step["executor"].as_str().unwrap().to_owned())
}

fn journal(place: &Place) -> String {
    place.state_files("journal.ndjson").into_iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn on_live_nothing_is_opened_to_buyers_before_each_object_is_set_back() {
    let (place, digest) = at_its_changes();
    makes(&place);
    let ran = undo(&place, &digest, &[]);
    ran.ends(
        20,
        &["the undo waits until what was made by hand is set back", "only then maintenance mode is switched off"],
    );
    assert!(!ran.err.contains("leave-maintenance"), "{ran:#?}");
    assert!(
        ran.out.contains("take each change back there as well, by hand, before maintenance mode is switched off"),
        "{ran:#?}"
    );
    for words in [
        "set back   `charging-guard`, on AccessAlly > Settings > General Setup > Developer Tools",
        "set back   `emails`, on AccessAlly > Settings > Emails",
        "- welcome: purchases-and-opt-ins",
        "+ welcome: none",
        "type       plan record saw emails enabled=yes welcome=none --plan bloom-coaching.yaml --who WHO --on live",
    ] {
        assert!(ran.out.contains(words), "`{words}`: {}", ran.out);
    }
    assert!(!journal(&place).contains(r#""step":"leave-maintenance""#));
    // What was said of it before the way back began does not count, nor does a value that is not the one from before.
    saw(&place, &["emails", "enabled=yes", "welcome=purchases"]);
    undo(&place, &digest, &[]).ends(20, &["is set back", "2 objects are not seen as they were before the run"]);
    saw(&place, &["charging-guard", "enabled=no", "production_url=//bloom.example"]);
    undo(&place, &digest, &[]).ends(20, &["`emails` is not as it was before the run: set it back"]);
    let (stands, said) = status(&place);
    assert_eq!(step(&stands, "configure").0, "next");
    assert_eq!(step(&stands, "leave-maintenance").0, "later");
    assert!(
        said.contains("1 of 2 objects by hand seen set back") && said.contains("✓ by hand: charging-guard"),
        "{said}"
    );
    assert!(said.contains("next: go on with the undo with `plan undo"), "{said}");
    saw(&place, &["emails", "enabled=yes", "welcome=none"]);
    undo(&place, &digest, &[]).ends(20, &["the changes are taken back, and the undo waits at `leave-maintenance`"]);
    saw(&place, &["maintenance", "on=no"]);
    let ran = undo(&place, &digest, &[]);
    ran.ends(0, &[]);
    assert!(ran.out.contains("the site is as it was before the run, as far as it was read or seen"), "{ran:#?}");
    assert!(!ran.out.contains("set back  "), "what was seen set back is not asked for again: {ran:#?}");
    let log = place.run(&["log", PLAN, "--site", LIVE]).out;
    assert!(
        log.contains("set back by hand (attested): 2 of 2 objects set by hand are as they were before the run"),
        "{log}"
    );
    assert!(log.contains("began bloom-coaching.yaml on bloom.example: "), "{log}");
    assert!(log.contains(" changes, 2 of them by hand\n"), "{log}");
    // What was seen since it was set back stands: nobody has to look again.
    let check = place.run(&["check", PLAN, "--site", LIVE, "--on", "live"]).out;
    assert!(!check.contains("was undone at"), "{check}");
}

#[test]
fn what_a_person_made_can_be_left_as_it_was_made() {
    let (place, digest) = at_its_changes();
    makes(&place);
    let leave = ["--leave", "emails"];
    undo(&place, &digest, &leave).ends(20, &["no reading shows `charging-guard`: set it back, then say what you see"]);
    saw(&place, &["charging-guard", "enabled=no", "production_url=//bloom.example"]);
    undo(&place, &digest, &leave).ends(20, &["waits at `leave-maintenance`"]);
    saw(&place, &["maintenance", "on=no"]);
    // It is written down what was left.
    undo(&place, &digest, &[]).ends(21, &["1 object, left as it was made by hand: `emails`"]);
    let check = place.run(&["check", PLAN, "--site", LIVE, "--on", "live"]).out;
    assert!(!check.contains("was undone at"), "what was left is still as it was seen: {check}");
}

#[test]
fn a_run_that_did_not_come_to_its_changes_has_nothing_to_set_back() {
    let (place, digest) = begun();
    let (stands, said) = status(&place);
    assert_eq!(step(&stands, "configure"), ("later".to_owned(), "guided".to_owned()), "{said}");
    assert_eq!(step(&stands, "enter-maintenance").0, "next");
    assert!(said.contains("· The plan's changes") && said.contains("0 of 2 objects by hand seen in place"), "{said}");
    let ran = undo(&place, &digest, &[]);
    ran.ends(20, &["no change had to be taken back, and the undo waits at `leave-maintenance`"]);
    assert!(!ran.out.contains("set back"), "{ran:#?}");
    let ran = undo(&place, &digest, &[]);
    assert!(!ran.err.contains("are taken back"), "{ran:#?}");
    saw(&place, &["maintenance", "on=no"]);
    let ran = undo(&place, &digest, &[]);
    ran.ends(0, &[]);
    assert!(ran.out.contains("the run had not come to the plan's changes, and is over"), "{ran:#?}");
}

#[test]
fn a_status_says_of_each_object_whether_it_is_seen_and_how_the_run_goes_on() {
    let place = half_read_live();
    // Before a run, of the live site, the steps are those on live.
    let (stands, said) = status(&place);
    assert_eq!(
        (stands["on"].as_str(), step(&stands, "enter-maintenance").0.as_str()),
        (Some("live"), "later"),
        "{said}"
    );
    assert_eq!(step(&stands, "configure").1, "guided", "a person makes two of them");
    let replay = "replay it on live, in its window: `plan diff bloom-coaching.yaml --site live.site.ndjson --on live`";
    assert!(said.contains(replay), "{said}");
    let (place, _) = at_its_changes();
    let (_, said) = status(&place);
    assert!(said.contains("▶ The plan's changes") && said.contains("0 of 2 objects by hand seen in place"), "{said}");
    let resume = "plan apply bloom-coaching.yaml --site live.site.ndjson --resume --on live --host bloom.example";
    assert!(said.contains(&format!("next: continue with `{resume}`")), "{said}");
    saw(&place, &["emails", "enabled=yes", "welcome=purchases-and-opt-ins"]);
    let (stands, said) = status(&place);
    assert!(said.contains("1 of 2 objects by hand seen in place") && said.contains("✓ by hand: emails\n"), "{said}");
    assert!(said.contains("· by hand: charging-guard, on AccessAlly"), "{said}");
    assert_eq!(stands["by_hand_seen"], serde_json::json!([{"kind": "emails", "key": "emails"}]), "{stands:#}");
    saw(&place, &["charging-guard", "enabled=yes", "production_url=//bloom.example"]);
    assert!(status(&place).1.contains("2 of 2 objects by hand seen in place"));
    on_live(&place).ends(0, &[]);
    let (stands, said) = status(&place);
    assert_eq!(step(&stands, "configure").0, "done");
    assert!(said.contains("✓ by hand: charging-guard\n    ✓ by hand: emails\n"), "{said}");
}

/// At a terminal the undo shows what is to be set back before it is confirmed, and asks for each screen before it asks for
/// maintenance mode.
#[test]
fn at_a_terminal_each_screen_is_asked_for_before_maintenance_mode() {
    let (place, digest) = at_its_changes();
    makes(&place);
    let mut jo = Keyboard::at(&place, &["undo", PLAN, "--site", LIVE, "--host", "bloom.example"]);
    let shown = jo.sees("Type the first 8 digits of the run's digest to take back");
    assert!(shown.contains("set back   `emails`") && shown.contains("+ welcome: none"), "{shown}");
    jo.sees("and set back 2 objects by hand");
    jo.types(&digest[..8]);
    jo.sees("Set back by hand, before maintenance mode is switched off:");
    jo.sees("who is at the keyboard?");
    jo.types("jo");
    jo.answers("Developer Tools", "n");
    jo.sees("nothing is lost");
    jo.answers("to leave one as it was made, add `--leave KIND/KEY`", "");
    jo.answers("Developer Tools", "y");
    jo.asked_for("production_url");
    jo.types("//bloom.example");
    jo.answers("AccessAlly > Settings > Emails", "y");
    jo.sees("done: set back by hand (attested)");
    jo.answers("is maintenance mode still on, on bloom.example? no once it is off, or yes", "q");
    let all = jo.ends(20);
    assert!(all.contains("continue with `plan undo bloom-coaching.yaml"), "{all}");
}
