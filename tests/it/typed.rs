//! What is asked on a terminal, and what is typed there: util-linux's `script` gives the program one.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::guided::{LIVE, PHRASE, configured, record, verified};
use crate::place::{PLAN, Place, SITE};
use crate::timing::{at, configured_on_live, past_the_barrier_on_live, verified_on_live};

/// The program on a terminal for so many seconds at most, after a command of the shell.
pub(crate) fn on_a_terminal(place: &Place, words: &[&str], how: (u32, &str, &str)) -> Child {
    of_its_own(&place.command(words), how)
}

/// The same for a command line with an environment of its own.
pub(crate) fn of_its_own(plain: &Command, (seconds, options, first): (u32, &str, &str)) -> Child {
    let all = std::iter::once(plain.get_program()).chain(plain.get_args());
    let quoted: Vec<String> = all.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
    let mut command = Command::new("timeout");
    command.args([&seconds.to_string(), "script", options, &format!("{first}{}", quoted.join(" ")), "/dev/null"]);
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("SHELL", "/bin/sh");
    command.current_dir(plain.get_current_dir().unwrap());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// What a program shows, as it comes.
pub(crate) fn shown_by(child: &mut Child) -> mpsc::Receiver<Vec<u8>> {
    let mut out = child.stdout.take().unwrap();
    let (sent, shown) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = out.read(&mut bytes) {
            // Whoever gave up reads no more.
            let _ = sent.send(bytes[..read].to_vec());
        }
    });
    shown
}

/// Runs it on a terminal for some seconds at most, and types this line, or several. What it printed, and how it ended: where all is typed,
/// a question is shown and nothing more comes, it waits for a person, and is ended.
pub(crate) fn typed(place: &Place, words: &[&str], line: &str) -> (String, Option<i32>) {
    typed_to(&place.command(words), line)
}

/// The same for a command line with an environment of its own.
pub(crate) fn typed_to(plain: &Command, line: &str) -> (String, Option<i32>) {
    let mut child = of_its_own(plain, (60, "-qec", ""));
    // The terminal stays open: where nothing is asked for any more the program waits, as for a person.
    let (mut keys, shown) = (child.stdin.take().unwrap(), shown_by(&mut child));
    // A person answers what is asked: what is typed before it is shown is no answer.
    let (mut all, mut lines, mut quiet) = (Vec::new(), line.split('\n'), 0);
    loop {
        match shown.recv_timeout(Duration::from_millis(150)) {
            Ok(more) => {
                all.extend(more);
                quiet = 0;
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) if all.last().is_none_or(|last| *last == b'\n') => {}
            Err(RecvTimeoutError::Timeout) => match lines.next() {
                // Nobody reads it any more where the program ended just now.
                Some(line) => drop(keys.write_all(format!("{line}\n").as_bytes())),
                None if quiet < 10 => quiet += 1,
                None => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    return (String::from_utf8_lossy(&all).into_owned(), WAITED);
                }
            },
        }
    }
    (String::from_utf8_lossy(&all).into_owned(), child.wait().unwrap().code())
}

#[test]
fn what_is_typed_before_a_screen_is_shown_answers_none() {
    let place = crate::survey::without(&["opt-in-form", "emails"]);
    // The keys lie there before the program begins.
    let words = ["survey", PLAN, "--site", SITE, "--who", "jo"];
    let mut child = on_a_terminal(&place, &words, (5, "-qec", "sleep 1; exec "));
    let mut keys = child.stdin.take().unwrap();
    keys.write_all(b"y\ny\n").unwrap();
    let ended = child.wait_with_output().unwrap();
    drop(keys);
    let shown = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.code() == WAITED && shown.contains("Screen 1 of 2") && !shown.contains("recorded"), "{shown}");
}

/// `timeout` ended it: it was waiting for a person.
const WAITED: Option<i32> = Some(124);

fn log(place: &Place, site: &str) -> String {
    place.run(&["log", PLAN, "--site", site]).out
}

