//! `plan status FOLDER`: a row a plan and a site, by what lies beside the plans.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use crate::guided::{configured, passed_barrier, rehearsed};
use crate::place::{Edited, PLAN, Place, Ran, SITE, own};

const DRAFT: &str = "bloom-coaching-first-draft.yaml";

/// A risk that the site's owner accepts until this day.
fn risk(until: &str) -> String {
    format!("accepted_risks:\n  - {{rule: emails-off, at: /emails, reason: ours, owner: mara, until: \"{until}\"}}\n")
}

/// The rows, by plan.
fn rows(place: &Place, more: &[&str]) -> (Option<i32>, BTreeMap<String, Value>) {
    let ran = place.run(&[&["status", ".", "--format", "json"], more].concat());
    let document: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:#?}"));
    let path = |row: &Value| row["path"].as_str().unwrap().trim_start_matches("./").to_owned();
    let rows = document["rows"].as_array().unwrap().iter().map(|row| (path(row), row.clone())).collect();
    (ran.code, rows)
}

#[test]
fn each_plan_is_a_row_with_where_it_stands() {
    let place = configured();
    let (code, found) = rows(&place, &[]);
    let (plan, draft) = (&found[PLAN], &found[DRAFT]);
    assert_eq!(code, Some(0), "{found:#?}");
    assert_eq!((&plan["phase"], &plan["step"]), (&"step".into(), &"start-verification".into()), "{plan:#}");
    assert_eq!((&plan["changes"], &plan["in_place"], &plan["past_the_barrier"]), (&7.into(), &7.into(), &false.into()));
    assert_eq!((&plan["site"], &plan["on"]), (&"staging.bloom.example".into(), &"staging".into()));
    assert_eq!((&draft["phase"], &draft["step"], &draft["changes"]), (&"not-begun".into(), &Value::Null, &Value::Null));
    // For people it is a table, the same wherever it goes.
    let table = place.run(&["status", "."]);
    let lines: Vec<&str> = table.out.lines().collect();
    assert!(
        lines[0].starts_with("plan ") && lines[0].contains("waits for") && lines[0].ends_with("next date"),
        "{table:#?}"
    );
    let of_plan = lines.iter().find(|line| line.contains(PLAN)).unwrap();
    assert!(of_plan.contains("  staging.bloom.example  at start-verification  "), "{table:#?}");
    assert_eq!(lines.len(), 1 + found.len());
    let column = lines[0].find("phase").unwrap();
    assert!(lines.iter().all(|line| line.get(column - 2..column) == Some("  ")), "{table:#?}");

    let past = &rows(&passed_barrier(), &[]).1[PLAN];
    assert_eq!((&past["past_the_barrier"], &past["step"]), (&true.into(), &"run-migration".into()), "{past:#}");
    let over = &rows(&rehearsed(), &[]).1[PLAN];
    assert_eq!((&over["phase"], &over["step"]), (&"rehearsed".into(), &Value::Null), "{over:#}");
    // Elsewhere the certificate that is committed beside the plan says so.
    let (elsewhere, from) = (Place::new(), rehearsed());
    for file in [PLAN, "bloom-coaching.rehearsal.json", "bloom-coaching.record.ndjson"] {
        fs::copy(from.path(file), elsewhere.path(file)).unwrap();
    }
    assert_eq!(rows(&elsewhere, &[]).1[PLAN]["phase"], "rehearsed");
}

#[test]
fn who_is_waited_for_is_named_by_the_run_or_by_the_plan() {
    let place = Place::new();
    let waits = |place: &Place| rows(place, &[]).1[PLAN]["waits_for"].clone();
    assert_eq!(waits(&place), Value::from(Vec::<Value>::new()));
    assert!(place.run(&["status", "."]).out.contains("  not begun  whoever runs the switch  "));
    // Before a run it is whose decisions are to be carried out before the window.
    place.edit(PLAN, "\nbackup: {of: live", &format!("\n{}backup: {{of: live", risk("2098-12-04")));
    assert_eq!(waits(&place), Value::from(vec!["mara"]));
    let ran = place.run(&["apply", PLAN, "--site", SITE, "--confirm", &place.digest(), "--who", "sam"]);
    ran.ends(0, &[]);
    assert_eq!(waits(&place), Value::from(vec!["sam"]), "who began it takes the next step");
}

