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

fn with_returns_alone(text: &str) -> String {
    text.replace('\n', "\r")
}

/// The findings of a check in one line each.
fn findings(place: &Place) -> String {
    place.run(&["check", PLAN, "--site", SITE, "--format", "concise"]).out
}

#[test]
fn places_in_files_whose_lines_end_in_returns_alone_are_those_that_an_editor_shows() {
    let place = Place::new();
    place.edit(PLAN, "strategy: rehearse-and-replay", "stratgy: rehearse-and-replay");
    place.edit(PLAN, "access_through: opt-in", "access_through: opt-im # n\u{f6}");
    place.edit("private/bloom-coaching.contacts.yaml", "\"Van der Linde\"", "\"Van den Linde\"");
    let said = findings(&place);
    for place in [".yaml:7:1: error[unknown-key]", ".yaml:28:21: error[wrong-value]", ".contacts.yaml:3:14: "] {
        assert!(said.contains(place), "{place} {said}");
    }
    for file in [PLAN, "private/bloom-coaching.contacts.yaml"] {
        change(&place, file, with_returns_alone);
    }
    assert_eq!(findings(&place), said);
    let drawn = place.run(&["check", PLAN, "--site", SITE]).out;
    assert!(drawn.contains("7 │ stratgy: rehearse-and-replay\n"), "{drawn}");
    // One of them alone in a file of newlines ends a line too, as YAML has it.
    let place = Place::new();
    change(&place, PLAN, |text| {
        text.replacen("version: 1", "# a\rversion: 1", 1).replace("strategy: rehearse", "stratgy: rehearse")
    });
    assert!(findings(&place).contains(".yaml:8:1: error[unknown-key]"), "{}", findings(&place));
    // What is not UTF-8 is found where it is.
    let mut bytes = with_returns_alone("version: 1\nname: ").into_bytes();
    bytes.extend(b"\xff\r");
    fs::write(place.path(PLAN), bytes).unwrap();
    assert!(
        findings(&place).contains(":2:7: error[not-utf8] the byte 0xFF at offset 17, in line 2,"),
        "{}",
        findings(&place)
    );
}

#[test]
fn a_record_and_a_plan_of_returns_alone_are_what_they_were() {
    let place = Place::new();
    let confirmed = place.digest();
    for _ in ["one", "two"] {
        place.run(&["record", "saw", "emails", "enabled=true", "--plan", PLAN, "--who", "jo"]).ends(0, &[]);
    }
    let record = "bloom-coaching.record.ndjson";
    assert_eq!(place.read(record).lines().count(), 3);
    for file in [PLAN, record, "private/bloom-coaching.contacts.yaml"] {
        change(&place, file, with_returns_alone);
    }
    assert_eq!(place.digest(), confirmed);
    place.run(&["record", "saw", "emails", "enabled=true", "--plan", PLAN, "--who", "jo"]).ends(0, &[]);
    let text = place.read(record);
    assert_eq!((text.matches('\r').count(), text.matches('\n').count()), (3, 1), "no line was written over");
    place.run(&["check", PLAN, "--site", SITE]).ends(0, &[]);
    // A line that was edited is named by its number.
    change(&place, record, |text| text.replacen("\r{\"version\":1", "\r{\"versoin\":1", 1));
    assert!(place.run(&["check", PLAN, "--site", SITE]).err.contains("record.ndjson`, line 2: "));
}

#[test]
fn a_site_of_returns_alone_is_said_to_be_one_and_finalize_writes_it_anew() {
    let cause = ["its lines end in carriage returns alone", "plan snapshot finalize FILE"];
    for file in [SITE, "bloom-coaching.population.ndjson"] {
        let place = Place::new();
        let as_it_was = place.read(file);
        change(&place, file, with_returns_alone);
        place.run(&["check", PLAN, "--site", SITE]).ends(3, &cause);
        place.run(&["snapshot", "finalize", file]).ends(0, &[]);
        assert_eq!(place.read(file), as_it_was);
        place.run(&["check", PLAN, "--site", SITE]).ends(0, &[]);
        // And what is wrong with one is said by its line.
        change(&place, file, |text| with_returns_alone(&text.replacen("\n{\"kind\":", "\n{\"kin\":", 1)));
        place.run(&["snapshot", "finalize", file]).ends(3, &["line 2: "]);
    }
}
