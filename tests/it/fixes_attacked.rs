//! `plan check --fix` where something is in the way: the plan is what it was or what it is to be, to the byte, and what is said of it is true.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use amc_plan::text::{Limits, compose_bytes};

use crate::common::by_turns;
use crate::place::{Edited as _, PLAN, Place, Ran, SITE};

const FIX: [&str; 5] = ["check", PLAN, "--site", SITE, "--fix"];

/// A plan with a slip, and the same without it.
fn slipped(place: &Place) -> (String, String) {
    let right = place.read(PLAN);
    (right.edited_once("gateway: stripe", "gatway: stripe"), right)
}

/// Runs a command under strace, which does this to a call; and whether it did.
fn injected(place: &Place, words: &[&str], (call, what): (&str, &str)) -> (Ran, bool) {
    let (plain, beside) = (place.command(words), tempfile::tempdir().unwrap());
    let trace = beside.path().join("trace");
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-o"]).arg(&trace).arg("-e").arg(format!("trace={call}"));
    traced.arg("-e").arg(format!("inject={call}:{what}")).arg(plain.get_program()).args(plain.get_args());
    traced.current_dir(place.folder.path()).stdin(Stdio::null());
    for (name, value) in plain.get_envs() {
        traced.env(name, value.unwrap_or_default());
    }
    let ran = Ran::from(traced.output().expect("strace runs (tests/staging/install brings it)"));
    let log = fs::read_to_string(&trace).unwrap_or_default();
    (ran, log.contains("(INJECTED)") || log.contains("killed by SIGKILL"))
}

/// The names in a place's folder, but for what a core dump leaves.
fn names(place: &Place) -> Vec<String> {
    let all = fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = all.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with("core"));
    names.sort();
    names
}

/// The calls by which a file comes into its place.
const CALLS: [&str; 9] = ["openat", "write", "fsync", "fchmod", "linkat", "rename", "renameat", "unlink", "newfstatat"];

#[test]
fn killed_at_any_call_it_leaves_the_plan_as_it_was_or_as_it_is_to_be() {
    let place = Place::new();
    let (slip, right) = slipped(&place);
    let (before, mut kills, (is_all, turn)) = (names(&place), 0, by_turns("FAULTS"));
    for call in CALLS {
        for nth in 1.. {
            if !is_all
                && (call == "openat" || call == "newfstatat" || call == "write")
                && !(nth + turn).is_multiple_of(9)
                && nth > 4
            {
                // Of what only reads a part is tried, another each time.
                if nth > 400 {
                    break;
                }
                continue;
            }
            fs::write(place.path(PLAN), &slip).unwrap();
            let (ran, was_done) = injected(&place, &FIX, (call, &format!("signal=SIGKILL:when={nth}")));
            let now = place.read(PLAN);
            assert!(now == slip || now == right, "{call} {nth}: {ran:#?}\n{now}");
            if !was_done {
                break;
            }
            kills += 1;
            // Whoever runs it again comes to its end, and takes away what was left.
            place.run(&FIX).ends(0, &[]);
            assert_eq!(place.read(PLAN), right, "{call} {nth}");
            fs::write(place.path(PLAN), &slip).unwrap();
            place.run(&FIX).ends(0, &["1 fix written"]);
            assert_eq!(names(&place), before, "{call} {nth}: nothing is left beside it");
        }
    }
    assert!(kills > 10, "{kills}");
}

#[test]
fn a_full_disk_a_folder_that_takes_nothing_and_a_failing_disk_leave_the_plan_as_it_was() {
    let place = Place::new();
    let (slip, right) = slipped(&place);
    let (before, mut faults) = (names(&place), 0);
    for call in ["write", "fsync", "fchmod", "linkat", "rename", "renameat", "unlink"] {
        for error in ["ENOSPC", "EIO", "EROFS", "EACCES"] {
            for nth in 1..12 {
                fs::write(place.path(PLAN), &slip).unwrap();
                let (ran, was_done) = injected(&place, &FIX, (call, &format!("error={error}:when={nth}")));
                if !was_done {
                    break;
                }
                faults += 1;
                let (now, of) = (place.read(PLAN), format!("{call} {nth} {error}: {ran:#?}"));
                assert!(!ran.err.contains("panicked"), "{of}");
                match ran.code {
                    // 21: it was done, and its output could not be written.
                    Some(0 | 21) => assert_eq!(now, right, "{of}"),
                    Some(3) => assert!(now == slip || now == right && ran.err.contains("was written, but"), "{of}"),
                    _ => panic!("{of}"),
                }
                assert_eq!(names(&place), before, "{of}");
            }
        }
    }
    assert!(faults > 10, "{faults}");
}

