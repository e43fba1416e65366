//! What a command reads it opens once and hands on: a site, git's index, a plan. What the real process opens is seen by Debian's strace.

#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::place::{PLAN, Place, Ran, SITE};

/// The files that a command opened and read, in their order.
struct Trace(String);

impl Trace {
    /// Runs a command in a folder under the eyes of strace.
    fn of(place: &Place, words: &[&str]) -> (Self, Ran) {
        let (plain, trace) = (place.command(words), place.path("trace"));
        let mut traced = Command::new("strace");
        traced.args(["-f", "-qq", "-y", "-e", "trace=openat,read", "-o"]).arg(&trace).arg(plain.get_program());
        traced.args(plain.get_args()).current_dir(place.folder.path()).stdin(Stdio::null());
        for (name, value) in plain.get_envs() {
            traced.env(name, value.unwrap_or_default());
        }
        let ran = Ran::from(traced.output().expect("strace runs (tests/staging/install brings it)"));
        let text = fs::read_to_string(&trace).unwrap();
        fs::remove_file(trace).unwrap();
        (Self(text), ran)
    }

    /// Each time that a file was opened, and how often it was read until it was opened again.
    fn openings(&self, file: &Path) -> Vec<usize> {
        let opened = format!("<{}>", file.canonicalize().unwrap().display());
        let mut reads = Vec::new();
        for line in self.0.lines().filter(|line| line.contains(&opened)) {
            if line.contains("openat") {
                reads.push(0);
            } else if let Some(last) = reads.last_mut() {
                *last += 1;
            }
        }
        reads
    }
}

fn git(place: &Place, words: &[&str]) {
    let ran = Command::new("git").args(words).current_dir(place.folder.path()).output().expect("git is installed");
    assert!(ran.status.success(), "{words:?}: {ran:?}");
}

#[test]
fn a_site_is_opened_only_to_be_read_and_gits_index_once() {
    let place = Place::new();
    git(&place, &["init", "-q"]);
    git(&place, &["add", PLAN]);
    let digest = place.digest();
    let verbs: [(&[&str], Option<usize>); 9] = [
        (&["check", PLAN, "--site", SITE], Some(1)),
        (&["check", PLAN, "--snapshot", SITE], Some(1)),
        (&["check", "bloom-coaching-first-draft.yaml", "--site", SITE, "--suggest"], Some(1)),
        (&["diff", PLAN, "--site", SITE], Some(1)),
        (&["verify", PLAN, "--after", SITE], Some(1)),
        (&["apply", PLAN, "--site", SITE, "--confirm", &digest], None),
        (&["status", PLAN, "--site", SITE], Some(0)),
        (&["apply", PLAN, "--site", SITE, "--resume"], None),
        (&["undo", PLAN, "--site", SITE, "--confirm", &digest], None),
    ];
    for (words, times) in verbs {
        let (trace, ran) = Trace::of(&place, words);
        let (site, index) = (trace.openings(&place.path(SITE)), trace.openings(&place.path(".git/index")));
        assert!(site.iter().all(|reads| *reads > 0), "{words:?}: opened, and not read: {site:?}; {ran:?}");
        assert!(times.is_none_or(|times| site.len() == times), "{words:?}: {site:?}; {ran:?}");
        assert_eq!(index.len(), 1, "{words:?}: {ran:?}");
    }
}

#[test]
fn a_verb_opens_its_plan_and_its_site_in_one_place() {
    let mut files = Vec::new();
    crate::tidy::rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands"), &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for opens in ["site::open(", "Project::new("] {
            let times = code.matches(opens).count();
            assert!(
                times <= 1,
                "{}: {opens}…) stands there {times} times: open it once, and hand it on",
                file.display()
            );
        }
    }
}
