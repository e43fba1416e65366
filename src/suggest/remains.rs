//! What remains once the suggested edits are made: what `apply` does, what is done on the site, screen by screen, what people decide.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::change::{Change, NotCompared};
use crate::diag::{Document, Finding};
use crate::model::{Executor, Kind};
use crate::rules::{About, Judgement, NO_SITE};
use crate::text::{Correction, Tree};

use super::{Refused, screens};

/// Something that remains.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// What is the matter, or what is to be set.
    pub what: String,
    /// What to do; null where that says it.
    pub help: Option<String>,
    /// The rules that ask for it; none of a change.
    pub rules: Vec<String>,
    /// Where in the plan it comes from or is decided, as a JSON pointer; null where it is about no place of it.
    pub at: Option<String>,
    /// The key to write there, where one is missing; else null.
    pub key: Option<String>,
    /// The rules that would speak if what the finding proposes were written: why it is not suggested.
    pub brings: Vec<String>,
}

/// What remains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remains {
    /// What `apply` does by itself.
    pub by_apply: Vec<Task>,
    /// What is done on the site, by the screen to open.
    pub on_site: BTreeMap<&'static str, Vec<Task>>,
    /// What people decide, find out, or put on record.
    pub for_people: Vec<Task>,
}

/// What remains of a judgement, and of the changes that the plan asks for, each with who carries it out; the tree is the plan's.
pub fn remains(
    judgement: &Judgement,
    changes: &[(&Change, Executor)],
    not_compared: &[NotCompared],
    refused: &[Refused],
    tree: Option<&Tree>,
) -> Remains {
    let mut all = Remains::default();
    for (change, executor) in changes {
        let task = Task { what: changed(change), at: Some(change.cause.clone()), ..Task::default() };
        match executor {
            Executor::Automatic => all.by_apply.push(task),
            Executor::Guided | Executor::Attested => all.on(change.on.kind.screen(), task),
        }
    }
    for one in not_compared {
        let what = format!("{}: nobody read it; look whether it has {}", one.on, fields(Some(&one.wanted)).join(", "));
        all.on(one.on.kind.screen(), Task { what, at: Some(one.cause.clone()), ..Task::default() });
    }
    // A pending change is listed as the change that it is.
    for finding in judgement.stops().filter(|finding| finding.rule != "change-pending") {
        all.take(finding, refused, tree);
    }
    all
}

impl Remains {
    fn on(&mut self, screen: &'static str, task: Task) {
        add(self.on_site.entry(screen).or_default(), task);
    }

    fn take(&mut self, finding: &Finding, refused: &[Refused], tree: Option<&Tree>) {
        if let Some(lacks) = &finding.lacks {
            // That no site was read is said once, and not of every rule.
            if lacks.why == NO_SITE {
                return;
            }
            let (what, rules) = (format!("{} unknown: {}", lacks.facts, lacks.why), Vec::from([finding.rule.clone()]));
            let task = Task { what, help: finding.help.clone(), rules, ..Task::default() };
            let kind = lacks.facts.split('`').nth(1).and_then(About::named).map(|about| about.kind());
            return match kind.filter(|kind| kind.is_attestable()) {
                Some(kind) => self.on(kind.screen(), task),
                None => add(&mut self.for_people, task),
            };
        }
        let was_refused = refused.iter().find(|refused| is_of(refused, finding));
        let (at, key) = place(finding, tree);
        let task = Task {
            what: finding.message.clone(),
            help: finding.help.clone(),
            rules: Vec::from([finding.rule.clone()]),
            at,
            key,
            brings: was_refused.map(|refused| refused.brings.clone()).unwrap_or_default(),
        };
        let kind = finding.site.as_deref().and_then(|on| Kind::from_name(on.split('/').next().unwrap_or(on)));
        match screens::of(&finding.rule).filter(|_| finding.remedy.is_none()) {
            Some(screen) => self.on(screen.name(kind), task),
            None => add(&mut self.for_people, task),
        }
    }
}

/// Adds what there is to do; what is there already is asked for by one more rule.
fn add(tasks: &mut Vec<Task>, task: Task) {
    let same = |other: &&mut Task| (&other.what, &other.at, &other.key) == (&task.what, &task.at, &task.key);
    match tasks.iter_mut().find(same) {
        Some(other) => {
            other.rules.extend(task.rules.into_iter().filter(|rule| !other.rules.contains(rule)).collect::<Vec<_>>())
        }
        None => tasks.push(task),
    }
}

fn is_of(refused: &Refused, finding: &Finding) -> bool {
    refused.edit.rule == finding.rule && refused.edit.place == finding.primary.place
}

/// Where a person writes what they decide: the place, and the key that is missing there.
fn place(finding: &Finding, tree: Option<&Tree>) -> (Option<String>, Option<String>) {
    // What stands in the contacts' file has a place there, and its message names it.
    let in_plan = finding.primary.place.document() == Document::Plan;
    let Some(pointer) = finding.primary.place.pointer().filter(|_| in_plan) else { return (None, None) };
    let offered = finding.remedy.iter().flat_map(|remedy| &remedy.corrections);
    // What is offered and not written says itself what would be written where.
    let mut missing =
        offered.filter(|correction| matches!(correction, Correction::Add { .. })).flat_map(Correction::places);
    let lacks = tree.is_some_and(|tree| tree.locate(pointer).is_none());
    match missing.next().or_else(|| lacks.then(|| pointer.to_owned())).and_then(|at| apart(&at)) {
        Some((at, key)) => (Some(at), Some(key)),
        None => (Some(pointer.to_owned()), None),
    }
}

/// The place that an entry is in, and its key.
fn apart(pointer: &str) -> Option<(String, String)> {
    let (at, key) = pointer.rsplit_once('/')?;
    Some((at.to_owned(), key.replace("~1", "/").replace("~0", "~")))
}

/// A change in a line: the object, and what of it is set.
fn changed(change: &Change) -> String {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    if before.is_none() {
        return format!("{}: make it", change.on);
    }
    let value = |side: Option<&Value>, field: &str| side.and_then(|side| side.get(field)).cloned();
    let differs = |field: &String| value(before, field) != value(after, field);
    let differing: Vec<String> = fields(after).into_iter().filter(differs).collect();
    format!("{}: {}", change.on, differing.join(", "))
}

fn fields(side: Option<&Value>) -> Vec<String> {
    side.and_then(Value::as_object).into_iter().flat_map(|object| object.keys().cloned()).collect()
}
