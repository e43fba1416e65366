//! The verb through the binary: on files, by what a run on live kept, and what is put on record.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use amc_plan::site::file::seal_file;
use serde_json::Value;

use crate::common::validator;
use crate::guided::{LIVE, POPULATION, on_live, record, reopens};
use crate::parity::{BEFORE, switched};
use crate::place::{Edited as _, Left, PLAN, Place, Ran, SITE};
use crate::timing::{past_the_barrier_on_live, read_at};

/// What a member has at the first of them.
const HELD: &str = r#"malar.alamaram24@member.example","tags":["Coaching_Calls_Base_Access","#;

/// Live as a run left it, and two days later: somebody bought, a timer ran out, and one member lost what they had.
pub(crate) fn two_days(plans: &Path, folder: &Path) {
    let names = ["bloom-coaching.site.ndjson", "bloom-coaching.population.ndjson"];
    let [site, population] = names.map(|name| fs::read_to_string(plans.join(name)).unwrap());
    let site = site.edited_once(r#""managed":false"#, r#""managed":true"#);
    let (head, records) = population.split_once('\n').unwrap();
    let new = r#"{"kind":"contact","key":"90001","email":"tess@nowhere.example","tags":["Group_Coaching_Base_Access","Group_Coaching_Made_Purchase"]}
{"kind":"order","key":"9001","contact":"90001","form":"group-coaching-checkout","total":"497.00 USD","date":"2026-11-22","status":"Success","transaction":"pi_9001"}
"#;
    // Bought on the 8th: the second module is due fourteen days later.
    let goals = r#""Group_Coaching_Base_Access","Group_Coaching_Goals_Access","Group_Coaching_Made_Purchase","Quiz: R"#;
    let habits = r#""Group_Coaching_Base_Access","Group_Coaching_Goals_Access","Group_Coaching_Habits_Access","Group_Coaching_Made_Purchase","Quiz: R"#;
    let lost = records.edited_once(goals, habits).edited_once(HELD, r#"malar.alamaram24@member.example","tags":["#);
    fs::create_dir(folder).unwrap();
    for (name, day, population) in [("left", "21", population.clone()), ("later", "23", format!("{head}\n{new}{lost}"))]
    {
        for (kind, text) in [("population", &population), ("site", &site)] {
            let path = folder.join(format!("{name}.{kind}.ndjson"));
            fs::write(&path, text.edited_once("2026-11-21T06:12:00Z", &format!("2026-11-{day}T06:12:00Z"))).unwrap();
            seal_file(&path).unwrap();
        }
    }
}

fn look(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&["verify", PLAN, "--since", BEFORE, "--after", SITE], more].concat())
}

fn read(place: &Place, code: i32, more: &[&str]) -> Value {
    let ran = look(place, &[&["--format", "json"], more].concat());
    ran.ends(code, &[]);
    let read: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(validator("since").is_valid(&read), "{read:#}");
    for account in read["account"].as_array().unwrap() {
        let of = |key: &str| account[key].as_u64().unwrap();
        let moved = of("expected") + of("could_be") + of("finding");
        assert!(moved <= of("before") + of("after") - 2 * of("same"), "{account}");
    }
    let people = |key: &str| read["people"][key].as_u64().unwrap();
    assert_eq!(people("all"), people("unmoved") + people("expected") + people("could_be") + people("finding"));
    read
}

/// The first tag of one contact is gone.
fn lost(mut contact: Value) -> Option<Value> {
    if contact["key"] == "10017" {
        contact["tags"].as_array_mut().unwrap().remove(0);
    }
    Some(contact)
}

#[test]
fn a_day_on_which_nothing_moved_is_as_expected() {
    let place = switched(Some);
    let ran = look(&place, &[]);
    ran.ends(0, &[]);
    assert!(ran.out.contains("240 contacts = 240 unmoved") && ran.out.contains(": as expected: "), "{ran:#?}");
    let read = read(&place, 0, &[]);
    assert_eq!((&read["verdict"], read["classes"].as_array().unwrap().len()), (&"equal".into(), 0));
    assert_eq!([&read["since"]["day"], &read["after"]["day"]], ["2026-11-21", "2026-11-22"]);
}

