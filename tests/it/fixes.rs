//! `plan check --fix`: what a finding offers makes it go, changes nothing else, and is written only where somebody asked for it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use amc_plan::diag::Answer;
use amc_plan::model::Plan;
use amc_plan::rules::ALL;
use amc_plan::text::{Correction, Limits, Source, corrected};
use serde_json::Value;

use crate::place::{Edited as _, PLAN, Place, Ran, SITE};
use crate::rules::{fences, gate_of, live, patched};

/// Rules of which an example on their page is made good by what is offered.
const OFFERING: [&str; 21] = [
    "cancel-or-refund-undecided",
    "charging-guard-not-live",
    "emails-off",
    "failed-payment-undecided",
    "key-is-not-the-slug",
    "mail-not-simulated",
    "maintenance-mode-not-kept",
    "members-between-modules-undecided",
    "migration-choices-missing",
    "module-not-on-site",
    "name-differs",
    "not-on-site",
    "offering-not-in-plan",
    "opt-in-form-missing",
    "order-form-missing",
    "price-impossible",
    "reference-unknown",
    "strategy-missing",
    "test-purchase-missing",
    "webhook-not-in-plan",
    "welcome-does-not-cover",
];

/// Keys under which a person decides.
const DECIDED: [&str; 6] =
    ["access_after", "after_switch", "failed_payment", "members_between_modules", "migration", "strategy"];

/// A plan's text with a comment before each section and after each line of it.
fn commented(plan: &Plan) -> String {
    let text = serde_yaml::to_string(&serde_json::to_value(plan).unwrap()).unwrap();
    let lines = text.lines().enumerate().map(|(number, line)| match line.starts_with(|c: char| c.is_alphabetic()) {
        true => format!("# before {number}\n{line} # beside {number}\n"),
        false => format!("{line} # beside {number}\n"),
    });
    let commented: String = lines.collect();
    let both = [&text, &commented].map(|text| serde_yaml::from_str::<Value>(text).unwrap());
    assert_eq!(both[0], both[1], "comments say nothing: {commented}");
    commented
}

/// The comments of such a text, in order.
fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.find("# be").map(|at| &line[at..])).collect()
}

#[test]
fn what_a_rule_offers_makes_its_finding_go_and_keeps_every_comment() {
    let (limits, mut offering) = (Limits::default(), BTreeSet::new());
    for rule in ALL {
        for (index, (_, fence)) in fences(rule).iter().enumerate().filter(|(_, (bad, _))| *bad) {
            let world = patched(fence);
            let text = commented(&world.plan);
            let own = |judgement: amc_plan::rules::Judgement| -> Vec<_> {
                judgement.findings.into_iter().filter(|finding| finding.rule == rule.id && !finding.unproven).collect()
            };
            for finding in own(world.judged(live(rule), gate_of(fence))) {
                let Some(remedy) = &finding.remedy else { continue };
                let of = format!("{} fence {index}: {remedy:?}\n{text}", rule.id);
                let written = remedy.corrections.iter().flat_map(Correction::places);
                let is_fate = |place: &String| DECIDED.iter().any(|key| place.ends_with(&format!("/{key}")));
                if written.filter(is_fate).count() > 0 {
                    assert_eq!(remedy.answer, Answer::Decision, "nobody may suggest it: {of}");
                }
                let better = corrected(&Source::new("plan.yaml", text.as_str()), &remedy.corrections, &limits);
                let better = better.unwrap_or_else(|why| panic!("{why}: {of}")).text;
                assert_eq!(comments(&better), comments(&text), "{of}");
                let mut after = world.clone();
                let read: Value = serde_yaml::from_str(&better).unwrap_or_else(|error| panic!("{error}: {of}"));
                after.plan = serde_json::from_value(read).unwrap_or_else(|error| panic!("{error}: {of}"));
                let left = own(after.judged(live(rule), gate_of(fence)));
                let is_it = |other: &amc_plan::diag::Finding| {
                    (&other.message, &other.primary.place) == (&finding.message, &finding.primary.place)
                };
                assert!(!left.iter().any(is_it), "{of}\n{better}");
                // A second time there is nothing to write.
                let again = corrected(&Source::new("plan.yaml", better.as_str()), &remedy.corrections, &limits);
                assert!(again.is_err() || again.is_ok_and(|again| again.text == better), "{of}");
                offering.insert(rule.id);
            }
        }
    }
    assert_eq!(offering, BTreeSet::from(OFFERING));
}

