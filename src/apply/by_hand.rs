//! What of a plan a person makes on the site, since nothing else can, or since nobody could compare it: what shows that it is made.

use serde_json::Value;

use crate::change::{self, ByHand, Task};
use crate::model::{Executor, ObjectRef, Snapshot};

use super::proof::{Ask, Open, Proof};

/// Most characters that are shown of a value that is not as it should be.
const LONGEST_SHOWN: usize = 60;

/// Whether everything that a person makes is in place, on a reading with what persons saw since the run began laid over.
/// `read` is whether the reading was made since then; `record` the command that says what somebody sees of a task.
///
/// What a reading shows counts; what it does not show somebody saw once it was made.
pub fn made(all: &ByHand, site: &Snapshot, read: &Result<(), String>, record: impl Fn(&Task<'_>) -> String) -> Proof {
    let tasks = all.tasks();
    let asks = |task: &Task<'_>, why: String| Open::asks(Ask::Made(task.on.clone()), why, record(task));
    let open = |task: &Task<'_>, shown: &Shown| {
        let on = task.on;
        match shown {
            Shown::AsWanted(Executor::Attested) => None,
            Shown::AsWanted(_) => read.as_ref().err().cloned().map(Open::from),
            Shown::Otherwise(Executor::Attested, fields) => {
                let fields = in_brackets(fields);
                Some(asks(
                    task,
                    format!(
                        "`{on}` is not as the plan wants it{fields}: set it, then say what you see; if it cannot be set so, the plan has \
                         to want something else, which takes a new run"
                    ),
                ))
            }
            Shown::Otherwise(_, fields) => {
                Some(format!("`{on}` is not as the plan wants it{}", in_brackets(fields)).into())
            }
            Shown::Unreadable => Some(asks(task, format!("no reading shows `{on}`: set it, then say what you see"))),
        }
    };
    all_of(
        &tasks,
        |task| shown(task, site),
        open,
        ("objects that are to be set by hand are not seen in place yet", "objects to set by hand are in place"),
    )
}

/// Whether everything that a person may have made is as it was before, but for what is left as it was made. `site` and `read` as in
/// [`made`], of what was seen since the way back began.
pub fn set_back(
    all: &ByHand,
    left: &[ObjectRef],
    (site, read): (&Snapshot, &Result<(), String>),
    record: impl Fn(&Task<'_>) -> String,
) -> Proof {
    let tasks: Vec<Task<'_>> = all.tasks().into_iter().filter(|task| !left.contains(task.on)).collect();
    let asks = |task: &Task<'_>, why: String| Open::asks(Ask::SetBack(task.on.clone()), why, record(task));
    let open = |task: &Task<'_>, shown: &Shown| {
        let on = task.on;
        match shown {
            Shown::AsWanted(Executor::Attested) => None,
            Shown::AsWanted(_) => read.as_ref().err().cloned().map(Open::from),
            Shown::Otherwise(..) if rests_on_a_word(shown) || task.before.is_none() => {
                Some(asks(task, format!("`{on}` is not as it was before the run: set it back, then say what you see")))
            }
            Shown::Otherwise(..) => Some(format!("`{on}` is not as it was before the run").into()),
            Shown::Unreadable if task.before.is_some() => {
                Some(asks(task, format!("no reading shows `{on}`: set it back, then say what you see")))
            }
            Shown::Unreadable => Some(asks(
                task,
                format!("nobody knew what `{on}` was before the run: undo what you set there, then say what you see"),
            )),
        }
    };
    all_of(
        &tasks,
        |task| back(task, site),
        open,
        ("objects are not seen as they were before the run", "objects set by hand are as they were before the run"),
    )
}

