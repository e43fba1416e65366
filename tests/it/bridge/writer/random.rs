//! PHP, the database and the program killed at any moment while a site is written to: of each value there is what was or what is to be,
//! what is answered is kept, and each change is on record once.
//!
//! `CUTS=all cargo test --test it bridge::writer::random -- --nocapture` kills each two hundred times; otherwise one of them dies
//! eight times. How far a request gets before that is drawn step by step: by the clock most kills would fall before or after what matters.

#![allow(clippy::print_stdout, reason = "the numbers are part of what this test is for")]

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use super::super::host::{Host, Server};
use super::*;
use crate::common::one_of;

const KILLS: usize = 200;

/// Notes each step of the requests that write, and makes each last a moment: `l` for the lock, `s` for what is stored; of a change `a` that
/// it came, `b` before its transaction, `i` inside, and `c` once it is committed.
const STEPS: &str = r#"<?php
namespace Plan\Bridge {
    function step(string $step, string $after) {
        static $last = 'a';
        if (!$GLOBALS['plan_changes'] || strpos($after, $last) === false) { return; }
        $last = $step;
        file_put_contents(WP_CONTENT_DIR . '/../steps', $step, FILE_APPEND);
        usleep(random_int(0, 3000));
    }
    function has_filter(...$all) { step('b', 'ab'); return \has_filter(...$all); }
    function time() { step('i', 'bi'); return \time(); }
    function hash(...$all) { step('i', 'i'); return \hash(...$all); }
    function wp_using_ext_object_cache() { step('i', 'i'); return \wp_using_ext_object_cache(); }
    function get_current_user_id() { step('i', 'i'); return \get_current_user_id(); }
    function wp_cache_delete(...$all) { step('c', 'ic'); return \wp_cache_delete(...$all); }
}
namespace {
    $asked = urldecode($_SERVER['REQUEST_URI'] ?? '');
    $GLOBALS['plan_changes'] = strpos($asked, '/plan/v1/changes') !== false;
    foreach (['lock' => 'l', 'stored' => 's', 'changes' => 'a'] as $route => $step) {
        strpos($asked, "/plan/v1/$route") !== false && file_put_contents(WP_CONTENT_DIR . '/../steps', $step, FILE_APPEND);
    }
}"#;