/// Three slips, a name of before and a choice: with comments, a byte order mark and carriage returns.
fn with_slips(place: &Place) -> String {
    let text = place.read(PLAN);
    let text = text.edited_once("strategy: rehearse-and-replay", "strategy: rehearse-and-reply # slow");
    let text = text.edited_once(
        "expect: {price: 497.00 USD, gateway: stripe}",
        "expect: {price: 497.00 USD, gatway: stripe} # one",
    );
    let text = text.edited_once("access_through: opt-in", "sold: opt-in # free");
    let text = text.edited_once("{release: [foundations]}", "{release: [foundatoins]} # two");
    let text =
        text.edited_once("    failed_payment: {after_final_retry: revoke} # Ontraport did this by a webhook\n", "");
    format!("\u{feff}{text}").replace('\n', "\r\n")
}

fn check(place: &Place, more: &[&str]) -> Ran {
    Ran::from(place.command(&[&["check", PLAN, "--site", SITE], more].concat()).output().unwrap())
}

#[test]
fn slips_are_written_right_and_every_other_byte_stays() {
    let place = Place::new();
    let slips = with_slips(&place);
    let right = slips
        .edited_once("rehearse-and-reply", "rehearse-and-replay")
        .edited_once("gatway", "gateway")
        .edited_once("sold: opt-in", "access_through: opt-in")
        .edited_once("foundatoins", "foundations");
    fs::write(place.path(PLAN), &slips).unwrap();
    check(&place, &[]).ends(1, &[]);
    let shown = check(&place, &["--fix", "--diff"]);
    shown.ends(1, &["would be written"]);
    assert!(shown.out.contains("-strategy: rehearse-and-reply # slow"), "{shown:#?}");
    assert!(shown.out.contains("+strategy: rehearse-and-replay # slow"), "{shown:#?}");
    assert_eq!(place.read(PLAN), slips, "`--diff` writes nothing");
    let fixed = check(&place, &["--fix"]);
    // What is left is a choice: the verdict is of the text as it is now.
    fixed.ends(
        1,
        &[&format!("{PLAN}:7: write `rehearse-and-replay` for `rehearse-and-reply`"), "1 more with `--unsafe-fixes`"],
    );
    assert!(fixed.out.contains("failed-payment-undecided") && !fixed.out.contains("unknown-key"), "{fixed:#?}");
    assert_eq!(place.read(PLAN), right);
    check(&place, &["--fix"]).ends(1, &["0 fixes written"]);
    assert_eq!(place.read(PLAN), right, "a second time nothing is written");
    check(&place, &["--fix", "--unsafe-fixes"]).ends(0, &["1 fix written"]);
    let added = "    custom_operation: {release: [group-coaching]}\r\n    access_after: {cancellation: cancel, refund: revoke}\r\n    expect: {price: 179 USD, gateway: stripe}\r\n    failed_payment: {after_final_retry: revoke}\r\n";
    assert!(place.read(PLAN).contains(added), "{}", place.read(PLAN));
}

#[test]
fn a_machine_is_given_the_same_edits() {
    let place = Place::new();
    let slips = with_slips(&place);
    fs::write(place.path(PLAN), &slips).unwrap();
    let report = place.run(&["check", PLAN, "--site", SITE, "--format", "json"]);
    let report: Value = serde_json::from_str(&report.out).unwrap();
    let of = |rule: &str| {
        let found = report["findings"].as_array().unwrap().iter().find(|found| found["rule"] == rule);
        found.unwrap_or_else(|| panic!("no {rule}: {report:#}"))["fix"].clone()
    };
    let fix = of("unknown-key");
    assert_eq!((&fix["safe"], fix["edits"].as_array().unwrap().len()), (&Value::from(true), 1), "{fix}");
    let edit = &fix["edits"][0];
    let [start, end] = ["start", "end"].map(|name| usize::try_from(edit[name].as_u64().unwrap()).unwrap());
    assert_eq!((&slips[start..end], edit["text"].as_str()), ("gatway", Some("gateway")));
    assert_eq!(of("failed-payment-undecided")["safe"], false);
}

