//! PHP, the database and the program killed at any moment of runs that write and take back.
//!
//! `CUTS=all cargo test --test it bridge::writer::random -- --nocapture` kills each two hundred times; otherwise each dies once.

#![allow(clippy::print_stdout, reason = "the numbers are part of what this test is for")]

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use super::super::host::{Host, Server};
use super::*;
use crate::common::by_turns;

const KILLS: usize = 200;

fn moment(longest: Duration) -> Duration {
    let share = RandomState::new().build_hasher().finish() % 10_000;
    longest.mul_f64(share as f64 / 10_000.0)
}

#[test]
fn killed_at_any_moment_the_database_comes_to_what_was_confirmed_or_back_and_says_so() {
    let (all, _) = by_turns("CUTS");
    let Some(site) = Site::up(&["--users", "0", "--bloom"]) else { return };
    let writer = Writer::at(&site);
    let mut host = Host::of(&site);
    let before = writer.stored();
    let wanted: Vec<String> = WRITTEN.iter().zip(&before).map(|((_, option), before)| after(option, before)).collect();
    let digest = writer.digest();
    let url = site.staging.url().to_owned();
    let forth = ["apply", PLAN, "--site", &url, "--no-input", "--confirm", &digest];
    let back = ["undo", PLAN, "--site", &url, "--no-input", "--confirm", &digest];
    let victims = [None, Some(Server::Php), Some(Server::Database)];
    let (mut hit, mut audited) = (0, 0);
    for turn in 0..if all { KILLS * victims.len() } else { victims.len() } {
        let victim = victims[turn % victims.len()];
        let is_forth = writer.stored() == before;
        let words: &[&str] = if is_forth { &forth } else { &back };
        let mut child = writer.switch.desk.command(words);
        let mut child = child.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(moment(Duration::from_millis(2500)));
        match victim {
            None => drop(child.kill()),
            Some(server) => host.kills(server),
        }
        let _ = child.wait();
        if let Some(server) = victim {
            host.starts(server);
        }
        let now = writer.stored();
        // Of each value what was or what is to be, and nothing between.
        assert!((0..3).all(|at| now[at] == before[at] || now[at] == wanted[at]), "{now:?}");
        hit += usize::from(now != before && now != wanted);
        let ends = |wanted: &[String]| {
            for _ in 0..4 {
                let ran = match is_forth {
                    true => {
                        let resumed = writer.switch.desk.resumes(&[]);
                        // It was killed before it began.
                        if resumed.code == Some(20) { resumed } else { writer.switch.apply(&["--confirm", &digest]) }
                    }
                    false => writer.undoes(&digest),
                };
                let is_there = ran.code == Some(0) || ran.err.contains("waits at `configure`") || ran.code == Some(2);
                if is_there {
                    assert_eq!(writer.stored(), wanted, "{ran:#?}");
                    return;
                }
            }
            panic!("it does not end");
        };
        ends(if is_forth { &wanted } else { &before });
        audited += WRITTEN.len();
        assert_eq!(writer.audited().0, audited, "each change is on record once");
    }
    println!("{hit} runs were cut between their changes");
}
