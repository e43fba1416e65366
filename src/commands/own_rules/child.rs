//! The process that evaluates: it can open nothing that it is not given, and ends with who asked, or at its limits.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process;
use std::thread;

use super::between::Line;
use crate::failure::exit;
use crate::own::{Request, answer};

/// Bytes of the stack on which expressions are read and evaluated: they are nested no deeper than is read.
const STACK: usize = 16 << 20;

/// Reads a request from standard input, from the rule of this number on, and answers one rule a line.
pub(crate) fn evaluate(from: &str) -> u8 {
    limit();
    let (Ok(from), Ok(request), input) = read(from) else { return exit::USAGE };
    // Nothing more is said: when this ends, who asked is gone.
    thread::spawn(move || {
        let mut input = input;
        let _ = input.read(&mut [0]);
        process::exit(exit::COULD_NOT_RUN.into());
    });
    let answered = thread::Builder::new().stack_size(STACK).spawn(move || {
        for (nth, (asked, facts)) in request.asked.iter().enumerate().skip(from) {
            let facts = request.facts.get(*facts).ok_or(())?;
            let came = answer(asked, facts).map_err(|unreadable| unreadable.0);
            let line = serde_json::to_string(&Line { nth, came }).map_err(drop)?;
            let mut out = io::stdout().lock();
            writeln!(out, "{line}").and_then(|()| out.flush()).map_err(drop)?;
        }
        Ok::<(), ()>(())
    });
    match answered.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => exit::OK,
        _ => exit::COULD_NOT_RUN,
    }
}

type Input = BufReader<io::Stdin>;

fn read(from: &str) -> (Result<usize, ()>, Result<Request, ()>, Input) {
    let mut input = BufReader::new(io::stdin());
    let mut line = String::new();
    let request = input.read_line(&mut line).map_err(drop).and_then(|_| serde_json::from_str(&line).map_err(drop));
    (from.parse().map_err(drop), request, input)
}

/// Lets the system end what takes too much. Where it cannot, who asked still counts the seconds.
#[cfg(unix)]
fn limit() {
    use super::between::{ALL_SECONDS, MEMORY};
    use rustix::process::{Resource, Rlimit, setrlimit};
    let most = |limit: u64| Rlimit { current: Some(limit), maximum: Some(limit) };
    for (resource, limit) in [
        (Resource::As, MEMORY),
        (Resource::Cpu, ALL_SECONDS + 1),
        // It writes into pipes alone, and leaves no image of itself.
        (Resource::Fsize, 0),
        (Resource::Core, 0),
    ] {
        let _ = setrlimit(resource, most(limit));
    }
}

#[cfg(not(unix))]
fn limit() {}
