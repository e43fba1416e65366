//! Which site it is: in plan, site file, population and run, told apart by port and path as well.

use std::fs;

use amc_plan::change::Change;
use amc_plan::example::generate;
use amc_plan::model::population::Questions;
use amc_plan::model::{Kind, ObjectRef};
use amc_plan::site::file::{FileSite, save};
use amc_plan::site::snapshot_file::SnapshotFile;
use amc_plan::site::{Site, SiteError};

use crate::guided::{configured, on};
use crate::place::{Edited, PLAN, Place, Ran, SITE};

#[cfg(unix)]
#[test]
fn a_lock_of_a_site_at_an_address_lies_nowhere_else_and_where_nobody_else_can_change_it() {
    let address = "https://staging.bloom.example";
    let with = |home: &dyn Fn(&Place, &mut std::process::Command), code: i32, words: &[&str]| {
        let place = Place::new();
        let kept = amc_plan::apply::state_file(&place.path(".plan"), "staging.bloom.example", "before.site.ndjson");
        fs::create_dir_all(kept.parent().unwrap()).unwrap();
        fs::write(&kept, "").unwrap();
        let mut command = place.command(&["purge", PLAN, "--site", address]);
        home(&place, &mut command);
        Ran::from(command.output().unwrap()).ends(code, words);
        let beside = fs::read_dir(kept.parent().unwrap()).unwrap().flatten();
        let locks = beside.filter(|entry| entry.file_name().to_string_lossy().ends_with(".lock")).count();
        assert_eq!((locks, kept.exists()), (0, code != 0));
    };
    with(&|_, _| {}, 0, &[]);
    let relative = |_: &Place, command: &mut std::process::Command| {
        command.env_remove("PLAN_STATE_HOME").env_remove("XDG_STATE_HOME").env("HOME", "somewhere");
    };
    with(&relative, 3, &["set HOME, or XDG_STATE_HOME, to a folder of your own"]);
    let open = |place: &Place, _: &mut std::process::Command| {
        let sites = place.home.path().join("sites");
        fs::create_dir_all(&sites).unwrap();
        crate::place::own(&sites, 0o777);
    };
    with(&open, 12, &["can be changed by other users (mode 777)", "chmod go-w"]);
}

#[test]
fn a_plan_for_a_port_or_a_folder_does_not_take_the_site_at_the_root() {
    for address in ["https://staging.bloom.example:8443", "https://staging.bloom.example/wp"] {
        let place = Place::new();
        place.edit(PLAN, "https://staging.bloom.example", address);
        let ran = place.run(&["check", PLAN, "--site", SITE]);
        assert_eq!(ran.code, Some(1), "{address}: {ran:?}");
        assert!(ran.out.contains("site-not-in-plan") && ran.out.contains(address), "{address}: {ran:?}");
    }
}

