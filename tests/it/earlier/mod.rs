//! What builds before this one left is read by it, gone on with to its end, and taken back.

mod make;

use std::fs;
use std::path::{Path, PathBuf};

use crate::guided::{CERTIFICATE, FORMS, PHRASE, POPULATION, on, record, status, to_its_end, undo, verified};
use crate::place::{PLAN, Place, SITE, key_in, own, state_home};

/// The key that marks what a build left.
const KEY: &str = "machine.key";

/// The state folder, under a name that git does not pass over.
const STATE: &str = "state";

/// What no run uses.
const FIRST_DRAFT: &str = "bloom-coaching-first-draft.yaml";

/// The builds of which every stage is kept, marked by a key that lies beside them.
const BUILDS: [&str; 1] = ["2026-11-28"];

fn earlier() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/earlier")
}

/// A run at this stage as that build left it, on a machine that has the key it was marked with.
fn left(build: &str, stage: &str) -> Place {
    let (from, home) = (earlier().join(build), tempfile::tempdir().unwrap());
    let place = Place { home, ..Place::new() };
    let copy = |from: &Path, to: &Path| {
        for file in fs::read_dir(from).unwrap().map(|file| file.unwrap().path()).filter(|file| file.is_file()) {
            fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
        }
    };
    let (home, state) = (place.home.path().to_owned(), place.path(".plan"));
    fs::copy(from.join(KEY), home.join(KEY)).unwrap();
    own(&home.join(KEY), 0o600);
    own(&home, 0o700);
    fs::create_dir(&state).unwrap();
    own(&state, 0o700);
    copy(&from.join(stage), place.folder.path());
    copy(&from.join(stage).join(STATE), &state);
    let before = amc_plan::apply::state_file(&state, SITE, "before.population.ndjson");
    for population in [place.path(POPULATION), before] {
        fs::copy(from.join(POPULATION), population).unwrap();
    }
    for file in fs::read_dir(&state).unwrap() {
        own(&file.unwrap().path(), 0o600);
    }
    looked_up(&place);
    place
}

/// What rules ask for that came after that build, and its readings do not show: a person looks it up.
pub(crate) fn looked_up(place: &Place) {
    record(place, &["saw", "crm", "sells=no"]);
    record(place, &["saw", "webhook/aal_fieldop?operationId=7", "runs=grant group-coaching"]);
}

/// The same in front of the barrier and of the test purchases.
pub(crate) fn looked_up_again(place: &Place) {
    record(place, &["saw", "crm", "sells=no"]);
    for (form, _) in FORMS {
        record(place, &["saw", &format!("order-form/{form}"), "test_mode=yes"]);
    }
}

/// The site of that build's example as it was before any run, and with every change in place.
fn before_and_after(build: &str) -> (String, String) {
    let (from, place) = (earlier().join(build), Place::new());
    let kept = amc_plan::apply::state_file(&from.join("part-way").join(STATE), SITE, "before.site.ndjson");
    let before = fs::read_to_string(kept).unwrap();
    fs::write(place.path(SITE), &before).unwrap();
    fs::copy(from.join(POPULATION), place.path(POPULATION)).unwrap();
    looked_up(&place);
    place.confirm(&place.digest()).ends(0, &[]);
    (before, place.read(SITE))
}

fn digest(place: &Place) -> String {
    status(place)["digest"].as_str().unwrap()[..8].to_owned()
}

/// From the vendor's verification to the barrier, and past it.
fn past_the_barrier(place: &Place) {
    verified(place);
    on(place).ends(20, &["does not count here", "crm sells=VALUE"]);
    looked_up_again(place);
    record(place, &["sign-in", "in another browser"]);
    place.apply(&["--resume", "--no-input", "--acknowledge", PHRASE]).ends(20, &["press it now, once"]);
}

#[test]
fn a_run_that_stopped_among_its_changes_is_finished_or_taken_back() {
    for build in BUILDS {
        let (before, after) = before_and_after(build);
        let place = left(build, "part-way");
        assert_eq!((&status(&place)["in_place"], &status(&place)["changes"]), (&2.into(), &7.into()));
        on(&place).ends(0, &[]);
        assert_eq!((place.read(SITE), &status(&place)["in_place"]), (after, &7.into()));
        past_the_barrier(&place);
        to_its_end(&place);
        assert!(place.path(CERTIFICATE).exists());
        let place = left(build, "part-way");
        undo(&place, &digest(&place)).ends(0, &[]);
        assert_eq!(place.read(SITE), before);
    }
}

#[test]
fn a_run_that_waits_at_a_step_is_finished_or_taken_back() {
    for build in BUILDS {
        let place = left(build, "waits");
        on(&place).ends(20, &["start-verification"]);
        past_the_barrier(&place);
        to_its_end(&place);
        assert!(place.path(CERTIFICATE).exists());
        let place = left(build, "waits");
        undo(&place, &digest(&place)).ends(0, &[]);
        assert_eq!(place.read(SITE), before_and_after(build).0);
    }
}

#[test]
fn a_run_past_the_barrier_is_finished_and_nobody_is_told_to_press_again() {
    for build in BUILDS {
        let place = left(build, "past-the-barrier");
        assert_eq!(status(&place)["past_the_barrier"], true);
        undo(&place, &digest(&place)).ends(20, &[]);
        on(&place).ends(20, &["do not press it again"]);
        looked_up_again(&place);
        to_its_end(&place);
        assert!(place.path(CERTIFICATE).exists() && !place.journal().exists());
    }
}

#[test]
fn a_run_that_is_over_is_shown_and_nothing_of_it_is_left_to_do() {
    for build in BUILDS {
        let place = left(build, "over");
        let log = place.run(&["log", PLAN, "--site", SITE]);
        assert!(log.out.contains("the barrier was passed, for 240 members") && log.out.contains("ended"), "{log:#?}");
        undo(&place, "00000000").ends(2, &["is finished and was past *Run Migration*"]);
        on(&place).ends(2, &[]);
        // Its certificate is proven, whatever its age.
        let certificate = place.read(CERTIFICATE);
        assert!(amc_plan::apply::certificate::is_marked(&certificate, &key_in(place.home.path())));
    }
}

#[test]
fn an_undo_that_stopped_is_finished() {
    for build in BUILDS {
        let place = left(build, "being-undone");
        assert_eq!((&status(&place)["taking_back"], &status(&place)["in_place"]), (&true.into(), &5.into()));
        on(&place).ends(20, &["is being undone"]);
        undo(&place, &digest(&place)).ends(0, &[]);
        assert_eq!(place.read(SITE), before_and_after(build).0);
    }
}

#[test]
fn a_run_that_another_one_replaced_is_taken_back_after_it() {
    for build in BUILDS {
        let place = left(build, "replaced");
        let first = status(&place)["earlier"].as_str().unwrap()[..8].to_owned();
        undo(&place, &digest(&place)).ends(0, &[]);
        undo(&place, &first).ends(0, &[]);
        assert_eq!((place.read(SITE), place.archived().len()), (before_and_after(build).0, 2));
    }
}

#[test]
fn what_was_kept_is_marked_by_its_own_key_alone() {
    for build in BUILDS {
        for stage in ["part-way", "waits", "past-the-barrier", "being-undone"] {
            let mut place = left(build, stage);
            place.run(&["status", PLAN, "--site", SITE]).ends(0, &[]);
            place.home = Place::new().home;
            place.run(&["status", PLAN, "--site", SITE]).ends(12, &["does not have the mark of this machine's key"]);
        }
    }
}
