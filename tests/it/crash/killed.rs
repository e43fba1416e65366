//! The program itself, killed in the middle of a long run.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::*;
use crate::place::{PLAN, Place, SITE};

/// So many new forms make the run long enough to be met in the middle.
const FORMS: usize = 6;
const CHANGES: usize = FORMS + 7;

/// A folder with a run over many changes: what it began with, and what it came to.
struct Long {
    place: Place,
    begin: String,
    before: String,
    after: String,
}

impl Long {
    fn new() -> Self {
        let place = Place::in_memory();
        let forms: Vec<String> = (0..FORMS).map(|n| format!("Signup {n}")).collect();
        fs::write(place.path(PLAN), plan_text(&forms)).unwrap();
        let before = place.read(SITE);
        place.confirm(&place.digest()).ends(0, &[]);
        let journal = fs::read_to_string(place.journal()).unwrap();
        let begin = format!("{}\n", journal.lines().next().unwrap());
        let after = place.read(SITE);
        assert_eq!(journal.matches(r#""done""#).count(), CHANGES);
        Self { place, begin, before, after }
    }

    /// The site as it was, and a journal that has begun.
    fn start(&self) {
        fs::write(self.place.path(SITE), &self.before).unwrap();
        fs::write(self.place.journal(), &self.begin).unwrap();
    }

    fn resumed(&self) -> Child {
        self.place.command(&["apply", PLAN, "--site", SITE, "--resume", "--through", "configure"]).spawn().unwrap()
    }

    #[track_caller]
    fn ended(&self) {
        assert!(self.place.read(SITE) == self.after, "the bytes are those of an undisturbed run");
        assert_eq!((self.place.journal().exists(), self.place.archived().len()), (true, 0));
        assert_eq!(self.done(), CHANGES);
        self.swept();
    }

    /// No half-written file of a dead run lies about.
    #[track_caller]
    fn swept(&self) {
        let folders = [self.place.folder.path().to_owned(), self.place.path(".plan")];
        let names = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
        let names = names.map(|entry| entry.unwrap().file_name());
        assert_eq!(names.filter(|name| name.to_string_lossy().ends_with(".tmp")).count(), 0);
    }

    fn done(&self) -> usize {
        fs::read_to_string(self.place.journal()).map_or(CHANGES, |journal| journal.matches(r#""done""#).count())
    }
}

/// Numbers out of a seed.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        let seed = u64::try_from(Timestamp::now().as_nanosecond() & i128::from(u64::MAX >> 1)).unwrap();
        println!("seed {seed}");
        Self(seed)
    }

    fn below(&mut self, limit: Duration) -> Duration {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (self.0 >> 33) as f64 / f64::from(1_u32 << 31);
        limit.mul_f64(share)
    }
}

/// More by hand: `KILLS=500 cargo test --test it crash::`.
fn kills(usual: usize) -> usize {
    std::env::var("KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

#[test]
fn a_killed_run_is_finished_by_resuming() {
    let long = Long::new();
    long.start();
    let clock = Instant::now();
    let whole: place::Ran = long.resumed().wait_with_output().unwrap().into();
    let took = clock.elapsed();
    whole.ends(0, &[]);
    long.ended();
    let mut chance = Chance::new();
    let (mut met, mut at) = (0, [false; CHANGES + 1]);
    for _ in 0..kills(25) {
        long.start();
        // Up to two deaths in one run.
        for _ in 0..2 {
            let mut child = long.resumed();
            std::thread::sleep(chance.below(took));
            child.kill().unwrap();
            let ended = child.wait().unwrap().code();
            met += usize::from(ended.is_none());
            if ended.is_some() {
                break;
            }
            at[long.done()] = true;
        }
        let ran: place::Ran = long.resumed().wait_with_output().unwrap().into();
        ran.ends(0, &[]);
        long.ended();
    }
    let places = at.iter().filter(|met| **met).count();
    println!("{met} kills, after {places} different numbers of changes; a whole run takes {took:?}");
    assert!(met > 0);
}

#[test]
fn a_killed_apply_is_resumed_or_begun_again() {
    let long = Long::new();
    fs::remove_file(long.place.journal()).unwrap();
    fs::write(long.place.path(SITE), &long.before).unwrap();
    let digest = long.place.digest();
    let apply = ["apply", PLAN, "--site", SITE, "--confirm", &digest];
    let clock = Instant::now();
    long.place.run(&apply).ends(0, &[]);
    let took = clock.elapsed();
    let mut chance = Chance::new();
    let (mut before, mut within) = (0, 0);
    for _ in 0..kills(25) / 5 {
        fs::write(long.place.path(SITE), &long.before).unwrap();
        fs::remove_file(long.place.journal()).unwrap();
        let mut child = long.place.command(&apply).spawn().unwrap();
        std::thread::sleep(chance.below(took));
        child.kill().unwrap();
        child.wait().unwrap();
        match long.place.apply(&["--resume", "--through", "configure"]) {
            ran if ran.code == Some(0) => within += 1,
            ran => {
                ran.ends(2, &["nothing to resume"]);
                long.place.run(&apply).ends(0, &[]);
                before += 1;
            }
        }
        assert!(long.place.read(SITE) == long.after);
        assert_eq!(long.done(), CHANGES);
        long.swept();
    }
    println!("{before} kills before the run began or after it ended, {within} within it; a whole one takes {took:?}");
}

#[test]
fn a_killed_undo_of_an_earlier_run_is_finished_by_undoing_again() {
    let long = Long::new();
    let (place, before) = (&long.place, long.before.clone());
    place.edit(PLAN, "release: 7 days after previous}", "release: 9 days after previous}");
    place.confirm(&place.digest()).ends(0, &[]);
    let digest_of = |journal: &Path| {
        let events = Journal::peek(journal, Some(&place::key())).unwrap().events;
        amc_plan::apply::journal::begin(&events).unwrap().digests.changes.clone()
    };
    let undo = |digest: &str| place.command(&["undo", PLAN, "--site", SITE, "--confirm", digest]);
    let run = |digest: &str| place::Ran::from(undo(digest).output().unwrap());
    run(&digest_of(&place.journal())).ends(0, &[]);
    assert!(place.read(SITE) == long.after);
    // From here on again and again: the first run, whose place the second one took.
    let kept: Vec<(PathBuf, Vec<u8>)> =
        place.archived().into_iter().map(|path| (path.clone(), fs::read(&path).unwrap())).collect();
    assert_eq!(kept.len(), 2);
    let first = digest_of(&kept[0].0);
    let start = || {
        place.archived().iter().for_each(|path| fs::remove_file(path).unwrap());
        drop(fs::remove_file(place.journal()));
        kept.iter().for_each(|(path, text)| fs::write(path, text).unwrap());
        fs::write(place.path(SITE), &long.after).unwrap();
    };
    let clock = Instant::now();
    start();
    run(&first).ends(0, &[]);
    let took = clock.elapsed();
    let mut chance = Chance::new();
    let mut met = 0;
    for _ in 0..kills(25) / 2 {
        start();
        for _ in 0..2 {
            let mut child = undo(&first).spawn().unwrap();
            std::thread::sleep(chance.below(took));
            child.kill().unwrap();
            let ended = child.wait().unwrap().code();
            met += usize::from(ended.is_none());
            if ended.is_some() {
                break;
            }
        }
        // It may have been over, and not put away, or not even that was left to do.
        let ran = run(&first);
        assert!(ran.code == Some(0) || ran.err.contains("nothing to undo"), "{ran:#?}");
        assert!(place.read(SITE) == before, "the bytes are those before both runs: {ran:#?}");
        assert!(!place.journal().exists());
        assert_eq!(place.archived().len(), 2);
        let taken = |path: &PathBuf| fs::read_to_string(path).unwrap().matches(r#""taken-back""#).count();
        let mut counts: Vec<usize> = place.archived().iter().map(taken).collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, CHANGES], "each change was taken back once");
        long.swept();
    }
    println!("{met} kills; a whole one takes {took:?}");
    assert!(met > 0);
}

/// By hand, with Debian's strace: `SYNC_POINTS=1 cargo test --test it sync_point -- --nocapture`.
#[test]
fn killed_at_every_sync_point_of_apply_and_undo() {
    if std::env::var_os("SYNC_POINTS").is_none() {
        return;
    }
    let place = Place::in_memory();
    let (digest, before) = (place.digest(), place.read(SITE));
    let apply = ["apply", PLAN, "--site", SITE, "--confirm", &digest];
    let undo = ["undo", PLAN, "--site", SITE, "--confirm", &digest];
    place.run(&apply).ends(0, &[]);
    let after = place.read(SITE);
    for (words, undone) in [(&apply, false), (&undo, true)] {
        for call in ["fsync", "renameat", "write", "openat"] {
            let mut kills = 0;
            for nth in 1.. {
                fs::write(place.path(SITE), &before).unwrap();
                place.state_files("journal.ndjson").iter().for_each(|path| fs::remove_file(path).unwrap());
                if undone {
                    place.run(&apply).ends(0, &[]);
                }
                let plain = place.command(&words[..]);
                let mut traced = Command::new("strace");
                traced.args(["-f", "-qq", "-o", "/dev/null", "-e"]).arg(format!("trace={call}")).arg("-e");
                traced.arg(format!("inject={call}:signal=SIGKILL:when={nth}")).arg(plain.get_program());
                traced.args(plain.get_args()).current_dir(place.folder.path());
                traced.env("PLAN_STATE_HOME", place.home.path());
                let ended = traced.output().unwrap().status;
                if ended.success() {
                    break;
                }
                kills += 1;
                let finished =
                    if undone { place.run(&undo) } else { place.apply(&["--resume", "--through", "configure"]) };
                if finished.code == Some(2) && !undone {
                    assert_eq!(place.read(SITE), before, "{call} {nth}: it had not begun");
                    place.run(&apply).ends(0, &[]);
                } else {
                    assert!(
                        finished.code == Some(0) || undone && finished.code == Some(2),
                        "{call} {nth}: {finished:?}"
                    );
                }
                assert!(place.read(SITE) == *if undone { &before } else { &after }, "{call} {nth}");
                if !undone {
                    let journal = fs::read_to_string(place.journal()).unwrap();
                    assert_eq!(journal.matches(r#""done""#).count(), 7, "{call} {nth}: each change once");
                }
            }
            println!("{kills} kills at each {call} of {}", words[0]);
            assert!(kills > 5);
        }
    }
}

#[test]
fn ctrl_c_ends_the_act_and_can_be_resumed() {
    let long = Long::new();
    for presses in 1..=2 {
        long.start();
        let mut child = long.resumed();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        assert!(first.starts_with("  1/"), "{first}");
        for _ in 0..presses {
            let signal = format!("kill -INT {}", child.id());
            assert!(Command::new("sh").args(["-c", &signal]).status().unwrap().success());
        }
        let rest: Vec<String> = out.lines().map(Result::unwrap).collect();
        let ran: place::Ran = child.wait_with_output().unwrap().into();
        assert_eq!(ran.code, Some(130), "{rest:?} {ran:?}");
        if presses == 1 {
            ran.ends(130, &["interrupted before change", "--resume"]);
            let done = long.done();
            assert!((1..CHANGES).contains(&done));
            assert_eq!(rest.last().unwrap(), &format!("{done} of {CHANGES} changes in place"));
            let journal = fs::read_to_string(long.place.journal()).unwrap();
            assert!(journal.lines().last().unwrap().contains(r#""done""#), "no act is left open");
        }
        long.place.apply(&["--resume", "--through", "configure"]).ends(0, &[]);
        long.ended();
    }
}
