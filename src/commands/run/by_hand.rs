//! What a person makes of the plan's changes, as it is told: on which screen, from what to what, and what is typed once it is seen.

use serde_json::Value;

use crate::change::{ByHand, Task, text};
use crate::commands::Terminal;
use crate::commands::terminal::labelled;
use crate::failure::Failure;
use crate::guide::Named;
use crate::output::escape;

/// Shows each task; what is typed once they are made.
pub(super) fn told(all: &ByHand, named: &Named<'_>, terminal: &mut Terminal<'_>) -> Result<Vec<String>, Failure> {
    let tasks = all.tasks();
    for task in &tasks {
        labelled("by hand", &format!("`{}`, on {}", task.on, task.on.kind.screen()), terminal)?;
        for line in lines(task) {
            writeln!(terminal.out, "               {line}")?;
        }
    }
    let saw = tasks.iter().map(|task| named.saw(task.on, task.wanted, task.is_compared));
    Ok(saw.chain([named.resume()]).collect())
}

/// What is there, and what is wanted, a line each.
pub(super) fn lines(task: &Task<'_>) -> Vec<String> {
    sides(task, [("-", task.before), (if task.is_compared { "+" } else { "?" }, Some(task.wanted))])
}

/// The way back: what was to be made, and what was there, as far as anybody knew.
pub(super) fn lines_back(task: &Task<'_>) -> Vec<String> {
    sides(task, [("-", Some(task.wanted)), ("+", task.before)])
}

fn sides(task: &Task<'_>, both: [(&str, Option<&Value>); 2]) -> Vec<String> {
    let side = |(sign, fields): (&str, Option<&Value>)| {
        let shown = escape::terminal(&text::side(task.on, fields));
        shown.lines().map(|line| format!("{sign} {line}")).collect::<Vec<_>>()
    };
    both.into_iter().flat_map(side).collect()
}
