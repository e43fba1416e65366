//! What a run shows a person at a step, and in which words: nothing of it contradicts what comes next.

use std::fs;

use crate::asked::Keyboard;
use crate::guided::{
    PHRASE, POPULATION, configured, configured_as_migrated, in_its_window, on, passed_barrier, record, verified,
};
use crate::place::{PLAN, Place, SITE};

fn resumes(place: &Place) -> Keyboard {
    Keyboard::at(place, &["apply", PLAN, "--site", SITE, "--resume", "--who", "jo"])
}

fn in_a_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whoever was asked to press, once, is not told in the next line that somebody may have pressed.
#[test]
fn what_follows_the_phrase_is_for_whoever_is_about_to_press() {
    let place = configured();
    verified(&place);
    record(&place, &["sign-in", "in another browser"]);
    let mut jo = resumes(&place);
    jo.sees(&format!("Type `{PHRASE}`"));
    jo.types(PHRASE);
    jo.sees("now press *Run Migration*, once");
    let said = in_a_line(&jo.sees("Ctrl-C ends"));
    assert!(!said.contains("may have been pressed") && !said.contains("nothing is to be typed here"), "{said}");
    for words in [
        "the site says that it is not on Managed Contacts yet",
        "*Run Migration* is pressed once: if it was pressed since",
        "do not press it again until the state of the migration is known",
        "nothing is to be typed until it shows that",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    drop(jo);
    // Whoever comes later does not know whether somebody pressed.
    on(&passed_barrier()).ends(20, &["*Run Migration* may have been pressed at"]);
}

/// A line that leads to a command is whole where the command is not shown.
#[test]
fn no_line_on_a_terminal_ends_in_front_of_a_command_that_is_not_shown() {
    let place = configured();
    fs::write(place.path("lines.txt"), "41 tags\n! 3 users without a contact ID\n").unwrap();
    record(&place, &["verification", "lines.txt", "--host", "staging.bloom.example"]);
    on(&place).ends(20, &["each line with a \"!\" needs a reason: 2; for each: plan record ack 2 "]);
    let mut jo = resumes(&place);
    let said = in_a_line(&jo.sees("why may it stay as it is?"));
    assert!(said.contains("each line with a \"!\" needs a reason: 2 line 2"), "{said}");
}

#[test]
fn a_single_line_is_one_line() {
    let place = configured();
    fs::write(place.path("lines.txt"), "41 tags\n").unwrap();
    let words =
        ["record", "verification", "lines.txt", "--host", "staging.bloom.example", "--plan", PLAN, "--who", "jo"];
    let ran = place.run(&words);
    assert!(ran.out.contains(" 1 line of verification, 0 of them"), "{ran:#?}");
}

/// At the review the contacts to look at are named, and the file with their values; the values themselves are not.
#[test]
fn the_review_names_the_contacts_and_where_their_values_are() {
    let place = passed_barrier();
    configured_as_migrated(&place, true, 30);
    record(&place, &["sign-in", "still signed in"]);
    let ran = on(&place);
    ran.ends(20, &["waits at `review-contacts`"]);
    let said = in_a_line(&ran.out);
    let values = place.read("private/bloom-coaching.contacts.yaml");
    let ids: Vec<&str> = values.lines().filter_map(|line| line.trim().strip_suffix(':')).collect();
    let ids: Vec<&str> = ids.iter().map(|id| id.trim_matches('"')).filter(|id| id.parse::<u32>().is_ok()).collect();
    assert_eq!(ids.len(), 10);
    assert!(said.contains(&ids.join(", ")), "{ids:?}: {said}");
    assert!(
        said.contains("what each of them had before the migration stands in private/bloom-coaching.contacts.yaml"),
        "{said}"
    );
    let personal = values.lines().filter_map(|line| line.trim().strip_prefix("email: "));
    assert!(personal.map(|value| value.trim_matches('"')).all(|value| !said.contains(value)));
}

/// A site whose members no reading shows begins a run with a word more, and the page has it in each command that needs it.
#[test]
fn a_page_of_a_site_without_members_says_how_to_begin() {
    let place = Place::new();
    in_its_window(&place);
    fs::remove_file(place.path(POPULATION)).unwrap();
    place.run(&["runbook", PLAN, "--site", SITE, "--out", "page.html"]).ends(0, &[]);
    let page = place.read("page.html").replace("<span>", "").replace("</span>", "");
    assert!(!page.contains("Do not begin") && page.contains("Only the members are unknown"), "how to begin is said");
    let apply = format!("<pre>plan apply {PLAN} --site {SITE} --accept-unknown members --confirm DIGEST</pre>");
    assert!(page.contains(&apply) && page.contains("<pre>members unknown</pre>"));
    let restore =
        "backup --restore-point ID --of live --parts files,database --taken-at TIME --stored-off-server --plan";
    assert!(page.contains("a copy off the server") && page.contains(restore));
    // A plan that asks for no copy off the server has nobody say that there is one.
    place.edit(PLAN, "stored_off_server: true", "stored_off_server: false");
    place.run(&["runbook", PLAN, "--site", SITE, "--out", "page.html"]).ends(0, &[]);
    assert!(!place.read("page.html").contains("--stored-off-server"));
}

/// Of a WordPress at its address every change is a person's, before a run as in one.
#[test]
fn at_an_address_the_plans_changes_are_a_persons_before_any_run() {
    let place = Place::new();
    let status = place.run(&["status", PLAN, "--site", "https://staging.bloom.example"]).out;
    let line = status.lines().find(|line| line.contains("The plan's changes")).unwrap();
    assert!(line.contains(" guided "), "{status}");
    let of_the_file = place.run(&["status", PLAN, "--site", SITE]).out;
    let line = of_the_file.lines().find(|line| line.contains("The plan's changes")).unwrap();
    assert!(line.contains(" automatic "), "{of_the_file}");
    assert!(
        of_the_file
            .contains("next: the last line of `plan diff bloom-coaching.yaml --site bloom-coaching.site.ndjson` is")
    );
    place.run(&["runbook", PLAN, "--out", "page.html"]).ends(0, &[]);
    assert!(place.read("page.html").contains("3. The plan&#39;s changes <small>guided"));
}
