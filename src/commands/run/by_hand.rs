//! What a person makes of the plan's changes, as it is shown: on which screen, from what to what, and what is typed once it is seen.

use serde_json::Value;

use crate::change::{ByHand, Change, Task};
use crate::commands::Terminal;
use crate::commands::terminal::labelled;
use crate::failure::Failure;
use crate::guide::Named;
use crate::model::saw::is_blind;
use crate::model::{Kind, ObjectRef, State};
use crate::output::diff::signed_lines;
use crate::survey::{Beside, Listed, Question, Screen, Whose};

/// Shows each task that is open; what is typed once they are made.
///
/// `known` is the site with what is attested of it: whoever says a list again says the parts of it that no change is about, too.
pub(super) fn show(
    all: &ByHand,
    open: &[ObjectRef],
    known: &State,
    named: &Named<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<Vec<String>, Failure> {
    let tasks: Vec<Task<'_>> = all.tasks().into_iter().filter(|task| open.contains(task.on)).collect();
    for task in &tasks {
        labelled("by hand", &format!("`{}`, on {}", task.on, task.on.kind.screen()), terminal)?;
        for line in lines(task) {
            writeln!(terminal.out, "               {line}")?;
        }
    }
    let saw = tasks.iter().map(|task| named.saw(task.on, &with_tags(task.on, task.wanted, known), task.is_compared));
    Ok(saw.chain([named.resume()]).collect())
}

/// Shows what a person sets back of these tasks: what was to be made, and what was there before it.
pub(super) fn show_back(tasks: &[Task<'_>], what: &str, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    for task in tasks {
        labelled(what, &format!("`{}`, on {}", task.on, task.on.kind.screen()), terminal)?;
        for line in lines_back(task) {
            writeln!(terminal.out, "               {line}")?;
        }
    }
    Ok(())
}

/// Shows what is left of a run whose site refused to be written to: a person can make it, and the run goes on with that.
pub(super) fn show_rest(
    changes: &[Change],
    (at, back): (usize, bool),
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let inverse: Vec<Change> = changes.iter().take(at + 1).rev().map(Change::inverse).collect();
    let (rest, what) = if back { (&inverse[..], "set back") } else { (&changes[at..], "by hand") };
    for change in rest {
        labelled(what, &format!("`{}`, on {}", change.on, change.on.kind.screen()), terminal)?;
        for line in signed_lines(&change.on, (change.before.as_ref(), change.after.as_ref()), None) {
            writeln!(terminal.out, "               {line}")?;
        }
    }
    Ok(())
}

/// What is said of an object once it is set back: its fields as they were; where nobody knew them, whatever stands there.
pub(super) fn as_before(task: &Task<'_>, known: &State) -> (Value, bool) {
    match task.before {
        Some(before) => (with_tags(task.on, before, known), true),
        None => (blind(task.wanted.as_object().into_iter().flatten().map(|(name, _)| name)), false),
    }
}

/// Fields whose values are typed.
pub(super) fn blind<'n>(fields: impl Iterator<Item = &'n String>) -> Value {
    Value::Object(fields.map(|name| (name.clone(), Value::Array(Vec::new()))).collect())
}

/// These fields of an object, with the tags of its modules as they are known.
pub(super) fn with_tags(on: &ObjectRef, fields: &Value, known: &State) -> Value {
    let mut wanted = fields.clone();
    let Some(offering) = known.offerings.get(&on.key).filter(|_| on.kind == Kind::Offering) else {
        return wanted;
    };
    for module in wanted.get_mut("modules").and_then(Value::as_array_mut).into_iter().flatten() {
        let number = module["number"].as_u64().and_then(|number| u32::try_from(number).ok());
        let tag = number.and_then(|number| offering.module(number)).map(|module| &module.tag);
        if let (Some(tag), Some(fields)) = (tag.filter(|tag| !tag.is_unknown()), module.as_object_mut()) {
            fields.insert("tag".to_owned(), serde_json::json!(tag));
        }
    }
    wanted
}

/// The screen that somebody looks at once an object is made: what is wanted stands beside its fields, but for what is typed unseen.
pub(super) fn screen(on: &ObjectRef, wanted: &Value, is_compared: bool) -> Screen {
    let question = |(field, value): (&String, &Value)| {
        let is_blind = is_blind(on.kind, field) || !is_compared && value.is_array();
        let beside = (!is_blind).then(|| Beside { value: value.clone(), from: Whose::Plan });
        Question { on: on.clone(), field: field.clone(), beside, is_blind, in_part: None }
    };
    let questions = wanted.as_object().into_iter().flatten().map(question).collect();
    Screen { kind: on.kind, list: None, questions }
}

/// The screen that somebody looks at once an object is set back: of one that was not there before, the list without it.
pub(super) fn screen_back(task: &Task<'_>, known: &State) -> Screen {
    if task.before.is_none() && task.is_compared {
        let others = known.keys(task.on.kind).into_iter().filter(|key| *key != task.on.key);
        let named = |key: String| {
            let fields = known.get(&ObjectRef::new(task.on.kind, key.as_str())).map(|object| object.fields());
            fields.and_then(|fields| fields.get("name")?.as_str().map(str::to_owned)).unwrap_or(key)
        };
        let names = Some(others.map(named).collect());
        return Screen { kind: task.on.kind, list: Some(Listed { names, from: Whose::Plan }), questions: Vec::new() };
    }
    let (fields, is_compared) = as_before(task, known);
    screen(task.on, &fields, is_compared)
}

/// What is there, and what is wanted, a line each.
pub(super) fn lines(task: &Task<'_>) -> Vec<String> {
    signed_lines(task.on, (task.before, Some(task.wanted)), (!task.is_compared && task.before.is_none()).then_some('?'))
}

/// The way back: what was to be made, and what was there, as far as anybody knew.
pub(super) fn lines_back(task: &Task<'_>) -> Vec<String> {
    signed_lines(task.on, (Some(task.wanted), task.before), None)
}
