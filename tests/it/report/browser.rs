//! The pages in Debian's Chromium: nothing is loaded, nothing complains, everything can be reached by keys, read on a phone, and by who
//! cannot see it. `tests/browser/install` fetches what drives it; `PLAN_WITHOUT_BROWSER=1` leaves these tests out.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::place::{Edited as _, PLAN, Place, SITE};

use super::DRAFT;

fn script(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser").join(name)
}

/// What drives the browser; none where this machine is said to have none.
fn driver() -> Option<&'static str> {
    static DRIVER: OnceLock<Option<String>> = OnceLock::new();
    let installed = || {
        if std::env::var_os("PLAN_WITHOUT_BROWSER").is_some() {
            return None;
        }
        let ran = Command::new(script("install")).output().unwrap();
        assert!(ran.status.success(), "tests/browser/install: {}", String::from_utf8_lossy(&ran.stderr));
        Some(String::from_utf8(ran.stdout).unwrap().trim().to_owned())
    };
    DRIVER.get_or_init(installed).as_deref()
}

/// What the browser saw of a page.
fn look(driver: &str, page: &Path, words: &[(&str, &str)]) -> Value {
    let mut node = Command::new("node");
    node.arg(script("look.mjs")).arg(page).env("PLAN_BROWSER", driver).envs(words.iter().copied());
    let ran = node.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    let seen: Value = serde_json::from_str(said.trim())
        .unwrap_or_else(|error| panic!("{error}: {said} {}", String::from_utf8_lossy(&ran.stderr)));
    assert_eq!(seen["failed"], Value::Null, "{seen:#}");
    seen
}

/// That a page is whole in a browser, wide or narrow, light or dark, with script or without.
#[track_caller]
fn is_well(seen: &Value, page: &Path) {
    assert_eq!(seen["console"], Value::Array(vec![]), "{seen:#}");
    let own = format!("file://{}", page.display());
    assert!(seen["requests"].as_array().unwrap().iter().all(|url| *url == *own), "{}", seen["requests"]);
    for width in ["360", "768", "1280"] {
        assert_eq!(seen["widths"][width].to_string(), width, "it scrolls sideways: {}", seen["wide"]);
    }
    assert_eq!(seen["wide"], Value::Array(vec![]));
    for (how, violations) in seen["axe"].as_object().unwrap() {
        assert_eq!(*violations, Value::Array(vec![]), "{how}");
    }
    assert_eq!(seen["axe"].as_object().unwrap().len(), 3);
    assert_eq!(seen["shown_without_script"], 0);
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn a_report_is_read_by_keys_and_its_days_are_those_of_the_journey() {
    let Some(driver) = driver() else { return };
    let place = Place::new();
    place.run(&["report", DRAFT, "--site", SITE, "--out", "page.html"]).ends(0, &[]);
    let page = place.path("page.html");
    let seen = look(driver, &page, &[("PLAN_BROWSER_SEARCH", "group-coaching")]);
    is_well(&seen, &page);
    let tabs = texts(&seen["tabs"]);
    assert!(tabs[0].starts_with("A |  | Skip to the report") && tabs[1].starts_with("INPUT | search"), "{tabs:?}");
    assert!(tabs.iter().any(|tab| tab.starts_with("INPUT | range")), "the sliders are reached: {tabs:?}");
    assert!(tabs.iter().any(|tab| tab.starts_with("SUMMARY")) && tabs.iter().any(|tab| tab.starts_with("BUTTON")));
    let focused = tabs.iter().filter(|tab| !tab.starts_with("BODY"));
    assert!(focused.clone().all(|tab| !tab.ends_with("| none")), "what has the focus shows it: {tabs:?}");
    // Released today: `Goals` opens on day 7, and what the CRM opened never does after the switch.
    assert_eq!(texts(&seen["day_1"])[..2], ["0. Welcome open/open", "1. Goals closed/closed"]);
    assert_eq!(texts(&seen["day_7"])[1], "1. Goals open/open");
    assert_eq!(texts(&seen["last_day"])[4], "4. Money not known/closed");
    assert_eq!(seen["found"][1], 1, "one offering has that in it: {}", seen["found"]);
}

#[test]
fn the_owners_pages_and_the_runbook_are_well_too() {
    let Some(driver) = driver() else { return };
    let place = Place::new();
    fs::write(place.path("back.yaml"), place.read(PLAN).edited_once("way: restore-live-backup", "way: back-to-crm"))
        .unwrap();
    for (name, words) in [
        (
            "owner.html",
            &["report", PLAN, "--site", SITE, "--for", "owner", "--language", "de", "--out", "owner.html"][..],
        ),
        ("after.html", &["report", PLAN, "--site", SITE, "--for", "owner", "--after", "--out", "after.html"]),
        ("runbook.html", &["runbook", PLAN, "--site", SITE, "--out", "runbook.html"]),
        ("back.html", &["runbook", "back.yaml", "--site", SITE, "--out", "back.html"]),
    ] {
        place.run(words).ends(0, &[]);
        let page = place.path(name);
        let seen = look(driver, &page, &[]);
        is_well(&seen, &page);
        // The last sheet ends where there is no more to say.
        let filled: Vec<u64> = seen["filled"].as_array().unwrap().iter().map(|part| part.as_u64().unwrap()).collect();
        assert!(filled[..filled.len() - 1].iter().all(|part| *part > 50), "nearly empty sheets in {name}: {filled:?}");
        assert!(name != "owner.html" || seen["sheets"] == 1, "the owner's is one sheet: {}", seen["sheets"]);
    }
}

/// The example's site with so many offerings of seven modules each.
fn with_offerings(place: &Place, count: usize) {
    let site = place.read(SITE);
    let of = site
        .lines()
        .find(|line| line.contains("\"kind\":\"offering\"") && line.contains("\"group-coaching\""))
        .unwrap();
    let value: Value = serde_json::from_str(of).unwrap();
    let mut lines: Vec<String> = site.lines().map(str::to_owned).collect();
    for at in 0..count {
        let mut one = value.clone();
        one["key"] = format!("course-{at}").into();
        one["name"] = format!("Course {at}").into();
        one["id"] = format!("{}", 50_000 + at).into();
        lines.push(one.to_string());
    }
    fs::write(place.path(SITE), lines.join("\n") + "\n").unwrap();
    place.run(&["snapshot", "finalize", SITE]).ends(0, &[]);
}

#[test]
fn a_thousand_offerings_open_and_can_be_searched() {
    let Some(driver) = driver() else { return };
    let place = Place::new();
    with_offerings(&place, 1_000);
    place.run(&["report", PLAN, "--site", SITE, "--out", "page.html"]).ends(0, &[]);
    let page = place.path("page.html");
    let words = [("PLAN_BROWSER_AXE", "no"), ("PLAN_BROWSER_SEARCH", "course 777")];
    let seen = look(driver, &page, &words);
    assert_eq!(seen["console"], Value::Array(vec![]));
    assert_eq!(seen["widths"]["360"], 360, "{}", seen["wide"]);
    assert!(seen["nodes"].as_u64().unwrap() > 50_000, "they are all there: {}", seen["nodes"]);
    assert_eq!(seen["found"][1], 1, "{}", seen["found"]);
}
