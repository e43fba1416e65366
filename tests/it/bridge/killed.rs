//! PHP, the database and the program itself, killed at any moment while a site is read and while a run waits for a person: a reading is
//! whole or there is none, the run goes on, and nothing of anybody lies about.
//!
//! `CUTS=all cargo test --test it bridge::killed -- --nocapture` kills each a hundred times in either way; otherwise each dies once, and these tests take turns.

#![allow(clippy::print_stdout, reason = "the numbers are part of what these tests are for")]

use std::collections::BTreeMap;
use std::fs;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::host::{Host, Server, kill, processes, shows, watched};
use super::run::{CHANGES, Switch};
use super::{Lines, Site};
use crate::common::one_of;
use crate::place::{PLAN, Ran};

/// How often each is killed in either way.
const KILLS: usize = 100;

/// Who is killed: the program, or a server of the site's.
const VICTIMS: [Option<Server>; 3] = [None, Some(Server::Php), Some(Server::Database)];

/// Some moment before this.
fn moment(longest: Duration) -> Duration {
    let share = RandomState::new().build_hasher().finish() % 10_000;
    longest.mul_f64(share as f64 / 10_000.0)
}

/// A run that waits for a person's changes, on a site whose servers come and go.
struct Trial<'s> {
    switch: Switch<'s>,
    host: Host<'s>,
    /// Where the program may put what it needs for a while.
    scratch: tempfile::TempDir,
    /// Every file beside the plan, but for those of the run.
    before: BTreeMap<PathBuf, Vec<u8>>,
    /// The site and its members as they were kept when the run began.
    kept: BTreeMap<PathBuf, Vec<u8>>,
    /// How long each command line takes at most where nobody disturbs it.
    takes: BTreeMap<String, Duration>,
    /// How each command line ended.
    ended: BTreeMap<(String, Option<i32>), usize>,
}

fn files(folder: &Path, of_runs: bool) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true if !of_runs && path.ends_with(".plan") => {}
                true => folders.push(path),
                false => drop(found.insert(path.clone(), fs::read(path).unwrap())),
            }
        }
    }
    found
}