#[test]
fn the_barrier_is_passed_by_its_phrase_and_by_nothing_else_that_is_typed() {
    let place = configured();
    verified(&place);
    record(&place, &["sign-in", "in another browser"]);
    let resume = ["apply", PLAN, "--site", SITE, "--resume"];
    for wrong in ["yes", "run migration", "run migration on bloom.example", ""] {
        let (shown, code) = typed(&place, &resume, wrong);
        assert!(code == Some(20) && shown.contains(PHRASE), "{wrong}: {code:?} {shown}");
        assert!(!log(&place, SITE).contains("barrier"), "{wrong}");
    }
    let (shown, code) = typed(&place, &resume, PHRASE);
    assert!(code == WAITED && shown.contains("now press *Run Migration*, once"), "{code:?} {shown}");
    assert!(log(&place, SITE).contains("barrier"));
}

#[test]
fn what_nobody_measured_is_accepted_by_its_words_alone() {
    let place = configured_on_live();
    verified_on_live(&place);
    let phrase = "run migration on bloom.example";
    let words =
        ["apply", PLAN, "--site", LIVE, "--resume", "--on", "live", "--host", "bloom.example", "--acknowledge", phrase];
    let (shown, code) = typed(&place, &words, "yes");
    assert!(code == Some(20) && shown.contains("Type `restore-time unknown`"), "{code:?} {shown}");
    assert!(!log(&place, LIVE).contains("accepted as unknown"));
    let (shown, code) = typed(&place, &words, "restore-time unknown");
    assert!(code == WAITED && shown.contains("now press *Run Migration*, once"), "{code:?} {shown}");
    assert!(log(&place, LIVE).contains("accepted as unknown: restore-time"));
}

#[test]
fn whoever_decides_types_go_on_or_go_back() {
    let place = past_the_barrier_on_live();
    at(&place, "07:30");
    let words = ["apply", PLAN, "--site", LIVE, "--resume", "--on", "live", "--host", "bloom.example"];
    let (shown, code) = typed(&place, &words, "perhaps");
    assert!(code == Some(20) && shown.contains("`jo` decides now"), "{code:?} {shown}");
    assert!(shown.contains("nobody decided") && !log(&place, LIVE).contains("decided: "), "{shown}");
    let (shown, code) = typed(&place, &words, "go back");
    assert!(code == Some(20) && shown.contains("decided to go back"), "{code:?} {shown}");
    assert!(log(&place, LIVE).contains("decided: go-back"));
    assert!(place.read("bloom-coaching.record.ndjson").contains("typed when it was asked"));
}

#[test]
fn digits_are_taken_as_they_are_pasted_and_others_are_refused_in_words() {
    let place = Place::new();
    let digest = place.digest();
    let apply = ["apply", PLAN, "--site", SITE, "--who", "jo"];
    let last = if digest.as_bytes()[7] == b'0' { "1" } else { "0" };
    for wrong in [&digest[..7], &format!("{}{last}", &digest[..7]), "", "yes", &format!("{digest}0")] {
        let (shown, code) = typed(&place, &apply, wrong);
        assert_eq!(code, Some(12), "{wrong}: {shown}");
        assert!(shown.contains("that is not the digest, so nothing was written"), "{wrong}: {shown}");
    }
    // In capitals, with blanks in it and around it, and more of it than was asked for.
    let pasted = format!("  {} {}\u{a0}", digest[..4].to_uppercase(), &digest[4..16]);
    let (shown, code) = typed(&place, &apply, &pasted);
    assert!(code == WAITED && shown.contains("7 changes in place"), "{code:?} {shown}");
    let undo = ["undo", PLAN, "--site", SITE];
    let (shown, code) = typed(&place, &undo, "no");
    assert!(
        code == Some(12) && shown.contains("the run was not confirmed, so nothing was written"),
        "{code:?} {shown}"
    );
    let (shown, code) = typed(&place, &undo, &format!("{} {}", &digest[..4], digest[4..8].to_uppercase()));
    assert!(code == Some(0) && shown.contains("taken back"), "{code:?} {shown}");
}
