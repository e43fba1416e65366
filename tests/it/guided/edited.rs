//! A plan that is edited while its run waits, and the command that goes on from there.

use super::*;

/// The command that the last line of `diff` ends in, as words.
#[track_caller]
fn last_command(place: &Place, more: &[&str]) -> (String, Vec<String>) {
    let ran = place.run(&[&["diff", PLAN, "--site", SITE], more].concat());
    ran.ends(0, &[]);
    let last = ran.out.lines().last().unwrap();
    let (why, command) = last.rsplit_once("plan ").unwrap_or_else(|| panic!("no command: {ran:#?}"));
    (why.to_owned(), command.trim_end_matches('`').split(' ').map(str::to_owned).collect())
}

#[track_caller]
fn follows(place: &Place, more: &[&str]) -> Ran {
    let (_, words) = last_command(place, more);
    place.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn each_message_about_an_edited_plan_leads_to_the_next_and_the_last_one_goes_on() {
    let place = configured();
    assert_eq!(last_command(&place, &[]).0, "the run waits at `start-verification`; to continue with it: ");
    follows(&place, &[]).ends(20, &["waits at `start-verification`"]);
    // Nothing of the site changes by this.
    place.edit(PLAN, "expect: {price: 39.00 USD, gateway: stripe}", "expect: {price: 39.00 USD}");
    let diff = format!("`plan diff {PLAN} --site {SITE}` shows");
    on(&place).ends(20, &["the plan was edited", &diff, "closes this run"]);
    let ran = place.apply(&["--no-input"]);
    ran.ends(0, &[]);
    assert!(ran.out.contains(&diff) && !ran.out.contains("--resume"), "{ran:#?}");
    let (why, _) = last_command(&place, &[]);
    assert!(why.contains("edited since the run that waits at `start-verification` began"), "{why}");
    follows(&place, &[]).ends(0, &[]);
    assert!(fs::read_to_string(&place.archived()[0]).unwrap().contains("a new run took its place"));
    on(&place).ends(20, &["waits at `start-verification`"]);
}

#[test]
fn a_diff_always_ends_in_the_command_that_goes_on() {
    let place = Place::new();
    let begins = "to carry out exactly this: ";
    assert_eq!(last_command(&place, &[]).0, begins);
    let (why, words) = last_command(&place, &["--gate", "migrate"]);
    assert_eq!(
        (why.as_str(), words.join(" ")),
        ("`apply` always judges at the gate `configure`; for that diff: ", format!("diff {PLAN} --site {SITE}"))
    );
    let ran = place.run(&["diff", PLAN, "--snapshot", SITE]);
    assert!(
        ran.out.ends_with(&format!("of the site itself: plan diff {PLAN} --site https://staging.bloom.example\n")),
        "{ran:#?}"
    );
    place.edit(PLAN, "crm: {name: ontraport", "crm: {name: keap");
    assert_eq!(last_command(&place, &[]).0, "apply refuses this while the plan is red: ");
    let place = passed_barrier();
    let (why, words) = last_command(&place, &[]);
    assert!(why.contains("is past *Run Migration* and not finished: finish it with"), "{why}");
    assert_eq!(words.join(" "), format!("apply {PLAN} --site {SITE} --resume"));
    // As a copy the site is as the plan wants it, and no run was on it: the guide's steps are still to be taken.
    let place = configured();
    fs::remove_dir_all(place.path(".plan")).unwrap();
    assert_eq!(last_command(&place, &[]).0, "to begin a run that takes the guide's steps: ");
    follows(&place, &[]).ends(0, &[]);
}