#[test]
fn what_somebody_writes_while_the_plan_is_judged_is_not_written_over() {
    let (place, log) = (Place::new(), tempfile::NamedTempFile::new().unwrap().into_temp_path());
    let (slip, _) = slipped(&place);
    for other in [format!("{slip}# mine\n"), String::new(), "no plan".to_owned()] {
        fs::write(place.path(PLAN), &slip).unwrap();
        let (plain, site) = (place.command(&FIX), place.path(SITE));
        // The site is read two seconds late, and the plan was read by then.
        let mut traced = Command::new("strace");
        let _ = fs::remove_file(&log);
        traced.args(["-f", "-qq", "-o"]).arg(&log).args(["-e", "trace=openat,read", "-P"]).arg(&site);
        traced.args(["-e", "inject=read:delay_enter=2000000:when=1"]).arg(plain.get_program()).args(plain.get_args());
        traced.current_dir(place.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, value) in plain.get_envs() {
            traced.env(name, value.unwrap_or_default());
        }
        let (child, began) = (traced.spawn().unwrap(), Instant::now());
        while fs::metadata(&log).map_or(0, |log| log.len()) == 0 {
            assert!(began.elapsed() < Duration::from_secs(60), "the site is not opened");
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(700));
        fs::write(place.path(PLAN), &other).unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert!(began.elapsed() > Duration::from_secs(2), "it was waited for: {ran:#?}");
        ran.ends(3, &["it was changed since it was read", "run this again"]);
        assert_eq!(place.read(PLAN), other);
    }
}

#[test]
fn a_plan_that_goes_away_or_becomes_something_else_meanwhile_is_not_made_again() {
    let place = Place::new();
    let (slip, _) = slipped(&place);
    fs::write(place.path(PLAN), &slip).unwrap();
    fs::write(place.path("elsewhere.yaml"), &slip).unwrap();
    // A link in the way, a link in its place, a folder of that name.
    std::os::unix::fs::symlink("elsewhere.yaml", place.path(".plan-bloom-coaching.yaml.tmp")).unwrap();
    place.run(&FIX).ends(0, &["1 fix written"]);
    assert_eq!(place.read("elsewhere.yaml"), slip, "nothing is written through a link");
    fs::remove_file(place.path(PLAN)).unwrap();
    std::os::unix::fs::symlink("elsewhere.yaml", place.path(PLAN)).unwrap();
    place.run(&FIX).ends(3, &["it is a link"]);
    assert_eq!(place.read("elsewhere.yaml"), slip);
    fs::remove_file(place.path(PLAN)).unwrap();
    fs::create_dir(place.path(PLAN)).unwrap();
    assert!(place.run(&FIX).code != Some(0));
    assert!(fs::read_dir(place.path(PLAN)).unwrap().next().is_none());
}

/// Texts in which one slip is written in many ways, each with what becomes of it.
#[test]
fn whatever_the_style_the_slip_alone_is_written_right() {
    let place = Place::new();
    let right = place.read(PLAN);
    let line = "    expect: {price: 497.00 USD, gateway: stripe}\n";
    for (written, fixed) in [
        ("    expect: {price: 497.00 USD, gatway: stripe}\n", "    expect: {price: 497.00 USD, gateway: stripe}\n"),
        (
            "    expect: { \"gatway\" : stripe , price: 497.00 USD } # g\n",
            "    expect: { gateway : stripe , price: 497.00 USD } # g\n",
        ),
        (
            "    expect:\n      # why\n      'gatway': stripe # so\n      price: 497.00 USD\n",
            "    expect:\n      # why\n      gateway: stripe # so\n      price: 497.00 USD\n",
        ),
        (
            "    expect: {\n      price: 497.00 USD,\n      gatway:\n        stripe,\n    }\n",
            "    expect: {\n      price: 497.00 USD,\n      gateway:\n        stripe,\n    }\n",
        ),
        (
            "    expect:\n      ? gatway\n      : stripe\n      ? price\n      : 497.00 USD\n",
            "    expect:\n      ? gateway\n      : stripe\n      ? price\n      : 497.00 USD\n",
        ),
    ] {
        for ends in ["\n", "\r\n"] {
            for mark in ["", "\u{feff}"] {
                let of = |part: &str| format!("{mark}{}", right.edited_once(line, part)).replace('\n', ends);
                fs::write(place.path(PLAN), of(written)).unwrap();
                place.run(&FIX).ends(0, &["1 fix written"]);
                assert_eq!(place.read(PLAN), of(fixed), "{written}");
            }
        }
    }
    // What a plan may not have is left as it is, whatever is offered beside it.
    for broken in [
        "    expect: &a {gatway: stripe}\n",
        "    expect: {<<: {gatway: stripe}}\n",
        "    expect: !x {gatway: stripe}\n",
    ] {
        let text = right.edited_once(line, broken);
        fs::write(place.path(PLAN), &text).unwrap();
        place.run(&[&FIX[..], &["--unsafe-fixes"]].concat()).ends(1, &[]);
        assert_eq!(place.read(PLAN), text);
    }
}

