//! Which site it is: in plan, site file, population and run, told apart by port and path as well.

use std::fs;

use amc_plan::change::Change;
use amc_plan::example::generate;
use amc_plan::model::population::Questions;
use amc_plan::model::{Kind, On};
use amc_plan::site::file::{FileSite, save};
use amc_plan::site::snapshot_file::SnapshotFile;
use amc_plan::site::{Site, SiteError};

use crate::place::{PLAN, Place, SITE};

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
    for file in [population, SITE] {
        place.run(&["snapshot", "seal", file]).ends(0, &[]);
    }
    let both = ["it is of `other.example`, and the configuration beside it is of `staging.bloom.example`"];
    place.run(&["check", PLAN, "--site", SITE]).ends(3, &both);
    place.run(&["verify", PLAN, "--before", SITE, "--after", SITE]).ends(3, &both);
}

#[test]
fn two_spellings_of_an_international_name_are_one_site() {
    let place = Place::new();
    place.move_to("bloom-coaching", "xn--bcher-kva.bloom.example");
    place.edit_site(SITE, "https://staging.bloom.example", "https://xn--bcher-kva.bloom.example");
    let ascii = place.read(PLAN).replace("https://staging.bloom.example", "https://xn--bcher-kva.bloom.example");
    fs::write(place.path(PLAN), ascii.replace("xn--bcher-kva", "bücher")).unwrap();
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
    let on = On::only(Kind::Mail);
    let change = Change { on: on.clone(), before: None, after: None, cause: String::new() };
    let before = fs::read(&path).unwrap();
    for outcome in [site.observe(&on).map(drop), site.execute(&change), site.read(&Questions::default()).map(drop)] {
        let error = outcome.unwrap_err();
        assert!(matches!(&error, SiteError::Replaced { .. }), "{error}");
        assert!(error.to_string().contains("`bloom.example`") && error.to_string().contains("`staging.bloom.example`"));
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}
