//! Files as git and editors leave them on some systems: carriage returns at line ends, a byte order mark before the first. They are
//! read as what they are; and git is told to leave the line ends of what digests and signatures are over.

use std::fs;

use crate::place::{PLAN, Place, SITE};

const FILES: [&str; 5] = [
    PLAN,
    SITE,
    "bloom-coaching.population.ndjson",
    "bloom-coaching.record.ndjson",
    "private/bloom-coaching.contacts.yaml",
];

fn change(place: &Place, file: &str, with: impl Fn(&str) -> String) {
    fs::write(place.path(file), with(&place.read(file))).unwrap();
}

fn with_returns(text: &str) -> String {
    text.replace('\n', "\r\n")
}

#[test]
fn a_clone_whose_line_ends_git_changed_is_what_it_was() {
    let place = Place::new();
    let confirmed = place.digest();
    FILES.iter().for_each(|file| change(&place, file, with_returns));
    assert_eq!(place.digest(), confirmed);
    let verify = ["verify", PLAN, "--before", SITE, "--after", SITE];
    assert!(!place.run(&verify).err.contains("changed after"));
    place.confirm(&confirmed).ends(0, &[]);
}

#[test]
fn a_byte_order_mark_is_read_past_and_is_not_written_again() {
    let place = Place::new();
    let confirmed = place.digest();
    FILES.iter().for_each(|file| change(&place, file, |text| format!("\u{feff}{text}")));
    fs::write(place.path("plan.toml"), "\u{feff}[seal]\r\n").unwrap();
    assert_eq!(place.digest(), confirmed);
    place.confirm(&confirmed).ends(0, &[]);
    assert!(place.read(SITE).starts_with(r#"{"kind":"snapshot""#));
    let hand = "\u{feff}".to_owned() + &with_returns(&place.read(SITE));
    let plain = amc_plan::site::file::seal(&place.read(SITE)).unwrap();
    assert_eq!(amc_plan::site::file::seal(&hand).unwrap(), plain);
}

#[test]
fn git_is_told_to_leave_line_ends_as_they_are() {
    let place = Place::new();
    fs::write(place.path(".gitattributes"), "*.png binary").unwrap();
    place.run(&["init", "--site", SITE, "--out", "plan.yaml"]).ends(0, &[]);
    let told = "*.png binary\n*.ndjson -text\n*.seal.json* -text\n*.rehearsal.json* -text\n";
    assert_eq!(place.read(".gitattributes"), told);
    place.run(&["seal", PLAN, "--site", SITE]).ends(0, &[]);
    assert_eq!(place.read(".gitattributes"), told);
    fs::remove_file(place.path(".gitattributes")).unwrap();
    place.run(&["seal", PLAN, "--site", SITE]).ends(0, &[]);
    assert!(place.read(".gitattributes").starts_with("*.ndjson -text\n"));
}