impl<'s> Trial<'s> {
    fn of(site: &'s Site) -> Self {
        let switch = Switch::at(site);
        switch.waits();
        let kept: BTreeMap<_, _> =
            switch.populations().into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect();
        assert_eq!(kept.len(), 2);
        let before = files(switch.desk.place.folder.path(), false);
        let host = Host::of(site);
        Self {
            switch,
            host,
            scratch: tempfile::tempdir().unwrap(),
            before,
            kept,
            takes: BTreeMap::new(),
            ended: BTreeMap::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.switch.desk.place.path(name)
    }

    fn url(&self) -> &str {
        self.switch.site.staging.url()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.switch.desk.command(words);
        command.env("TMPDIR", self.scratch.path());
        command
    }

    fn reading(&self) -> PathBuf {
        self.kept.keys().find(|file| file.to_str().unwrap().ends_with(".site.ndjson")).unwrap().clone()
    }

    /// Nothing lies there that was not there before, and what holds members is their owner's alone.
    #[track_caller]
    fn is_tidy(&self) {
        let mut now = files(self.switch.desk.place.folder.path(), false);
        now.retain(|file, bytes| self.before.get(file) != Some(bytes));
        assert_eq!(now.keys().collect::<Vec<_>>(), Vec::<&PathBuf>::new());
        assert_eq!(files(self.scratch.path(), true).keys().collect::<Vec<_>>(), Vec::<&PathBuf>::new());
        for file in files(&self.path(".plan"), true).keys() {
            let mode = fs::metadata(file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode & 0o077, 0, "{} is {mode:o}", file.display());
            assert!(!file.to_str().unwrap().ends_with(".tmp"), "{}", file.display());
        }
        let holds = self.switch.populations().into_iter().map(|file| (file.clone(), fs::read(file).unwrap()));
        assert!(holds.collect::<BTreeMap<_, _>>() == self.kept, "what holds members is not what was kept");
    }

    /// The run is where it was, and everybody is read again.
    #[track_caller]
    fn goes_on(&self) {
        self.switch.desk.resumes(&[]).ends(20, &["waits at `configure`", "7 objects", "`charging-guard` is not as"]);
        let [journal] = &self.switch.desk.place.state_files("journal.ndjson")[..] else { panic!("not one journal") };
        let journal = fs::read_to_string(journal).unwrap();
        assert_eq!((journal.matches("\"begin\"").count(), journal.matches("\"passed\"").count()), (1, 0), "{journal}");
        self.is_tidy();
    }

    /// A command line that reads the site, with somebody killed meanwhile.
    fn is_read(&mut self, victim: Option<Server>, nth: usize) {
        self.reads(nth, Some(victim));
    }

    /// A command line that reads the site, and how long it takes, or who is killed meanwhile.
    fn reads(&mut self, nth: usize, killed: Option<Option<Server>>) {
        let (url, file, before) = (self.url().to_owned(), self.path("a.capture.ndjson"), self.reading());
        let lines: [&[&str]; 4] = [
            &["apply", PLAN, "--site", &url, "--resume", "--no-input"],
            &["site", "capture", &url, "--out", file.to_str().unwrap()],
            &["verify", PLAN, "--before", before.to_str().unwrap(), "--after", &url],
            &["check", PLAN, "--site", &url],
        ];
        let words = lines[nth % lines.len()];
        let Some(victim) = killed else {
            let began = Instant::now();
            let ran = Ran::from(self.command(words).output().unwrap());
            self.says_nothing_false(words, &ran);
            assert!(
                matches!((words[0], ran.code), ("apply", Some(20)) | ("site" | "check", Some(0)) | ("verify", Some(1))),
                "{ran:#?}"
            );
            drop(fs::remove_file(&file));
            self.takes.insert(words[0].to_owned(), began.elapsed() + Duration::from_millis(50));
            return;
        };
        let longest = self.takes.get(words[0]).copied().unwrap_or(Duration::from_millis(450));
        let mut child = self.command(words).spawn().unwrap();
        std::thread::sleep(moment(longest));
        match victim {
            None => child.kill().unwrap(),
            Some(server) => self.host.kills(server),
        }
        let ran = Ran::from(child.wait_with_output().unwrap());
        self.says_nothing_false(words, &ran);
        *self.ended.entry((words[0].to_owned(), ran.code)).or_default() += 1;
        if let Some(server) = victim {
            self.host.starts(server);
        }
        if file.exists() {
            // It is there whole, or not at all.
            Lines::of(&fs::read(&file).unwrap());
            fs::remove_file(&file).unwrap();
        }
        self.is_tidy();
    }

    /// What was read to its end is said as it is, and what was not is no result.
    #[track_caller]
    fn says_nothing_false(&self, words: &[&str], ran: &Ran) {
        assert!(!ran.err.contains("panicked") && !ran.err.contains('@'), "{words:?}: {ran:#?}");
        match (words[0], ran.code) {
            (_, None) => {}
            ("apply", code) => {
                assert_eq!(code, Some(20), "{ran:#?}");
                assert!(!ran.out.contains("in place ("), "{ran:#?}");
                let is_whole = ran.err.contains("7 objects") && ran.err.contains("`charging-guard` is not as");
                assert!(is_whole || ran.err.contains("stopped: "), "{ran:#?}");
            }
            ("site", code) => assert!(matches!(code, Some(0 | 3)), "{ran:#?}"),
            // It is not switched yet, and nobody is other than before.
            ("verify", code) => {
                assert!(matches!(code, Some(1 | 3)), "{ran:#?}");
                assert!(!ran.out.contains("missing:"), "{ran:#?}");
            }
            ("check", Some(0)) => assert!(ran.out.contains(", 0 unknown"), "{ran:#?}"),
            ("check", code) => assert!(matches!(code, Some(1 | 3)), "{ran:#?}"),
            _ => panic!("{words:?}"),
        }
    }

    /// The run on a terminal, and what it shows as it comes.
    fn watches(&self) -> (Child, Receiver<Vec<u8>>) {
        watched(&self.command(&["apply", PLAN, "--site", self.url(), "--resume"]))
    }

    fn runs(&self) -> Vec<String> {
        processes(&format!("PLAN_STATE_HOME={}", self.switch.desk.place.home.path().display()), "plan")
    }

    /// The program on a terminal, killed while it waits.
    fn is_killed_while_it_waits(&self) {
        let (mut child, shown) = self.watches();
        shows(&shown, "waiting: ");
        std::thread::sleep(moment(Duration::from_millis(900)));
        let runs = self.runs();
        assert_eq!(runs.len(), 1, "{runs:?}");
        kill(&runs);
        child.wait().unwrap();
        self.is_tidy();
    }
}

#[test]
fn whoever_is_killed_a_reading_is_whole_or_none_and_the_run_goes_on() {
    let Some((all, turn)) = one_of("CUTS", (0, 3)) else { return };
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let mut trial = Trial::of(&site);
    (0..if all { 4 } else { 0 }).for_each(|nth| trial.reads(nth, None));
    for (at, victim) in VICTIMS.into_iter().enumerate() {
        for nth in 0..if all { KILLS } else { 1 } {
            trial.is_read(victim, nth + turn + at);
            if all && nth % 4 == 0 {
                trial.goes_on();
            }
        }
    }
    trial.goes_on();
    println!("while it is read: {:?}", trial.ended);
}

#[test]
fn whoever_is_killed_while_a_person_is_waited_for_the_step_is_proven_once() {
    let Some((all, turn)) = one_of("CUTS", (1, 3)) else { return };
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let mut trial = Trial::of(&site);
    let mut killed = BTreeMap::new();
    for _ in 0..if all { KILLS } else { 1 } {
        trial.is_killed_while_it_waits();
        *killed.entry("plan").or_insert(0) += 1;
    }
    let (mut child, shown) = trial.watches();
    shows(&shown, "waiting: 7 objects");
    for (at, server) in [Server::Php, Server::Database].into_iter().enumerate() {
        for _ in 0..if all { KILLS } else { usize::from(turn % 2 == at) } {
            trial.host.kills(server);
            std::thread::sleep(moment(Duration::from_millis(1500)));
            trial.host.starts(server);
            *killed.entry(if at == 0 { "PHP" } else { "MariaDB" }).or_insert(0) += 1;
            std::thread::sleep(moment(Duration::from_millis(1500)));
            assert!(child.try_wait().unwrap().is_none(), "it does not wait any more");
        }
    }
    trial.is_tidy();
    trial.switch.does(CHANGES);
    let all = shows(&shown, "7 of 7 objects to set by hand are in place (guided)");
    assert!(!all.contains("done: ") && !all.contains("sure what you see"), "{all}");
    kill(&trial.runs());
    child.wait().unwrap();
    let journal = fs::read_to_string(&trial.switch.desk.place.state_files("journal.ndjson")[0]).unwrap();
    assert_eq!(journal.matches("\"step\":\"configure\"").count(), 1, "{journal}");
    let resumed = trial.switch.desk.resumes(&[]);
    resumed.ends(20, &["waits at `start-verification`"]);
    println!("while it waits: {killed:?}");
}
