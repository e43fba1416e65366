//! The dates after the switch: counted from the run's end, put on record on their day, and what was kept until then.

use std::sync::OnceLock;

use amc_plan::model::record::{Done, Entry, Evidence, LookResult, LookedAgain, Record};
use amc_plan::model::{Plan, Release};
use amc_plan::rules::{Aftercare, CountedFrom, LAST, Renewals, aftercare};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use crate::guided::{on, record, rehearsed, status};
use crate::moved::waits_for_its_push;
use crate::place::{Left, PLAN, Place, Ran, SITE};

const FORM: &str = "first-renewal/foundations-membership";

/// A copy that was pushed, and live open again: the run is over.
fn switched() -> Place {
    static MADE: OnceLock<Left> = OnceLock::new();
    Place::once(&MADE, || {
        let place = waits_for_its_push();
        record(&place, &["step", "push", "pushed"]);
        on(&place).ends(20, &["waits at `reopen-live`"]);
        record(&place, &["saw", "mail", "simulated=no", "--on", "live"]);
        record(&place, &["saw", "maintenance", "on=no", "--on", "live"]);
        let ended = on(&place);
        ended.ends(0, &[]);
        assert!(ended.out.contains("aftercare begins: 10 dates, the first is `look-again-24h` on "), "{ended:#?}");
        place
    })
}

fn care(shown: &Value, name: &str) -> Value {
    let all = shown["aftercare"]["dates"].as_array().unwrap();
    all.iter().find(|care| care["name"] == name).unwrap_or_else(|| panic!("no {name} in {all:#?}")).clone()
}

fn done(place: &Place, name: &str) -> Ran {
    place.run(&["record", "done", name, "looked at each of them", "--plan", PLAN, "--who", "jo"])
}

#[test]
fn the_dates_count_from_the_end_of_the_run_and_are_put_on_record_from_their_day_on() {
    let place = switched();
    let shown = status(&place);
    assert_eq!(shown["aftercare"]["counted_from"], "run", "{shown:#}");
    assert_eq!(shown["aftercare"]["end"], shown["ended"]["at"]);
    let end: Date = shown["aftercare"]["today"].as_str().unwrap().parse().unwrap();
    let after = |days: i32| Value::from(end.saturating_add(Span::new().days(days)).to_string());
    for (name, days) in [("look-again-24h", 1), ("look-again-48h", 2), ("failed-payments", 4)] {
        assert_eq!(care(&shown, name)["day"], after(days), "{name}");
    }
    // It is not done before all others are.
    let days: Vec<Date> = shown["aftercare"]["dates"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|care| care["day"].as_str()?.parse().ok())
        .collect();
    assert_eq!(care(&shown, LAST)["day"], days.iter().max().unwrap().to_string());
    done(&place, "look-again-24h").ends(2, &["is due on", "counted from the end of the run"]);
    done(&place, "first-renewal/nothing").ends(2, &["no decision at `first-renewal/nothing`"]);

    // A renewal can be looked at from the end on, as its day is known to a reading alone.
    assert_eq!(care(&shown, FORM)["done"], Value::Null);
    done(&place, FORM).ends(0, &[]);
    assert_eq!(care(&status(&place), FORM)["done"]["who"], "jo");
    let text = place.run(&["status", PLAN, "--site", SITE]).out;
    assert!(text.contains("aftercare, counted from the end of the run at ") && !text.contains(FORM), "{text}");
    let row = place.run(&["status", ".", "--format", "json"]);
    assert!(row.out.contains("aftercare `look-again-24h`"), "{row:#?}");
}

#[test]
fn what_was_kept_stays_until_the_dates_are_done_or_somebody_answers_for_it() {
    let place = switched();
    let purge = |more: &[&str]| place.run(&[&["purge", PLAN, "--site", SITE], more].concat());
    let kept = || place.state_files("before.population.ndjson").len();
    purge(&[]).ends(20, &["dates of the aftercare are open", "`look-again-24h`", "--reason 'WHY' --who WHO"]);
    purge(&["--reason", "the members asked for it"]).ends(20, &["--who WHO"]);
    purge(&["--reason", "the members asked for it", "--who", "nobody"]).ends(2, &["is not among the plan's `people`"]);
    purge(&["--reason", " ", "--who", "jo"]).ends(2, &["no visible characters"]);
    assert_eq!(kept(), 1);
    let purged = purge(&["--reason", "the members asked for it", "--who", "jo"]);
    purged.ends(0, &[]);
    assert!(purged.out.contains("`jo` answers for it") && purged.out.contains("purged: "), "{purged:#?}");
    assert_eq!(kept(), 0);
    let text = place.read("bloom-coaching.record.ndjson");
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert!(last.to_string().contains("the members asked for it") && last["who"] == "jo", "{last}");
}