#[test]
fn the_next_date_is_the_first_that_is_still_to_come() {
    let place = Place::new();
    let next = |place: &Place| {
        let row = rows(place, &[]).1.remove(PLAN).unwrap();
        (row["next"]["at"].clone(), row["next"]["what"].clone(), row["window"]["start"].clone())
    };
    let text = place.read(PLAN).edited("\nbackup: {of: live", &format!("\n{}backup: {{of: live", risk("2026-12-31")));
    let with = |window: &str, paid: &str, risk: &str| {
        let text = text.edited("2026-12-02 06:00 Europe/Berlin", &format!("{window} 06:00 Europe/Berlin"));
        let text = text.edited("paid_until: \"2027-01-31\"", &format!("paid_until: \"{paid}\""));
        fs::write(place.path(PLAN), text.edited("until: \"2026-12-31\"", &format!("until: \"{risk}\""))).unwrap();
        next(&place)
    };
    let (at, what, start) = with("2098-12-02", "2098-12-03", "2098-12-04");
    assert_eq!((at, what), ("2098-12-02T05:00:00Z".into(), "window begins".into()));
    assert_eq!(start, "2098-12-02T05:00:00Z");
    let (at, what, _) = with("2098-12-04", "2098-12-03", "2099-12-04");
    assert_eq!((at, what), ("2098-12-03".into(), "CRM paid until then".into()));
    let (at, _, _) = with("2001-12-04", "2001-12-03", "2098-01-01");
    assert_eq!(at, "2098-01-01");
    let (at, _, start) = with("2001-12-04", "2001-12-03", "2001-12-04");
    assert_eq!((at, start), (Value::Null, "2001-12-04T05:00:00Z".into()));
    // A time that is none is no window.
    let (_, what, start) = with("2098-02-30", "2098-12-03", "2099-12-04");
    assert_eq!((what, start), ("CRM paid until then".into(), Value::Null));
}

#[test]
fn what_is_broken_is_a_row_and_not_the_end_of_the_list() {
    let place = configured();
    fs::create_dir_all(place.path("clients/deep")).unwrap();
    fs::write(place.path("clients/half.yaml"), "version: 1\nsites: [\n").unwrap();
    fs::write(place.path("clients/deep/text.yaml"), "sites: {staging: x\n").unwrap();
    fs::copy(place.path(PLAN), place.path("clients/deep/good.yaml")).unwrap();
    fs::write(place.path("clients/deep/good.rehearsal.json"), "{").unwrap();
    fs::write(place.path(".plan/torn-12345678.journal.ndjson"), "no journal\nno journal\n").unwrap();
    own(&place.path(".plan/torn-12345678.journal.ndjson"), 0o600);
    let (code, found) = rows(&place, &[]);
    assert_eq!(code, Some(3));
    let why = |path: &str| found[path]["broken"].as_str().unwrap_or_else(|| panic!("{path}: {found:#?}")).to_owned();
    assert!(why("clients/half.yaml").contains("plan check ./clients/half.yaml --no-site"), "{found:#?}");
    assert!(why("clients/deep/good.yaml").contains("is not a rehearsal's certificate"), "{found:#?}");
    assert!(why(".plan/torn-12345678.journal.ndjson").contains("torn-12345678"), "{found:#?}");
    assert_eq!(found[PLAN]["step"], "start-verification", "the others are as they are");
    assert_eq!(found[DRAFT]["phase"], "not-begun");
    // The plan of an open run is gone, and the run is not.
    fs::rename(place.path(PLAN), place.path("bloom.txt")).unwrap();
    let lost = rows(&place, &[]).1.remove(PLAN).unwrap();
    assert!(
        lost["broken"].as_str().unwrap().contains("the plan is not there") && lost["step"] == "start-verification",
        "{lost:#}"
    );
}

