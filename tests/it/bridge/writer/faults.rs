//! Whatever dies, is lost or comes twice while a run writes: the site comes to what was confirmed, each change once, and back to the very bytes.
//!
//! `CUTS=all` makes each of them; otherwise they take turns.

use std::path::PathBuf;

use super::super::host::{Host, Server};
use super::*;
use crate::common::by_turns;

/// Makes the fault that the file names, once, on the way of a change; of the second change, where it says 2.
const FAULTS: &str = r#"<?php
namespace Plan\Bridge {
    function fault(string ...$names): string {
        $file = WP_CONTENT_DIR . '/../fault';
        [$now, $left] = explode(' ', (is_file($file) ? trim((string) file_get_contents($file)) : '') . ' 1');
        if (!in_array($now, $names, true)) { return ''; }
        if ((int) $left > 1) {
            file_put_contents($file, $now . ' ' . ((int) $left - 1));
            return '';
        }
        unlink($file);
        return $now;
    }
    // Who stands in front answers, and the request goes on.
    function gateway() {
        ignore_user_abort(true);
        header('HTTP/1.1 504 Gateway Timeout');
        header('Content-Type: text/html');
        header('Content-Length: 9');
        echo '<html>504';
        flush();
        usleep(1500000);
    }
    function has_filter(...$all) { fault('before') && posix_kill(getmypid(), 9); return \has_filter(...$all); }
    function get_current_user_id() {
        fault('inside') && posix_kill(getmypid(), 9);
        fault('slow') && usleep(2500000);
        fault('gateway') && gateway();
        return \get_current_user_id();
    }
    function wp_cache_delete(...$all) { fault('after') && posix_kill(getmypid(), 9); return \wp_cache_delete(...$all); }
}
namespace {
    add_action('updated_option', function () {
        $now = Plan\Bridge\fault('throws', 'exits', 'dies');
        if ($now === 'throws') { throw new \Exception('canary'); }
        if ($now === 'exits') { exit('canary'); }
        if ($now === 'dies') { posix_kill(getmypid(), 9); }
    });
    add_filter('rest_pre_serve_request', function ($isServed, $result, $request) {
        if ($request->get_route() === '/plan/v1/changes' && Plan\Bridge\fault('lost')) {
            header('HTTP/1.1 502 Bad Gateway');
            header('Content-Type: text/html');
            exit('<html>502');
        }
        return $isServed;
    }, 10, 3);
    add_filter('rest_pre_dispatch', function ($result, $server, $request) {
        if ($request->get_route() === '/plan/v1/changes') {
            file_put_contents(WP_CONTENT_DIR . '/../requests', $request->get_body() . "\n", FILE_APPEND);
            Plan\Bridge\fault('dropped') && posix_kill(getmypid(), 9);
            Plan\Bridge\fault('late') && Plan\Bridge\gateway();
            Plan\Bridge\fault('elsewhere') && add_filter('home_url', fn () => 'http://other.example');
            Plan\Bridge\fault('copied') && $GLOBALS['wpdb']->query('DROP TABLE wp_plan_bridge_lock, wp_plan_bridge_changes, wp_plan_bridge_audit');
            Plan\Bridge\fault('updated') && $GLOBALS['wpdb']->query("UPDATE wp_options SET option_value = CONCAT('a:1:{s:4:\"mail\";', option_value, '}')
                WHERE option_name = '_accessally_setting_emails'");
            if (Plan\Bridge\fault('theirs')) {
                $GLOBALS['wpdb']->query("UPDATE wp_options SET option_value = REPLACE(option_value, 's:3:\"yes\"', 's:2:\"no\"')
                    WHERE option_name = '_accessally_setting_developer'");
            }
        }
        return $result;
    }, 10, 3);
}"#;

/// What happens while the first change is written; whether a process of the site's dies of it, and whether a hook of it was not seen to end.
const ALL: [(&str, bool, bool); 11] = [
    ("inside", true, false),
    ("lost", false, false),
    ("after", true, true),
    ("before", true, false),
    ("dies", true, true),
    ("exits", false, true),
    ("throws", false, true),
    ("dropped", true, false),
    ("gateway", false, false),
    ("late", false, false),
    ("none", false, false),
];

pub(super) struct Trial<'s> {
    pub(super) writer: Writer<'s>,
    host: Host<'s>,
    pub(super) before: Vec<String>,
    pub(super) wanted: Vec<String>,
    pub(super) digest: String,
}

impl<'s> Trial<'s> {
    pub(super) fn of(site: &'s Site) -> Self {
        let writer = Writer::at(site);
        site.other_plugin("faults.php", FAULTS);
        let before = writer.stored();
        let wanted = WRITTEN.iter().zip(&before).map(|((_, option), before)| after(option, before)).collect();
        let digest = writer.digest();
        Self { host: Host::of(site), before, wanted, digest, writer }
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.writer.site.staging.dir().join(name)
    }