#[test]
fn other_programs_are_given_what_is_safe_as_they_count_places() {
    let place = Place::new();
    let slips = with_slips(&place).edited_once("gatway: stripe}", "gatway: stripe, \"ä𝄞\": 1}");
    fs::write(place.path(PLAN), &slips).unwrap();
    let report = |format: &str| -> Value {
        serde_json::from_str(&place.run(&["check", PLAN, "--site", SITE, "--format", format]).out).unwrap()
    };
    let lines: Vec<&str> = slips.trim_start_matches('\u{feff}').split('\n').collect();
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    // Code scanning counts characters, reviewdog bytes.
    let sarif = report("sarif");
    let (mut by_sarif, mut by_rdjson) = (BTreeSet::new(), BTreeSet::new());
    for result in sarif["runs"][0]["results"].as_array().unwrap() {
        for fix in result["fixes"].as_array().into_iter().flatten() {
            let change = &fix["artifactChanges"][0];
            assert_eq!(change["artifactLocation"]["uri"], PLAN);
            for replacement in change["replacements"].as_array().unwrap() {
                let at = &replacement["deletedRegion"];
                assert_eq!(at["startLine"], at["endLine"]);
                let line = lines[number(&at["startLine"]) - 1].chars();
                let (from, to) = (number(&at["startColumn"]) - 1, number(&at["endColumn"]) - 1);
                let gone: String = line.skip(from).take(to - from).collect();
                by_sarif.insert((gone, replacement["insertedContent"]["text"].as_str().unwrap().to_owned()));
            }
        }
    }
    for found in report("rdjson")["diagnostics"].as_array().unwrap() {
        for suggestion in found["suggestions"].as_array().into_iter().flatten() {
            let [start, end] = ["start", "end"].map(|end| &suggestion["range"][end]);
            let line = lines[number(&start["line"]) - 1];
            let gone = &line[number(&start["column"]) - 1..number(&end["column"]) - 1];
            by_rdjson.insert((gone.to_owned(), suggestion["text"].as_str().unwrap().to_owned()));
        }
    }
    let right = [
        ("foundatoins", "foundations"),
        ("gatway", "gateway"),
        ("rehearse-and-reply", "rehearse-and-replay"),
        ("sold", "access_through"),
    ];
    let right: BTreeSet<(String, String)> = right.map(|(gone, text)| (gone.to_owned(), text.to_owned())).into();
    assert_eq!((&by_sarif, &by_rdjson), (&right, &right));
}

#[test]
fn what_can_be_fixed_is_counted_below_a_report_for_people() {
    let place = Place::new();
    assert!(!place.run(&["check", PLAN, "--site", SITE]).out.contains("can be fixed"));
    fs::write(place.path(PLAN), with_slips(&place)).unwrap();
    let ran = place.run(&["check", PLAN, "--site", SITE]);
    let line = "4 findings can be fixed with `--fix`, 1 more with `--fix --unsafe-fixes`: these are choices";
    assert!(ran.out.contains(line), "{}", ran.out);
    assert!(!place.run(&["check", PLAN, "--site", SITE, "--quiet"]).out.contains("can be fixed"));
}

#[test]
fn without_a_site_what_the_plan_alone_shows_is_fixed() {
    let place = Place::new();
    place.edit(PLAN, "gateway: stripe", "gatway: stripe");
    Ran::from(place.command(&["check", PLAN, "--no-site", "--fix"]).output().unwrap()).ends(0, &["1 fix written"]);
    assert!(!place.read(PLAN).contains("gatway"));
}

#[test]
fn what_somebody_answers_for_is_never_written() {
    let place = Place::new();
    // A contact's field, an acceptance, an attestation, what is left alone; and who does the work is a choice.
    let text = place.read(PLAN);
    let text = text.edited_once("\"10019\": free", "\"10019\": fre");
    let text = text.edited_once("stored_off_server", "stored_of_server");
    let text = text.edited_once("leave_alone: {offerings", "leave_alone: {oferings");
    let text = text.edited_once("spot_check:", "spot_chek:");
    let text = text.edited_once("who: jo", "who: joo")
        + "accepted_risks:\n  - {rul: emails-off, at: /emails, reason: x, owner: jo, until: 2026-12-31}\n";
    fs::write(place.path(PLAN), &text).unwrap();
    for more in [&["--fix"][..], &["--fix", "--unsafe-fixes"]] {
        check(&place, more);
        let after = place.read(PLAN);
        for kept in ["stored_of_server", "oferings", "spot_chek", "rul: emails-off"] {
            assert!(after.contains(kept), "{kept}: {after}");
        }
        if more.len() == 1 {
            assert_eq!(after, text);
        }
    }
}

