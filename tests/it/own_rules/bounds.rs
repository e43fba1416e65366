//! A rule that loops, grows or is nested without end is a finding against itself, the others are judged, and no process stays behind.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::own_rules::{of, report, with};
use crate::place::{PLAN, SITE};

/// Sixty times sixty times … steps.
fn loops() -> String {
    let all: Vec<String> = (0..60).map(|n| n.to_string()).collect();
    let each = format!("[{}].all(", all.join(","));
    let mut text = String::new();
    for name in ["a", "b", "c", "d", "e", "f"] {
        write!(text, "{each}{name}, ").unwrap();
    }
    format!("require: \"{text}a >= 0{}\"\nmessage: m", ")".repeat(6))
}

#[test]
fn what_has_no_end_is_a_finding_against_the_rule_and_the_others_are_judged() {
    let doubled = ".map(a,a+a)".repeat(150);
    let listed = ".map(a,[a,a,a,a,a,a,a,a])".repeat(60);
    let (sum, nested) = ("+1".repeat(900), "[".repeat(300));
    let all = [
        ("a-loop", loops()),
        ("b-text", format!("require: \"['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']{doubled}.size() == 1\"\nmessage: m")),
        ("c-list", format!("require: \"[1]{listed}.size() == 1\"\nmessage: m")),
        ("d-pattern", "require: \"'aaaa'.matches('(((a{1,1000}){1,1000}){1,1000})')\"\nmessage: m".to_owned()),
        ("e-sum", format!("require: 1{sum} == 0\nmessage: m")),
        ("f-nested", format!("require: \"{nested}{} != null\"\nmessage: m", "]".repeat(300))),
        ("g-false", "require: 'false'\nmessage: is judged".to_owned()),
        ("h-true", "require: 'true'\nmessage: m".to_owned()),
    ];
    let all: Vec<(&str, &str)> = all.iter().map(|(name, lines)| (*name, lines.as_str())).collect();
    let place = with(&all);
    let begun = Instant::now();
    let judged = report(&place, &[]);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert_eq!(judged["verdict"], "red");
    let message = |rule: &str| {
        let found = of(&judged, rule);
        assert_eq!(found.len(), 1, "{rule}: {found:#?}");
        found[0]["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message("own/a-loop"), "cannot be evaluated: it does not end in 5 s");
    for rule in ["own/b-text", "own/c-list"] {
        let why = message(rule);
        assert!(why.contains("more than 768 MiB of memory") || why.contains("does not end in"), "{rule}: {why}");
    }
    assert!(message("own/d-pattern").starts_with("cannot be evaluated: "));
    assert!(message("own/e-sum").contains("a chain of more than 200"), "{}", message("own/e-sum"));
    assert!(message("own/f-nested").contains("nested deeper than 32 levels"), "{}", message("own/f-nested"));
    assert_eq!(message("own/g-false"), "is judged");
    assert_eq!(of(&judged, "own/h-true").len(), 0);
}

/// What suggests edits judges the plan many times over; a rule that does not end is waited for once.
#[test]
fn a_rule_that_does_not_end_is_not_waited_for_again_with_each_edit() {
    let place = with(&[("a-loop", &loops())]);
    let begun = Instant::now();
    let ran = place.run(&["check", "bloom-coaching-first-draft.yaml", "--site", SITE, "--suggest"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
}

/// The process that evaluates reads what it is given and ends with who asked, however that ends.
#[cfg(target_os = "linux")]
#[test]
fn killing_the_check_leaves_no_process_behind() {
    use rustix::process::{Pid, Signal, kill_process};
    let place = with(&[("a-loop", &loops())]);
    let mut check = place.command(&["check", PLAN, "--site", SITE]);
    let mut check = check.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let children = || -> Vec<i32> {
        let listed = std::fs::read_dir("/proc").unwrap().flatten();
        let ids = listed.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        ids.filter(|id| {
            let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            let is_ours = String::from_utf8_lossy(&line).contains("--evaluate-own-rules");
            let of = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            let parent = of.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1).map(str::to_owned));
            is_ours && parent == Some(check.id().to_string())
        })
        .collect()
    };
    let waits = |what: &str, until: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !until() {
            assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    waits("it evaluates", &|| !children().is_empty());
    let child = children()[0];
    kill_process(Pid::from_raw(check.id() as i32).unwrap(), Signal::KILL).unwrap();
    check.wait().unwrap();
    let is_gone = || {
        let state = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        state.is_empty() || state.contains(") Z ")
    };
    let begun = Instant::now();
    waits("it ends", &is_gone);
    assert!(begun.elapsed() < Duration::from_secs(4), "sooner than the seconds that a rule has");
}

/// Whoever types the word by which the program starts itself gets nothing.
#[test]
fn the_word_for_the_process_that_evaluates_is_no_verb() {
    let place = with(&[]);
    for words in [&["--evaluate-own-rules", "0"][..], &["--evaluate-own-rules", "x"]] {
        let mut command: Command = place.command(words);
        let ran = command.stdin(Stdio::null()).output().unwrap();
        assert_eq!((ran.status.code(), ran.stdout.len(), ran.stderr.len()), (Some(2), 0, 0), "{words:?}");
    }
    let help = place.run(&["--help"]);
    assert!(!help.out.contains("evaluate-own"));
}