    pub(super) fn will(&self, fault: &str) {
        fs::write(self.file("fault"), fault).unwrap();
    }

    pub(super) fn applies(&self) -> Ran {
        self.writer.switch.apply(&["--confirm", &self.digest])
    }

    /// Begins the run, and kills it once the fault is under way.
    pub(super) fn is_killed_in(&self, fault: &str) {
        self.will(fault);
        let url = self.writer.site.staging.url().to_owned();
        let words = ["apply", PLAN, "--site", &url, "--no-input", "--confirm", &self.digest];
        let mut child = self.writer.switch.desk.command(&words).spawn().unwrap();
        let began = std::time::Instant::now();
        while self.file("fault").exists() {
            assert!(began.elapsed().as_secs() < 60, "nothing is written");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// A worker that was killed is not started again by the server.
    fn is_up_again(&mut self) {
        self.host.kills(Server::Php);
        self.host.starts(Server::Php);
    }

    /// Goes on until the run waits for a person.
    #[track_caller]
    pub(super) fn comes_to_the_person(&self, begun: Ran) {
        let mut ran = begun;
        for _ in 0..3 {
            assert!(!ran.err.contains("canary") && !ran.err.contains("panicked"), "{ran:#?}");
            assert_eq!(ran.code, Some(20), "{ran:#?}");
            if ran.err.contains("waits at `configure`") {
                assert_eq!(self.writer.stored(), self.wanted);
                return;
            }
            assert!(ran.err.contains("stopped"), "{ran:#?}");
            ran = self.writer.switch.desk.resumes(&[]);
        }
        panic!("it does not get there: {ran:#?}");
    }

    /// Takes it back until it is as it was.
    #[track_caller]
    pub(super) fn comes_back(&self) {
        for _ in 0..3 {
            let ran = self.writer.undoes(&self.digest);
            if ran.code == Some(0) {
                assert_eq!(self.writer.stored(), self.before);
                return;
            }
            assert_eq!(ran.code, Some(20), "{ran:#?}");
        }
        panic!("it is not taken back");
    }
}

#[test]
fn whatever_dies_or_is_lost_each_change_is_made_once_and_taken_back_to_the_byte() {
    let (all, turn) = by_turns("CUTS");
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let mut trial = Trial::of(&site);
    for (fault, kills, leaves) in ALL.iter().cycle().skip(turn * 2 % ALL.len()).take(if all { ALL.len() } else { 3 }) {
        for back in [false, true] {
            let begun = if trial.writer.stored() == trial.before { (0, 0) } else { trial.writer.audited() };
            assert_eq!(begun, (0, 0), "{fault}");
            if !back {
                trial.will(fault);
            }
            let ran = trial.applies();
            assert_eq!(trial.file("fault").exists(), *fault == "none" && !back, "{fault} did not happen: {ran:#?}");
            if *kills && !back {
                trial.is_up_again();
            }
            // Whose code failed is no secret, what it said is.
            let says = ran.err.contains("was not seen to end");
            assert!(!matches!(*fault, "throws" | "exits") || back || says, "{fault}: {ran:#?}");
            trial.comes_to_the_person(ran);
            let open = usize::from(*leaves && !back);
            assert_eq!(trial.writer.audited(), (3, open), "{fault}");
            if back {
                trial.will(fault);
                trial.writer.undoes(&trial.digest);
                if *kills {
                    trial.is_up_again();
                }
            }
            if trial.writer.stored() != trial.before || back {
                let ran = trial.writer.undoes(&trial.digest);
                assert!(matches!(ran.code, Some(0 | 2)), "{fault}: {ran:#?}");
            }
            if trial.writer.stored() != trial.before {
                trial.comes_back();
            }
            assert_eq!(trial.writer.stored(), trial.before, "{fault}");
            assert_eq!(trial.writer.audited().0, 6, "{fault}");
            let _ = fs::remove_file(trial.file("fault"));
            trial.writer.site.sql("DELETE FROM wp_plan_bridge_audit; DELETE FROM wp_plan_bridge_changes");
        }
    }
}

#[test]
fn a_request_that_goes_on_without_its_program_is_waited_for_and_one_that_comes_late_does_nothing() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let mut trial = Trial::of(&site);
    // The program is killed while the site writes: who goes on waits for that, and finds it done.
    trial.is_killed_in("slow");
    assert_eq!(trial.writer.stored(), trial.before);
    trial.comes_to_the_person(trial.writer.switch.desk.resumes(&[]));
    assert_eq!(trial.writer.audited(), (3, 0));
    trial.comes_back();

    // Every request that was ever sent, sent again in any order: each was answered before, and does nothing now.
    let sent = fs::read_to_string(trial.file("requests")).unwrap();
    assert_eq!(sent.lines().count(), 6);
    for body in sent.lines().rev().chain(sent.lines()) {
        let (status, answer) = posts(&site, "changes", &serde_json::from_str(body).unwrap());
        assert_eq!((status, &answer["replayed"]), (200, &json!(true)), "{answer}");
    }
    // One that never arrived, and does so after all that came after it.
    fs::remove_file(trial.file("requests")).unwrap();
    trial.will("dropped");
    let ran = trial.applies();
    trial.is_up_again();
    trial.comes_to_the_person(ran);
    let late = fs::read_to_string(trial.file("requests")).unwrap().lines().next().unwrap().to_owned();
    trial.comes_back();
    let (status, answer) = posts(&site, "changes", &serde_json::from_str(&late).unwrap());
    assert_eq!((status, &answer["code"]), (409, &json!("lock-lost")), "{answer}");
    assert_eq!(trial.writer.stored(), trial.before);

    // Somebody else changes the value between the reading and the writing: theirs stays.
    trial.will("theirs");
    trial
        .applies()
        .ends(20, &["somebody changed `charging-guard` since it was read; their change was not overwritten"]);
    let guard = raw(&site, WRITTEN[0].1);
    assert_eq!(guard, trial.before[0].clone().edited("s:3:\"yes\"", "s:2:\"no\""));
    assert_eq!(trial.writer.stored()[1..], trial.before[1..]);
}

#[test]
fn two_operators_at_once_are_one_after_the_other_and_a_database_that_dies_writes_nothing_by_halves() {
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let mut trial = Trial::of(&site);
    let other = Writer::at(&site);
    let digest = other.digest();
    trial.will("slow");
    let url = site.staging.url().to_owned();
    let words = ["apply", PLAN, "--site", &url, "--no-input", "--confirm", &trial.digest];
    let child = trial.writer.switch.desk.command(&words).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let waits = |trial: &Trial<'_>| {
        let began = std::time::Instant::now();
        while trial.file("fault").exists() {
            assert!(began.elapsed().as_secs() < 60, "nothing is written");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    };
    waits(&trial);
    let refused = other.switch.apply(&["--confirm", &digest]);
    assert!(matches!(refused.code, Some(11 | 12 | 20)), "{refused:#?}");
    let first = Ran::from(child.wait_with_output().unwrap());
    trial.comes_to_the_person(first);
    assert_eq!(trial.writer.audited().0, 3, "the other one wrote nothing");
    trial.comes_back();

    // The database is killed inside of a transaction.
    trial.will("slow");
    let child = trial.writer.switch.desk.command(&words).stderr(std::process::Stdio::piped()).spawn().unwrap();
    waits(&trial);
    trial.host.kills(Server::Database);
    std::thread::sleep(std::time::Duration::from_secs(3));
    trial.host.starts(Server::Database);
    let ran = Ran::from(child.wait_with_output().unwrap());
    trial.comes_to_the_person(ran);
    trial.comes_back();
}
