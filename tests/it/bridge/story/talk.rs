//! A person at a terminal, who reads what is shown and does or types what is asked for.

use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use crate::typed::{of_its_own, shown_by};

/// What a person does once they read something.
pub(super) enum Does<'a> {
    /// Types a line, or several.
    Types(String),
    /// Does something elsewhere.
    Acts(Box<dyn FnOnce() + 'a>),
}

/// Types a line.
pub(super) fn types<'a>(line: &str) -> Does<'a> {
    Does::Types(line.to_owned())
}

/// Does something elsewhere.
pub(super) fn acts<'a>(act: impl FnOnce() + 'a) -> Does<'a> {
    Does::Acts(Box::new(act))
}

/// Runs a command line on a terminal. Each line of the script waits until its words are shown after what the line before was about; without words it follows at once.
/// What was shown, and how it ended.
pub(super) fn talk(command: &Command, script: Vec<(&str, Does<'_>)>) -> (String, Option<i32>) {
    let mut child = of_its_own(command, (300, "-qec", ""));
    let (mut keys, shown) = (child.stdin.take().unwrap(), shown_by(&mut child));
    let (mut all, mut read) = (String::new(), 0);
    for (words, does) in script {
        let after = loop {
            // A line is folded wherever it ends on this terminal.
            let text = all[read..].split_whitespace().collect::<Vec<_>>().join(" ");
            if text.contains(words) {
                break all.len();
            }
            match shown.recv_timeout(Duration::from_secs(60)) {
                Ok(more) => all.push_str(&String::from_utf8_lossy(&more)),
                Err(why) => panic!("`{words}` is not shown ({why}):\n{all}"),
            }
        };
        read = after;
        match does {
            Does::Types(line) => {
                // A question is shown in full before anybody answers it.
                std::thread::sleep(Duration::from_millis(150));
                keys.write_all(format!("{line}\n").as_bytes()).unwrap();
            }
            Does::Acts(act) => act(),
        }
    }
    while let Ok(more) = shown.recv() {
        all.push_str(&String::from_utf8_lossy(&more));
    }
    (all, child.wait().unwrap().code())
}
