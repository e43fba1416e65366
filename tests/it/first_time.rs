//! What somebody who uses the program for the first time has to be able to read: each sentence says what is so, and what to do.

use crate::place::{Edited as _, PLAN, Place, SITE};
use crate::survey::without;

/// A text without its line breaks.
fn flat(text: &str) -> String {
    text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

#[test]
fn a_diff_shows_of_what_was_seen_the_last_statement_about_each_field() {
    let place = without(&["mail"]);
    let saw = |fields: &[&str]| {
        let words = [&["record", "saw", "mail"], fields, &["--plan", PLAN, "--who", "jo"]].concat();
        place.run(&words).ends(0, &[]);
    };
    saw(&["simulated=no", "transport=fluent-smtp"]);
    saw(&["simulated=yes"]);
    let diff = place.run(&["diff", PLAN, "--site", SITE]).out;
    assert!(diff.contains("seen by jo") && diff.contains("simulated: yes"), "{diff}");
    assert!(!diff.contains("simulated: no"), "it was said again since: {diff}");
    assert!(diff.contains("transport: fluent-smtp"), "{diff}");
}

#[test]
fn the_reason_for_which_a_contact_is_listed_is_shown_where_it_is_a_sort() {
    let place = Place::new();
    place.edit(PLAN, "\"10079\": \"holds orders, odd characters, paid\"", "\"10079\": the sister of mara");
    place.edit(PLAN, "\"10019\": free", "\"99999\": free");
    let picture = place.run(&["check", PLAN, "--site", SITE]).out;
    assert!(picture.contains("\"99999\": free"), "{picture}");
    assert!(!picture.contains("sister"), "{picture}");
}

#[test]
fn a_missing_backup_may_be_a_restore_point() {
    let place = Place::new();
    std::fs::remove_file(place.path("bloom-coaching.record.ndjson")).unwrap();
    let said = flat(&place.run(&["check", PLAN, "--site", SITE]).out);
    assert!(
        said.contains(
            "`plan record backup --restore-point ID --parts files,database --taken-at TIME --plan bloom-coaching.yaml --who WHO`"
        ),
        "{said}"
    );
}

#[test]
fn no_step_waits_to_be_taken_where_no_run_is_under_way() {
    let place = Place::new();
    let said = place.run(&["status", PLAN, "--site", SITE]).out;
    assert!(said.contains("no run is under way") && !said.contains('▶'), "{said}");
    assert!(said.contains("whoever runs the switch"), "{said}");
}

#[test]
fn what_only_a_reading_shows_is_said_with_the_way_to_find_it() {
    let place = Place::new();
    place.edit(PLAN, "https://staging.bloom.example", "https://copy.bloom.example");
    let site = place
        .read(SITE)
        .edited(r#""url":"https://staging.bloom.example","type":"staging""#, r#""url":"https://copy.bloom.example""#);
    std::fs::write(place.path(SITE), site).unwrap();
    place.move_to("bloom-coaching", "copy.bloom.example");
    for words in [&["survey", PLAN, "--site", SITE][..], &["check", PLAN, "--site", SITE, "--format", "json"]] {
        let said = flat(&place.run(words).out);
        assert!(said.contains("Tools > Site Health > Info > WordPress"), "{words:?}: {said}");
    }
}

#[test]
fn a_mail_trap_of_the_host_counts() {
    let place = Place::new();
    let said = flat(&place.run(&["explain", "mail-not-simulated"]).out);
    assert!(said.contains("a mail trap of the host") && said.contains("Do Not Send"), "{said}");
}

#[test]
fn the_line_of_a_module_with_a_colon_is_the_one_that_is_pointed_at() {
    let place = Place::new();
    place.edit(PLAN, "{module: Money, release: 7 days after previous}", "{module: \"Week 4: Money\"}");
    place.edit_site(SITE, r#""number":4,"name":"Money""#, r#""number":4,"name":"Week 4: Money""#);
    let picture = place.run(&["check", PLAN, "--site", SITE]).out;
    let lines: Vec<&str> = picture.lines().collect();
    let at = lines.iter().position(|line| line.contains("4 Week 4: Money") && line.contains("by-hand"));
    let at = at.unwrap_or_else(|| panic!("{picture}"));
    assert!(lines[at + 1].contains("──"), "the line is marked: {picture}");
}

#[test]
fn what_a_person_left_out_of_a_file_was_not_read_by_a_collector() {
    let place = Place::new();
    let site = place.read(SITE).edited("bridge", "manual").edited(r#""simulated":false"#, r#""other":1"#);
    std::fs::write(place.path(SITE), amc_plan::site::file::seal(&site).unwrap()).unwrap();
    let said = place.run(&["check", PLAN, "--site", SITE]).out;
    assert!(said.contains("the site file does not say it of this `mail`"), "{said}");
}
