//! The file system says no at every call of apply, resume and undo: nothing is lost, nothing is done twice, and what is said
//! of it is true. The faults are injected by Debian's strace into the real process.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "the numbers are part of what these tests are for")]

use std::fs;
use std::process::{Command, Stdio};

use crate::common::by_turns;
use crate::place::{PLAN, Place, Ran, SITE};

/// The calls that can fail while a run writes or reads.
const CALLS: [&str; 19] = [
    "openat",
    "write",
    "fsync",
    "rename",
    "renameat",
    "linkat",
    "unlink",
    "mkdir",
    "fchmod",
    "chmod",
    "ftruncate",
    "flock",
    "read",
    "statx",
    "getdents64",
    "copy_file_range",
    "lseek",
    "readlink",
    "newfstatat",
];
const ERRORS: [&str; 3] = ["ENOSPC", "EIO", "EACCES"];
/// So many calls of the example's run fail one by one at the most.
const MOST: usize = 1_000;
/// In the gate one call in so many fails, with one of the errors.
const SAMPLE: usize = 60;

/// What one change of the example's run leaves, and what somebody makes of it.
const EMAILS_ON: &str = r#""kind":"emails","key":"emails","enabled":true"#;
const EMAILS_OFF: &str = r#""kind":"emails","key":"emails","enabled":false"#;

/// What is run under the fault.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Apply,
    Resume,
    Undo,
    /// A new run takes the place of one whose changes are in place, on a site where one of them is no longer so.
    Replace,
}

/// The example with everything that is needed to begin each act again and again.
struct Stage {
    place: Place,
    digest: String,
    /// What is confirmed where one change is to be made again.
    digest_again: String,
    before: String,
    after: String,
    /// The site after the run, with one change undone by somebody.
    moved: String,
    /// A journal that has begun, and one whose changes are in place.
    begun: String,
    whole: String,
    /// The kept reading of the site before the run, and the note beside the site, by file name.
    beside: Vec<(std::path::PathBuf, Vec<u8>)>,
}

impl Stage {
    fn new() -> Self {
        let place = Place::in_memory();
        let (digest, before) = (place.digest(), place.read(SITE));
        place.confirm(&digest).ends(0, &[]);
        let (after, whole) = (place.read(SITE), fs::read_to_string(place.journal()).unwrap());
        let begun = format!("{}\n", whole.lines().next().unwrap());
        place.edit_site(SITE, EMAILS_ON, EMAILS_OFF);
        let (digest_again, moved) = (place.digest(), place.read(SITE));
        let files = fs::read_dir(place.path(".plan")).unwrap().map(|entry| entry.unwrap().path());
        let beside = files.filter(|path| path.is_file()).map(|path| (path.clone(), fs::read(&path).unwrap())).collect();
        Self { place, digest, digest_again, before, after, moved, begun, whole, beside }
    }