/// One of so many.
fn drawn(below: usize) -> usize {
    (RandomState::new().build_hasher().finish() % below as u64) as usize
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where a kill fell: before, inside or after a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fell {
    Before,
    Inside,
    After,
}

/// By who was killed and where that fell, how often; since when.
struct Count(BTreeMap<(&'static str, Fell), usize>, Instant);

impl Count {
    fn add(&mut self, who: &'static str, fell: Fell) {
        *self.0.entry((who, fell)).or_default() += 1;
        if self.of(who).is_multiple_of(20) {
            println!("{:?} after {} s", self.0, self.1.elapsed().as_secs());
        }
    }

    fn of(&self, who: &str) -> usize {
        self.0.iter().filter(|((of, _), _)| *of == who).map(|(_, count)| count).sum()
    }
}

/// What a site noted of its steps.
struct Steps(PathBuf);

impl Steps {
    fn of(site: &Site) -> Self {
        Self(site.staging.dir().join("steps"))
    }

    fn seen(&self) -> String {
        fs::read_to_string(&self.0).unwrap_or_default()
    }

    fn forget(&self) {
        let _ = fs::remove_file(&self.0);
    }

    /// Waits until so many were taken, and a moment more; not where the process ended before that.
    fn wait_for(&self, count: usize, of: &mut Child) -> bool {
        let began = Instant::now();
        while self.seen().len() < count {
            if of.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(began.elapsed() < Duration::from_secs(120), "no step {count}: {}", self.seen());
            std::thread::sleep(Duration::from_micros(300));
        }
        std::thread::sleep(Duration::from_micros(drawn(4000) as u64));
        true
    }
}

/// The audit's rows of an option lead from what it was to what it is, one after the other.
#[track_caller]
fn is_one_chain(site: &Site, option: &str, first: &str) {
    let sql = format!("SELECT `before`, after FROM wp_plan_bridge_audit WHERE option_name = '{option}' ORDER BY id");
    let rows = site.sql(&sql);
    let last = rows.lines().fold(sha256(first), |last, row| {
        let (before, after) = row.split_once('\t').unwrap();
        assert_eq!(before, last, "{option}: {rows}");
        after.to_owned()
    });
    assert_eq!(last, sha256(&raw(site, option)), "{option}: {rows}");
}

const OFFERING: &str = "_accessally_offering_3";

/// One value that is set again and again by one who asks as the program does; each time somebody dies on the way.
struct Asking<'s> {
    site: &'s Site,
    steps: Steps,
    first: String,
    asked: usize,
    made: usize,
}

impl Asking<'_> {
    fn with(&self, days: usize) -> String {
        let text = days.to_string();
        let new = format!("s:12:\"release-days\";s:{}:\"{text}\";", text.len());
        self.first.edited("s:12:\"release-days\";s:1:\"2\";", &new)
    }

    fn body(&mut self, token: i64, days: usize) -> Value {
        self.asked += 1;
        let (sha256, key) = (sha256(&raw(self.site, OFFERING)), format!("{:064x}", self.asked));
        let set = json!({"/modules/1/release-days": days.to_string()});
        json!({"token": token, "option": OFFERING, "sha256": sha256, "set": set, "key": key})
    }

    /// The request under way; it ends with the status of its answer.
    fn sent(&self, body: &Value) -> Child {
        let login = format!("operator:{}", self.site.staging.text("/password"));
        let mut curl = Command::new("curl");
        curl.args(["-sS", "-m", "60", "-o", "/dev/null", "-w", "%{http_code}", "-u", &login, "-X", "POST"]);
        curl.args([
            "-H",
            "Content-Type: application/json",
            "-d",
            &body.to_string(),
            &self.site.url("/plan/v1/changes"),
        ]);
        curl.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// A change with a kill on its way: where that fell, nothing where it came after the answer.
    fn loses(&mut self, host: &mut Host<'_>, server: Server) -> Option<Fell> {
        let (was, days) = (raw(self.site, OFFERING), self.made % 900 + 10);
        let wanted = self.with(days);
        let token = locked(self.site, 'a');
        self.steps.forget();
        let body = self.body(token, days);
        let mut child = self.sent(&body);
        self.steps.wait_for(1 + drawn(14), &mut child);
        host.kills(server);
        let is_answered = child.wait_with_output().unwrap().stdout == b"200";
        let steps = self.steps.seen();
        host.starts(server);

        let token = locked(self.site, 'a');
        let now = raw(self.site, OFFERING);
        let key = body["key"].as_str().unwrap();
        let count = |table: &str, column: &str| {
            let sql = format!("SELECT COUNT(*) FROM wp_plan_bridge_{table} WHERE {column} = '{key}'");
            self.site.sql(&sql).trim().parse::<usize>().unwrap()
        };
        let on_record = [count("changes", "id"), count("audit", "change_id")];
        // The value, the key and the row are one: all of them, or none.
        let is_whole = (on_record == [1, 1] && now == wanted) || (on_record == [0, 0] && now == was);
        assert!(is_whole, "{steps}: {on_record:?}\n{was}\n{now}");
        let is_made = now == wanted;
        assert!(is_made || !is_answered, "what was answered is not kept: {steps}");
        // The same request once more, under a number that is over: what was made is said, and what was not is not made.
        let (status, again) = posts(self.site, "changes", &body);
        let replayed = (status, again["replayed"] == json!(true), again["code"].as_str());
        assert_eq!(replayed, if is_made { (200, true, None) } else { (409, false, Some("lock-lost")) }, "{again}");
        if !is_made {
            let body = self.body(token, days);
            let (status, answer) = posts(self.site, "changes", &body);
            assert_eq!((status, raw(self.site, OFFERING)), (200, wanted), "{answer}");
        }
        self.made += 1;
        match (is_answered, is_made) {
            (true, _) => None,
            (false, true) => Some(Fell::After),
            (false, false) if steps.contains('i') => Some(Fell::Inside),
            (false, false) => steps.contains('a').then_some(Fell::Before),
        }
    }
}

/// A run of the program and its undoing, each gone on with until it is through, however often it dies.
struct Runs<'s> {
    writer: Writer<'s>,
    steps: Steps,
    digest: String,
    before: Vec<String>,
    wanted: Vec<String>,
    is_forth: bool,
    is_begun: bool,
    /// How many changes were made in what is through.
    made: usize,
}

impl Runs<'_> {
    /// The program, killed once the site took some more steps: where that fell, nothing where it ended before.
    fn dies(&mut self) -> Option<Fell> {
        let url = self.writer.site.staging.url().to_owned();
        let confirm = ["--confirm", &self.digest];
        let words: &[&str] = match (self.is_forth, self.is_begun) {
            (true, false) => &[&["apply", PLAN, "--site", &url, "--no-input"], &confirm[..]].concat(),
            (true, true) => &["apply", PLAN, "--site", &url, "--no-input", "--resume"],
            (false, _) => &[&["undo", PLAN, "--site", &url, "--no-input"], &confirm[..]].concat(),
        };
        let to_be = if self.is_forth { &self.wanted } else { &self.before };
        let left = self.writer.stored().iter().zip(to_be).filter(|(now, to_be)| now != to_be).count();
        // A request whose program died goes on to its end.
        std::thread::sleep(Duration::from_millis(200));
        self.steps.forget();
        let mut child = self.writer.switch.desk.command(words).spawn().unwrap();
        let is_killed = self.steps.wait_for(2 + drawn(14 * left.max(1)), &mut child);
        if is_killed {
            let _ = child.kill();
        }
        let steps = self.steps.seen();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert!(!ran.err.contains("panicked"), "{ran:#?}");
        if ran.code.is_some() {
            self.is_through(&ran);
            return None;
        }
        let now = self.writer.stored();
        assert!((0..3).all(|at| now[at] == self.before[at] || now[at] == self.wanted[at]), "{now:?}");
        assert!(steps.starts_with('l'), "{steps}");
        self.is_begun = true;
        // How far what the site was asked last came.
        let last = steps.rsplit(['a', 's', 'l']).next().unwrap_or_default();
        Some(match (last.contains('c'), last.contains('i')) {
            (true, _) => Fell::After,
            (false, true) => Fell::Inside,
            (false, false) => Fell::Before,
        })
    }

    /// Nobody died: everything is as it was confirmed, on the site, in its audit and in the journal.
    #[track_caller]
    fn is_through(&mut self, ran: &Ran) {
        // It may have died at the very end of an undo, after which nothing is left to undo.
        let is_back = matches!(ran.code, Some(0 | 2));
        let is_there = if self.is_forth { ran.err.contains("waits at `configure`") } else { is_back };
        assert!(is_there, "{ran:#?}");
        assert_eq!(&self.writer.stored(), if self.is_forth { &self.wanted } else { &self.before });
        self.made += WRITTEN.len();
        assert_eq!(self.writer.audited().0, self.made, "each change is on record once");
        for ((_, option), before) in WRITTEN.iter().zip(&self.before) {
            is_one_chain(self.writer.site, option, before);
        }
        if self.is_forth {
            let journals = self.writer.switch.desk.place.state_files("journal.ndjson");
            let [journal] = &journals[..] else { panic!("{journals:?}") };
            let journal = fs::read_to_string(journal).unwrap();
            let done = |at: usize| journal.matches(&format!("\"done\":{{\"change\":{at}}}")).count();
            assert_eq!([done(0), done(1), done(2)], [1; 3], "{journal}");
        }
        (self.is_forth, self.is_begun) = (!self.is_forth, false);
    }
}

