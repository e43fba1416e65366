//! How much longer `plan journey --everybody` takes than the census alone: the same stream of invented members, in memory, in turn.
//!
//! `cargo bench --bench members -- MEMBERS [ROUNDS]` prints the ratio of the medians; 1,000,000 and 5 unless given.

#![allow(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::env;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use amc_plan::example;
use amc_plan::journey::everybody;
use amc_plan::model::Plan;
use amc_plan::model::population::Questions;
use amc_plan::population::{sealed, take_census};
use amc_plan::site::snapshot_file::SnapshotFile;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let mut arguments = env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let mut number = |default: usize| arguments.next().map_or(Ok(default), |given| given.parse());
    let (members, rounds) = (number(1_000_000)?, number(5)?);
    let made = example::generate(7);
    let snapshot = SnapshotFile::read(made.site.as_bytes())?.snapshot().clone();
    let text = population(&made.population, members);
    let plan = Plan::default();
    let alone = || take_census(text.as_bytes(), &Questions::default()).map(|(census, _)| census.members);
    let all = || {
        let questions = Questions::default().with_offerings_of(&snapshot.state);
        let (census, _) = take_census(text.as_bytes(), &questions)?;
        let found = everybody(&plan, (&snapshot.state, &snapshot.state), &census);
        Ok::<_, amc_plan::population::Damage>(found.cohorts.len() as u64)
    };
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        without.push(timed(alone)?);
        with.push(timed(all)?);
    }
    let (without, with) = (median(without), median(with));
    let ratio = with.as_secs_f64() / without.as_secs_f64();
    println!("{members} members: census {without:.2?}, journey --everybody {with:.2?}: {ratio:.2}x");
    Ok(())
}

fn timed<E: std::error::Error + 'static>(run: impl Fn() -> Result<u64, E>) -> Outcome<Duration> {
    let begun = Instant::now();
    black_box(run()?);
    Ok(begun.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The example's contacts again and again, each time with other IDs, in order; without orders.
fn population(example: &str, members: usize) -> String {
    let first = example.lines().next().unwrap_or_default();
    let contacts: Vec<(&str, &str)> =
        example.lines().filter_map(|line| line.strip_prefix(r#"{"kind":"contact","key":""#)?.split_once('"')).collect();
    let lines: Vec<String> = (0..members)
        .map(|number| {
            let (_, rest) = contacts[number % contacts.len()];
            let mut line = String::new();
            let _ = write!(line, r#"{{"kind":"contact","key":"{:09}"{rest}"#, number);
            line
        })
        .collect();
    sealed(first, lines.iter().map(|line| ("contact", line.as_str())), serde_json::Map::new()).0
}