    /// The folder as it was before the act.
    fn start(&self, act: Act) {
        for entry in fs::read_dir(self.place.path(".plan")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::remove_file(path).unwrap();
            }
        }
        self.beside.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
        let (site, journal) = match act {
            Act::Apply => (&self.before, None),
            Act::Resume => (&self.before, Some(&self.begun)),
            Act::Undo => (&self.after, Some(&self.whole)),
            Act::Replace => (&self.moved, Some(&self.whole)),
        };
        fs::write(self.place.path(SITE), site).unwrap();
        match journal {
            Some(text) => fs::write(self.place.journal(), text).unwrap(),
            None => fs::remove_file(self.place.journal()).unwrap(),
        }
    }

    fn words(&self, act: Act) -> Vec<&str> {
        match act {
            Act::Apply => vec!["apply", PLAN, "--site", SITE, "--confirm", &self.digest],
            Act::Resume => vec!["apply", PLAN, "--site", SITE, "--resume", "--through", "configure"],
            Act::Undo => vec!["undo", PLAN, "--site", SITE, "--confirm", &self.digest],
            Act::Replace => vec!["apply", PLAN, "--site", SITE, "--confirm", &self.digest_again],
        }
    }

    /// Runs the act with one call failing; none where it has no such call any more.
    fn failing(&self, act: Act, call: &str, error: &str, nth: usize) -> Option<Ran> {
        let plain = self.place.command(&self.words(act));
        let trace = self.place.path("trace");
        let mut traced = Command::new("strace");
        traced.args(["-f", "-qq", "-o"]).arg(&trace).arg("-e").arg(format!("trace={call}"));
        traced.arg("-e").arg(format!("inject={call}:error={error}:when={nth}"));
        traced.arg(plain.get_program()).args(plain.get_args()).current_dir(self.place.folder.path());
        for (name, value) in plain.get_envs() {
            traced.env(name, value.unwrap_or_default());
        }
        traced.stdin(Stdio::null());
        let ran = Ran::from(traced.output().expect("strace runs (tests/staging/install brings it)"));
        let log = fs::read_to_string(&trace).unwrap();
        fs::remove_file(trace).unwrap();
        let _ = fs::remove_file(self.place.path("core"));
        log.contains("(INJECTED)").then_some(ran)
    }

    fn changes_done(&self) -> usize {
        fs::read_to_string(self.place.journal()).map_or(0, |journal| journal.matches(r#""done""#).count())
    }

    /// What was said is true, and whoever goes on ends where an undisturbed run does.
    #[track_caller]
    fn holds(&self, act: Act, ran: &Ran, fault: &str) {
        let code = ran.code.unwrap_or_else(|| panic!("{fault}: it died: {ran:#?}"));
        // The system's loader could not even start the program.
        let code = if code == 127 && ran.err.contains("error while loading") { 3 } else { code };
        assert!(!ran.err.contains("panicked"), "{fault}: {ran:#?}");
        let site = self.place.read(SITE);
        let (from, to) = match act {
            Act::Undo => (&self.after, &self.before),
            Act::Replace => (&self.moved, &self.after),
            Act::Apply | Act::Resume => (&self.before, &self.after),
        };
        if matches!(code, 2 | 3 | 10..=16) {
            assert!(site == *from, "{fault}: {code} says that nothing was written: {ran:#?}");
        }
        if code == 0 {
            assert!(site == *to, "{fault}: 0 says that all is done: {ran:#?}");
        }
        assert!(matches!(code, 0 | 2 | 3 | 10..=16 | 20 | 21), "{fault}: {ran:#?}");
        self.goes_on(act, fault);
        assert!(self.place.read(SITE) == *to, "{fault}: the bytes of an undisturbed run");
        let once = match act {
            Act::Undo => self.changes_done(),
            Act::Replace => 1,
            Act::Apply | Act::Resume => self.whole.matches(r#""done""#).count(),
        };
        assert_eq!(self.changes_done(), once, "{fault}: each change once");
        let left = fs::read_dir(self.place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(left.filter(|name| name.to_string_lossy().ends_with(".tmp")).count(), 0, "{fault}: swept");
    }

    #[track_caller]
    fn goes_on(&self, act: Act, fault: &str) {
        if act == Act::Undo {
            let again = self.place.run(&self.words(Act::Undo));
            let over = again.code == Some(2) && again.err.contains("nothing to undo");
            assert!(again.code == Some(0) || over, "{fault}: {again:#?}");
            return;
        }
        if act == Act::Replace {
            let ran = self.place.run(&self.words(act));
            if ran.code == Some(0) {
                return;
            }
        }
        let resumed = self.place.run(&self.words(Act::Resume));
        if resumed.code == Some(2) && resumed.err.contains("nothing to resume") {
            let ran = self.place.run(&self.words(Act::Apply));
            assert_eq!(ran.code, Some(0), "{fault}: {ran:#?}");
        } else {
            assert_eq!(resumed.code, Some(0), "{fault}: {resumed:#?}");
        }
    }
}

/// Every call at which the act can fail, each with every error; in the gate a part of them, each time another:
/// `FAULTS=all cargo test --test it faults:: -- --nocapture` tries them all.
fn every_fault(act: Act) {
    let (all, first) = by_turns("FAULTS");
    let stage = Stage::new();
    let mut tried = 0;
    for (at, call) in CALLS.iter().enumerate() {
        for nth in 1..=MOST {
            let chosen: &[&str] = if all {
                &ERRORS
            } else if (first + at + nth) % SAMPLE == 0 {
                &ERRORS[(first + nth) % 3..][..1]
            } else {
                &[]
            };
            let mut met = chosen.is_empty();
            for error in chosen {
                stage.start(act);
                let Some(ran) = stage.failing(act, call, error, nth) else { break };
                met = true;
                tried += 1;
                stage.holds(act, &ran, &format!("{act:?}, {error} at {call} {nth}"));
            }
            if !met {
                break;
            }
        }
    }
    println!("{act:?}: {tried} faults");
    assert!(tried > if all { 900 } else { 5 }, "{tried}");
}

/// A library may come to put a file in place by another call than the one that fails here.
#[test]
fn the_calls_that_fail_are_calls_that_a_run_makes() {
    let stage = Stage::new();
    let mut log = String::new();
    for act in [Act::Apply, Act::Resume, Act::Undo, Act::Replace] {
        stage.start(act);
        let plain = stage.place.command(&stage.words(act));
        let trace = stage.place.path("trace");
        let mut traced = Command::new("strace");
        traced.args(["-f", "-qq", "-o"]).arg(&trace).arg("-e").arg("trace=file,desc").arg(plain.get_program());
        traced.args(plain.get_args()).current_dir(stage.place.folder.path()).stdin(Stdio::null());
        for (name, value) in plain.get_envs() {
            traced.env(name, value.unwrap_or_default());
        }
        let ran = Ran::from(traced.output().expect("strace runs (tests/staging/install brings it)"));
        assert_eq!(ran.code, Some(0), "{act:?}: {ran:#?}");
        log += &fs::read_to_string(trace).unwrap();
    }
    for call in CALLS {
        assert!(log.contains(&format!(" {call}(")), "nothing calls {call}");
    }
    let renames: Vec<&str> =
        ["renameat2(", "link("].into_iter().filter(|call| log.contains(&format!(" {call}"))).collect();
    assert_eq!(renames, Vec::<&str>::new(), "a file is put in place by what never fails here");
}

#[test]
fn a_call_that_fails_while_a_run_begins_loses_nothing() {
    every_fault(Act::Apply);
}

#[test]
fn a_call_that_fails_while_a_run_is_resumed_loses_nothing() {
    every_fault(Act::Resume);
}

#[test]
fn a_call_that_fails_while_a_run_takes_the_place_of_another_loses_nothing() {
    every_fault(Act::Replace);
}

#[test]
fn a_call_that_fails_while_a_run_is_undone_loses_nothing() {
    every_fault(Act::Undo);
}