#[test]
fn the_population_of_another_client_is_refused_with_both_names() {
    let place = Place::new();
    let population = "bloom-coaching.population.ndjson";
    place.edit(population, r#""host":"staging.bloom.example""#, r#""host":"other.example""#);
    place.run(&["snapshot", "finalize", population]).ends(0, &[]);
    let as_it_was = place.read(SITE);
    let both = ["it belongs to `other.example`, but the configuration beside it belongs to `staging.bloom.example`"];
    // Nor is it tied to this configuration.
    place.run(&["snapshot", "finalize", SITE]).ends(13, &both);
    assert_eq!(place.read(SITE), as_it_was);
    place.run(&["check", PLAN, "--site", SITE]).ends(13, &both);
    place.run(&["verify", PLAN, "--before", SITE, "--after", SITE]).ends(13, &both);
}

/// The example's site as it was read at this time, its population at that one.
fn reading(place: &Place, name: &str, configuration: &str, population: &str) -> String {
    let file = format!("{name}.site.ndjson");
    let beside = format!("{name}.population.ndjson");
    for (from, to, at) in [("bloom-coaching.population.ndjson", &beside, population), (SITE, &file, configuration)] {
        fs::write(place.path(to), place.read(from).edited_once("2026-11-21T06:12:00Z", at)).unwrap();
        place.run(&["snapshot", "finalize", to]).ends(0, &[]);
    }
    file
}

#[test]
fn what_two_readings_say_nothing_of_is_unproven_however_alike_they_are() {
    let [early_at, late_at] = ["2026-11-21T06:12:00Z", "2026-11-21T07:12:00Z"];
    let place = Place::new();
    let verify = |before: &str, after: &str| place.run(&["verify", PLAN, "--before", before, "--after", after]);
    let is_unproven = |(before, after): (&str, &str), words: &[&str]| {
        let ran = verify(before, after);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(words.iter().all(|word| ran.out.contains(word)), "{words:?}: {ran:#?}");
    };
    let early = reading(&place, "early", early_at, early_at);
    let unmigrated = reading(&place, "unmigrated", late_at, late_at);
    is_unproven(
        (&early, &unmigrated),
        &["`staging.bloom.example` (`--after`) says that it is not on Managed Contacts: it is not migrated"],
    );
    place.edit(SITE, r#","managed":false"#, "");
    let silent = reading(&place, "silent", late_at, late_at);
    is_unproven((&early, &silent), &["does not say whether it is on Managed Contacts"]);
    place.edit(SITE, r#""connected":true"#, r#""connected":true,"managed":true"#);
    let late = reading(&place, "late", late_at, late_at);
    verify(&early, &late).ends(0, &[]);
    let never = reading(&place, "never", "2099-11-21T08:12:00Z", "2099-11-21T08:12:00Z");
    is_unproven((&early, &never), &["read at 2099-11-21T08:12:00Z, which by this machine's clock is in the future"]);
    let live = reading(&place, "live", late_at, late_at);
    place.move_to("live", "bloom.example");
    let sides = ["before  staging.bloom.example, as of", "after   bloom.example, as of"];
    let both = "`--before` is a reading of `staging.bloom.example` and `--after` one of `bloom.example`";
    is_unproven((&early, &live), &[&sides[..], &[both, "compare each site with itself"]].concat());
    // A push makes live what staging was, and nothing the other way round.
    place.edit(PLAN, "strategy: rehearse-and-replay", "strategy: freeze-and-push");
    verify(&early, &live).ends(0, &[]);
    let first = reading(&place, "first", early_at, early_at);
    place.move_to("first", "bloom.example");
    is_unproven((&first, &late), &["never live to staging"]);
}

#[test]
fn the_side_before_was_read_before_the_side_after() {
    let [early_at, late_at] = ["2026-11-21T06:12:00Z", "2026-11-21T07:12:00Z"];
    let place = Place::new();
    place.edit(SITE, r#""managed":false"#, r#""managed":true"#);
    let early = reading(&place, "early", early_at, early_at);
    let late = reading(&place, "late", late_at, late_at);
    let mixed = reading(&place, "mixed", late_at, early_at);
    let verify = |before: &str, after: &str| place.run(&["verify", PLAN, "--before", before, "--after", after]);
    verify(&early, &late).ends(0, &[]);
    verify(&late, &early)
        .ends(2, &["is from 2026-11-21T06:12:00Z, earlier than the `--before` reading", "wrong way round"]);
    verify(&late, &mixed).ends(2, &["wrong way round"]);
    // One reading, and new settings beside old members.
    for (before, after) in [(&early, &early), (&early, &mixed)] {
        let ran = verify(before, after);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.out.contains("is not later than the `--before` reading"), "{ran:?}");
    }
}

#[test]
fn readings_of_another_site_are_no_side_of_this_plan() {
    let place = Place::new();
    place.edit(PLAN, "https://staging.bloom.example", "https://www.staging.bloom.example");
    for words in [&["--after", SITE][..], &["--before", SITE, "--after", SITE]] {
        let ran = place.run(&[&["verify", PLAN], words].concat());
        ran.ends(13, &["is a reading of `staging.bloom.example`", "write `staging.bloom.example` in its `sites`"]);
    }
    place.edit(PLAN, "https://www.staging.bloom.example", "https://other.example");
    let ran = place.run(&["verify", PLAN, "--after", SITE]);
    ran.ends(13, &["is a reading of `staging.bloom.example`", "name `other.example` and `bloom.example`"]);
    let ran = place.run(&["verify", PLAN, "--after", "https://third.example"]);
    ran.ends(13, &["is a reading of `third.example`"]);
}

#[test]
fn the_guard_names_the_live_site_in_any_spelling_of_it() {
    for (live, guard, is_it) in [
        ("https://bücher.example", "//xn--bcher-kva.example", true),
        ("https://xn--bcher-kva.example", "https://BÜCHER.example:443/", true),
        ("https://bücher.example", "//www.bücher.example", false),
        ("https://bücher.example", "//bücher.example:8443", false),
        ("https://bücher.example", "//bücher.example/shop", false),
    ] {
        let place = Place::new();
        place.edit(PLAN, "live: https://bloom.example", &format!("live: {live}"));
        place.edit(PLAN, "\nemails:", &format!("\nproduction_site_url: {guard}\nemails:"));
        let ran = place.run(&["check", PLAN, "--site", SITE]);
        assert_eq!(!ran.out.contains("charging-guard-not-live"), is_it, "{live} {guard}: {ran:?}");
    }
}

#[test]
fn a_run_whose_file_became_another_site_changes_nothing_more() {
    let place = configured();
    for file in ["run.json", "lock"] {
        let noted = fs::read_to_string(&place.state_files(file)[0]).unwrap();
        assert!(noted.contains(r#""site":"staging.bloom.example""#), "{noted}");
    }
    place.move_to("bloom-coaching", "other.example");
    let swapped = place.read(SITE);
    let both = ["`other.example`", "`staging.bloom.example`"];
    on(&place).ends(20, &both);
    place.run(&["undo", PLAN, "--site", SITE, "--no-input"]).ends(20, &both);
    assert_eq!(place.read(SITE), swapped);
}

#[test]
fn two_spellings_of_an_international_name_are_one_site() {
    let place = Place::new();
    place.move_to("bloom-coaching", "xn--bcher-kva.bloom.example");
    place.edit_site(SITE, "https://staging.bloom.example", "https://xn--bcher-kva.bloom.example");
    let ascii = place.read(PLAN).edited("https://staging.bloom.example", "https://xn--bcher-kva.bloom.example");
    fs::write(place.path(PLAN), ascii.edited("xn--bcher-kva", "bücher")).unwrap();
    let international = place.digest();
    fs::write(place.path(PLAN), ascii).unwrap();
    assert_eq!(place.digest(), international);
}

#[test]
fn a_file_that_was_replaced_by_another_site_is_neither_observed_nor_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.site.ndjson");
    let text = generate(1).site;
    fs::write(&path, &text).unwrap();
    let mut site = FileSite::open(&path).unwrap();
    site.configuration().unwrap();
    let mut other = SnapshotFile::read(text.as_bytes()).unwrap().into_snapshot();
    other.header.site = "https://bloom.example".parse().unwrap();
    save(&path, other).unwrap();
    let on = ObjectRef::only(Kind::Mail);
    let change = Change { on: on.clone(), before: None, after: None, cause: String::new() };
    let before = fs::read(&path).unwrap();
    for outcome in [site.observe(&on).map(drop), site.execute(&change), site.read(&Questions::default()).map(drop)] {
        let error = outcome.unwrap_err();
        assert!(matches!(&error, SiteError::Replaced { .. }), "{error}");
        assert!(error.to_string().contains("`bloom.example`") && error.to_string().contains("`staging.bloom.example`"));
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_that_becomes_another_clients_between_two_changes_is_not_written_to() {
    // Whoever swaps it has to be quick: where the run was over first, it is tried again.
    let caught = (0..40).find_map(|_| {
        let place = Place::new();
        let digest = place.digest();
        let other = Place::new();
        other.move_to("bloom-coaching", "other.example");
        let swapped = other.read(SITE);
        fs::copy(other.path(SITE), place.path("swap")).unwrap();
        let child =
            place.command(&["apply", PLAN, "--site", SITE, "--no-input", "--confirm", &digest]).spawn().unwrap();
        let written = || fs::read_to_string(place.journal()).is_ok_and(|text| text.contains(r#""done""#));
        let begun = std::time::Instant::now();
        while !written() && begun.elapsed().as_secs() < 20 {}
        fs::rename(place.path("swap"), place.path(SITE)).unwrap();
        let ran: Ran = child.wait_with_output().unwrap().into();
        let done = fs::read_to_string(place.journal()).unwrap_or_default().matches(r#""done""#).count();
        (ran.code != Some(0) && done < 7).then_some((place, ran, swapped))
    });
    let (place, ran, swapped) = caught.expect("a swap between two changes");
    ran.ends(20, &["other.example", "staging.bloom.example"]);
    assert_eq!(place.read(SITE), swapped, "nothing was written into the other client's file");
    place.apply(&["--resume", "--no-input"]).ends(20, &["other.example"]);
    assert_eq!(place.read(SITE), swapped);
}