#[test]
fn a_hostile_plan_is_left_alone_or_stays_one_that_reads() {
    let place = Place::new();
    let (is_all, turn) = by_turns("CASES");
    let mut texts: Vec<String> = ["yaml-test-suite.ndjson", "json-test-suite.ndjson"]
        .iter()
        .flat_map(|suite| {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(suite);
            let text = fs::read_to_string(path).unwrap();
            let of = |line: &str| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["text"].as_str().unwrap().to_owned()
            };
            text.lines().map(of).collect::<Vec<_>>()
        })
        .collect();
    // Slips whose right word is hostile, and deep ones.
    texts.push("version: 1\n\"\\u001b[31mnam\": x\nofferings: {\"a\\u202eb\": {nmae: \"\\u001b[2J\"}}\n".to_owned());
    texts.push(format!("version: 1\nofferings: {}1{}\n", "{a: ".repeat(60), "}".repeat(60)));
    texts.push(format!("version: 1\nofferings: {{{}: {{nmae: x, moduls: []}}}}\n", "k".repeat(100_000)));
    for (index, text) in texts.iter().enumerate() {
        if !is_all && !(index + turn).is_multiple_of(12) && index + 3 < texts.len() {
            continue;
        }
        fs::write(place.path(PLAN), text).unwrap();
        let ran = place.run(&["check", PLAN, "--no-site", "--fix", "--unsafe-fixes"]);
        assert!(matches!(ran.code, Some(0 | 1 | 3)) && !ran.err.contains("panicked"), "{index}: {text:?}: {ran:#?}");
        assert!(!ran.err.contains('\u{1b}') && !ran.out.contains('\u{202e}'), "{index}: {ran:#?}");
        let now = fs::read(place.path(PLAN)).unwrap();
        if now != text.as_bytes() {
            let (_, tree, problems) = compose_bytes(String::new(), now, &Limits::default());
            assert!(problems.is_empty() && tree.is_some(), "{index}: {text:?}");
        }
        let suggested = place.run(&["check", PLAN, "--no-site", "--suggest"]);
        assert!(matches!(suggested.code, Some(0 | 1 | 3)) && !suggested.err.contains("panicked"), "{index}: {text:?}");
    }
}

#[test]
fn more_than_are_written_at_once_are_counted_and_come_with_the_next_run() {
    let place = Place::new();
    let mut forms = String::new();
    for number in 0..230 {
        forms += &format!("  form-{number}: {{nmae: Form {number}, custom_operation: {{release: [mini-course]}}}}\n");
    }
    place.edit(PLAN, "\nopt_in_forms:\n", &format!("\nopt_in_forms:\n{forms}"));
    let shown = place.run(&[&FIX[..], &["--diff"]].concat());
    shown.ends(1, &["200 fixes would be written; 30 more would follow: run this again for them"]);
    place.run(&FIX).ends(1, &["200 fixes written; 30 more are left: run this again for them"]);
    assert_eq!(place.read(PLAN).matches("nmae").count(), 30);
    let last = place.run(&FIX);
    assert!(last.err.contains("30 fixes written") && !last.err.contains("run this again"), "{last:#?}");
    assert_eq!(place.read(PLAN).matches("nmae").count(), 0);
}

#[test]
fn a_large_plan_is_written_whole() {
    let place = Place::new();
    let (slip, right) = slipped(&place);
    // As large as is taken in where nobody says otherwise; all of it with `SIZES=all`.
    let size = if by_turns("SIZES").0 { 31 << 20 } else { 3 << 20 };
    let comment: String =
        std::iter::repeat_n("# a line that says nothing at all, over and over again\n", size / 55).collect();
    fs::write(place.path(PLAN), format!("{comment}{slip}")).unwrap();
    place.run(&FIX).ends(0, &["1 fix written"]);
    assert!(place.read(PLAN) == format!("{comment}{right}"));
    // And what is too large is none that is written.
    let text = format!("{comment}{slip}");
    fs::write(place.path(PLAN), &text).unwrap();
    let ran = place.run(&[&FIX[..], &["--max-bytes", "1000000"]].concat());
    assert!(ran.code == Some(1) && place.read(PLAN) == text, "{ran:#?}");
}
