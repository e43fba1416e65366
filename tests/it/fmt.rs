//! `plan fmt`: a plan in its canonical form says the same with the same comments, and nothing is done to one that is.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use amc_plan::text::{Limits, Unformatted, formatted};
use serde_json::Value;

use crate::place::{Edited as _, PLAN, Place, Ran, SITE};

const DRAFT: &str = "bloom-coaching-first-draft.yaml";

/// The example with keys out of their order, other indentation, blanks and blank lines.
fn mangled(place: &Place) -> String {
    let text = place.read(PLAN);
    let (head, rest) = text.split_once("version: 1\n").unwrap();
    let rest = rest
        .edited("  foundations:\n    access_through: order-form\n    modules: [{base: Library}, {module: Live Calls, release: immediately}]\n", "  foundations:\n     # both\n     modules:   [ {base: Library} ,{release: immediately , module: Live Calls}]\n     access_through:   order-form\n")
        .edited("      - {module: Money, release: 7 days after previous} # Ontraport", "      -   {release: 7 days after previous,module: Money} # Ontraport")
        .edited("\noffering", "\n\n\n\noffering")
        .edited("    failed_payment: {after_final_retry: revoke} # Ontraport did this by a webhook\n    access_after: {cancellation: cancel, refund: revoke}\n    expect: {price: 179 USD, gateway: stripe}\n", "    expect: {gateway: stripe, price: 179 USD}\n    access_after:\n        refund: revoke\n        cancellation: cancel\n    failed_payment: {after_final_retry: revoke} # Ontraport did this by a webhook\n");
    format!("{head}{rest}version:   1   \n\n\n")
}

/// What `fmt` does with that: the block that was written in lines stays in lines.
fn canonical(place: &Place) -> String {
    let blocks = "    access_after:\n      cancellation: cancel\n      refund: revoke\n";
    place
        .read(PLAN)
        .edited_once(
            "    access_through: order-form\n    modules: [{base: Library}",
            "    access_through: order-form\n    # both\n    modules: [{base: Library}",
        )
        .edited_once(
            "    access_after: {cancellation: cancel, refund: revoke}\n    expect: {price: 179",
            &format!("{blocks}    expect: {{price: 179"),
        )
}

#[test]
fn what_is_laid_out_as_it_should_be_stays_and_what_is_not_says_the_same_afterwards() {
    let place = Place::new();
    place.run(&["fmt", PLAN, DRAFT, "--check"]).ends(0, &["nothing to do: each plan is laid out as it should be"]);
    place.run(&["fmt", PLAN, DRAFT]).ends(0, &["nothing to do"]);
    let intent = |place: &Place| -> Value {
        let diff = place.run(&["diff", PLAN, "--site", SITE, "--format", "json"]);
        serde_json::from_str::<Value>(&diff.out).unwrap()["digests"].clone()
    };
    let (before, wanted, text) = (intent(&place), canonical(&place), mangled(&place));
    fs::write(place.path(PLAN), &text).unwrap();
    let check = place.run(&["fmt", PLAN, DRAFT, "--check"]);
    check.ends(1, &[]);
    assert_eq!(check.out, format!("{PLAN}: laid out otherwise\n"));
    // Its comments speak of commands, which `run` would take for advice.
    let diff: Ran = place.command(&["fmt", PLAN, "--diff"]).output().unwrap().into();
    assert_eq!(diff.code, Some(1));
    assert!(
        diff.out.starts_with(&format!("--- {PLAN}\n+++ {PLAN}\n")) && diff.out.contains("\n-version:   1"),
        "{diff:#?}"
    );
    assert_eq!(place.read(PLAN), text, "nothing is written by either");
    place.run(&["fmt", PLAN]).ends(0, &[&format!("wrote {PLAN}")]);
    assert_eq!(place.read(PLAN), wanted);
    assert_eq!(intent(&place), before);
    place.run(&["fmt", PLAN, "--check"]).ends(0, &[]);
}