/// The proof of all of some tasks: the first that is open, and how many are.
fn all_of(
    tasks: &[Task<'_>],
    shown: impl Fn(&Task<'_>) -> Shown,
    open: impl Fn(&Task<'_>, &Shown) -> Option<Open>,
    (not_yet, done): (&str, &str),
) -> Proof {
    let all: Vec<Shown> = tasks.iter().map(shown).collect();
    // A person's word, where any of it rests on one.
    let by = if all.iter().any(rests_on_a_word) { Executor::Attested } else { Executor::Guided };
    let open: Vec<Open> = tasks.iter().zip(&all).filter_map(|(task, shown)| open(task, shown)).collect();
    let total = open.len();
    match open.into_iter().next() {
        None => Proof::Behind { by, seen: format!("{} of {} {done}", tasks.len(), tasks.len()) },
        Some(first) if total == 1 => Proof::Open(first),
        Some(first) => {
            let why = format!("{total} {not_yet}; {}", first.why);
            Proof::Open(Open { why, ..first })
        }
    }
}

/// Whether a person said so, and no reading.
fn rests_on_a_word(shown: &Shown) -> bool {
    matches!(shown, Shown::AsWanted(Executor::Attested) | Shown::Otherwise(Executor::Attested, _))
}

/// What is known of something that a person makes.
enum Shown {
    /// It is made: a reading shows it, or a person saw it.
    AsWanted(Executor),
    /// It is not, in these fields: a reading shows it, or a person saw it.
    Otherwise(Executor, Vec<String>),
    /// Nobody knows.
    Unreadable,
}

/// Whether a task is seen in place.
pub fn is_in_place(task: &Task<'_>, site: &Snapshot) -> bool {
    matches!(shown(task, site), Shown::AsWanted(_))
}

/// Whether a task is seen as it was before.
pub fn is_set_back(task: &Task<'_>, site: &Snapshot) -> bool {
    matches!(back(task, site), Shown::AsWanted(_))
}

/// Fields as a message names them after their object.
fn in_brackets(fields: &[String]) -> String {
    if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) }
}

/// A field that is otherwise, by name; with what is there, where that is neither what was there before nor what is wanted: somebody has set
/// it, and not as the plan wants it.
fn named(task: &Task<'_>, field: &str, found: &Value) -> String {
    let before = task.before.and_then(|before| before.get(field));
    let there = found.get(field).filter(|found| before.is_some_and(|before| before != *found));
    let deepest = there.zip(task.wanted.get(field)).map(|(found, wanted)| deepest(found, wanted, String::new()));
    match deepest {
        None => format!("`{field}`"),
        Some((place, found)) => {
            let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
            let cut: String = text.chars().filter(|c| *c != '`').take(LONGEST_SHOWN).collect();
            let more = if text.chars().count() > LONGEST_SHOWN { "…" } else { "" };
            let at = if place.is_empty() { String::new() } else { format!(" at `{}`", &place[1..]) };
            format!("`{field}`, where the site has `{cut}{more}`{at}")
        }
    }
}

/// The first place at which two values differ, and what is there; of lists of the same length it is in one of their items, by its own number
/// where it has one, else by its place from 1.
fn deepest<'v>(found: &'v Value, wanted: &Value, place: String) -> (String, &'v Value) {
    let inner = match (found, wanted) {
        (Value::Array(found), Value::Array(wanted)) if found.len() == wanted.len() => {
            let mut pairs = found.iter().zip(wanted).enumerate();
            let number = |at: usize, one: &Value| {
                one["number"].as_u64().map_or_else(|| (at + 1).to_string(), |own| own.to_string())
            };
            pairs.find(|(_, (one, other))| one != other).map(|(at, (one, other))| (number(at, one), one, other))
        }
        (Value::Object(found), Value::Object(wanted)) => {
            let mut pairs = found.iter().filter_map(|(name, one)| Some((name.clone(), one, wanted.get(name)?)));
            pairs.find(|(_, one, other)| one != other)
        }
        _ => None,
    };
    match inner {
        Some((name, one, other)) => deepest(one, other, format!("{place}/{name}")),
        None => (place, found),
    }
}

/// Whether it is as it is to be.
fn shown(task: &Task<'_>, site: &Snapshot) -> Shown {
    let Some(found) = change::observed(site, task.on) else { return Shown::Otherwise(Executor::Guided, Vec::new()) };
    let otherwise = task.otherwise(&found);
    known(
        otherwise.map(|fields| fields.into_iter().map(|field| named(task, field, &found)).collect()),
        executor(task, site),
    )
}

/// Whether it is as it was before.
fn back(task: &Task<'_>, site: &Snapshot) -> Shown {
    let by = executor(task, site);
    match task.is_set_back(change::observed(site, task.on).as_ref()) {
        Some(false) => Shown::Otherwise(by, Vec::new()),
        is => known(is.map(|_| Vec::new()), by),
    }
}

/// By the fields that are otherwise; where they are not known nobody knows.
fn known(otherwise: Option<Vec<String>>, by: Executor) -> Shown {
    match otherwise {
        None => Shown::Unreadable,
        Some(fields) if fields.is_empty() => Shown::AsWanted(by),
        Some(fields) => Shown::Otherwise(by, fields),
    }
}

/// Who shows it. What a person wrote into the site's own file is a reading: only a newer one shows otherwise.
fn executor(task: &Task<'_>, site: &Snapshot) -> Executor {
    let is_attested = |name: &String| site.attested_by(task.on, name).is_some();
    let attested = task.wanted.as_object().is_some_and(|wanted| wanted.keys().any(is_attested));
    if attested { Executor::Attested } else { Executor::Guided }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Kind;

    fn said(before: Option<&Value>, wanted: &Value, found: &Value, field: &str) -> String {
        let on = ObjectRef::new(Kind::Offering, "group-coaching");
        let task = Task { on: &on, before, wanted, cause: "/offerings", is_compared: true };
        named(&task, field, found)
    }

    #[test]
    fn what_somebody_has_set_otherwise_is_shown_and_what_nobody_touched_is_not() {
        let (before, wanted) = (json!({"production_url": ""}), json!({"production_url": "//bloom.example"}));
        let of = |found: &str| said(Some(&before), &wanted, &json!({"production_url": found}), "production_url");
        assert_eq!(of(""), "`production_url`");
        assert_eq!(of("//blom.example"), "`production_url`, where the site has `//blom.example`");
        assert_eq!(of(&"é`".repeat(61)), format!("`production_url`, where the site has `{}…`", "é".repeat(60)));
    }

    #[test]
    fn of_a_list_the_item_is_named_that_is_otherwise() {
        // The base has the number 0.
        let module = |(number, days): (usize, &u64)| json!({"number": number, "release_days": days});
        let modules = |days: [u64; 2]| json!({"modules": days.iter().enumerate().map(module).collect::<Vec<_>>()});
        let (before, wanted) = (modules([0, 0]), modules([7, 7]));
        let of = |found: &Value| said(Some(&before), &wanted, found, "modules");
        assert_eq!(of(&modules([0, 0])), "`modules`");
        assert_eq!(of(&modules([7, 14])), "`modules`, where the site has `14` at `1/release_days`");
        // Half of it is made.
        assert_eq!(of(&modules([7, 0])), "`modules`, where the site has `0` at `1/release_days`");
        assert_eq!(of(&json!({"modules": []})), "`modules`, where the site has `[]`");
        // Nobody knew what was there.
        assert_eq!(said(None, &wanted, &modules([7, 14]), "modules"), "`modules`");
    }
}