/// A site whose steps are noted, and how often somebody dies on it; none where it is another test's turn.
fn watched(nth: usize) -> Option<(Site, usize)> {
    let (all, _) = one_of("CUTS", (nth, 3))?;
    Some((Site::up(&["--users", "0", "--bloom"])?, if all { KILLS } else { 8 }))
}

/// One value set again and again, while a server of the site's dies.
fn asked_while_one_dies(nth: usize, (who, server): (&'static str, Server)) {
    let Some((site, kills)) = watched(nth) else { return };
    let writer = Writer::at(&site);
    site.other_plugin("steps.php", STEPS);
    let (mut host, mut count) = (Host::of(&site), Count(BTreeMap::new(), Instant::now()));
    // A database that may lose the last second of what it answered would lose what this asks for.
    let (config, flush) = (site.staging.dir().join("my.cnf"), "innodb_flush_log_at_trx_commit = ");
    let durable = fs::read_to_string(&config).unwrap().edited(&format!("{flush}0"), &format!("{flush}1"));
    fs::write(config, durable).unwrap();
    site.sql(&format!("SET GLOBAL {flush}1; FLUSH ENGINE LOGS"));

    let first = raw(&site, OFFERING);
    let mut asking = Asking { site: &site, steps: Steps::of(&site), first: first.clone(), asked: 0, made: 0 };
    while count.of(who) < kills {
        if let Some(fell) = asking.loses(&mut host, server) {
            count.add(who, fell);
        }
    }
    is_one_chain(&site, OFFERING, &first);
    assert_eq!(writer.audited().0, asking.made, "each change is on record once");
}

#[test]
fn php_killed_at_any_moment_leaves_a_change_whole_or_not_made_and_on_record_once() {
    asked_while_one_dies(0, ("PHP", Server::Php));
}

#[test]
fn a_database_killed_at_any_moment_keeps_what_it_answered_and_nothing_by_halves() {
    asked_while_one_dies(1, ("MariaDB", Server::Database));
}

#[test]
fn killed_at_any_moment_the_program_comes_to_what_was_confirmed_or_back_and_says_so() {
    let Some((site, kills)) = watched(2) else { return };
    let writer = Writer::at(&site);
    site.other_plugin("steps.php", STEPS);
    let before = writer.stored();
    let wanted = WRITTEN.iter().zip(&before).map(|((_, option), before)| after(option, before)).collect();
    let (digest, steps, mut count) = (writer.digest(), Steps::of(&site), Count(BTreeMap::new(), Instant::now()));
    let mut runs = Runs { writer, steps, digest, before, wanted, is_forth: true, is_begun: false, made: 0 };
    while count.of("plan") < kills || runs.is_begun {
        if let Some(fell) = runs.dies() {
            count.add("plan", fell);
        }
    }
}