fn piped(place: &Place, words: &[&str], text: &[u8]) -> Ran {
    let mut command = place.command(words);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn a_pipe_is_printed_and_what_cannot_be_read_or_written_stays() {
    let place = Place::new();
    let text = mangled(&place);
    let ran = piped(&place, &["fmt", "-"], text.as_bytes());
    assert_eq!((ran.code, &*ran.out, &*ran.err), (Some(0), &*canonical(&place), ""));
    let ran = piped(&place, &["fmt", "-", "--check"], text.as_bytes());
    assert_eq!((ran.code, &*ran.out), (Some(1), "-: laid out otherwise\n"));
    for bytes in [&b"a: &b 1\n"[..], b"a: [\n", b"\xff: 1\n", b"a: 1\na: 2\n", b"%YAML 1.2\n--- !x\na: 1\n"] {
        piped(&place, &["fmt", "-"], bytes).ends(3, &["stays as it is: it cannot be read completely"]);
    }
    // None is written where one cannot be.
    fs::write(place.path(PLAN), &text).unwrap();
    fs::write(place.path("broken.yaml"), "a: [\n").unwrap();
    place
        .run(&["fmt", PLAN, "broken.yaml"])
        .ends(3, &["`broken.yaml` stays as it is", "plan check broken.yaml --no-site"]);
    fs::hard_link(place.path(DRAFT), place.path("other.yaml")).unwrap();
    place.run(&["fmt", PLAN, "other.yaml"]).ends(3, &["more than one name (hard links)", "`--diff`"]);
    assert_eq!(place.read(PLAN), text);
    place.run(&["fmt", "gone.yaml"]).ends(3, &["gone.yaml"]);
    place.run(&["fmt"]).ends(2, &[]);
}

/// The suites of `tests/conformance/`, whatever they hold: each text that is read is laid out, says the same, and is then laid out as it
/// should be; nothing is refused because the proof fails.
#[test]
fn every_text_of_the_suites_says_the_same_afterwards() {
    let order = |path: &[String]| path.is_empty().then(|| vec!["b".to_owned(), "a".to_owned()]);
    let limits = Limits::default();
    let (mut read, mut changed) = (0, 0);
    for name in ["yaml-test-suite.ndjson", "json-test-suite.ndjson"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(name);
        for line in fs::read_to_string(path).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let text = case["text"].as_str().unwrap();
            match formatted(text, &order, &limits) {
                Ok(now) => {
                    read += 1;
                    changed += usize::from(now != text);
                    assert_eq!(formatted(&now, &order, &limits).as_deref(), Ok(&*now), "{case}");
                }
                Err(why) => assert_eq!(why, Unformatted::Unreadable, "{case}"),
            }
        }
    }
    assert!(read > 200 && changed > 25, "{read} {changed}");
}

/// Anything that a plan can have, in any order and spelling: laid out it says the same.
#[test]
fn keys_in_any_order_come_into_one() {
    let place = Place::new();
    let order = |path: &[String]| {
        path.is_empty().then(|| ["version", "name", "sites", "crm", "strategy"].map(str::to_owned).to_vec())
    };
    let text = place.read(PLAN);
    // The blocks of the first level, turned round one after the other.
    let (head, body) = text.split_at(text.find("version:").unwrap());
    let mut blocks: Vec<String> = Vec::new();
    for line in body.lines() {
        match blocks.last_mut().filter(|_| line.is_empty() || line.starts_with([' ', '#'])) {
            Some(last) => *last += &format!("{line}\n"),
            None => blocks.push(format!("{line}\n")),
        }
    }
    let limits = Limits::default();
    let wanted = formatted(&text, &order, &limits).unwrap();
    assert_eq!(wanted, text);
    let known = |text: &str| {
        text.lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .take(5)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for turn in 0..blocks.len() {
        blocks.rotate_left(1);
        let now = formatted(&format!("{head}{}", blocks.concat()), &order, &limits)
            .unwrap_or_else(|why| panic!("{turn}: {why}"));
        assert!(now.starts_with(head) && now.len().abs_diff(text.len()) <= 2, "{turn}: {now}");
        if turn + 1 == blocks.len() {
            assert_eq!(known(&now), known(&text));
        }
    }
}
