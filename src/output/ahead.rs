//! What has to begin before the window, the earliest first: a list beside the findings of the gate `fit`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::wrapped;
use super::{Report, escape, naming_plan};
use crate::rules::{Ahead, Done, LeadTime, Source, Work};

/// What has to begin before the window.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct BeforeTheWindow {
    /// The day of the window; null where the plan names none.
    pub window: Option<String>,
    /// What day it is for the rules: of a site in a file the day on which it was read.
    pub today: String,
    /// What has to begin, the earliest first.
    pub lead_times: Vec<Item>,
}

/// Something that has to begin before the window.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// What is to be done.
    pub what: String,
    /// The day on which it has to begin at the latest; null where the plan names no window.
    pub start_by: Option<String>,
    /// How many days before the window that is: an assumption of the tool, as no page of the vendor's says it.
    pub days: i32,
    /// How well it is known that it is needed.
    pub need: Source,
    /// Why it is needed.
    pub because: String,
    /// How far it is.
    pub done: Done,
    /// What shows that, or why nothing does.
    pub why: String,
    /// Whether that day has passed and it is not known to be done.
    pub overdue: bool,
}

/// It for machines.
pub(super) fn of(report: &Report<'_>) -> Option<BeforeTheWindow> {
    let Ahead { window, today, work } = report.judgement.ahead.as_ref()?;
    let item = |work: &Work| Item {
        name: work.of.name.to_owned(),
        what: work.of.what.to_owned(),
        start_by: work.start_by.map(|day| day.to_string()),
        days: work.of.days,
        need: work.of.need,
        because: work.of.because.to_owned(),
        done: work.done,
        why: work.why.clone(),
        overdue: work.overdue,
    };
    Some(BeforeTheWindow {
        window: window.map(|day| day.to_string()),
        today: today.to_string(),
        lead_times: work.iter().map(item).collect(),
    })
}

/// A line for a person.
pub(super) struct Line {
    pub(super) text: String,
    /// Whether it is about something that is overdue.
    pub(super) is_overdue: bool,
}

/// Its title, and its lines for a person, broken where they are longer than so many columns; nothing at another gate.
pub(super) fn lines(report: &Report<'_>, columns: usize) -> Option<(String, Vec<Line>)> {
    let ahead = report.judgement.ahead.as_ref()?;
    let of_work = ahead.work.iter().map(|work| {
        let LeadTime { name, what, .. } = work.of;
        let text = format!("  {}  {:7}  {name}: {what} ({})", day(work), word(work), escape::line(&state(work)));
        (text, work.overdue)
    });
    let is_open = |work: &Work| work.of.is_recorded && work.done == Done::Unknown;
    let record = ahead.work.iter().any(is_open).then_some(RECORD);
    let below = [Some(ASSUMED), record].into_iter().flatten();
    let below = below.map(|sentence| (format!("  {}", naming_plan(sentence, report.path)), false));
    let all = of_work.chain(below).map(|(text, is_overdue)| Line { text: wrapped(&text, columns), is_overdue });
    Some((title(ahead), all.collect()))
}

/// It as a list of Markdown; nothing at another gate.
pub(super) fn markdown(report: &Report<'_>) -> String {
    let Some(ahead) = &report.judgement.ahead else { return String::new() };
    let item = |work: &Work| {
        let LeadTime { name, what, .. } = work.of;
        let text = format!("{what} ({})", report.short(&state(work)));
        format!("- **{}, {}** {}: {}\n", day(work), word(work), escape::code(name), escape::prose(&text))
    };
    let items: String = ahead.work.iter().map(item).collect();
    format!("{}:\n\n{items}\n{}\n\n", escape::prose(&title(ahead)), escape::prose(ASSUMED))
}

/// Whose the days are.
const ASSUMED: &str = "no page of the vendor's says how long any of this takes: the days are an assumption of `plan`; docs/fit.md says of each why it is needed";

/// How somebody says that something is done.
const RECORD: &str = "what nothing here can show is put on record by its name: `plan record done NAME 'WHAT WAS DONE' --plan PLAN --who WHO`";

fn title(ahead: &Ahead) -> String {
    match ahead.window {
        Some(window) => {
            format!("to begin before the window on {window}, each on its day at the latest; counted on {}", ahead.today)
        }
        None => "to begin before the window, which the plan does not name yet".to_owned(),
    }
}

/// The day on which it has to begin.
fn day(work: &Work) -> String {
    work.start_by.map_or_else(|| format!("{} days before", work.of.days), |day| day.to_string())
}

fn word(work: &Work) -> &'static str {
    match work.done {
        Done::Done => "done",
        _ if work.overdue => "overdue",
        _ => "start",
    }
}

fn state(work: &Work) -> String {
    match work.done {
        Done::Done => work.why.clone(),
        Done::ToDo | Done::Unknown => format!("{}: {}", work.done.name(), work.why),
    }
}
