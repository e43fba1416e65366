//! `plan check --suggest` as its user meets it: a patch that `patch` and git take, what remains, and not a byte written.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::partly::partly_captured;
use crate::place::{Edited as _, PLAN, Place, Ran, SITE};

const DRAFT: &str = "bloom-coaching-first-draft.yaml";

fn suggest(place: &Place, plan: &str, more: &[&str]) -> Ran {
    place.run(&[&["check", plan, "--site", SITE, "--suggest"], more].concat())
}

fn report(place: &Place, plan: &str, more: &[&str]) -> Value {
    let ran = suggest(place, plan, &[&["--format", "json"], more].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

/// The finished plan with two slips and an entry that is not there.
fn with_slips(place: &Place) -> String {
    let text = place.read(PLAN);
    let text = text.edited_once("\norder_forms:", "\norder_froms:");
    let text = text.edited_once("strategy: rehearse-and-replay", "strategy: rehearse-and-reply # slow");
    let form = "  group-coaching-summer-sale:\n    custom_operation: {release: [group-coaching]} # it granted everything at once\n";
    text.edited_once(form, "").edited_once("  group-coaching-summer-sale: {expect: [order, content]}\n", "")
}

/// What a tool makes of a file in a folder with a patch given to it.
fn patched(place: &Place, plan: &str, tool: &[&str], patch: &str) -> String {
    let kept = place.read(plan);
    let mut command = Command::new(tool[0]);
    let mut child = command
        .args(&tool[1..])
        .current_dir(place.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(patch.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{tool:?}: {patch}");
    let after = place.read(plan);
    fs::write(place.path(plan), kept).unwrap();
    after
}

#[test]
fn patch_and_git_take_the_whole_of_what_is_printed_and_then_nothing_is_suggested() {
    let place = Place::new();
    let plain = with_slips(&place);
    // A byte order mark, carriage returns, and a last line without a line break.
    for text in [plain.clone(), format!("\u{feff}{plain}").replace('\n', "\r\n"), plain.trim_end().to_owned()] {
        fs::write(place.path(PLAN), &text).unwrap();
        let ran = suggest(&place, PLAN, &[]);
        ran.ends(1, &[]);
        assert!(ran.out.contains("3 edits are suggested; each is needed, as was tried:"), "{}", ran.out);
        assert!(ran.out.contains("with these edits: green"), "{}", ran.out);
        assert_eq!(place.read(PLAN), text, "nothing is written");
        let by_patch = patched(&place, PLAN, &["patch", "-p1", "--binary"], &ran.out);
        assert_eq!(by_patch, patched(&place, PLAN, &["git", "apply"], &ran.out));
        assert_ne!(by_patch, text);
        fs::write(place.path(PLAN), by_patch).unwrap();
        let again = suggest(&place, PLAN, &[]);
        again.ends(0, &[]);
        assert!(again.out.starts_with("nothing is suggested: the plan is green"), "{}", again.out);
    }
}

#[test]
fn without_one_of_the_edits_the_plan_is_not_green() {
    let place = Place::new();
    fs::write(place.path(PLAN), with_slips(&place)).unwrap();
    let report = report(&place, PLAN, &[]);
    let suggested = &report["suggest"];
    assert_eq!((&suggested["verdict"], &suggested["irreducible"]), (&Value::from("green"), &Value::from(true)));
    let patch = suggested["patch"].as_str().unwrap();
    let (head, hunks) = patch.split_once("@@ ").unwrap();
    let hunks: Vec<String> =
        format!("\n@@ {hunks}").split("\n@@ ").skip(1).map(|hunk| format!("@@ {}\n", hunk.trim_end())).collect();
    assert_eq!(hunks.len(), 3, "the edits are far from each other: {patch}");
    for left_out in 0..3 {
        let others = hunks.iter().enumerate().filter(|(nth, _)| *nth != left_out).map(|(_, hunk)| hunk.as_str());
        let less = format!("{head}{}", others.collect::<String>());
        let text = patched(&place, PLAN, &["patch", "-p1", "--binary", "-s"], &less);
        let before = place.read(PLAN);
        fs::write(place.path(PLAN), text).unwrap();
        let ran = Ran::from(place.command(&["check", PLAN, "--site", SITE, "--format", "concise"]).output().unwrap());
        ran.ends(1, &[]);
        let rule = suggested["edits"][left_out]["rule"].as_str().unwrap();
        let back: Vec<&str> =
            suggested["edits"].as_array().unwrap().iter().map(|edit| edit["rule"].as_str().unwrap()).collect();
        assert!(back.iter().any(|rule| ran.out.contains(&format!("[{rule}]"))), "{rule}: {}", ran.out);
        fs::write(place.path(PLAN), before).unwrap();
    }
}

#[test]
fn what_people_decide_is_named_with_its_key_and_written_nowhere() {
    let place = Place::new();
    let report = report(&place, DRAFT, &[]);
    let suggested = &report["suggest"];
    let patch = suggested["patch"].as_str().unwrap();
    let added: Vec<&str> = patch.lines().filter(|line| line.starts_with('+')).collect();
    for decided in
        ["strategy", "members_between_modules", "after_switch", "accepted_risks", "spot_check", "backup", "leave_alone"]
    {
        assert!(!added.iter().any(|line| line.contains(decided)), "{decided}: {patch}");
    }
    let keys: Vec<(&str, Option<&str>)> = suggested["for_people"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|task| Some((task["key"].as_str()?, task["at"].as_str())))
        .collect();
    for decided in [
        ("strategy", Some("")),
        ("backup", Some("")),
        ("members_between_modules", Some("/offerings/group-coaching")),
        ("failed_payment", Some("/order_forms/group-coaching-payment-plan")),
        ("after_switch", Some("/webhooks/open-money-module")),
    ] {
        assert!(keys.contains(&decided), "{decided:?}: {keys:?}");
    }
    // What would ask for more is named with what it would ask for.
    let alumni = suggested["for_people"].as_array().unwrap().iter().find(|task| task["key"] == "alumni").unwrap();
    assert_eq!(alumni["brings"], serde_json::json!(["order-form-missing"]));
    // What is missing on the site stands below its screen, and what `apply` sets below that.
    assert_eq!(suggested["on_site"][0]["screen"], "AccessAlly > Offerings");
    assert_eq!(suggested["on_site"][0]["tasks"][0]["rules"], serde_json::json!(["not-on-site"]));
    let by_apply: Vec<&str> =
        suggested["by_apply"].as_array().unwrap().iter().map(|task| task["what"].as_str().unwrap()).collect();
    assert!(
        by_apply.contains(&"emails: welcome") && by_apply.contains(&"charging-guard: production_url"),
        "{by_apply:?}"
    );
}

#[test]
fn what_nobody_read_is_looked_at_on_its_screen_and_so_is_what_a_person_changes() {
    let place = partly_captured();
    let report = report(&place, PLAN, &[]);
    let on_site = report["suggest"]["on_site"].as_array().unwrap();
    let tasks = |screen: &str| -> Vec<&Value> {
        let found = on_site.iter().find(|one| one["screen"] == screen);
        found.map(|one| one["tasks"].as_array().unwrap().iter().collect()).unwrap_or_default()
    };
    let emails = tasks("AccessAlly > Settings > Emails");
    let unknown = emails.iter().find(|task| task["rules"].as_array().unwrap().contains(&Value::from("emails-off")));
    let unknown = unknown.unwrap_or_else(|| panic!("{on_site:#?}"));
    assert!(unknown["what"].as_str().unwrap().contains("unknown: no reading shows it"), "{unknown:#}");
    assert!(unknown["help"].as_str().unwrap().contains("plan record saw emails"), "{unknown:#}");
    // What was not compared is looked at in the same place.
    assert!(emails.iter().any(|task| task["what"].as_str().unwrap().contains("nobody read it")), "{emails:#?}");
    // Where a person wrote the file a person makes the change.
    let place = Place::new();
    place.edit_site(SITE, r#""emails":{"how":"bridge"}"#, r#""emails":{"how":"manual"}"#);
    let ran = suggest(&place, PLAN, &[]);
    let (by_apply, on_site) = ran.out.split_once("on the site, by screen:").unwrap_or_else(|| panic!("{}", ran.out));
    assert!(!by_apply.contains("- emails: welcome") && on_site.contains("- emails: welcome"), "{}", ran.out);
}

#[test]
fn what_nobody_can_read_is_said_and_no_edit_is_made_up() {
    let place = Place::new();
    let text = with_slips(&place);
    for broken in [format!("{text}gatway: [\n"), format!("{text}version: 1\n"), "- a\n".to_owned(), String::new()] {
        fs::write(place.path(PLAN), &broken).unwrap();
        let ran = suggest(&place, PLAN, &[]);
        ran.ends(1, &[]);
        assert!(!ran.out.contains("+++ "), "{}", ran.out);
    }
}

#[test]
fn a_line_that_is_masked_makes_no_patch_that_would_write_the_mask() {
    let place = Place::new();
    place.edit(PLAN, "deliver_only_to: [qa@agency.example]}", "deliver_only_too: [iris.holt@mail.example]}");
    let masked = suggest(&place, PLAN, &[]);
    assert!(!format!("{masked:?}").contains("iris.holt"), "{masked:#?}");
    assert!(masked.out.contains("`patch` does not take these lines"), "{}", masked.out);
    assert_eq!(report(&place, PLAN, &[])["suggest"]["applies"], false);
    let shown = suggest(&place, PLAN, &["--show-personal"]);
    assert!(shown.out.contains("deliver_only_to: [iris.holt@mail.example]"), "{}", shown.out);
    let after = patched(&place, PLAN, &["patch", "-p1", "-s"], &shown.out);
    assert!(after.contains("deliver_only_to: [iris.holt@mail.example]"), "{after}");
}

#[test]
fn a_plan_is_named_so_that_patch_finds_it() {
    let place = Place::new();
    let name = "a \"plan\" of März.yaml";
    fs::write(place.path(name), with_slips(&place)).unwrap();
    let ran = suggest(&place, name, &[]);
    let after = patched(&place, name, &["patch", "-p1", "-s"], &ran.out);
    assert!(after.contains("\norder_forms:"), "{}", ran.out);
    // From elsewhere the folder is named beside it.
    let whole = place.path(PLAN).display().to_string();
    fs::write(place.path(PLAN), with_slips(&place)).unwrap();
    let ran = suggest(&place, &whole, &[]);
    let folder = place.folder.path().display().to_string();
    assert!(ran.out.contains(&format!("patch -p1 -d {folder} < FILE")), "{}", ran.out);
    assert!(ran.out.starts_with(&format!("--- a/{PLAN}\n")), "{}", ran.out);
}

#[test]
fn it_goes_with_what_can_show_it_and_with_nothing_that_writes() {
    let place = Place::new();
    for more in [&["--fix"][..], &["--proofs"], &["--why", "emails-off"]] {
        suggest(&place, PLAN, more).ends(2, &["--suggest"]);
    }
    suggest(&place, PLAN, &["--format", "concise"]).ends(2, &["only `human` and `json`"]);
    // Several plans, standard input, and no site.
    let both = suggest(&place, DRAFT, &[PLAN]);
    assert!(both.out.contains("5 edits are suggested") && both.out.contains("nothing is suggested"), "{}", both.out);
    fs::write(place.path(PLAN), with_slips(&place)).unwrap();
    let mut child = place.command(&["check", "-", "--no-site", "--suggest"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(place.read(PLAN).as_bytes()).unwrap();
    let given = Ran::from(child.wait_with_output().unwrap());
    assert!(given.out.starts_with("--- a/plan.yaml\n") && given.out.contains("rules need a site"), "{given:#?}");
    assert!(!given.out.contains("no site was read ("), "of each rule it is not said again: {}", given.out);
}

#[test]
fn the_site_is_read_once_and_its_members_are_asked_what_the_right_plan_asks() {
    let place = Place::new();
    // With the window's name mistyped nobody would ask who pays on its days.
    let text = with_slips(&place).edited_once("\nwindow:", "\nwindwo:");
    fs::write(place.path(PLAN), text).unwrap();
    let ran = suggest(&place, PLAN, &["--verbose"]);
    assert_eq!(ran.err.matches(": read in ").count(), 1, "{}", ran.err);
    assert!(
        ran.out.contains("write `window` for `windwo`") && ran.out.contains("with these edits: green"),
        "{}",
        ran.out
    );
}

#[test]
fn a_large_plan_is_judged_no_oftener_than_the_bound_says() {
    let place = Place::new();
    let mut text = with_slips(&place);
    // 60 slips, each an edit of its own, and a long comment beside each.
    for number in 0..60 {
        text += &format!("# {}\n", "x".repeat(5_000));
        text = text.edited_once("\nopt_in_forms:\n", &format!("\nopt_in_forms:\n  form-{number}: {{nmae: Form {number}, custom_operation: {{release: [mini-course]}}}}\n"));
    }
    fs::write(place.path(PLAN), text).unwrap();
    let report = report(&place, PLAN, &[]);
    let suggested = &report["suggest"];
    assert_eq!(suggested["edits"].as_array().unwrap().len(), 40, "{suggested:#}");
    assert!(suggested["bound"].is_string(), "{suggested:#}");
    let untried =
        suggested["edits"].as_array().unwrap().iter().any(|edit| edit["without"].as_array().unwrap().is_empty());
    assert_eq!(suggested["irreducible"], !untried, "nothing is called needed that nobody tried");
}
