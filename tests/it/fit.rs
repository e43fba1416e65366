//! The gate `fit` on day one: it needs almost nothing of the plan, and lists what has to begin before the window, with the day on which.

use std::fs;

use amc_plan::rules::{LEAD_TIMES, LeadTime, Source};
use serde_json::{Value, json};

use crate::guided::{record, rehearsed};
use crate::place::{PLAN, Place, SITE};

/// All that there is on day one.
pub(crate) const FIRST_DAY: &str = "version: 1
sites: {staging: \"https://staging.bloom.example\", live: \"https://bloom.example\"}
crm: {name: ontraport}
strategy: rehearse-and-replay
window: {start: \"2027-01-13 15:00 Europe/Berlin\", length: 2h}
";

fn first_day(more: &str) -> Place {
    let place = Place::new();
    fs::write(place.path("first.yaml"), format!("{FIRST_DAY}{more}")).unwrap();
    place
}

fn report(place: &Place, plan: &str, more: &[&str]) -> Value {
    let ran = place.run(&[&["check", plan, "--format", "json"], more].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:#?}"))
}

const FIT: [&str; 4] = ["--gate", "fit", "--site", SITE];

/// The entry of this name: what it is, and `start_by`.
#[track_caller]
fn work(report: &Value, name: &str) -> Value {
    let all = report["before_the_window"]["lead_times"].as_array().unwrap();
    all.iter().find(|work| work["name"] == name).unwrap_or_else(|| panic!("no {name} in {all:#?}")).clone()
}

#[track_caller]
fn is_done(place: &Place, plan: &str, name: &str, done: &str, why: &str) {
    let work = work(&report(place, plan, &FIT), name);
    assert_eq!(work["done"], done, "{work:#}");
    assert!(work["why"].as_str().unwrap().contains(why), "{work:#}");
}

#[test]
fn a_plan_of_sites_crm_strategy_and_window_is_enough_for_fit_and_for_no_later_gate() {
    let place = first_day("");
    let fit = report(&place, "first.yaml", &FIT);
    assert_eq!(fit["verdict"], "green", "{fit:#}");
    let coming: Vec<&str> =
        fit["coming"].as_array().unwrap().iter().map(|found| found["message"].as_str().unwrap()).collect();
    for section in ["offerings", "order_forms", "opt_in_forms", "webhooks", "spot_check"] {
        assert!(coming.contains(&&*format!("the plan lacks `{section}`")), "{coming:#?}");
    }
    let configure = report(&place, "first.yaml", &["--site", SITE]);
    let lacks = |found: &&Value| found["rule"] == "missing-key" && found["due"] == true;
    assert_eq!(configure["findings"].as_array().unwrap().iter().filter(lacks).count(), 5, "{configure:#}");
    assert!(configure.get("before_the_window").is_none(), "{configure:#}");
    // Without a site it is only unproven, and the list is there all the same.
    let without = report(&place, "first.yaml", &["--gate", "fit", "--no-site"]);
    assert_eq!(without["verdict"], "unproven");
    assert_eq!(without["before_the_window"]["lead_times"].as_array().unwrap().len(), LEAD_TIMES.len());
    // What a switch cannot do without is asked for on day one.
    for (cut, rule) in
        [("strategy: rehearse-and-replay\n", "strategy-missing"), ("crm: {name: ontraport}\n", "missing-key")]
    {
        fs::write(place.path("first.yaml"), FIRST_DAY.replace(cut, "")).unwrap();
        let without = report(&place, "first.yaml", &FIT);
        assert_eq!(without["verdict"], "red");
        assert!(
            without["findings"].as_array().unwrap().iter().any(|found| found["rule"] == rule && found["due"] == true),
            "{without:#}"
        );
    }
    // A section that is there is read, and what is wrong in it is due.
    fs::write(place.path("first.yaml"), format!("{FIRST_DAY}offerings: 3\n")).unwrap();
    assert_eq!(report(&place, "first.yaml", &FIT)["verdict"], "red");
}

#[test]
fn each_begins_so_many_days_before_the_window_and_what_is_late_says_so() {
    let place = first_day("");
    let ahead = report(&place, "first.yaml", &FIT)["before_the_window"].clone();
    // A site in a file has the day on which it was read.
    assert_eq!((&ahead["window"], &ahead["today"]), (&json!("2027-01-13"), &json!("2026-11-21")));
    let days: Vec<&str> =
        ahead["lead_times"].as_array().unwrap().iter().map(|work| work["start_by"].as_str().unwrap()).collect();
    assert!(days.is_sorted(), "{days:?}");
    let start_by = |plan: &str, name: &str| {
        let work = work(&report(&place, plan, &FIT), name);
        (work["start_by"].clone(), work["overdue"].clone())
    };
    assert_eq!(start_by("first.yaml", "new-subscriptions"), (json!("2026-12-09"), json!(false)));
    assert_eq!(start_by("first.yaml", "notice"), (json!("2027-01-06"), json!(false)));
    // By the window's own clock it is the third already, and on the day itself nothing is late.
    let at = |start: &str| {
        fs::write(place.path("first.yaml"), FIRST_DAY.replace("2027-01-13 15:00 Europe/Berlin", start)).unwrap()
    };
    at("2026-12-03 00:30 Pacific/Auckland");
    assert_eq!(start_by("first.yaml", "notice"), (json!("2026-11-26"), json!(false)));
    at("2026-11-28 10:00 UTC");
    assert_eq!(start_by("first.yaml", "notice"), (json!("2026-11-21"), json!(false)));
    at("2026-11-27 10:00 UTC");
    assert_eq!(start_by("first.yaml", "notice"), (json!("2026-11-20"), json!(true)));
    // Where there is no window there are no days.
    for window in ["", "window: {start: \"2027-02-30 15:00 Europe/Berlin\", length: 2h}\n"] {
        let head = FIRST_DAY.split("window").next().unwrap();
        fs::write(place.path("first.yaml"), format!("{head}{window}")).unwrap();
        let report = report(&place, "first.yaml", &FIT);
        assert_eq!(report["before_the_window"]["window"], Value::Null);
        let notice = work(&report, "notice");
        assert_eq!(
            (&notice["start_by"], &notice["overdue"], &notice["days"]),
            (&Value::Null, &json!(false), &json!(7))
        );
    }
}

#[test]
fn what_the_plan_the_site_or_the_record_shows_is_done_or_still_to_be_done() {
    let place = first_day("");
    for (name, done, why) in [
        ("new-subscriptions", "unknown", "known there alone"),
        ("forms-elsewhere", "done", "no cart is active"),
        ("gateway", "done", "no order form takes payments elsewhere"),
        ("vendor-support", "unknown", "`vendor_support`"),
        ("launches", "unknown", "`launches`"),
        ("crm-paid", "unknown", "`crm/paid_until`"),
        ("rehearsal", "unknown", "no certificate"),
        ("restore-drill", "unknown", "no restore"),
    ] {
        is_done(&place, "first.yaml", name, done, why);
    }
    let say = |more: &str| fs::write(place.path("first.yaml"), FIRST_DAY.to_owned() + more).unwrap();
    say("vendor_support: 09:00-17:00 America/New_York\n");
    is_done(&place, "first.yaml", "vendor-support", "done", "09:00-17:00 America/New_York");
    say("vendor_support: 12:00-17:00 America/New_York\n");
    is_done(&place, "first.yaml", "vendor-support", "to-do", "here 18:00 to 23:00 Europe/Berlin");
    say("launches: {Sale: \"2027-03-01\"}\n");
    is_done(&place, "first.yaml", "launches", "done", "near the window");
    say("launches: {Sale: \"2027-01-13\"}\n");
    is_done(&place, "first.yaml", "launches", "to-do", "`Sale` begins on 2027-01-13");
    let paid = |until: &str| {
        let plan = FIRST_DAY.replace("{name: ontraport}", &format!("{{name: ontraport, paid_until: \"{until}\"}}"));
        fs::write(place.path("first.yaml"), plan).unwrap();
    };
    paid("2027-02-13");
    is_done(&place, "first.yaml", "crm-paid", "done", "paid until 2027-02-13");
    paid("2027-02-12");
    is_done(&place, "first.yaml", "crm-paid", "to-do", "ends on 2027-02-13");
    paid("2026-12-31");
    is_done(&place, "first.yaml", "crm-paid", "to-do", "the window is on 2027-01-13");
    // A cart that sells takes weeks.
    say("");
    place.edit_site(
        SITE,
        r#""key":"hello-dolly/hello.php","version":"1.7.3","active":false"#,
        r#""key":"woocommerce/woocommerce.php","version":"9.4.2","active":true"#,
    );
    for name in ["forms-elsewhere", "new-subscriptions"] {
        is_done(&place, "first.yaml", name, "to-do", "WooCommerce is active");
    }
    // Somebody answers for it.
    say(
        "people: {jo: runs it}\naccepted_risks:\n  - {rule: foreign-cart-active, at: /order_forms, reason: it sells mugs, owner: jo, until: \"2027-02-01\"}\n",
    );
    is_done(&place, "first.yaml", "forms-elsewhere", "done", "somebody answers for it");
    // Who pushes the copy rehearses nothing beforehand.
    fs::write(place.path("first.yaml"), FIRST_DAY.replace("rehearse-and-replay", "freeze-and-push")).unwrap();
    let all = report(&place, "first.yaml", &FIT)["before_the_window"]["lead_times"].to_string();
    assert!(!all.contains("rehearsal") && all.contains("restore-drill"), "{all}");
}

#[test]
fn a_reading_that_shows_less_leaves_it_unknown() {
    let place = first_day("");
    place.edit_site(SITE, r#""plugin":{"how":"bridge"}"#, r#""plugin":{"missing":"not asked"}"#);
    is_done(&place, "first.yaml", "forms-elsewhere", "unknown", "which plugins are active");
    place.edit_site(SITE, r#""plugin":{"missing":"not asked"}"#, r#""plugin":{"how":"bridge"}"#);
    place.edit_site(SITE, r#""order-form":{"how":"bridge"}"#, r#""order-form":{"missing":"not asked"}"#);
    is_done(&place, "first.yaml", "gateway", "unknown", "no reading shows the order forms");
}

#[test]
fn what_nothing_shows_is_put_on_record_by_its_name() {
    let place = Place::new();
    let fit = |name: &str, done: &str, why: &str| is_done(&place, PLAN, name, done, why);
    fit("sender", "unknown", "DNS");
    record(&place, &["done", "sender", "published, and tried with three mailboxes"]);
    fit("sender", "done", "`jo` put it on record on ");
    for name in LEAD_TIMES.iter().filter(|of| of.is_recorded).map(|of| of.name) {
        record(&place, &["done", name, "done"]);
        fit(name, "done", "`jo`");
    }
    // What another thing shows nobody says.
    for name in LEAD_TIMES.iter().filter(|of| !of.is_recorded).map(|of| of.name) {
        let ran = place.run(&["record", "done", name, "done", "--plan", PLAN, "--who", "jo"]);
        ran.ends(
            2,
            &[&format!("nobody has to say that `{name}` is done"), "plan check bloom-coaching.yaml --gate fit"],
        );
    }
    place
        .run(&["record", "done", "senders", "x", "--plan", PLAN, "--who", "jo"])
        .ends(2, &["no decision at `senders`"]);
    // What somebody said of something else does not count.
    let now = LeadTime::named("sender").unwrap().now();
    assert!(place.read("bloom-coaching.record.ndjson").contains(&now));
}

#[test]
fn a_rehearsal_that_came_to_its_end_is_done_as_long_as_it_is_this_plans() {
    let place = rehearsed();
    is_done(&place, PLAN, "rehearsal", "done", "came to its end on");
    place.edit(PLAN, "welcome: purchases-and-opt-ins", "welcome: purchases");
    is_done(&place, PLAN, "rehearsal", "unknown", "no certificate");
}

#[test]
fn every_form_for_people_and_machines_has_the_list() {
    let place = first_day("");
    let printed = |format: &str| place.run(&[&["check", "first.yaml", "--format", format][..], &FIT].concat()).out;
    let human = printed("human");
    assert!(
        human
            .contains("to begin before the window on 2027-01-13, each on its day at the latest; counted on 2026-11-21"),
        "{human}"
    );
    assert!(human.contains("  2026-12-23  start    sender: publish SPF"), "{human}");
    assert!(human.contains("  2026-12-16  done     forms-elsewhere: "), "{human}");
    assert!(human.contains("plan record done NAME 'WHAT WAS DONE' --plan first.yaml --who WHO"), "{human}");
    let markdown = printed("markdown");
    assert!(markdown.contains("- **2026-12-23, start** `sender`: publish SPF"), "{markdown}");
    let lines = printed("json-lines");
    let named: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let named = named.iter().filter(|line: &&Value| line["type"] == "before-the-window");
    assert_eq!(named.count(), LEAD_TIMES.len(), "{lines}");
    // What other programs read holds what is due, and only that.
    for format in ["sarif", "github", "gitlab", "junit", "rdjson", "concise"] {
        assert!(!printed(format).contains("publish SPF"), "{format}");
    }
}

#[test]
fn no_address_of_a_plan_is_in_the_list() {
    let name = format!("canary@member.example {}", "n".repeat(900));
    let place = first_day(&format!("launches: {{\"{name}\": \"2027-01-13\"}}\n"));
    for format in ["human", "markdown", "json", "json-lines"] {
        let ran = place.command(&[&["check", "first.yaml", "--format", format][..], &FIT].concat()).output().unwrap();
        let out = String::from_utf8(ran.stdout).unwrap();
        assert!(out.contains("launches") && !out.contains("canary@"), "{format}");
    }
}

#[test]
fn hours_that_are_none_are_said_and_no_verb_stumbles_over_them() {
    let place = first_day("");
    for (hours, words) in [
        ("09:00-17:00 EST", "the time zone `EST`, which is not known"),
        ("09:00-17:00 Nowhere/Land", "the time zone `Nowhere/Land`"),
        ("17:00-09:00 UTC", "ends before it begins"),
        ("09:00-09:00 UTC", "ends before it begins"),
        ("25:00-26:00 UTC", "a time that no clock shows"),
        ("9-17 UTC", "error[wrong-value] `vendor_support` cannot be `9-17 UTC`"),
        ("\"09:00-17:00\"", "error[wrong-value] `vendor_support` cannot be `09:00-17:00`"),
    ] {
        fs::write(place.path("first.yaml"), format!("{FIRST_DAY}vendor_support: {hours}\n")).unwrap();
        let ran = place.run(&[&["check", "first.yaml", "--format", "concise"][..], &FIT].concat());
        assert!(ran.out.contains(words), "{hours}: {ran:#?}");
    }
}

#[test]
fn the_page_has_the_table_as_it_is() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/fit.md")).unwrap();
    let rows = LEAD_TIMES.iter().map(|of| {
        let need = if of.need == Source::Documented { "documented" } else { "inferred" };
        format!("| `{}` | {} | {} | {need}: {} |", of.name, of.days, of.what, of.because)
    });
    let table: Vec<String> = page.lines().filter(|line| line.starts_with("| `")).map(str::to_owned).collect();
    assert_eq!(table, rows.collect::<Vec<_>>());
}
