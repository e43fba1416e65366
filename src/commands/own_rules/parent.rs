//! Who asks: starts this program again as the process that evaluates, counts the seconds, and goes on after a rule that ended it.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::between::{ALL_SECONDS, EVALUATE, Line, MEMORY, SECONDS};
use crate::own::Request;
use crate::rules::Came;

/// Most bytes of an answer: it names objects and facts of a site.
const LONGEST: u64 = 64 << 20;

/// What came of each.
pub(super) fn answers(request: &Request) -> Vec<Came> {
    let wanted = request.asked.len();
    let mut all: Vec<Came> = Vec::with_capacity(wanted);
    let text = match serde_json::to_string(request) {
        Ok(text) => Arc::from(text + "\n"),
        Err(error) => return not_started(wanted, &error.to_string()),
    };
    let ends = Instant::now() + Duration::from_secs(ALL_SECONDS);
    while all.len() < wanted {
        if Instant::now() >= ends {
            let why = format!("the rules before it took the {ALL_SECONDS} s that all of them have together");
            all.resize_with(wanted, || Err(why.clone()));
            break;
        }
        let mut process = match Process::start(&text, all.len()) {
            Ok(process) => process,
            Err(why) => {
                all.extend(not_started(wanted - all.len(), &why.to_string()));
                break;
            }
        };
        let ended = process.answer(&mut all, wanted, ends);
        if let Some(why) = ended.filter(|_| all.len() < wanted) {
            all.push(Err(why));
        }
    }
    all
}

fn not_started(count: usize, why: &str) -> Vec<Came> {
    let why = format!("the process that evaluates it could not be started: {why}");
    std::iter::repeat_with(|| Err(why.clone())).take(count).collect()
}

/// A process that evaluates, and ends with this value.
struct Process {
    child: Child,
    lines: Receiver<Line>,
    /// Its input is open as long as somebody holds this.
    _open: mpsc::Sender<()>,
}

impl Process {
    /// Starts it at the rule of this number.
    fn start(request: &Arc<str>, from: usize) -> std::io::Result<Self> {
        // Nothing but this program itself, with nothing of this process's but two pipes.
        let mut child = Command::new(env::current_exe()?)
            .args([EVALUATE, &from.to_string()])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::Error::other("it has no pipes"));
        };
        let (open, closed) = mpsc::channel::<()>();
        let request = Arc::clone(request);
        // One that reads nothing must not keep anybody from counting the seconds.
        thread::spawn(move || {
            let _ = input.write_all(request.as_bytes()).and_then(|()| input.flush());
            let _ = closed.recv();
        });
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            loop {
                let mut line = String::new();
                let read = output.by_ref().take(LONGEST).read_line(&mut line);
                let line = read.ok().filter(|_| line.ends_with('\n')).and_then(|_| serde_json::from_str(&line).ok());
                if line.is_none_or(|line| send.send(line).is_err()) {
                    return;
                }
            }
        });
        Ok(Self { child, lines, _open: open })
    }

    /// Takes its answers. Why the next one has none, where it does not come to the end.
    fn answer(&mut self, all: &mut Vec<Came>, wanted: usize, ends: Instant) -> Option<String> {
        while all.len() < wanted {
            let left = ends.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left.min(Duration::from_secs(SECONDS))) {
                Ok(line) if line.nth == all.len() => all.push(line.came),
                Ok(_) => return Some("the process that evaluates it answered something else".to_owned()),
                Err(RecvTimeoutError::Timeout) => return Some(format!("it does not end in {SECONDS} s")),
                Err(RecvTimeoutError::Disconnected) => {
                    let memory = MEMORY >> 20;
                    return Some(format!(
                        "it ended the process that evaluates it: it takes more than {memory} MiB of memory, or is nested too deep"
                    ));
                }
            }
        }
        None
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