#[test]
fn a_rehearsal_has_no_aftercare_of_its_own() {
    let place = rehearsed();
    let shown = status(&place);
    assert_eq!(shown["aftercare"]["counted_from"], "window", "{shown:#}");
    place.edit(PLAN, "2026-11-21 07:00 Europe/Berlin", "2099-11-21 07:00 Europe/Berlin");
    done(&place, FORM).ends(2, &["counted from the end of the plan's window, as no run on live has ended here"]);
    place.run(&["purge", PLAN, "--site", SITE]).ends(0, &[]);
}

/// A plan with an offering of these releases, and a window that ends on 2027-01-13 at 17:00 in Berlin.
fn plan(releases: &[&str], paid: Option<&str>) -> Plan {
    let modules = releases.iter().enumerate().map(|(at, release)| match at {
        0 => json!({"base": "Start"}),
        _ => json!({"module": format!("Module {at}"), "release": release}),
    });
    let mut crm = json!({"name": "ontraport"});
    if let Some(paid) = paid {
        crm["paid_until"] = paid.into();
    }
    let text = json!({
        "version": 1,
        "sites": {"staging": "https://staging.bloom.example", "live": "https://bloom.example"},
        "crm": crm,
        "strategy": "rehearse-and-replay",
        "window": {"start": "2027-01-13 15:00 Europe/Berlin", "length": "2h"},
        "offerings": {"course": {"access_through": "order-form", "modules": modules.collect::<Vec<_>>()}},
        "order_forms": {"club": {"custom_operation": {"release": ["course"]}, "failed_payment": {"after_final_retry": "revoke"}}},
    });
    serde_json::from_value(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The dates of a switch that ended on 2027-01-13 at 23:30 UTC, which is the 14th in Berlin.
fn of(plan: &Plan, record: &Record, renewal: Option<&str>, now: &str) -> Aftercare {
    let renewals: Renewals = renewal.map(|day| ("club".to_owned(), day.parse().unwrap())).into_iter().collect();
    aftercare(plan, record, Some(at("2027-01-13T23:30:00Z")), &renewals, at(now)).unwrap()
}

fn day_of(all: &Aftercare, name: &str) -> Option<String> {
    all.named(name).unwrap_or_else(|| panic!("no {name}")).day.clone()
}

#[test]
fn a_day_is_one_of_the_windows_clock_and_the_first_timer_is_the_first_that_waits() {
    let now = "2027-01-14T08:00:00Z";
    let days = |releases: &[&str]| {
        let all = of(&plan(releases, None), &Record::default(), None, now);
        (day_of(&all, "look-again-24h").unwrap(), all.named("first-timer/course").map(|care| care.day.clone().unwrap()))
    };
    let timer = |releases: &[&str]| days(releases).1;
    assert_eq!(days(&["", "7 days after previous"]), ("2027-01-15".to_owned(), Some("2027-01-21".to_owned())));
    assert_eq!(
        timer(&["", "immediately", "2 weeks after previous", "1 day after previous"]).as_deref(),
        Some("2027-01-28")
    );
    assert_eq!(timer(&["", "by-hand", "7 days after previous"]), None, "nobody knows when a person opens it");
    assert_eq!(timer(&["", "immediately"]), None);
    // The longest timer there is makes no panic.
    let mut longest = plan(&["", "immediately"], None);
    longest.offerings.get_mut("course").unwrap().modules[1].release = Some(Release::After { days: u32::MAX });
    assert!(day_of(&of(&longest, &Record::default(), None, now), "first-timer/course").is_some());
}

#[test]
fn the_crm_goes_last_and_not_while_it_is_paid_for() {
    let now = "2027-01-14T08:00:00Z";
    let last =
        |paid, renewal| day_of(&of(&plan(&["", "immediately"], paid), &Record::default(), renewal, now), LAST).unwrap();
    assert_eq!(last(None, None), "2027-02-14", "31 days, an assumption");
    assert_eq!(last(Some("2027-03-31"), None), "2027-03-31");
    assert_eq!(last(Some("2027-01-15"), None), "2027-01-18", "after the failed payments");
    assert_eq!(last(None, Some("2027-06-01")), "2027-06-01", "after the first renewal of a yearly form");
    // A payment of before the switch is no first renewal after it.
    let all = of(&plan(&[""], None), &Record::default(), Some("2027-01-12"), now);
    assert_eq!(day_of(&all, "first-renewal/club"), None);
    assert_eq!(all.dates.last().unwrap().name, LAST);
}

#[test]
fn only_what_was_recorded_on_its_day_or_later_of_what_is_asked_for_now_counts() {
    let plan = plan(&[""], None);
    let now = of(&plan, &Record::default(), None, "2027-01-14T08:00:00Z").named("failed-payments").unwrap().now();
    let is_done = |when: &str, digest: &str| {
        let done = Done { at: "failed-payments".to_owned(), now: digest.to_owned(), says: "looked".to_owned() };
        let entry = entry(when, Evidence::Done(done));
        let record = Record { entries: vec![entry] };
        let all = of(&plan, &record, None, "2027-01-20T08:00:00Z");
        let care = all.named("failed-payments").unwrap();
        assert_eq!(care.overdue, care.done.is_none());
        care.done.is_some()
    };
    assert!(is_done("2027-01-17T23:00:00Z", &now), "it is the 18th in Berlin");
    assert!(!is_done("2027-01-17T22:59:59Z", &now));
    assert!(!is_done("2027-01-18T08:00:00Z", "0123456789ab"));
    assert!(!is_done("2026-01-18T08:00:00Z", &now), "an earlier switch");
}

/// A line of the record at this time.
fn entry(when: &str, evidence: Evidence) -> Entry {
    let (version, who) = (1, "jo".to_owned());
    Entry { version, at: when.to_owned(), who, evidence, previous: String::new(), sha256: String::new(), line: 0 }
}

fn looked(when: &str, host: &str, result: LookResult) -> Entry {
    let readings = [String::new(), String::new()];
    let (host, says) = (host.parse().unwrap(), "of 9 contacts 8 did not move".to_owned());
    entry(when, Evidence::LookedAgain(LookedAgain { host, readings, result, says }))
}

#[test]
fn a_look_settles_the_dates_that_have_come_and_the_last_one_counts() {
    use LookResult::{AsExpected, Red, Unproven};
    let plan = plan(&[""], None);
    // The dates of a look are the 15th and the 16th.
    let settled = |entries: Vec<Entry>| {
        let all = of(&plan, &Record { entries }, None, "2027-01-20T08:00:00Z");
        ["look-again-24h", "look-again-48h"].map(|name| {
            let care = all.named(name).unwrap();
            assert_eq!(care.overdue, care.done.is_none());
            (care.done.is_some(), care.result.as_ref().map(|looked| looked.result))
        })
    };
    let live = |when: &str, result| looked(when, "bloom.example", result);
    assert_eq!(settled(vec![live("2027-01-15T08:00:00Z", AsExpected)]), [(true, Some(AsExpected)), (false, None)]);
    assert_eq!(settled(vec![live("2027-01-16T08:00:00Z", AsExpected)]), [(true, Some(AsExpected)); 2]);
    assert_eq!(settled(vec![live("2027-01-14T08:00:00Z", AsExpected)]), [(false, None); 2], "before its day");
    assert_eq!(settled(vec![looked("2027-01-16T08:00:00Z", "staging.bloom.example", AsExpected)]), [(false, None); 2]);
    let red = live("2027-01-16T08:00:00Z", Red);
    assert_eq!(settled(vec![live("2027-01-15T08:00:00Z", AsExpected), red.clone()]), [(false, Some(Red)); 2]);
    assert_eq!(settled(vec![red.clone(), live("2027-01-16T09:00:00Z", AsExpected)]), [(true, Some(AsExpected)); 2]);
    assert_eq!(settled(vec![live("2027-01-16T08:00:00Z", Unproven)]), [(false, Some(Unproven)); 2]);
    // A person who looked at the findings says so after them, and not before.
    let now = of(&plan, &Record::default(), None, "2027-01-20T08:00:00Z").named("look-again-24h").unwrap().now();
    let done = |when: &str| {
        let done = Done { at: "look-again-24h".to_owned(), now: now.clone(), says: "looked at each".to_owned() };
        entry(when, Evidence::Done(done))
    };
    assert_eq!(settled(vec![red.clone(), done("2027-01-16T10:00:00Z")])[0], (true, Some(Red)));
    assert_eq!(settled(vec![done("2027-01-16T07:00:00Z"), red])[0], (false, Some(Red)));
}

#[test]
fn without_a_run_the_window_counts_and_nothing_is_overdue_by_it() {
    let all = |plan: &Plan| aftercare(plan, &Record::default(), None, &Renewals::new(), at("2027-06-01T08:00:00Z"));
    let counted = all(&plan(&[""], None)).unwrap();
    assert_eq!((counted.counted_from, counted.end.as_str()), (CountedFrom::Window, "2027-01-13T16:00:00Z"));
    assert!(counted.dates.iter().all(|care| !care.overdue));
    assert_eq!(all(&Plan { window: None, ..plan(&[""], None) }), None);
}