#[cfg(unix)]
#[test]
fn state_that_is_not_ours_counts_for_nothing() {
    let place = configured();
    own(&place.path(".plan"), 0o777);
    let (code, found) = rows(&place, &[]);
    assert!(code == Some(3) && found[PLAN]["phase"] == "broken", "{found:#?}");
    assert!(found[PLAN]["broken"].as_str().unwrap().contains("can be changed by other users"), "{found:#?}");
    // A journal that came with a repository has no mark of this machine.
    let (ours, theirs) = (Place::new(), configured());
    fs::create_dir(ours.path(".plan")).unwrap();
    own(&ours.path(".plan"), 0o700);
    fs::write(ours.home.path().join("machine.key"), format!("{}\n", "ab".repeat(32))).unwrap();
    let journal = fs::read_dir(theirs.path(".plan"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_str().unwrap().ends_with(".journal.ndjson"))
        .unwrap();
    let copy = ours.path(".plan").join(journal.file_name().unwrap());
    fs::copy(journal, &copy).unwrap();
    own(&copy, 0o600);
    let (_, found) = rows(&ours, &[]);
    let row = found.values().find(|row| row["path"].as_str().unwrap().contains("journal")).unwrap();
    assert!(row["broken"].as_str().unwrap().contains("is not proven to belong to this user"), "{found:#?}");
    assert_eq!(found[PLAN]["phase"], "not-begun");
}

/// Every file below a folder, with its bytes' length and its time.
fn all(folder: &Path) -> BTreeMap<PathBuf, (u64, SystemTime)> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let about = fs::symlink_metadata(&path).unwrap();
            if about.is_dir() {
                folders.push(path.clone());
            }
            found.insert(path, (about.len(), about.modified().unwrap()));
        }
    }
    found
}

#[test]
fn nothing_is_written_nobody_is_asked_and_no_link_is_followed() {
    let place = configured();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    fs::write(place.path("at.yaml"), place.read(PLAN).edited("https://staging.bloom.example", &address)).unwrap();
    fs::write(place.path("plan.toml"), format!("[site]\nstaging = \"{address}\"\nlive = \"{address}\"\n")).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(place.path(PLAN), elsewhere.path().join("outside.yaml")).unwrap();
    #[cfg(unix)]
    for (to, name) in [
        (elsewhere.path().to_owned(), "linked"),
        (elsewhere.path().join("outside.yaml"), "linked.yaml"),
        (place.path("."), "round"),
    ] {
        std::os::unix::fs::symlink(to, place.path(name)).unwrap();
    }
    let before = (all(place.folder.path()), all(place.home.path()));
    let mut command = place.command(&["status", ".", "--format", "json"]);
    command.env("PLAN_LOGIN_ORIGIN", &address).env("PLAN_LOGIN_USER", "jo").env("PLAN_LOGIN_PASSWORD", "canary pass");
    let ran = Ran::from(command.output().unwrap());
    assert!(
        ran.code == Some(0) && ran.out.contains("at.yaml") && !ran.out.contains("linked") && !ran.out.contains("round"),
        "{ran:#?}"
    );
    assert!(listener.accept().is_err(), "somebody was asked");
    assert_eq!((all(place.folder.path()), all(place.home.path())), before);
}

#[test]
fn names_of_plans_are_text_and_a_site_chooses_its_rows() {
    let place = Place::new();
    fs::create_dir(place.path("a\u{1b}[2J\n::error::b")).unwrap();
    fs::copy(place.path(PLAN), place.path("a\u{1b}[2J\n::error::b/x.yaml")).unwrap();
    let table = place.run(&["status", "."]);
    assert!(!table.out.contains('\u{1b}') && !table.out.contains("\n::"), "{table:#?}");
    let other = place.read(PLAN).edited("https://staging.bloom.example", "https://other.example");
    fs::write(place.path("other.yaml"), other).unwrap();
    let (code, found) = rows(&place, &["--site", "https://other.example"]);
    assert_eq!((code, found.keys().map(String::as_str).collect()), (Some(0), vec!["other.yaml"]));
    let (_, of_file) = rows(&place, &["--site", SITE]);
    assert!(of_file.contains_key(PLAN) && !of_file.contains_key("other.yaml"), "{of_file:#?}");
    place.run(&["status", ".", "--site", "none.site.ndjson"]).ends(2, &["does not show which site it is"]);
    place.run(&["status", PLAN]).ends(2, &["the site of the run is not named", "--site SITE", "plan status FOLDER"]);
    fs::create_dir(place.path("empty")).unwrap();
    place.run(&["status", "empty"]).ends(2, &["there is no plan in `empty`"]);
}