#[test]
fn a_lost_tag_is_a_finding_and_no_name_or_address_is_shown() {
    let place = switched(lost);
    let ran = look(&place, &[]);
    ran.ends(21, &[]);
    let class = "1 tag  access-lost: members who lost access, and neither an order nor the plan explains it";
    assert!(ran.out.contains(class) && ran.out.contains("group-coaching: base module"), "{ran:#?}");
    assert!(ran.out.contains("contacts: …17") && !ran.out.contains("10017"), "{ran:#?}");
    assert!(!ran.out.contains('@') && !ran.out.contains("Larch"), "{ran:#?}");
    let shown = look(&place, &["--show-personal"]);
    assert!(shown.out.contains("contacts: 10017"), "{shown:#?}");
    let read = read(&place, 21, &[]);
    let [class] = &read["classes"].as_array().unwrap()[..] else { panic!("{read:#}") };
    assert_eq!(
        (&class["class"], &class["kind"], &class["contacts"][0]),
        (&"access-lost".into(), &"tag".into(), &"…17".into())
    );
    assert_eq!(read["people"]["finding"], 1);
}

#[test]
fn what_was_not_captured_is_unproven_and_never_as_expected() {
    let place = switched(Some);
    let text =
        place.read(SITE).replacen(r#""order":{"how":"bridge"}"#, r#""order":{"missing":"no way to read it"}"#, 1);
    fs::write(place.path(SITE), text).unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    let ran = look(&place, &[]);
    ran.ends(1, &[]);
    assert!(ran.out.contains("? the orders of the later reading: no way to read it"), "{ran:#?}");
    // Before the switch nothing shows what came of it.
    let place = switched(Some);
    fs::write(place.path(SITE), place.read(SITE).replacen(r#""managed":true"#, r#""managed":false"#, 1)).unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
    let ran = look(&place, &[]);
    ran.ends(1, &[]);
    assert!(ran.out.contains("is not on Managed Contacts"), "{ran:#?}");
    // Nobody at all.
    let place = switched(Some);
    fs::remove_file(place.path(POPULATION)).unwrap();
    let ran = look(&place, &[]);
    ran.ends(1, &[]);
    assert!(ran.out.contains("? the population of the later reading: "), "{ran:#?}");
}

#[test]
fn what_makes_no_sense_is_refused_with_what_to_do_instead() {
    let place = switched(Some);
    let run = |words: &[&str]| place.run(&[&["verify", PLAN], words].concat());
    run(&["--since", SITE, "--after", BEFORE])
        .ends(2, &["is from 2026-11-21T06:12:00Z, earlier than the `--since` reading"]);
    run(&["--since", BEFORE, "--before", BEFORE, "--after", SITE]).ends(2, &["cannot be used with"]);
    run(&["--released", "days.csv", "--after", SITE]).ends(2, &["--since"]);
    run(&["--since", "run", "--after", SITE])
        .ends(3, &["no run of this plan that took live through the switch has ended here", "--since FILE"]);
    run(&["--since", BEFORE, "--after", SITE, "--who", "nobody"]).ends(2, &["is not among the plan's `people`"]);
    let same = run(&["--since", BEFORE, "--after", BEFORE]);
    same.ends(1, &[]);
    assert!(same.out.contains("is not known to be later than"), "{same:#?}");
    fs::write(place.path("live.site.ndjson"), place.read(SITE).replacen("staging.bloom.example", "bloom.example", 1))
        .unwrap();
    place.run(&["snapshot", "finalize", "live.site.ndjson"]).ends(0, &[]);
    run(&["--since", BEFORE, "--after", "live.site.ndjson"]).ends(13, &["readings of two different sites"]);
}

#[test]
fn the_result_is_put_on_record_without_a_personal_value() {
    let place = switched(lost);
    let ran = look(&place, &["--who", "jo"]);
    ran.ends(21, &[]);
    assert!(ran.err.contains("what came of looking again"), "{ran:#?}");
    let text = place.read("bloom-coaching.record.ndjson");
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let look = &last["evidence"]["looked-again"];
    assert_eq!((&last["who"], &look["result"]), (&"jo".into(), &"red".into()), "{last:#}");
    assert!(look["says"].as_str().unwrap().ends_with("findings: 1 tag"), "{last:#}");
    assert!(!text.lines().last().unwrap().contains("10017"), "{last:#}");
    // The line is one of the record's, which everything else reads on.
    record(&place, &["sign-in", "in another browser"]);
}

/// Everybody on live, read now.
fn everybody_now(place: &Place) {
    let now = jiff::Timestamp::now().to_string();
    let population = place.read(LIVE_POPULATION);
    let (head, records) = population.split_once('\n').unwrap();
    let mut head: Value = serde_json::from_str(head).unwrap();
    head["taken_at"] = now.clone().into();
    fs::write(place.path(LIVE_POPULATION), format!("{head}\n{records}")).unwrap();
    place.run(&["snapshot", "finalize", LIVE_POPULATION]).ends(0, &[]);
    read_at(place, &now);
}

/// Everybody on live without these records, read now.
fn leave_out(place: &Place, keys: &[&str]) {
    let population = place.read(LIVE_POPULATION);
    let left = population.lines().filter(|line| !keys.iter().any(|key| line.contains(key)));
    fs::write(place.path(LIVE_POPULATION), left.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    everybody_now(place);
}

/// A test purchase on live, right behind the first line.
const BOUGHT: &str = r#"{"kind":"contact","key":"90001","email":"tess@nowhere.example","tags":["Foundations_Base_Access","Foundations_Live_Calls_Access"]}
{"kind":"order","key":"9001","contact":"90001","form":"foundations-membership","total":"39.00 USD","date":"2026-11-30","status":"Success","transaction":"pi_live_9001"}
"#;

const LIVE_POPULATION: &str = "live.population.ndjson";

/// Live with everything of its run done.
fn live_is_done() -> Place {
    static MADE: OnceLock<Left> = OnceLock::new();
    Place::once(&MADE, || {
        let place = past_the_barrier_on_live();
        place.edit(LIVE, r#""managed":false"#, r#""managed":true"#);
        place.edit(LIVE, r#""system":"ontraport""#, r#""system":"accessally-managed""#);
        everybody_now(&place);
        record(&place, &["sign-in", "still signed in", "--on", "live"]);
        on_live(&place).ends(20, &["has not decided"]);
        record(&place, &["decision", "go-on", "everybody is there"]);
        on_live(&place).ends(20, &["waits at `leave-maintenance`"]);
        reopens(&place);
        on_live(&place).ends(20, &["waits at `test-purchase`"]);
        let (head, records) = place
            .read(LIVE_POPULATION)
            .split_once('\n')
            .map(|(head, rest)| (head.to_owned(), rest.to_owned()))
            .unwrap();
        fs::write(place.path(LIVE_POPULATION), format!("{head}\n{BOUGHT}{records}")).unwrap();
        everybody_now(&place);
        let saw = ["--saw", "order,content,welcome-email,new-user", "--order", "9001", "--on", "live"];
        record(&place, &[&["purchase", "foundations-membership"], &saw[..]].concat());
        on_live(&place).ends(0, &[]);
        place
    })
}

#[test]
fn a_run_on_live_keeps_its_end_and_later_readings_are_compared_with_it() {
    let place = live_is_done();
    let kept = || place.state_files("end.population.ndjson").len();
    assert_eq!(kept(), 1);
    let look = |words: &[&str]| place.run(&[&["verify", PLAN, "--since", "run", "--after", LIVE], words].concat());
    let same = look(&[]);
    same.ends(1, &[]);
    assert!(same.out.contains("is not known to be later than"), "{same:#?}");
    everybody_now(&place);
    look(&["--who", "jo"]).ends(0, &[]);
    // The aftercare asks to remove who bought for a test; anybody else is missed.
    leave_out(&place, &[r#""key":"90001""#, r#""key":"9001""#]);
    let removed = look(&[]);
    removed.ends(0, &[]);
    assert!(removed.out.contains("1 contact  test-purchase-removed"), "{removed:#?}");
    leave_out(&place, &[r#""key":"10017""#]);
    let missed = look(&[]);
    missed.ends(21, &[]);
    assert!(missed.out.contains("1 contact  member-missing") && missed.out.contains("contacts: …17"), "{missed:#?}");
    // A reading that somebody changed since is none.
    let [path] = &place.state_files("end.site.ndjson")[..] else { panic!("one is kept") };
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, text.edited_once(r#""managed":true"#, r#""managed":false"#)).unwrap();
    place.run(&["snapshot", "finalize", path.to_str().unwrap()]).ends(0, &[]);
    look(&[]).ends(3, &["it was changed since", "--since FILE"]);
    fs::write(path, text).unwrap();
    // It stays until the dates are done, or somebody answers for it.
    let purge = |more: &[&str]| place.run(&[&["purge", PLAN, "--site", LIVE], more].concat());
    purge(&[]).ends(20, &["dates of the aftercare are open"]);
    assert_eq!(kept(), 1);
    purge(&["--reason", "they asked for it", "--who", "jo"]).ends(0, &[]);
    assert_eq!(kept(), 0);
    look(&[]).ends(3, &["what the run on live kept is no longer here"]);
}