#[test]
fn a_file_that_would_not_stay_what_it_is_is_refused() {
    let place = Place::new();
    place.edit(PLAN, "gateway: stripe", "gatway: stripe");
    let before = place.read(PLAN);
    fs::hard_link(place.path(PLAN), place.path("other.yaml")).unwrap();
    check(&place, &["--fix"]).ends(3, &["it has more than one name"]);
    check(&place, &["--fix", "--diff"]).ends(1, &["1 fix would be written"]);
    fs::remove_file(place.path("other.yaml")).unwrap();
    let mut read_only = fs::metadata(place.path(PLAN)).unwrap().permissions();
    let writable = read_only.clone();
    read_only.set_readonly(true);
    fs::set_permissions(place.path(PLAN), read_only).unwrap();
    check(&place, &["--fix"]).ends(3, &["it is read-only"]);
    fs::set_permissions(place.path(PLAN), writable).unwrap();
    assert_eq!(place.read(PLAN), before);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(PLAN, place.path("link.yaml")).unwrap();
        let ran = Ran::from(place.command(&["check", "link.yaml", "--site", SITE, "--fix"]).output().unwrap());
        ran.ends(3, &["it is a link"]);
        assert_eq!(place.read(PLAN), before);
    }
    // A text that cannot be read to its end, or says a key twice, is left alone.
    for broken in
        [format!("{before}gatway: [\n"), format!("{before}version: 1\n"), before.edited_once("\n  group", "\n\tgroup")]
    {
        fs::write(place.path(PLAN), &broken).unwrap();
        check(&place, &["--fix", "--unsafe-fixes"]).ends(1, &[]);
        assert_eq!(place.read(PLAN), broken);
    }
}

#[test]
fn what_no_page_has_an_example_of_is_written_too() {
    let place = Place::new();
    let text = place.read(PLAN);
    let form = "  group-coaching-summer-sale:\n    custom_operation: {release: [group-coaching]} # it granted everything at once\n";
    let signup = "  mini-course-signup: {custom_operation: {release: [mini-course]}}\n";
    let gone = [form, signup, "  group-coaching-summer-sale: {expect: [order, content]}\n"];
    let text = gone.iter().fold(text, |text, gone| text.edited_once(gone, ""));
    fs::write(place.path(PLAN), &text).unwrap();
    let rules = ["order-form-not-in-plan", "opt-in-form-not-in-plan"];
    let report = check(&place, &["--format", "concise"]);
    assert!(rules.iter().all(|rule| report.out.contains(rule)), "{report:#?}");
    check(&place, &["--fix", "--unsafe-fixes"]).ends(0, &["2 fixes written"]);
    let report = check(&place, &["--format", "concise"]);
    assert!(!rules.iter().any(|rule| report.out.contains(rule)), "{report:#?}");
    let after = place.read(PLAN);
    // What follows from a choice is shown before it is chosen too.
    assert!(report.out.contains("coming[test-purchase-missing]"), "{report:#?}");
    assert_eq!(text.lines().find(|line| !after.lines().any(|kept| kept == *line)), None);
}

#[test]
fn standard_input_is_shown_and_never_written() {
    let place = Place::new();
    place.edit(PLAN, "gateway: stripe", "gatway: stripe");
    let given = |more: &[&str]| {
        let mut child =
            place.command(&[&["check", "-", "--no-site"], more].concat()).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(place.read(PLAN).as_bytes()).unwrap();
        Ran::from(child.wait_with_output().unwrap())
    };
    given(&["--fix"]).ends(2, &["standard input cannot be written back", "--fix --diff"]);
    let shown = given(&["--fix", "--diff"]);
    assert!(shown.out.contains("gateway: stripe}") && shown.out.starts_with("--- -\n"), "{shown:#?}");
}

#[test]
fn no_environment_has_a_plan_written_to() {
    let place = Place::new();
    place.edit(PLAN, "gateway: stripe", "gatway: stripe");
    let before = place.read(PLAN);
    let mut command = place.command(&["check", PLAN, "--site", SITE]);
    command.env("PLAN_FIX", "1").env("PLAN_UNSAFE_FIXES", "1").env("PLAN_DIFF", "1");
    Ran::from(command.output().unwrap()).ends(1, &[]);
    assert_eq!(place.read(PLAN), before);
    check(&place, &["--unsafe-fixes"]).ends(2, &["--fix"]);
    check(&place, &["--fix", "--diff", "--format", "json"]).ends(2, &["--format"]);
}

#[test]
fn what_is_personal_is_masked_on_both_sides() {
    let place = Place::new();
    place.edit(PLAN, "deliver_only_to: [qa@agency.example]}", "deliver_only_too: [iris.holt@mail.example]}");
    let shown = check(&place, &["--fix", "--diff"]);
    assert!(shown.out.contains("deliver_only_to: ["), "{shown:#?}");
    assert!(!format!("{shown:?}").contains("iris.holt"), "{shown:#?}");
}
