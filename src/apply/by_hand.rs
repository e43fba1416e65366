//! What of a plan a person makes on the site, since nothing else can, or since nobody could compare it: what shows that it is made.

use crate::change::{self, ByHand, Task};
use crate::model::{Executor, Snapshot};

use super::proof::{Ask, Open, Proof};

/// Whether everything that a person makes is in place, on a reading with what persons saw since the run began laid over.
/// `read` is whether the reading was made since then; `record` the command that says what somebody sees of a task.
///
/// What a reading shows counts; what it does not show somebody saw once it was made.
pub fn made(all: &ByHand, site: &Snapshot, read: &Result<(), String>, record: impl Fn(&Task<'_>) -> String) -> Proof {
    let (tasks, mut by, mut open) = (all.tasks(), Executor::Guided, Vec::new());
    let asks = |task: &Task<'_>, why: String| Open { why, asks: Some((Ask::Made(task.on.clone()), record(task))) };
    for task in &tasks {
        let on = task.on;
        match shown(task, site) {
            Shown::AsWanted(Executor::Attested) => by = Executor::Attested,
            Shown::AsWanted(_) => open.extend(read.as_ref().err().cloned().map(Open::from)),
            Shown::Otherwise(Executor::Attested, fields) => {
                let fields = in_brackets(&fields);
                open.push(asks(
                    task,
                    format!("`{on}` is not as the plan wants it{fields}: set it, then say what you see"),
                ));
            }
            Shown::Otherwise(_, fields) => {
                open.push(format!("`{on}` is not as the plan wants it{}", in_brackets(&fields)).into());
            }
            Shown::Unreadable => {
                open.push(asks(task, format!("no reading shows `{on}`: set it, then say what you see")));
            }
        }
    }
    let total = open.len();
    match open.into_iter().next() {
        None => Proof::Behind {
            by,
            seen: format!("{} of {} objects to set by hand are in place", tasks.len(), tasks.len()),
        },
        Some(first) if total == 1 => Proof::Open(first),
        Some(first) => {
            let why = format!("{total} objects that are to be set by hand are not seen in place yet; {}", first.why);
            Proof::Open(Open { why, ..first })
        }
    }
}

/// What is known of something that a person makes.
enum Shown<'t> {
    /// It is made: a reading shows it, or a person saw it.
    AsWanted(Executor),
    /// It is not, in these fields: a reading shows it, or a person saw it.
    Otherwise(Executor, Vec<&'t str>),
    /// Nobody knows.
    Unreadable,
}

/// Whether a task is seen in place.
pub fn is_in_place(task: &Task<'_>, site: &Snapshot) -> bool {
    matches!(shown(task, site), Shown::AsWanted(_))
}

/// Fields as a message names them after their object.
fn in_brackets(fields: &[&str]) -> String {
    let named: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) }
}

fn shown<'t>(task: &'t Task<'_>, site: &Snapshot) -> Shown<'t> {
    let Some(found) = change::observed(site, task.on) else { return Shown::Otherwise(Executor::Guided, Vec::new()) };
    // What a person wrote into the site's own file is a reading: only a newer one shows otherwise.
    let is_attested = |name: &String| site.attested_by(task.on, name).is_some();
    let attested = task.wanted.as_object().is_some_and(|wanted| wanted.keys().any(is_attested));
    let by = if attested { Executor::Attested } else { Executor::Guided };
    match task.otherwise(&found) {
        None => Shown::Unreadable,
        Some(fields) if fields.is_empty() => Shown::AsWanted(by),
        Some(fields) => Shown::Otherwise(by, fields),
    }
}
